# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the output of Ansible shows that a plugin raised what nobody foresaw, in each supported version."""

from __future__ import annotations

import re

# ansible-core before 2.19 shows the traceback, or "MODULE FAILURE". From 2.19 on, the result of a plugin that raised
# has only a message, and it begins with "Task failed". What a plugin says itself stands there without these words.
_CRASH = re.compile(r'Traceback \(most recent call last\)|MODULE FAILURE|"msg": "Task failed: ')


def crash_in(output: str) -> str | None:
    """Return the line that shows a crash, None where there is none."""
    return next((line for line in output.splitlines() if _CRASH.search(line)), None)
