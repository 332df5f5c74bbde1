# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""One exception for the service, and its classification."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Generic, Optional, Sequence, TypeVar, Union

T = TypeVar("T")

# Error code of this collection for an account that the response to a call names as unprocessed.
UNPROCESSED_ACCOUNTS = "UnprocessedAccounts"
# Error code of the SDK where a service was connected and did not respond in time.
SILENCE = "ReadTimeoutError"
# Stands in for a message or ProcessingResult that is empty.
NO_REASON = "The service gave no reason."

# TooManyRequestsException and LimitExceededException (a quota or a throttle) have been seen from Security Hub; the
# others are AWS's general codes.
THROTTLING_CODES = frozenset(
    ["LimitExceededException", "TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"]
)
CREDENTIAL_CODES = frozenset(
    [
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "AuthFailure",  # EC2's
    ]
)
EXPIRED_CODES = frozenset(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"])
DENIED_CODES = frozenset(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
# Refusals that concern the caller or the Region, never one account of the request.
_CALLER_CODES = CREDENTIAL_CODES | EXPIRED_CODES | DENIED_CODES | {"InvalidAccessException", "OptInRequired"}

# GetMembers and DeleteMembers have been seen to say it with other codes than ResourceNotFoundException.
_NOT_FOUND_TEXT = "no such resource found"
_NOT_FOUND_CODES = frozenset(["AccessDeniedException", "BadRequestException"])
# How a message tells that a request is done already, other than that an account is "already an associated member of
# another master account". Wordings have changed over the years: these only decide how long to read again.
_ALREADY, _ELSEWHERE = "already", "another"
# GuardDuty's documentation and published scripts have this of a caller that is a member itself.
_CALLER_IS_MEMBER_TEXT = "cannot invite other accounts since it is already"
_OWN_ACCOUNT_TEXTS = ("cannot invite itself", "member of itself")
# How the service refuses an account under a configuration policy: both are in public reports. The second differs from
# what IAM says of a user or a role, which begins with "User: arn:aws:...".
_MANAGED_TEXT = re.compile(r"configuration policy|^Account id [0-9]{12} is not authorized", re.IGNORECASE)
# How a message tells that the same request may succeed later.
_TRANSIENT = re.compile(
    r"internal (server |service )?(error|failure|exception)|try (again|later)|throttl|rate exceeded|"
    r"too many requests|temporar|timed? ?out|unavailable|in progress|(?-i:\bPENDING\b)",
    re.IGNORECASE,
)
# How the services refuse the time of a signature: by this code, or one of CREDENTIAL_CODES with such a message.
_CLOCK_CODES = frozenset(["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"])
_CLOCK_TEXT = re.compile(r"signature (has )?expired|signature not yet current", re.IGNORECASE)
CHECK_CLOCK = (
    "Check the clock of the machine that runs the task (date, time and time zone), and whether the credentials have "
    "expired."
)
# A password in the URL of an endpoint or a proxy, which the SDK repeats in its messages.
_URL_SECRET = re.compile(r"(?<=://)[^\s\"']+(?=@)")
# How IAM names a service control policy as the cause: an explicit deny in one, or none that allows the action.
_ORGANIZATION_DENIES = "service control policy"
# The services of the operations that are not Security Hub's, as IAM names them.
_SERVICES = {"DescribeRegions": "ec2", "DescribeConfigurationRecorderStatus": "config"}
# How IAM names what it denies: "... is not authorized to perform: iam:CreateServiceLinkedRole on resource ...", or
# without the action, as EC2 does.
_DENIED_ACTION = re.compile(r"not authorized to perform(?:: ([a-z0-9-]+:[A-Za-z]+))?")
# What would act on a terminal: escape sequences with what belongs to them, and the other control characters.
_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # such as a colour
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # such as a window's title
    r"|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# How the service names the caller: as "Account 111122223333 is not subscribed", or by an ARN, "User: arn:aws:...".
_CALLER = re.compile(r"(?:^Account |^User: arn:[a-z-]+:[a-z]+::)([0-9]{12})(?![0-9])")


def without_passwords(text: str) -> str:
    """Return a message of the SDK without what stands before the host in a URL."""
    return _URL_SECRET.sub("***", text)


class InvalidInput(ValueError):
    """An option that can't be used; the text names it, says why, and what would be right."""


class PreconditionFailed(Exception):
    """Something known to stand in the way in a Region.

    :param error_code: one of the reasons, which tell what to do next
    :param template: says what it is, with {account}, {region} and what else ``parts`` has
    :param next_step: where it is another than the reason's
    """

    def __init__(self, error_code: str, template: str, next_step: Optional[str] = None, **parts: object) -> None:
        self.error_code = error_code
        self.next_step = next_step
        self._template = template
        self._parts = {"account": "The account", **parts}
        super().__init__(self.worded())

    def worded(self, **parts: object) -> str:
        """Return what stands in the way, with other parts."""
        return self._template.format(**{**self._parts, **parts})


@dataclass(eq=False)
class SecurityHubError(Exception):
    """A call to Security Hub that failed.

    :param error_code: the service's code, or the name of the SDK's exception where there was no response
    :param text: the message of the service or the SDK
    :param operation: the API operation, such as InviteMembers
    :param region: the Region that was called
    :param account_ids: the accounts that the call was about
    :param status: the HTTP status of the response, 0 where there was none
    :param throttled: refused for the rate of requests or a quota; nothing was done
    :param unsent: no connection was made; nothing was done
    :param in_doubt: the request was sent, and whether it was carried out is not known
    """

    error_code: str
    text: str
    operation: str
    region: str
    account_ids: Sequence[str] = ()
    status: int = 0
    throttled: bool = False
    unsent: bool = False
    in_doubt: bool = False

    def __post_init__(self) -> None:
        self.account_ids = tuple(self.account_ids)
        self.text = printable(without_passwords(self.text)) or NO_REASON
        super().__init__(f"{self.operation} failed in {self.region}: {self.error_code}: {self.text}")

    @property
    def is_retryable(self) -> bool:
        """Whether another attempt may succeed."""
        return self.throttled or self.unsent or self.in_doubt or self.is_transient

    @property
    def is_transient(self) -> bool:
        """Whether the service refused for a reason that passes, or gave none. Nothing was done."""
        refused = self.names_accounts or (400 <= self.status < 500 and not self.throttled and not self._concerns_caller)
        return refused and is_transient_message(self.text)

    @property
    def refuses_request(self) -> bool:
        """Whether the service refused the request as a whole, possibly for one of its accounts. Nothing was done."""
        return 400 <= self.status < 500 and not self.is_retryable and not self._concerns_caller

    @property
    def _concerns_caller(self) -> bool:
        return self.error_code in _CALLER_CODES and not self.is_not_found

    @property
    def is_not_found(self) -> bool:
        """Whether the service says that there is no such member."""
        if self.error_code == "ResourceNotFoundException":
            return True
        return self.error_code in _NOT_FOUND_CODES and is_not_found_message(self.text)

    @property
    def names_accounts(self) -> bool:
        """Whether the service responded, and named the account as unprocessed."""
        return self.error_code == UNPROCESSED_ACCOUNTS

    @property
    def is_silence(self) -> bool:
        """Whether the service was connected and did not respond in time."""
        return self.error_code == SILENCE

    @property
    def clock_is_off(self) -> bool:
        """Whether the service refused the time at which the request was signed."""
        return self.error_code in _CLOCK_CODES or _CLOCK_TEXT.search(self.text) is not None

    @property
    def hub_is_disabled(self) -> bool:
        """Whether Security Hub is not enabled in the caller's account; the code alone also means other refusals."""
        return self.error_code == "InvalidAccessException" and "not subscribed" in self.text

    @property
    def denied_action(self) -> Optional[str]:
        """The action that IAM denied, which may be another one than the operation's; None if IAM denied nothing."""
        found = _DENIED_ACTION.search(self.text)
        service = _SERVICES.get(self.operation, "securityhub")
        return (found.group(1) or f"{service}:{self.operation}") if found else None

    @property
    def is_denied_by_organization(self) -> bool:
        """Whether a service control policy of the caller's organization denies the request."""
        return self.error_code in DENIED_CODES and _ORGANIZATION_DENIES in self.text

    @property
    def is_managed_centrally(self) -> bool:
        """Whether an organization's configuration policy manages what the request would change."""
        return is_managed_centrally_message(self.text)

    @property
    def is_stale(self) -> bool:
        """Whether the service says that the state is not the one that was read."""
        return self.is_not_found or self.has_aggregator or self.error_code == "ResourceConflictException"

    @property
    def has_aggregator(self) -> bool:
        """Whether no finding aggregator was created because the account has one."""
        return self.operation == "CreateFindingAggregator" and is_already_done_message(self.text)

    @property
    def caller_account_id(self) -> Optional[str]:
        """The caller's account where the message names it, None where it does not."""
        found = _CALLER.match(self.text)
        return found.group(1) if found else None


# What can end the work in a Region or an account, for annotations and for "except".
Failure = Union[SecurityHubError, PreconditionFailed]
FAILURES = (SecurityHubError, PreconditionFailed)


@dataclass(frozen=True)
class RegionResult(Generic[T]):
    """What came of one Region: a value, and the error that ended the work, None if none did.

    ``account_id`` returns the account that called there, None if that can't be found out.
    """

    value: T
    error: Optional[Failure] = None
    account_id: Callable[[], Optional[str]] = field(default=lambda: None, compare=False)


def printable(text: str) -> str:
    """Return a text without escape sequences and control characters, which would act on a terminal."""
    return _CONTROL.sub(" ", _ESCAPE_SEQUENCE.sub("", text)).strip()


def is_already_done_message(message: str) -> bool:
    """Whether the service says that the request is done already."""
    return _ALREADY in message.lower() and _ELSEWHERE not in message.lower()


def is_other_administrator_message(message: str) -> bool:
    """Whether the service refuses an account because it is a member of another administrator."""
    return _ALREADY in message.lower() and _ELSEWHERE in message.lower()


def is_not_found_message(message: str) -> bool:
    """Whether the service says that there is no such member."""
    return _NOT_FOUND_TEXT in message.lower()


def is_transient_message(message: str) -> bool:
    """Whether the service says that the same request may succeed later, or gives no reason at all."""
    return message == NO_REASON or _TRANSIENT.search(message) is not None


def is_caller_a_member_message(message: str) -> bool:
    """Whether the service refuses an invitation because the calling account is a member itself."""
    return _CALLER_IS_MEMBER_TEXT in message.lower()


def is_managed_centrally_message(message: str) -> bool:
    """Whether the service refuses a change because an organization's configuration policy governs the account."""
    return _MANAGED_TEXT.search(message) is not None


def is_own_account_message(message: str) -> bool:
    """Whether the service refuses an account because it is the caller's own."""
    return any(text in message.lower() for text in _OWN_ACCOUNT_TEXTS)
