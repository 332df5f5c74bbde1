# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The standards that Security Hub offers, by short name: name/v/version."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from .partitions import partition

SHORT_NAME = re.compile(r"[a-z0-9-]+/v/[0-9.]+")
STANDARD = re.compile(r"arn:[a-z-]+:securityhub:[a-z0-9-]*::(?:standards|ruleset)/([a-z0-9-]+/v/[0-9.]+)")
EVERYWHERE = ("aws", "aws-cn", "aws-us-gov")


@dataclass(frozen=True)
class Offer:
    """A standard as DescribeStandards lists it, and the partitions that have it."""

    name: str
    title: str
    by_default: bool = False
    partitions: tuple[str, ...] = EVERYWHERE
    product: str = "Security Hub"


# EnableSecurityHub enables the first two unless told otherwise (the API's model).
OFFERS = (
    Offer("aws-foundational-security-best-practices/v/1.0.0", "AWS Foundational Security Best Practices v1.0.0", True),
    Offer("cis-aws-foundations-benchmark/v/1.2.0", "CIS AWS Foundations Benchmark v1.2.0", True),
    Offer("cis-aws-foundations-benchmark/v/1.4.0", "CIS AWS Foundations Benchmark v1.4.0"),
    Offer("cis-aws-foundations-benchmark/v/3.0.0", "CIS AWS Foundations Benchmark v3.0.0"),
    Offer("cis-aws-foundations-benchmark/v/5.0.0", "CIS AWS Foundations Benchmark v5.0.0"),
    Offer("nist-800-53/v/5.0.0", "NIST Special Publication 800-53 Revision 5"),
    Offer("nist-800-171/v/2.0.0", "NIST Special Publication 800-171 Revision 2", partitions=("aws", "aws-us-gov")),
    Offer("pci-dss/v/3.2.1", "PCI DSS v3.2.1"),
    Offer("pci-dss/v/4.0.1", "PCI DSS v4.0.1"),
    Offer("aws-resource-tagging-standard/v/1.0.0", "AWS Resource Tagging Standard v1.0.0", partitions=("aws",)),
    Offer("service-managed-aws-control-tower/v/1.0.0", "Service-Managed Standard: AWS Control Tower",
          partitions=("aws",), product="Control Tower"),
)  # fmt: skip
# The only one whose ARN has no Region.
GLOBAL = "cis-aws-foundations-benchmark/v/1.2.0"


def standards_arn(name: str, region: str) -> str:
    """The ARN of a standard in a Region."""
    if name == GLOBAL:
        return f"arn:{partition(region)}:securityhub:::ruleset/{name}"
    return f"arn:{partition(region)}:securityhub:{region}::standards/{name}"


@functools.cache
def short_name(arn: str) -> str | None:
    """The short name in a standard's ARN; None for what is no standard's ARN."""
    found = STANDARD.fullmatch(arn)
    return found.group(1) if found else None


def offers(region: str, chosen: tuple[str, ...] | None) -> list[Offer]:
    """What a Region offers: all that its partition has, or those that a seed has chosen."""
    there = [offer for offer in OFFERS if partition(region) in offer.partitions]
    return there if chosen is None else [offer for offer in OFFERS if offer.name in chosen]


def default_names(region: str, chosen: tuple[str, ...] | None = None) -> list[str]:
    """The standards that are enabled with Security Hub."""
    return [offer.name for offer in offers(region, chosen) if offer.by_default]
