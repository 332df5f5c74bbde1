# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of the plugins: tasks, documents of an inventory source, and ad hoc commands in their comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from run.layout import ROOT

PLUGINS = ROOT / "plugins"


def plugin_files(kind: str) -> list[Path]:
    """Return the files of the plugins of a kind, as its folder is called."""
    return sorted((PLUGINS / kind).glob("[!_]*.py"))


def examples_of(plugin: Path) -> str:
    """Return the EXAMPLES of a plugin."""
    for node in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["EXAMPLES"]:
            return str(ast.literal_eval(node.value))
    raise LookupError(f"{plugin.name} has no EXAMPLES")


def inventory_sources(examples: str) -> list[str]:
    """Return the files in the examples of an inventory plugin.

    They are one document for ansible-test of ansible-core 2.16: all but the first are comments, each after `# ---`.
    """
    first, *others = examples.split("\n# ---\n")
    return [first, *(re.sub("^# ?", "", other, flags=re.MULTILINE) for other in others)]


def ad_hoc_commands(examples: str) -> list[str]:
    """Return the commands in the comments of examples: those that begin with ansible, with the lines that go on."""
    return list(_commands(line.removeprefix("# ").strip() for line in examples.splitlines() if line.startswith("# ")))


def _commands(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        command = line if line.startswith(("ansible ", "ansible-")) else ""
        while command.endswith("\\"):
            command = command[:-1] + next(lines, "")
        if command:
            yield command
