# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of account lists: each form means the same to a module's option, a role's variable and a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.errors import InvalidInput
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs import rows
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import (
    AccountRow,
    active_rows,
    emails_by_region,
    parse_account_id,
    parse_account_ids,
    read_rows,
)
from ansible_collections.multiaccount.aws.plugins.modules import (
    securityhub_member,
    securityhub_member_info,
    securityhub_membership,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.accounts.accounts import (
    read_accounts,
    read_accounts_file,
)
from ansible_collections.multiaccount.aws.tests.local_hub.control import Hub
from ansible_collections.multiaccount.aws.tests.unit.membership import run_at, seed_members, turn_on
from ansible_collections.multiaccount.aws.tests.unit.support import ADMINISTRATOR

ONE, ZERO, OLD = "111122223333", "012345670123", "444455556666"
EMAIL = "one@example.com"
BOTH = {ONE: EMAIL, ZERO: None}
ORGANIZATION: list[dict[str, Any]] = [
    {"Id": ONE, "Arn": "arn:a", "Email": EMAIL, "Name": "One, Inc.", "Status": "ACTIVE", "State": "ACTIVE",
     "JoinedMethod": "CREATED", "JoinedTimestamp": 1700000000.5, "Paths": ["o-1/r-1/"]},
    {"Id": OLD, "Arn": "arn:b", "Email": "old@example.com", "Name": "Old", "Status": "SUSPENDED", "State": "CLOSED"},
    {"Id": ZERO, "Arn": "arn:c", "Name": "Zero", "Status": "ACTIVE", "State": "ACTIVE"},
    {"Id": ZERO, "Name": "Zero"},
]  # fmt: skip
MEMBERS = [
    {"AccountId": ONE, "Email": EMAIL, "MasterId": OLD, "AdministratorId": OLD, "MemberStatus": "Resigned"},
    {"AccountId": ZERO, "MasterId": OLD, "AdministratorId": OLD, "MemberStatus": "Enabled", "InvitedAt": "2024-01-01"},
]
# Forms that mean the accounts of BOTH, however they come
FORMS: dict[str, Any] = {
    "map": {ONE: EMAIL, ZERO: None},
    "map of rows": {ONE: {"email": EMAIL, "name": "One"}, ZERO: {}},
    "map of rows with their IDs": {ONE: {"account_id": ONE, "Email": EMAIL}, ZERO: None},
    "rows of AWS": ORGANIZATION,
    "list-accounts JSON": json.dumps({"Accounts": ORGANIZATION}, indent=2),
    "list-accounts YAML": yaml.safe_dump({"Accounts": ORGANIZATION}),
    "list-accounts value": {"Accounts": ORGANIZATION},
    "list-accounts text": (
        f"ACCOUNTS\tarn:a\t{EMAIL}\t{ONE}\tCREATED\t1.5\tOne, Inc.\tACTIVE\tACTIVE\nPATHS\to-1/r-1/{ONE}/\n"
        f"ACCOUNTS\tarn:b\told@example.com\t{OLD}\tCREATED\t1.5\tOld\tCLOSED\tSUSPENDED\n{ZERO}\n"
    ),
    "list-members JSON": json.dumps({"Members": MEMBERS}),
    "list-members YAML": yaml.safe_dump({"Members": MEMBERS}),
    "list-members text": (
        f"MEMBERS\t{ONE}\t{OLD}\t{EMAIL}\t2024-01-01\t{OLD}\tEnabled\n"
        f"MEMBERS\t{ZERO}\t{OLD}\t2024-01-01\t{OLD}\tEnabled\n"
    ),
    "list-members value": {"Members": MEMBERS},
    "list-accounts YAML stream": yaml.safe_dump([{"Accounts": ORGANIZATION[:2]}, {"Accounts": ORGANIZATION[2:]}]),
    "maps in a list": [{ONE: EMAIL}, {ZERO: None}],
    "ID and email as text": f"{ONE}\t{EMAIL}\n{ZERO}\tNone\n",
    "YAML rows": f"# accounts\n- account_id: '{ONE}'\n  email: {EMAIL}\n- account_id: '{ZERO}'\n",
    "YAML map": f"---\n'{ONE}': {EMAIL}\n'{ZERO}':\n",
    "YAML with a key that is no ID": f"members:\n  - id: {ONE}\n    mail: {EMAIL}\n  - id: '{ZERO}'\n",
    "YAML in brackets": f"[{{id: {ONE}, email: {EMAIL}}}, '{ZERO}']",
    "Organizations console": (
        f'"Name","Id","OU Path","OU ID","Email","State","Joined method","Joined timestamp"\n'
        f'"One, Inc.","{ONE}","Root","r-1","{EMAIL}","ACTIVE","CREATED","2024-01-02"\n'
        f'"Old","{OLD}","Root","r-1","old@example.com","SUSPENDED","CREATED","2020-01-02"\n'
        f'"Zero","{ZERO}","Root","r-1","","ACTIVE","INVITED","2025-01-02"\n'
    ),
    "Security Hub console": f"Account ID,Email,Status\n{ONE},{EMAIL},Enabled\n{ZERO},,Resigned\n",
    "CSV without a header": f"{ONE},{EMAIL}\n{ZERO},\n",
    "CSV with other columns": f"member_account_id,Root account mail,Cost 2026\n{ONE},{EMAIL},1\n{ZERO},,2\n",
    "CSV with a row's number": f"ID;Account number;E-Mail\n1;{ONE};{EMAIL}\n2;{ZERO};\n",
    "CSV with the account's name": f"Account,Account ID,Email\nOne,{ONE},{EMAIL}\nZero,{ZERO},\n",
    "TSV": f"\ufeffAccount ID\tEmail\r\n{ONE}\t{EMAIL}\r\n{ZERO}\t\r\n",
    "rows twice": [ONE, {"account_id": ONE, "email": EMAIL}, ZERO, {"AccountId": ONE, "Email": EMAIL.upper()}],
    "keys of other tools": [{"account_id": ONE, "email": EMAIL, "tags": {"a": "b"}, "ou": ["x"], "payerAccountId": OLD},
                            {"Id": "r-1", "account_id": ZERO, "accountUuid": "x"}],
}  # fmt: skip
# Forms that no two readers may understand differently, because nobody may: what is said of them
REFUSED: dict[str, tuple[Any, str]] = {
    "two columns of IDs": (
        f"id,account_id,email\n{ONE},{ZERO},{EMAIL}\n",
        f"1 row is not valid: row 2: it has 2 account IDs: {ONE} (id) and {ZERO} (account_id). Keep one of them. ",
    ),
    "two keys of IDs": ([{"AccountId": ONE, "member_account_id": ZERO}], "it has 2 account IDs: "),
    "two spellings of a key": ([{"Id": ONE, "ID": ZERO}], f"it has 2 account IDs: {ONE} (Id) and {ZERO} (ID). "),
    "map of another row": ({ONE: {"account_id": ZERO}}, f"it has 2 account IDs: {ONE} (account_id) and {ZERO} "),
    "ID among the keys": ([{"account_id": ONE, ZERO: EMAIL}], f"it has 2 account IDs: {ONE} (account_id) and {ZERO} "),
    "ID that lost its zero beside another": (
        [{"account_id": 12345670123, "id": ONE}],
        f"row 1: 12345670123 is not an AWS account ID (a leading zero is missing: '{ZERO}'). An account ID has",
    ),
    "two IDs in a row without a header": (f"{ONE},{ZERO},{EMAIL}\n", "row 1 has 2 account IDs: "),
    "ID that lost a digit beside an email": (f"{ONE},{ZERO[1:]},{EMAIL}\n", "row 1 has 2 account IDs: "),
    "two emails": (
        f"Account ID,Email,Mail\n{ONE},{EMAIL},other@example.com\n",
        f"row 2: it has different values for email: '{EMAIL}' (Email) and 'other@example.com' (Mail). Keep one of them",
    ),
    "two roles": ([{"account_id": ONE, "role": "a", "role_arn": "b"}], "different values for member_role: 'a' (role)"),
    "two statuses": (
        [{"Id": ONE, "Status": "ACTIVE", "State": "SUSPENDED"}],
        "row 1: it has different values for status: SUSPENDED (State) and ACTIVE (Status). Keep one of them",
    ),
    "region beside regions": (
        [{"account_id": ONE, "region": "eu-west-1", "regions": ["eu-west-1", "eu-central-1"]}],
        "row 1: it has different values for regions: 'eu-west-1' (region) and 'eu-west-1 eu-central-1' (regions). Keep",
    ),
    "standards": (
        [{"account_id": ONE, "standards": ["pci-dss/v/4.0.1"]}],
        "row 1: standards can't be set for one account. Use the option of the task.",
    ),
    "policy of a role": (
        [{"account_id": ONE, "member_role_policy": "{}"}],
        "row 1: member_role_policy can't be set for one account. Use the option of the task.",
    ),
    "Regions that are no text": ([{"account_id": ONE, "regions": [["eu-west-1"]]}], "regions is not text, but a list"),
    "mistyped key": ([{"account_id": ONE, "emial": EMAIL}], "'emial' is not a known key (did you mean email?)"),
    "mistyped role": (
        [{"account_id": ONE, "member_rol": "x"}], "'member_rol' is not a known key (did you mean member_role?)",
    ),
    "mistyped header": (f"Account ID,Regoins\n{ONE},eu-west-1\n", "can't be read: 'Regoins' is not a known key (did"),
    "list with a key for all": (
        {"accounts": [ONE], "regions": "eu-west-1", "note": "mine"}, "regions can't be set beside 'accounts'",
    ),
    "list with a mistyped key": ({"members": [ONE], "stndards": "x"}, "'stndards' is not a known key (did you mean st"),
    "Region without a header": (f"{ONE},{EMAIL},eu-west-1\n", "row 1 has a Region: 'eu-west-1'. Add a header row: "),
    "session policy of a row": ([{"account_id": ONE, "policy": "{}"}], "policy can't be set for one account. Use the"),
    "session name of a row": ([{"account_id": ONE, "session_name": "x"}], "session_name can't be set for one account"),
    "mistyped account_id": ([{"acount_id": ONE}], "'acount_id' is not a known key (did you mean account_id?)"),
    "unknown status": (
        f"Account ID,Status\n{ONE},Production\n{ZERO},ACTIVE\n",
        "1 row is not valid: row 2: 'Production' (Status) is not a status of an account: ACTIVE, SUSPENDED, ",
    ),
    "map with a word": ({ONE: "production"}, "row 1: 'production' is not an email address"),
    "map of lists": ({ONE: ["a", "b"]}, "row 1: email is not text, but a list"),
    "role that is a list": ([{"account_id": ONE, "role": ["a", "b"]}], "row 1: role is not text, but a list"),
    "list in a list": ([[ONE]], "row 1: a list is not an AWS account ID"),
    "row without": ([{"email": EMAIL}], "row 1: it has no account_id, but 'email'"),
    "ID as a key of a row without one": ([{ONE: None, "email": EMAIL}], f"it has no account_id, but '{ONE}', 'email'"),
    "number without end": ("- 0x" + "f" * 5000, "members: 1 row is not valid: row 1: "),
    "control character in YAML": ("- a\x07\n", "can't be read: this is not YAML: "),
    "date that is none": ("- 2024-13-45", "can't be read: month must be in 1..12."),
    "nothing in a row": ([{}], "row 1: it has no account_id, but nothing"),
    "two rows with other emails": (
        {"Accounts": [{"Id": ONE, "Email": EMAIL}, {"Id": ONE, "Email": "other@example.com"}]},
        f"row 2: {ONE} has another email in row 1. Keep one of them",
    ),
    "two rows with other Regions": (
        [{"account_id": ONE, "regions": "eu-west-1"}, {"account_id": ONE, "regions": "eu-central-1"}],
        f"row 2: {ONE} has another regions in row 1",
    ),
    "two rows with other statuses": ([{"Id": ONE, "State": "ACTIVE"}, {"Id": ONE, "State": "CLOSED"}], "other status"),
    "output table": (
        "-----------------\n|  ListAccounts |\n+--------+------+\n",
        "can't be read: this is a table for people. Export it with --output json.",
    ),
    "output table without its edge": (f"|  {ONE}  |  One  |\n", "this is a table for people"),
    "HTML": ("<!DOCTYPE html>\n<p>Sign in</p>", "can't be read: this is HTML or XML"),
    "spreadsheet": ("PK\x03\x04\x14\x00", "can't be read: this is a spreadsheet"),
    "part of a list": ({"Accounts": [], "NextToken": "x"}, "can't be read: this is only a part of the list: it has Ne"),
    "part of a list as text": (f"NEXTTOKEN\tabc\nACCOUNTS\ta\t{EMAIL}\t{ONE}\n", "can't be read: this is only a part"),
    "deep JSON": ("[" * 100_000, "can't be read: it has too many levels"),
    "deep YAML": ("- " * 3_000 + "x", "can't be read: row 1: it has too many levels"),
    "aliases": ("a: &a ['x', 'x']\nb: &b [*a, *a]\n- *b", "can't be read: row 2: aliases (*name) are not read"),
    "key twice in JSON": (
        f'{{"{ONE}": "{EMAIL}", "{ONE}": "other@example.com"}}', f"can't be read: the key '{ONE}' is there twice.",
    ),
    "key twice in YAML": (f"- id: '{ONE}'\n  id: '{ZERO}'\n", "can't be read: the key 'id' is there twice."),
    "aliases in brackets": ("[&a x, [*a, *a]]", "row 1: aliases (*name) are not read"),
    "unknown header": (f"Who,Where\n{ONE},{EMAIL}\n", "header row has no column with account IDs: 'Who', 'Where'. "),
    "row that is too long": (f"Account ID,Status\n{ONE},a,SUSPENDED\n", "row 2 has more cells than the header row"),
    "quotation mark": (f'Account ID,Name\n{ONE},"One\n{ZERO},Zero"\n', "rows 2 to 3 are one row, because a quotation"),
    "JSON that ends early": ('{"Accounts": [', "can't be read: this is not JSON: "),
    "YAML that is none": (f"- account_id: '{ONE}'\n  email: [\n", "can't be read: row 3 is not YAML: "),
}  # fmt: skip


def readers(value: Any, folder: Path) -> list[Any]:
    """The entry points of the role: a variable, and where the value is a text, a file."""
    found: list[Any] = [lambda: read_accounts(value, "members")]
    if isinstance(value, str):
        (folder / "members").write_text(value, encoding="utf-8", newline="")
        found.append(lambda: read_accounts_file(folder / "members"))
    return found


def requested(hub: Hub, module: Any, **options: Any) -> dict[str, str | None]:
    """The accounts that a module was asked for, as its result names them, with their email addresses."""
    run = run_at(hub, module, check=True, **options)
    assert not run.failed, run.result
    lists = ("memberships", "created_accounts", "members")
    return {row["account_id"]: row.get("email") for name in lists for row in run.result.get(name, [])}


@pytest.mark.parametrize("value", FORMS.values(), ids=FORMS)
def test_form_means_the_same_to_modules_and_role(hub: Hub, value: Any, tmp_path: Path) -> None:
    turn_on(hub, ADMINISTRATOR)
    for read in readers(value, tmp_path):
        assert {row.account_id: row.email for row in read().accounts} == BOTH
    assert requested(hub, securityhub_membership, members=value) == BOTH
    assert requested(hub, securityhub_member, members=value) == BOTH
    seed_members(hub, dict.fromkeys((ONE, ZERO, OLD), "Enabled"))
    assert list(requested(hub, securityhub_member_info, account_ids=value)) == [ONE, ZERO]


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_refusal_is_the_same_in_modules_and_role(hub: Hub, value: Any, message: str, tmp_path: Path) -> None:
    run = run_at(hub, securityhub_membership, members=value)
    refusal = run.result["msg"]
    assert refusal.startswith("members: ")
    assert message in refusal
    assert hub.counts()["calls"] == {}
    for read in readers(value, tmp_path):
        with pytest.raises(InvalidInput) as error:
            read()
        assert str(error.value) == refusal
    for module, name in ((securityhub_member, "members"), (securityhub_member_info, "account_ids")):
        assert run_at(hub, module, **{name: value}).failed


WHOLE = AccountRow(ONE, EMAIL, "One", "security/hub", "an-external-id", ("eu-west-1", "eu-central-1"))


@pytest.mark.parametrize(
    "value",
    [
        [{"account_id": ONE, "email": EMAIL, "regions": ["eu-west-1", "eu-central-1"], "name": "One",
          "member_role": "security/hub", "member_role_external_id": "an-external-id"}],
        {"AccountId": ONE, "Email": EMAIL, "Regions": "eu-west-1; eu-central-1", "role": "security/hub",
         "external_id": "an-external-id", "Account alias": "One"},
        ("Account ID,Email,Name,Regions,Member Role,External ID\n"
         f"{ONE},{EMAIL},One,eu-west-1 eu-central-1,security/hub,an-external-id\n"),
        json.dumps([{"Id": ONE, "Email": EMAIL, "region": ["eu-west-1,eu-central-1"], "role_arn": "security/hub",
                     "externalId": "an-external-id", "Name": "One"}]),
        {"accounts": [{"account_id": ONE, "email": EMAIL, "name": "One", "regions": ["eu-west-1", "eu-central-1"],
                       "role": "security/hub", "external_id": "an-external-id", "tags": ["type:prod"], "vars": {}}]},
    ],
)  # fmt: skip
def test_read_rows_row_with_everything(value: Any) -> None:
    assert read_rows(value, "members") == {ONE: WHOLE}


@pytest.mark.parametrize(
    "value",
    [[ONE, ZERO], (ONE, ZERO), f"{ONE},{ZERO}", f"{ONE}; {ZERO}", f" {ONE}\r\n\n{ZERO} {ONE}\n", [f"{ONE} {ZERO}"],
     f"{ONE}\t{ZERO}\n", f'"{ONE}"\n"{ZERO}"\n',
     f"'{ONE}', '{ZERO}'", [int(ONE), ZERO], [{"account_id": int(ONE)}, ZERO, ONE], {ONE: None, ZERO: ""},
     {int(ONE): None, ZERO: {}}, f"[{ONE}, '{ZERO}']", f'- "{ONE}"\n- "{ZERO}"\n', f"Accounts: '{ONE}, {ZERO}'",
     [{"account_id": ONE, "email": "", "regions": None, "role": " ", "external_id": "", "Status": ""}, ZERO],
     f"account_id,email,regions,member_role\n{ONE},,,\n{ZERO},,,\n"],
)  # fmt: skip
def test_read_rows_that_say_no_more_than_the_account(value: Any) -> None:
    assert read_rows(value, "members") == {ONE: AccountRow(ONE), ZERO: AccountRow(ZERO)}


@pytest.mark.parametrize("key", ["member_role_arn", "member_role_name", "IAM Role", "IamRoleArn", "Role name"])
@pytest.mark.parametrize("region", ["AWS Region", "region_name"])
@pytest.mark.parametrize("external_id", ["role_external_id", "External ID"])
def test_read_rows_other_names_of_what_a_row_may_set(key: str, region: str, external_id: str) -> None:
    row = {"account_id": ONE, key: "x", region: "eu-west-1", external_id: "id"}
    expected = AccountRow(ONE, member_role="x", member_role_external_id="id", regions=("eu-west-1",))
    assert read_rows([row], "members", rows.ROW_OPTIONS) == {ONE: expected}


@pytest.mark.parametrize("text", [f"{ONE}\tSUSPENDED\t{EMAIL}\n", f"{ONE},{EMAIL},suspended\n"])
def test_read_rows_status_without_a_header_is_taken(text: str) -> None:
    assert read_rows(text, "members")[ONE] == AccountRow(ONE, EMAIL, status="SUSPENDED")


@pytest.mark.parametrize("option", sorted({*securityhub_membership.ARGUMENT_SPEC, "profile"}))
def test_read_rows_option_of_the_task_is_never_dropped(option: str) -> None:
    if option in {"members", "state", "administrator_id", *rows.ROW_OPTIONS}:  # keys of AWS's own rows, and of ours
        assert option not in rows.TASK_OPTIONS
        return
    with pytest.raises(
        InvalidInput, match=rf"row 1: {option} can't be set for one account\. Use the option of the task"
    ):
        read_rows([{"account_id": ONE, option: "x"}], "members")


@pytest.mark.parametrize("names", [("State", "Status"), ("Status", "State")])
def test_read_rows_state_of_a_closed_account_decides(names: tuple[str, str]) -> None:
    said = {"State": "CLOSED", "Status": "SUSPENDED"}
    assert read_rows([{"Id": ONE, **{name: said[name] for name in names}}], "members")[ONE].status == "CLOSED"


@pytest.mark.parametrize("empty", [[], "", " \n", {}, "[]", "{}", (), {"Accounts": []}, {"Members": None}, "[ ]"])
def test_read_rows_nothing_is_no_account(empty: Any) -> None:
    assert read_rows(empty, "members") == {}


def test_read_rows_one_number() -> None:
    assert read_rows(int(ONE), "x") == {ONE: AccountRow(ONE)}


def test_read_rows_merges_what_agrees() -> None:
    value = [ONE, {"account_id": ONE, "regions": "eu-west-1 eu-central-1", "name": "One"},
             {"id": ONE, "role": "security/hub", "email": EMAIL, "regions": ["eu-central-1", "eu-west-1"]},
             {"account_id": ONE, "external_id": "an-external-id", "email": EMAIL.title()}]  # fmt: skip
    assert read_rows(value, "members") == {ONE: WHOLE}


@pytest.mark.parametrize(("options", "key"), [((), "regions"), (("regions",), "role"), (("regions",), "external_id")])
def test_read_rows_option_that_is_not_for_one_account_is_refused(options: tuple[str, ...], key: str) -> None:
    with pytest.raises(InvalidInput, match=rf"row 1: {key} can't be set for one account here, only in members of sec"):
        read_rows([{"account_id": ONE, key: "eu-west-1"}], "members", options)
    assert read_rows([{"account_id": ONE, key: " "}], "members", options) == {ONE: AccountRow(ONE)}


def test_read_rows_names_twenty_wrong_rows() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_rows(["x" * 1000] * 100_000, "members")
    message = str(refusal.value)
    assert message.startswith(f"members: 100,000 rows are not valid: row 1: '{'x' * 59}... is not an AWS account ID; ")
    assert "row 20: " in message
    assert message.endswith(" and 99,980 more. An account ID has exactly 12 digits.")
    assert len(message) < 3_000


def test_read_rows_value_that_contains_itself_is_not_written_out() -> None:
    inner: Any = "x"
    for _level in range(100):
        inner = [inner, inner]
    with pytest.raises(InvalidInput, match=r"row 1: a list is not an AWS account ID\. An account"):
        read_rows([inner], "members")
    with pytest.raises(InvalidInput, match="row 1: member_role is not text, but a list"):
        read_rows([{"account_id": ONE, "member_role": inner}], "members")


def test_read_rows_yaml_without_pyyaml_is_refused() -> None:
    with mock.patch.dict(sys.modules, yaml=None):
        with pytest.raises(InvalidInput, match="members: can't be read: this is YAML, and PyYAML is not installed"):
            read_rows(f"- '{ONE}'\n", "members")
        with pytest.raises(InvalidInput, match="members: can't be read: this is not JSON"):
            read_rows("[012345670123]", "members")
        assert list(read_rows(f'["{ONE}"]', "members")) == [ONE]


def test_read_rows_yaml_without_libyaml() -> None:
    names = {name: value for name, value in vars(yaml).items() if name != "CSafeLoader"}
    with mock.patch.dict(sys.modules, yaml=SimpleNamespace(**names)):
        assert list(read_rows(f"- '{ONE}'\n- {ZERO!r}\n", "members")) == [ONE, ZERO]


@pytest.mark.parametrize("word", ["SUSPENDED", "pending_closure", "Closed", "PENDING_ACTIVATION"])
def test_active_rows_leave_out_and_warn(word: str) -> None:
    listed = read_rows([{"Id": ONE, "Status": word, "State": word}, ZERO], "members")
    with mock.patch.object(rows, "warn") as warn:
        assert list(active_rows(listed, "members")) == [ZERO]
    warn.assert_called_once_with(f"members: accounts that are not active are left out: {ONE} is {word.upper()}.")


@pytest.mark.parametrize("word", ["ACTIVE", "Active", "enabled", "Associated", "AccountSuspended", "Deleted"])
def test_active_rows_keep_active_accounts_and_member_statuses(word: str) -> None:
    listed = read_rows(f"Account ID,Status\n{ONE},{word}\n", "members")
    assert list(active_rows(listed, "members")) == [ONE]


def test_emails_by_region() -> None:
    listed = {ONE: WHOLE, ZERO: AccountRow(ZERO)}
    assert emails_by_region(listed, ["eu-west-1", "eu-central-1", "eu-south-1"], "members") == {
        "eu-west-1": {ONE: EMAIL, ZERO: None},
        "eu-central-1": {ONE: EMAIL, ZERO: None},
        "eu-south-1": {ZERO: None},
    }


def test_emails_by_region_of_another_region_are_refused() -> None:
    with pytest.raises(InvalidInput, match=rf"^members: the row of {ONE} has regions that .* not work in: eu-west-1\."):
        emails_by_region({ONE: WHOLE}, ["eu-central-1"], "members")


# a value that is no account ID, and how the message names it, with what probably happened to it
WRONG = [
    (None, "null is not an AWS account ID."),
    ("", "'' is not an AWS account ID."),
    (" \n", "' \\n' is not an AWS account ID."),
    ("11112222333", "'11112222333' is not an AWS account ID (a leading zero is missing: '011112222333')."),
    (11112222333, "11112222333 is not an AWS account ID (a leading zero is missing: '011112222333')."),
    ("1111222233334", "'1111222233334' is not an AWS account ID."),
    ("11112222333x", "'11112222333x' is not an AWS account ID."),
    ("1111-2222-3333", "'1111-2222-3333' is not an AWS account ID (write it without hyphens: '111122223333')."),
    ("+11112222333", "'+11112222333' is not an AWS account ID."),
    ("١١١١٢٢٢٢٣٣٣٣", "'١١١١٢٢٢٢٣٣٣٣' is not an AWS account ID."),
    ("１１１１２２２２３３３３", "'１１１１２２２２３３３３' is not an AWS account ID."),  # noqa: RUF001
    (111122223333.0, "111122223333.0 is not an AWS account ID."),
    ("1.1E+11", "'1.1E+11' is not an AWS account ID (a spreadsheet has rounded it: format the column as text and "),
    (True, "True is not an AWS account ID."),
    (yaml.safe_load("012345670123"), "1402433619 is not an AWS account ID (YAML reads an unquoted 012345670123 as "),
    ("1402433619", "otherwise 2 leading zeros are missing: '001402433619')."),
]  # fmt: skip


@pytest.mark.parametrize(("value", "named"), WRONG)
def test_parse_account_ids_refuses_by_name(value: Any, named: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_account_ids([ONE, value, OLD], "account_ids")
    assert str(refusal.value).startswith("account_ids: 1 row is not valid: row 2: ")
    assert named in str(refusal.value)
    assert str(refusal.value).endswith("An account ID has exactly 12 digits.")


def test_parse_account_ids_names_all_that_are_wrong() -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_account_ids(["1", ONE, "two, 33", None], "account_ids")
    assert str(refusal.value) == (
        "account_ids: 4 rows are not valid: row 1: '1' is not an AWS account ID; row 3: 'two' is not an AWS account ID;"
        " row 3: '33' is not an AWS account ID; row 4: null is not an AWS account ID. An account ID has exactly 12 "
        "digits."
    )


@pytest.mark.parametrize("value", ["", " \n"])
def test_parse_account_ids_blank_text_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match=r"^account_ids: 1 row is not valid: row 1: '.*' is not an AWS account ID\."):
        parse_account_ids(value, "account_ids")
    assert parse_account_ids([], "account_ids") == []


def test_parse_account_id() -> None:
    assert parse_account_id(f" {ONE}\n", "administrator_id") == ONE
    with pytest.raises(
        InvalidInput, match=r"^administrator_id: '1' is not an AWS account ID\. An account ID has exact"
    ):
        parse_account_id("1", "administrator_id")
