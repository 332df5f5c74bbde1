# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's REST-JSON protocol, read from botocore's service model.

It tells which operation a request is, and whether it is well formed.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from .errors import ServiceError, invalid_input

# What happens with more than 50 accounts is a switch (over_50), so their number is not checked here.
BATCHES = ("AccountIds", "AccountDetails")
CONTROL_BATCHES = ("StandardsControlAssociationIds", "StandardsControlAssociationUpdates", "SecurityControlIds")
# The model's pattern for ARNs knows only the partition aws; an ARN that is not there is not found anyway.
FREE_PATTERNS = ("ResourceArn",)


@dataclass(frozen=True)
class Reply:
    """An HTTP reply."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)

    @property
    def reason(self) -> str:
        """The words after the status in the first line."""
        return HTTPStatus(self.status).phrase


@dataclass(frozen=True)
class Request:
    """An HTTP request, its body read."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path as sent, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters after the question mark."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)


def json_reply(status: int, document: Any, *headers: tuple[str, str]) -> Reply:
    """A reply with a JSON body."""
    body = json.dumps(document, separators=(",", ":")).encode()
    return Reply(status, body, (("Content-Type", "application/json"), *headers))


def answer_reply(answer: dict[str, Any]) -> Reply:
    """An operation's answer; members that are None are left out, as the service does."""
    return json_reply(200, _without_none(answer))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [_without_none(member) for member in value]
    return value


def error_reply(error: ServiceError) -> Reply:
    """An error as the service sends it: the code in a header, code and message in the body."""
    document = {"Code": error.code, "Message": error.message}
    return json_reply(error.status, document, ("x-amzn-ErrorType", error.code))


def service_model(service: str) -> ServiceModel:
    """Botocore's model of a service."""
    loader = botocore.session.get_session().get_component("data_loader")
    return ServiceModel(loader.load_service_model(service, "service-2"))


def problems_of(shape: StructureShape, parameters: dict[str, Any]) -> str:
    """What the model does not allow in the parameters of a call; empty for nothing."""
    errors = ParamValidator().validate(parameters, shape)
    if errors.has_errors():
        return errors.generate_report()
    return "; ".join(_problems(shape, parameters, ""))


class Protocol:
    """Security Hub's operations, as botocore's service model has them."""

    def __init__(self) -> None:
        self.model = service_model("securityhub")
        self._fixed: dict[tuple[str, str], OperationModel] = {}
        self._patterns: list[tuple[str, re.Pattern[str], OperationModel]] = []
        for name in self.model.operation_names:
            self._add_route(self.model.operation_model(name))

    def _add_route(self, operation: OperationModel) -> None:
        method, uri = operation.http["method"], operation.http["requestUri"].partition("?")[0]
        if "{" not in uri:
            self._fixed[method, uri] = operation
            return
        labels = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(uri))
        pattern = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+)", labels)
        self._patterns.append((method, re.compile(pattern), operation))

    def route(self, request: Request) -> tuple[OperationModel, dict[str, str]] | None:
        """The operation of a request and the labels in its path; None for a path that is no operation's."""
        fixed = self._fixed.get((request.method, request.path))
        if fixed:
            return fixed, {}
        for method, pattern, operation in self._patterns:
            found = pattern.fullmatch(request.path) if method == request.method else None
            if found:
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def parse(self, operation: OperationModel, labels: dict[str, str], request: Request) -> dict[str, Any]:
        """The parameters of a request, not yet checked but for what JSON and numbers look like."""
        parameters = parse_json_object(request.body)
        query = request.query
        for name, shape in operation.input_shape.members.items():
            wire_name = shape.serialization.get("name", name)
            location = shape.serialization.get("location")
            if location == "uri":
                parameters[name] = labels[wire_name]
            elif location == "querystring" and wire_name in query:
                parameters[name] = _query_value(shape, query[wire_name], name)
        return parameters

    def check(self, operation: OperationModel, parameters: dict[str, Any]) -> None:
        """Refuse parameters that the model does not allow, as InvalidInputException."""
        problems = problems_of(operation.input_shape, parameters)
        if problems:
            raise invalid_input(f"Invalid parameter: {problems}")


def parse_json_object(body: bytes) -> dict[str, Any]:
    """A body that is a JSON object, or nothing; SerializationException otherwise."""
    if not body:
        return {}
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ServiceError("SerializationException", 400, f"The body is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise ServiceError("SerializationException", 400, "The body is no JSON object")
    return document


def _query_value(shape: Shape, values: list[str], name: str) -> Any:
    if shape.type_name == "list":
        return values
    text = values[-1]
    if shape.type_name == "boolean":
        if text.lower() not in ("true", "false"):
            raise invalid_input(f"Invalid parameter: {name} must be true or false")
        return text.lower() == "true"
    if shape.type_name == "integer":
        try:
            return int(text)
        except ValueError as error:
            raise invalid_input(f"Invalid parameter: {name} must be a whole number") from error
    return text


def _problems(shape: Shape, value: Any, name: str) -> Iterator[str]:
    """What botocore's validator leaves unchecked: upper limits, sizes of maps, enumerations, patterns."""
    if shape.type_name == "string":
        yield from _text_problems(shape, value, name)
    elif shape.type_name == "integer":
        yield from _out_of_range(shape, value, name)
    elif shape.type_name in ("list", "map"):
        yield from _out_of_range(shape, len(value), name)
    for part, part_value, part_name in _parts(shape, value, name):
        yield from _problems(part, part_value, part_name)


def _parts(shape: Shape, value: Any, name: str) -> Iterator[tuple[Shape, Any, str]]:
    """Shape, value and name of everything that a value is made of."""
    if isinstance(shape, StructureShape):
        for key, member in value.items():
            yield shape.members[key], member, f"{name}.{key}".lstrip(".")
    elif isinstance(shape, ListShape):
        for index, member in enumerate(value):
            yield shape.member, member, f"{name}[{index}]"
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield shape.key, key, f"{name} (key)"
            yield shape.value, member, f"{name}.{key}"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _text_problems(shape: Shape, value: str, name: str) -> Iterator[str]:
    yield from _out_of_range(shape, len(value), name)
    choices, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if choices and value not in choices:
        yield f"{name} must be one of {', '.join(choices)}"
    if pattern and shape.name not in FREE_PATTERNS and not _compiled(pattern).fullmatch(value):
        yield f"{name} does not match {pattern}"


def _out_of_range(shape: Shape, size: int, name: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{name} must be at least {least}, not {size}"
    if most is not None and size > most and name not in BATCHES:
        yield f"{name} may be at most {most}, not {size}"
