# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of docs/policies."""

from __future__ import annotations

import json
from typing import Any

from run.layout import ROOT

POLICIES = ROOT / "docs" / "policies"
ADMINISTRATOR = "999988887777"


def policy(name: str, external_id: str = "REPLACE-ME") -> dict[str, Any]:
    """Return the document of a file, with the external ID in place."""
    text = (POLICIES / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text.replace("REPLACE-ME", external_id)))
