# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls at once use the service's limit, and the bucket that keeps it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws import calls, pace
from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.aws.pace import NO_PACE, Pace, worker_count
from ansible_collections.multiaccount.aws.tests.local_hub.in_process import Clock


@pytest.mark.parametrize(
    ("number", "seconds", "tokens", "regions", "workers"),
    [
        (0, 0.1, 30, 1, 1),
        (1, 0.1, 30, 1, 1),
        (4, 0.1, 30, 1, 4),  # a check of 200 accounts is one round trip
        (20, 0.1, 30, 17, 2),
        (60, 0.1, 30, 1, 2),  # the limit takes 3 s, which two use
        (60, 0.1, 30, 17, 2),
        (20, 2.0, 30, 1, 20),
        (60, 2.0, 30, 1, 40),
        (20, 0.0, 30, 1, 1),
        (20, 0.1, 0, 1, 1),
        (200, 0.1, -10, 1, 1),
    ],
)
def test_worker_count_uses_the_limit_and_pays(
    number: int, seconds: float, tokens: float, regions: int, workers: int
) -> None:
    assert worker_count(number, seconds, tokens, pace.RATE, regions) == workers


def spent(clock: Clock, bucket: Pace, number: int) -> float:
    """Seconds that so many calls wait for their tokens."""
    begin = clock.now
    for _call in range(number):
        bucket.responded(bucket.take())
    return clock.now - begin


@pytest.mark.parametrize(("number", "seconds"), [(1, 0), (30, 0), (31, 0.1), (60, 3.0), (130, 10.0)])
def test_take_waits_for_what_is_beyond_the_burst(clock: Clock, number: int, seconds: float) -> None:
    assert spent(clock, Pace(), number) == pytest.approx(seconds)


def test_take_bucket_fills_again_up_to_the_burst(clock: Clock) -> None:
    bucket = Pace()
    spent(clock, bucket, 30)
    clock.sleep(1.0)
    assert spent(clock, bucket, 10) == 0
    assert spent(clock, bucket, 1) == pytest.approx(0.1)
    clock.sleep(600)
    assert spent(clock, bucket, 30) == 0


def test_take_bucket_does_not_fill_before_the_first_response(clock: Clock) -> None:
    bucket = Pace()
    first = bucket.take()
    clock.sleep(1.0)
    under_way = [bucket.take() for _call in range(9)]
    for sent in (first, *under_way):
        bucket.responded(sent)
    assert spent(clock, bucket, 20) == 0
    assert spent(clock, bucket, 1) == pytest.approx(0.1)


def test_take_of_another_account_has_no_limit(clock: Clock) -> None:
    bucket = Pace(is_own=lambda: False)
    assert bucket.take() is None
    assert spent(clock, bucket, 1000) == 0
    assert (bucket.workers(20), NO_PACE.workers(20)) == (1, 1)


def test_failed_throttled_calls_narrow_the_pace_once_for_all_that_were_under_way(clock: Clock) -> None:
    bucket = Pace()
    under_way = [bucket.take() for _call in range(4)]
    for sent in under_way:
        bucket.failed(sent, throttled=True)
    assert bucket.rate == pace.RATE / 2
    assert spent(clock, bucket, 1) == pytest.approx(0.2)
    for _time in range(20):
        bucket.failed(bucket.take(), throttled=True)
    assert bucket.rate == pytest.approx(pace.RATE * pace.NARROWEST)


def test_failed_other_failures_leave_the_pace(clock: Clock) -> None:
    bucket = Pace()
    bucket.failed(bucket.take(), throttled=False)
    bucket.failed(None, throttled=True)
    assert bucket.rate == pace.RATE
    assert spent(clock, bucket, 29) == 0


def test_responded_widens_the_pace_again(clock: Clock) -> None:
    bucket = Pace()
    bucket.failed(bucket.take(), throttled=True)
    for _call in range(25):
        bucket.responded(bucket.take())
    assert bucket.rate == pace.RATE
    bucket.responded(bucket.take())
    assert bucket.rate == pace.RATE


def test_workers_grow_where_responses_take_long(clock: Clock) -> None:
    bucket = Pace(most=12)
    assert bucket.workers(20) == 8
    for _call in range(3):
        sent = bucket.take()
        clock.sleep(2.0)
        bucket.responded(sent)
    assert bucket.workers(20) == 12


ITEMS = [f"{number:012d}" for number in range(120)]


def client(most: int = 30) -> calls.RegionClient:
    return calls.RegionClient("eu-west-1", None, pace=Pace(most=most))


def test_side_by_side_works_on_several_batches_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=30)
    calls.side_by_side(client(), ITEMS, lambda _batch: together.wait())


def test_side_by_side_hands_over_each_item_once_in_batches() -> None:
    seen: list[list[str]] = []
    calls.side_by_side(client(), ITEMS, lambda batch: seen.append(list(batch)))
    assert sorted(seen) == [ITEMS[:50], ITEMS[50:100], ITEMS[100:]]


def test_side_by_side_finishes_what_is_begun_and_raises_the_first_failure() -> None:
    together, done = threading.Barrier(3, timeout=30), []

    def work(batch: Sequence[str]) -> None:
        together.wait()
        if batch[0] != ITEMS[50]:
            raise ValueError(batch[0])
        done.append(batch[0])

    with pytest.raises(ValueError, match=ITEMS[0]):
        calls.side_by_side(client(), ITEMS, work)
    assert done == [ITEMS[50]]


def test_side_by_side_begins_nothing_after_a_failure() -> None:
    begun: list[str] = []

    def work(batch: Sequence[str]) -> None:
        begun.append(batch[0])
        raise ValueError(batch[0])

    with pytest.raises(ValueError, match=ITEMS[0]):
        calls.side_by_side(client(most=1), ITEMS, work)
    assert begun == [ITEMS[0]]


def test_side_by_side_where_the_region_does_not_respond_asks_one_at_a_time() -> None:
    silent, at_once, most = client(), threading.Semaphore(1), []
    silent.is_silent.set()

    def work(_batch: Sequence[str]) -> None:
        most.append(at_once.acquire(blocking=False))
        at_once.release()

    calls.side_by_side(silent, ITEMS, work)
    assert most == [True] * 3
