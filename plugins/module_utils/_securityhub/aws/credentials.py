# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Whose credentials: AssumeRole when it is needed, and clients that many accounts share."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn

from ..errors import CREDENTIAL_CODES, SecurityHubError
from ..inputs.roles import Role
from ..reasons import UNEXPECTED_ACCOUNT
from .api import assume_role
from .calls import RegionClient

try:
    from botocore.credentials import Credentials, ReadOnlyCredentials
except ImportError:
    Credentials = object  # AnsibleAWSModule reports it


# A Region's STS may be disabled in the account, refuse a token that is not valid there, or be out of reach.
_OTHER_REGION_CODES = CREDENTIAL_CODES | {"RegionDisabledException"}
# Credentials that end sooner than this are taken again.
_MARGIN = timedelta(minutes=2)
# Attempts in a Region while there is another one to ask.
ATTEMPTS_BEFORE_NEXT_REGION = 3


@dataclass
class RoleCredentials:
    """Credentials of a role, taken when they are needed first, and taken again before they expire.

    :param request: the parameters of AssumeRole
    :param sts: returns the client of STS in a Region
    :param regions: where STS may be asked, the one at hand first
    :param base: the credentials that sign AssumeRole, None for those of the session
    :param account_id: the account that they give access to, None where nobody asks
    :param error: why the role could not be taken, None if it was, or has not been needed
    """

    request: Mapping[str, Any]
    sts: Callable[[str], RegionClient]
    regions: Sequence[str]
    base: Any = None
    account_id: Optional[str] = None
    error: Optional[SecurityHubError] = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _frozen: Any = None
    _expires: Optional[datetime] = None

    def take(self, region: str) -> Optional[SecurityHubError]:
        """Take the role unless it is taken; return why that failed, None if it did not. A failure is remembered.

        :param region: the Region at hand, where STS is asked first
        """
        with self._lock:
            if self._frozen is None and self.error is None:
                self._take([region, *(each for each in self.regions if each != region)])
            return self.error

    def get_frozen_credentials(self) -> Any:
        """Return the credentials, as botocore asks for them before it signs a request.

        :raises SecurityHubError: if the role can't be taken
        """
        with self._lock:
            if self._frozen is None or (self._expires and datetime.now(timezone.utc) + _MARGIN >= self._expires):
                self._take(self.regions)
            if self.error:
                raise self.error
            return self._frozen

    def renew(self, access_key: str) -> bool:
        """Take the role again after the service found these credentials expired; return whether that worked.

        :param access_key: the access key that expired; where another thread has replaced it, nothing is left to do
        """
        with self._lock:
            if self._frozen is not None and self._frozen.access_key == access_key:
                self._take(self.regions)
            return self.error is None

    def _take(self, regions: Sequence[str]) -> None:
        self._frozen, self.error = None, None
        for number, client in enumerate(self._clients(regions), 1):
            once = replace(client, read_attempts=ATTEMPTS_BEFORE_NEXT_REGION, silent_reads=1)
            try:
                self._frozen, self._expires = self._assume(once if number < len(regions) else client)
            except SecurityHubError as error:
                # The last one is the one that another Region did not help with.
                self.error = error
                if not (error.is_retryable or error.is_silence or error.error_code in _OTHER_REGION_CODES):
                    return
            else:
                self.error = None
                return

    def _clients(self, regions: Sequence[str]) -> Iterator[RegionClient]:
        """Yield the clients of STS in the order of the Regions, those that do not respond at the end."""
        silent = []
        for client in map(self.sts, regions):
            if client.is_silent.is_set():
                silent.append(client)
            else:
                yield client
        yield from silent

    def _assume(self, client: RegionClient) -> Tuple[Any, Optional[datetime]]:
        """Take the role, and return its credentials and when they expire.

        :raises SecurityHubError: if that fails, or the session is one of another account than the role
        """
        with acting_as(self.base):
            session = assume_role(client, self.request)
        wanted, got = (account_of(arn) for arn in (self.request["RoleArn"], session.arn))
        if wanted != got:
            text = f"STS returned a session of {session.arn}, which is not in account {wanted}"
            raise SecurityHubError(UNEXPECTED_ACCOUNT, text, "AssumeRole", client.region)
        return ReadOnlyCredentials(*session.keys), session.expires


def account_of(arn: str) -> Any:
    """Return the account in an ARN, None where it has none."""
    return (parse_aws_arn(arn) or {}).get("account_id")


# Whose credentials sign the requests of the unit of work at hand; None for those of the session.
ACTING: ContextVar[Optional[RoleCredentials]] = ContextVar("acting", default=None)
# The access key that signed the last request of this thread.
SIGNED_WITH: ContextVar[str] = ContextVar("signed_with", default="")


class Place(NamedTuple):
    """Where a module works: a Region, and with ``account_ids`` an account; None for the account of the credentials."""

    region: str
    account_id: Optional[str] = None


class ConnectionInfo(NamedTuple):
    """How to reach AWS, from the connection options: what amazon.aws's get_aws_connection_info returns.

    ``assume_role`` is a role to take before anything else, None for none. With ``only_reads``, the sessions of roles in
    member accounts can't write.
    """

    region: Optional[str]
    endpoint_url: Optional[str]
    boto_params: Mapping[str, Any]
    assume_role: Optional[Role] = None
    only_reads: bool = False


@contextmanager
def acting_as(credentials: Optional[RoleCredentials]) -> Iterator[None]:
    """Sign the requests of this thread with these credentials, None for those of the session."""
    token = ACTING.set(credentials)
    try:
        yield
    finally:
        ACTING.reset(token)


class _ActingCredentials(Credentials):
    """The credentials of a client that many accounts share: those of the unit of work that sends the request."""

    method = "multiaccount.aws"
    account_id = None

    def __init__(self, base: Callable[[], Any]) -> None:
        # Without botocore's own __init__, which wants keys: they are asked for when a request is signed.
        self._base = base

    def get_frozen_credentials(self) -> Any:
        """Return the credentials that sign a request of this thread."""
        frozen = (ACTING.get() or self._base()).get_frozen_credentials()
        SIGNED_WITH.set(frozen.access_key)
        return frozen


class ActingProvider:
    """Hands the shared credentials to botocore as its only credential provider."""

    METHOD = CANONICAL_NAME = "multiaccount.aws"

    def __init__(self, base: Callable[[], Any]) -> None:
        self._credentials = _ActingCredentials(base)

    def load(self) -> Any:
        """Return the credentials."""
        return self._credentials
