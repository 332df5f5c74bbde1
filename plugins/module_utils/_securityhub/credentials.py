# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Whose credentials: roles and their names, AssumeRole when it is needed, and clients that many accounts share."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from .errors import CREDENTIAL_CODES, InvalidInput, SecurityHubError
from .options import parse_account_ids
from .retry import read_with_retries, send_once

try:
    from botocore.credentials import Credentials, ReadOnlyCredentials
except ImportError:
    Credentials = object  # AnsibleAWSModule reports it

# IAM's rules for role names and paths, by its API reference.
_NAME = r"[A-Za-z0-9+=,.@_-]{1,64}"
_PATH_AND_NAME = re.compile(rf"(?:[!-.0-~]+/)*{_NAME}")
_ARN = re.compile(rf"arn:[a-z0-9-]+:iam::[0-9]{{12}}:role/(?:[!-.0-~]+/)*{_NAME}")
_SESSION_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{2,64}")
DEFAULT_SESSION_NAME = "multiaccount.aws"

# A Region's STS may be disabled in the account, refuse a token that is not valid there, or be out of reach.
_OTHER_REGION_CODES = CREDENTIAL_CODES | {"RegionDisabledException"}
# Credentials that end sooner than this are taken again.
_MARGIN = timedelta(minutes=2)
# Attempts in a Region while there is another one to ask, and in the last one.
ATTEMPTS_BEFORE_NEXT_REGION = 3
ASSUME_ROLE_ATTEMPTS = 8


@dataclass(frozen=True)
class Role:
    """A role to take.

    :param name: its name, with its path if it has one, or its ARN
    :param duration: seconds, None for the service's default
    """

    name: str
    external_id: Optional[str] = None
    session_name: str = DEFAULT_SESSION_NAME
    duration: Optional[int] = None
    policy: Optional[str] = None

    def arn(self, account_id: str, partition: str) -> str:
        """Return the ARN of the role in an account."""
        return self.name if self.name.startswith("arn:") else f"arn:{partition}:iam::{account_id}:role/{self.name}"

    def request(self, arn: str) -> Dict[str, Any]:
        """Return the parameters of AssumeRole."""
        optional = {"ExternalId": self.external_id, "DurationSeconds": self.duration, "Policy": self.policy}
        given = {key: value for key, value in optional.items() if value is not None}
        return {"RoleArn": arn, "RoleSessionName": self.session_name, **given}


def check_role_name(name: str, option: str, allow_arn: bool) -> str:
    """Return the name of a role as it is.

    :param allow_arn: whether a full ARN is allowed too
    :raises InvalidInput: for what can't be the name of a role
    """
    if name.startswith("arn:") and allow_arn:
        return check_role_arn(name, option)
    if name.startswith("arn:"):
        raise InvalidInput(
            f"{option}: {name!r} is an ARN. Set the name of the role, which is the same in each account."
        )
    if name.startswith("/"):
        raise InvalidInput(f"{option}: {name!r} begins with a slash. Write a path without it: {name.lstrip('/')!r}.")
    if not _PATH_AND_NAME.fullmatch(name):
        raise InvalidInput(
            f"{option}: {name!r} can't be the name of a role. A name has 1 to 64 letters, digits and +=,.@_-, "
            "without blanks; a path may stand in front."
        )
    return name


def check_role_arn(arn: str, option: str) -> str:
    """Return the ARN of a role as it is.

    :raises InvalidInput: for what can't be the ARN of a role
    """
    if not _ARN.fullmatch(arn):
        raise InvalidInput(
            f"{option}: {arn!r} is not the ARN of a role, such as arn:aws:iam::111122223333:role/security-hub."
        )
    return arn


def check_session_name(name: str, option: str) -> str:
    """Return the name of a role session as it is.

    :raises InvalidInput: for what STS would refuse
    """
    if not _SESSION_NAME.fullmatch(name):
        raise InvalidInput(f"{option}: {name!r} can't be a session name. It has 2 to 64 letters, digits and +=,.@_-.")
    return name


@dataclass
class RoleCredentials:
    """Credentials of a role, taken when they are needed first, and taken again before they expire.

    :param assume: sends AssumeRole in a Region and returns its Credentials
    :param regions: where STS may be asked, the one at hand first
    :param account_id: the account that they give access to, None where nobody asks
    """

    assume: Callable[[str], Mapping[str, Any]]
    regions: Sequence[str]
    account_id: Optional[str] = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _frozen: Any = None
    _expires: Optional[datetime] = None
    _error: Optional[SecurityHubError] = None

    def take(self, region: str) -> Optional[SecurityHubError]:
        """Take the role unless it is taken; return why that failed, None if it did not. A failure is remembered.

        :param region: the Region at hand, where STS is asked first
        """
        with self._lock:
            if self._frozen is None and self._error is None:
                self._take([region, *(each for each in self.regions if each != region)])
            return self._error

    def get_frozen_credentials(self) -> Any:
        """Return the credentials, as botocore asks for them before it signs a request.

        :raises SecurityHubError: if the role can't be taken
        """
        with self._lock:
            if self._frozen is None or (self._expires and datetime.now(timezone.utc) + _MARGIN >= self._expires):
                self._take(self.regions)
            if self._error:
                raise self._error
            return self._frozen

    def renew(self, access_key: str) -> bool:
        """Take the role again after the service found these credentials expired; return whether that worked.

        :param access_key: the access key that expired; where another thread has replaced it, nothing is left to do
        """
        with self._lock:
            if self._frozen is not None and self._frozen.access_key == access_key:
                self._take(self.regions)
            return self._error is None

    @property
    def error(self) -> Optional[SecurityHubError]:
        """Why the role could not be taken, None if it was, or has not been needed."""
        return self._error

    def _take(self, regions: Sequence[str]) -> None:
        self._frozen, self._error = None, None
        for number, region in enumerate(regions, 1):
            attempts = ASSUME_ROLE_ATTEMPTS if number == len(regions) else ATTEMPTS_BEFORE_NEXT_REGION
            try:
                self._frozen, self._expires = self._assume_with_retries(region, attempts)
            except SecurityHubError as error:
                # The last one is the one that another Region did not help with.
                self._error = error
                if not _may_help_elsewhere(error):
                    return
            else:
                self._error = None
                return

    def _assume_with_retries(self, region: str, attempts: int) -> Tuple[Any, Optional[datetime]]:
        def assume() -> Tuple[Any, Optional[datetime]]:
            taken = self.assume(region)
            keys = ReadOnlyCredentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
            return keys, taken.get("Expiration")

        return read_with_retries(lambda: send_once(assume, "AssumeRole", region), attempts)


def _may_help_elsewhere(error: SecurityHubError) -> bool:
    """Whether STS may take in another Region what it did not take in this one."""
    return error.is_retryable or error.error_code in _OTHER_REGION_CODES


# Whose credentials sign the requests of the unit of work at hand; None for those of the session.
_ACTING: ContextVar[Optional[RoleCredentials]] = ContextVar("acting", default=None)
# The access key that signed the last request of this thread.
_SIGNED_WITH: ContextVar[str] = ContextVar("signed_with", default="")


class Place(NamedTuple):
    """Where a module works: a Region, and with ``account_ids`` an account; None for the account of the credentials."""

    region: str
    account_id: Optional[str] = None


class ConnectionInfo(NamedTuple):
    """How to reach AWS, from the connection options: what amazon.aws's get_aws_connection_info returns.

    ``assume_role`` is a role to take before anything else, None for none.
    """

    region: Optional[str]
    endpoint_url: Optional[str]
    boto_params: Mapping[str, Any]
    assume_role: Optional[Role] = None


@contextmanager
def acting_as(credentials: Optional[RoleCredentials]) -> Iterator[None]:
    """Sign the requests of this thread with these credentials, None for those of the session."""
    token = _ACTING.set(credentials)
    try:
        yield
    finally:
        _ACTING.reset(token)


class _ActingCredentials(Credentials):
    """The credentials of a client that many accounts share: those of the unit of work that sends the request."""

    method = "multiaccount.aws"
    account_id = None

    def __init__(self, base: Callable[[], Any]) -> None:
        # Without botocore's own __init__, which wants keys: they are asked for when a request is signed.
        self._base = base

    def get_frozen_credentials(self) -> Any:
        """Return the credentials that sign a request of this thread."""
        frozen = (_ACTING.get() or self._base()).get_frozen_credentials()
        _SIGNED_WITH.set(frozen.access_key)
        return frozen


class ActingProvider:
    """Hands the shared credentials to botocore as its only credential provider."""

    METHOD = CANONICAL_NAME = "multiaccount.aws"

    def __init__(self, base: Callable[[], Any]) -> None:
        self._credentials = _ActingCredentials(base)

    def load(self) -> Any:
        """Return the credentials."""
        return self._credentials


def acting_credentials() -> Optional[RoleCredentials]:
    """Return the credentials of the unit of work at hand, None for those of the session."""
    return _ACTING.get()


def signing_key() -> str:
    """Return the access key that signed the last request of this thread, empty if there was none."""
    return _SIGNED_WITH.get()


def assume_role(params: Mapping[str, Any]) -> Optional[Role]:
    """Return the role of the options ``assume_role_...``, None where there is none.

    :raises InvalidInput: for what can't be one
    """
    arn = params.get("assume_role_arn")
    session_name = params.get("assume_role_session_name")
    if not arn:
        left = [name for name in ("assume_role_external_id", "assume_role_session_name") if params.get(name)]
        if left:
            raise InvalidInput(f"{left[0]}: there is no role to take. Set assume_role_arn too.")
        return None
    return Role(
        check_role_arn(arn, "assume_role_arn"),
        params.get("assume_role_external_id"),
        check_session_name(session_name, "assume_role_session_name") if session_name else DEFAULT_SESSION_NAME,
    )


def member_role(params: Mapping[str, Any]) -> Optional[Role]:
    """Return the role of the options ``member_role...``, None where there is none.

    :raises InvalidInput: for what can't be one
    """
    name = params.get("member_role")
    session_name = params.get("member_role_session_name")
    if name is None:
        return None
    return Role(
        check_role_name(name, "member_role", allow_arn=False),
        params.get("member_role_external_id"),
        check_session_name(session_name, "member_role_session_name") if session_name else DEFAULT_SESSION_NAME,
        params.get("member_role_duration"),
        params.get("member_role_policy"),
    )


def role_of_row(
    account_id: str, name: Optional[str], external_id: Optional[str], usual: Optional[Role]
) -> Optional[Role]:
    """Return the role of one account, from its row of ``members`` and the usual role; None where there is none.

    :raises InvalidInput: for what can't be a role, or is the role of another account
    """
    if name is None and external_id is None:
        return usual
    if name is None and usual is None:
        raise InvalidInput("members: a row has member_role_external_id, but there is no role. Set member_role too.")
    base = usual or Role("")
    role_name = check_role_name(name, "member_role of members", allow_arn=True) if name else base.name
    if role_name.startswith("arn:") and f"::{account_id}:" not in role_name:
        raise InvalidInput(f"member_role of members: {role_name!r} is not a role of account {account_id}.")
    return replace(base, name=role_name, external_id=external_id or base.external_id)


def account_roles(params: Mapping[str, Any]) -> Optional[Dict[str, Role]]:
    """Return {account ID: its role} for the options ``account_ids`` and ``member_role...``, None without account_ids.

    :raises InvalidInput: for what can't be used, or one without the other
    """
    role = member_role(params)
    if params["account_ids"] is None:
        if role:
            raise InvalidInput("member_role: there is no account to take it in. Set account_ids too.")
        return None
    account_ids = parse_account_ids(params["account_ids"], "account_ids")
    if not role and account_ids:
        raise InvalidInput("account_ids: there is no role to take in the accounts. Set member_role too.")
    return {account_id: role for account_id in account_ids if role}
