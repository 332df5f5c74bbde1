# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which partition a Region belongs to."""

from __future__ import annotations

STARTS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
)


def partition(region: str) -> str:
    """The partition of a Region, as ARNs name it."""
    return next((name for start, name in STARTS if region.startswith(start)), "aws")
