# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be met: accounts and their statuses, both sides of a membership, hubs, tags and standards."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.hub.plan import DesiredHub
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.standards.plan import DesiredStandards
from properties.region import (
    ADMINISTRATOR,
    CIS,
    CONTROL_TOWER,
    FOUNDATIONAL,
    NIST,
    OTHER_ADMINISTRATOR,
    PCI,
    Account,
    Entry,
    Region,
)

# Account IDs, most of them with leading zeros. Few of them, so that requests and member lists overlap.
ACCOUNT_IDS = st.integers(1, 8).map(lambda number: f"{number:012d}")
REQUESTS = st.lists(st.one_of(ACCOUNT_IDS, st.just(ADMINISTRATOR)), min_size=1, max_size=6, unique=True)
EMAILS = st.sampled_from([None, "security@example.com"])

# The member statuses that AWS documents, and whatever else the service may come to say.
STATUSES = ("Created", "Invited", "Enabled", "Removed", "Resigned", "Deleted", "AccountSuspended")
KNOWN_SPELLINGS = {*map(str.lower, STATUSES), "associated"}
UNKNOWN_STATUSES = st.one_of(st.sampled_from(["Paused", "EmailVerificationInProgress", ""]), st.text()).filter(
    lambda status: status.lower() not in KNOWN_SPELLINGS
)
MEMBER_STATUSES = st.one_of(st.sampled_from(STATUSES), UNKNOWN_STATUSES)

# Which ended relationships are invited again.
REINVITE = st.lists(st.sampled_from(["removed", "resigned"]), unique=True)
MEMBER_STATES = st.sampled_from(["invited", "present", "disassociated", "absent"])

# An entry of the member list. Accounts of an organization are members without an invitation.
# The old invitation of an account that was removed, or left, may have been deleted by it.
INVITED_ENTRIES = st.one_of(
    st.builds(Entry, st.sampled_from(["Invited", "Enabled"]), EMAILS, st.just(True)),
    st.builds(Entry, st.sampled_from(["Removed", "Resigned"]), EMAILS, st.booleans()),
    st.builds(Entry, MEMBER_STATUSES.filter(lambda status: status not in ("Invited", "Enabled")), EMAILS),
)
ORGANIZATION_ENTRIES = st.builds(Entry, st.sampled_from(["Enabled", "Removed"]), organization=st.just(True))
ENTRIES = st.one_of(INVITED_ENTRIES, ORGANIZATION_ENTRIES)

# Regions in which only the administrator matters.
MEMBER_LISTS = st.builds(
    Region,
    st.dictionaries(ACCOUNT_IDS, ENTRIES, max_size=6),
    st.just({}),
    st.one_of(st.just(()), st.lists(ACCOUNT_IDS, max_size=2)),
)


@st.composite
def lone_accounts(draw: st.DrawFn, standards: st.SearchStrategy[dict[str, str]]) -> Account:
    """An account that is no member of the administrator: it may have another one, or members of its own."""
    if not draw(st.booleans()):
        return Account(is_hub_enabled=False)
    administrator = draw(st.sampled_from([None, None, OTHER_ADMINISTRATOR]))
    others = draw(st.sampled_from([{}, {"555566667777": "Invited"}]))
    account = Account(administrator=administrator, invitations=dict(others), has_members=draw(st.booleans()))
    return replace(account, standards=draw(standards))


@st.composite
def regions(draw: st.DrawFn, standards: st.SearchStrategy[dict[str, str]] | None = None, late: bool = False) -> Region:
    """A Region with both sides of each membership; in some, the administrator has yet to enable Security Hub.

    :param late: some accounts have accepted just now
    """
    standards = st.just({}) if standards is None else standards
    entries = draw(st.dictionaries(ACCOUNT_IDS, ENTRIES, max_size=6))
    accounts = {each: draw(lone_accounts(standards)) for each in [*entries, *draw(st.lists(ACCOUNT_IDS, max_size=3))]}
    for account_id, entry in entries.items():
        account = accounts[account_id]
        if entry.status == "Enabled":
            accounts[account_id] = Account(standards=draw(standards))
        elif late and entry.status == "Invited" and account.is_hub_enabled and draw(st.booleans()):
            accounts[account_id] = Account(standards=draw(standards))
            entries[account_id] = replace(entry, accepted=True)
    if not entries and draw(st.booleans()):
        accounts[ADMINISTRATOR] = Account(is_hub_enabled=False)
    return Region(entries, accounts)


# Hubs. AWS's own tags begin with aws: and can't be removed.
TAG_KEYS = st.sampled_from(["team", "cost", "env"])
TAGS = st.dictionaries(TAG_KEYS, st.sampled_from(["", "a", "b"]))
AWS_TAGS = st.dictionaries(st.just("aws:cloudformation:stack-name"), st.just("hubs"))
GENERATORS = st.sampled_from(["STANDARD_CONTROL", "SECURITY_CONTROL"])
HUB_ACCOUNTS = st.builds(
    Account,
    is_hub_enabled=st.booleans(),
    auto_enable_controls=st.booleans(),
    control_finding_generator=GENERATORS,
    tags=st.builds(lambda own, aws: {**own, **aws}, TAGS, AWS_TAGS),
)
DESIRED_HUBS = st.builds(
    DesiredHub,
    enable_default_standards=st.booleans(),
    control_finding_generator=st.none() | GENERATORS,
    auto_enable_controls=st.none() | st.booleans(),
    tags=st.none() | TAGS,
    purge_tags=st.booleans(),
)

# Standards. One that another AWS service manages is enabled and disabled by that service only.
OWN_STANDARDS = st.sampled_from([PCI, NIST, CIS, FOUNDATIONAL])
STANDARDS_STATUSES = st.sampled_from(["READY", "PENDING", "INCOMPLETE", "FAILED", "DELETING", "CURIOUS"])
STANDARDS = st.dictionaries(st.one_of(OWN_STANDARDS, st.just(CONTROL_TOWER)), STANDARDS_STATUSES)
DESIRED_STANDARDS = st.builds(
    DesiredStandards, st.lists(OWN_STANDARDS, unique=True).map(tuple), is_present=st.booleans(), purge=st.booleans()
)
