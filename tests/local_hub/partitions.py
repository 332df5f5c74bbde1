# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which partition a Region belongs to."""

from __future__ import annotations

import functools
from typing import Any

import botocore.session
from botocore.exceptions import UnknownRegionError


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()


@functools.cache
def partition(region: str) -> str:
    """The partition of a Region, as ARNs name it; the usual one for what the SDK does not know."""
    try:
        return str(_session().get_partition_for_region(region))
    except UnknownRegionError:
        return "aws"
