# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call one operation of Security Hub in several Regions and print {region: response}, independent of the collection.

Arguments: the operation as boto3 spells it, its parameters as JSON, and the Regions. The AWS CLI would take a process
for each Region, which is most of the time that these tests need.
"""

from __future__ import annotations

import json
import sys

import boto3

operation, parameters, *regions = sys.argv[1:]
responses = {}
for region in regions:
    client = boto3.client("securityhub", region_name=region)
    if client.can_paginate(operation):
        responses[region] = client.get_paginator(operation).paginate(**json.loads(parameters)).build_full_result()
    else:
        responses[region] = getattr(client, operation)(**json.loads(parameters))
json.dump(responses, sys.stdout, default=str)
