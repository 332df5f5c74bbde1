# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the SDK reads or works out anew for each session and each client, kept for all of them.

That takes longer than all that a module does. It depends on the installed SDK alone: no setting, no credential and no
Region is in it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from botocore.client import ClientCreator
from botocore.errorfactory import ClientExceptionsFactory
from botocore.hooks import EventAliaser
from botocore.useragent import sanitize_user_agent_string_component

SERVICES = ("securityhub", "sts", "ec2")

_FILES: dict[Any, Any] = {}
_ALIASES: dict[str, str] = {}
_EXCEPTIONS = ClientExceptionsFactory()


def _loader(search_path: str | None = None) -> Any:
    """What reads the services' models for a session."""
    loader = botocore.loaders.create_loader(search_path)
    loader._cache = _FILES
    return loader


class _Aliaser(EventAliaser):
    """The events of a session, whose names are worked out once."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._alias_name_cache = _ALIASES


def _by_service(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method, which works once for each service."""
    found: dict[str, Any] = {}

    @functools.wraps(method)
    def of_service(creator: Any, service: str, *more: Any) -> Any:
        if service not in found:
            found[service] = method(creator, service, *more)
        return found[service]

    return of_service


REPLACED = MappingProxyType(
    {
        "botocore.session.create_loader": _loader,
        "botocore.session.EventAliaser": _Aliaser,
        "botocore.session.ClientExceptionsFactory": lambda: _EXCEPTIONS,
        # All of the SDK's do. To remember each of them would keep its client, with the connections, for ever.
        "botocore.hooks.accepts_kwargs": lambda _handler: True,
        "botocore.useragent.sanitize_user_agent_string_component": functools.cache(
            sanitize_user_agent_string_component
        ),
        "botocore.client.ClientCreator._load_service_model": _by_service(ClientCreator._load_service_model),
        "botocore.client.ClientCreator._create_client_class": _by_service(ClientCreator._create_client_class),
    }
)


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK remember until the end of the test."""
    for name, remembering in REPLACED.items():
        monkeypatch.setattr(name, remembering)


def fill() -> None:
    """Remember all that modules need, by clients that are made without any setting of whoever runs the tests."""
    nowhere = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    with pytest.MonkeyPatch.context() as patch:
        use(patch)
        session = botocore.session.Session(session_vars=nowhere)
        for service in SERVICES:
            client = session.create_client(service, "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
            assert client.exceptions
