# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call that fails raises, sending with retries, waiting, and what may have been written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.stub import Stubber

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub import errors
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import api, calls, retry
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock
from ansible_collections.multiaccount.aws.tests.unit.support import accounts

ENDPOINT = {"endpoint_url": "https://securityhub.example"}


@pytest.fixture(name="client", scope="module")
def _client() -> Any:
    return boto3.client(
        "securityhub", region_name="eu-west-1", aws_access_key_id="unit-tests", aws_secret_access_key="no-secret-at-all"
    )


@pytest.fixture(name="stubber")
def _stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def hub_client(sdk: Any) -> calls.RegionClient:
    return calls.RegionClient("eu-west-1", sdk, 1)


THROTTLED, IN_DOUBT, FINAL = "throttled", "in_doubt", ""


@pytest.mark.parametrize(
    ("code", "http_status", "kind"),
    [
        ("LimitExceededException", 429, THROTTLED),
        ("LimitExceededException", 400, THROTTLED),
        ("TooManyRequestsException", 429, THROTTLED),
        ("TooManyRequestsException", 400, THROTTLED),
        ("ThrottlingException", 429, THROTTLED),
        ("ThrottlingException", 400, THROTTLED),
        ("Throttling", 400, THROTTLED),
        ("RequestLimitExceeded", 503, THROTTLED),
        ("AnyCode", 429, THROTTLED),
        ("InternalException", 500, IN_DOUBT),
        ("InternalException", 400, IN_DOUBT),
        ("ServiceFailure", 500, IN_DOUBT),
        ("ServiceUnavailable", 503, IN_DOUBT),
        ("502", 502, IN_DOUBT),
        ("504", 504, IN_DOUBT),
        ("InvalidAccessException", 401, FINAL),
        ("AccessDeniedException", 403, FINAL),
        ("InvalidInputException", 400, FINAL),
        ("BadRequestException", 400, FINAL),
        ("ResourceNotFoundException", 404, FINAL),
        ("ResourceConflictException", 409, FINAL),
        ("UnrecognizedClientException", 403, FINAL),
        ("ExpiredTokenException", 403, FINAL),
    ],
)
def test_what_a_refusal_means(stubber: Stubber, code: str, http_status: int, kind: str) -> None:
    stubber.add_client_error("invite_members", code, "The service's words", http_status)
    with pytest.raises(errors.SecurityHubError) as failed:
        api.invite_members(hub_client(stubber.client), accounts(2))
    failure = failed.value
    assert (failure.throttled, failure.in_doubt, failure.unsent) == (kind == THROTTLED, kind == IN_DOUBT, False)
    assert failure.is_retryable == (kind != FINAL)
    assert (failure.error_code, failure.text) == (code, "The service's words")
    assert (failure.operation, failure.region, failure.account_ids) == (
        "InviteMembers",
        "eu-west-1",
        tuple(accounts(2)),
    )
    assert str(failure) == f"InviteMembers failed in eu-west-1: {code}: The service's words"


UNSENT = "unsent"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.ConnectTimeoutError(**ENDPOINT), UNSENT),
        (exceptions.EndpointConnectionError(**ENDPOINT), UNSENT),
        (exceptions.ProxyConnectionError(proxy_url="http://proxy.example"), UNSENT),
        (exceptions.ReadTimeoutError(**ENDPOINT), IN_DOUBT),
        (exceptions.ConnectionClosedError(**ENDPOINT), IN_DOUBT),
        (exceptions.HTTPClientError(error="broken pipe"), IN_DOUBT),
        (exceptions.SSLError(**ENDPOINT, error="certificate verify failed"), FINAL),
        (exceptions.NoCredentialsError(), FINAL),
        (exceptions.ParamValidationError(report="AccountIds"), FINAL),
    ],
)
def test_what_no_answer_means(client: Any, error: Exception, kind: str) -> None:
    def fail(**_event: Any) -> None:
        raise error

    client.meta.events.register("before-call.securityhub", fail)
    try:
        with pytest.raises(errors.SecurityHubError) as failed:
            api.invite_members(hub_client(client), accounts(1))
    finally:
        client.meta.events.unregister("before-call.securityhub", fail)
    failure = failed.value
    assert (failure.unsent, failure.in_doubt, failure.throttled) == (kind == UNSENT, kind == IN_DOUBT, False)
    assert failure.is_retryable == (kind != FINAL)
    assert (failure.error_code, failure.text) == (type(error).__name__, str(error).replace("\n", " "))
    assert (failure.operation, failure.region) == ("InviteMembers", "eu-west-1")


def fail_with(error: Exception) -> errors.SecurityHubError:
    """What a request ends with that meets this."""

    return calls.as_service_error(error, "GetMembers", "eu-west-1", accounts(1))


@pytest.mark.parametrize(
    ("response", "code", "text", "status"),
    [
        ({}, "Unknown", errors.NO_REASON, 0),
        ({"Error": {"Message": "No."}}, "Unknown", "No.", 0),
        ({"Error": {"Code": "BadRequestException"}}, "BadRequestException", errors.NO_REASON, 0),
        ({"ResponseMetadata": {"HTTPStatusCode": 400}}, "Unknown", errors.NO_REASON, 400),
    ],
)
def test_refusal_that_says_little(response: Any, code: str, text: str, status: int) -> None:
    failure = fail_with(exceptions.ClientError(response, "GetMembers"))
    assert (failure.error_code, failure.text, failure.status) == (code, text, status)
    assert not failure.in_doubt


# A file that can't be read was met before anything was sent; whatever else happens, the request may be on its way.
@pytest.mark.parametrize(
    ("error", "in_doubt"), [(PermissionError("credentials"), False), (ValueError("no JSON"), True)]
)
def test_exception_that_nobody_foresaw(error: Exception, in_doubt: bool) -> None:
    failure = fail_with(error)
    assert (failure.error_code, failure.text) == (type(error).__name__, str(error))
    assert (failure.operation, failure.region, failure.account_ids) == ("GetMembers", "eu-west-1", tuple(accounts(1)))
    assert failure.in_doubt == in_doubt
    assert failure.__cause__ is error


def test_failure_of_an_inner_call_stays_as_it_is() -> None:
    assert fail_with(REFUSED) is REFUSED


def failed(code: str = "InternalException", status: int = 500, **more: Any) -> errors.SecurityHubError:
    return errors.SecurityHubError(code, "Any text.", "InviteMembers", "eu-west-1", status=status, **more)


THROTTLE = failed("TooManyRequestsException", 429, throttled=True)
LOST = failed("ReadTimeoutError", 0, in_doubt=True)
CLOSED = failed("ConnectionClosedError", 0, in_doubt=True)
STALE = failed("ResourceNotFoundException", 404)
REFUSED = failed("InvalidInputException", 400)
EMPTY = errors.SecurityHubError("BadRequestException", "", "InviteMembers", "eu-west-1", status=400)


def read(send: Callable[[], Any], attempts: int) -> Any:
    """Send it as an operation that reads."""
    return calls.reads("GetMembers")(lambda _client: send())(calls.RegionClient("eu-west-1", None, attempts))


class ScriptedWrite:
    """Fails as a script says; is done after so many further looks."""

    def __init__(self, failures: list[errors.SecurityHubError], done_at_look: int = 1000) -> None:
        self.failures = failures
        self.sent = 0
        self.looks: list[errors.SecurityHubError] = []
        self._done_at_look = done_at_look

    def send(self) -> None:
        self.sent += 1
        if self.failures:
            raise self.failures.pop(0)

    def is_done(self, error: errors.SecurityHubError) -> bool:
        self.looks.append(error)
        return len(self.looks) >= self._done_at_look


@pytest.mark.parametrize(("error", "looks"), [(THROTTLE, 0), (EMPTY, 0), (LOST, 3), (STALE, 3)])
def test_write_is_sent_again_and_read_before_where_it_may_be_done(
    clock: Clock, error: errors.SecurityHubError, looks: int
) -> None:
    write = ScriptedWrite([error] * 3)
    retry.send_with_retries(write.send, write.is_done)
    assert (write.sent, len(write.looks), len(clock.pauses)) == (4, looks, 3)


@pytest.mark.parametrize("error", [LOST, STALE])
def test_write_that_is_seen_done_is_not_sent_again(clock: Clock, error: errors.SecurityHubError) -> None:
    write = ScriptedWrite([error] * 3, done_at_look=2)
    retry.send_with_retries(write.send, write.is_done)
    assert (write.sent, write.looks, len(clock.pauses)) == (2, [error] * 2, 2)


@pytest.mark.parametrize(
    ("error", "sent"),
    [(REFUSED, 1), (THROTTLE, retry.SEND_ATTEMPTS), (LOST, retry.SEND_ATTEMPTS), (EMPTY, retry.SEND_ATTEMPTS)],
)
def test_write_is_given_up(clock: Clock, error: errors.SecurityHubError, sent: int) -> None:
    write = ScriptedWrite([error] * 100)
    with pytest.raises(errors.SecurityHubError) as raised:
        retry.send_with_retries(write.send, write.is_done)
    assert raised.value is error
    assert (write.sent, len(clock.pauses)) == (sent, sent - 1)


@pytest.mark.parametrize(
    ("error", "reads"), [(THROTTLE, 4), (CLOSED, 4), (LOST, retry.SILENT_READS), (EMPTY, 4), (REFUSED, 1), (STALE, 1)]
)
def test_read_is_given_up(clock: Clock, error: errors.SecurityHubError, reads: int) -> None:
    write = ScriptedWrite([error] * 100)
    with pytest.raises(errors.SecurityHubError) as raised:
        read(write.send, 4)
    assert raised.value is error
    assert (write.sent, len(clock.pauses)) == (reads, reads - 1)


@pytest.mark.parametrize("attempts", [0, 1])
def test_read_is_tried_at_least_once(clock: Clock, attempts: int) -> None:
    assert read(lambda: "read", attempts) == "read"
    with pytest.raises(errors.SecurityHubError):
        read(ScriptedWrite([LOST]).send, attempts)
    assert clock.pauses == []


@pytest.mark.parametrize(
    ("give_up", "pauses"),
    [
        (lambda send: read(send, retry.READ_ATTEMPTS), [0.5, 1, 2, 4, 8, 16, 20]),
        (lambda send: retry.send_with_retries(send, send.__self__.is_done), [0.5, 1, 2, 4, 8, 16, 20, 20, 20]),
    ],
)
def test_pauses_double_up_to_a_limit_each_with_full_jitter(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, give_up: Any, pauses: list[float]
) -> None:
    drawn: list[tuple[float, float]] = []

    def longest(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    monkeypatch.setattr("random.uniform", longest)
    with pytest.raises(errors.SecurityHubError):
        give_up(ScriptedWrite([THROTTLE] * 100).send)
    assert clock.pauses == pauses
    assert drawn == [(0, pause) for pause in pauses]


@pytest.mark.parametrize(("seconds", "pauses"), [(0, []), (0.2, [0.2]), (1, [0.5, 0.5]), (8, [0.5, 1, 2, 3, 1.5])])
def test_waiter_sleeps_until_its_time_is_up(clock: Clock, seconds: float, pauses: list[float]) -> None:
    waiter = retry.Waiter(seconds)
    while waiter.sleep():
        pass
    assert waiter.sleep() is False
    assert waiter.is_wanted == (seconds > 0)
    assert clock.pauses == pytest.approx(pauses)


@pytest.mark.parametrize(
    ("failures", "seen_at_look", "written", "in_doubt"),
    [
        ([], 1000, True, False),
        ([LOST] * 100, 1000, False, True),
        ([LOST, REFUSED], 1000, False, True),
        ([LOST, THROTTLE, REFUSED], 1000, False, True),
        ([THROTTLE, REFUSED], 1000, False, False),
        ([LOST, THROTTLE], 1000, True, False),
        ([LOST], 1, True, False),
        ([LOST, STALE], 2, True, False),
        ([STALE], 1, False, False),  # somebody else was first
    ],
)
def test_tracker_keeps_what_may_have_been_written(
    clock: Clock, failures: list[errors.SecurityHubError], seen_at_look: int, written: bool, in_doubt: bool
) -> None:
    tracker, write = retry.WriteTracker(), ScriptedWrite(failures, seen_at_look)
    with contextlib.suppress(errors.SecurityHubError):
        tracker.send(write.send, write.is_done)
    assert (tracker.written, tracker.in_doubt, tracker.any) == (written, in_doubt, written or in_doubt)


def looks(*seen: Any) -> Any:
    """A look that shows these one after the other, and raises those that are failures."""
    left = list(seen)

    def look() -> Any:
        each = left.pop(0)
        if isinstance(each, Exception):
            raise each
        return each

    return look


@pytest.mark.parametrize(
    ("seen", "seconds", "result", "pauses"),
    [
        ([3], 0, 3, []),
        ([1], 0, 1, []),
        ([1, 2, 3, 4], 30, 3, [0.5, 1]),
        ([1, 1, 1], 1, 1, [0.5, 0.5]),
        ([LOST, 3], 30, 3, [0.5]),
    ],
)
def test_poll_looks_until_it_is_done_or_time_is_up(
    clock: Clock, seen: list[Any], seconds: float, result: int, pauses: list[float]
) -> None:
    found = retry.poll(looks(*seen), lambda each: each == 3, retry.Waiter(seconds), lambda error: error is LOST)
    assert (found, clock.pauses) == (result, pauses)


@pytest.mark.parametrize(("seen", "seconds", "pauses"), [([REFUSED], 30, []), ([LOST] * 3, 1, [0.5, 0.5])])
def test_poll_raises_failure_that_does_not_pass_or_not_in_time(
    clock: Clock, seen: list[Any], seconds: float, pauses: list[float]
) -> None:
    with pytest.raises(errors.SecurityHubError) as raised:
        retry.poll(looks(*seen), bool, retry.Waiter(seconds), lambda error: error is LOST)
    assert raised.value is seen[-1]
    assert clock.pauses == pauses


def test_poll_lets_no_failure_pass_unless_told(clock: Clock) -> None:
    with pytest.raises(errors.SecurityHubError):
        retry.poll(looks(LOST, 3), bool, retry.Waiter(30))
    assert clock.pauses == []


@pytest.mark.parametrize("error", [REFUSED, errors.PreconditionFailed("has_members", "It has members.")])
def test_guard_lets_failures_pass_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, retry.guarded("Looking", "eu-west-1"):
        raise error
    assert raised.value is error


def test_guard_makes_unforeseen_exception_a_failure_of_its_region() -> None:
    with pytest.raises(errors.SecurityHubError) as raised, retry.guarded("Looking", "eu-west-1", accounts(2)):
        raise KeyError("MemberStatus")
    error = raised.value
    assert (error.operation, error.region, error.error_code) == ("Looking", "eu-west-1", "KeyError")
    assert error.account_ids == tuple(accounts(2))
    assert isinstance(error.__cause__, KeyError)


class Recorded(retry.ReconcileRun):
    """A run that writes so many times, and is waited for so many more."""

    def __init__(self, writes: int, waits: int = 0) -> None:
        self.client = calls.RegionClient("eu-west-1", None)
        self.error = None
        self.step_name = "Recording"
        self.writes, self.waits = writes, waits
        self.done: list[str] = []

    @property
    def has_writes(self) -> bool:
        return self.writes > 0

    def is_open(self, check_mode: bool) -> bool:
        return self.waits > 0 if check_mode else self.writes + self.waits > 0

    def advance(self) -> None:
        self.done.append("advance")
        if self.writes:
            self.writes -= 1
        else:
            self.waits -= 1

    def refresh(self) -> None:
        self.done.append("refresh")
        self.waits -= 1


def advanced(runs: dict[str, Recorded], wait_timeout: float, check_mode: bool = False) -> list[list[str]]:
    """Advance runs; return the accounts of each round."""
    rounds: list[list[str]] = []

    def attempt(account_ids: Sequence[str], step: Callable[[Recorded], None]) -> None:
        rounds.append(list(account_ids))
        for account_id in account_ids:
            runs[account_id].attempt(step)

    retry.advance_all(runs, attempt, wait_timeout, check_mode)
    return rounds


def test_advance_all_advances_who_is_open_until_nobody_is(clock: Clock) -> None:
    runs = {"one": Recorded(1), "two": Recorded(1, 2), "done": Recorded(0)}
    assert advanced(runs, 30) == [["one", "two"], ["two"], ["two"]]
    assert runs["two"].done == ["advance"] * 3
    assert clock.pauses == [0.5, 1.0]


def test_advance_all_in_check_mode_only_refreshes_what_is_on_its_way(clock: Clock) -> None:
    runs = {"one": Recorded(5), "two": Recorded(0, 2)}
    assert advanced(runs, 30, check_mode=True) == [["two"], ["two"]]
    assert (runs["one"].done, runs["two"].done) == ([], ["refresh", "refresh"])
    assert clock.pauses == [0.5, 1.0]


def test_advance_all_in_check_mode_waits_also_where_there_is_something_to_write(clock: Clock) -> None:
    run = Recorded(3, 2)
    assert advanced({"one": run}, 30, check_mode=True) == [["one"], ["one"]]
    assert clock.pauses == [0.5, 1.0]


def test_advance_all_ends_when_time_is_up_after_the_last_write(clock: Clock) -> None:
    runs = {"one": Recorded(2, 100)}
    rounds = advanced(runs, 4)
    assert clock.pauses == [0.5, 1.0, 2.0, 0.5]
    assert len(rounds) == 2 + len(clock.pauses)


def test_advance_all_without_waiting_writes_once(clock: Clock) -> None:
    runs = {"one": Recorded(1, 100), "two": Recorded(3)}
    assert advanced(runs, 0) == [["one", "two"]]
    assert clock.pauses == []
    assert advanced({"one": Recorded(0, 100)}, 0) == []


def test_advance_all_of_nobody_does_nothing(clock: Clock) -> None:
    assert advanced({}, 30) == advanced({"done": Recorded(0)}, 30) == []
    assert clock.pauses == []


def test_attempt_keeps_what_ended_the_work() -> None:
    def fail(_run: Recorded) -> None:
        raise KeyError("missing")

    run = Recorded(1)
    run.attempt(fail)
    assert isinstance(run.error, errors.SecurityHubError)
    assert (run.error.error_code, run.error.operation, run.error.region) == ("KeyError", "Recording", "eu-west-1")
    run = Recorded(1)
    run.attempt(Recorded.advance)
    assert (run.error, run.done) == (None, ["advance"])


@pytest.mark.parametrize("name", ["has_writes", "is_open", "advance", "refresh"])
def test_reconcile_run_leaves_its_parts_to_subclasses(name: str) -> None:
    run = retry.ReconcileRun()
    with pytest.raises(NotImplementedError):
        run.is_open(False) if name == "is_open" else run.has_writes if name == "has_writes" else getattr(run, name)()


def test_silent_reads_are_three() -> None:
    assert retry.SILENT_READS == 3
