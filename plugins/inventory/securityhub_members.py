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
  - Runs with the credentials of the administrator account, and only reads.
  - Every host has the variables C(account_id), C(email), C(administrator_id) and C(memberships). C(memberships) has a
    key for each Region whose member list names the account, and there C(member_status), C(invited_at) and
    C(updated_at). What the service does not tell is V(null), such as the e-mail address of an organization's account.
  - Every host is in a group for each status that it has in any Region (C(securityhub_created), C(securityhub_invited),
    C(securityhub_enabled), C(securityhub_removed), C(securityhub_resigned), C(securityhub_deleted),
    C(securityhub_accountsuspended)), and in a group for each Region whose member list names it
    (C(securityhub_eu_west_1)). All of these are children of C(securityhub_members). They are there even when nobody is
    in them, so that a play can name them.
author:
  - multiaccount.aws contributors (@multiaccount)
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices:
      - multiaccount.aws.securityhub_members
  regions:
    description:
      - The Regions whose member lists are read, as a list or as one string with commas, spaces or newlines between
        them. A Jinja template may give either.
      - Without it, the one Region of the connection options is read.
      - All of them have to answer. If one fails, the whole inventory does, because one that is silently incomplete
        would mislead the plays that use it.
    type: raw
  member_status:
    description:
      - Only accounts that are in one of these statuses in at least one of the Regions, in upper or lower case.
      - The statuses are V(Created), V(Invited), V(Enabled), V(Removed), V(Resigned), V(Deleted) and
        V(AccountSuspended).
      - Such an account has all its C(memberships) and groups, also those of Regions where it is in another status.
      - Without it, accounts in every status are hosts.
    type: list
    elements: str
    default: []
  hostnames:
    description:
      - What hosts are called, in order of preference. The first that gives a name counts.
      - Each is V(account_id), V(email), or any other Jinja expression over the host's variables, or text with
        C({{ }}) in it.
      - An account for which none gives a name is called by its account id.
      - One that fails for an account, as an expression over a missing e-mail address does, gives no name; with
        O(strict=true) it fails the inventory.
      - Two accounts with the same name fail the inventory, because one would hide the other.
    type: list
    elements: str
    default: [account_id]
notes:
  - Needs the IAM permission C(securityhub:ListMembers).
  - When this plugin fails, C(ansible-playbook) warns, and goes on without the hosts. Set
    C(ANSIBLE_INVENTORY_UNPARSED_FAILED=true), or with several inventory sources
    C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true), to make it stop. AWX stops by itself.
  - What is cached is the member list. It is read again for other O(regions), another O(profile) or another
    O(assume_role_arn), and not for other access keys; use C(ansible-playbook --flush-cache) after a change of those.
  - O(keyed_groups), O(groups) and O(compose) see the host's variables. Those that come from AWS are data, and are never
    evaluated as templates.
seealso:
  - module: multiaccount.aws.securityhub_member_info
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
"""

EXAMPLES = r"""
# fleet.securityhub_members.yml: all members in two Regions. Look at it with
# ansible-inventory -i fleet.securityhub_members.yml --graph
plugin: multiaccount.aws.securityhub_members
regions:
  - eu-west-1
  - eu-central-1

---

# Accounts that have yet to accept, called by their e-mail address where there is one
plugin: multiaccount.aws.securityhub_members
regions: eu-west-1, eu-central-1
member_status: [invited]
hostnames:
  - email
  - account_id

---

# Groups and variables of your own
plugin: multiaccount.aws.securityhub_members
regions: [eu-west-1, eu-central-1]
hostnames:
  - "{{ email.split('@')[0] }}-{{ account_id }}"
groups:
  # in both Regions, and enabled in both
  complete: memberships.values() | selectattr('member_status', 'eq', 'Enabled') | length == 2
  # invited before 2026, and no answer yet
  forgotten: >-
    memberships.values() | selectattr('member_status', 'eq', 'Invited') | selectattr('invited_at', 'lt', '2026') | first
    is defined
keyed_groups:
  # mail_example_com
  - key: email.split('@')[1]
    prefix: mail
compose:
  invited_regions: >-
    memberships | dict2items | selectattr('value.member_status', 'eq', 'Invited') | map(attribute='key') | list
  # there is nothing to log in to: plays run on the control node
  ansible_connection: "'local'"

---

# With another role and a cache of ten minutes
plugin: multiaccount.aws.securityhub_members
region: eu-west-1
assume_role_arn: arn:aws:iam::999988887777:role/securityhub-reader
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/securityhub_members
cache_timeout: 600

---

# AWX: keep this file in a project that names this collection in collections/requirements.yml. Add a source to an
# inventory, "Sourced from a Project", with this file and a credential of type Amazon Web Services, and let it update on
# launch. A job template with that inventory and job slicing spreads the accounts over AWX's nodes.
plugin: multiaccount.aws.securityhub_members
regions: "{{ lookup('ansible.builtin.env', 'SECURITYHUB_REGIONS') | default('eu-west-1', true) }}"
"""

from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    pass  # AWSInventoryBase reports it

from ansible import template
from ansible.errors import AnsibleError
from ansible_collections.amazon.aws.plugins.plugin_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.api import list_members, observe
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.clients import Connection, ConnectionInfo
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.member.result import member_row
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.model import STATUSES
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.options import parse_statuses
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results import info_result

ALL_MEMBERS = "securityhub_members"
# What is told of an account once, and what of each of its Regions.
ACCOUNT_KEYS = ("account_id", "email", "administrator_id")
MEMBERSHIP_KEYS = ("member_status", "invited_at", "updated_at")

Row = Mapping[str, Optional[str]]
Account = Dict[str, Any]


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


class InventoryModule(AWSInventoryBase):
    """Hosts, groups and variables from the member lists of a Security Hub administrator."""

    NAME = "multiaccount.aws.securityhub_members"
    INVENTORY_FILE_SUFFIXES = ("securityhub_members.yml", "securityhub_members.yaml")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory, or fail with what to do about it."""
        super().parse(inventory, loader, path, cache=cache)
        try:
            statuses = parse_statuses(self.get_option("member_status"), "member_status")
            self._regions = self._connect().regions
            cached, rows = self.get_cached_result(path, cache)
            if not cached:
                rows = self._read_rows()
        except InvalidInput as error:
            self.fail_aws(str(error))
        self._add_groups()
        self._add_hosts(accounts_of(rows, statuses))
        self.update_cached_result(path, cache, rows)

    def get_cache_key(self, path: str) -> str:
        """Return the key of what is cached: the file alone doesn't tell which member lists that is."""
        options = [self.get_option(name) or "" for name in ("profile", "assume_role_arn")]
        return super().get_cache_key(" ".join([path, *self._regions, *options]))

    def _set_frozen_credentials(self) -> None:
        """Assume no role where AWSInventoryBase does: it would also do so for members that come from the cache.

        And it would name the session after the plugin, which makes more than the 64 characters that STS takes.
        """

    def _assumed_role(self) -> Dict[str, Optional[str]]:
        """Return the credentials of the role that is to be assumed, as a boto3 session takes them; none for no role."""
        role = self.get_option("assume_role_arn")
        if not role:
            return {}
        try:
            sts = self.client("sts", region=self.region or self._regions[0])
            credentials = sts.assume_role(RoleArn=role, RoleSessionName=ALL_MEMBERS)["Credentials"]
        except (BotoCoreError, ClientError) as error:
            self.fail_aws(
                f"The role {role} can't be assumed: {error}. Check the name of the role, its trust policy, and the "
                "credentials that are to assume it."
            )
        return {
            "profile_name": None,
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }

    def _connect(self, credentials: Optional[Mapping[str, Optional[str]]] = None) -> Connection:
        """Prepare the Regions to read, without any call to AWS.

        :param credentials: instead of those of the connection options
        """
        region, endpoint_url, boto_params = get_aws_connection_info(self)
        regions = self.get_option("regions")
        info = ConnectionInfo(region, endpoint_url, {**boto_params, **(credentials or {})})
        return Connection(info, [regions] if isinstance(regions, str) else regions)

    def _read_rows(self) -> List[Row]:
        """Read the member lists of all Regions; if one fails, all do."""
        connection = self._connect(self._assumed_role())
        by_region = connection.in_each_region(lambda clients: observe(lambda: list_members(clients.reader)))
        result = info_result(by_region, {"members": lambda member: [member_row(member)]}, connection.caller_account_id)
        if "msg" in result:
            self.fail_aws(f"The inventory would be incomplete. {result['msg']}")
        return result["members"]

    def _add_groups(self) -> None:
        self.inventory.add_group(ALL_MEMBERS)
        for name in group_names(STATUSES, self._regions):
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
        """Return the first name that a preference gives; the account id where none does."""
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
