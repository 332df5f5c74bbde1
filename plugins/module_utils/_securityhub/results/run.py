# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Running a module.

A module's ``main()`` hands over its function, which takes the options and returns the keys of the result, with ``msg``
among them where the module has to fail, and ``warnings`` where there is something to warn of.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from ..aws.credentials import ConnectionInfo
from ..aws.sessions import usable
from ..errors import InvalidInput
from ..inputs.options import HIDDEN, Hidden
from ..inputs.roles import assume_role
from .messages import Result

# {option: the variable of the environment, which is what a playbook has}
_KEYS = {
    "access_key": "AWS_ACCESS_KEY_ID",
    "secret_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}


class RunMode(NamedTuple):
    """How Ansible runs the module."""

    check: bool
    diff: bool


ModuleFunction = Callable[[Mapping[str, Any], ConnectionInfo, RunMode], Result]


def run_module(module: Any, function: ModuleFunction, keys: Sequence[str], more: Optional[Result] = None) -> None:
    """Run a module's function, and leave with its result.

    :param module: the AnsibleAWSModule
    :param keys: the lists that every result of the module has
    :param more: what else every result has, as it is where nothing was done
    """
    mode = RunMode(module.check_mode, module._diff)
    params = {name: value.value if isinstance(value, Hidden) else value for name, value in module.params.items()}
    result = module_result(function, params, partial(get_aws_connection_info, module), mode, keys)
    result = {**(more or {}), **result}
    _show_numbers(module)
    if module.params.get("endpoint_url"):  # the result's invocation has it
        module.params["endpoint_url"] = re.sub(r"(?s)^(\w+://)?.*@", r"\1***@", module.params["endpoint_url"])
    for warning in result.pop("warnings", []):
        warn(warning)  # AnsibleAWSModule's warn makes ansible-core complain of a deprecated way to pass warnings
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)


def _show_numbers(module: Any) -> None:
    """Let the result show numbers that are an external ID too: they may be account IDs, or parts of them."""
    for name, spec in module.argument_spec.items():
        value = str(module.params.get(name) or "")
        if spec.get("no_log") and value.isdigit():
            module.no_log_values.discard(value)
            module.params[name] = HIDDEN


def module_result(
    function: ModuleFunction,
    params: Mapping[str, Any],
    connection: Callable[[], Sequence[Any]],
    mode: RunMode,
    keys: Sequence[str],
) -> Result:
    """Return the function's result, or a failure without any call to Security Hub where the options can't be used.

    :param connection: get_aws_connection_info for the module
    """
    try:
        _check_credentials(params)
        role = assume_role(params)
        with usable("connection options", OSError):  # an aws_config that the SDK refuses, or that can't be read
            region, endpoint_url, boto_params = connection()
        return function(params, ConnectionInfo(region, endpoint_url, boto_params, role, mode.check), mode)
    except InvalidInput as error:
        return {"msg": str(error), "changed": False, **{key: [] for key in keys}}


def _check_credentials(params: Mapping[str, Any]) -> None:
    """Refuse here what amazon.aws would refuse with a result that lacks the module's lists."""
    keys = [name for name in _KEYS if params.get(name)]
    if params.get("profile") and keys:
        raise InvalidInput(
            f"profile (AWS_PROFILE) and {keys[0]} ({_KEYS[keys[0]]}) are both set, as options or in the environment. "
            "Set one of them."
        )
