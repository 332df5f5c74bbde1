# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls: the account behind an access key, permanent or temporary.

Signatures are not checked: any secret will do.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from .partitions import partition
from .policies import Policy

KEY_PREFIX = "AKIAHUB0"
TEMPORARY_PREFIX = "ASIAHUB0"
# What the secrets of sessions begin with, so that a test can look for any of them where none may be.
SESSION_SECRET_PREFIX = "local-hub-session-secret-"
_PERMANENT_KEY = re.compile(KEY_PREFIX + r"([0-9]{12})", re.ASCII)
_SCOPE = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request")


@dataclass(frozen=True)
class Scope:
    """What a request's signature says: access key, Region, service; and the session token beside it."""

    access_key: str
    region: str
    service: str
    token: str = ""

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> Scope | None:
        """Read a SigV4 Authorization header; None when it is missing or something else."""
        found = _SCOPE.search(headers.get("authorization", ""))
        if not found:
            return None
        return cls(found.group(1), found.group(3), found.group(4).lower(), headers.get("x-amz-security-token", ""))


@dataclass(frozen=True)
class Caller:
    """An account, and as whom one acts in it. `role` is the name of an assumed role, with its path.

    `session_policy` is what AssumeRole was sent to narrow down what the session may do.
    """

    account_id: str
    arn: str
    user_id: str
    role: str = ""
    session_policy: Policy | None = None

    @property
    def is_session(self) -> bool:
        """Whether it acts with the temporary credentials of a role."""
        return bool(self.role)


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials, as long as AWS's."""

    access_key: str
    secret: str
    token: str


class Callers:
    """All access keys that the server knows."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[Caller, Credentials]] = {}
        self._expired: set[str] = set()
        self._lock = threading.Lock()

    def find(self, scope: Scope) -> Caller | None:
        """Who acts with this key in this Region; None for one that nobody has issued, or not in this partition."""
        permanent = _PERMANENT_KEY.fullmatch(scope.access_key)
        if permanent:
            account_id = permanent.group(1)
            arn = f"arn:{partition(scope.region)}:iam::{account_id}:user/hub"
            return Caller(account_id, arn, f"AIDAHUB0{account_id}")
        with self._lock:
            caller, credentials = self._sessions.get(scope.access_key, (None, None))
        if caller is None or credentials is None or scope.token != credentials.token:
            return None
        return caller if caller.arn.split(":")[1] == partition(scope.region) else None

    def issue(self, caller: Caller) -> Credentials:
        """New temporary credentials that act as `caller`."""
        key = TEMPORARY_PREFIX + secrets.token_hex(6).upper()
        secret, token = (SESSION_SECRET_PREFIX + secrets.token_urlsafe(length) for length in (12, 162))
        credentials = Credentials(key, secret, token)
        with self._lock:
            self._sessions[key] = (caller, credentials)
        return credentials

    def expire(self, access_key: str) -> None:
        """End a session: its credentials are refused from now on."""
        with self._lock:
            self._expired.add(access_key)

    def is_expired(self, access_key: str) -> bool:
        """Whether a session has ended."""
        with self._lock:
            return access_key in self._expired
