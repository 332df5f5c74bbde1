# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this plugin_utils is not meant for use outside the multiaccount.aws collection.
"""The report as text: JSON, and one HTML page that needs no other file."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Dict, List, Mapping, Optional, Tuple

import jinja2

from ....module_utils._securityhub.model import (
    CREATED,
    DELETED,
    DIFFERS,
    ENABLED,
    INVITED,
    REMOVED,
    RESIGNED,
    SUSPENDED,
)
from ....module_utils._securityhub.reasons import NOT_A_MEMBER, OWN_ACCOUNT, UNREADABLE
from ....module_utils._securityhub.results.messages import all_regions, count, regions_in_words
from ....module_utils._securityhub.version import COLLECTION_VERSION
from ..fleet.differences import value_of
from ..fleet.fleet import Fleet
from ..fleet.reasons import MISSING_REGIONS_STEP, recorder_step, worst_accounts_first
from ..fleet.summary import Request
from .comparison import read_report
from .invitations import letter, oldest
from .report_data import Report, ReportOptions, build, clean

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Look:
    """How the page shows a status: a class of its style sheet, a symbol, a word, and what the status means."""

    css: str
    symbol: str
    word: str
    meaning: str


LOOKS = {
    ENABLED: Look("e", "\u2713", "Enabled", "Member of the administrator: nothing to do."),
    INVITED: Look("i", "\u2026", "Invited", "The account has an invitation and has not accepted it yet."),
    CREATED: Look("c", "+", "Created", "In the member list and not invited yet."),
    REMOVED: Look("r", "\u00d7", "Removed", "The administrator ended the membership."),
    RESIGNED: Look("q", "\u2190", "Resigned", "The account declined the invitation or left the administrator."),
    DELETED: Look("d", "\u2205", "Deleted", "Deleted from the member list."),
    SUSPENDED: Look("s", "\u2016", "Suspended", "AWS suspended the account."),
    NOT_A_MEMBER: Look("n", "\u2013", "No member", "Not in the administrator's member list."),
    UNREADABLE: Look("f", "!", "Not readable", "The Region could not be read: the status is not known."),
    OWN_ACCOUNT: Look("a", "\u2605", "Own account", "The administrator's own account, which can't be a member."),
}
# How a membership is shown, the days of an open invitation, the number of differences from the policy.
Cell = Tuple[Look, Optional[int], int]

NOT_REQUESTED = Look("x", "\u00b7", "Not requested", "The account was not requested in this Region.")


def html(fleet: Fleet, report: Report) -> str:
    """Return the page. The template escapes what it puts in (autoescape)."""
    looks = {status: look_of(status) for status in report["counts"]["by_status"]}
    names = {account["account_id"]: account["name"] or account["email"] for account in report["accounts"]}
    has_gaps = any(len(account["memberships"]) < len(report["regions"]) for account in report["accounts"])
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            matrix=_matrix(fleet, report),
            looks=looks,
            choices={look.css: look for look in looks.values()},
            legend=[*looks.values(), *([NOT_REQUESTED] if has_gaps else [])],
            letter=letter(report["administrator_id"]),
            surplus=_surplus(report),
            missing_regions_step=MISSING_REGIONS_STEP,
            recorder_step=recorder_step(fleet.memberships),
            ages=_ages(report),
            policies=_policies(report),
            cut_differences=sum(bool(row.policy and row.policy.unlisted) for row in fleet.memberships),
            names=names,
        )
    )


def texts_of(fleet: Fleet, options: ReportOptions) -> Dict[str, str]:
    """Return the page and its JSON, {format: text}. The JSON is ASCII, so that no reader can get its encoding wrong."""
    report = build(fleet, options)
    return {"html": html(fleet, report), "json": json.dumps(report, indent=1) + "\n"}


def write_report(page: Path, fleet: Fleet, request: Request, settings: Mapping[str, Any]) -> None:
    """Write the page, and the JSON next to it.

    :param settings: the values of the role's variables
    :raises OSError: if one of them can't be written
    """
    data = page.with_name(re.sub("[.]html?$", "", page.name) + ".json")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = ReportOptions(now, COLLECTION_VERSION, request, settings, read_report(data))
    texts = texts_of(fleet, options)
    page.parent.mkdir(parents=True, exist_ok=True)
    for path, text in ((page, texts["html"]), (data, texts["json"])):
        _write(path, text)


def _write(path: Path, text: str) -> None:
    """Write a new file in the place of an old one, for its owner and group alone: it names accounts and addresses."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(text)
            file.close()
            written.chmod(0o640)
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)


def look_of(status: str) -> Look:
    """Return how a status is shown; an unknown one is shown as it is."""
    return LOOKS.get(status) or Look("u", "?", status, "This version of the collection does not know the status.")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(TEMPLATES)),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(
        all_regions=all_regions,
        change_of=change_of,
        count=count,
        in_words=regions_in_words,
        look_of=look_of,
        value_of=value_of,
    )
    environment.filters.update(breakable=breakable, content_hash=content_hash)
    return environment


def content_hash(text: str) -> str:
    """Return a source of a content security policy that allows exactly this text as a style sheet or script."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def breakable(word: str) -> List[str]:
    """Return the parts of a status between which a narrow column may break it: PendingReview, Pending and Review."""
    return re.findall(r"[A-Z]?[^A-Z]+|[A-Z]+", word) or [word]


def change_of(row: Mapping[str, Any]) -> Tuple[Look, Look]:
    """Return how an account of the comparison was shown, and how it is shown."""
    return look_of(row["previous_member_status"] or NOT_A_MEMBER), look_of(row["member_status"] or NOT_A_MEMBER)


def _matrix(fleet: Fleet, report: Report) -> List[Tuple[int, Dict[str, Any], List[Cell]]]:
    """Return each account, the worst first, with its place in the request, and its cell in each Region."""
    looks = {(row.account_id, row.region): look_of(row.status) for row in fleet.memberships}
    accounts = {account["account_id"]: (place, account) for place, account in enumerate(report["accounts"])}
    ordered = [accounts[str(clean(account_id))] for account_id in worst_accounts_first(fleet)]

    def cell(account: Mapping[str, Any], region: str) -> Cell:
        look = looks.get((account["account_id"], region))
        if look is None:
            return NOT_REQUESTED, None, 0
        row = account["memberships"][region]
        return look, row["invitation_age_days"], row["policy_difference_count"] if row["policy"] == DIFFERS else 0

    return [(place, row, [cell(row, region) for region in report["regions"]]) for place, row in ordered]


def _policies(report: Report) -> Dict[str, Counter[str]]:
    """Return {account ID: {what its memberships say of the policy: number}}."""
    return {
        account["account_id"]: Counter(row["policy"] for row in account["memberships"].values() if row["policy"])
        for account in report["accounts"]
    }


def _ages(report: Report) -> Dict[str, int]:
    """Return {account ID: days} of the oldest open invitation of each account."""
    ages = {account["account_id"]: oldest(account["memberships"].values()) for account in report["accounts"]}
    return {account_id: days for account_id, days in ages.items() if days is not None}


def _surplus(report: Report) -> Dict[str, List[Dict[str, Any]]]:
    """Return the members that were not requested, by account."""
    found: Dict[str, List[Dict[str, Any]]] = {}
    for row in report["surplus_members"]:
        found.setdefault(row["account_id"], []).append(row)
    return found
