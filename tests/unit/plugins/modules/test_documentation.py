# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of every module against what the module takes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.doc_fragments import tags

from ansible_collections.multiaccount.aws.plugins import modules
from ansible_collections.multiaccount.aws.plugins.doc_fragments import securityhub
from ansible_collections.multiaccount.aws.tests.unit.support import documented_options

NAMES = sorted(path.stem for path in Path(next(iter(modules.__path__))).glob("securityhub_*.py"))
COLLECTION = "multiaccount.aws"


def load(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}")


def spec(documented: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The argument spec that the documentation promises."""
    specs: dict[str, Any] = {}
    for name, option in documented.items():
        fields = {key: value for key, value in option.items() if key not in ("description", "suboptions", "no_log")}
        if "suboptions" in option:
            fields["options"] = spec(option["suboptions"])
        specs[name] = {key: value for key, value in fields.items() if value is not False or key != "required"}
    return specs


def test_there_are_modules() -> None:
    assert {"securityhub_member", "securityhub_invitation", "securityhub_hub"} < set(NAMES)


@pytest.mark.parametrize("group", ["securityhub", "aws"])
def test_every_module_is_in_both_action_groups(group: str) -> None:
    runtime = Path(next(iter(modules.__path__))).parents[1] / "meta" / "runtime.yml"
    members = yaml.safe_load(runtime.read_text(encoding="utf-8"))["action_groups"][group]
    assert [name for name in members if isinstance(name, str)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_options_are_as_documented(name: str) -> None:
    module = load(name)
    documentation = yaml.safe_load(module.DOCUMENTATION)
    theirs = {}
    if "amazon.aws.tags" in documentation["extends_documentation_fragment"]:
        theirs = yaml.safe_load(tags.ModuleDocFragment.DOCUMENTATION)["options"]
    wanted = {key: {"required": False, **value} for key, value in module.ARGUMENT_SPEC.items()}
    assert spec({**theirs, **documented_options(module)}) == spec(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_is_of_this_module(name: str) -> None:
    module = load(name)
    assert yaml.safe_load(module.DOCUMENTATION)["module"] == name
    assert any(f"{COLLECTION}.{name}" in task for task in yaml.safe_load(module.EXAMPLES))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_the_attributes_of_its_kind(name: str) -> None:
    fragments = set(yaml.safe_load(load(name).DOCUMENTATION)["extends_documentation_fragment"])
    kind = "reads" if name.endswith("_info") else "converges"
    assert {
        f"{COLLECTION}.securityhub.connection",
        f"{COLLECTION}.attributes",
        f"{COLLECTION}.attributes.{kind}",
    } <= fragments


@pytest.mark.parametrize("name", NAMES)
def test_examples_use_options_that_there_are(name: str) -> None:
    for task in yaml.safe_load(load(name).EXAMPLES):
        for action, arguments in task.items():
            if not action.startswith(f"{COLLECTION}."):
                continue
            module = load(action.removeprefix(f"{COLLECTION}."))
            used = set(arguments) - {"region", "profile", "access_key", "secret_key", "session_token"}
            assert used <= module.ARGUMENT_SPEC.keys(), task["name"]


@pytest.mark.parametrize("name", NAMES)
def test_every_returned_key_has_what_a_reader_needs(name: str) -> None:
    def check(fields: Mapping[str, Mapping[str, Any]]) -> None:
        for key, field in fields.items():
            assert {"description", "returned", "type"} <= field.keys(), key
            assert ("sample" in field) != ("contains" in field), key
            check(field.get("contains", {}))

    check(yaml.safe_load(load(name).RETURN))


SHARED = yaml.safe_load((Path(__file__).parent / "return_values.yml").read_text(encoding="utf-8"))
# Values of one name that are something else in each module.
OWN = {"actions", "after", "before", "controls", "counts", "diff", "memberships", "reason", "standards"}
OWN |= {"unchanged_accounts", "unprocessed_accounts"}


def returned(values: Mapping[str, Any], parent: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the name of each value, the name of the list that it is in, and its description."""
    for name, value in values.items():
        text = value["description"]
        yield name, parent, " ".join((text if isinstance(text, str) else " ".join(text)).split())
        yield from returned(value.get("contains", {}), name)


RETURNED = [(module, *value) for module in NAMES for value in returned(yaml.safe_load(load(module).RETURN))]


def shared_text(name: str, parent: str) -> str | None:
    return SHARED.get(f"{parent}.{name}") or SHARED.get(name)


@pytest.mark.parametrize("name", sorted({name for _module, name, _parent, _text in RETURNED}))
def test_return_values_of_several_modules_are_described_once(name: str) -> None:
    uses = [(module, parent, text) for module, each, parent, text in RETURNED if each == name]
    shared = [(module, parent, text, shared_text(name, parent)) for module, parent, text in uses]
    if len({module for module, _parent, _text in uses}) > 1 and name not in OWN:
        assert [each[:2] for each in shared if each[3] is None] == []
    assert [each for each in shared if each[3] and not each[2].startswith(each[3])] == []


def test_shared_return_values_are_used_by_several_modules() -> None:
    modules_of: dict[str, set[str]] = {}
    for module, name, parent, _text in RETURNED:
        modules_of.setdefault(f"{parent}.{name}" if f"{parent}.{name}" in SHARED else name, set()).add(module)
    assert [name for name in SHARED if len(modules_of.get(name, ())) < 2] == []
    assert [name for name in OWN if len(modules_of.get(name, ())) < 2] == []


def test_requirements_of_the_pages_are_those_of_the_readme() -> None:
    readme = (Path(next(iter(modules.__path__))).parents[1] / "README.md").read_text(encoding="utf-8")
    fragment = yaml.safe_load(securityhub.ModuleDocFragment.REQUIREMENTS)["requirements"]
    assert "| 1.34.0 or newer; 1.35.0 or newer with amazon.aws 11 | 3.8 or newer" in readme
    assert "| 12, which `ansible-galaxy` installs | 2.18.0 or newer | 1.38.23 or newer |" in readme
    versions = ">= 1.34.0, with amazon.aws 11 >= 1.35.0, with amazon.aws 12 >= 1.38.23"
    assert fragment == ["python >= 3.8", f"boto3 {versions}", f"botocore {versions}"]
    for name in NAMES:
        fragments = yaml.safe_load(load(name).DOCUMENTATION)["extends_documentation_fragment"]
        assert "multiaccount.aws.securityhub.requirements" in fragments
        assert "amazon.aws.boto3" not in fragments
