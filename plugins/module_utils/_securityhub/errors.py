# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""One exception for the service, its classification, and the reasons why an account is left as it is."""

from __future__ import annotations

import re
from typing import Optional, Sequence


class InvalidInput(ValueError):
    """An option that can't be used; the text says which, why and what would be right."""


class Obstacle(Exception):
    """Something in a Region that stands in the way; the text says what, where, and what to do next."""

    def __init__(self, error_code: str, text: str) -> None:
        super().__init__(text)
        self.error_code = error_code
        self.text = text


# The reasons of the unprocessed accounts.
NOT_A_MEMBER = "not_a_member"
NOT_ATTEMPTED = "not_attempted"
REJECTED = "rejected"
UNCONFIRMED = "unconfirmed"
UNKNOWN_STATUS = "unknown_status"
SUSPENDED_REASON = "suspended"
# Error codes of ours, of what stands in the way in a Region.
OTHER_ADMINISTRATOR = "other_administrator"
NO_INVITATION = "no_invitation"
ASSOCIATED = "associated"
# TooManyRequestsException and LimitExceededException (a quota or a throttle) have been seen from Security Hub; the
# others are AWS's general codes.
_THROTTLING_CODES = frozenset(
    ["LimitExceededException", "TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"]
)
# GetMembers and DeleteMembers have been seen to say it with other codes than ResourceNotFoundException.
_NOT_FOUND_TEXT = "no such resource found"
_NOT_FOUND_CODES = frozenset(["AccessDeniedException", "BadRequestException"])
# Our code where the answer names the one account that the call was about.
UNPROCESSED_ACCOUNTS = "UnprocessedAccounts"
# How words say that what was asked for is so already, other than that an account is "already an associated member of
# another master account". Wordings have changed over the years: these only tell how long to look again.
_ALREADY, _ELSEWHERE = "already", "another"
# A password in the URL of an endpoint or a proxy, which the SDK repeats in its words.
_URL_SECRET = re.compile(r"(?<=://)[^/@\s]+(?=@)")
# How IAM names what it denies: "... is not authorized to perform: iam:CreateServiceLinkedRole on resource ...".
_DENIED_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")
# How the service names the caller: as "Account 111122223333 is not subscribed", or by an ARN, "User: arn:aws:...".
_CALLER = re.compile(r"(?:^Account |^User: arn:[a-z-]+:[a-z]+::)([0-9]{12})(?![0-9])")


class AwsFailure(Exception):
    """A call to Security Hub that failed.

    :param error_code: the service's code, or the name of the SDK's exception where no answer came
    :param text: the service's or the SDK's own words
    :param operation: the API operation, such as InviteMembers
    :param region: the Region that was called
    :param account_ids: the accounts that the call was about
    :param throttled: refused for the rate of requests or a quota; nothing was done
    :param unsent: no connection was made; nothing was done
    :param in_doubt: the request went out, and whether it was carried out is not known
    """

    def __init__(
        self,
        error_code: str,
        text: str,
        operation: str,
        region: str,
        account_ids: Sequence[str] = (),
        throttled: bool = False,
        unsent: bool = False,
        in_doubt: bool = False,
    ) -> None:
        text = _URL_SECRET.sub("***", text)
        super().__init__(f"{operation} failed in {region}: {error_code}: {text}")
        self.error_code = error_code
        self.text = text
        self.operation = operation
        self.region = region
        self.account_ids = tuple(account_ids)
        self.throttled = throttled
        self.unsent = unsent
        self.in_doubt = in_doubt

    @property
    def retryable(self) -> bool:
        """Whether another try may succeed."""
        return self.throttled or self.unsent or self.in_doubt

    @property
    def not_found(self) -> bool:
        """Whether the service says that there is no such member."""
        if self.error_code == "ResourceNotFoundException":
            return True
        return self.error_code in _NOT_FOUND_CODES and _NOT_FOUND_TEXT in self.text.lower()

    @property
    def names_accounts(self) -> bool:
        """Whether the service answered, and named the account as unprocessed."""
        return self.error_code == UNPROCESSED_ACCOUNTS

    @property
    def invalid_input(self) -> bool:
        """Whether the service objects to the request as a whole; nothing was done for any of its accounts."""
        return self.error_code == "InvalidInputException"

    @property
    def hub_is_off(self) -> bool:
        """Whether Security Hub is off in the caller's account; the code alone also stands for other refusals."""
        return self.error_code == "InvalidAccessException" and "not subscribed" in self.text

    @property
    def denied_action(self) -> str:
        """The IAM action that was denied: it may be another one than the operation's, such as sts:AssumeRole."""
        found = _DENIED_ACTION.search(self.text)
        return found.group(1) if found else f"securityhub:{self.operation}"

    @property
    def says_already(self) -> bool:
        """Whether the service says that what was asked for is so already."""
        return says_already(self.text)

    @property
    def stale(self) -> bool:
        """Whether the service says that the state is not what it was when it was read."""
        return self.not_found or self.error_code == "ResourceConflictException"

    @property
    def caller_account_id(self) -> Optional[str]:
        """The account that the service names in its words, which is the caller's, None where it names none."""
        found = _CALLER.match(self.text)
        return found.group(1) if found else None


def says_already(words: str) -> bool:
    """Whether the service's words say that what was asked for is so already."""
    return _ALREADY in words.lower() and _ELSEWHERE not in words.lower()


def says_not_there(words: str) -> bool:
    """Whether the service's words say that there is no such member."""
    return _NOT_FOUND_TEXT in words.lower()
