# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""One client a Region and service, shared by all accounts."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any, Dict, Optional, Sequence, Tuple

from ansible.module_utils.ansible_release import __version__ as ansible_core_version

from ..errors import InvalidInput, SecurityHubError
from ..version import COLLECTION_VERSION
from .api import get_caller_account_id
from .calls import RegionClient
from .credentials import ACTING, ATTEMPTS_BEFORE_NEXT_REGION, SIGNED_WITH, RoleCredentials, acting_as
from .pace import NO_PACE, Pace
from .retry import READ_ATTEMPTS
from .sessions import SERVICE, AwsSession

try:
    from botocore.config import Config
except ImportError:
    pass  # AnsibleAWSModule reports it

USER_AGENT = f"multiaccount.aws/{COLLECTION_VERSION} ansible-core/{ansible_core_version}"

# What does not respond is given up sooner than after botocore's 60 seconds; aws_config may say otherwise. STS is asked
# in another Region then, for which the accounts wait.
CONNECT_TIMEOUT = 5
READ_TIMEOUTS = {SERVICE: 20, "config": 20, "ec2": 20, "sts": 10}
# Accounts × Regions that are worked on at once.
CONCURRENCY = 50


class Clients:
    """The clients of a session, made when they are needed first.

    ``concurrency`` is how many requests one of them sends at once. ``regions`` is where STS may be asked.
    """

    def __init__(self, session: AwsSession, regions: Sequence[str], concurrency: int = CONCURRENCY) -> None:
        self.concurrency = concurrency
        self.regions = regions
        self._session = session
        self._lock = threading.Lock()
        self._account_lock = threading.Lock()
        self._account_id: Optional[str] = None
        self._clients: Dict[Tuple[str, str], RegionClient] = {}

    def client(self, service: str, region: str) -> RegionClient:
        """Return the client of a service in a Region.

        :raises InvalidInput: if the connection options can't be used
        """
        with self._lock:  # Sessions are not safe for threads, the clients that they make are.
            if (service, region) not in self._clients:
                sdk = self._session.client(service, region, self._config(READ_TIMEOUTS[service]))
                account_id = partial(self.caller_account_id, region)
                pace = self._pace() if service == SERVICE else NO_PACE
                made = RegionClient(region, sdk, self._read_attempts(), self._renew, account_id, pace=pace)
                self._clients[service, region] = made
            return self._clients[service, region]

    def _pace(self) -> Pace:
        """Return the limit of the session's account in a Region; a member account has one of its own."""
        return Pace(lambda: ACTING.get() is None, lambda: len(self.regions), self.concurrency)

    def caller_account_id(self, region: str) -> Optional[str]:
        """Return whose credentials these are, None if STS does not tell. Asked once.

        For a role, it is the role's account. STS is asked in the Region at hand and, where it does not answer there, in
        the other Regions.
        """
        acting = ACTING.get() or self._session.credentials
        if isinstance(acting, RoleCredentials) and acting.account_id:
            return acting.account_id
        with self._account_lock:
            for each in [region, *(other for other in self.regions if other != region)]:
                self._account_id = self._account_id or self._ask_for_account_id(each)
            return self._account_id

    def _ask_for_account_id(self, region: str) -> Optional[str]:
        try:
            with acting_as(None):
                return get_caller_account_id(
                    replace(self.client("sts", region), read_attempts=ATTEMPTS_BEFORE_NEXT_REGION, silent_reads=1)
                )
        except (SecurityHubError, InvalidInput, OSError):
            # No result may be lost for it.
            return None

    def _renew(self) -> bool:
        """Take the role at hand again, after its session expired; return whether there is a new one."""
        credentials = ACTING.get() or self._session.credentials
        return isinstance(credentials, RoleCredentials) and credentials.renew(SIGNED_WITH.get())

    def _retries(self) -> Dict[str, Any]:
        return getattr(self._session.info.boto_params.get("aws_config"), "retries", None) or {}

    def _config(self, read_timeout: int) -> Any:
        """Return our defaults, on them aws_config, on that what must be so.

        The client sends each request once: retry.py decides whether one may be sent again.
        """
        is_adaptive = self._session.core.get_config_variable("retry_mode") == "adaptive"
        mode = self._retries().get("mode", "adaptive" if is_adaptive else "standard")
        defaults = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=read_timeout,
            user_agent_extra=USER_AGENT,
            max_pool_connections=self.concurrency,
        )
        given = self._session.info.boto_params.get("aws_config") or Config()
        return defaults.merge(given).merge(Config(retries={"mode": mode, "total_max_attempts": 1}))

    def _read_attempts(self) -> int:
        """Return how often a read is tried at most: by aws_config, the environment, the profile, or ours."""
        retries = self._retries()
        if "max_attempts" in retries and "total_max_attempts" not in retries:
            return int(retries["max_attempts"]) + 1
        configured = self._session.core.get_config_variable("max_attempts")
        return int(retries.get("total_max_attempts") or configured or READ_ATTEMPTS)
