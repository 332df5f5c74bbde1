# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page and the JSON of securityhub_membership_report contain."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.results.messages import regions_in_words
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.reasons import MISSING_REGIONS_STEP
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report import report as plugin
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.report_data import age_in_days
from report import fleets
from report.fleets import TIME, made
from report.reading import Reader, contrast, themes
from report.states import HOSTILE, REGIONS, account

CSS = (plugin.TEMPLATES / "report.css").read_text(encoding="utf-8")


def page(result: Any, accounts: Any = None, purpose: str = "onboard") -> Reader:
    """Return the page of a result, read."""
    return Reader(made(result, "html", accounts, purpose, TIME))


def matrix(reader: Reader) -> list[list[str]]:
    """Return the table of accounts by Region, which is the last one."""
    return reader.tables[-1]


def data(result: Any, accounts: Any = None, purpose: str = "onboard", **more: Any) -> dict[str, Any]:
    """Return the JSON of a result, read."""
    read: dict[str, Any] = json.loads(made(result, "json", accounts, purpose, TIME, **more))
    return read


def test_json_structure() -> None:
    waiting = fleets.row("eu-west-1", account(1), "Invited", reason="awaiting_acceptance", actions=["invite"])
    surplus = {"region": "eu-west-1", "account_id": account(2), "email": None, "member_status": "Enabled"}
    accounts = {
        "accounts": [{"account_id": account(1), "name": "Shop", "regions": []}],
        "skipped": [{"row": 3, "account_id": account(3), "name": None, "reason": "is SUSPENDED"}],
    }
    report = data(fleets.result(waiting, failed=("eu-west-2",), surplus=(surplus,)), accounts)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", report.pop("collection_version"))
    membership = report["accounts"][0]["memberships"].pop("eu-west-1")
    assert membership.pop("next_step").startswith("Ask the account owners to enable Security Hub")
    assert [set(row) for row in report.pop("to_do")] == [
        {"status", "reason", "explanation", "next_step", "commands", "accounts"}
    ]
    assert [set(row) for row in report.pop("open_invitations")] == [
        {"email", "invitation_age_days", "accounts", "subject", "text"}
    ]
    assert membership == {
        "member_status": "Invited",
        "readable": True,
        "reason": "awaiting_acceptance",
        "explanation": "The account owner must accept the invitation.",
        "invited_at": fleets.INVITED_AT,
        "invitation_age_days": 28,
        "actions": ["invite"],
        "left_administrator_id": None,
        "config_recorder": None,
        "policy": None,
        "policy_difference_count": 0,
    }
    assert report["accounts"][0]["memberships"].pop("eu-west-2")["readable"] is False
    assert report == {
        "version": 1,
        "generated_at": TIME,
        "administrator_id": "999988887777",
        "regions": ["eu-west-1", "eu-west-2"],
        "counts": {
            "accounts": 1,
            "accounts_read": 1,
            "accounts_enabled": 0,
            "memberships": 2,
            "memberships_read": 1,
            "by_status": {"Invited": 1, "unreadable": 1},
            "by_policy": {},
            "by_config_recorder": {},
        },
        "policy_differences": [],
        "accounts": [
            {"account_id": account(1), "email": f"owner-{account(1)}@example.com", "name": "Shop", "memberships": {}}
        ],
        "config_recorders": [],
        "aggregator_problem": None,
        "missing_regions": [],
        "failed_regions": [
            {
                "region": "eu-west-2",
                "account_id": None,
                "error_code": "AccessDeniedException",
                "msg": fleets.DENIED.format("eu-west-2"),
            }
        ],
        "surplus_members": [{**surplus, "invited_at": None, "invitation_age_days": None}],
        "skipped_rows": [{"row": 3, "account_id": account(3), "name": None, "reason": "is SUSPENDED"}],
        "since": None,
    }


def test_unreadable_region_leaves_the_others_as_they_are() -> None:
    rows = [fleets.row("eu-west-1", account(n)) for n in range(200)]
    result = fleets.result(*rows, failed=("us-east-1",))
    counts = data(result, fleets.accounts(200))["counts"]
    assert counts["accounts_enabled"] == counts["accounts_read"] == 200
    assert counts["by_status"] == {"Enabled": 200, "unreadable": 200}
    reader = page(result, fleets.accounts(200))
    assert "200 of 200 accounts" in reader.texts
    assert " are Enabled in all Regions that could be read" in reader.texts
    assert "200 of 200 memberships Enabled. A membership is one account in one Region." in reader.texts
    assert "200 memberships could not be read and are not counted." in reader.texts
    assert {line[2] for line in matrix(reader)[1:]} == {"! Not readable"}
    assert "What to do" not in reader.texts


def test_regions_of_the_aggregator_in_which_nobody_looked_are_named() -> None:
    aggregator = {"finding_aggregation_region": "eu-west-1", "linked_regions": ["us-east-1", "<eu-north-1>"]}
    result = fleets.result(fleets.row("eu-west-1", account(1)))
    results = [result, {"hubs": [{"region": "eu-west-1", "finding_aggregator": aggregator}]}]
    assert data(results)["missing_regions"] == ["us-east-1", "<eu-north-1>"]
    texts = page(results).texts
    assert "Regions of the finding aggregator that are not in this report" in texts
    assert "us-east-1, <eu-north-1>" in texts
    assert MISSING_REGIONS_STEP in texts
    assert "Regions of the finding aggregator that are not in this report" not in page(result).texts


def test_no_region_could_be_read() -> None:
    reader = page(fleets.result(failed=("eu-west-1",)), fleets.accounts(3))
    assert "No status could be read" in reader.texts
    assert "1 Region failed" in reader.texts


def test_counts_name_every_status() -> None:
    by_status = data(fleets.small(), fleets.small_accounts())["counts"]["by_status"]
    once = ["Enabled", "Invited", "Created", "Removed", "Resigned", "Deleted", "AccountSuspended", "not_a_member"]
    assert by_status == {**dict.fromkeys(once, 1), "unreadable": 9, "own_account": 1, "PendingReview": 1}
    assert list(by_status)[-1] == "PendingReview"


def test_matrix_has_a_symbol_and_a_word_in_each_cell_worst_account_first() -> None:
    rows = matrix(page(fleets.small(), fleets.small_accounts()))
    assert rows[0] == ["Account", "eu-west-1", "us-east-1"]
    assert [line[1] for line in rows[1:]] == [
        "\u2013 No member", "? PendingReview", "\u00d7 Removed", "\u2190 Resigned", "\u2205 Deleted",
        "\u2016 Suspended", "+ Created", "\u2026 Invited 28 d",
        "\u2713 Enabled", "\u2605 Own account",
    ]  # fmt: skip
    assert rows[8][0] == f"{account(1)}Shopowner-{account(1)}@example.com"
    assert [line[2] for line in rows[1:]] == ["! Not readable"] * 9 + ["\u00b7 Not requested"]


def test_places_of_the_request_are_kept() -> None:
    reader = page(fleets.small(), fleets.small_accounts())
    assert sorted(int(row["data-n"]) for row in reader.tags("tr") if "data-n" in row) == list(range(10))
    assert [row["data-n"] for row in reader.tags("tr") if "data-n" in row][:3] == ["8", "7", "3"]


def test_counts_explain_each_status_that_occurs() -> None:
    counts = page(fleets.small(), fleets.small_accounts()).tables[0]
    assert [line[0].replace("\n", "") for line in counts[1:3]] == ["\u2713 Enabled", "\u2026 Invited"]
    assert all(len(line) == 3 and line[1] == ("9" if "readable" in line[0] else "1") and line[2] for line in counts[1:])


def to_do(html: str) -> list[str]:
    """Return the explanations of what is to be done."""
    return [unescape(text) for text in re.findall(r"</span> <bdi>([^<]*)</bdi></h3>\n<p class=\"advice\">", html)]


def test_same_trouble_is_one_thing_to_do_worst_first() -> None:
    html = made(fleets.fleet(100), "html", fleets.accounts(100), "onboard", TIME)
    assert to_do(html) == [
        "The account declined the invitation or left the administrator.",
        "AWS suspended the account.",
        "For example: Account 000000262507 has the administrator 222222222222.",
        "For example: AccessDenied: not authorized to perform sts:AssumeRole on arn:aws:iam::000000150004:role/Member.",
        "The account owner must accept the invitation.",
    ]
    assert "10 accounts in all Regions except for eu-west-3" in "".join(Reader(html).texts)


def test_invitations_have_their_age() -> None:
    old = fleets.row("eu-west-1", account(1), "Invited", invited_at="2026-01-01T08:00:00+00:00")
    new = fleets.row("eu-west-2", account(1), "Invited", invited_at="2026-02-28T09:00:00Z")
    none = fleets.row("eu-west-1", account(2), "Invited", invited_at=None)
    reader = page(fleets.result(old, new, none))
    assert [line[1:] for line in matrix(reader)[1:]] == [
        ["\u2026 Invited 59 d", "\u2026 Invited 0 d"], ["\u2026 Invited", "\u00b7 Not requested"],
    ]  # fmt: skip
    assert "invited 59 days ago" in reader.texts
    assert "The oldest open invitation is 59 days old. " in reader.texts


def test_enabled_account_has_no_open_invitation() -> None:
    reader = page(fleets.result(fleets.row("eu-west-1", account(1), "Enabled", invited_at=fleets.INVITED_AT)))
    assert not [text for text in reader.texts if "invitation is" in text or text.endswith(" ago")]
    assert matrix(reader)[1][1] == "\u2713 Enabled"


@pytest.mark.parametrize(
    ("since", "days"),
    [
        ("2026-02-28T08:00:00Z", 1), ("2026-02-28T08:00:01Z", 0), ("2026-02-28T08:00:00.123456+00:00", 0),
        ("2026-02-28T10:00:00+02:00", 1), ("2026-02-28T08:00:00", 1), ("2026-03-02T08:00:00Z", 0), ("soon", None),
        (None, None),
    ],
)  # fmt: skip
def test_age_in_days(since: str | None, days: int | None) -> None:
    assert age_in_days(since, TIME) == days


def test_report_shows_statuses_before_a_run_and_what_it_would_do() -> None:
    planned = fleets.row("eu-west-1", account(1), "Enabled", previous_member_status="Created", actions=["invite"])
    membership = data(fleets.result(planned), purpose="report")["accounts"][0]["memberships"]["eu-west-1"]
    assert membership["member_status"] == "Created"
    assert membership["next_step"] == "Run multiaccount.aws.securityhub_onboard for these steps: invite."
    membership = data(fleets.result(planned))["accounts"][0]["memberships"]["eu-west-1"]
    assert (membership["member_status"], membership["next_step"]) == ("Enabled", None)


def test_report_names_enabled_accounts_that_lack_standards() -> None:
    words = {"reason": "standards_incomplete", "processing_result": "pci-dss/v/4.0.1 is INCOMPLETE"}
    rows = [
        fleets.row("eu-west-1", account(1), actions=["enable_standards"]),
        fleets.row("eu-west-1", account(2), **words),
        fleets.row("eu-west-1", account(3)),
    ]
    found = [each["memberships"]["eu-west-1"] for each in data(fleets.result(*rows), purpose="report")["accounts"]]
    assert [each["member_status"] for each in found] == ["Enabled"] * 3
    assert [each["explanation"] for each in found] == [
        "The account is a member, and does not have all of securityhub_standards yet.",
        "pci-dss/v/4.0.1 is INCOMPLETE.",
        None,
    ]
    assert found[0]["next_step"] == "Run multiaccount.aws.securityhub_onboard for these steps: enable standards."
    assert found[0]["actions"] == ["enable_standards"]
    text = " ".join(page(fleets.result(*rows), purpose="report").texts)
    assert all(each["explanation"] in text for each in found[:2])


def test_surplus_members_and_rows_that_were_left_out() -> None:
    reader = page(fleets.small(), fleets.small_accounts())
    text = "".join(reader.texts)
    assert "Members that were not requested" in reader.texts
    assert f"{account(50)} extra@example.com Invited in eu-west-1, invited 59 days ago" in text
    assert "Rows that were left out" in reader.texts
    assert f"Row 3: {account(60)} Old shop is SUSPENDED" in text
    nothing = page(fleets.result(fleets.row("eu-west-1", account(1))))
    assert not {"Members that were not requested", "Rows that were left out"} & set(nothing.texts)


@pytest.mark.parametrize(
    ("regions", "everywhere", "words"),
    [
        (REGIONS, REGIONS, "all 17 Regions"),
        (REGIONS[2:], REGIONS, "all Regions except for us-east-1 and us-east-2"),
        (REGIONS[:2], REGIONS, "us-east-1 and us-east-2"),
        (REGIONS[:2], REGIONS[:2], "both Regions"),
        (["eu-west-1"], ["eu-west-1"], "eu-west-1"),
    ],
)
def test_regions_in_words(regions: list[str], everywhere: list[str], words: str) -> None:
    assert regions_in_words(regions, everywhere) == words


def test_failed_regions_have_their_message() -> None:
    reader = page(fleets.small())
    assert {"1 Region failed", "AccessDeniedException", fleets.DENIED.format("us-east-1")} <= set(reader.texts)
    rows = [{"region": "eu-west-1", "account_id": account(n), "error_code": "X", "msg": "Y"} for n in (1, 2)]
    reader = page({**fleets.result(), "failed_regions": rows})
    assert {"1 Region failed", account(1), account(2)} <= set(reader.texts)


def test_nothing_from_outside_becomes_markup() -> None:
    reader = page(fleets.hostile(), fleets.hostile_accounts())
    usual = page(fleets.small(), fleets.small_accounts())
    assert {tag for tag, _attributes in reader.elements} <= {tag for tag, _attributes in usual.elements}
    assert len(reader.tags("script")) == len(reader.tags("style")) == 1
    assert not [name for _tag, attributes in reader.elements for name in attributes if name.startswith("on")]
    for text in HOSTILE:
        spaced = [" ".join(shown.split()) for shown in reader.texts]
        assert spaced.count(" ".join(text.split())) >= 4, text  # name and email, what to do, the row left out


def test_hostile_texts_are_the_same_in_json() -> None:
    accounts = data(fleets.hostile())["accounts"]
    assert tuple(account["email"] for account in accounts[: len(HOSTILE)]) == HOSTILE
    assert made(fleets.hostile(), "json", generated_at=TIME).isascii()


def test_text_that_is_not_unicode_is_written_all_the_same() -> None:
    result = fleets.result(fleets.row("eu-west-1", account(1), email="\ud800"))
    assert made(result, "html", generated_at=TIME).encode("utf-8")
    assert data(result)["accounts"][0]["email"] == "?"


def test_page_needs_nothing_else() -> None:
    reader = page(fleets.small(), fleets.small_accounts())
    assert not [attributes for _tag, attributes in reader.elements if "src" in attributes or "style" in attributes]
    links = {attributes["href"] for _tag, attributes in reader.elements if "href" in attributes}
    assert links == {"#todo-title", "#invitations-title"}
    assert "url(" not in CSS


def test_policy_allows_what_the_page_has() -> None:
    html = made(fleets.small(), "html", generated_at=TIME)
    policy = next(tag["content"] for tag in Reader(html).tags("meta") if tag.get("http-equiv"))
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
        assert f"{name}-src '{plugin.content_hash(text)}'" in policy
    assert "default-src 'none'" in policy


def test_tables_and_lists_have_what_a_screen_reader_needs() -> None:
    reader = page(fleets.small(), fleets.small_accounts())
    assert {attributes.get("scope") for attributes in reader.tags("th")} == {"row", "col"}
    assert len(reader.tags("caption")) == len(reader.tables)
    titles = {attributes["id"] for _tag, attributes in reader.elements if "id" in attributes}
    assert {tag["aria-labelledby"] for tag in reader.tags("section")} <= titles


def test_filters_wait_for_scripts() -> None:
    assert "hidden" in page(fleets.small()).tags("form")[0]


def test_all_enabled_leaves_nothing_to_do() -> None:
    reader = page(fleets.result(fleets.row("eu-west-1", account(1))))
    assert "What to do" not in reader.texts
    assert "1 of 1 account" in reader.texts
    assert " is Enabled in the one Region" in reader.texts


def test_no_account_is_no_error() -> None:
    result = {**fleets.result(), "administrator_id": None}
    assert data(result)["administrator_id"] is None
    assert {"not known", "No account was requested."} <= set(page(result).texts)
    assert data(result)["counts"]["memberships"] == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colours = themes(CSS)[theme]
    texts = [name for name in colours if name.endswith("-fg")]
    assert len(texts) == 15
    ratios = {name: contrast(colours[name], colours[f"{name.split('-')[0]}-bg"]) for name in texts}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    for ground in ("page-bg", "card-bg"):
        assert contrast(colours["control-line"], colours[ground]) >= 3
        assert contrast(colours["focus-line"], colours[ground]) >= 3


def test_both_themes_name_every_colour() -> None:
    both = themes(CSS)
    assert set(both["light"]) == set(both["dark"])
    assert not re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL))
    looks = [*plugin.LOOKS.values(), plugin.NOT_REQUESTED]
    assert {look.css for look in looks} <= set(re.findall(r"\.(\w)\b", CSS))
