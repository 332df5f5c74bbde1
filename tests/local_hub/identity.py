# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls: the account behind an access key, permanent or temporary.

Signatures are not checked: any secret will do.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

KEY_PREFIX = "AKIAHUB0"
_PERMANENT_KEY = re.compile(KEY_PREFIX + r"([0-9]{12})", re.ASCII)
_SCOPE = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request")
_ASSUMED = re.compile(
    rb"<AccessKeyId>(?P<key>[^<]+)</AccessKeyId>.*"
    rb"<AssumedRoleId>(?P<user_id>[^<]+)</AssumedRoleId>\s*<Arn>(?P<arn>[^<]+)</Arn>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Scope:
    """What a request's signature says: access key, Region, service."""

    access_key: str
    region: str
    service: str

    @classmethod
    def parse(cls, authorization: str | None) -> Scope | None:
        """Read a SigV4 Authorization header; None when it is missing or something else."""
        found = _SCOPE.search(authorization or "")
        return cls(found.group(1), found.group(3), found.group(4).lower()) if found else None


@dataclass(frozen=True)
class Caller:
    """An account, and as whom one acts in it."""

    account_id: str
    arn: str
    user_id: str


class Callers:
    """All access keys that the server knows."""

    def __init__(self) -> None:
        self._temporary: dict[str, Caller] = {}
        self._lock = threading.Lock()

    def find(self, access_key: str) -> Caller | None:
        """Who acts with this key; None for a key that nobody has issued."""
        permanent = _PERMANENT_KEY.fullmatch(access_key)
        if permanent:
            account_id = permanent.group(1)
            return Caller(account_id, f"arn:aws:iam::{account_id}:user/hub", f"AIDAHUB0{account_id}")
        with self._lock:
            return self._temporary.get(access_key)

    def remember(self, reply: bytes) -> None:
        """Take down the temporary key of an AssumeRole reply."""
        found = _ASSUMED.search(reply)
        if found is None:
            raise ValueError("an AssumeRole reply without credentials")
        key, user_id, arn = (found.group(name).decode() for name in ("key", "user_id", "arn"))
        with self._lock:
            self._temporary[key] = Caller(arn.split(":")[4], arn, user_id)
