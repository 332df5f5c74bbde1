# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from run import sbom


def test_bill_names_the_collection_and_all_that_it_needs(tmp_path: Path) -> None:
    artefact = tmp_path / "multiaccount-aws-1.2.3.tar.gz"
    artefact.write_bytes(b"content")
    path = sbom.write(artefact)
    assert path.name == "multiaccount-aws-1.2.3.cdx.json"
    bill = json.loads(path.read_text(encoding="utf-8"))
    collection = bill["metadata"]["component"]
    assert collection["name"] == "multiaccount.aws"
    assert collection["licenses"] == [{"license": {"id": "GPL-3.0-or-later"}}]
    assert collection["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"content").hexdigest()}]
    assert [each["name"] for each in bill["components"]] == ["amazon.aws", "boto3", "botocore"]
    assert all(each["description"].startswith("versions >=") for each in bill["components"])
    assert bill["dependencies"][0] == {"ref": "multiaccount.aws", "dependsOn": ["amazon.aws", "boto3", "botocore"]}
