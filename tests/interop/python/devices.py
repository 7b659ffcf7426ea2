"""Devices with boto3. The arithmetic of SRP is pycognito's: nothing of this project is in between."""

import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP, generate_hash_device, long_to_hex

given = json.loads(sys.argv[1])
cognito = boto3.client(
    "cognito-idp",
    endpoint_url=given["endpoint"],
    region_name="us-east-1",
    config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
)


def handshake(**device):
    """One SRP client of pycognito, for a sign-in with this device or without one."""
    return AWSSRP(
        username=given["username"],
        password=given["password"],
        pool_id=given["pool"],
        client_id=given["client"],
        client=cognito,
        **device,
    )


def respond(name, responses, session=None):
    more = {"Session": session} if session else {}
    return cognito.respond_to_auth_challenge(
        ClientId=given["client"], ChallengeName=name, ChallengeResponses=responses, **more
    )


def prove_password(srp):
    parameters = srp.get_auth_params()
    asked = cognito.initiate_auth(
        ClientId=given["client"], AuthFlow="USER_SRP_AUTH", AuthParameters=parameters
    )
    proof = srp.process_challenge(asked["ChallengeParameters"], parameters)
    return respond("PASSWORD_VERIFIER", proof)


def sign_in(device):
    """Signs in from the device, which must be asked to prove itself."""
    srp = handshake(**device)
    asked = prove_password(srp)
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH", asked
    names = {"USERNAME": given["username"], "DEVICE_KEY": device["device_key"]}
    asked = respond(
        "DEVICE_SRP_AUTH", {**names, "SRP_A": long_to_hex(srp.large_a_value)}, asked["Session"]
    )
    assert asked["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER", asked
    proof = srp.process_device_challenge(asked["ChallengeParameters"])
    return respond("DEVICE_PASSWORD_VERIFIER", proof, asked["Session"])["AuthenticationResult"]


def confirmed_device():
    tokens = prove_password(handshake())["AuthenticationResult"]
    device = tokens["NewDeviceMetadata"]
    password, config = generate_hash_device(device["DeviceGroupKey"], device["DeviceKey"])
    answer = cognito.confirm_device(
        AccessToken=tokens["AccessToken"],
        DeviceKey=device["DeviceKey"],
        DeviceSecretVerifierConfig=config,
        DeviceName="Python",
    )
    assert answer["UserConfirmationNecessary"] is False, answer
    return {
        "device_key": device["DeviceKey"],
        "device_group_key": device["DeviceGroupKey"],
        "device_password": password,
    }


def refused(call, error, message):
    try:
        call()
    except ClientError as refusal:
        assert refusal.response["Error"] == {"Code": error, "Message": message}, refusal
    else:
        raise AssertionError(f"{error} was expected")


device, other = confirmed_device(), confirmed_device()
tokens = sign_in(device)
assert "NewDeviceMetadata" not in tokens, tokens
access = {"AccessToken": tokens["AccessToken"]}

wrong = {**device, "device_password": other["device_password"]}
refused(lambda: sign_in(wrong), "NotAuthorizedException", "Incorrect username or password.")

seen, token = [], {}
while True:
    page = cognito.list_devices(**access, Limit=1, **token)
    seen += [one["DeviceKey"] for one in page["Devices"]]
    if "PaginationToken" not in page:
        break
    token = {"PaginationToken": page["PaginationToken"]}
assert sorted(seen) == sorted([device["device_key"], other["device_key"]]), seen

described = cognito.get_device(**access, DeviceKey=device["device_key"])["Device"]
attributes = {one["Name"]: one["Value"] for one in described["DeviceAttributes"]}
assert attributes["device_name"] == "Python", attributes
assert described["DeviceLastAuthenticatedDate"] >= described["DeviceCreateDate"], described

cognito.get_tokens_from_refresh_token(
    ClientId=given["client"], RefreshToken=tokens["RefreshToken"], DeviceKey=device["device_key"]
)
refused(
    lambda: cognito.get_tokens_from_refresh_token(
        ClientId=given["client"], RefreshToken=tokens["RefreshToken"]
    ),
    "NotAuthorizedException",
    "Invalid Refresh Token.",
)

cognito.forget_device(**access, DeviceKey=device["device_key"])
refused(lambda: sign_in(device), "ResourceNotFoundException", "Device does not exist.")
print("all right")
