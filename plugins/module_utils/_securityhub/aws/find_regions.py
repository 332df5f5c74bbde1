# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Which Regions the words all and linked stand for, read from EC2 and the finding aggregator."""

from __future__ import annotations

from typing import Callable, List, Optional, Tuple

from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn

from ..errors import CHECK_CLOCK, CREDENTIAL_CODES, InvalidInput, SecurityHubError
from ..inputs.regions import ALL, KnownRegions, RequestedRegions, without
from ..model import ALL_REGIONS, ALL_REGIONS_EXCEPT, NO_REGIONS, SPECIFIED_REGIONS, FindingAggregator
from .api import get_aggregator, list_aggregators, list_enabled_regions
from .calls import RegionClient


def find_regions(
    requested: RequestedRegions, hub: Callable[[], RegionClient], ec2: Callable[[], RegionClient], known: KnownRegions
) -> Tuple[List[str], List[str]]:
    """Return the Regions that a word stands for, without the excluded ones, and those that botocore does not know.

    :param hub: returns the client of Security Hub in the Region of the connection options
    :param ec2: returns the client of EC2 in that Region
    :raises InvalidInput: if they can't be read, or none is left
    """
    try:
        names = list_enabled_regions(ec2()) if requested.word == ALL else _linked_from_home(hub(), ec2)
    except SecurityHubError as error:
        raise InvalidInput(_read_failed(str(requested.word), error)) from error
    regions = [name for name in names if name in known.names]
    return without(regions, requested.excluded), [name for name in names if name not in known.names]


def _linked_from_home(client: RegionClient, ec2: Callable[[], RegionClient]) -> List[str]:
    aggregator = _aggregator_at_home(client)
    found = linked_regions(aggregator, ec2)
    if found is None:
        raise InvalidInput(
            f"regions: linked: the finding aggregator has the linking mode {aggregator.linking_mode}, which this "
            "version of the collection does not know. Name the Regions."
        )
    return found


def linked_regions(aggregator: FindingAggregator, ec2: Callable[[], RegionClient]) -> Optional[List[str]]:
    """Return the home Region of an aggregator and then its linked Regions, None for an unknown linking mode.

    :param ec2: returns the client of EC2, for the linking modes that link all Regions that are enabled in the account
    :raises SecurityHubError: if these can't be listed
    """
    if aggregator.linking_mode in (ALL_REGIONS, ALL_REGIONS_EXCEPT):
        linked = [region for region in list_enabled_regions(ec2()) if region not in aggregator.regions]
    elif aggregator.linking_mode in (NO_REGIONS, SPECIFIED_REGIONS):
        linked = sorted(aggregator.regions)
    else:
        return None
    return list(dict.fromkeys([aggregator.home_region, *linked]))


def find_aggregator(client: RegionClient) -> Optional[FindingAggregator]:
    """Return the finding aggregator of the caller's account, None for none."""
    arn = next(iter(list_aggregators(client)), None)
    return get_aggregator(client, arn) if arn else None


def _aggregator_at_home(client: RegionClient) -> FindingAggregator:
    """Return the finding aggregator; refuse none, and one whose home Region is not the Region of the client."""
    arn = next(iter(list_aggregators(client)), None)
    if not arn:
        raise InvalidInput(
            f"regions: linked: the account has no finding aggregator, as ListFindingAggregators in {client.region} "
            "shows, so no Regions are linked. Make one with multiaccount.aws.securityhub_finding_aggregator, such as "
            f"region={client.region} linking_mode=all_regions, or name the Regions."
        )
    _require_home((parse_aws_arn(arn) or {}).get("region", client.region), client.region)
    aggregator = get_aggregator(client, arn)
    _require_home(aggregator.home_region, client.region)
    return aggregator


def _require_home(home_region: str, region: str) -> None:
    if home_region != region:
        raise InvalidInput(
            f"regions: linked: {region}, the Region from the connection options, is not the home Region of the finding "
            f"aggregator. Its home Region is {home_region}. Set region, or the environment variable AWS_REGION, to "
            f"{home_region}."
        )


def _read_failed(word: str, error: SecurityHubError) -> str:
    """Say what failed, why, and what to do next."""
    if error.hub_is_disabled:
        return (
            f"regions: {word}: Security Hub is not enabled in {error.region}, so the finding aggregator can't be read: "
            f"{error.text.rstrip('.')}. Set region, or the environment variable AWS_REGION, to the home Region, or "
            "name the Regions."
        )
    return (
        f"regions: {word}: {error.operation} failed in {error.region} with {error.error_code}: "
        f"{error.text.rstrip('.')}. {_next_step(error)}, or name the Regions."
    )


def _next_step(error: SecurityHubError) -> str:
    if error.clock_is_off:
        return CHECK_CLOCK.rstrip(".")
    if error.denied_action:
        return f"Allow {error.denied_action} in the caller's IAM policy"
    if error.error_code in CREDENTIAL_CODES:
        return f"Check the credentials, and whether the Region {error.region} is enabled (opted in) in the account"
    return "Fix the cause and run the task again"
