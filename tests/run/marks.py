# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a page that a program writes: between `.. begin: NAME` and `.. end: NAME`, in Markdown within `<!-- -->`."""

from __future__ import annotations

import re


def filled(page: str, name: str, text: str) -> str:
    """Return the page with the text between the marks of this name."""
    mark = rf"(?:\.\. |<!-- )(?:{{}}): {re.escape(name)}(?: -->)?\n"
    pattern = re.compile(rf"^({mark.format('begin')}).*?^({mark.format('end')})", re.MULTILINE | re.DOTALL)
    page, number = pattern.subn(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)
    if number != 1:
        raise ValueError(f"the page has no place for {name}")
    return page
