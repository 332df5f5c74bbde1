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


def unrecognized_client() -> ServiceError:
    """UnrecognizedClientException, HTTP 403: a key that nobody issued, or a Region not opted in (seen in code)."""
    return ServiceError("UnrecognizedClientException", 403, UNKNOWN_KEY)


def conflict(message: str) -> ServiceError:
    """ResourceConflictException, HTTP 409 (the API's model)."""
    return ServiceError("ResourceConflictException", 409, message)


def limit_exceeded(message: str) -> ServiceError:
    """LimitExceededException, HTTP 429 (the API's model)."""
    return ServiceError("LimitExceededException", 429, message)
