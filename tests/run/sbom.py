# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials of an artefact, in CycloneDX 1.6: the collection, and what it needs to run."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import yaml

from run.layout import ROOT

REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)\s*([<>=!~].*)$", re.MULTILINE)


def write(artefact: Path) -> Path:
    """Write the bill of materials beside an artefact, and return where it is."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
    path = artefact.with_name(artefact.name.removesuffix(".tar.gz") + ".cdx.json")
    path.write_text(json.dumps(document(galaxy, requirements, digest), indent=2) + "\n", encoding="utf-8")
    return path


def document(galaxy: dict[str, Any], requirements: str, digest: str) -> dict[str, Any]:
    """Return the bill of materials: from galaxy.yml, requirements.txt, and the SHA-256 of the artefact."""
    collection = _collection(galaxy, digest)
    needed = [*_collections(galaxy["dependencies"]), *_packages(requirements)]
    dependency = {"ref": collection["bom-ref"], "dependsOn": [each["bom-ref"] for each in needed]}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": collection},
        "components": needed,
        "dependencies": [dependency, *({"ref": each["bom-ref"]} for each in needed)],
    }


def _collection(galaxy: dict[str, Any], digest: str) -> dict[str, Any]:
    name = f"{galaxy['namespace']}.{galaxy['name']}"
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": galaxy["version"],
        "description": galaxy["description"],
        "purl": f"pkg:generic/{name}@{galaxy['version']}",
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": license_id}} for license_id in galaxy["license"]],
        "externalReferences": [{"type": "vcs", "url": galaxy["repository"]}],
    }


def _collections(dependencies: dict[str, str]) -> list[dict[str, Any]]:
    return [_component(name, "generic", versions) for name, versions in dependencies.items()]


def _packages(requirements: str) -> list[dict[str, Any]]:
    return [_component(name, "pypi", versions) for name, versions in REQUIREMENT.findall(requirements)]


def _component(name: str, kind: str, versions: str) -> dict[str, Any]:
    """Return what is needed, in a range of versions: which one it is, is up to whoever installs it."""
    described = {"description": f"versions {versions.strip()}", "scope": "required"}
    return {"type": "library", "bom-ref": name, "name": name, "purl": f"pkg:{kind}/{name}", **described}
