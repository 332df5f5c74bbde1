#!/usr/bin/python
# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: securityhub_hub_info
version_added: 1.0.0
short_description: List where AWS Security Hub is enabled in an account
description:
  - Returns the settings and tags of Security Hub CSPM in this account, in one Region or many at the same time. Regions
    where it is disabled are in RV(disabled_regions).
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  finding_aggregator:
    description:
      - Whether to also return the finding aggregator, which links Regions for cross-Region aggregation.
      - It can be read in any Region where Security Hub is enabled, so one Region in O(regions) is enough.
    type: bool
    default: false
  config_recorder:
    description:
      - Whether to also return what the recorder of AWS Config does, without which most controls find nothing.
      - Where it can't be read, it is V(unreadable), with a warning that says why. This does not fail the task.
    type: bool
    default: false
notes:
  - Needs the IAM permissions C(securityhub:DescribeHub) and C(securityhub:ListTagsForResource).
  - With O(finding_aggregator=true), it also needs C(securityhub:ListFindingAggregators),
    C(securityhub:GetFindingAggregator), and C(ec2:DescribeRegions) where the aggregator links all Regions.
  - With O(config_recorder=true), it also needs C(config:DescribeConfigurationRecorderStatus).
seealso:
  - module: multiaccount.aws.securityhub_hub
extends_documentation_fragment:
  - multiaccount.aws.securityhub
  - multiaccount.aws.securityhub.connection
  - multiaccount.aws.securityhub.member_role
  - multiaccount.aws.securityhub.account_ids
  - multiaccount.aws.attributes
  - multiaccount.aws.attributes.reads
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - multiaccount.aws.securityhub.requirements
"""

EXAMPLES = r"""
- name: List where Security Hub is enabled
  multiaccount.aws.securityhub_hub_info:
    regions: [eu-west-1, eu-central-1]
  register: security_hub

- name: Show the Regions
  ansible.builtin.debug:
    msg: "{{ security_hub.hubs | map(attribute='region') }}"

- name: List the Regions that are linked
  multiaccount.aws.securityhub_hub_info:
    region: eu-west-1
    finding_aggregator: true
  register: home

- name: Find the accounts in which AWS Config does not record
  multiaccount.aws.securityhub_hub_info:
    account_ids: ["111122223333", "012345670123"]
    member_role: SecurityHubOnboarding
    region: eu-west-1
    config_recorder: true

# Ad hoc, from the command line:
# ansible localhost -m multiaccount.aws.securityhub_hub_info -a regions=eu-west-1,eu-central-1
"""

RETURN = r"""
hubs:
  description: The hubs, a row for each Region where Security Hub is enabled.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-west-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    hub_arn:
      description: The ARN.
      returned: always
      type: str
      sample: arn:aws:securityhub:eu-west-1:111122223333:hub/default
    subscribed_at:
      description: When Security Hub was enabled.
      returned: always
      type: str
      sample: "2026-01-31T08:15:30.123Z"
    auto_enable_controls:
      description:
        - Whether new controls of enabled standards are enabled automatically. V(null) where the service does not
          show it.
      returned: always
      type: bool
      sample: true
    control_finding_generator:
      description:
        - Whether a control of several standards generates one finding or one for each of them. V(null) where the
          service does not show it.
      returned: always
      type: str
      sample: SECURITY_CONTROL
    tags:
      description: The tags.
      returned: always
      type: dict
      sample: {"team": "security"}
    config_recorder:
      description:
        - What the recorder of AWS Config does that Security Hub CSPM uses. V(null) with O(config_recorder=false).
        - V(recording), V(off), V(none) for no recorder, V(unreadable) where it could not be read.
        - This is Security Hub CSPM's own recorder where it has one, as with the new Security Hub beside it, and
          otherwise the customer managed one.
      returned: always
      type: str
      sample: recording
    config_recorder_name:
      description: The name of this recorder. V(null) where there is none, or it could not be read.
      returned: always
      type: str
      sample: default
    finding_aggregator:
      description:
        - The finding aggregator of the account. V(null) where there is none, and with O(finding_aggregator=false).
      returned: always
      type: dict
      contains:
        finding_aggregator_arn:
          description: The ARN.
          returned: always
          type: str
          sample: arn:aws:securityhub:eu-west-1:111122223333:finding-aggregator/123e4567-e89b-12d3-a456-426652340000
        finding_aggregation_region:
          description: The home Region.
          returned: always
          type: str
          sample: eu-west-1
        region_linking_mode:
          description: Which Regions are linked, V(ALL_REGIONS), V(ALL_REGIONS_EXCEPT_SPECIFIED), V(SPECIFIED_REGIONS)
            or V(NO_REGIONS).
          returned: always
          type: str
          sample: SPECIFIED_REGIONS
        regions:
          description: The Regions that the linking mode includes or excludes, empty for the other modes.
          returned: always
          type: list
          elements: str
          sample: [us-east-1]
        linked_regions:
          description:
            - The linked Regions, without the home Region. V(null) for a linking mode that the module does not know.
            - For the modes that link all Regions, those that are enabled in the account.
          returned: always
          type: list
          elements: str
          sample: [us-east-1]
disabled_regions:
  description: The Regions where Security Hub is disabled, with O(account_ids) a row for each Region and account.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-north-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
failed_regions:
  description: The Regions that failed, and what to do next.
  returned: always
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: eu-south-1
    account_id:
      description: The account.
      returned: when O(account_ids) is set
      type: str
      sample: "111122223333"
    error_code:
      description: The error code of the service, or the name of the SDK's exception where there was no response.
      returned: always
      type: str
      sample: AccessDeniedException
    msg:
      description: What failed, in which account and Region, why, and what to do next.
      returned: always
      type: str
      sample: >-
        DescribeHub, called by account 111122223333, failed in eu-south-1 with AccessDeniedException: no identity-based
        policy allows the action. Allow securityhub:DescribeHub in the caller's IAM policy, and check for an SCP that
        denies it.
failed_accounts:
  description: The accounts of O(account_ids) whose role could not be assumed, and what to do next.
  returned: always
  type: list
  elements: dict
  contains:
    account_id:
      description: The account.
      returned: always
      type: str
      sample: "111122223333"
    error_code:
      description: >-
        The error code of STS, or the name of the SDK's exception where there was no response. V(unexpected_account)
        means that the session that STS returned is not in this account.
      returned: always
      type: str
      sample: AccessDenied
    msg:
      description: What failed, and what to do next.
      returned: always
      type: str
      sample: >-
        AssumeRole for account 111122223333 failed in eu-west-1 with AccessDenied: not authorized to perform
        sts:AssumeRole. Check member_role, its path, its trust policy, and member_role_external_id, and that the
        caller's own policy allows sts:AssumeRole for the role with this path and name.
"""

from functools import partial
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import (
    describe_hub,
    read_config_recorder,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.find_regions import (
    find_aggregator,
    linked_regions,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import (
    ACCOUNTS_SPEC,
    COMMON_SPEC,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import account_roles
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import (
    ConfigRecorder,
    Hub,
    aggregator_keys,
    recorder_keys,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import (
    Result,
    recorder_warnings,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    accounts_info_result,
    nothing_found,
)
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.run import RunMode, run_module


class FoundHub(NamedTuple):
    """What was read in one Region. The recorder and the aggregator are None where nobody asked."""

    hub: Hub
    recorder: Optional[ConfigRecorder]
    aggregator: Optional[Result]

    @property
    def row(self) -> Result:
        return {**vars(self.hub), **recorder_keys(self.recorder), "finding_aggregator": self.aggregator}


KEYS = ("hubs", "disabled_regions", "failed_regions", "failed_accounts")

ARGUMENT_SPEC: Dict[str, Any] = {
    "finding_aggregator": {"type": "bool", "default": False},
    "config_recorder": {"type": "bool", "default": False},
    **COMMON_SPEC,
    **ACCOUNTS_SPEC,
}


def list_hubs(params: Mapping[str, Any], info: ConnectionInfo, _mode: RunMode) -> Result:
    """List the hubs of the caller's account in the requested Regions.

    :raises InvalidInput: for options that can't be used, before any call to AWS
    """
    roles = account_roles(params)
    session = RegionSession(info, params["regions"], params["exclude_regions"])
    by_place, errors = session.map_places(roles, partial(find_hub, session, params), nothing_found)
    result = accounts_info_result(by_place, {"hubs": lambda found: [found.row]}, errors)
    unread = [
        (place.region, place.account_id or found.account_id(), each.recorder)
        for place, found in sorted(by_place.items(), key=lambda item: item[0][::-1])
        for each in found.value or ()
        if each.recorder and each.recorder.error
    ]
    return {**result, "warnings": recorder_warnings(unread)}


def find_hub(
    session: RegionSession, params: Mapping[str, Any], client: RegionClient
) -> RegionResult[Optional[Sequence[FoundHub]]]:
    """Return the hub in one Region, None where Security Hub is disabled.

    :raises SecurityHubError: if something can't be read
    """
    hub = describe_hub(client, with_tags=True)
    if hub is None:
        return RegionResult(None)
    recorder = read_config_recorder(session.config_client(client.region)) if params["config_recorder"] else None
    aggregator = aggregator_row(session, client) if params["finding_aggregator"] else None
    return RegionResult([FoundHub(hub, recorder, aggregator)])


def aggregator_row(session: RegionSession, client: RegionClient) -> Optional[Result]:
    """Return the finding aggregator of the caller's account, None for none.

    :raises SecurityHubError: if it can't be read
    """
    aggregator = find_aggregator(client)
    if aggregator is None:
        return None
    found = linked_regions(aggregator, partial(session.ec2_client, client.region))
    return {**aggregator_keys(aggregator), "linked_regions": found[1:] if found else None}


def main() -> None:
    run_module(AnsibleAWSModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), list_hubs, KEYS)


if __name__ == "__main__":
    main()
