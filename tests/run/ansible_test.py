# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages that ansible-test carries out: sanity, units, integration."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, access_key, running_hub
from run import guards, pip_settings, tree
from run.guards import Tally
from run.layout import BIN, CACHE, COPY, HOME, VENV, WORKERS, environment
from run.shell import CommandError, show

ADMINISTRATOR = "111122223333"  # the account that integration targets act as
OUTPUT = COPY / "tests" / "output"
SANITY_REPORTS = "junit/ansible-test-sanity-*.xml"
UNIT_REPORTS = "junit/*-units.xml"
CLOUD_CONFIG = COPY / "tests" / "integration" / "cloud-config-aws.ini"

# ansible-test fetches a script that puts pip into its environments, from a host of its own. Where that is out of reach,
# uv does the same. The script's arguments are the packages, and two switches that only the script knows.
STAND_IN = """\
import os
import subprocess
import sys

packages = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
command = [{uv!r}, "pip", "install", "--quiet", "--python", sys.executable, *packages]
sys.exit(subprocess.run(command, env={{**os.environ, **{settings!r}}}).returncode)
"""
OUT_OF_REACH = re.compile(r"bootstrap script can be manually downloaded and saved to: (\S+)")


def run(command: str, *options: str, venv: Path = VENV, path: str = "") -> str:
    """Run the ansible-test of a virtual environment on the copy; return its output.

    `path` is where interpreters lie that it has to find besides that environment's own.
    Its home is in .build: it keeps environments there, and refuses to run beside a real ~/.aws.
    """
    shutil.rmtree(OUTPUT, ignore_errors=True)
    (HOME / ".pip").mkdir(parents=True, exist_ok=True)
    # ansible-test hands none of the environment's settings on to pip. Each of its environments is used once, by one
    # tool: what that tool does not import need not be compiled.
    machine = pip_settings.of_machine(BIN / "python")
    settings = {**machine, "quiet": "2", "no-compile": "true"}
    (HOME / ".pip" / "pip.conf").write_text(pip_settings.as_file(settings), encoding="utf-8")
    env = environment(HOME=str(HOME), VIRTUAL_ENV=str(venv))
    env["PATH"] = os.pathsep.join([str(venv / "bin"), *([path] if path else []), env["PATH"]])
    words = (str(venv / "bin" / "ansible-test"), command, "--color", "no", *options)
    try:
        return show(*words, cwd=COPY, env=env)
    except CommandError as error:
        missing = OUT_OF_REACH.search(error.output)
        if not missing:
            raise
        print("The script that brings pip is out of reach: a stand-in takes its place.")
        for_uv = {"UV_CACHE_DIR": str(CACHE / "uv"), **pip_settings.for_uv(machine)}
        stand_in = STAND_IN.format(uv=str(BIN / "uv"), settings=for_uv)
        Path(missing.group(1)).write_text(stand_in, encoding="utf-8")
    return show(*words, cwd=COPY, env=env)


def python_version() -> str:
    """Return the version of the interpreter in .build/venv as ansible-test writes it, `3.12`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def reports(pattern: str) -> list[Path]:
    """Return the files that the last run left, by a pattern within tests/output."""
    return sorted(OUTPUT.glob(pattern))


def sanity() -> Tally:
    """Check the sources as ansible-core's own are checked."""
    files = tree.refresh()
    run("sanity", "--python", python_version(), "--junit")
    return guards.sanity(reports(SANITY_REPORTS), guards.sanity_expected(files))


def units() -> Tally:
    """Run the unit tests as ansible-test runs them: with the collection's own imports only."""
    tree.refresh()
    run_units(python_version())
    return guards.junit(reports(UNIT_REPORTS), "unit test under ansible-test")


def run_units(version: str, venv: Path = VENV) -> None:
    """Run tests/unit with a Python, and the ansible-test of a virtual environment."""
    run("units", "--python", version, "--num-workers", WORKERS, venv=venv)


def integration() -> Tally:
    """Run every integration target, or those in ONLY, against a local Security Hub."""
    files = tree.refresh()
    folder = "tests/integration/targets/"
    targets = {name.removeprefix(folder).split("/")[0] for name in files if name.startswith(folder)}
    tested = sorted(name for name in targets if not name.startswith(("setup_", "prepare_")))
    tested = guards.chosen(tested, os.environ.get("ONLY", ""), "integration target")
    with running_hub() as hub:
        CLOUD_CONFIG.write_text(cloud_config(hub), encoding="utf-8")
        try:
            run("integration", "--python", python_version(), "--allow-destructive", *tested)
        finally:
            CLOUD_CONFIG.unlink()
    return guards.integration(reports("data/integration-*.json"), tested)


def cloud_config(hub: Hub) -> str:
    """Return the file that a real account's keys would stand in, leading to the local Security Hub instead."""
    values = {
        "aws_access_key": access_key(ADMINISTRATOR),
        "aws_secret_key": SECRET_KEY,
        "aws_region": DEFAULT_REGION,
        "aws_endpoint_url": hub.url,
        "local_hub_url": hub.url,
    }
    return "\n".join(["[default]", *(f"{name}: {value}" for name, value in values.items()), ""])
