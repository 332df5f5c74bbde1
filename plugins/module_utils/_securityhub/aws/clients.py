# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Sessions and roles, one client a Region shared by all accounts, and the work of many Regions and accounts at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from ansible.module_utils.ansible_release import __version__ as ansible_core_version
from ansible.module_utils.common.warnings import warn

from ..errors import InvalidInput, RegionResult, SecurityHubError
from ..inputs.regions import requested_regions
from ..inputs.roles import Role
from .calls import RegionClient, call_once
from .credentials import (
    ActingProvider,
    ConnectionInfo,
    Place,
    RoleCredentials,
    acting_as,
    acting_credentials,
    signing_key,
)
from .find_regions import FoundRegions, find_regions
from .retry import READ_ATTEMPTS
from .sessions import SERVICE, core_session, known_regions, own_session, usable

try:
    import boto3.session
    from botocore.config import Config
    from botocore.credentials import CredentialResolver
except ImportError:
    pass  # AnsibleAWSModule reports it

COLLECTION_VERSION = "1.0.0"
USER_AGENT = f"multiaccount.aws/{COLLECTION_VERSION} ansible-core/{ansible_core_version}"

# The client sends each request once: retry.py decides whether one may be sent again.
SEND_ONCE = {"mode": "standard", "total_max_attempts": 1}
# A connection that does not open is given up sooner than after botocore's 60 seconds; aws_config may say otherwise.
CONNECT_TIMEOUT = 5
# Accounts × Regions that are worked on at once.
CONCURRENCY = 50

T = TypeVar("T")


class RegionSession:
    """One session, the Regions to work on with it, and one client for each of them."""

    def __init__(
        self,
        info: ConnectionInfo,
        regions: Optional[Iterable[object]],
        exclude: Optional[Iterable[object]] = None,
        warn_user: Optional[Callable[[str], None]] = None,
    ) -> None:
        """Prepare without any call to AWS.

        :param regions: the option ``regions``, None where it was not given
        :param exclude: the option ``exclude_regions``, likewise
        :param warn_user: gives a warning; by default a module's
        :raises InvalidInput: for a Region that is not known, for none at all, for credentials that can't be used
        """
        self._info = info
        self._lock = threading.Lock()
        self._account_lock = threading.Lock()
        self._account_id: Optional[str] = None
        self._clients: Dict[str, RegionClient] = {}
        self._other_clients: Dict[Tuple[str, str], RegionClient] = {}
        self._concurrency = CONCURRENCY
        self._own_core = core_session()
        self._own = own_session(self._own_core, info.boto_params)
        self._base: Any = None
        self._core = core_session(self._own_core)
        self._core.register_component("credential_provider", CredentialResolver([ActingProvider(lambda: self._base)]))
        self._session = self._make_session(info.boto_params.get("profile_name"))
        self._read_attempts = _read_attempts(info.boto_params.get("aws_config"))
        self._warn_user = warn_user
        self.known_regions = known_regions(self._session)
        self.requested = requested_regions(regions, exclude, info.region, self.known_regions)
        self._regions: Optional[Sequence[str]] = self.requested.names or None

    def _make_session(self, profile_name: Optional[str]) -> Any:
        with usable("credentials", OSError):
            return boto3.session.Session(botocore_session=self._core, profile_name=profile_name)

    @property
    def regions(self) -> Sequence[str]:
        """The Regions to work on. Where a word stands for them, the first use connects and reads them.

        :raises InvalidInput: if they can't be read, or the connection can't be used
        """
        if self._regions is None:
            self.connect()
            asked_in = self.requested.asked_in
            hub, ec2 = partial(self.client, asked_in), partial(self.ec2_client, asked_in)
            found = find_regions(self.requested, hub, ec2, self.known_regions)
            self._warn_of_unknown(found)
            self._regions = found.regions
        return self._regions

    def _warn_of_unknown(self, found: FoundRegions) -> None:
        """Name the Regions that are left out: a Region must not be forgotten without anybody seeing it."""
        if found.unknown:
            (self._warn_user or warn)(
                f"regions: {self.requested.word} leaves out {', '.join(found.unknown)}: the installed botocore, "
                f"{self.known_regions.version}, knows no Security Hub there. Update botocore."
            )

    def map_regions(
        self,
        work: Callable[[RegionClient], RegionResult[T]],
        not_started: Callable[[SecurityHubError], RegionResult[T]],
    ) -> Dict[str, RegionResult[T]]:
        """Do the work in all Regions at the same time; return the results in the order of the Regions.

        :param not_started: makes the result of a Region for which no client could be made
        :raises InvalidInput: if there are no usable credentials
        """
        self.connect()
        regions = self.regions

        def work_in(region: str) -> RegionResult[T]:
            return self._work(region, work, not_started)

        with ThreadPoolExecutor(max_workers=len(regions)) as pool:
            return dict(zip(regions, pool.map(work_in, regions)))

    def map_places(
        self,
        roles: Optional[Mapping[str, Role]],
        work: Callable[[RegionClient], RegionResult[T]],
        not_started: Callable[[SecurityHubError], RegionResult[T]],
    ) -> Tuple[Dict[Place, RegionResult[T]], Dict[str, SecurityHubError]]:
        """Do the work in all Regions, of many accounts or of the caller's own; also return whose role failed.

        :param roles: {account ID: the role that gives access to it}, None for the account of the credentials
        :return: the results account by account, Region by Region; {account ID: error}
        :raises InvalidInput: if there are no usable credentials
        """
        if roles is None:
            by_region = self.map_regions(work, not_started)
            return {Place(region): result for region, result in by_region.items()}, {}
        if not roles:
            return {}, {}
        self.connect()
        credentials = self.role_credentials(roles)
        places = [Place(region, account_id) for account_id in roles for region in self.regions]

        def work_in(place: Place) -> Optional[RegionResult[T]]:
            role = credentials[str(place.account_id)]
            if role.take(place.region):
                return None
            with acting_as(role):
                return self._work(place.region, work, not_started)

        results = dict(zip(places, self.worker_pool()(work_in, places)))
        errors = {account_id: each.error for account_id, each in credentials.items() if each.error}
        return {place: result for place, result in results.items() if result is not None}, errors

    def worker_pool(self, callers: int = 1) -> Callable[[Callable[[Any], Any], Sequence[Any]], List[Any]]:
        """Return what runs a function for many arguments, ``concurrency`` at a time over all its callers.

        :param callers: how many Regions use it at the same time. Each has an equal share: accounts that move through
            all Regions side by side need fewer connections, and a new one costs more than a call over TLS.
        """
        slots = threading.BoundedSemaphore(self._concurrency)
        share = -(-self._concurrency // callers)

        def run_all(work: Callable[[Any], Any], arguments: Sequence[Any]) -> List[Any]:
            def run(argument: Any) -> Any:
                with slots:
                    return work(argument)

            with ThreadPoolExecutor(max_workers=_workers(len(arguments), share)) as pool:
                return list(pool.map(run, arguments))

        return run_all

    def _work(
        self,
        region: str,
        work: Callable[[RegionClient], RegionResult[T]],
        not_started: Callable[[SecurityHubError], RegionResult[T]],
    ) -> RegionResult[T]:
        step = "Connecting"
        try:
            client = self.client(region)
            step = "The task"
            return work(client)
        except SecurityHubError as error:
            return not_started(error)
        except Exception as error:  # noqa: BLE001
            # Whatever it is: it costs this Region only. Whoever writes keeps what was done, so nothing has been here.
            return not_started(SecurityHubError(type(error).__name__, str(error), step, region))

    def connect(self) -> None:
        """Find the credentials, take ``assume_role`` and try the connection options, before any call to Security Hub.

        :raises InvalidInput: if there are no usable credentials or connection options
        """
        if self._base is not None:
            return
        self._base = self._find_credentials()
        if self._info.assume_role:
            arn = self._info.assume_role.name
            credentials = self._role_credentials(self._info.assume_role, arn)
            error = credentials.take(self.requested.asked_in)
            if error:
                raise InvalidInput(
                    f"assume_role_arn: AssumeRole of {arn} failed in {error.region} with {error.error_code}: "
                    f"{error.text.rstrip('.')}. Check the role's trust policy, and that the caller may take it."
                )
            self._base = credentials
        self._try_connection_options()

    def _try_connection_options(self) -> None:
        """Make the first client: options that can't be used are no failure of each Region.

        :raises InvalidInput: if the connection options can't be used
        """
        try:
            self.client(self.requested.asked_in)
        except InvalidInput:
            raise
        except Exception:  # noqa: BLE001, S110
            pass  # whatever it is: it is made again, and costs its own Region only

    def use_concurrency(self, pairs_at_once: int) -> None:
        """Set how many accounts × Regions are worked on at once, before the first client is made."""
        self._concurrency = pairs_at_once

    def role_credentials(self, accesses: Mapping[str, Role]) -> Dict[str, RoleCredentials]:
        """Return the credentials of each account's role, which is taken when it is needed: once an account."""
        partition = self.partition
        return {
            account_id: self._role_credentials(role, role.arn(account_id, partition), account_id)
            for account_id, role in accesses.items()
        }

    @property
    def partition(self) -> str:
        """The partition of the Regions, such as aws or aws-us-gov."""
        return self._session.get_partition_for_region(self.regions[0])

    def _role_credentials(self, role: Role, arn: str, account_id: Optional[str] = None) -> RoleCredentials:
        base = self._base

        def assume(region: str) -> Mapping[str, Any]:
            sts = self._sts(region)
            with acting_as(base):
                return call_once(sts, "AssumeRole", lambda: sts.sdk.assume_role(**role.request(arn))["Credentials"])

        return RoleCredentials(assume, self._regions or [self.requested.asked_in], account_id)

    def _sts(self, region: str) -> RegionClient:
        return self._other_client("sts", region)

    def ec2_client(self, region: str) -> RegionClient:
        """Return the client of EC2 in a Region, made once."""
        return self._other_client("ec2", region)

    def _other_client(self, service: str, region: str) -> RegionClient:
        with self._lock:
            if (service, region) not in self._other_clients:
                sdk = self._make_client(service, region, self._config({}))
                self._other_clients[service, region] = RegionClient(region, sdk, self._read_attempts, self._renew)
            return self._other_clients[service, region]

    def caller_account_id(self, region: str) -> Optional[str]:
        """Return whose credentials these are, None if STS does not tell. Asked once; needs no permission.

        For the role of a member account, it is this account. STS is asked in the Region at hand and, where it does not
        answer there, in the other Regions.
        """
        acting = acting_credentials()
        if acting and acting.account_id:
            return acting.account_id
        with self._account_lock:
            for each in [region, *(other for other in self.regions if other != region)]:
                self._account_id = self._account_id or self._ask_for_account_id(each)
            return self._account_id

    def _ask_for_account_id(self, region: str) -> Optional[str]:
        config = self._config({"connect_timeout": CONNECT_TIMEOUT, "read_timeout": CONNECT_TIMEOUT})
        try:
            with acting_as(None):
                return self._client("sts", region, config).get_caller_identity()["Account"]
        except Exception:  # noqa: BLE001
            # Whatever it is: no result may be lost for it.
            return None

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
        explicit = self._info.boto_params.get("aws_access_key_id")
        if not explicit and profile.get("role_arn") and profile.get("mfa_serial"):
            raise InvalidInput(
                f"profile: {self._own.profile_name} asks for an MFA code (mfa_serial), which a task can't enter. "
                "Get a session first, for example with 'aws configure export-credentials', and give the task its "
                "access_key, secret_key and session_token."
            )

    def client(self, region: str) -> RegionClient:
        """Return the client of a Region, made once and shared by all accounts."""
        with self._lock:
            if region not in self._clients:
                sdk = self._make_client(SERVICE, region, self._config({}))
                account_id = partial(self.caller_account_id, region)
                self._clients[region] = RegionClient(region, sdk, self._read_attempts, self._renew, account_id)
            return self._clients[region]

    def _renew(self) -> bool:
        """Take the role at hand again, after its session expired; return whether there is a new one."""
        credentials = acting_credentials() or self._base
        return isinstance(credentials, RoleCredentials) and credentials.renew(signing_key())

    def _config(self, settings: Dict[str, Any]) -> Any:
        """Return our defaults, on them aws_config, on that what must be so."""
        given = self._info.boto_params.get("aws_config")
        mode = (getattr(given, "retries", None) or {}).get("mode", SEND_ONCE["mode"])
        config = Config(
            connect_timeout=CONNECT_TIMEOUT, user_agent_extra=USER_AGENT, max_pool_connections=self._concurrency
        )
        for more in (given, Config(retries={**SEND_ONCE, "mode": mode}, **settings)):
            config = config.merge(more) if more else config
        return config

    def _client(self, service: str, region: str, config: Any) -> Any:
        # Sessions are not safe for threads, the clients that they make are.
        with self._lock:
            return self._make_client(service, region, config)

    def _make_client(self, service: str, region: str, config: Any) -> Any:
        with usable("connection options"):
            return self._session.client(
                service,
                region_name=region,
                endpoint_url=self._info.endpoint_url,
                verify=self._info.boto_params.get("verify"),
                config=config,
            )


def _read_attempts(config: Any) -> int:
    """Return how often a read is tried at most: as aws_config says in the words of botocore's Config, else ours."""
    retries = getattr(config, "retries", None) or {}
    if "total_max_attempts" in retries:
        return int(retries["total_max_attempts"])
    return int(retries["max_attempts"]) + 1 if "max_attempts" in retries else READ_ATTEMPTS


def _workers(items: int, limit: int) -> int:
    """Return the fewest workers that take no more rounds than ``limit`` workers: each opens a connection."""
    rounds = -(-items // limit)
    return -(-items // rounds) if rounds else 1
