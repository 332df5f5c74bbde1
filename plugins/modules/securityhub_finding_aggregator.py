#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_finding_aggregator
version_added: 1.0.0
short_description: Manage cross-Region aggregation of AWS Security Hub
description:
  - Creates, changes, moves and deletes the finding aggregator of an account, which replicates findings from the linked
    Regions to the home Region. An account has at most one.
  - The Region of the connection, O(region), is the home Region.
  - Runs with the credentials of the administrator account. Its members' findings are aggregated only from Regions in
    which they are enabled members, and AWS refuses the finding aggregator of a member account.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  state:
    description:
      - V(present), there is a finding aggregator with this O(linking_mode) and these O(linked_regions).
      - V(absent), there is none. Findings that were replicated stay.
    type: str
    choices: [present, absent]
    default: present
  linking_mode:
    description:
      - Which Regions are linked. Required with O(state=present).
      - V(all_regions), all that are enabled in the account, and those that AWS adds later.
        V(all_regions_except_specified), the same without O(linked_regions). V(specified_regions), only
        O(linked_regions). V(no_regions), none.
    type: str
    choices: [all_regions, all_regions_except_specified, specified_regions, no_regions]
  linked_regions:
    description:
      - The Regions that O(linking_mode) includes or leaves out, as a list or as one string with commas, spaces or
        newlines between them. Their order makes no difference.
      - Required with O(linking_mode=specified_regions) and O(linking_mode=all_regions_except_specified), and refused
        with the others. The home Region can't be one of them.
    type: list
    elements: str
  move:
    description:
      - What happens to a finding aggregator of another home Region, which AWS can't change.
      - With V(false), the task fails and names it. With V(true), it is deleted there and created in O(region). Findings
        that were replicated stay in the former home Region.
    type: bool
    default: false
notes:
  - Needs the IAM permissions C(securityhub:ListFindingAggregators) and C(securityhub:GetFindingAggregator). A run needs
    C(securityhub:CreateFindingAggregator), C(securityhub:UpdateFindingAggregator) or
    C(securityhub:DeleteFindingAggregator), for what it does. With C(securityhub:GetAdministratorAccount) it is known
    before the first write that the account is itself a member, which can't create a finding aggregator.
  - Security Hub must be enabled in the home Region.
seealso:
  - module: multiaccount.aws.securityhub_hub_info
  - module: multiaccount.aws.securityhub_membership
extends_documentation_fragment:
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.administrator
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.converges
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: Aggregate the findings of all Regions in eu-west-1
  multiaccount.aws.securityhub_finding_aggregator:
    region: eu-west-1
    linking_mode: all_regions

- name: Aggregate the findings of two Regions only
  multiaccount.aws.securityhub_finding_aggregator:
    region: eu-west-1
    linking_mode: specified_regions
    linked_regions: [eu-central-1, us-east-1]

- name: Move the aggregation to eu-central-1
  multiaccount.aws.securityhub_finding_aggregator:
    region: eu-central-1
    linking_mode: all_regions_except_specified
    linked_regions: [us-east-1]
    move: true

- name: End the aggregation
  multiaccount.aws.securityhub_finding_aggregator:
    region: eu-central-1
    state: absent

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_finding_aggregator --check --diff \
#   -a 'region=eu-west-1 linking_mode=all_regions'
"""

RETURN = r"""
finding_aggregator:
  description:
    - The finding aggregator of the account, or in check mode the expected one. V(null) for none.
    - Where the task fails, it is what was seen last, V(null) if nothing was. This is also so where a change is
      V(unconfirmed), accepted and not seen in time.
    - An account that is itself a member can't create one, V(caller_is_member). The task fails before the first write.
  returned: always
  type: dict
  contains: &aggregator
    finding_aggregator_arn:
      description: The ARN. V(null) in check mode for one that would be created.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:finding-aggregator/123e4567-e89b-12d3-a456-426652340000
    finding_aggregation_region:
      description: The home Region.
      returned: always
      type: str
      sample: eu-west-1
    region_linking_mode:
      description: Which Regions are linked, as AWS writes the values of O(linking_mode).
      returned: always
      type: str
      sample: SPECIFIED_REGIONS
    regions:
      description: The Regions that the linking mode includes or excludes, empty for the other modes.
      returned: always
      type: list
      elements: str
      sample: [eu-central-1, us-east-1]
previous_finding_aggregator:
  description: The finding aggregator before. V(null) for none, and where the task fails before it is read.
  returned: always
  type: dict
  contains: *aggregator
diff:
  description: The finding aggregator before and after, V(null) for none.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Before.
      returned: always
      type: dict
      sample: {"finding_aggregator": null}
    after:
      description: After.
      returned: always
      type: dict
      sample:
        finding_aggregator:
          finding_aggregator_arn: null
          finding_aggregation_region: eu-west-1
          region_linking_mode: ALL_REGIONS
          regions: []
"""

from typing import Any, Callable, Dict, List, Mapping, Optional

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aggregator.apply import (
    LOOK_AGAIN,
    AggregatorChange,
    reconcile_aggregator,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aggregator.plan import (
    AggregatorPlan,
    plan_aggregator,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import (
    InvalidInput,
    RegionResult,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ADMINISTRATOR_ID_SPEC,
    CONNECTION_SPEC,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import (
    KnownRegions,
    parse_regions,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    ALL_REGIONS_EXCEPT,
    LINKING_MODES,
    SPECIFIED_REGIONS,
    FindingAggregator,
    aggregator_keys,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import UNCONFIRMED
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import (
    Result,
    explain,
    with_message,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module

ARGUMENT_SPEC: Dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "linking_mode": {"type": "str", "choices": [mode.lower() for mode in LINKING_MODES]},
    "linked_regions": {"type": "list", "elements": "str"},
    "move": {"type": "bool", "default": False},
    "administrator_id": ADMINISTRATOR_ID_SPEC,
    **CONNECTION_SPEC,
}
NOTHING: Result = {"finding_aggregator": None, "previous_finding_aggregator": None}


def manage_aggregator(params: Mapping[str, Any], info: ConnectionInfo, mode: RunMode) -> Result:
    """Bring the finding aggregator to the requested state.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    session = RegionSession(info, None, administrator_id=params["administrator_id"])
    (region,) = session.regions
    desired = desired_aggregator(params, region, session.known_regions, session.partition)
    seen: List[Optional[FindingAggregator]] = []

    def plan(now: Optional[FindingAggregator]) -> AggregatorPlan:
        seen.append(now)
        return plan_aggregator(desired, now, region, params["move"])

    client = session.hub_client(region)
    session.connect()
    try:
        result = reconcile_aggregator(client, session.hub_client, plan, mode.check)
    except InvalidInput as error:  # another home Region
        left = RegionResult(AggregatorChange(seen[0], seen[0]))
        return with_message(aggregator_result(left, client, mode), [str(error)])
    return aggregator_result(result, client, mode)


def desired_aggregator(
    params: Mapping[str, Any], region: str, known: KnownRegions, partition: Callable[[str], str]
) -> Optional[FindingAggregator]:
    """Return the finding aggregator that the options describe, None for none.

    :param partition: returns the partition of a Region
    :raises InvalidInput: for options that do not go together, for what is no Region, and for one of another partition
    """
    linking_mode, linked = params["linking_mode"], params["linked_regions"]
    if params["state"] == "absent":
        given = [name for name in ("linking_mode", "linked_regions", "move") if params[name]]
        if given:
            raise InvalidInput(f"{given[0]}: only with state present. Leave it out.")
        return None
    if linking_mode is None:
        raise InvalidInput(f"linking_mode: required with state present. Set one of {', '.join(LINKING_MODES).lower()}.")
    takes_regions = linking_mode.upper() in (ALL_REGIONS_EXCEPT, SPECIFIED_REGIONS)
    if takes_regions != bool(linked):
        raise InvalidInput(
            f"linked_regions: {'required' if takes_regions else 'not'} with linking_mode {linking_mode}. "
            f"{'Name the Regions.' if takes_regions else 'Leave it out.'}"
        )
    regions = parse_regions(linked, known, "linked_regions") if linked else []
    if region in regions:
        raise InvalidInput(f"linked_regions: {region} is the home Region, which can't be one of them. Leave it out.")
    others = [each for each in regions if partition(each) != partition(region)]
    if others:
        raise InvalidInput(
            f"linked_regions: not in the partition of {region} ({partition(region)}): {', '.join(others)}. Leave them "
            "out."
        )
    return FindingAggregator(None, region, linking_mode.upper(), tuple(regions))


def aggregator_result(result: RegionResult[AggregatorChange], client: RegionClient, mode: RunMode) -> Result:
    """Build the result of the module."""
    change = result.value
    before, after = shown(change.before), shown(change.after)
    built: Result = {"changed": change.changed, "finding_aggregator": after, "previous_finding_aggregator": before}
    if mode.diff:
        built["diff"] = {"before": {"finding_aggregator": before}, "after": {"finding_aggregator": after}}
    return with_message(built, messages(result, client))


def messages(result: RegionResult[AggregatorChange], client: RegionClient) -> List[str]:
    """Say what failed, what a move that failed has left, and that a change may be there unseen."""
    error, change = result.error, result.value
    if error is None:
        return []
    texts = [explain(error, client.account_id())]
    former = change.before.home_region if change.before and change.changed else client.region
    if former != client.region and change.after is None:
        texts.append(
            f"The finding aggregator in {former} was deleted, and there {'is' if change.is_certain else 'may be'} none "
            f"now. Run the task again to create it in {client.region}."
        )
    elif former != client.region and error.error_code == UNCONFIRMED:
        texts.append(f"The one in {former} may be deleted, and there may be none now.")
    elif change.changed and not change.is_certain and error.error_code != UNCONFIRMED:
        texts.append(f"The finding aggregator may have changed. {LOOK_AGAIN}")
    return texts


def shown(aggregator: Optional[FindingAggregator]) -> Optional[Result]:
    """Return a finding aggregator as results have it."""
    return aggregator_keys(aggregator) if aggregator else None


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), manage_aggregator, (), NOTHING)


if __name__ == "__main__":
    main()
