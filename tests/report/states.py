# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up accounts, Regions and texts of the report."""

from __future__ import annotations

ADMINISTRATOR = "999988887777"
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
