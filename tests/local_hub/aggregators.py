# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cross-Region aggregation: the finding aggregator of an account, which is set by seeds only.

It can be read from every Region in which Security Hub is enabled (the API's model of ListFindingAggregators, and the
user guide); its ARN names its home Region.
"""

from __future__ import annotations

from .calls import Answer, Call, Parameters, need_hub, operation, page
from .errors import not_found
from .model import Aggregator
from .partitions import partition

MOST_AGGREGATORS = 100


def _visible(call: Call) -> list[Aggregator]:
    """The account's aggregator, in the Regions of its partition."""
    aggregator = call.store.aggregators.get((call.account_id, partition(call.region)))
    return [aggregator] if aggregator else []


@operation("ListFindingAggregators")
def list_finding_aggregators(call: Call, parameters: Parameters) -> Answer:
    """The ARN of the account's aggregator, or nothing."""
    need_hub(call)
    rows = [{"FindingAggregatorArn": aggregator.arn} for aggregator in _visible(call)]
    aggregators, token = page(call, rows, parameters, most=MOST_AGGREGATORS)
    return {"FindingAggregators": aggregators, "NextToken": token}


@operation("GetFindingAggregator")
def get_finding_aggregator(call: Call, parameters: Parameters) -> Answer:
    """Home Region, linking mode and, in the modes that have them, Regions."""
    need_hub(call)
    for aggregator in _visible(call):
        if aggregator.arn == parameters["FindingAggregatorArn"]:
            return {
                "FindingAggregatorArn": aggregator.arn,
                "FindingAggregationRegion": aggregator.home_region,
                "RegionLinkingMode": aggregator.linking_mode,
                "Regions": list(aggregator.regions) or None,
            }
    raise not_found()
