# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The command that processes accounts again, with the variables of the run."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ....module_utils._securityhub.reasons import (
    AWAITING_ACCEPTANCE,
    REASONS,
    REMOVED_REASON,
    RESIGNED_REASON,
    UNCONFIRMED,
)
from ....module_utils._securityhub.results.messages import Group
from ..fleet.variables import DEFAULTS

EXAMPLE_ROLE = "SecurityHubOnboarding"
ONBOARD, OFFBOARD = "multiaccount.aws.securityhub_onboard", "multiaccount.aws.securityhub_offboard"
# What else these need.
_VARIABLES: Mapping[str, Mapping[str, Any]] = {
    REMOVED_REASON: {"securityhub_reinvite": "removed"},
    RESIGNED_REASON: {"securityhub_reinvite": "removed,resigned"},
    UNCONFIRMED: {"securityhub_wait_timeout": 120},
    AWAITING_ACCEPTANCE: {"securityhub_member_role": EXAMPLE_ROLE},
}
# The variables of the run that the next run needs too. The report is not one: it would be about these accounts alone.
_KEPT = (
    "securityhub_assume_role_arn", "securityhub_assume_role_external_id", "securityhub_assume_role_session_name",
    "securityhub_member_role", "securityhub_member_role_external_id", "securityhub_member_role_session_name",
    "securityhub_member_role_duration", "securityhub_member_role_policy", "securityhub_administrator_id",
    "securityhub_enable_administrator_hub", "securityhub_enable_default_standards", "securityhub_standards",
    "securityhub_policy", "securityhub_policy_file", "securityhub_reinvite",
)  # fmt: skip
_PLAIN = re.compile(r"[\w.:/@,+-]+", re.ASCII)


def commands(
    group: Group[Any],
    reason: Optional[str],
    requested: Set[Tuple[str, str]],
    settings: Mapping[str, Any],
    offboards: bool,
) -> List[str]:
    """Return the commands that process the accounts of a group again, none where the fix is not a playbook's.

    One command names the Regions of all accounts, as long as each account was requested in each of them.

    :param requested: account ID and Region of each membership of the run
    """
    if reason in REASONS and not REASONS[reason].reruns:
        return []
    variables = {name: settings[name] for name in _KEPT if settings.get(name) not in (None, "", DEFAULTS[name])}
    if not offboards:
        needed = _VARIABLES.get(reason or "", {})
        # an ended membership needs its variable, whatever the run had
        variables = {**needed, **variables, **(needed if reason in (REMOVED_REASON, RESIGNED_REASON) else {})}
    playbook = OFFBOARD if offboards else ONBOARD
    return [
        command(playbook, account_ids, regions, variables) for regions, account_ids in _parts(group, requested).items()
    ]


def _parts(group: Group[Any], requested: Set[Tuple[str, str]]) -> Dict[Tuple[str, ...], List[str]]:
    """Return {Regions: account IDs}: one part if that asks for nothing that was not requested."""
    regions = tuple(group.regions)
    if all((account_id, region) in requested for account_id in group.account_ids for region in regions):
        return {regions: group.account_ids}
    parts: Dict[Tuple[str, ...], List[str]] = {}
    for account_id, own in group.accounts.items():
        parts.setdefault(tuple(own), []).append(account_id)
    return parts


def command(playbook: str, account_ids: Sequence[str], regions: Sequence[str], variables: Mapping[str, Any]) -> str:
    """Return the command line, an option a line."""
    given = {"securityhub_accounts": ",".join(account_ids), "securityhub_regions": ",".join(regions), **variables}
    options = [f"-e {_option(name, value)}" for name, value in given.items()]
    return " \\\n  ".join([f"ansible-playbook {playbook}", *options])


def _option(name: str, value: Any) -> str:
    """Return a variable as a word of the shell; an external ID comes from a variable of the shell."""
    if name.endswith("_external_id"):
        return f'{name}="${name.upper()}"'
    text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    if isinstance(value, bool):
        text = str(value).lower()
    return f"{name}={text}" if _PLAIN.fullmatch(text) else shlex.quote(json.dumps({name: value}))
