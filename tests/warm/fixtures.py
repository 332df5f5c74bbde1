# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the folders whose tests run Ansible's programs against a local hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest

from local_hub.control import Hub, running_hub
from run.layout import environment
from warm.control import warm_programs

# Warnings about an inventory that is not there are of no interest to any of the tests.
QUIET = {"ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", "ANSIBLE_LOCALHOST_WARNING": "false"}


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    """A local hub for all tests."""
    with running_hub() as running:
        yield running


def programs(**settings: str) -> AbstractContextManager[str]:
    """Give a PATH with Ansible's programs for these settings. `make matrix` has some tests run another version's."""
    usual = environment(**settings)
    if other := os.environ.get("OTHER_ANSIBLE_BIN"):
        return nullcontext(os.pathsep.join([other, usual["PATH"]]))
    return warm_programs(usual)


@pytest.fixture(scope="session")
def path() -> Iterator[str]:
    """A PATH with Ansible's programs."""
    with programs(**QUIET) as found:
        yield found
