# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS with the server's own certificate."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.config
import pytest
from botocore.exceptions import ConnectionClosedError, SSLError

from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, access_key, running_hub
from local_hub.tests.helpers import error_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER


@pytest.fixture(scope="module")
def secure_server() -> Iterator[Hub]:
    with running_hub(tls=True) as hub:
        yield hub


@pytest.fixture
def secure(secure_server: Hub) -> Hub:
    secure_server.reset()
    return secure_server


def securityhub(hub: Hub, verify: str | None, url: str = "") -> Any:
    """A client that sends every call once."""
    return boto3.Session(access_key(ADMINISTRATOR), SECRET_KEY, region_name=DEFAULT_REGION).client(
        "securityhub",
        endpoint_url=url or hub.url,
        verify=verify,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def test_clients_that_trust_the_authority(secure: Hub) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    securityhub(secure, secure.ca_file).enable_security_hub()
    assert list(secure.state()["hubs"]) == [ADMINISTRATOR]
    by_name = f"https://localhost:{urlsplit(secure.url).port}"
    assert securityhub(secure, secure.ca_file, by_name).describe_hub()["AutoEnableControls"] is True


def test_clients_that_do_not(secure: Hub) -> None:
    with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        securityhub(secure, None).describe_hub()
    with pytest.raises(ssl.SSLCertVerificationError):
        Hub(secure.url).health()
    assert secure.counts()["calls"] == {}


def test_faults_over_tls(secure: Hub) -> None:
    client = securityhub(secure, secure.ca_file)
    secure.fault(kind="lost_reply")
    with pytest.raises(ConnectionClosedError):
        client.enable_security_hub()
    assert error_of(client.enable_security_hub) == ("ResourceConflictException", 409)


def test_the_environment_names_the_ca_file(secure: Hub) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = {"PATH": os.environ["PATH"], **secure.environment(MEMBER)}
    output = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    assert output.stdout.decode().strip() == MEMBER


@pytest.mark.parametrize("named", [True, False])
def test_the_command_says_which_file_to_trust(tmp_path: Path, named: bool) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    options = ["--ca-file", str(tmp_path / "new" / "ca.pem")] if named else []
    command = [sys.executable, "-m", "local_hub", "--port", "0", "--quiet", "--tls", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        line = next(line for line in process.stdout if "AWS_CA_BUNDLE=" in line)
        ca_file = line.strip().partition("AWS_CA_BUNDLE=")[2]
        assert Hub(url, ca_file).health() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert process.returncode == 0
    assert Path(ca_file).exists() == named
