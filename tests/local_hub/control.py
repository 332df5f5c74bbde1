# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the control API, a way to start the server, and the keys of its accounts. Standard library only."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEY_PREFIX = "AKIAHUB0"
# Any secret will do. A long one, because short ones are masked all over the output of tools that hide secrets.
SECRET_KEY = "local-security-hub-needs-no-secret-at-all"
# What the secret keys and tokens of sessions begin with.
SESSION_SECRET_PREFIX = "local-hub-session-secret-"
DEFAULT_REGION = "eu-west-1"
READY_PREFIX = "The local Security Hub is ready at "


def access_key(account_id: str) -> str:
    """The access key id that acts as an account."""
    return KEY_PREFIX + account_id


def credentials(account_id: str) -> dict[str, str]:
    """Environment variables that let boto3, the AWS CLI and Ansible act as an account."""
    return {"AWS_ACCESS_KEY_ID": access_key(account_id), "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


class HubError(Exception):
    """The control API refused a request."""


class Hub:
    """A local Security Hub that is running at `url`; with HTTPS, `ca_file` is what its clients have to trust."""

    def __init__(self, url: str, ca_file: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.ca_file = ca_file

    def environment(self, account_id: str, region: str = DEFAULT_REGION) -> dict[str, str]:
        """`credentials`, and the variables that point a client to this server and Region."""
        return {
            **credentials(account_id),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"AWS_CA_BUNDLE": self.ca_file} if self.ca_file else {}),
        }

    def health(self) -> dict[str, str]:
        """{"status": "ok"}; OSError where nothing listens."""
        return self._request("GET", "health")

    def reset(self, **beginning: Any) -> None:
        """Forget all states, counts, faults and switches; begin with a `seed` and a list of `faults` where given."""
        self._request("POST", "reset", beginning)

    def seed(self, **body: Any) -> None:
        """Write states down: hubs, members, organization_accounts, roles and the rest (README.md)."""
        self._request("POST", "seed", body)

    def state(self) -> dict[str, Any]:
        """All hubs, members and invitations."""
        return self._request("GET", "state")

    def status(self, administrator_id: str, region: str, account_id: str) -> str | None:
        """An account's status in an administrator's list, None when it is not there."""
        members = self.state()["members"].get(administrator_id, {}).get(region, {})
        return members[account_id]["member_status"] if account_id in members else None

    def counts(self) -> dict[str, Any]:
        """How often the server has been called, and for what."""
        return self._request("GET", "counts")

    def sessions(self) -> list[dict[str, Any]]:
        """The roles' sessions that STS has handed out: region, caller, role_arn, session_name and so on."""
        return self._request("GET", "sessions")["sessions"]

    def reset_counts(self) -> None:
        """Start to count anew."""
        self._request("POST", "counts/reset")

    def fault(self, **fields: Any) -> None:
        """Switch a fault on: kind, operation, region, account_id, times, after, and the kind's own parameters."""
        self._request("POST", "faults", fields)

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are switched on, with how often each has acted."""
        return self._request("GET", "faults")["faults"]

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._request("DELETE", "faults")

    def switches(self, **values: str) -> dict[str, str]:
        """Turn the named switches, and show all of them."""
        return self._request("POST", "switches", values)

    def _request(self, method: str, path: str, body: Any = None) -> Any:
        with closing(self._connection()) as connection:
            connection.request(method, f"/_hub/{path}", None if body is None else json.dumps(body))
            reply = connection.getresponse()
            document = json.load(reply)
        if reply.status != http.HTTPStatus.OK:
            raise HubError(f"{method} {path}: {document['error']}")
        return document

    def _connection(self) -> http.client.HTTPConnection:
        # http.client asks no proxy of the environment: it is all on this machine.
        address = urlsplit(self.url)
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=self.ca_file)
            return http.client.HTTPSConnection(address.netloc, timeout=60, context=context)
        return http.client.HTTPConnection(address.netloc, timeout=60)


@contextmanager
def running_hub(quiet: bool = True, tls: bool = False) -> Iterator[Hub]:
    """Start a server on a free port, and end it afterwards. With `tls` it speaks HTTPS, and `ca_file` is set."""
    with tempfile.TemporaryDirectory(prefix="local-hub-") as folder:
        ca_file = str(Path(folder, "ca.pem")) if tls else None
        options = [*(["--quiet"] if quiet else []), *(["--tls", "--ca-file", ca_file] if ca_file else [])]
        with _running(options) as url:
            yield Hub(url, ca_file)


@contextmanager
def _running(options: list[str]) -> Iterator[str]:
    tests_folder = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests_folder), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "local_hub", "--port", "0", "--until-input-ends", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith(READY_PREFIX):
                raise HubError(f"the local Security Hub did not start: {line or 'see its error output'}")
            yield line[len(READY_PREFIX) :].strip()
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
