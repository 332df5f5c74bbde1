# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Many Regions at once: their clients, made from one boto3 session, and the results of all of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Set, TypeVar

from .errors import InvalidInput
from .options import parse_regions

try:
    import boto3.session
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError
    from botocore.utils import parse_timestamp
except ImportError:
    pass  # AnsibleAWSModule reports it

T = TypeVar("T")

SERVICE = "securityhub"
USER_AGENT = "multiaccount.aws"
# Reads are safe to repeat, so botocore repeats them: its standard mode knows all codes of the service's throttling.
# aws_config may say otherwise. A connection that does not open is given up sooner than after botocore's 60 seconds.
READ_RETRIES = {"mode": "standard", "total_max_attempts": 8}
WRITE_RETRIES = {"mode": "standard", "total_max_attempts": 1}
CONNECT_TIMEOUT = 5


class ConnectionInfo(NamedTuple):
    """What amazon.aws's get_aws_connection_info returns: how to reach AWS, from the connection options."""

    region: Optional[str]
    endpoint_url: Optional[str]
    boto_params: Mapping[str, Any]


class RegionClients:
    """The clients of one Region: ``reader`` repeats failed calls by itself, ``writer`` sends each request once."""

    def __init__(self, region: str, make_client: Callable[[str, Dict[str, Any]], Any]) -> None:
        self.region = region
        self.reader = make_client(region, {})
        self._make_client = make_client
        self._writer: Any = None

    @property
    def writer(self) -> Any:
        """Made when first needed: most runs have nothing to write."""
        if self._writer is None:
            self._writer = self._make_client(self.region, {"retries": WRITE_RETRIES})
        return self._writer


class Connection:
    """One boto3 session and the Regions to work on with it."""

    def __init__(self, info: ConnectionInfo, regions: Optional[Iterable[object]]) -> None:
        """Prepare without any call to AWS.

        :param regions: the option ``regions``, None where it was not given
        :raises InvalidInput: for a Region that is not known, for none at all, for credentials that can't be used
        """
        self._info = info
        self._lock = threading.Lock()
        self._session = _session(info.boto_params)
        self.regions = self._parse(regions)

    def _parse(self, regions: Optional[Iterable[object]]) -> List[str]:
        if regions is not None:
            return parse_regions(regions, self._known_regions(), "regions")
        if not self._info.region:
            raise InvalidInput(
                "No Region: set regions or region, the environment variable AWS_REGION, or a region in the profile."
            )
        return parse_regions([self._info.region], self._known_regions(), "region")

    def _known_regions(self) -> Set[str]:
        partitions = self._session.get_available_partitions()
        names = (self._session.get_available_regions(SERVICE, partition_name=partition) for partition in partitions)
        return set(chain.from_iterable(names))

    def in_each_region(self, work: Callable[[RegionClients], T]) -> Dict[str, T]:
        """Do the work in all Regions at the same time; return what it returned, in the order of the Regions.

        :raises InvalidInput: if there are no credentials
        """
        self._require_credentials()
        clients = [RegionClients(region, self._make_client) for region in self.regions]
        with ThreadPoolExecutor(max_workers=len(clients)) as pool:
            return dict(zip(self.regions, pool.map(work, clients)))

    def caller_account_id(self, region: str) -> Optional[str]:
        """Ask STS in a Region whose credentials these are; None if it doesn't say. Needs no permission."""
        config = self._config(
            {"retries": WRITE_RETRIES, "connect_timeout": CONNECT_TIMEOUT, "read_timeout": CONNECT_TIMEOUT}
        )
        try:
            return self._client("sts", region, config).get_caller_identity()["Account"]
        except Exception:  # noqa: BLE001
            # Whatever it is: who calls is but a word in a message, for which no result may be lost.
            return None

    def _require_credentials(self) -> None:
        with _usable("credentials"):
            found = self._session.get_credentials()
        if found is None:
            raise InvalidInput(
                "No AWS credentials: set access_key and secret_key, profile, their environment variables, "
                "or run where an IAM role provides them."
            )

    def _make_client(self, region: str, settings: Dict[str, Any]) -> Any:
        return self._client(SERVICE, region, self._config(settings))

    def _config(self, settings: Dict[str, Any]) -> Any:
        """Return our defaults, on them aws_config, on that what must be so."""
        config = Config(retries=READ_RETRIES, connect_timeout=CONNECT_TIMEOUT, user_agent_extra=USER_AGENT)
        for more in (self._info.boto_params.get("aws_config"), Config(**settings)):
            config = config.merge(more) if more else config
        return config

    def _client(self, service: str, region: str, config: Any) -> Any:
        # Sessions are not safe for threads, the clients that they make are.
        with self._lock, _usable("connection options"):
            return self._session.client(
                service,
                region_name=region,
                endpoint_url=self._info.endpoint_url,
                verify=self._info.boto_params.get("verify"),
                config=config,
            )


def _session(boto_params: Mapping[str, Any]) -> Any:
    names: Sequence[str] = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "profile_name")
    values = {name: boto_params.get(name) for name in names}
    if (values["aws_access_key_id"] is None) != (values["aws_secret_access_key"] is None):
        raise InvalidInput("access_key and secret_key: one is given without the other. Give both, or none.")
    core = botocore.session.get_session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_time)
    with _usable("credentials"):
        return boto3.session.Session(botocore_session=core, **values)


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
def _usable(what: str) -> Iterator[None]:
    """Turn what the SDK raises for options that can't be used into InvalidInput."""
    try:
        yield
    except (BotoCoreError, AttributeError, OSError, TypeError, ValueError) as error:
        raise InvalidInput(f"The {what} can't be used: {error}") from error


def connection_info(get: Callable[[], Sequence[Any]]) -> ConnectionInfo:
    """Return what get_aws_connection_info finds.

    :raises InvalidInput: for an aws_config that the SDK refuses
    """
    with _usable("connection options"):
        return ConnectionInfo(*get())
