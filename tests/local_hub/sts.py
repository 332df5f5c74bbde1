# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: AssumeRole and GetCallerIdentity, with their checks by botocore's service model."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from .errors import ServiceError
from .identity import Caller, Callers, Credentials
from .partitions import partition
from .policies import Policy
from .protocol import Reply, problems_of, service_model
from .query_protocol import query_reply, text, xml
from .roles import SESSION_SECONDS, Role, RoleArn, Roles

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def validation_error(message: str) -> ServiceError:
    """ValidationError, HTTP 400."""
    return ServiceError("ValidationError", 400, message)


class SecurityTokenService:
    """The two operations. `sessions` is what has been handed out, without the credentials."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._shape = service_model("sts").operation_model("AssumeRole").input_shape
        self.sessions: list[dict[str, Any]] = []

    def get_caller_identity(self, caller: Caller) -> Reply:
        """Who one is."""
        result = text("Arn", caller.arn) + text("UserId", caller.user_id) + text("Account", caller.account_id)
        return query_reply("GetCallerIdentity", NAMESPACE, result)

    def assume_role(self, roles: Roles, caller: Caller, region: str, fields: dict[str, str]) -> Reply:
        """Temporary credentials of a role, where the role and what was sent allow it."""
        parameters = self._parameters(fields)
        arn = RoleArn.parse(parameters["RoleArn"])
        if arn is None:
            raise validation_error(f"{parameters['RoleArn']} is invalid")
        role = roles.find(arn.account_id, arn.name) if arn.partition == partition(region) else None
        if role is None or role.external_id not in (None, parameters.get("ExternalId")):
            raise not_authorized(caller, parameters["RoleArn"])
        seconds = parameters.get("DurationSeconds", SESSION_SECONDS)
        _check_duration(role, caller, seconds)
        session = _session(arn, role, parameters["RoleSessionName"], _session_policy(parameters.get("Policy")))
        self._record(caller, region, parameters, seconds)
        return _answer(session, self._callers.issue(session), seconds)

    def _parameters(self, fields: dict[str, str]) -> dict[str, Any]:
        """What was sent, checked: the simple parameters, which are those that the answer depends on."""
        parameters: dict[str, Any] = {}
        for name, shape in self._shape.members.items():
            if name in fields and shape.type_name in ("string", "integer"):
                parameters[name] = _whole_number(name, fields[name]) if shape.type_name == "integer" else fields[name]
        problems = problems_of(self._shape, parameters)
        if problems:
            raise validation_error(f"1 validation error detected: {problems}")
        return parameters

    def _record(self, caller: Caller, region: str, parameters: dict[str, Any], seconds: int) -> None:
        self.sessions.append(
            {
                "region": region,
                "caller": caller.arn,
                "role_arn": parameters["RoleArn"],
                "session_name": parameters["RoleSessionName"],
                "external_id": parameters.get("ExternalId"),
                "duration_seconds": seconds,
                "policy": parameters.get("Policy"),
            }
        )


def not_authorized(caller: Caller, role_arn: str) -> ServiceError:
    """What STS says where a role is not there, or does not trust the caller."""
    message = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    return ServiceError("AccessDenied", 403, message)


def _whole_number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise validation_error(f"{name} must be a whole number") from error


def _session_policy(text_of_policy: str | None) -> Policy | None:
    if text_of_policy is None:
        return None
    try:
        document = json.loads(text_of_policy)
    except ValueError as error:
        raise ServiceError("MalformedPolicyDocument", 400, "This policy contains invalid Json") from error
    try:
        return Policy.parse(document)
    except (ValueError, TypeError, AttributeError) as error:
        raise ServiceError("MalformedPolicyDocument", 400, f"Syntax errors in policy: {error}") from error


def _check_duration(role: Role, caller: Caller, seconds: int) -> None:
    if seconds > role.max_session_duration:
        raise validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if caller.is_session and seconds > SESSION_SECONDS:
        raise validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )


def _session(arn: RoleArn, role: Role, session_name: str, policy: Policy | None) -> Caller:
    identity = hashlib.sha256(f"{role.account_id}/{role.name}".encode()).hexdigest()[:17].upper()
    name = role.name.rpartition("/")[2]
    session_arn = f"arn:{arn.partition}:sts::{arn.account_id}:assumed-role/{name}/{session_name}"
    return Caller(arn.account_id, session_arn, f"AROA{identity}:{session_name}", role.name, policy)


def _answer(session: Caller, credentials: Credentials, seconds: int) -> Reply:
    expiration = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = xml(
        "Credentials",
        text("AccessKeyId", credentials.access_key),
        text("SecretAccessKey", credentials.secret),
        text("SessionToken", credentials.token),
        text("Expiration", expiration),
    )
    user = xml("AssumedRoleUser", text("AssumedRoleId", session.user_id), text("Arn", session.arn))
    return query_reply("AssumeRole", NAMESPACE, keys + user)
