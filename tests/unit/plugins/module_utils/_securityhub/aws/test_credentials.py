# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of roles that are taken when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import (
    ACTING,
    SIGNED_WITH,
    ActingProvider,
    RoleCredentials,
    acting_as,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import SecurityHubError
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import (
    Role,
)
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.support import error

ACCOUNT, OTHER = "111122223333", "012345670123"
ARN = f"arn:aws:iam::{ACCOUNT}:role/security/hub-member"
FIRST, SECOND, THIRD = REGIONS = ["eu-west-1", "eu-central-1", "eu-south-1"]


class Sts:
    """Hands out keys, numbered, unless a script says what a Region's next calls meet."""

    def __init__(self, scripts: Mapping[str, list[Any]] | None = None, expires: Any = None, **answer: Any) -> None:
        self.asked: list[str] = []
        self.scripts = {region: list(script) for region, script in (scripts or {}).items()}
        self.expires, self.answer = expires, answer
        self.clients = {
            region: RegionClient(region, SimpleNamespace(assume_role=partial(self._assume_role, region)))
            for region in REGIONS
        }

    def _assume_role(self, region: str, **_request: Any) -> Mapping[str, Any]:
        self.asked.append(region)
        if self.scripts.get(region):
            raise self.scripts[region].pop(0)
        number = len(self.asked)
        keys = {"AccessKeyId": f"KEY{number}", "SecretAccessKey": "no-secret", "SessionToken": "no-token"}
        return {
            "AssumedRoleUser": {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/hub-member/session"},
            "Credentials": {**keys, "Expiration": self.expires},
            **self.answer,
        }

    def credentials(self, *regions: str, **more: Any) -> RoleCredentials:
        """Those of a role in the account."""
        return RoleCredentials(Role(ARN).request(ARN), self.clients.__getitem__, regions or REGIONS, **more)


@pytest.fixture(autouse=True)
def _no_pauses(clock: Clock) -> None:
    """Pauses move a clock of their own."""


DISABLED = error("RegionDisabledException", 403, "STS is not activated in this region.")
TOKEN_REFUSED = error("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
THROTTLED = error("Throttling", 400, "Rate exceeded")
UNREACHABLE = ConnectTimeoutError(endpoint_url="https://sts.example")
DENIED = error("AccessDenied", 403, "is not authorized to perform: sts:AssumeRole")
BROKEN = error("InternalFailure", 500, "Internal failure")


@pytest.mark.parametrize("first", [DISABLED, TOKEN_REFUSED])
def test_refusing_region_is_asked_once_and_then_another(first: Exception) -> None:
    sts = Sts({SECOND: [first] * 9})
    assert sts.credentials().take(SECOND) is None
    assert sts.asked == [SECOND, FIRST]


def test_take_region_that_does_not_respond_is_asked_once_and_last_by_others() -> None:
    sts = Sts({SECOND: [ReadTimeoutError(endpoint_url="https://sts.example")] * 9})
    assert sts.credentials().take(SECOND) is None
    assert sts.asked == [SECOND, FIRST]
    assert sts.credentials().take(SECOND) is None
    assert sts.asked == [SECOND, FIRST, FIRST]


def test_take_session_of_another_account_is_a_failure() -> None:
    sts = Sts(AssumedRoleUser={"Arn": f"arn:aws:sts::{OTHER}:assumed-role/hub-member/session"})
    credentials = sts.credentials()
    failure = credentials.take(FIRST)
    assert failure is not None
    assert (failure.error_code, sts.asked) == ("unexpected_account", [FIRST])
    assert failure.text.endswith(f":assumed-role/hub-member/session, which is not in account {ACCOUNT}")
    with pytest.raises(SecurityHubError, match="unexpected_account"):
        credentials.get_frozen_credentials()


@pytest.mark.parametrize("first", [UNREACHABLE, THROTTLED, BROKEN])
def test_failing_region_is_asked_a_few_times_and_then_another(first: Exception) -> None:
    sts = Sts({SECOND: [first] * 9})
    assert sts.credentials().take(SECOND) is None
    assert sts.asked == [SECOND] * 3 + [FIRST]


def test_last_region_is_asked_more_often() -> None:
    sts = Sts({FIRST: [THROTTLED] * 7})
    assert sts.credentials(FIRST).take(FIRST) is None
    assert sts.asked == [FIRST] * 8


def test_denied_role_is_asked_for_once_and_remembered() -> None:
    sts = Sts(dict.fromkeys(REGIONS, [DENIED] * 9))
    credentials = sts.credentials()
    failures = [credentials.take(region) for region in REGIONS]
    assert [each.error_code for each in failures if each] == ["AccessDenied"] * 3
    assert sts.asked == [FIRST]
    assert credentials.error is failures[0]
    assert credentials.renew("") is False


def test_failure_of_all_regions_is_that_of_the_last() -> None:
    sts = Sts({FIRST: [DISABLED], SECOND: [TOKEN_REFUSED], THIRD: [DENIED]})
    failure = sts.credentials().take(FIRST)
    assert failure is not None
    assert (failure.error_code, failure.region, sts.asked) == ("AccessDenied", THIRD, REGIONS)


def test_answer_without_keys_is_a_failure() -> None:
    failure = Sts(Credentials={}).credentials(FIRST).take(FIRST)
    assert failure is not None
    assert failure.error_code == "KeyError"


def test_role_is_taken_once_whatever_the_number_of_regions() -> None:
    sts = Sts()
    credentials = sts.credentials()
    assert credentials.error is None
    assert [credentials.take(region) for region in REGIONS] == [None] * 3
    assert credentials.get_frozen_credentials().access_key == "KEY1"
    assert sts.asked == [FIRST]


def test_role_is_taken_when_a_request_needs_it() -> None:
    sts = Sts({FIRST: [DENIED]})
    with pytest.raises(SecurityHubError, match="AccessDenied"):
        sts.credentials().get_frozen_credentials()


@pytest.mark.parametrize(("minutes", "keys"), [(1, ["KEY2", "KEY3"]), (60, ["KEY1", "KEY1"])])
def test_credentials_are_taken_again_before_they_expire(minutes: int, keys: list[str]) -> None:
    credentials = Sts(expires=datetime.now(UTC) + timedelta(minutes=minutes)).credentials()
    credentials.take(FIRST)
    assert [credentials.get_frozen_credentials().access_key for _time in range(2)] == keys


def test_expired_credentials_are_taken_again_once_for_all_threads() -> None:
    sts = Sts()
    credentials = sts.credentials()
    credentials.take(FIRST)
    assert [credentials.renew("KEY1"), credentials.renew("KEY1")] == [True, True]
    assert credentials.get_frozen_credentials().access_key == "KEY2"
    assert len(sts.asked) == 2


def test_requests_are_signed_for_the_unit_of_work() -> None:
    base, mine = (Sts().credentials(region, account_id=region) for region in (FIRST, SECOND))
    mine.take(SECOND)
    mine.renew("KEY1")
    shared = ActingProvider(lambda: base).load()
    assert (shared.get_frozen_credentials().access_key, SIGNED_WITH.get()) == ("KEY1", "KEY1")
    with acting_as(mine):
        assert ACTING.get() is mine
        assert (shared.get_frozen_credentials().access_key, SIGNED_WITH.get()) == ("KEY2", "KEY2")
    assert ACTING.get() is None
