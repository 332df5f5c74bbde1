# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS CLI, as tests run it: a client that we did not write. Each call takes it a second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Cli:
    """The AWS CLI, acting as whoever's environment it is given."""

    def __init__(self, environment: dict[str, str], home: Path) -> None:
        # No configuration of the machine's user may have a say.
        files = {"AWS_CONFIG_FILE": str(home / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials")}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), **files, **environment}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Security Hub, or another service when the first word ends with a colon."""
        service, arguments = (words[0][:-1], words[1:]) if words[0].endswith(":") else ("securityhub", words)
        program = Path(sys.executable).parent / "aws"
        assert program.exists(), f"{program} is missing: install awscli"
        command = [str(program), service, *arguments, "--output", "json"]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)

    def __call__(self, *words: str) -> Any:
        """Run a command that must succeed; its document, None without one."""
        result = self.run(*words)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout.strip() else None
