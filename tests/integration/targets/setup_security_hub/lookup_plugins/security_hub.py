# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls Security Hub with boto3 alone, so that what the targets compare with shares no code with the collection.

A lookup needs no process of its own; a module, or the AWS CLI in each Region, needs one for each call.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """`query('security_hub', 'list_members', regions=regions, OnlyAssociated=false)` returns [{region: response}].

    The operation is spelled as boto3 does, its parameters as the API does. Where the service returns the error code
    `without`, the response is null. Credentials and address come from the cloud config.
    """

    def run(
        self,
        terms: list[str],
        variables: dict[str, Any],
        regions: list[str],
        service: str = "securityhub",
        without: str = "",
        **parameters: Any,
    ) -> list[Any]:
        session = boto3.session.Session(
            aws_access_key_id=variables["aws_access_key"],
            aws_secret_access_key=variables["aws_secret_key"],
            aws_session_token=variables.get("security_token") or None,
        )
        responses: dict[str, dict[str, Any] | None] = {}
        for region in regions:
            client = session.client(service, region_name=region, endpoint_url=variables.get("aws_endpoint_url"))
            try:
                responses[region] = call(client, terms[0], parameters)
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != without:
                    raise AnsibleLookupError(f"{terms[0]} in {region}: {error}") from error
                responses[region] = None
        return [json.loads(json.dumps(responses, default=str))]


def call(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the whole response, of all pages; an account that was not processed is an error."""
    if client.can_paginate(operation):
        return dict(client.get_paginator(operation).paginate(**parameters).build_full_result())
    response: dict[str, Any] = getattr(client, operation)(**parameters)
    if response.get("UnprocessedAccounts"):
        raise AnsibleLookupError(f"{operation}: {response['UnprocessedAccounts']}")
    return response
