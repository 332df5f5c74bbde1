# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up states of memberships, as the role has them before it writes its report."""

from __future__ import annotations

from typing import Any

State = dict[str, Any]

ADMINISTRATOR = "999988887777"
HUB_IS_OFF = "Security Hub is off in 999988887777 in {}: turn it on with multiaccount.aws.securityhub_hub"
REGIONS = [
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2",
]  # fmt: skip

# Texts that would do something if they were not escaped, or that a template or an encoding could stumble over.
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>@example.com",
    "\"><img src=x onerror=alert(3)>'@example.com",
    "{{ 7 * 7 }}{% raw %}{# no comment #}@example.com",
    "</style></title></textarea><!-- ]]> &lt;b&gt; &amp;@example.com",
    "\u202egnp.exe \u00fc\u4e2d\U0001f600 'x' \u2028@example.com",
)


def account(number: int) -> str:
    """Return an account id; some begin with zeros."""
    return f"{number * 37_501 % 10**12:012d}"


def row(region: str, account_id: str, status: str | None = "Enabled", **more: str | None) -> dict[str, str | None]:
    """Return one membership."""
    texts = {"email": f"owner-{account_id}@example.com", "reason": None, "advice": None, **more}
    return {"region": region, "account_id": account_id, "member_status": status, **texts}


def state(*rows: dict[str, str | None], regions: list[str], failed: tuple[str, ...] = ()) -> State:
    """Return a state of these memberships."""
    failures = [
        {"region": name, "error_code": "InvalidAccessException", "msg": HUB_IS_OFF.format(name)} for name in failed
    ]
    return {
        "administrator_id": ADMINISTRATOR,
        "regions": regions,
        "memberships": list(rows),
        "failed_regions": failures,
    }


def trouble(region: str, number: int) -> tuple[str | None, str, str] | None:
    """Return the status, reason and advice of an account that is not Enabled in a Region."""
    account_id = account(number)
    role = f"AccessDenied: not authorized to perform sts:AssumeRole on arn:aws:iam::{account_id}:role/Member"
    kinds = [
        (
            region == "eu-west-3",
            (None, "Region failed: Security Hub is off in 999988887777 in eu-west-3", "Turn it on."),
        ),
        (number % 10 == 3, ("Invited", "Has not accepted", f"Accept it in {account_id}.")),
        (number % 25 == 4, ("Invited", role, f"Let {ADMINISTRATOR} assume the role.")),
        (
            number % 25 == 6 and region.startswith("eu-"),
            ("Resigned", "Left or declined", "Ask its owner, then reinvite."),
        ),
        (number % 50 == 7, (None, "Not in the member list", "Run securityhub_onboard.")),
        (number % 100 == 8, ("AccountSuspended", "Suspended by AWS", "Have it reinstated.")),
    ]
    return next((words for true, words in kinds if true), None)


def troubled(region: str, number: int) -> dict[str, str | None]:
    """Return how an account stands in a Region of a fleet where one in ten has not accepted, and some are odder."""
    status, reason, advice = trouble(region, number) or ("Enabled", None, None)
    return row(region, account(number), status, reason=reason, advice=advice)


def fleet(accounts: int) -> State:
    """Return a fleet in 17 Regions, of which one failed."""
    rows = [troubled(region, number) for region in REGIONS for number in range(accounts)]
    return state(*rows, regions=REGIONS, failed=("eu-west-3",))


def small() -> State:
    """Return every status there is, in two Regions of which one failed."""
    known = ["Enabled", "Invited", "Created", "Removed", "Resigned", "Deleted", "AccountSuspended", "PendingReview"]
    good = [row("eu-west-1", account(n), status, advice=None if n == 0 else "Do it") for n, status in enumerate(known)]
    good.append(row("eu-west-1", account(8), None, reason="Not in the member list", advice="Add it", email=None))
    bad = [
        row("us-east-1", account(n), None, reason="Region failed: off in us-east-1", advice="Turn it on")
        for n in range(9)
    ]
    return state(*good, *bad, regions=["eu-west-1", "us-east-1"], failed=("us-east-1",))


def hostile() -> State:
    """Return texts from outside that are out for trouble, wherever such a text can stand."""
    rows = [row("eu-west-1", account(n), text, email=text, reason=text, advice=text) for n, text in enumerate(HOSTILE)]
    made = state(*rows, regions=["eu-west-1"], failed=(HOSTILE[0],))
    made["failed_regions"][0].update(msg=HOSTILE[1], error_code=HOSTILE[2])
    return made
