# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cross-Region aggregation: the finding aggregator of an account, one in each partition.

It can be read from every Region in which Security Hub is enabled (the API's model of ListFindingAggregators, and the
user guide), and changed in its home Region only, which its ARN names.
"""

from __future__ import annotations

from dataclasses import replace

from .calls import Answer, Call, Parameters, need_hub, operation, page
from .errors import ServiceError, invalid_input, limit_exceeded, not_found
from .model import LINKING_MODES, MODES_WITH_REGIONS, Aggregator
from .partitions import partition

MOST_AGGREGATORS = 100


def _put(call: Call, aggregator: Aggregator | None) -> None:
    call.store.put_aggregator(call.account_id, partition(call.region), aggregator, call.now)


def _visible(call: Call) -> Aggregator | None:
    """The account's aggregator, in the Regions of its partition."""
    return call.store.aggregator(call.account_id, partition(call.region), call.seen_at)


def _row(aggregator: Aggregator) -> Answer:
    return {
        "FindingAggregatorArn": aggregator.arn,
        "FindingAggregationRegion": aggregator.home_region,
        "RegionLinkingMode": aggregator.linking_mode,
        "Regions": list(aggregator.regions) or None,
    }


@operation("ListFindingAggregators")
def list_finding_aggregators(call: Call, parameters: Parameters) -> Answer:
    """The ARN of the account's aggregator, or nothing."""
    need_hub(call)
    aggregator = _visible(call)
    rows = [{"FindingAggregatorArn": aggregator.arn}] if aggregator else []
    aggregators, token = page(call, rows, parameters, most=MOST_AGGREGATORS)
    return {"FindingAggregators": aggregators, "NextToken": token}


@operation("GetFindingAggregator")
def get_finding_aggregator(call: Call, parameters: Parameters) -> Answer:
    """Home Region, linking mode and, in the modes that have them, Regions."""
    need_hub(call)
    aggregator = _visible(call)
    if aggregator is None or aggregator.arn != parameters["FindingAggregatorArn"]:
        raise not_found()
    return _row(aggregator)


@operation("CreateFindingAggregator")
def create_finding_aggregator(call: Call, parameters: Parameters) -> Answer:
    """Make the Region of the call the home Region."""
    need_hub(call)
    if call.truth.administrator(call.place):
        # The status is that of a public report.
        raise ServiceError("InvalidInputException", 401, "A finding aggregator cannot be created by a member account.")
    if call.store.aggregator(call.account_id, partition(call.region)):
        refuse = invalid_input if call.switches["second_aggregator"] == "invalid_input" else limit_exceeded
        raise refuse("A finding aggregator already exists")
    mode, regions = _linking(call, parameters)
    aggregator = Aggregator(call.account_id, call.region, mode, regions)
    _put(call, aggregator)
    return _row(aggregator)


@operation("UpdateFindingAggregator")
def update_finding_aggregator(call: Call, parameters: Parameters) -> Answer:
    """Change linking mode and Regions."""
    aggregator = _at_home(call, parameters)
    mode, regions = _linking(call, parameters)
    changed = replace(aggregator, linking_mode=mode, regions=regions)
    _put(call, changed)
    return _row(changed)


@operation("DeleteFindingAggregator")
def delete_finding_aggregator(call: Call, parameters: Parameters) -> Answer:
    """End the aggregation."""
    _at_home(call, parameters)
    _put(call, None)
    return {}


def _at_home(call: Call, parameters: Parameters) -> Aggregator:
    """The aggregator that is named; refused where there is none, and outside of its home Region."""
    need_hub(call)
    aggregator = call.store.aggregator(call.account_id, partition(call.region))
    if aggregator is None or aggregator.arn != parameters["FindingAggregatorArn"]:
        raise not_found()
    if aggregator.home_region != call.region:
        raise invalid_input(f"The finding aggregator can be changed in its home Region {aggregator.home_region} only")
    return aggregator


def _linking(call: Call, parameters: Parameters) -> tuple[str, tuple[str, ...]]:
    """Linking mode and Regions that fit together, as InvalidInputException otherwise."""
    mode, regions = parameters["RegionLinkingMode"], tuple(parameters.get("Regions", ()))
    if mode not in LINKING_MODES:
        raise invalid_input(f"Invalid parameter: RegionLinkingMode can be {', '.join(LINKING_MODES)}, not {mode}")
    if bool(regions) != (mode in MODES_WITH_REGIONS):
        raise invalid_input(f"Invalid parameter: Regions belong to {' and '.join(MODES_WITH_REGIONS)}")
    there = call.store.regions.listed(call.account_id, partition(call.region))
    wrong = [region for region in regions if region not in there or region == call.region]
    if wrong:
        raise invalid_input(f"Invalid parameter: Regions has {', '.join(wrong)}, which cannot be linked")
    return mode, regions
