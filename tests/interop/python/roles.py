"""Roles and a bucket at an emulator of AWS, as an administrator makes them; JSON from the command line.

python roles.py ENDPOINT '{"bucket": .., "origins": [..], "roles": [{"name", "trust", "policy"}]}'
"""

import json
import sys

import boto3


def client(service, endpoint):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def main():
    endpoint, wanted = sys.argv[1], json.loads(sys.argv[2])
    iam, s3 = client("iam", endpoint), client("s3", endpoint)
    s3.create_bucket(Bucket=wanted["bucket"])
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"], "AllowedOrigins": wanted["origins"]}
    s3.put_bucket_cors(Bucket=wanted["bucket"], CORSConfiguration={"CORSRules": [rule]})
    for role in wanted["roles"]:
        iam.create_role(RoleName=role["name"], AssumeRolePolicyDocument=json.dumps(role["trust"]))
        iam.put_role_policy(RoleName=role["name"], PolicyName="all", PolicyDocument=json.dumps(role["policy"]))


main()
