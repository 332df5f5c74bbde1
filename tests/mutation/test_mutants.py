# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That each kind of change is made, one at a time, and that a test that notices it is told from one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutation import run
from mutation.mutants import mutants


def changes(source: str) -> set[str]:
    return {mutant.change for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a == b", {"a == b → a != b"}),
        ("x = a < b", {"a < b → a <= b", "a < b → a >= b"}),
        ("x = a in b", {"a in b → a not in b"}),
        ("x = a is None", {"a is None → a is not None"}),
        ("x = a and b", {"a and b → a or b", "a and b → a", "a and b → b"}),
        ("x = not a", {"not a → a"}),
        ("x = a + b", {"a + b → a - b"}),
        ("x = a & b", {"a & b → a | b"}),
        ("x = True", {"True → False"}),
        ("x = 50", {"50 → 51"}),
        ("x = 'Created'", {"'Created' → ''"}),
        ("x = f'{a} text'", {"f'{a} text' → ''"}),
        ("x = f(a, key=b)", {"f(a, key=b) → f(None, key=b)", "f(a, key=b) → f(a)"}),
        ("x = (a, b)", {"(a, b) → (a,)", "(a, b) → (b,)"}),
        ("x = {k: a}", {"{k: a} → {}"}),
        ("x = a if b else c", {"a if b else c → a if True else c", "a if b else c → a if False else c"}),
        ("x = [a for a in b if c]", {"[a for a in b if c] → [a for a in b]"}),
        ("x = a[1:b]", {"1:b → :b", "1:b → 1:", "1 → 2"}),
        ("while a: pass", {"while a: pass → while False: pass"}),
        ("def f(): return a", {"return a → return"}),
        ("def f(a=None): return a", {"return a → return"}),
        ("if a: raise b", {"if a: raise b → if True: raise b", "if a: raise b → if False: raise b", "raise b → pass"}),
        ("a.b = c", {"a.b = c → pass"}),
        ("a()", {"a() → pass"}),
    ],
)
def test_each_change(source: str, expected: set[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "'Says what it is for.'",
        "import a",
        "from a import b",
        "T = TypeVar('T', bound=None)",
        "Alias = Optional[str]",
        "def f(a: 'Text') -> 'Text': pass",
        "@wraps(True)\ndef f(): pass",
        "x = None",
    ],
)
def test_what_decides_nothing_is_left_alone(source: str) -> None:
    assert changes(source) == set()


def test_each_mutant_has_one_change_and_its_place() -> None:
    source = "class A:\n    def f(self):\n        return 1\n\nB = 2\n"
    found = list(mutants(source))
    assert [(each.scope, each.line, each.change) for each in found] == [
        ("A.f", 3, "return 1 → return"),
        ("A.f", 3, "1 → 2"),
        ("module", 5, "2 → 3"),
    ]
    namespaces: list[dict[str, object]] = [{} for _mutant in found]
    for mutant, names in zip(found, namespaces, strict=True):
        exec(mutant.code, {"__name__": "any"}, names)
    assert [names["B"] for names in namespaces] == [2, 2, 3]


def test_tests_run_with_the_code_of_a_mutant(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text("def test_it():\n    import a_module_of_this_test as it\n    assert it.B == 2\n", encoding="utf-8")
    results = [run.run_tests("a_module_of_this_test", compile(f"B = {n}", "it", "exec"), [str(file)]) for n in (2, 3)]
    assert results == [0, 1]


@pytest.mark.parametrize("module", run.MODULES)
def test_each_module_has_tests(module: str) -> None:
    files = run.tests_of(module)
    assert files
    assert all(Path(file).is_file() for file in files)
