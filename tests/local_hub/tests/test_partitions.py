# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.multiaccount.aws.tests.local_hub.partitions import partition


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("us-isof-east-1", "aws-iso-f"),
        ("mars", "aws"),
    ],
)
def test_partition_of_region_is_that_of_the_sdk(region: str, name: str) -> None:
    assert partition(region) == name
