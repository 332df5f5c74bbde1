# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.loaders import create_loader
from botocore.utils import parse_timestamp

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import sessions
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import list_members
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import (
    RegionClient,
    read_or_error,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.sessions import AwsSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import Role
from ansible_collections.multiaccount.aws.tests.unit.sessions import (
    ENDPOINT,
    KEYS,
    connection,
    map_regions,
    not_started,
    write_profile,
)
from ansible_collections.multiaccount.aws.tests.unit.support import error

pytestmark = pytest.mark.usefixtures("quick")  # the service's model is read once


def test_the_files_of_the_sdk_are_read_by_one_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    def create(search_path: str | None = None) -> Any:
        made.append(create_loader(search_path))
        return made[-1]

    monkeypatch.setattr("botocore.session.create_loader", create)
    connection().connect()
    assert len(made) == 1


def test_half_a_key_is_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    with pytest.raises(InvalidInput, match=r"^The credentials can't be used: Partial credentials found"):
        map_regions(connection(["eu-west-1"], None, verify=True), lambda client: client.sdk)


def test_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "unit-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "no-secret-at-all")
    assert map_regions(connection(verify=True), lambda client: client.region) == {"eu-west-1": "eu-west-1"}


def test_credentials_of_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[security]\naws_access_key_id = of-profile\naws_secret_access_key = no-secret-at-all\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    sdk = map_regions(connection(profile_name="security"), lambda client: client.sdk)["eu-west-1"]
    assert sdk._request_signer._credentials.get_frozen_credentials().access_key == "of-profile"


@pytest.mark.parametrize(
    ("verify", "used"), [(True, "/of/profile.pem"), (False, False), ("/of/option.pem", "/of/option.pem")]
)
def test_client_verifies_as_the_profile_says_unless_an_option_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verify: Any, used: Any
) -> None:
    write_profile(monkeypatch, tmp_path, "ca_bundle = /of/profile.pem")
    session = RegionSession(ConnectionInfo("eu-west-1", None, {"profile_name": "security", "verify": verify}), None)
    sdk = map_regions(session, lambda client: client.sdk)["eu-west-1"]
    assert sdk._endpoint.http_session._verify == used


def test_client_takes_endpoint_url_of_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_profile(monkeypatch, tmp_path, f"endpoint_url = {ENDPOINT}")
    session = RegionSession(ConnectionInfo("us-east-1", None, {"profile_name": "security", "verify": True}), None)
    assert map_regions(session, lambda client: client.sdk.meta.endpoint_url) == {"us-east-1": ENDPOINT}


@pytest.mark.parametrize("stage", ["found", "expired"])
def test_credential_process_that_fails_shows_nothing_that_it_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stage: str
) -> None:
    states = [tmp_path / name for name in ("first", "second")]  # botocore runs it twice before a request
    program = tmp_path / "process.py"
    expired = '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "%s"}'
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    program.write_text(
        f"import pathlib, sys\nfor name in {list(map(str, states))!r}:\n    state = pathlib.Path(name)\n"
        f"    if not state.exists():\n        state.touch()\n        print({expired % soon!r})\n        sys.exit(0)\n"
        "sys.exit('token hunter2 was refused')\n"
    )
    if stage == "found":
        for state in states:
            state.touch()
    file = tmp_path / "config"
    file.write_text(f"[profile security]\ncredential_process = {sys.executable} {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    session = connection(profile_name="security")
    if stage == "found":
        with pytest.raises(InvalidInput) as refusal:
            session.connect()
        message = str(refusal.value)
    else:
        found = session.map_regions(lambda client: read_or_error(lambda: list_members(client)), not_started)
        message = str(found["eu-west-1"].error)
    assert "the credential_process of the profile failed. Run its command in a shell to see why" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https:/me:hunter2@host", "***@host"),
        ("me:hunter2@host:5555", "***@host:5555"),
        ("https://me:hun ter2@host", "***@host"),
        ("https://me:hunter2/@x@host", "***@host"),
        ("host:5555", "host:5555"),
        ("https://[host", "https://[host"),
    ],
)
def test_endpoint_url_that_is_none_is_refused_without_its_password(url: str, shown: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        RegionSession(ConnectionInfo("eu-west-1", url, KEYS), None)
    assert str(refusal.value).startswith(f"endpoint_url can't be used: '{shown}' is not a URL")


def test_a_profile_that_does_not_exist() -> None:
    with pytest.raises(InvalidInput, match=r"^The credentials can't be used: .*nobody"):
        connection(profile_name="nobody")


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678901Z",
        "2026-01-02T03:04:05.678901234Z",
        "2026-01-02T03:04:05.6+00:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05+02:00",
        "2026-01-02T03:04Z",
        "20260102T030405Z",
        "2026-01-02",
        "Tue, 02 Jan 2026 03:04:05 GMT",
        "1767323045",
        1767323045,
        1767323045.5,
    ],
)
def test_times_are_those_that_botocore_finds(value: Any) -> None:
    assert sessions.parse_time(value).isoformat() == parse_timestamp(value).isoformat()


def test_the_usual_time_takes_no_trial_of_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "parse_timestamp", None)
    for sdk in map_regions(connection(["eu-west-1"]), lambda client: client.sdk).values():
        parser = sdk._endpoint._response_parser_factory.create_parser("rest-json")
        assert parser._timestamp_parser("2026-01-02T03:04:05.678Z").isoformat() == "2026-01-02T03:04:05.678000+00:00"


def signing_credentials(session: RegionSession) -> Any:
    sdk = map_regions(session, lambda client: client.sdk)["eu-west-1"]
    return sdk._request_signer._credentials.get_frozen_credentials()


@pytest.mark.parametrize("explicit", [True, False])
def test_aws_security_token_is_sent_with_the_keys_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, explicit: bool
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another-key" if explicit else KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECURITY_TOKEN", "a-token-by-its-old-name")
    credentials = signing_credentials(connection(None, "eu-west-1", **KEYS))
    assert credentials.token == (None if explicit else "a-token-by-its-old-name")


def test_profile_that_asks_for_an_mfa_code_is_refused_before_any_prompt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text(
        "[profile security]\nrole_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
        "[profile base]\naws_access_key_id = of-base\naws_secret_access_key = no-secret-at-all\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with pytest.raises(InvalidInput, match=r"^profile: security asks for an MFA code \(mfa_serial\)"):
        map_regions(connection(profile_name="security"), lambda client: client.sdk)


@pytest.mark.parametrize(
    ("refusal", "step"),
    [
        (error("AccessDenied", 403, "is not authorized to perform: sts:AssumeRole"), "Check the role's trust policy"),
        (error("SignatureDoesNotMatch", 403, "Signature expired: 20231201T000000Z is earlier"), "Check the clock"),
    ],
)
def test_connect_without_the_role_to_assume_never_works_with_other_credentials(refusal: Any, step: str) -> None:
    def assume_role(**_request: Any) -> Any:
        raise refusal

    arn = "arn:aws:iam::111122223333:role/audit"
    session = AwsSession(ConnectionInfo("eu-west-1", ENDPOINT, KEYS, Role(arn)))
    sts = RegionClient("eu-west-1", SimpleNamespace(assume_role=assume_role))
    for _time in range(2):
        with pytest.raises(InvalidInput, match=rf"^assume_role_arn: AssumeRole of {arn} failed in eu-west-1 .*{step}"):
            session.connect(lambda _region: sts, ["eu-west-1"])
        assert session.credentials is None
