# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which HTTP requests are not served: those that a browser sends for a page of somebody else.

A page whose name is made to lead to this machine (DNS rebinding) sends its own name as Host, any other page an Origin.
"""

from __future__ import annotations

from collections.abc import Mapping

from .protocol import Reply, json_reply


def refuse_foreign(headers: Mapping[str, str], hosts: tuple[str, ...], port: int) -> Reply | None:
    """HTTP 403 for a request that is not for one of these hosts, or that comes from a page; None for any other."""
    allowed = [f"{host}:{port}" for host in hosts]
    if "origin" in headers:
        return json_reply(403, {"error": "requests of web pages are not served (they have the header Origin)"})
    if headers.get("host", "").lower() not in allowed:
        return json_reply(403, {"error": f"the header Host must be {' or '.join(allowed)}"})
    return None
