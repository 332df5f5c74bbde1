# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""make tables: what the documentation lists, from where it is decided: variables, reasons, parameters of the templates.

Each table stands between marks of its page; tests/run/tests/test_tables.py fails while a page is not current.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.reasons import REASONS, Reason
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import DEFAULTS
from run.layout import ROOT
from run.marks import filled

GUIDES = ROOT / "docs" / "docsite" / "rst"
ROLE = ROOT / "roles" / "securityhub"
MODULES = ROOT / "plugins" / "modules"
ARGUMENT_SPECS = ROLE / "meta" / "argument_specs.yml"
TEMPLATE = ROOT / "docs" / "templates" / "member-role.yaml"
WIDTH = 120
UNBROKEN: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}

# Words of Ansible's markup that are code, and words of plain text that are: names with underscores, and IAM actions.
MARKUP = re.compile(r"\b[COV]\(([^)]+)\)")
NAMES = re.compile(r"(?<![\w/.`])(multiaccount\.aws\.\w+|[a-z]+:[A-Z]\w+|[a-z]+(?:_[a-z]+)+|reinvite)\b")


def specs(key: str, file: Path) -> dict[str, Any]:
    """Return what a YAML file has under a key."""
    return dict(yaml.safe_load(file.read_text(encoding="utf-8"))[key])


def listed(names: Sequence[str]) -> str:
    """Return names as a part of a sentence: a, b or c."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def as_text(value: Any) -> str:
    """Return a default as one writes it in YAML, nothing for none."""
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def variables(entry_points: Mapping[str, Any], quote: str, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield name, default and meaning of each variable of the role.

    :param quote: what encloses code
    :param prefix: what makes the name of a playbook from that of an entry point
    """
    for name in DEFAULTS:
        option = entry_points["main"]["options"][name]
        without = [
            f"{quote}{prefix}{each}{quote}" for each, spec in entry_points.items() if name not in spec["options"]
        ]
        meaning = MARKUP.sub(rf"{quote}\1{quote}", option["description"])
        default = as_text(option.get("default"))
        yield (
            f"{quote}{name}{quote}",
            f"{quote}{default}{quote}" if default else "",
            f"{meaning} Not used by {listed(without)}." if without else meaning,
        )


def marked(name: re.Match[str]) -> str:
    """Return a name as reStructuredText has it: a module as a link, others as code."""
    module = name[1].removeprefix("multiaccount.aws.")
    is_module = module != name[1] and (MODULES / f"{module}.py").is_file()
    return f":ansplugin:`{name[1]}#module`" if is_module else f"``{name[1]}``"


def reasons(table: Mapping[str, Reason]) -> Iterator[tuple[str, str, str]]:
    """Yield name, meaning and next step of each reason."""
    for name, reason in sorted(table.items()):
        step = reason.module_step
        if reason.variables_step is not None:
            step = f"*Task:* {step}\n\n*Playbook:* {reason.variables_step}"
        meaning = reason.explanation if reason.fails else f"{reason.explanation} It does not fail the task."
        yield f"``{name}``", NAMES.sub(marked, meaning), NAMES.sub(marked, step)


def snake_case(name: str) -> str:
    """Return the name that Terraform has for a parameter of CloudFormation."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def parameters(template: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the names, the default and the meaning of each parameter of the template."""
    for name, parameter in template.items():
        default = parameter.get("Default")
        meaning = NAMES.sub(marked, parameter["Description"])
        yield f"``{name}``", f"``{snake_case(name)}``", f"``{default}``" if default else "", meaning


def rst(heading: Sequence[str], rows: Iterable[Sequence[str]], widths: str) -> str:
    """Return a table of reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (heading, *rows):
        for start, cell in zip(("   * - ", *["     - "] * len(row)), row, strict=False):
            paragraphs = (textwrap.fill(each, WIDTH - 7, **UNBROKEN) for each in cell.split("\n\n"))
            lines.append((start + textwrap.indent("\n\n".join(paragraphs), " " * 7).strip()).rstrip())
    return "\n".join(lines)


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    ruler = ["---"] * len(heading)
    return "\n".join(re.sub(r" {2,}", " ", f"| {' | '.join(row)} |") for row in (heading, ruler, *rows))


def tables() -> dict[tuple[Path, str], str]:
    """Return each table, by its page and the name of its marks."""
    role, template = specs("argument_specs", ARGUMENT_SPECS), specs("Parameters", TEMPLATE)
    heading = ("Variable", "Default", "Meaning")
    return {
        (GUIDES / "playbooks.rst", "variables"): rst(heading, variables(role, "``", "securityhub_"), "32 12 56"),
        (ROLE / "README.md", "variables"): markdown(heading, variables(role, "`")),
        (GUIDES / "troubleshooting.rst", "reasons"): rst(
            ("Reason", "Meaning", "What to do"), reasons(REASONS), "20 35 45"
        ),
        (GUIDES / "permissions.rst", "parameters"): rst(
            ("Parameter (CloudFormation)", "Variable (Terraform)", "Default", "Meaning"),
            parameters(template),
            "25 25 15 35",
        ),
    }


def main() -> None:
    """Write the tables into their pages."""
    for (page, name), table in tables().items():
        page.write_text(filled(page.read_text(encoding="utf-8"), name, table), encoding="utf-8")
        print(f"{page.relative_to(ROOT)}: {name}")


if __name__ == "__main__":
    main()
