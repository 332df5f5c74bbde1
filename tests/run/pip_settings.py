# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How this machine gets its packages, for the tools that do not look where pip does."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path


def parse(listing: str) -> dict[str, str]:
    """Return {setting: value} from the answer of `pip config list`, the environment's before the files'.

    Its lines read ``global.index-url='https://...'`` and ``:env:.timeout='60'``. Settings for one command only
    (``install.``) and those of pip itself (``config-file``) are left out.
    """
    settings: dict[str, str] = {}
    for section in ("global.", ":env:."):
        for line in listing.splitlines():
            name, separator, value = line.partition("=")
            if separator and name.startswith(section) and name != ":env:.config-file":
                settings[name.removeprefix(section)] = str(ast.literal_eval(value))
    return settings


def of_machine(python: Path) -> dict[str, str]:
    """Return pip's settings as the pip of this interpreter sees them."""
    command = [str(python), "-m", "pip", "config", "list"]
    return parse(subprocess.run(command, text=True, capture_output=True, check=True).stdout)


def as_file(settings: dict[str, str]) -> str:
    """Return the text of a pip.conf with these settings; several values stand on lines of their own."""
    rows = [
        f"{name} = {chr(10).join(value.split()).replace(chr(10), chr(10) + '  ')}" for name, value in settings.items()
    ]
    return "\n".join(["[global]", *rows, ""])


def for_uv(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment variables by which uv takes packages from the index that pip is told to take them from."""
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {variable: settings[name] for name, variable in names.items() if name in settings}
