# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the signing stress, and that it finds a request with the credentials of another account."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import acting_as
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.membership import member_side
from faults import running, signing
from local_hub.control import Hub, running_hub

SEED = 20


@pytest.fixture(name="hub", scope="module")
def _hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


def test_each_request_is_signed_by_the_account_that_it_is_about(hub: Hub) -> None:
    with running.quick():
        figures = signing.stress(hub, accounts=30, regions=3, seed=SEED)
    print(figures)
    assert figures.wrongs == []
    assert figures.requests > 4 * figures.pairs
    assert figures.rows > figures.pairs
    assert figures.sessions > 30


def test_credentials_of_another_account_are_found(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    number = itertools.count()

    @contextlib.contextmanager
    def sometimes_as(role: Any) -> Iterator[None]:
        """Once in a while, sign with what the session has: the administrator's credentials."""
        with acting_as(None if next(number) % 20 == 0 else role):
            yield

    monkeypatch.setattr(member_side, "acting_as", sometimes_as)
    with running.quick():
        figures = signing.stress(hub, accounts=10, regions=2, seed=SEED)
    assert any(" requests about " in wrong and wrong.endswith("by 999988887777") for wrong in figures.wrongs)
