# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page and its JSON say, made by the filter itself."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiaccount.aws.plugins.filter import securityhub_report as plugin
from report import states
from report.reading import Reader, contrast, themes

TIME = "2026-03-01T08:00:00Z"
CSS = (plugin.TEMPLATES / "report.css").read_text(encoding="utf-8")


def page(state: states.State) -> Reader:
    """Return the page of a state, read."""
    return Reader(plugin.securityhub_report(state, "html", TIME))


def data(state: states.State) -> dict[str, Any]:
    """Return the JSON of a state, read."""
    read: dict[str, Any] = json.loads(plugin.securityhub_report(state, "json", TIME))
    return read


def test_json_has_the_documented_structure() -> None:
    region = states.row("eu-west-1", "000000000042", "Invited", reason="Why", advice="What")
    report = data(states.state(region, regions=["eu-west-1", "eu-west-2"], failed=("eu-west-2",)))
    version = report.pop("collection_version")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", version)
    assert report == {
        "version": 1,
        "generated_at": TIME,
        "administrator_id": "999988887777",
        "regions": ["eu-west-1", "eu-west-2"],
        "counts": {
            "accounts": 1,
            "accounts_enabled": 0,
            "memberships": 2,
            "by_status": {"Invited": 1, "RegionFailed": 1},
        },
        "accounts": [
            {
                "account_id": "000000000042",
                "email": "owner-000000000042@example.com",
                "memberships": {"eu-west-1": {"member_status": "Invited", "reason": "Why", "advice": "What"}},
            }
        ],
        "failed_regions": [
            {
                "region": "eu-west-2",
                "error_code": "InvalidAccessException",
                "msg": states.HUB_IS_OFF.format("eu-west-2"),
            }
        ],
    }


def test_counts_name_every_status() -> None:
    by_status = data(states.small())["counts"]["by_status"]
    once = ["Enabled", "Invited", "Created", "Removed", "Resigned", "Deleted", "AccountSuspended", "NotAMember"]
    assert by_status == {**dict.fromkeys(once, 1), "RegionFailed": 9, "PendingReview": 1}
    assert list(by_status)[-1] == "PendingReview"


def test_matrix_has_a_symbol_and_a_word_in_each_cell() -> None:
    _counts, matrix = page(states.small()).tables
    assert matrix[0] == ["Account", "eu-west-1", "us-east-1"]
    cells = [line[1] for line in matrix[1:]]
    assert cells == [
        "\u2713 Enabled", "\u2026 Invited", "+ Created", "\u00d7 Removed", "\u2190 Resigned", "\u2205 Deleted",
        "\u2016 Suspended", "? PendingReview", "\u2013 No member",
    ]  # fmt: skip
    assert matrix[1][0] == "000000000000owner-000000000000@example.com"
    assert {line[2] for line in matrix[1:]} == {"! Failed"}  # and not "No member"


def test_counts_explain_each_status_that_occurs() -> None:
    counts, _matrix = page(states.small()).tables
    assert [line[0].replace("\n", "") for line in counts[1:3]] == ["\u2713 Enabled", "\u2026 Invited"]
    assert all(len(line) == 3 and line[1] == ("9" if "Failed" in line[0] else "1") and line[2] for line in counts[1:])


def test_accounts_with_the_same_trouble_are_one_thing_to_do() -> None:
    report = plugin.build(states.fleet(100), TIME, "1.0.0")
    found = {group.worded(group.reason): group for group in plugin.groups(report)}
    assert set(found) == {
        "Region failed: Security Hub is off in 999988887777 in eu-west-3",
        "Has not accepted",
        "AccessDenied: not authorized to perform sts:AssumeRole on arn:aws:iam::<account>:role/Member",
        "Left or declined",
        "Not in the member list",
        "Suspended by AWS",
    }
    waiting = found["Has not accepted"]
    assert len(waiting.accounts) == 10
    assert waiting.worded(waiting.advice) == "Accept it in <account>."
    assert all(len(regions) == 16 for regions in waiting.accounts.values())


def test_a_single_account_is_named_in_its_advice() -> None:
    account_id = states.account(3)
    reader = page(states.state(states.troubled("eu-west-1", 3), regions=["eu-west-1"]))
    assert f"Accept it in {account_id}." in reader.texts
    assert account_id in reader.texts


def test_regions_in_words() -> None:
    regions = states.REGIONS
    assert plugin.where(regions, regions) == "all 17 Regions"
    assert plugin.where(regions[2:], regions) == "all Regions but us-east-1 and us-east-2"
    assert plugin.where(regions[:2], regions) == "us-east-1, us-east-2"
    assert plugin.where(regions[:2], regions[:2]) == "both Regions"
    assert plugin.where(["eu-west-1"], ["eu-west-1"]) == "eu-west-1"


def test_failed_regions_have_their_message() -> None:
    reader = page(states.small())
    assert "1 Region failed" in reader.texts
    assert "InvalidAccessException" in reader.texts
    assert any(text.startswith("Security Hub is off in 999988887777 in us-east-1") for text in reader.texts)


def test_nothing_from_outside_becomes_markup() -> None:
    reader = page(states.hostile())
    usual = page(states.small())
    assert {tag for tag, _attributes in reader.elements} == {tag for tag, _attributes in usual.elements}
    assert len(reader.tags("script")) == len(reader.tags("style")) == 1
    assert not [name for _tag, attributes in reader.elements for name in attributes if name.startswith("on")]
    for text in states.HOSTILE:
        assert reader.texts.count(text) >= 4, text  # e-mail in the matrix and with the advice, reason, advice


def test_hostile_texts_are_the_same_in_json() -> None:
    accounts = data(states.hostile())["accounts"]
    assert tuple(account["email"] for account in accounts) == states.HOSTILE
    assert plugin.securityhub_report(states.hostile(), "json", TIME).isascii()


def test_text_that_is_no_unicode_is_written_all_the_same() -> None:
    state = states.state(states.row("eu-west-1", "000000000042", email="\ud800"), regions=["eu-west-1"])
    assert plugin.securityhub_report(state, "html", TIME).encode("utf-8")
    assert data(state)["accounts"][0]["email"] == "?"


def test_page_needs_nothing_else() -> None:
    html = plugin.securityhub_report(states.small(), "html", TIME)
    reader = Reader(html)
    assert not [attributes for _tag, attributes in reader.elements if "src" in attributes or "style" in attributes]
    assert {attributes["href"] for _tag, attributes in reader.elements if "href" in attributes} == {"#todo-title"}
    assert "url(" not in CSS
    assert "@import" not in CSS
    policy = next(meta["content"] for meta in reader.tags("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert body
        assert plugin.content_hash(body.group(1)) in policy


def test_page_tells_administrator_time_and_version() -> None:
    reader = page(states.small())
    assert "999988887777" in reader.texts
    assert {"datetime": TIME} in reader.tags("time")
    assert any(plugin.version_of(plugin.COLLECTION) in text for text in reader.texts)


def test_tables_say_what_their_headers_head() -> None:
    reader = page(states.small())
    assert {attributes.get("scope") for attributes in reader.tags("th")} == {"row", "col"}
    assert len(reader.tags("caption")) == len(reader.tables)


def test_filters_wait_for_scripts() -> None:
    assert "hidden" in page(states.small()).tags("form")[0]


def test_all_enabled_leaves_nothing_to_do() -> None:
    reader = page(states.state(states.row("eu-west-1", "000000000042"), regions=["eu-west-1"]))
    assert "What to do" not in reader.texts
    assert "1 of 1 account" in reader.texts


@pytest.mark.parametrize("nobody", [None, ""])
def test_no_account_is_no_error(nobody: str | None) -> None:
    state = states.state(regions=["eu-west-1"])
    state["administrator_id"] = nobody
    assert data(state)["administrator_id"] is None
    assert "not known" in page(state).texts
    assert "No account was asked for." in page(state).texts
    assert data(state)["counts"] == {"accounts": 0, "accounts_enabled": 0, "memberships": 0, "by_status": {}}


def test_a_pair_without_a_row_is_not_known() -> None:
    rows = [states.row("eu-west-1", states.account(1)), states.row("eu-west-2", states.account(2))]
    state = states.state(*rows, regions=["eu-west-1", "eu-west-2"])
    assert data(state)["counts"]["by_status"] == {"Enabled": 2, "NotKnown": 2}
    assert page(state).tables[1][1][1:] == ["\u2713 Enabled", "? Not known"]


def test_time_is_now_unless_it_is_given() -> None:
    made = json.loads(plugin.securityhub_report(states.small(), "json"))["generated_at"]
    age = datetime.now(UTC) - datetime.strptime(made, "%Y-%m-%dT%H:%M:%S%z")
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_version_of_an_installed_collection(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_text('{"collection_info": {"version": "9.8.7"}}', encoding="utf-8")
    assert plugin.version_of(tmp_path) == "9.8.7"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"format": "pdf"}, "format is 'pdf', and must be one of html, json"), ({}, "what was seen has no 'memberships'")],
)
def test_what_cannot_be_reported_is_named(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        plugin.securityhub_report({"regions": []}, wrong.get("format", "html"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colours = themes(CSS)[theme]
    texts = [name for name in colours if name.endswith("-fg")]
    assert len(texts) == 13
    ratios = {name: contrast(colours[name], colours[f"{name.split('-')[0]}-bg"]) for name in texts}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    for ground in ("page-bg", "card-bg"):
        assert contrast(colours["control-line"], colours[ground]) >= 3
        assert contrast(colours["focus-line"], colours[ground]) >= 3


def test_both_themes_name_every_colour() -> None:
    both = themes(CSS)
    assert set(both["light"]) == set(both["dark"])
    assert not re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL))
    assert {look.css for look in plugin.LOOKS.values()} <= set(re.findall(r"\.(\w)\b", CSS))


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
