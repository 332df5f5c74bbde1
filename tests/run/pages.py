# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the built site where GitHub Pages serves it: a folder for each release and for main, and `latest`.

    python -m run.pages HTML PAGES VERSION

Needs the standard library alone, so that the workflow which may write installs nothing.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

LATEST = "latest"
RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+)")
START = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>multiaccount.aws</title>
<meta http-equiv="refresh" content="0; url=latest/">
<p><a href="latest/">The documentation of multiaccount.aws</a></p>
</html>
"""


def publish(html: Path, pages: Path, version: str) -> list[str]:
    """Copy a site into the folder of its version, and into `latest` if no newer release is there.

    :param html: the built site
    :param pages: the branch that GitHub Pages serves
    :param version: a release such as 1.0.0, or the name of a branch
    :return: the folders that were written
    """
    if not (html / "index.html").is_file():
        raise FileNotFoundError(f"{html} has no index.html")
    written = [version, LATEST] if is_latest(version, pages) else [version]
    for name in written:
        shutil.rmtree(pages / name, ignore_errors=True)
        shutil.copytree(html, pages / name)
    (pages / "index.html").write_text(START, encoding="utf-8")
    (pages / ".nojekyll").touch()  # or folders such as _static are left out
    return written


def is_latest(version: str, pages: Path) -> bool:
    """Whether no other release in the folder is newer; a branch is the latest until there is a release."""
    releases = [found for path in pages.iterdir() if (found := _release(path.name)) and path.name != version]
    return not releases or _release(version) > max(releases)


def _release(name: str) -> tuple[int, ...]:
    found = RELEASE.fullmatch(name)
    return tuple(map(int, found.groups())) if found else ()


if __name__ == "__main__":
    print("Written:", ", ".join(publish(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
