# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The boto3 session of the connection options and its credentials, and what the SDK says of unusable options."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Type
from urllib.parse import urlsplit

from ..errors import CHECK_CLOCK, InvalidInput, without_passwords
from ..inputs.regions import KnownRegions
from .calls import RegionClient, sdk_message
from .credentials import ActingProvider, ConnectionInfo, RoleCredentials, account_of

try:
    import boto3.session
    import botocore
    import botocore.session
    from botocore.credentials import CredentialResolver
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
        raise InvalidInput(f"The {what} can't be used: {without_passwords(sdk_message(error))}") from error


def _check_endpoint_url(url: str) -> None:
    """Refuse what is no URL, which the SDK would repeat with the password in it: name only what comes after it."""
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        is_url = False
    if not is_url:
        shown = re.sub(r".*@", "***@", url, flags=re.DOTALL)
        raise InvalidInput(
            f"endpoint_url can't be used: {shown!r} is not a URL, such as https://securityhub.example:8443."
        )


class AwsSession:
    """The session of the connection options: its credentials, and clients that many accounts share.

    ``credentials`` sign what no unit of work signs with its own: None until ``connect`` has found them.
    """

    def __init__(self, info: ConnectionInfo) -> None:
        """Prepare without any call to AWS.

        :raises InvalidInput: for credentials that can't be used
        """
        if info.endpoint_url:
            _check_endpoint_url(info.endpoint_url)
        self.info = info
        self.credentials: Any = None
        self._own_core = core_session()
        self._own = own_session(self._own_core, info.boto_params)
        self.core = core_session(self._own_core)
        provider = ActingProvider(lambda: self.credentials)
        self.core.register_component("credential_provider", CredentialResolver([provider]))
        with usable("credentials", OSError):
            self._session = boto3.session.Session(
                botocore_session=self.core, profile_name=info.boto_params.get("profile_name")
            )

    def connect(self, sts: Callable[[str], RegionClient], regions: Sequence[str]) -> None:
        """Find the credentials and take ``assume_role``, before any call to Security Hub.

        :param regions: where STS may be asked
        :raises InvalidInput: if there are no usable credentials
        """
        own, role = self._find_credentials(), self.info.assume_role
        if not role:
            self.credentials = own
            return
        credentials = RoleCredentials(role.request(role.name), sts, regions, own, account_of(role.name))
        error = credentials.take(regions[0])
        if error:
            step = "Check the role's trust policy, and that the caller may take it."
            raise InvalidInput(
                f"assume_role_arn: AssumeRole of {role.name} failed in {error.region} with {error.error_code}: "
                f"{error.text.rstrip('.')}. {CHECK_CLOCK if error.clock_is_off else step}"
            )
        self.credentials = credentials

    def _find_credentials(self) -> Any:
        with usable("credentials", OSError):
            found = self._own.get_credentials()
            if found is not None:
                self._refuse_mfa()
                found.get_frozen_credentials()
        if found is None:
            raise InvalidInput(
                "No AWS credentials: set access_key and secret_key, profile, their environment variables, "
                "or run where an IAM role provides them."
            )
        return found

    def _refuse_mfa(self) -> None:
        """Refuse a profile whose role asks for an MFA code: a task has nobody to type it."""
        profile = self._own_core.get_scoped_config() if self._own.profile_name else {}
        explicit = self.info.boto_params.get("aws_access_key_id")
        if not explicit and profile.get("role_arn") and profile.get("mfa_serial"):
            raise InvalidInput(
                f"profile: {self._own.profile_name} asks for an MFA code (mfa_serial), which a task can't enter. "
                "Get a session first, for example with 'aws configure export-credentials', and give the task its "
                "access_key, secret_key and session_token."
            )

    def known_regions(self) -> KnownRegions:
        """Return the Regions of all partitions where the installed botocore knows Security Hub."""
        partitions = self._session.get_available_partitions()
        names = (self._session.get_available_regions(SERVICE, partition_name=each) for each in partitions)
        return KnownRegions(frozenset(chain.from_iterable(names)), botocore.__version__)

    def partition(self, region: str) -> str:
        """Return the partition of a Region, such as aws or aws-us-gov."""
        return self._session.get_partition_for_region(region)

    def client(self, service: str, region: str, config: Any) -> Any:
        """Return a new client of the SDK.

        :raises InvalidInput: if the connection options can't be used
        """
        endpoint_url, verify = self.info.endpoint_url, self.info.boto_params.get("verify")
        # amazon.aws says True where nobody said anything. botocore's None is what environment and profile say.
        verify = None if verify is True else verify
        with usable("connection options"):
            return self._session.client(
                service, region_name=region, endpoint_url=endpoint_url, verify=verify, config=config
            )
