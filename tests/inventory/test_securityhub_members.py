# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin: what it makes of member lists, and ansible-inventory with it against the local Security Hub."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from warm.fixtures import hub, programs

from ansible_collections.multiaccount.aws.plugins.inventory import securityhub_members as module
from local_hub.control import SECRET_KEY, Hub, access_key
from run.crash import crash_in
from run.layout import environment

__all__ = ["hub"]
ADMINISTRATOR = "999988887777"
# A program must fail if the inventory does: without that, it would list nobody, and say it went well.
SETTINGS = {"ANSIBLE_INVENTORY_UNPARSED_FAILED": "true", "ANSIBLE_DEPRECATION_WARNINGS": "false"}
FILE = "fleet.securityhub_members.yml"
# How the account of the credentials is found out.
ACCOUNT = {"sts:GetCallerIdentity": 1}
IRELAND, VIRGINIA = "eu-west-1", "us-east-1"
ENABLED, INVITED, CREATED, GONE = "111122223333", "222233334444", "012345670123", "444455556666"
# An account's status in Ireland and in Virginia, None where it is not in the member list.
FLEET = {
    ENABLED: ("Enabled", "Enabled"),
    INVITED: ("Invited", "Enabled"),
    CREATED: (None, "Created"),
    GONE: ("Removed", "Resigned"),
}
STATUS_GROUPS = {
    "securityhub_created": [CREATED],
    "securityhub_enabled": [ENABLED, INVITED],
    "securityhub_invited": [INVITED],
    "securityhub_removed": [GONE],
    "securityhub_resigned": [GONE],
}
REGION_GROUPS = {
    "securityhub_eu_west_1": [ENABLED, INVITED, GONE],
    "securityhub_us_east_1": [ENABLED, INVITED, CREATED, GONE],
}


def row(account_id: str, status: str, region: str = IRELAND, **more: str | None) -> dict[str, str | None]:
    """An entry of a member list."""
    known = {"email": None, "administrator_id": ADMINISTRATOR, "invited_at": None, "updated_at": "2026-01-31T08:15:30"}
    return {"region": region, "account_id": account_id, "member_status": status, **known, **more}


def membership(status: str, **more: str | None) -> dict[str, str | None]:
    return {"member_status": status, "invited_at": None, "updated_at": "2026-01-31T08:15:30", **more}


@pytest.mark.parametrize(
    ("rows", "statuses", "expected"),
    [
        ([], [], {}),
        ([], ["Enabled"], {}),
        (
            [row(ENABLED, "Enabled", invited_at="2025-12-01T00:00:00")],
            [],
            {ENABLED: {IRELAND: membership("Enabled", invited_at="2025-12-01T00:00:00")}},
        ),
        (
            [row(ENABLED, "Enabled"), row(CREATED, "Created"), row(ENABLED, "Invited", VIRGINIA)],
            [],
            {
                ENABLED: {IRELAND: membership("Enabled"), VIRGINIA: membership("Invited")},
                CREATED: {IRELAND: membership("Created")},
            },
        ),
        (
            [row(ENABLED, "Enabled"), row(CREATED, "Created"), row(ENABLED, "Invited", VIRGINIA)],
            ["Invited", "Removed"],
            {ENABLED: {IRELAND: membership("Enabled"), VIRGINIA: membership("Invited")}},
        ),
        ([row(ENABLED, "Enabled")], ["Invited"], {}),
        ([row(ENABLED, "PausedByMagic")], [], {ENABLED: {IRELAND: membership("PausedByMagic")}}),
    ],
    ids=["nobody", "nobody, filtered", "one", "two Regions", "one of two Regions", "filtered", "unknown status"],
)
def test_accounts_of_rows(rows: list[Any], statuses: list[str], expected: dict[str, Any]) -> None:
    found = module.accounts_of(rows, statuses)
    assert [account["account_id"] for account in found] == list(expected)
    assert {account["account_id"]: account["memberships"] for account in found} == expected


@pytest.mark.parametrize(
    ("emails", "expected"),
    [((None, None), None), ((None, "a@example.com"), "a@example.com"), (("a@example.com", None), "a@example.com")],
)
def test_an_email_of_any_region_counts(emails: tuple[str | None, str | None], expected: str | None) -> None:
    rows = [
        row(ENABLED, "Enabled", region, email=email) for region, email in zip((IRELAND, VIRGINIA), emails, strict=True)
    ]
    (account,) = module.accounts_of(rows, [])
    assert {key: account[key] for key in module.ACCOUNT_KEYS} == {
        "account_id": ENABLED,
        "email": expected,
        "administrator_id": ADMINISTRATOR,
    }


@pytest.mark.parametrize(
    ("statuses", "regions", "names"),
    [
        ([], [], []),
        (["Invited"], [], ["securityhub_invited"]),
        (["AccountSuspended"], [VIRGINIA], ["securityhub_accountsuspended", "securityhub_us-east-1"]),
    ],
)
def test_group_names(statuses: list[str], regions: list[str], names: list[str]) -> None:
    assert module.group_names(statuses, regions) == names


def as_plain(value: dict[str, Any]) -> Any:
    """Undo how `ansible-inventory --list` writes a text that is no template."""
    return value.get("__ansible_unsafe", value)


@dataclass(frozen=True)
class Listing:
    """What `ansible-inventory` listed, and what it said besides."""

    listed: dict[str, Any]
    errors: str

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        return dict(self.listed["_meta"]["hostvars"])

    @property
    def groups(self) -> dict[str, list[str]]:
        """The hosts of each group that has any of its own, sorted."""
        return {name: sorted(group["hosts"]) for name, group in self.listed.items() if "hosts" in group}


class ProgramEnd(NamedTuple):
    """How a program ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Desk:
    """Where the administrator sits: an inventory file, a hub, Ansible's programs."""

    hub: Hub
    folder: Path
    path: str

    def seed(self, fleet: Mapping[str, tuple[str | None, ...]], **more: Any) -> None:
        """Write members down, by their statuses in IRELAND and VIRGINIA; both hubs are on."""
        rows = [
            {"administrator_id": ADMINISTRATOR, "account_id": each, "region": region, "member_status": status, **more}
            for each, statuses in fleet.items()
            for region, status in zip((IRELAND, VIRGINIA), statuses, strict=False)
            if status
        ]
        self.hub.seed(hubs=[{"account_id": ADMINISTRATOR, "regions": [IRELAND, VIRGINIA]}], members=rows)

    def write(self, **options: Any) -> None:
        """Write an inventory file with these options; a None among them is left out."""
        given = {"plugin": module.InventoryModule.NAME, "regions": [IRELAND, VIRGINIA], **options}
        given = {key: value for key, value in given.items() if value is not None}
        (self.folder / FILE).write_text(json.dumps(given), encoding="utf-8")

    def run(self, program: str, *words: str) -> ProgramEnd:
        """Run one of Ansible's programs on the inventory file; its messages come in one line."""
        keys = {**self.hub.environment(ADMINISTRATOR, IRELAND), **self.variables}
        done = subprocess.run(
            [program, "-i", str(self.folder / FILE), *words], cwd=self.folder, text=True, check=False, timeout=120,
            env=environment(**SETTINGS, **keys, PATH=self.path), capture_output=True,
        )  # fmt: skip
        assert SECRET_KEY not in done.stdout + done.stderr
        assert crash_in(done.stdout + done.stderr) is None
        # messages are wrapped at the width of a terminal, also after a hyphen
        return ProgramEnd(done.returncode, done.stdout, " ".join(done.stderr.replace("-\n", "-").split()))

    @property
    def variables(self) -> dict[str, str]:
        """More of the environment, from a file, because tests write it down as they go."""
        file = self.folder / "variables.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def export(self, **variables: str) -> None:
        """Set environment variables for the runs to come."""
        (self.folder / "variables.json").write_text(json.dumps({**self.variables, **variables}), encoding="utf-8")

    def list(self, **options: Any) -> Listing:
        """Run `ansible-inventory --list` with a file of these options; it has to go well."""
        self.write(**options)
        code, output, errors = self.run("ansible-inventory", "--list")
        assert code == 0, errors
        return Listing(json.loads(output, object_hook=as_plain), errors)

    def fail(self, **options: Any) -> str:
        """Run `ansible-inventory --list` with a file of these options, which has to fail; return what it says."""
        self.write(**options)
        code, output, errors = self.run("ansible-inventory", "--list")
        assert code != 0, output
        return errors

    def calls(self) -> dict[str, int]:
        """The calls since this was asked last."""
        counts = self.hub.counts()
        self.hub.reset_counts()
        return {**counts["calls"], **counts["other"]}


@pytest.fixture(scope="module", name="path")
def _path() -> Iterator[str]:
    with programs(**SETTINGS) as found:
        yield found


@pytest.fixture
def desk(hub: Hub, path: str, tmp_path: Path) -> Desk:
    hub.reset()
    return Desk(hub, tmp_path, path)


def test_hosts_and_groups_of_two_regions(desk: Desk) -> None:
    desk.seed(FLEET, email="owner@example.com")
    listing = desk.list()
    assert listing.groups == {name: sorted(hosts) for name, hosts in {**STATUS_GROUPS, **REGION_GROUPS}.items()}
    assert set(listing.hosts) == set(FLEET)
    assert set(STATUS_GROUPS) | set(REGION_GROUPS) <= set(listing.listed["securityhub_members"]["children"])
    variables = listing.hosts[INVITED]
    assert {key: variables[key] for key in module.ACCOUNT_KEYS} == {
        "account_id": INVITED,
        "email": "owner@example.com",
        "administrator_id": ADMINISTRATOR,
    }
    there = desk.hub.state()["members"][ADMINISTRATOR][IRELAND][INVITED]
    assert variables["memberships"][IRELAND]["member_status"] == "Invited"
    assert variables["memberships"][VIRGINIA]["member_status"] == "Enabled"
    assert variables["memberships"][IRELAND]["invited_at"].startswith(there["invited_at"][:19])
    assert variables["memberships"][IRELAND]["updated_at"].startswith(there["updated_at"][:19])
    assert list(listing.hosts[CREATED]["memberships"]) == [VIRGINIA]
    assert desk.calls() == {"ListMembers": 2}


def test_the_graph_shows_every_group(desk: Desk) -> None:
    desk.seed({INVITED: ("Invited",)})
    desk.write()
    code, output, errors = desk.run("ansible-inventory", "--graph")
    assert code == 0, errors
    assert output.splitlines() == [
        "@all:",
        "  |--@ungrouped:",
        "  |--@securityhub_members:",
        "  |  |--@securityhub_created:",
        "  |  |--@securityhub_invited:",
        f"  |  |  |--{INVITED}",
        "  |  |--@securityhub_enabled:",
        "  |  |--@securityhub_removed:",
        "  |  |--@securityhub_resigned:",
        "  |  |--@securityhub_deleted:",
        "  |  |--@securityhub_accountsuspended:",
        "  |  |--@securityhub_eu_west_1:",
        f"  |  |  |--{INVITED}",
        "  |  |--@securityhub_us_east_1:",
    ]


def test_nobody_is_a_member(desk: Desk) -> None:
    desk.seed({})
    listing = desk.list()
    assert listing.hosts == {}
    assert listing.errors == ""


@pytest.mark.parametrize(
    ("regions", "read"),
    [
        (None, [IRELAND]),
        (f" {VIRGINIA},{IRELAND}\n{VIRGINIA} ", [IRELAND, VIRGINIA]),
        ([VIRGINIA, IRELAND, VIRGINIA], [IRELAND, VIRGINIA]),
    ],
    ids=["the connection's", "text", "list"],
)
def test_regions(desk: Desk, regions: Any, read: list[str]) -> None:
    desk.seed(FLEET)
    desk.list(regions=regions)
    assert sorted(desk.hub.counts()["by_region"]) == read
    assert desk.calls() == {"ListMembers": len(read)}


def test_regions_of_a_template(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.export(FLEET_REGIONS=f"{VIRGINIA} {IRELAND}")
    desk.list(regions="{{ lookup('ansible.builtin.env', 'FLEET_REGIONS') }}")
    assert sorted(desk.hub.counts()["by_region"]) == [IRELAND, VIRGINIA]


@pytest.mark.parametrize(
    ("member_status", "hosts"),
    [
        ("INVITED", [INVITED]),
        (["created", "Removed"], [CREATED, GONE]),
        ("resigned, associated", [ENABLED, GONE, INVITED]),
        (["Deleted"], []),
    ],
    ids=str,
)
def test_member_status_chooses_accounts(desk: Desk, member_status: Any, hosts: list[str]) -> None:
    desk.seed(FLEET)
    listing = desk.list(member_status=member_status)
    assert sorted(listing.hosts) == sorted(hosts)
    if INVITED in hosts:
        assert set(listing.hosts[INVITED]["memberships"]) == {IRELAND, VIRGINIA}


def test_the_hubs_other_spellings(desk: Desk) -> None:
    desk.seed(FLEET)
    expected = desk.list().groups
    desk.hub.switches(status_case="upper", enabled_name="Associated")
    assert desk.list().groups == expected
    assert desk.list(member_status="enabled").hosts.keys() == {ENABLED, INVITED}


def test_an_unknown_status_has_a_group_of_its_own(desk: Desk) -> None:
    desk.seed({ENABLED: ("Paused by-Magic",)})
    assert desk.list().groups == {"securityhub_paused_by_magic": [ENABLED], "securityhub_eu_west_1": [ENABLED]}


EMAILS = {ENABLED: "one@example.com", INVITED: None, CREATED: "two@example.com"}


@pytest.mark.parametrize(
    ("hostnames", "names"),
    [
        (None, [ENABLED, INVITED, CREATED]),
        (["email", "'aws-' ~ account_id"], ["one@example.com", f"aws-{INVITED}", "two@example.com"]),
        (["email.split('@')[0]"], ["one", INVITED, "two"]),
        (["{{ email.split('@') | first }}-{{ account_id }}"], [f"one-{ENABLED}", INVITED, f"two-{CREATED}"]),
        (["no_such_variable", "account_id"], [ENABLED, INVITED, CREATED]),
    ],
    ids=str,
)
def test_hostnames(desk: Desk, hostnames: Any, names: list[str]) -> None:
    for account_id, email in EMAILS.items():
        desk.seed({account_id: ("Invited",)}, email=email)
    listing = desk.list(hostnames=hostnames)
    assert {name: variables["account_id"] for name, variables in listing.hosts.items()} == dict(
        zip(names, EMAILS, strict=True)
    )
    assert listing.groups["securityhub_invited"] == sorted(names)


def test_strict_hostnames(desk: Desk) -> None:
    desk.seed({INVITED: ("Invited",)})
    message = desk.fail(hostnames=["email.split('@')[0]"], strict=True)
    assert f"hostnames: \"email.split('@')[0]\" fails for {INVITED}: " in message


def test_two_accounts_of_one_name(desk: Desk) -> None:
    desk.seed({ENABLED: ("Enabled",), INVITED: ("Invited",)}, email="all@example.com")
    message = desk.fail(hostnames=["email"])
    assert f"hostnames: {ENABLED} and {INVITED} would both be called 'all@example.com'. Choose names" in message


def test_constructed_groups_and_variables(desk: Desk) -> None:
    desk.seed({ENABLED: ("Enabled", "Enabled"), INVITED: ("Invited", "Enabled")}, email="owner@mail.example")
    desk.seed({CREATED: (None, "Created")})
    listing = desk.list(
        groups={"complete": "memberships.values() | selectattr('member_status', 'eq', 'Enabled') | length == 2"},
        keyed_groups=[{"key": "email.split('@')[1]", "prefix": "mail"}, {"key": "administrator_id", "prefix": "of"}],
        compose={"first_region": "(memberships | list)[0]", "nothing": "no_such_variable"},
    )
    assert listing.groups["complete"] == [ENABLED]
    assert listing.groups["mail_mail_example"] == [ENABLED, INVITED]
    assert listing.groups[f"of_{ADMINISTRATOR}"] == sorted([ENABLED, INVITED, CREATED])
    assert {host: variables["first_region"] for host, variables in listing.hosts.items()} == {
        ENABLED: IRELAND,
        INVITED: IRELAND,
        CREATED: VIRGINIA,
    }
    assert not any("nothing" in variables for variables in listing.hosts.values())


def test_strict_fails_for_a_variable_that_is_not_there(desk: Desk) -> None:
    desk.seed({INVITED: ("Invited",)})
    assert f"Could not set nothing for host {INVITED}" in desk.fail(compose={"nothing": "no_such"}, strict=True)


def test_texts_of_others_are_no_templates(desk: Desk, tmp_path: Path) -> None:
    spell = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "cast") + "') }}@example.com"
    desk.seed({INVITED: ("Invited",)}, email=spell)
    options = {"compose": {"address": "email"}, "hostnames": ["account_id"]}
    assert desk.list(**options).hosts[INVITED]["address"] == spell
    code, output, errors = desk.run(
        "ansible", "-m", "ansible.builtin.debug", "-a", "msg='{{ email }} {{ address }}'", "all"
    )
    assert code == 0, output + errors
    assert f"{spell} {spell}" in output
    assert not (tmp_path / "cast").exists()


def test_120_members_come_in_pages(desk: Desk) -> None:
    members = [f"{number:012d}" for number in range(1, 121)]
    desk.seed(dict.fromkeys(members, ("Invited",)))
    listing = desk.list(regions=IRELAND)
    assert sorted(listing.hosts) == members
    assert listing.groups["securityhub_invited"] == members
    assert desk.calls() == {"ListMembers": 3}


def test_the_cache(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    first = desk.list(**cache)
    assert desk.calls() == {**ACCOUNT, "ListMembers": 2}
    assert desk.list(**cache).listed == first.listed
    assert desk.calls() == ACCOUNT
    # what is chosen from the member list does not have to be read again ...
    assert set(desk.list(member_status="created", **cache).hosts) == {CREATED}
    assert desk.calls() == ACCOUNT
    # ... other lists do
    assert set(desk.list(regions=IRELAND, **cache).hosts) == {ENABLED, INVITED, GONE}
    assert desk.calls() == {**ACCOUNT, "ListMembers": 1}
    desk.seed({CREATED: ("Enabled", "Enabled")})
    assert desk.list(**cache).listed == first.listed
    (tmp_path / "play.yml").write_text('[{"hosts": "all"}]', encoding="utf-8")
    code, _output, errors = desk.run("ansible-playbook", "--list-hosts", "--flush-cache", str(tmp_path / "play.yml"))
    assert code == 0, errors
    assert desk.calls() == {"sts:GetCallerIdentity": 2, "ListMembers": 2}
    assert CREATED in desk.list(**cache).groups["securityhub_enabled"]
    assert desk.calls() == ACCOUNT


def test_all_regions_are_read_once_and_cached(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    desk.hub.seed(enabled_regions=[{"account_id": ADMINISTRATOR, "regions": [IRELAND, VIRGINIA, "mars-north-1"]}])
    first = desk.list(regions="all", **cache)
    assert first.groups == {name: sorted(hosts) for name, hosts in {**STATUS_GROUPS, **REGION_GROUPS}.items()}
    assert "regions: all leaves out mars-north-1" in first.errors
    assert desk.calls() == {**ACCOUNT, "ec2:DescribeRegions": 1, "ListMembers": 2}
    again = desk.list(regions="all", **cache)
    assert again.listed == first.listed
    assert "securityhub_us_east_1" in again.listed["securityhub_members"]["children"]
    assert desk.calls() == ACCOUNT
    # another question has another answer
    assert set(desk.list(regions="all", exclude_regions=VIRGINIA, **cache).hosts) == {ENABLED, INVITED, GONE}
    assert desk.calls() == {**ACCOUNT, "ec2:DescribeRegions": 1, "ListMembers": 1}


def test_linked_regions(desk: Desk) -> None:
    desk.seed(FLEET)
    row = {"account_id": ADMINISTRATOR, "home_region": IRELAND, "linking_mode": "SPECIFIED_REGIONS"}
    desk.hub.seed(finding_aggregators=[{**row, "regions": [VIRGINIA]}])
    assert set(desk.list(regions="linked").hosts) == set(FLEET)
    assert desk.calls() == {"ListFindingAggregators": 1, "GetFindingAggregator": 1, "ListMembers": 2}
    desk.export(AWS_REGION=VIRGINIA)
    assert (
        "Its home Region is eu-west-1. Set region, or the environment variable AWS_REGION, to eu-west-1."
        in desk.fail(regions=["linked"])
    )


def test_a_role_is_assumed_with_a_cache_too(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    desk.export(**{**desk.hub.environment("555566667777"), "AWS_REGION": "", "AWS_DEFAULT_REGION": ""})
    role = {"assume_role_arn": f"arn:aws:iam::{ADMINISTRATOR}:role/reader"}
    listing = desk.list(**role, **cache)
    assert set(listing.hosts) == set(FLEET)
    assert desk.calls() == {"sts:AssumeRole": 1, "ListMembers": 2}
    assert desk.list(**role, **cache).listed == listing.listed
    assert desk.calls() == {"sts:AssumeRole": 1}
    # nobody sees in the cache what the role would not show
    desk.hub.seed(denied_roles=[ADMINISTRATOR])
    assert "failed in eu-west-1 with AccessDenied" in desk.fail(**role, **cache)


def test_a_role_that_is_denied(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.hub.seed(denied_roles=["666677778888"])
    role = "arn:aws:iam::666677778888:role/reader"
    message = desk.fail(assume_role_arn=role)
    assert f"assume_role_arn: AssumeRole of {role} failed in {IRELAND} with AccessDenied" in message
    assert "trust policy" in message
    assert desk.calls() == {"sts:AssumeRole": 1}


def test_a_role_with_an_external_id_and_a_session_name(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.export(**desk.hub.environment("555566667777"), EXTERNAL_ID="one-of-ours")
    role = {
        "assume_role_arn": f"arn:aws:iam::{ADMINISTRATOR}:role/reader",
        "assume_role_external_id": "{{ lookup('ansible.builtin.env', 'EXTERNAL_ID') }}",
        "assume_role_session_name": "nightly-inventory",
    }
    desk.hub.seed(roles=[{"account_id": ADMINISTRATOR, "role": "reader", "external_id": "one-of-ours"}])
    assert set(desk.list(**role).hosts) == set(FLEET)
    assert "nightly-inventory" in json.dumps(desk.hub.sessions())
    code, output, errors = desk.run("ansible-inventory", "--list", "-vvvv")
    assert code == 0
    assert "one-of-ours" not in output + errors


def test_a_region_that_fails_is_a_warning_and_leaves_the_others(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.hub.fault(kind="access_denied", region=VIRGINIA)
    listing = desk.list()
    assert set(listing.hosts) == {ENABLED, INVITED, GONE}
    assert listing.groups["securityhub_eu_west_1"] == sorted([ENABLED, INVITED, GONE])
    assert f"[WARNING]: The members in {VIRGINIA} are missing in the inventory: ListMembers" in listing.errors
    assert "Allow securityhub:ListMembers in the caller's IAM policy" in listing.errors


def test_fail_on_failed_regions(desk: Desk) -> None:
    desk.seed(FLEET)
    message = desk.fail(regions=[IRELAND, "eu-central-1", VIRGINIA], fail_on_failed_regions=True)
    assert "The inventory would be incomplete. 1 of 3 Regions failed. Security Hub is not enabled in account" in message
    assert f"account {ADMINISTRATOR} in eu-central-1. Enable it with multiaccount.aws.securityhub_hub" in message


def test_all_regions_that_fail_fail_the_inventory(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.hub.fault(kind="access_denied")
    assert "The inventory would be incomplete. 2 of 2 Regions failed" in desk.fail()


def test_excluded_regions_are_not_read(desk: Desk) -> None:
    desk.seed(FLEET)
    assert set(desk.list(exclude_regions=VIRGINIA).hosts) == {ENABLED, INVITED, GONE}
    assert desk.calls() == {"ListMembers": 1}


def test_a_failure_is_not_cached(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    desk.hub.fault(kind="access_denied", region=VIRGINIA)
    desk.fail(**cache, fail_on_failed_regions=True)
    assert len(desk.list(**cache).hosts) == len(FLEET) - 1
    desk.hub.clear_faults()
    assert set(desk.list(**cache).hosts) == set(FLEET)


def test_the_cache_of_other_credentials_is_another(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    desk.list(**cache)
    other = "555566667777"
    desk.hub.seed(hubs=[{"account_id": other, "regions": [IRELAND, VIRGINIA]}])
    desk.export(**desk.hub.environment(other))
    assert desk.list(**cache).hosts == {}, "the members of another administrator"
    role = {"assume_role_arn": f"arn:aws:iam::{ADMINISTRATOR}:role/reader"}
    assert set(desk.list(**cache, **role).hosts) == set(FLEET)


def test_the_cache_of_default_credentials_is_their_account_s(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    other, file = "555566667777", tmp_path / "credentials"
    desk.seed(FLEET)
    desk.hub.seed(hubs=[{"account_id": other, "regions": [IRELAND, VIRGINIA]}])
    desk.export(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SHARED_CREDENTIALS_FILE=str(file))
    for account_id, hosts in ((ADMINISTRATOR, set(FLEET)), (other, set()), (ADMINISTRATOR, set(FLEET))):
        keys = f"aws_access_key_id = {access_key(account_id)}\naws_secret_access_key = {SECRET_KEY}\n"
        file.write_text(f"[default]\n{keys}", encoding="utf-8")
        assert set(desk.list(**cache).hosts) == hosts
    assert desk.calls() == {"sts:GetCallerIdentity": 3, "ListMembers": 4}


def test_nothing_is_cached_where_the_account_is_not_known(desk: Desk, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    desk.seed(FLEET)
    desk.hub.fault(kind="sts_token_refused")
    for _time in range(2):
        assert set(desk.list(**cache).hosts) == set(FLEET)
    assert desk.calls()["ListMembers"] == 4
    assert not any(path.is_file() for path in tmp_path.glob("cache/*"))


@pytest.mark.parametrize(
    ("options", "variables", "message"),
    [
        ({"regions": "eu-wset-1"}, {}, "'eu-wset-1' (did you mean eu-west-1?). If eu-wset-1 is a new Region, upd"),
        ({"regions": []}, {}, "regions: empty. Name at least one Region"),
        ({"member_status": "Invited, Happy"}, {}, "member_status: not a member status: 'Happy'. The statuses are C"),
        ({"regions": None}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "No Region: set regions or region"),
        ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "No AWS credentials: set access_key and secret"),
        ({"profile": "p", "access_key": "a"}, {}, "Passing both a profile and access tokens is not supported"),
    ],
    ids=["wrong Region", "empty", "wrong status", "no Region", "no credentials", "two credentials"],
)
def test_options_that_can_not_be_used(
    desk: Desk, options: dict[str, Any], variables: dict[str, str], message: str
) -> None:
    desk.seed(FLEET)
    desk.export(**variables)
    assert message in desk.fail(**options)
    assert desk.calls() == {}


def test_endpoint_url_of_the_file(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.export(AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert set(desk.list(endpoint_url=desk.hub.url).hosts) == set(FLEET)


@pytest.mark.parametrize("name", ["fleet.securityhub_members.yml", "fleet.securityhub_members.yaml"])
def test_names_of_inventory_files(tmp_path: Path, name: str) -> None:
    assert module.InventoryModule().verify_file(str(tmp_path / name)) is False, "there is no such file"
    (tmp_path / name).touch()
    assert module.InventoryModule().verify_file(str(tmp_path / name)) is True


def test_a_file_with_a_wrong_name_says_what_it_must_end_in(desk: Desk) -> None:
    desk.seed(FLEET)
    desk.write()
    (desk.folder / FILE).rename(desk.folder / "fleet.yml")
    desk.write()
    code, _output, errors = desk.run("ansible-inventory", "-i", str(desk.folder / "fleet.yml"), "--list")
    assert code == 0, errors
    assert "fleet.yml: the name of a file for multiaccount.aws.securityhub_members must end in" in errors
    assert "securityhub_members.yml or securityhub_members.yaml" in errors
