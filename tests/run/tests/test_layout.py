# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links, locks and the environment of the tools."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from run import layout


def test_link_replaces_an_older_link(tmp_path: Path) -> None:
    path = tmp_path / "there" / "link"
    for name in ("old", "new", "new"):
        (tmp_path / name).mkdir(exist_ok=True)
        layout.link(path, tmp_path / name)
    assert path.readlink() == Path("../new")
    assert path.resolve() == tmp_path / "new"


def test_a_second_run_waits_for_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "BUILD", tmp_path)
    entered = threading.Event()

    def second() -> None:
        with layout.locked("stage"):
            entered.set()

    thread = threading.Thread(target=second)
    with layout.locked("stage"):
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(60)
    thread.join()
    assert "Waiting for another run" in capsys.readouterr().out


def test_the_environment_forgets_the_users_aws_and_ansible_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "ANSIBLE_INVENTORY", "MOLECULE_DEBUG", "PYTHONPATH"):
        monkeypatch.setenv(name, "the user's")
    environment = layout.environment(AWS_REGION="eu-west-1")
    assert not {"AWS_PROFILE", "ANSIBLE_INVENTORY", "MOLECULE_DEBUG", "PYTHONPATH"} & environment.keys()
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["PATH"].split(":")[0] == str(layout.BIN)
