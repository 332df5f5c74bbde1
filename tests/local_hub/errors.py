# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the service says no: to a whole call, or to one account of it."""

from __future__ import annotations


class ServiceError(Exception):
    """The whole call is refused: an AWS error code with its HTTP status."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message


class Unprocessed(Exception):
    """One account of a call is refused: a row of UnprocessedAccounts in a reply with HTTP status 200."""


class UnprocessedControl(Exception):
    """One control of a call is refused: a row with an ErrorCode in a reply with HTTP status 200."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


NO_SUCH_RESOURCE = "The request is rejected since no such resource found."
UNKNOWN_KEY = "The security token included in the request is invalid."


def invalid_input(message: str) -> ServiceError:
    """InvalidInputException, HTTP 400 (the API's model)."""
    return ServiceError("InvalidInputException", 400, message)


def not_found(message: str = NO_SUCH_RESOURCE) -> ServiceError:
    """ResourceNotFoundException, HTTP 404 (the API's model)."""
    return ServiceError("ResourceNotFoundException", 404, message)


def invalid_access(message: str) -> ServiceError:
    """InvalidAccessException, HTTP 401 (the API's model)."""
    return ServiceError("InvalidAccessException", 401, message)


def not_subscribed(account_id: str) -> ServiceError:
    """Security Hub is off; the wording has been seen in many logs."""
    return invalid_access(f"Account {account_id} is not subscribed to AWS Security Hub")


# What STS, IAM, EC2 and AWS Config call what Security Hub calls otherwise, by kind of refusal.
CODES: dict[tuple[str, str], tuple[str, int]] = {
    ("unknown_key", "sts"): ("InvalidClientTokenId", 403),
    ("unknown_key", "iam"): ("InvalidClientTokenId", 403),
    ("unknown_key", "ec2"): ("AuthFailure", 401),
    ("expired", "sts"): ("ExpiredToken", 403),
    ("expired", "iam"): ("ExpiredToken", 403),
    ("expired", "ec2"): ("RequestExpired", 400),
    ("denied", "sts"): ("AccessDenied", 403),
    ("denied", "iam"): ("AccessDenied", 403),
    ("denied", "ec2"): ("UnauthorizedOperation", 403),
    ("denied", "config"): ("AccessDeniedException", 400),
    ("throttle", "sts"): ("Throttling", 400),
    ("throttle", "iam"): ("Throttling", 400),
    ("throttle", "ec2"): ("RequestLimitExceeded", 503),
    ("throttle", "config"): ("ThrottlingException", 400),
    ("rate_limit", "sts"): ("Throttling", 400),
    ("rate_limit", "iam"): ("Throttling", 400),
    ("rate_limit", "ec2"): ("RequestLimitExceeded", 503),
    ("rate_limit", "config"): ("ThrottlingException", 400),
    ("error", "sts"): ("InternalFailure", 500),
    ("error", "iam"): ("ServiceFailure", 500),
    ("error", "ec2"): ("InternalError", 500),
    ("error", "config"): ("InternalFailure", 500),
    ("error_after", "sts"): ("InternalFailure", 500),
    ("error_after", "iam"): ("ServiceFailure", 500),
    ("error_after", "ec2"): ("InternalError", 500),
    ("error_after", "config"): ("InternalFailure", 500),
}


def unknown_key(service: str = "securityhub") -> ServiceError:
    """A key that nobody issued, or a Region that is not opted in: UnrecognizedClientException in Security Hub."""
    code, status = CODES.get(("unknown_key", service), ("UnrecognizedClientException", 403))
    if service == "ec2":
        return ServiceError(code, status, "AWS was not able to validate the provided access credentials")
    return ServiceError(code, status, UNKNOWN_KEY)


def expired(service: str = "securityhub") -> ServiceError:
    """A session that has ended: ExpiredTokenException in Security Hub."""
    code, status = CODES.get(("expired", service), ("ExpiredTokenException", 403))
    message = "Request has expired." if service == "ec2" else "The security token included in the request is expired"
    return ServiceError(code, status, message)


def denied(service: str, caller_arn: str, action: str, resource: str, policy: str = "identity-based") -> ServiceError:
    """What a service says where no policy allows the action, such as securityhub:GetMembers; or an SCP denies it."""
    code, status = CODES.get(("denied", service), ("AccessDeniedException", 403))
    on_resource = f" on resource: {resource}" if resource else ""
    reason = f"because no {policy} policy allows the {action} action"
    if policy == "service control":
        reason = "with an explicit deny in a service control policy"
    message = f"User: {caller_arn} is not authorized to perform: {action}{on_resource} {reason}"
    return ServiceError(
        code, status, f"You are not authorized to perform this operation. {message}" if service == "ec2" else message
    )


def access_denied(message: str) -> ServiceError:
    """AccessDeniedException, HTTP 403 (the API's model), for other reasons than IAM's."""
    return ServiceError("AccessDeniedException", 403, message)


def in_use(message: str) -> ServiceError:
    """ResourceInUseException, HTTP 400 (the API's model)."""
    return ServiceError("ResourceInUseException", 400, message)


def conflict(message: str) -> ServiceError:
    """ResourceConflictException, HTTP 409 (the API's model)."""
    return ServiceError("ResourceConflictException", 409, message)


def limit_exceeded(message: str) -> ServiceError:
    """LimitExceededException, HTTP 429 (the API's model)."""
    return ServiceError("LimitExceededException", 429, message)
