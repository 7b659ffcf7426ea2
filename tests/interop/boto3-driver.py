"""boto3 behind lines of JSON: each line in is {"operation", "parameters", "signed"}, each line out {"answer"} or {"error"}.

An operation is named as Python does it (`list_users`) or as the API does it (`ListUsers`); without one, the answer is what operations there are.

Nothing of ours is in between: boto3 checks the parameters against its own model, signs, sends, and reads the answer by its model.
"""

import datetime
import json
import sys

import boto3
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def client(service, endpoint, signed):
    retries = {"total_max_attempts": 1}
    config = Config(retries=retries) if signed else Config(retries=retries, signature_version=UNSIGNED)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def call(clients, request):
    if "operation" not in request:
        return {"answer": list(clients[True].meta.service_model.operation_names)}
    method = getattr(clients[request.get("signed", False)], xform_name(request["operation"]))
    try:
        answer = method(**request["parameters"])
    except ClientError as error:
        # The class is boto3's own for this exception of the model; `ClientError` for one it does not know.
        details = error.response["Error"]
        return {"error": {"name": type(error).__name__, "code": details["Code"], "message": details["Message"]}}
    except BotoCoreError as error:
        return {"error": {"name": type(error).__name__, "message": str(error)}}
    answer.pop("ResponseMetadata")
    return {"answer": answer}


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f"{type(value)} has no JSON form")


def main():
    clients = {signed: client(sys.argv[2], sys.argv[1], signed) for signed in (False, True)}
    for line in sys.stdin:
        print(json.dumps(call(clients, json.loads(line)), default=plain), flush=True)


main()
