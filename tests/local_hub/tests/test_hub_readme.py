# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README names all that there is, and its examples work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local_hub.calls import OPERATIONS
from local_hub.control import Hub
from local_hub.faults import PARAMETERS
from local_hub.seeding import KEYS
from local_hub.service import OPERATION_MODULES
from local_hub.switches import CHOICES

FOLDER = Path(__file__).parents[1]
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def bodies(path: str) -> list[str]:
    """The JSON of the examples that post to a path."""
    return re.findall(rf"/_hub/{path} -d '([^']+)'", README)


def row_of(name: str) -> str:
    """The line of a table that begins with a name."""
    rows = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    assert rows, f"no table has {name}"
    return rows[0]


def test_the_seed(hub: Hub) -> None:
    (body,) = bodies("seed")
    hub.seed(**json.loads(body))
    shown = hub.state()
    assert [name for name, value in shown.items() if not value] == []
    assert set(json.loads(body)) >= set(KEYS) - {"allowed_roles"}


def test_faults_and_switches(hub: Hub) -> None:
    for body in bodies("faults"):
        rows = json.loads(body)
        for row in rows if isinstance(rows, list) else [rows]:
            hub.fault(**row)
    for body in bodies("switches"):
        hub.switches(**json.loads(body))
    assert (len(bodies("faults")), len(bodies("switches"))) == (3, 1)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_a_fault_is_in_the_table_with_its_parameters(kind: str) -> None:
    for parameter in PARAMETERS[kind]:
        assert f"`{parameter}`" in row_of(kind)


@pytest.mark.parametrize("switch", CHOICES)
def test_a_switch_is_in_the_table_with_its_positions(switch: str) -> None:
    assert row_of(switch).split("|")[2].strip() == ", ".join(f"`{choice}`" for choice in CHOICES[switch])


def test_operations_are_named() -> None:
    assert OPERATION_MODULES
    assert [name for name in OPERATIONS if name not in README] == []


def test_files_are_named() -> None:
    files = [path.name for path in FOLDER.glob("*.py") if path.name != "__init__.py"]
    assert [name for name in files if f"`{name}`" not in README] == []
