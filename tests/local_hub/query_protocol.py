# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's query protocol (STS, IAM, EC2): forms in, XML out, and what each service calls a refusal."""

from __future__ import annotations

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .errors import ServiceError
from .protocol import Reply, Request, json_reply

XML = (("Content-Type", "text/xml"),)
REQUEST_ID = "00000000-0000-4000-8000-000000000000"


def form(request: Request) -> dict[str, str]:
    """The fields of a call: from its body, or from its query string."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    else:
        fields = request.query
    return {name: values[0] for name, values in fields.items()}


def numbered(fields: dict[str, str], prefix: str) -> list[str]:
    """The values of a list: prefix.1, prefix.2 and so on."""
    values: list[str] = []
    while f"{prefix}.{len(values) + 1}" in fields:
        values.append(fields[f"{prefix}.{len(values) + 1}"])
    return values


def xml(tag: str, *content: str) -> str:
    """An element; `content` is XML already."""
    return f"<{tag}>{''.join(content)}</{tag}>"


def text(tag: str, value: object) -> str:
    """An element that holds a text."""
    return xml(tag, escape(str(value)))


def query_reply(action: str, namespace: str, result: str) -> Reply:
    """The answer of STS or IAM."""
    metadata = xml("ResponseMetadata", text("RequestId", REQUEST_ID))
    body = f'<{action}Response xmlns="{namespace}">{xml(f"{action}Result", result)}{metadata}</{action}Response>'
    return Reply(200, body.encode(), XML)


def ec2_reply(action: str, result: str) -> Reply:
    """The answer of EC2."""
    namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"
    body = f'<{action}Response xmlns="{namespace}">{text("requestId", REQUEST_ID)}{result}</{action}Response>'
    return Reply(200, body.encode(), XML)


def refusal(service: str, error: ServiceError) -> Reply:
    """An error in a service's own protocol."""
    words = text("Code", error.code) + text("Message", error.message)
    if service == "ec2":
        body = xml("Response", xml("Errors", xml("Error", words)), text("RequestID", REQUEST_ID))
    elif service in ("sts", "iam"):
        body = xml("ErrorResponse", xml("Error", text("Type", "Sender"), words), text("RequestId", REQUEST_ID))
    else:
        # The JSON protocols of the rest: one takes the code from the header, the other from __type.
        document = {"__type": error.code, "message": error.message}
        return json_reply(error.status, document, ("x-amzn-ErrorType", error.code))
    return Reply(error.status, body.encode(), XML)
