# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages about what users get: the documentation, and the collection as it is built and installed."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

from run import guards, sbom, site, tree
from run.guards import NothingCheckedError, Tally
from run.layout import BUILD, COLLECTION, COPY, DEPENDENCIES, HOME, NAME, NAMESPACE, ROOT, environment
from run.shell import read, show

ARTEFACTS = BUILD / "dist"
SOURCES = BUILD / "sources"
INSTALLED = BUILD / "installed"
# It stops ansible-lint after three minutes, too early on a busy machine. The stage ansible-lint checks more.
IMPORTER_SETTINGS = f"""\
[galaxy-importer]
ansible_local_tmp = {BUILD}/ansible/tmp
check_required_tags = true
require_v1_or_greater = true
run_ansible_lint = false
run_ansible_test = false
"""


def plugins(kind: str) -> list[str]:
    """Return the full names of what the collection has of one kind, as ansible-doc calls it (`module`, `role`)."""
    if kind == "role":
        found = sorted(path.parent.name for path in (ROOT / "roles").glob("*/meta"))
    else:
        folder = ROOT / "plugins" / ("modules" if kind == "module" else kind)
        found = sorted(path.stem for path in folder.glob("[!_]*.py"))
    return [f"{COLLECTION}.{name}" for name in found]


def docs_lint() -> Tally:
    """Changelog fragments, the documentation of every plugin and guide with its references, and the site."""
    tree.refresh()
    show("antsibull-changelog", "lint", env=environment(HOME=str(HOME)))
    guards.at_least_one(len(plugins("module")), "module")
    show(
        "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs",
        "--validate-collection-refs", "dependent", "--disallow-unknown-collection-refs", COPY,
        env=environment(ANSIBLE_COLLECTIONS_PATH=str(DEPENDENCIES.parent), HOME=str(HOME)),
    )  # fmt: skip
    return Tally(2) + site.pages()


def build() -> Tally:
    """Build the collection, install it into an empty folder, and look at it from there, as Galaxy and AWX do."""
    shutil.rmtree(INSTALLED, ignore_errors=True)
    artefact = pack(SOURCES, ARTEFACTS)
    sbom.write(artefact)
    # nothing else on the path, or Ansible finds the checkout there and installs nothing
    alone = environment(ANSIBLE_COLLECTIONS_PATH=str(INSTALLED))
    show("ansible-galaxy", "collection", "install", "--offline", "--no-deps", artefact, env=alone)
    return Tally(2) + documentation() + galaxy_importer(artefact) + execution_environment()


def pack(sources: Path, target: Path) -> Path:
    """Build the collection; return the artefact.

    It is built from the files that git knows: notes, credentials and the like that lie beside them are never packed.

    :param sources: where these files are copied to, in place of what is there
    :param target: the folder of the artefact, emptied as well
    """
    for folder in (sources, target):
        shutil.rmtree(folder, ignore_errors=True)
    known = tree.files_git_knows(ROOT)
    for name in known:
        tree.replace(ROOT / name, sources / name)
    show("ansible-galaxy", "collection", "build", "--output-path", target, sources)
    (artefact,) = target.glob(f"{NAMESPACE}-{NAME}-*.tar.gz")
    with tarfile.open(artefact) as archive:
        shipped = [member.name for member in archive.getmembers() if member.isfile()]
    guards.nothing_stray(shipped, known)
    return artefact


def documentation() -> Tally:
    """Every plugin and role of the installed collection documents itself."""
    paths = f"{INSTALLED}:{DEPENDENCIES.parent}"
    total = Tally()
    for kind in ("module", "inventory", "filter", "role"):
        if names := plugins(kind):
            env = environment(ANSIBLE_COLLECTIONS_PATH=paths)
            answer = read("ansible-doc", "--json", "--type", kind, *names, env=env)
            total += guards.documented(json.loads(answer), names)
    guards.at_least_one(total.passed, "plugin")
    print(f"ansible-doc knows {total.passed} plugins and roles of the installed collection")
    return total


def galaxy_importer(artefact: Path) -> Tally:
    """What Ansible Galaxy and Automation Hub check on import; what they only complain about is a failure here."""
    place = BUILD / "importer"
    place.mkdir(exist_ok=True)
    settings = place / "galaxy-importer.cfg"
    settings.write_text(IMPORTER_SETTINGS, encoding="utf-8")
    output = show(
        "python", "-m", "galaxy_importer.main", artefact, cwd=place,
        # it sets the collections' path itself; what Python imports from, Ansible searches as well
        env=environment(GALAXY_IMPORTER_CONFIG=str(settings), PYTHONPATH=str(DEPENDENCIES.parent)),
    )  # fmt: skip
    guards.no_complaint(output)
    result = json.loads((place / "importer_result.json").read_text(encoding="utf-8"))
    guards.at_least_one(len(result["contents"]), "content for galaxy-importer")
    return Tally(1)


def execution_environment() -> Tally:
    """The Python and system requirements reach an execution environment that the collection is built into."""
    output = show("ansible-builder", "introspect", INSTALLED)
    for package in ("boto3", "botocore", "python3"):
        if package not in output:
            raise NothingCheckedError(f"ansible-builder introspect has not found {package}")
    return Tally(1)
