# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One boto3 client for each service and Region of a program, with the credentials of the thread that uses it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, ReadOnlyCredentials

# As often as Terraform's provider tries a call that is throttled.
ATTEMPTS = 25


def _iso_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


class ThreadCredentials(Credentials):
    """The caller's credentials, or those of the role that a thread acts as."""

    def __init__(self, own: ReadOnlyCredentials) -> None:
        super().__init__(own.access_key, own.secret_key, own.token)
        self.thread = threading.local()

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """What the next request of this thread is signed with."""
        return getattr(self.thread, "role", None) or super().get_frozen_credentials()


class Provider(CredentialProvider):
    """Hands them to botocore."""

    METHOD = CANONICAL_NAME = "thread"

    def __init__(self, credentials: ThreadCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> ThreadCredentials:
        """The credentials."""
        return self._credentials


class Clients:
    """Makes each client once. Sessions are not safe for threads, the clients that they make are."""

    def __init__(self, connections: int, iso_times: bool = False) -> None:
        """Prepare.

        :param iso_times: read times with the standard library, where botocore tries formats one after the other
        """
        own = boto3.Session().get_credentials().get_frozen_credentials()
        self._credentials = ThreadCredentials(own)
        core = botocore.session.get_session()
        core.register_component("credential_provider", CredentialResolver([Provider(self._credentials)]))
        if iso_times:
            core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_iso_time)
        self._session = boto3.Session(botocore_session=core)
        retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
        self._config = Config(retries=retries, max_pool_connections=connections)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def __call__(self, service: str, region: str) -> Any:
        """The client of a service in a Region."""
        with self._lock:
            if (service, region) not in self._clients:
                client = self._session.client(service, region_name=region, config=self._config)
                self._clients[service, region] = client
            return self._clients[service, region]

    def assume_role(self, account: str, role: str, region: str) -> Mapping[str, str]:
        """Take a role; return its keys."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        return self("sts", region).assume_role(RoleArn=arn, RoleSessionName="bench")["Credentials"]

    @contextmanager
    def acting_as(self, keys: Mapping[str, str]) -> Iterator[None]:
        """Sign the requests of this thread with the keys of a role."""
        role = ReadOnlyCredentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self._credentials.thread.role = role
        try:
            yield
        finally:
            self._credentials.thread.role = None
