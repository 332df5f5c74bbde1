# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""boto3 sessions from the connection options, and what the SDK says of options that can't be used."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Type

from ..errors import InvalidInput
from ..inputs.regions import KnownRegions
from ..inputs.roles import assume_role
from .credentials import ConnectionInfo

try:
    import boto3.session
    import botocore
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.utils import parse_timestamp
except ImportError:
    pass  # AnsibleAWSModule reports it

SERVICE = "securityhub"


def core_session(like: Any = None) -> Any:
    """Return a botocore session with our settings.

    :param like: a session for the same profile, whose loader is shared: each loader reads the same files again
    """
    core = botocore.session.get_session()
    if like is not None:
        core.register_component("data_loader", like.get_component("data_loader"))
    core.set_config_variable("sts_regional_endpoints", "regional")
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_time)
    return core


def own_session(core: Any, boto_params: Mapping[str, Any]) -> Any:
    names: Sequence[str] = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "profile_name")
    values = {name: boto_params.get(name) for name in names}
    if (values["aws_access_key_id"] is None) != (values["aws_secret_access_key"] is None):
        raise InvalidInput("access_key and secret_key: one is given without the other. Give both, or none.")
    values["aws_session_token"] = values["aws_session_token"] or _legacy_token(values["aws_access_key_id"])
    with usable("credentials", OSError):
        return boto3.session.Session(botocore_session=core, **values)


def _legacy_token(access_key: Optional[str]) -> Optional[str]:
    """Return the session token by its old name, AWS_SECURITY_TOKEN, for keys that come from the environment too.

    The SDK reads it, amazon.aws's connection options do not.
    """
    from_environment = access_key is not None and access_key == os.environ.get("AWS_ACCESS_KEY_ID")
    return os.environ.get("AWS_SECURITY_TOKEN") if from_environment else None


def known_regions(session: Any) -> KnownRegions:
    """Return the Regions of all partitions where the installed botocore knows Security Hub."""
    names = (session.get_available_regions(SERVICE, partition_name=each) for each in session.get_available_partitions())
    return KnownRegions(frozenset(chain.from_iterable(names)), botocore.__version__)


def parse_time(value: Any) -> datetime:
    """Parse a time of a reply as botocore does, but ISO 8601 first, and with the standard library.

    botocore tries every format there is, which takes most of the processor time of reading a long member list.
    """
    try:
        if "T" in value:
            return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (TypeError, ValueError):
        pass  # a number, or a form that this Python does not know
    return parse_timestamp(value)


@contextmanager
def usable(what: str, *more: Type[Exception]) -> Iterator[None]:
    """Turn what the SDK raises for options that can't be used, and ``more``, into InvalidInput."""
    try:
        yield
    except InvalidInput:
        raise
    except (BotoCoreError, ClientError, AttributeError, EOFError, TypeError, ValueError, *more) as error:
        raise InvalidInput(f"The {what} can't be used: {error}") from error


def connection_info(get: Callable[[], Sequence[Any]], params: Mapping[str, Any]) -> ConnectionInfo:
    """Return what get_aws_connection_info finds, and the role to take.

    :raises InvalidInput: for an aws_config that the SDK refuses, and for what can't be a role
    """
    role = assume_role(params)
    with usable("connection options", OSError):
        region, endpoint_url, boto_params = get()
    return ConnectionInfo(region, endpoint_url, boto_params, role)
