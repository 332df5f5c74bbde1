# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this action serves the role multiaccount.aws.securityhub alone.
"""What the role's modules are called with: the variables, the accounts, and the accounts in batches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ansible import context
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var
from ansible.utils.vars import load_extra_vars

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import split_text
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.policy import parse_policy
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.regions import WORDS
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import (
    AccountRow,
    emails_by_region,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.accounts.accounts import (
    INVENTORY,
    AccountList,
    batches,
    check_given,
    is_given,
    read_accounts,
    read_accounts_file,
    read_hosts,
    read_text,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    INVITE,
    LOOKING_PURPOSES,
    OFFBOARD,
    ONBOARD,
    PURPOSES,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import (
    DEFAULTS,
    NOT_USED,
    OWN,
    first_region,
    module_options,
    name_errors,
    settings_of,
    with_variables,
)

RUN, LISTING = "securityhub__run", "securityhub__listing"  # what the role's tasks register
_OWN_PLAYBOOKS = "ansible_collections/multiaccount/aws/playbooks"


class ActionModule(ActionBase):
    """The action, for Ansible. Its result has external IDs: the task has ``no_log``, and returns what is wrong."""

    _requires_connection = False
    _variables: Mapping[str, Any]

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Return the request, with ``errors`` if it can't be carried out."""
        result: Dict[str, Any] = super().run(tmp, task_vars)
        _validated, arguments = self.validate_argument_spec(
            {
                "purpose": {"type": "str", "choices": list(PURPOSES), "required": True},
                "use_member_list": {"type": "bool", "default": False},
            }
        )
        self._variables = task_vars or {}
        if arguments["use_member_list"] and self._variables[LISTING].get("skipped"):
            return {**result, **self._variables[RUN]}
        return {**result, **wrap_var(self._request(arguments["purpose"], arguments["use_member_list"]))}

    def _request(self, purpose: str, use_member_list: bool) -> Dict[str, Any]:
        errors = self._name_errors()
        given, failures = self._given()
        settings = settings_of(given, purpose)
        options = module_options(settings.values, purpose)
        errors += [*failures, *settings.errors]
        found = AccountList(None, [], [])
        try:
            found = self._member_list() if use_member_list else self._accounts(settings.values, purpose)
            if purpose == ONBOARD and options["surplus"] == "remove":
                errors += self._why_not_to_remove(found.source)
            if purpose == INVITE:
                _check_regions(found, options)
        except InvalidInput as error:
            errors.append(with_variables(str(error)))
        try:
            options.update({} if purpose in NOT_USED else self._policy(settings.values))
        except InvalidInput as error:
            errors.append(str(error))
        rows = batches(
            found.as_dict()["accounts"],
            settings.values["securityhub_batch_size"],
            options.get("surplus", "ignore"),
            same_regions=purpose == INVITE,
        )
        if not rows and found.skipped and options.get("closed_accounts") == "remove":
            rows = [[]]  # only closed accounts
        return {
            "purpose": purpose,
            "looks": purpose in LOOKING_PURPOSES,
            "state": "absent" if purpose == OFFBOARD else "present",
            "errors": errors,
            "settings": settings.values,
            "options": options,
            "region": first_region(options.get("regions")),
            "folder": str(self._folder()),
            "lists_members": purpose in LOOKING_PURPOSES and found.source is None,
            # as text: wherever a variable is named, ansible-core 2.18 looks for templates in each value in it
            "accounts": json.dumps(found.as_dict()),
            "batches": _calls(rows, found.skipped, options, purpose),
            "labels": [
                f"batch {number} of {len(rows)}, accounts: {len(batch)}" for number, batch in enumerate(rows, 1)
            ],
        }

    def _name_errors(self) -> List[str]:
        """Return what is wrong with the names of variables.

        :raises AnsibleActionFail: if the variable in which the role looks for errors is not its own
        """
        role = self._task._role  # noqa: SLF001
        outside = {**load_extra_vars(self._loader), **(role.get_role_params() if role else {})}
        errors = name_errors(self._variables, outside)
        if OWN & outside.keys():
            Display().error(" ".join(errors), wrap_text=False)  # no_log hides the message of a failure
            raise AnsibleActionFail(" ".join(errors))
        return errors

    def _given(self) -> Tuple[Dict[str, Any], List[str]]:
        """Return the values of the role's variables, and what is wrong. No other variable is evaluated."""
        given, errors = {}, []
        for name in DEFAULTS:
            try:
                given[name] = _plain(self._templar.template(self._variables.get(name)))
            except AnsibleError as error:
                errors.append(f"{name} can't be evaluated: {error}")
        return given, errors

    def _accounts(self, values: Mapping[str, Any], purpose: str) -> AccountList:
        """Return the accounts of the variable, the file, or where that is allowed, the inventory.

        :raises InvalidInput: if they can't be used
        """
        for name in ("securityhub_accounts", "securityhub_accounts_file"):
            if purpose == OFFBOARD and is_given(values[name]) and self._is_from_inventory(name):
                raise InvalidInput(
                    f"{name} comes from the inventory. Accounts that are to leave are never taken from there: "
                    "set it with --extra-vars, or in the play."
                )
        if is_given(values["securityhub_accounts_file"]):
            file = Path(str(values["securityhub_accounts_file"])).expanduser()
            removes_closed = purpose == ONBOARD and values["securityhub_closed_accounts"] == "remove"
            return read_accounts_file(self._folder() / file, needs_active=not removes_closed)
        found = read_accounts(values["securityhub_accounts"], "securityhub_accounts")
        check_given(found, required=purpose == OFFBOARD)
        if found.source or purpose in LOOKING_PURPOSES:
            return found
        return self._hosts()

    def _policy(self, values: Mapping[str, Any]) -> Dict[str, str]:
        """Return the option for the policy of the variable or the file, as text, nothing if neither is given.

        :raises InvalidInput: if it can't be used
        """
        policy, name, file = values["securityhub_policy"], "securityhub_policy", values["securityhub_policy_file"]
        if policy is None and file:
            path = self._folder() / Path(str(file)).expanduser()
            policy, name = read_text(path, name), path.name
        if policy is None:
            return {}
        parse_policy(policy, name, None)
        return {"policy": policy if isinstance(policy, str) else json.dumps(policy)}

    def _why_not_to_remove(self, source: Optional[str]) -> List[str]:
        """Return an error where the accounts of this run may not be all that are wanted."""
        limit = context.CLIARGS.get("subset")
        causes = [
            "no accounts are given" if source is None else "",
            "the accounts come from the inventory" if source == INVENTORY else "",
            f"the run has --limit {limit}" if limit else "",
            "the job is a slice" if self._is_slice() else "",
        ]
        return [
            f"securityhub_surplus is remove, and {cause}, so members that this run does not name may be wanted. Set "
            "securityhub_accounts or securityhub_accounts_file to all accounts and run without a limit or slices, or "
            "set securityhub_surplus to report."
            for cause in [each for each in causes if each][:1]
        ]

    def _is_slice(self) -> bool:
        """Return whether a controller runs a part of the job: as a node of a workflow job with the template's name."""
        names = [
            [self._variables.get(f"{prefix}_{name}_name") for name in ("workflow_job", "job_template")]
            for prefix in ("awx", "tower")
        ]
        return any(workflow and workflow == template for workflow, template in names)

    def _hosts(self) -> AccountList:
        """Return the accounts of the hosts of the inventory that ``--limit`` leaves.

        :raises InvalidInput: if it leaves none
        """
        hosts = everybody = list(self._variables["groups"]["all"])
        limit = context.CLIARGS.get("subset")
        if limit:
            inventory = InventoryManager(self._loader, parse=False)
            for group, members in self._variables["groups"].items():
                inventory.add_group(group)
                for host in members:
                    inventory.add_host(host, group)
            inventory.subset(limit)  # which reads @file as well
            hosts = [host.name for host in inventory.get_hosts("all")]
        found = read_hosts(self._variables["hostvars"][host] for host in hosts)
        if not found.source and len(hosts) < len(everybody):
            raise InvalidInput(
                f"No host within --limit {limit} has account_id. Name the hosts of the accounts in it, and localhost."
            )
        return found

    def _member_list(self) -> AccountList:
        members = self._variables[LISTING].get("members") or []
        return read_accounts([row["account_id"] for row in members] or None, "the member list")

    def _is_from_inventory(self, name: str) -> bool:
        """Return whether a variable has the value that the inventory's hosts, groups and their files give it."""
        host = self._variables["inventory_hostname"]
        manager = self._task.get_variable_manager()
        tasks = {**manager._vars_cache.get(host, {}), **manager._nonpersistent_fact_cache.get(host, {})}  # noqa: SLF001
        known = self._variables["hostvars"].raw_get(host)  # without the variables of plays, roles and tasks
        if name not in known or name in tasks or name in load_extra_vars(self._loader):
            return False
        return bool(known[name] == self._variables[name])

    def _folder(self) -> Path:
        """Return where relative paths start: for the collection's own playbooks at the current folder."""
        folder = Path(self._variables["playbook_dir"])
        return Path.cwd() if folder.as_posix().endswith(_OWN_PLAYBOOKS) else folder


def _check_regions(found: AccountList, options: Mapping[str, Any]) -> None:
    """Check the Regions of rows: a module that invites is called with them, and sees no others of the run.

    :raises InvalidInput: for a row with Regions that the run does not work in
    """
    named, excluded = (split_text(_listed(options.get(name))) for name in ("regions", "exclude_regions"))
    word = named[0] if named and named[0] in WORDS else None
    own = [region for row in found.accounts for region in row.regions if region not in WORDS]
    regions = [each for each in (own if word else named) if each not in excluded]
    emails_by_region({row.account_id: row for row in found.accounts}, regions, str(found.source))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [value or ""]


def _calls(
    rows: List[List[Dict[str, Any]]], left_out: Sequence[AccountRow], options: Mapping[str, Any], purpose: str
) -> List[Dict[str, Any]]:
    """Return what a module is called with for the accounts of each batch, beside the options of all batches.

    :param left_out: accounts that are named, so that a module must not remove them
    """
    if purpose == INVITE:
        own = [batch[0].get("regions") or options.get("regions") for batch in rows]
        return [
            {"account_ids": ",".join(row["account_id"] for row in batch), **({"regions": regions} if regions else {})}
            for batch, regions in zip(rows, own)
        ]
    # the module refuses options of a role where there is none: it sees one batch, and here only the whole list counts
    role = {name: value for name, value in options.items() if name.startswith("member_role_")}
    with_role = ["member_role" in options or any(row.get("member_role") for row in batch) for batch in rows]
    removes = "remove" in (options.get("surplus"), options.get("closed_accounts"))
    kept = [
        {"account_id": row.account_id, "status": row.status, **({"regions": row.regions} if row.regions else {})}
        for row in left_out
        if removes
    ]
    last = len(rows) - 1  # one call removes the closed accounts
    return [
        {
            "members": json.dumps(batch + (kept if number == last else [])),
            "role": role if has_role or not any(with_role) else {},
        }
        for number, (batch, has_role) in enumerate(zip(rows, with_role))
    ]


def _plain(value: Any) -> Any:
    """Return a value in lists and dictionaries of Python: those of ansible-core 2.19 can't be copied."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
