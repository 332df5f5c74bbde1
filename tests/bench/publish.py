# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what `make bench ONLY=peers` measured into the page about performance, with its charts in docs/images.

python tests/bench/publish.py [FILE], the last run's by default.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Started as a script, from wherever.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import results
from run import marks
from run.layout import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "performance.rst"
IMAGES = ROOT / "docs" / "images"
FIGURES = ROOT / "tests" / "bench" / "figures.json"


def circumstances(machine: Mapping[str, Any]) -> str:
    """One sentence about the machine."""
    load = ", ".join(str(each) for each in machine["load"])
    versions = f"Python {machine['python']}, ansible-core {machine['ansible-core']}, boto3 {machine['boto3']}"
    return (
        f"{machine['processors']} processors, which the local hub uses too; "
        f"load at the end {load} (1, 5, 15 minutes); {versions}, AWS CLI {machine['awscli']}."
    )


def parts(document: Mapping[str, Any]) -> dict[str, str]:
    """What stands between the marks of the page: {name: text}."""
    return {"machine": circumstances(document["machine"]), **results.tables(results.read(document))}


def images(document: Mapping[str, Any]) -> dict[Path, str]:
    """The charts: {file: SVG}."""
    return {IMAGES / f"performance-{name}.svg": text for name, text in results.drawn(results.read(document)).items()}


def filled(page: str, document: Mapping[str, Any]) -> str:
    """Return the page with the figures between its marks."""
    for name, text in parts(document).items():
        page = marks.filled(page, name, text)
    return page


def main() -> None:
    """Publish a file."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else results.FOLDER / "peers.json"
    document = results.load(file)
    IMAGES.mkdir(exist_ok=True)
    FIGURES.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    for image, text in images(document).items():
        image.write_text(text, encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), document), encoding="utf-8")


if __name__ == "__main__":
    main()
