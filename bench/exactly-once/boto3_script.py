"""What people write: a loop, boto3's own retries. Prints what it believes to have done."""

import json
import os
import sys

import boto3

prefix, size = sys.argv[1], int(sys.argv[2])
# Older versions do not read AWS_ENDPOINT_URL by themselves.
client = boto3.client("pinpoint", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
claimed = {"ok": 0, "failed": 0}
for n in range(size):
    request = {
        "RoleArn": "arn:aws:iam::123456789012:role/night-shift",
        "S3UrlPrefix": f"s3://exports/{prefix}{n:04d}/",
    }
    try:
        client.create_export_job(ApplicationId="8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d", ExportJobRequest=request)
        claimed["ok"] += 1
    except Exception:
        claimed["failed"] += 1
print(json.dumps(claimed))
