# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the role securityhub_membership: from what was seen to JSON, and from that to the page."""

from __future__ import annotations

DOCUMENTATION = r"""
name: securityhub_report
author: multiaccount.aws contributors
version_added: 1.0.0
short_description: Make a report of Security Hub memberships
description:
  - Takes where accounts stand in each Region, and returns the text of a report as JSON, or as one HTML page that needs
    no other file.
  - The role P(multiaccount.aws.securityhub_membership#role) writes its report with it.
  - Everything that comes from outside is escaped.
options:
  _input:
    description: What was seen.
    type: dict
    required: true
    suboptions:
      administrator_id:
        description: The administrator's account, null where it is not known.
        type: str
      regions:
        description: The Regions, in the order of the columns.
        type: list
        elements: str
        required: true
      memberships:
        description: One for each account and Region.
        type: list
        elements: dict
        required: true
        suboptions:
          region:
            description: The Region.
            type: str
            required: true
          account_id:
            description: The account.
            type: str
            required: true
          email:
            description: The account's e-mail address, if any.
            type: str
          member_status:
            description: The status, null where the account is not in the member list or the Region failed.
            type: str
          reason:
            description: Why the account isn't V(Enabled), null where the status says all.
            type: str
          advice:
            description: What to do next, null where the account is V(Enabled).
            type: str
      failed_regions:
        description: The Regions that could not be read.
        type: list
        elements: dict
        required: true
        suboptions:
          region:
            description: The Region.
            type: str
            required: true
          error_code:
            description: The service's code for the failure.
            type: str
          msg:
            description: What is wrong, and what to do.
            type: str
  format:
    description: What to return.
    type: str
    choices: [html, json]
    required: true
  generated_at:
    description: The time that the report bears, in UTC and ISO 8601. Without it, now.
    type: str
positional: format, generated_at
"""

EXAMPLES = r"""
- name: Write the page
  ansible.builtin.copy:
    content: "{{ seen | multiaccount.aws.securityhub_report('html') }}"
    dest: reports/securityhub.html
    mode: "0640"
  vars:
    seen:
      administrator_id: "999988887777"
      regions: [eu-central-1]
      memberships:
        - region: eu-central-1
          account_id: "111122223333"
          email: owner@example.com
          member_status: Invited
          reason: The account has not accepted yet
          advice: Accept the invitation in 111122223333
      failed_regions: []
"""

RETURN = r"""
_value:
  description: The text of the report. The README of the role describes its JSON.
  type: str
  sample: '{"version": 1, "generated_at": "2026-03-01T08:00:00Z"}'
"""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import jinja2
import yaml
from ansible.errors import AnsibleFilterError

COLLECTION = Path(__file__).parents[2]
TEMPLATES = COLLECTION / "roles" / "securityhub_membership" / "templates"
STRUCTURE = 1  # the version of the JSON; it grows when a key changes its meaning or goes

# what stands in the counts beside the service's own statuses
NOT_A_MEMBER = "NotAMember"
REGION_FAILED = "RegionFailed"
NOT_KNOWN = "NotKnown"

Report = Dict[str, Any]


@dataclass(frozen=True)
class Look:
    """How the page shows a status: a class of its style sheet, a symbol, a word, and what the status means."""

    css: str
    symbol: str
    word: str
    meaning: str


LOOKS = {
    "Enabled": Look("e", "\u2713", "Enabled", "Member of the administrator: nothing to do."),
    "Invited": Look("i", "\u2026", "Invited", "Has an invitation and has not accepted it yet."),
    "Created": Look("c", "+", "Created", "In the member list, without an invitation so far."),
    "Removed": Look("r", "\u00d7", "Removed", "The administrator ended the membership."),
    "Resigned": Look("q", "\u2190", "Resigned", "The account declined the invitation, or left."),
    "Deleted": Look("d", "\u2205", "Deleted", "Taken out of the member list."),
    "AccountSuspended": Look("s", "\u2016", "Suspended", "AWS has suspended the account."),
    NOT_A_MEMBER: Look("n", "\u2013", "No member", "Not in the administrator's member list."),
    REGION_FAILED: Look("f", "!", "Failed", "The Region could not be read: the status is not known."),
    NOT_KNOWN: Look("u", "?", "Not known", "Nothing was read for the account in this Region."),
}


@dataclass
class Group:
    """Accounts with the same status, reason and advice, and for each the Regions where that is so."""

    look: Look
    reason: str
    advice: str
    first: Tuple[str, str]  # the account and the Region whose words these are
    accounts: Dict[str, List[str]] = field(default_factory=dict)

    def worded(self, text: str) -> str:
        """Return a text of the first account as it fits all of them."""
        account_id, region = self.first
        if len(self.accounts) > 1:
            text = text.replace(account_id, "<account>")
        if len({name for regions in self.accounts.values() for name in regions}) > 1:
            text = text.replace(region, "<Region>")
        return text


def clean(value: Any) -> Optional[str]:
    """Return a value as plain text that can be written as UTF-8.

    None stays None, and so does what became of it where it went through a template of ansible-core 2.18: no text.
    """
    return None if value in (None, "") else str(value).encode("utf-8", "replace").decode("utf-8")


def texts(entry: Mapping[str, Any], *names: str) -> Dict[str, Optional[str]]:
    """Return these keys of an entry as plain text."""
    return {name: clean(entry.get(name)) for name in names}


def status_of(membership: Optional[Mapping[str, Any]], region: str, failed: Mapping[str, Any]) -> str:
    """Return under which status a membership is counted and shown: never "no member" where the Region failed."""
    if membership is None:
        return REGION_FAILED if region in failed else NOT_KNOWN
    if membership["member_status"] is None:
        return REGION_FAILED if region in failed else NOT_A_MEMBER
    return str(membership["member_status"])


def statuses(report: Report) -> List[Tuple[Dict[str, Any], List[str]]]:
    """Return each account with its status in each Region, in the order of the Regions."""
    failed = {row["region"]: row for row in report["failed_regions"]}
    return [
        (account, [status_of(account["memberships"].get(region), region, failed) for region in report["regions"]])
        for account in report["accounts"]
    ]


def counts(report: Report) -> Dict[str, Any]:
    """Count accounts and memberships (one is an account in a Region), all and those Enabled, and by status."""
    seen = statuses(report)
    by_status: Dict[str, int] = {}
    for _account, row in seen:
        for status in row:
            by_status[status] = by_status.get(status, 0) + 1
    order = {status: position for position, status in enumerate(LOOKS)}
    return {
        "accounts": len(seen),
        "accounts_enabled": sum(set(row) == {"Enabled"} for _account, row in seen),
        "memberships": sum(by_status.values()),
        "by_status": dict(sorted(by_status.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))),
    }


def build(status: Mapping[str, Any], generated_at: str, collection_version: str) -> Report:
    """Return the report as data: what the JSON is, and what the page shows."""
    accounts: Dict[str, Dict[str, Any]] = {}
    for row in status["memberships"]:
        account_id = str(clean(row["account_id"]))
        account = accounts.setdefault(account_id, {"account_id": account_id, "email": None, "memberships": {}})
        # asked for no more often than needed: Ansible looks for templates in whatever a filter reads
        account["email"] = account["email"] or clean(row.get("email"))
        account["memberships"][clean(row["region"])] = texts(row, "member_status", "reason", "advice")
    report = {
        "version": STRUCTURE,
        "collection_version": collection_version,
        "generated_at": generated_at,
        "administrator_id": clean(status["administrator_id"]),
        "regions": [clean(region) for region in status["regions"]],
        "counts": {},
        "accounts": list(accounts.values()),
        "failed_regions": [texts(row, "region", "error_code", "msg") for row in status["failed_regions"]],
    }
    return {**report, "counts": counts(report)}


def look_of(status: str) -> Look:
    """Return how a status is shown; one that nobody knows is shown as it is."""
    return LOOKS.get(status) or Look("u", "?", status, "A status that this version of the collection does not know.")


def groups(report: Report) -> List[Group]:
    """Return what to do, the most accounts first.

    Messages of the service name the account and Region they are about: those that differ in nothing else are one group.
    """
    found: Dict[Tuple[str, str, str], Group] = {}
    for account, row in statuses(report):
        account_id = account["account_id"]
        for region, status in zip(report["regions"], row):
            if status == "Enabled":
                continue
            membership = account["memberships"].get(region) or {}
            look = look_of(status)
            reason, advice = membership.get("reason") or look.meaning, membership.get("advice") or ""
            why, then = (text.replace(account_id, "\0a").replace(region, "\0r") for text in (reason, advice))
            group = found.setdefault((status, why, then), Group(look, reason, advice, (account_id, region)))
            group.accounts.setdefault(account_id, []).append(region)
    return sorted(found.values(), key=lambda group: -len(group.accounts))


def all_of(regions: Sequence[str]) -> str:
    """Return all Regions of a report in words."""
    return {1: "the one Region", 2: "both Regions"}.get(len(regions), f"all {len(regions)} Regions")


def where(regions: Sequence[str], everywhere: Sequence[str]) -> str:
    """Return Regions in words, short where they are many."""
    left = [region for region in everywhere if region not in regions]
    if len(everywhere) > 1 and not left:
        return all_of(everywhere)
    if len(regions) > 4 and len(left) <= 2:
        return f"all Regions but {' and '.join(left)}"
    return ", ".join(regions)


def thousands(number: int) -> str:
    """Return a number with commas."""
    return f"{number:,}"


def content_hash(text: str) -> str:
    """Return a source of a content security policy that allows exactly this text as a style sheet or script."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def page(report: Report) -> str:
    """Return the HTML page. The template escapes by itself what it puts in (autoescape)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(TEMPLATES)),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(content_hash=content_hash, thousands=thousands)
    seen = statuses(report)
    looks = {status: look_of(status) for status in report["counts"]["by_status"]}
    choices = {look.css: look for look in looks.values()}
    return environment.get_template("report.html.j2").render(
        report=report,
        matrix=[(account, [looks[status] for status in row]) for account, row in seen],
        looks=looks,
        choices=choices,
        groups=groups(report),
        all_of=all_of,
        where=where,
        emails={account["account_id"]: account["email"] for account in report["accounts"]},
    )


def as_json(report: Report) -> str:
    """Return the report as JSON, in ASCII, so that no reader can get its encoding wrong."""
    return json.dumps(report, indent=1) + "\n"


@lru_cache(maxsize=None)
def version_of(collection: Path) -> str:
    """Return the version of a collection: an installed one has a manifest, a checkout has galaxy.yml."""
    manifest = collection / "MANIFEST.json"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return str(yaml.safe_load((collection / "galaxy.yml").read_text(encoding="utf-8"))["version"])


FORMATS: Dict[str, Callable[[Report], str]] = {"html": page, "json": as_json}


def securityhub_report(status: Mapping[str, Any], format: str, generated_at: Optional[str] = None) -> str:  # noqa: A002
    """Return a report as text. The documentation above gives the shapes.

    :raises AnsibleFilterError: for another format than html and json, and for a status without one of its keys
    """
    if format not in FORMATS:
        raise AnsibleFilterError(f"securityhub_report: format is {format!r}, and must be one of {', '.join(FORMATS)}.")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        report = build(status, clean(generated_at) or now, version_of(COLLECTION))
    except KeyError as error:
        raise AnsibleFilterError(f"securityhub_report: what was seen has no {error}.") from error
    return FORMATS[format](report)


class FilterModule:
    """What Ansible finds in this file."""

    def filters(self) -> Dict[str, Callable[..., str]]:
        """Return the filters by name."""
        return {"securityhub_report": securityhub_report}
