# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests of the modules share: a module run by its real main(), its documentation, made-up rows."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from unittest import mock

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from botocore.exceptions import ClientError

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core 2.17

    @contextlib.contextmanager
    def patch_module_args(args: dict[str, Any] | None = None) -> Iterator[None]:
        """Hand options to the AnsibleModule that is made within."""
        content = json.dumps({"ANSIBLE_MODULE_ARGS": args or {}}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", content):
            yield


ADMINISTRATOR = "999988887777"
REGION = "eu-west-1"
FRAGMENTS = "ansible_collections.{}.{}.plugins.doc_fragments.{}"


class ModuleRun(NamedTuple):
    """How a module ended."""

    failed: bool
    result: dict[str, Any]


def run_module(main: Callable[[], None], check: bool = False, diff: bool = False, **options: Any) -> ModuleRun:
    """Run a module's main() with these options, and read what it printed as Ansible does."""
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
    output = io.StringIO()
    with (
        # A newer ansible-core deprecates what an older amazon.aws imports, and says so in each result of the process.
        mock.patch.object(warnings, "_global_deprecations", {}),
        # And a warning would be in the result of each later run.
        mock.patch.object(warnings, "_global_warnings", type(vars(warnings)["_global_warnings"])()),
        patch_module_args(arguments),
        contextlib.redirect_stdout(output),
        pytest.raises(SystemExit) as end,
    ):
        main()
    result = json.loads(output.getvalue())
    failed = bool(result.pop("failed", False))
    if failed != (end.value.code != 0):
        pytest.fail(f"exit code {end.value.code} of a module that says failed={failed}")
    result.pop("invocation", None)
    # From ansible-core 2.22 on, a module tells Ansible what to mask; that is in no result that anybody sees.
    result.pop("_ansible_new_secrets", None)
    return ModuleRun(failed, result)


def accounts(number: int, first: int = 1) -> list[str]:
    """Account ids, most of them with leading zeros."""
    return [f"{value:012d}" for value in range(first, first + number)]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """The account ids of result rows."""
    return [row["account_id"] for row in rows]


def documented_options(module: Any) -> dict[str, dict[str, Any]]:
    """A module's own options and those of this collection's fragments, as `ansible-doc` merges them."""
    documentation = yaml.safe_load(module.DOCUMENTATION)
    options: dict[str, dict[str, Any]] = {}
    for name in documentation.get("extends_documentation_fragment", []):
        namespace, collection, fragment, *part = name.split(".")
        if namespace == "multiaccount":
            source = importlib.import_module(FRAGMENTS.format(namespace, collection, fragment)).ModuleDocFragment
            text = getattr(source, part[0].upper() if part else "DOCUMENTATION")
            options.update(yaml.safe_load(text).get("options", {}))
    return {**options, **documentation.get("options", {})}


def differences_from_return(module: Any, result: Mapping[str, Any]) -> list[str]:
    """Where a result and the module's RETURN differ, as paths: a key too many or too few, a value of another type."""
    return list(_differences(yaml.safe_load(module.RETURN), result, ""))


TYPES = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict, "raw": object}


def _differences(documented: Mapping[str, Any], returned: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}{key}: not documented" for key in returned if key not in documented)
    for key, field in documented.items():
        if key not in returned:
            if "O(" not in field["returned"]:
                yield f"{path}{key}: not returned"
            continue
        value = returned[key]
        if value is not None and not isinstance(value, TYPES[field["type"]]):
            yield f"{path}{key}: {type(value).__name__}, not {field['type']}"
        rows = value if isinstance(value, list) else [value] if value is not None else []
        for row in rows if "contains" in field else []:
            yield from _differences(field["contains"], row, f"{path}{key}.")


def error(code: str, status: int, text: str) -> ClientError:
    """What botocore raises for an error of the service."""
    reply: Any = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(reply, "AnyOperation")
