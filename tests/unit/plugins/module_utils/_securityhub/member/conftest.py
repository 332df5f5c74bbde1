# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the member list share."""

from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.tests.local_hub.in_process import InProcessHub
from ansible_collections.multiaccount.aws.tests.unit.member_service import Service
from ansible_collections.multiaccount.aws.tests.unit.support import accounts


@pytest.fixture(name="pair")
def _pair(hub: InProcessHub) -> Service:
    """Two accounts that can be invited."""
    return Service(hub, dict.fromkeys(accounts(2), "Created"))
