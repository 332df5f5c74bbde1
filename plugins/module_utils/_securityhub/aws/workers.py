# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""The Regions of a task, and the work in many of them, and many accounts, at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, TypeVar

from ansible.module_utils.common.warnings import warn

from ..errors import InvalidInput, RegionResult, SecurityHubError
from ..inputs.regions import requested_regions
from ..inputs.roles import Role
from ..inputs.rows import parse_account_id
from .calls import RegionClient
from .clients import CONCURRENCY, Clients
from .credentials import ConnectionInfo, Place, RoleCredentials, acting_as
from .find_regions import find_regions
from .sessions import SERVICE, AwsSession

T = TypeVar("T")
Work = Callable[[RegionClient], RegionResult[T]]
NotStarted = Callable[[SecurityHubError], RegionResult[T]]


class RegionSession:
    """What a module works with: one session, its Regions, and their clients."""

    def __init__(
        self,
        info: ConnectionInfo,
        regions: Optional[Iterable[object]],
        exclude: Optional[Iterable[object]] = None,
        warn_user: Optional[Callable[[str], None]] = None,
        administrator_id: Optional[str] = None,
        concurrency: int = CONCURRENCY,
    ) -> None:
        """Prepare without any call to AWS.

        :param regions: the option ``regions``, None where it was not given
        :param exclude: the option ``exclude_regions``, likewise
        :param warn_user: gives a warning; by default a module's
        :param concurrency: how many accounts × Regions are worked on at once
        :param administrator_id: the account that the credentials must be those of, None for any
        :raises InvalidInput: for a Region that is not known, for none at all, for what can't be used
        """
        self._administrator_id = administrator_id
        if administrator_id is not None:
            self._administrator_id = parse_account_id(administrator_id, "administrator_id")
        self._session = AwsSession(info)
        self._warn_user = warn_user
        self.known_regions = self._session.known_regions()
        self.partition = self._session.partition
        self.requested = requested_regions(regions, exclude, info.region, self.known_regions)
        self._regions: Optional[Sequence[str]] = self.requested.names or None
        self._clients = Clients(self._session, self._regions or [self.requested.asked_in], concurrency)
        self.hub_client = partial(self._clients.client, SERVICE)
        self.ec2_client = partial(self._clients.client, "ec2")
        self.config_client = partial(self._clients.client, "config")

    @property
    def regions(self) -> Sequence[str]:
        """The Regions to work on. Where a word stands for them, the first use connects and reads them.

        :raises InvalidInput: if they can't be read, or the connection can't be used
        """
        if self._regions is None:
            self.connect()
            asked_in = self.requested.asked_in
            hub, ec2 = partial(self._clients.client, SERVICE, asked_in), partial(self.ec2_client, asked_in)
            regions, unknown = find_regions(self.requested, hub, ec2, self.known_regions)
            if unknown:  # a Region must not be forgotten without anybody seeing it
                (self._warn_user or warn)(
                    f"regions: {self.requested.word} leaves out {', '.join(unknown)}: the installed botocore, "
                    f"{self.known_regions.version}, knows no Security Hub there. Update botocore."
                )
            self._regions = self._clients.regions = regions
        return self._regions

    def connect(self) -> None:
        """Find the credentials, take ``assume_role`` and try the connection options, before any call to Security Hub.

        :raises InvalidInput: if there are no usable credentials or connection options, or those of another account
        """
        if self._session.credentials is not None:
            return
        self._session.connect(partial(self._clients.client, "sts"), self._clients.regions)
        if self._administrator_id is not None:
            self._require_administrator()
        try:
            self._clients.client(SERVICE, self.requested.asked_in)
        except InvalidInput:
            raise
        except Exception:  # noqa: BLE001, S110
            pass  # whatever it is: it is made again, and costs its own Region only

    def account_id(self) -> Optional[str]:
        """Return whose credentials these are, after ``assume_role``; None if STS does not tell.

        :raises InvalidInput: as ``connect``
        """
        self.connect()
        return self._clients.caller_account_id(self.requested.asked_in)

    def _require_administrator(self) -> None:
        found = self._clients.caller_account_id(self.requested.asked_in)
        if found is None:
            raise InvalidInput(
                "administrator_id: STS does not tell whether these are credentials of account "
                f"{self._administrator_id}. Nothing was changed. Check the credentials, and whether STS can be reached."
            )
        if found != self._administrator_id:
            raise InvalidInput(
                f"administrator_id: these are credentials of account {found}, not of {self._administrator_id}. Nothing "
                "was changed. Check the credentials, the profile (AWS_PROFILE) and assume_role_arn, or correct "
                "administrator_id."
            )

    def role_credentials(self, roles: Mapping[str, Role]) -> Dict[str, RoleCredentials]:
        """Return the credentials of each account's role, which is taken when it is needed: once an account.

        :raises InvalidInput: for a role of another partition
        """
        partition = self._session.partition(self.regions[0])
        sts, base = partial(self._clients.client, "sts"), self._session.credentials
        only_reads = self._session.info.only_reads
        return {
            account_id: RoleCredentials(
                role.request(role.arn(account_id, partition), only_reads), sts, self.regions, base, account_id
            )
            for account_id, role in roles.items()
        }

    def map_regions(self, work: Work[T], not_started: NotStarted[T]) -> Dict[str, RegionResult[T]]:
        """Do the work in all Regions at the same time; return the results in the order of the Regions.

        :param not_started: makes the result of a Region of whose work nothing came but an exception
        :raises InvalidInput: if there are no usable credentials
        """
        self.connect()
        work_in = partial(self._work, work, not_started)
        with ThreadPoolExecutor(max_workers=len(self.regions)) as pool:
            return dict(zip(self.regions, pool.map(work_in, self.regions)))

    def map_places(
        self, roles: Optional[Mapping[str, Role]], work: Work[T], not_started: NotStarted[T]
    ) -> Tuple[Dict[Place, RegionResult[T]], Dict[str, SecurityHubError]]:
        """Do the work in all Regions, of many accounts or of the caller's own; also return whose role failed.

        Each Region has workers of its own, so that none waits for one that does not respond.

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
        run_all = self.worker_pool(len(self.regions))

        def work_in(region: str) -> Dict[str, Optional[RegionResult[T]]]:
            def work_as(role: RoleCredentials) -> Optional[RegionResult[T]]:
                if role.take(region):
                    return None
                with acting_as(role):
                    return self._work(work, not_started, region)

            return dict(zip(credentials, run_all(work_as, list(credentials.values()))))

        with ThreadPoolExecutor(max_workers=len(self.regions)) as pool:
            found = dict(zip(self.regions, pool.map(work_in, self.regions)))
        results = {Place(region, account_id): found[region][account_id] for account_id in roles for region in found}
        errors = {account_id: each.error for account_id, each in credentials.items() if each.error}
        return {place: result for place, result in results.items() if result is not None}, errors

    def worker_pool(self, callers: int = 1) -> Callable[[Callable[[Any], Any], Sequence[Any]], List[Any]]:
        """Return what runs a function for many arguments, ``concurrency`` at a time over all its callers.

        :param callers: how many Regions use it at the same time. Each has an equal share: accounts that move through
            all Regions side by side need fewer connections, and a new one costs more than a call over TLS.
        """
        slots = threading.BoundedSemaphore(self._clients.concurrency)
        share = -(-self._clients.concurrency // callers)

        def run_all(work: Callable[[Any], Any], arguments: Sequence[Any]) -> List[Any]:
            def run(argument: Any) -> Any:
                with slots:
                    return work(argument)

            with ThreadPoolExecutor(max_workers=_workers(len(arguments), share)) as pool:
                return list(pool.map(run, arguments))

        return run_all

    def _work(self, work: Work[T], not_started: NotStarted[T], region: str) -> RegionResult[T]:
        step = "Connecting"
        try:
            client = self._clients.client(SERVICE, region)
            step = "The task"
            result = work(client)
        except SecurityHubError as error:
            result = not_started(error)
        except Exception as error:  # noqa: BLE001
            # Whatever it is: it costs this Region only. Whoever writes keeps what was done, so nothing has been here.
            result = not_started(SecurityHubError(type(error).__name__, str(error), step, region))
        return replace(result, account_id=partial(self._clients.caller_account_id, region))


def _workers(items: int, limit: int) -> int:
    """Return the fewest workers that take no more rounds than ``limit`` workers: each opens a connection."""
    rounds = -(-items // limit)
    return -(-items // rounds) if rounds else 1
