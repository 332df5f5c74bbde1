# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The calls to Security Hub about standards, one function an operation: replies to records."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Optional, Sequence

from ..model import OfferedStandard, Standard
from .calls import RegionClient, call_once, list_pages

# The service model's maximum of a page, and of a batch.
PAGE_SIZE = 100
STANDARDS_BATCH_SIZE = 25
# Who manages the standards that BatchEnableStandards enables, by StandardsManagedBy.
_OWN_PRODUCT = "Security Hub"


def describe_standards(client: RegionClient) -> List[OfferedStandard]:
    """Return the standards that the Region offers."""
    pages = list_pages(client, "DescribeStandards", client.sdk.describe_standards, MaxResults=PAGE_SIZE)
    return [_offered(entry) for page in pages for entry in page.get("Standards", [])]


def _offered(entry: Mapping[str, Any]) -> OfferedStandard:
    product = (entry.get("StandardsManagedBy") or {}).get("Product", _OWN_PRODUCT)
    return OfferedStandard(
        name=_short_name(entry["StandardsArn"]),
        standards_arn=entry["StandardsArn"],
        is_default=entry.get("EnabledByDefault", False),
        managed_by=None if product.startswith(_OWN_PRODUCT) else product,
    )


def get_enabled_standards(client: RegionClient) -> List[Standard]:
    """Return the standards that are enabled, or on their way there, or out."""
    pages = list_pages(client, "GetEnabledStandards", client.sdk.get_enabled_standards, MaxResults=PAGE_SIZE)
    return [each for page in pages for each in _standards(page)]


def _standards(response: Mapping[str, Any]) -> List[Standard]:
    entries: Iterable[Mapping[str, Any]] = response.get("StandardsSubscriptions", [])
    return [_standard(entry) for entry in entries]


def _standard(entry: Mapping[str, Any]) -> Standard:
    reason: Optional[Mapping[str, str]] = entry.get("StandardsStatusReason")
    return Standard(
        name=_short_name(entry["StandardsArn"]),
        standards_arn=entry["StandardsArn"],
        standards_subscription_arn=entry["StandardsSubscriptionArn"],
        standards_status=entry["StandardsStatus"].upper(),
        status_reason_code=reason.get("StatusReasonCode") if reason else None,
    )


def _short_name(arn: str) -> str:
    """Return the short name in the ARN of a standard: arn:aws:securityhub:REGION::standards/NAME/v/VERSION."""
    return arn.rpartition(":")[2].partition("/")[2] or arn


def enable_standards(client: RegionClient, arns: Sequence[str]) -> List[Standard]:
    """Enable at most STANDARDS_BATCH_SIZE standards, by their ARNs; return them as the response shows them."""
    requests = [{"StandardsArn": arn} for arn in arns]
    return call_once(
        client,
        "BatchEnableStandards",
        lambda: _standards(client.sdk.batch_enable_standards(StandardsSubscriptionRequests=requests)),
    )


def disable_standards(client: RegionClient, subscription_arns: Sequence[str]) -> List[Standard]:
    """Disable at most STANDARDS_BATCH_SIZE standards, by the ARNs of their subscriptions."""
    return call_once(
        client,
        "BatchDisableStandards",
        lambda: _standards(client.sdk.batch_disable_standards(StandardsSubscriptionArns=list(subscription_arns))),
    )
