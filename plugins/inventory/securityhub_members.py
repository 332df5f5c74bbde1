# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_members
version_added: 1.0.0
short_description: Members of an AWS Security Hub administrator as hosts
description:
  - Makes a host of each account in the member list of an AWS Security Hub CSPM administrator account, whatever its
    status, in one Region or many at the same time.
  - The inventory file is YAML, and its name ends in C(securityhub_members.yml) or C(securityhub_members.yaml), such as
    C(fleet.securityhub_members.yml).
  - It uses the credentials of the administrator account, and only reads.
  - Every host has the variables C(account_id), C(email), C(administrator_id) and C(memberships). C(memberships) has a
    key for each Region in whose member list the account is, with C(member_status), C(invited_at) and C(updated_at).
    What the service does not return is V(null), such as the email address of an organization's account.
  - Every host is in a group for each status that it has in any Region (C(securityhub_created), C(securityhub_invited),
    C(securityhub_enabled), C(securityhub_removed), C(securityhub_resigned), C(securityhub_deleted),
    C(securityhub_accountsuspended)), and in a group for each Region in whose member list it is
    (C(securityhub_eu_west_1)). All of these are children of C(securityhub_members). They exist even when they are
    empty, so that a play can name them.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  plugin:
    description: The name of this plugin, which marks the file as its configuration.
    type: str
    required: true
    choices:
      - multiaccount.aws.securityhub_members
  regions:
    description:
      - The Regions whose member lists are read, as a list or as one string with commas, spaces or newlines between
        them. A Jinja template may return either.
      - V(all) is every Region that is enabled in the account and in which Security Hub CSPM is available, and V(linked)
        is the home Region and the linked Regions of the finding aggregator. Both are looked up in the Region from the
        connection options, as the modules do it, such as M(multiaccount.aws.securityhub_member_info).
      - Defaults to the Region from the connection options. When set, O(region) is ignored.
      - If a Region fails, there is a warning, and its members are missing. See O(fail_on_failed_regions).
    type: raw
  exclude_regions:
    description: Regions to leave out, in the same forms as O(regions).
    type: raw
  fail_on_failed_regions:
    description:
      - Whether the whole inventory fails if one Region fails.
      - If all Regions fail, the inventory always fails.
    type: bool
    default: false
  assume_role_external_id:
    description: The external ID that the trust policy of O(assume_role_arn) requires.
    type: str
  assume_role_session_name:
    description: The name of the role session, which CloudTrail shows. Defaults to C(multiaccount.aws).
    type: str
  member_status:
    description:
      - Only accounts that are in one of these statuses in at least one of the Regions, in upper or lower case.
      - The statuses are V(Created), V(Invited), V(Enabled), V(Removed), V(Resigned), V(Deleted) and
        V(AccountSuspended).
      - Such an account has all its C(memberships) and groups, including those of Regions with another status.
      - Defaults to every status.
    type: list
    elements: str
    default: []
  hostnames:
    description:
      - The names of hosts, in order of preference. The first expression with a result is used.
      - Each is V(account_id), V(email), any other Jinja expression over the host's variables, or text with C({{ }}) in
        it.
      - Defaults to the account ID for an account for which no expression has a result.
      - An expression that fails for an account, such as one over a missing email address, has no result. With
        O(strict=true), it fails the inventory.
      - Two accounts with the same name fail the inventory, because one would hide the other.
    type: list
    elements: str
    default: [account_id]
notes:
  - Needs the IAM permission C(securityhub:ListMembers), with O(regions=all) also C(ec2:DescribeRegions), and with
    O(regions=linked) C(securityhub:ListFindingAggregators) and C(securityhub:GetFindingAggregator), and
    C(ec2:DescribeRegions) where the aggregator links all Regions.
  - When this plugin fails, C(ansible-playbook) gives a warning and continues without the hosts. Set
    C(ANSIBLE_INVENTORY_UNPARSED_FAILED=true), or with several inventory sources
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true), to make it fail. AWX fails without these settings.
  - With O(cache), the member list is cached separately for the account of the credentials, other O(regions),
    O(profile), O(access_key), O(assume_role_arn) and O(assume_role_external_id). Each run finds out the account, by one
    call of C(GetCallerIdentity), or C(AssumeRole) with O(assume_role_arn). If it can't be found out, nothing is cached.
  - The Regions that V(all) and V(linked) stand for are cached with the member list. A member list in which a Region is
    missing is not cached.
  - O(keyed_groups), O(groups) and O(compose) can use the host's variables. Values that come from AWS are data and are
    never evaluated as templates.
  - A read is tried at most 8 times when it fails because of throttling, a server error or a lost connection.
seealso:
  - module: multiaccount.aws.securityhub_member_info
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - multiaccount.aws.securityhub.requirements
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
"""

EXAMPLES = r"""
# fleet.securityhub_members.yml: all members in two Regions. Show it with
# ansible-inventory -i fleet.securityhub_members.yml --graph
plugin: multiaccount.aws.securityhub_members
regions:
  - eu-west-1
  - eu-central-1

# Each of the following examples is a file of its own. To use one, remove "# " from the beginning of its lines.

# ---
# # Accounts that have not accepted yet, named by their email address where there is one
# plugin: multiaccount.aws.securityhub_members
# regions: eu-west-1, eu-central-1
# member_status: [invited]
# hostnames:
#   - email
#   - account_id

# ---
# # Groups and variables of your own
# plugin: multiaccount.aws.securityhub_members
# regions: [eu-west-1, eu-central-1]
# hostnames:
#   - "{{ email.split('@')[0] }}-{{ account_id }}"
# groups:
#   # in both Regions, and enabled in both
#   complete: memberships.values() | selectattr('member_status', 'eq', 'Enabled') | length == 2
#   # invited before 2026, and not accepted yet
#   forgotten: >-
#     memberships.values() | selectattr('member_status', 'eq', 'Invited') | selectattr('invited_at', 'lt', '2026')
#     | first is defined
# keyed_groups:
#   # mail_example_com
#   - key: email.split('@')[1]
#     prefix: mail
# compose:
#   invited_regions: >-
#     memberships | dict2items | selectattr('value.member_status', 'eq', 'Invited') | map(attribute='key') | list
#   # there is no machine to log in to, so plays run on the control node
#   ansible_connection: "'local'"

# ---
# # The Regions that the finding aggregator of the home Region links
# plugin: multiaccount.aws.securityhub_members
# region: eu-west-1
# regions: linked

# ---
# # With another role and a cache of ten minutes
# plugin: multiaccount.aws.securityhub_members
# region: eu-west-1
# assume_role_arn: arn:aws:iam::999988887777:role/securityhub-reader
# cache: true
# cache_plugin: ansible.builtin.jsonfile
# cache_connection: ~/.cache/securityhub_members
# cache_timeout: 600

# ---
# # AWX: keep this file in a project that names this collection in collections/requirements.yml. Add a source to an
# # inventory, "Sourced from a Project", with this file and a credential of type Amazon Web Services, and let it update
# # on launch. A job template with that inventory and job slicing spreads the accounts over AWX's nodes.
# plugin: multiaccount.aws.securityhub_members
# regions: "{{ lookup('ansible.builtin.env', 'SECURITYHUB_REGIONS') | default('eu-west-1', true) }}"
"""

from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from ansible import template
from ansible.errors import AnsibleError, AnsibleParserError
from ansible_collections.amazon.aws.plugins.plugin_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.api import list_members
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.calls import RegionClient
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.credentials import ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.workers import RegionSession
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput, RegionResult
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.options import parse_statuses
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.roles import assume_role
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import member_row
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import STATUSES, Member
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.rows import (
    info_result,
    nothing_found,
)

ALL_MEMBERS = "securityhub_members"
# What is told of an account once, and what of each of its Regions.
ACCOUNT_KEYS = ("account_id", "email", "administrator_id")
MEMBERSHIP_KEYS = ("member_status", "invited_at", "updated_at")
ROLE_OPTIONS = ("assume_role_arn", "assume_role_external_id", "assume_role_session_name")
# What decides whose member lists are read.
IDENTITY_OPTIONS = ("profile", "access_key", "endpoint_url", *ROLE_OPTIONS)

Row = Mapping[str, Optional[str]]
Account = Dict[str, Any]


def find_members(client: RegionClient) -> RegionResult[Sequence[Member]]:
    """Return the member list of one Region."""
    return RegionResult(list_members(client))


def accounts_of(rows: Iterable[Row], statuses: Sequence[str]) -> List[Account]:
    """Return the host variables of each account, in the order of the rows.

    :param rows: the member lists' entries: region, ACCOUNT_KEYS and MEMBERSHIP_KEYS
    :param statuses: only accounts that are in one of these somewhere; all accounts if there are none
    """
    accounts: Dict[Optional[str], Account] = {}
    for row in rows:
        account = accounts.setdefault(row["account_id"], {**dict.fromkeys(ACCOUNT_KEYS), "memberships": {}})
        account.update({key: account[key] or row[key] for key in ACCOUNT_KEYS})
        account["memberships"][row["region"]] = {key: row[key] for key in MEMBERSHIP_KEYS}
    return [account for account in accounts.values() if not statuses or not statuses_of(account).isdisjoint(statuses)]


def statuses_of(account: Account) -> Set[str]:
    """Return the statuses that an account has in any Region."""
    return {membership["member_status"] for membership in account["memberships"].values()}


def group_names(statuses: Iterable[str], regions: Iterable[str]) -> List[str]:
    """Return the names of the groups for statuses and Regions, before they are made valid."""
    return [f"securityhub_{name}" for name in (*map(str.lower, statuses), *regions)]


def as_data(account: Account) -> Account:
    """Return the variables so that Ansible takes no text in them for a template, whatever its version.

    ansible-core before 2.19 takes every text for one that is not marked as data; later versions have it the other way.
    """
    if hasattr(template, "trust_as_template"):
        return account
    from ansible.utils.unsafe_proxy import wrap_var  # noqa: PLC0415 - deprecated where it isn't needed

    return wrap_var(account)


def _listed(value: Any) -> Optional[List[object]]:
    """Return an option that is a list or one text as a list, None where it is not given."""
    return value if value is None or isinstance(value, list) else [value]


class InventoryModule(AWSInventoryBase):
    """Hosts, groups and variables from the member lists of a Security Hub administrator."""

    NAME = "multiaccount.aws.securityhub_members"
    INVENTORY_FILE_SUFFIXES = ("securityhub_members.yml", "securityhub_members.yaml")

    class TemplatedOptions(AWSInventoryBase.TemplatedOptions):
        """The options that may be templates."""

        TEMPLATABLE_OPTIONS = (
            *AWSInventoryBase.TemplatedOptions.TEMPLATABLE_OPTIONS,
            "exclude_regions",
            *ROLE_OPTIONS,
        )

    def verify_file(self, path: str) -> bool:
        """Return whether this is a file for this plugin.

        :raises AnsibleParserError: for a file with another name: Ansible shows it where the file names this plugin
        """
        is_ours = super().verify_file(path)
        if not is_ours and Path(path).is_file():
            raise AnsibleParserError(
                f"{Path(path).name}: the name of a file for {self.NAME} must end in "
                f"{' or '.join(self.INVENTORY_FILE_SUFFIXES)}. Rename it, for example to fleet.securityhub_members.yml."
            )
        return is_ours

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory, or fail with what to do about it."""
        super().parse(inventory, loader, path, cache=cache)
        try:
            statuses = parse_statuses(self.get_option("member_status"), "member_status")
            self._session = self._connect()
            # what is cached is one account's: where it is not known whose, nothing is
            self._account_id = self._session.account_id() if self.get_option("cache") else None
            is_complete, found = self.get_cached_result(path, cache and self._account_id is not None)
            if found is None:
                rows, is_complete = self._read_rows()
                found = {"regions": list(self._session.regions), "members": rows}
        except InvalidInput as error:
            self.fail_aws(str(error))
        self._add_groups(found["regions"])
        self._add_hosts(accounts_of(found["members"], statuses))
        if is_complete and self._account_id:
            self.update_cached_result(path, cache, found)

    def get_cache_key(self, path: str) -> str:
        """Return the key of what is cached: the file alone doesn't tell which member lists that is."""
        requested = self._session.requested
        word = [requested.word, requested.asked_in, *requested.excluded] if requested.word else []
        options = [str(self.get_option(name) or "") for name in IDENTITY_OPTIONS]
        return super().get_cache_key(" ".join([path, *requested.names, *word, *options, str(self._account_id)]))

    def _set_frozen_credentials(self) -> None:
        """Assume no role where AWSInventoryBase does: the session does, when members are read."""

    def _connect(self) -> RegionSession:
        """Prepare the Regions to read, without any call to AWS.

        :raises InvalidInput: for options that can't be used
        """
        role = assume_role({name: self.get_option(name) for name in ROLE_OPTIONS})
        region, endpoint_url, boto_params = get_aws_connection_info(self)
        info = ConnectionInfo(region, endpoint_url, boto_params, role)
        regions, exclude = (_listed(self.get_option(name)) for name in ("regions", "exclude_regions"))
        return RegionSession(info, regions, exclude, self.display.warning)

    def _read_rows(self) -> Tuple[List[Row], bool]:
        """Read the member lists of all Regions; also return whether all of them could be read."""
        by_place, _errors = self._session.map_places(None, find_members, nothing_found)
        result = info_result(by_place, {"members": lambda member: [member_row(member)]})
        failed = result["failed_regions"]
        if failed and (self.get_option("fail_on_failed_regions") or len(failed) == len(self._session.regions)):
            self.fail_aws(f"The inventory would be incomplete. {result['msg']}")
        for row in failed:
            self.display.warning(f"The members in {row['region']} are missing in the inventory: {row['msg']}")
        return result["members"], not failed

    def _add_groups(self, regions: Iterable[str]) -> None:
        self.inventory.add_group(ALL_MEMBERS)
        for name in group_names(STATUSES, regions):
            self._add_group(name)

    def _add_group(self, name: str) -> str:
        group = self.inventory.add_group(self._sanitize_group_name(name))
        self.inventory.add_child(ALL_MEMBERS, group)
        return group

    def _add_hosts(self, accounts: Iterable[Account]) -> None:
        named: Dict[str, str] = {}
        for account in accounts:
            variables = as_data(account)
            host = self._hostname(variables)
            other = named.setdefault(host, account["account_id"])
            if other != account["account_id"]:
                self.fail_aws(
                    f"hostnames: {other} and {account['account_id']} would both be called {host!r}. Choose names that "
                    "tell accounts apart, such as account_id."
                )
            self._add_host(host, variables)

    def _add_host(self, host: str, variables: Account) -> None:
        self.inventory.add_host(host)
        for name in group_names(statuses_of(variables), variables["memberships"]):
            self.inventory.add_child(self._add_group(name), host)
        for key, value in variables.items():
            self.inventory.set_variable(host, key, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _hostname(self, variables: Account) -> str:
        """Return the first name that a preference gives; the account ID where none does."""
        for preference in self.get_option("hostnames"):
            try:
                name = self._evaluate(preference, variables)
            except AnsibleError as error:
                if self.get_option("strict"):
                    self.fail_aws(f"hostnames: {preference!r} fails for {variables['account_id']}", exception=error)
                continue
            if name:
                return str(name)
        return variables["account_id"]

    def _evaluate(self, preference: str, variables: Account) -> Any:
        if "{{" not in preference:
            return self._compose(preference, variables)
        self.templar.available_variables = variables
        return self.templar.template(preference)
