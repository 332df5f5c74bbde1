# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's DescribeRegions, and which Regions an account has opted in to."""

from __future__ import annotations

import functools
from fnmatch import fnmatchcase

import botocore.session

from .errors import ServiceError
from .partitions import partition
from .protocol import Reply
from .query_protocol import ec2_reply, numbered, text, xml

# Regions that AWS introduced before March 20, 2019 are enabled without being asked for (the user guide).
NOT_REQUIRED = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    }
)


@functools.cache
def sdk_regions(name: str) -> tuple[str, ...]:
    """The Regions of a partition that the SDK knows."""
    return tuple(botocore.session.get_session().get_available_regions("ec2", partition_name=name))


class Regions:
    """The Regions that accounts have enabled: where nothing is seeded all, and in lists those that the SDK knows."""

    def __init__(self) -> None:
        self._enabled: dict[str, set[str]] = {}

    def enable_only(self, account_id: str, regions: list[str]) -> None:
        """An account has enabled these Regions of their partitions, and no other."""
        self._enabled[account_id] = set(regions)

    def disable(self, account_id: str, regions: list[str]) -> None:
        """Of the Regions that an account has enabled, take these away."""
        partitions = {partition(region) for region in regions}
        known = {region for name in partitions for region in sdk_regions(name)}
        self._enabled[account_id] = self._enabled.get(account_id, known) - set(regions)

    def is_enabled(self, account_id: str, region: str) -> bool:
        """Whether an account has enabled a Region. Seeds speak only of the partitions of their Regions."""
        enabled = self._enabled.get(account_id)
        if enabled is None or not any(partition(name) == partition(region) for name in enabled):
            return True
        return region in enabled

    def dump(self) -> dict[str, list[str]]:
        """The seeded Regions by account id."""
        return {account_id: sorted(regions) for account_id, regions in self._enabled.items()}

    def listed(self, account_id: str, name: str) -> dict[str, str]:
        """Every Region of a partition, with its status for an account."""
        seeded = {region for region in self._enabled.get(account_id, ()) if partition(region) == name}
        regions = sorted({*sdk_regions(name), *seeded})
        return {region: self._status(account_id, region) for region in regions}

    def _status(self, account_id: str, region: str) -> str:
        if not self.is_enabled(account_id, region):
            return "not-opted-in"
        return "opt-in-not-required" if region in NOT_REQUIRED or partition(region) != "aws" else "opted-in"

    def describe(self, account_id: str, region: str, fields: dict[str, str]) -> Reply:
        """The answer to DescribeRegions: the enabled Regions, or with AllRegions all."""
        listed = self.listed(account_id, partition(region))
        named = numbered(fields, "RegionName")
        unknown = sorted(set(named) - set(listed))
        if unknown:
            raise ServiceError("InvalidParameterValue", 400, f"Invalid region names: {unknown}")
        everything = fields.get("AllRegions", "false").lower() == "true"
        rows = [
            row
            for name, status in listed.items()
            if (not named or name in named) and (everything or status != "not-opted-in")
            if _passes(row := _row(name, status), fields)
        ]
        return ec2_reply("DescribeRegions", xml("regionInfo", *map(_item, rows)))


def _row(name: str, status: str) -> dict[str, str]:
    suffix = "amazonaws.com.cn" if partition(name) == "aws-cn" else "amazonaws.com"
    return {"region-name": name, "endpoint": f"ec2.{name}.{suffix}", "opt-in-status": status}


def _passes(row: dict[str, str], fields: dict[str, str]) -> bool:
    """Whether a Region passes all filters."""
    number = 1
    while name := fields.get(f"Filter.{number}.Name"):
        if name not in row:
            raise ServiceError("InvalidParameterValue", 400, f"The filter '{name}' is invalid")
        values = numbered(fields, f"Filter.{number}.Value")
        if not any(fnmatchcase(row[name], value) for value in values):
            return False
        number += 1
    return True


def _item(row: dict[str, str]) -> str:
    name, endpoint, status = (row[key] for key in ("region-name", "endpoint", "opt-in-status"))
    return xml("item", text("regionName", name), text("regionEndpoint", endpoint), text("optInStatus", status))
