"""The ordered map: order, parallelism, errors and cancelling, whatever the number of workers."""

from __future__ import annotations

import math
import os
import pickle
import random
import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import cores, ordered_map, ordered_results
from ktrdr_app.core.errors import Cancelled
from tests.core.children import printed

WAIT = 20.0
"""Seconds after which a meeting of threads is given up; reached only by a failure."""


class InTurn(Executor):
    """Runs each piece of work at once, in the calling thread."""

    def __init__(self) -> None:
        self.count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it now."""
        self.count += 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _work(item: int) -> float:
    """Draw and add: floating-point work that would show a changed order of operations."""
    draw = random.Random(item)
    return math.fsum(draw.gauss(0, 1) for _ in range(50)) + item / 7


def test_results_come_in_the_order_of_the_items() -> None:
    assert ordered_map(lambda item: item * item, range(100), cancel=CancelToken()) == [n * n for n in range(100)]


def test_results_keep_their_order_when_the_last_item_ends_first() -> None:
    done = [threading.Event() for _ in range(5)]
    done[4].set()
    ended: list[int] = []

    def after_the_next(item: int) -> str:
        assert done[item + 1].wait(WAIT)
        ended.append(item)
        done[item].set()
        return f"item {item}"

    with ThreadPoolExecutor(4) as pool:
        found = ordered_map(after_the_next, range(4), cancel=CancelToken(), executor=pool)
    assert ended == [3, 2, 1, 0]
    assert found == ["item 0", "item 1", "item 2", "item 3"]


def test_as_many_items_run_at_once_as_there_are_cores() -> None:
    meeting = threading.Barrier(cores(), timeout=WAIT)
    found = ordered_map(lambda item: (meeting.wait(), item)[1], range(2 * cores()), cancel=CancelToken())
    assert found == list(range(2 * cores()))


def test_as_many_items_run_at_once_as_the_executor_has_workers() -> None:
    meeting = threading.Barrier(4, timeout=WAIT)
    with ThreadPoolExecutor(4) as pool:
        found = ordered_map(lambda item: (meeting.wait(), item)[1], range(8), cancel=CancelToken(), executor=pool)
    assert found == list(range(8))


def test_a_given_executor_does_the_work_and_is_left_open() -> None:
    executor = InTurn()
    assert ordered_map(str, [1, 2], cancel=CancelToken(), executor=executor) == ["1", "2"]
    assert ordered_map(str, [3], cancel=CancelToken(), executor=executor) == ["3"]
    assert executor.count == 3


@given(items=st.lists(st.integers(0, 10**6), max_size=30))
def test_the_number_of_workers_changes_nothing(items: list[int]) -> None:
    expected = [_work(item) for item in items]
    for workers in (1, 4):
        with ThreadPoolExecutor(workers) as pool:
            assert ordered_map(_work, items, cancel=CancelToken(), executor=pool) == expected
    assert ordered_map(_work, items, cancel=CancelToken()) == expected
    assert ordered_map(_work, items, cancel=CancelToken(), executor=InTurn()) == expected


def test_any_iterable_is_taken_once() -> None:
    items = iter("abc")
    assert ordered_map(str.upper, items, cancel=CancelToken()) == ["A", "B", "C"]
    assert list(items) == []
    assert ordered_map(str.upper, [], cancel=CancelToken()) == []
    assert ordered_map(str.upper, {"x": 1, "y": 2}, cancel=CancelToken()) == ["X", "Y"]


def test_a_raised_token_lets_nothing_begin() -> None:
    token = CancelToken("the map")
    token.cancel()
    begun: list[int] = []
    with pytest.raises(Cancelled, match="the map was stopped"):
        ordered_map(begun.append, range(50), cancel=token)
    assert begun == []


def test_items_after_the_one_that_cancels_do_not_begin() -> None:
    token = CancelToken()
    begun: list[int] = []

    def cancel_at_three(item: int) -> None:
        begun.append(item)
        if item == 3:
            token.cancel()

    with ThreadPoolExecutor(1) as pool, pytest.raises(Cancelled):
        ordered_map(cancel_at_three, range(1000), cancel=token, executor=pool)
    assert begun == [0, 1, 2, 3]


def test_cancelling_from_outside_ends_a_map_that_is_running() -> None:
    token = CancelToken()
    running = threading.Event()
    begun: list[int] = []

    def wait_for_the_stop(item: int) -> None:
        begun.append(item)
        running.set()
        while True:
            token.check()

    stopper = threading.Thread(target=lambda: (running.wait(WAIT), token.cancel()))
    stopper.start()
    with pytest.raises(Cancelled):
        ordered_map(wait_for_the_stop, range(1000), cancel=token)
    stopper.join()
    assert len(begun) <= cores()


@pytest.mark.parametrize("workers", [None, 1, 4])
def test_the_first_error_in_order_is_the_one_that_is_raised(workers: int | None) -> None:
    def fail_from_two(item: int) -> int:
        if item >= 2:
            raise ZeroDivisionError(f"item {item}")
        return item

    pool = ThreadPoolExecutor(workers) if workers else None
    with pytest.raises(ZeroDivisionError, match=r"^item 2$"):
        ordered_map(fail_from_two, range(50), cancel=CancelToken(), executor=pool)
    if pool:
        pool.shutdown()


def test_after_an_error_what_has_not_begun_is_dropped() -> None:
    released = threading.Event()
    second_runs = threading.Event()
    begun: list[int] = []

    def first_fails(item: int) -> None:
        begun.append(item)
        if item == 0:
            assert second_runs.wait(WAIT)
            raise ZeroDivisionError
        second_runs.set()
        assert released.wait(WAIT)

    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(ZeroDivisionError):
            ordered_map(first_fails, range(50), cancel=CancelToken(), executor=pool)
        released.set()
    assert sorted(begun)[:2] == [0, 1]
    assert len(begun) <= 3  # the thread that failed may have begun one more before the others were dropped


class Elsewhere(Executor):
    """Takes work, does none of it, and remembers it: workers in other processes that do not see the token."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []
        self.content: list[bytes] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Pickle it, as sending it would."""
        self.content.append(pickle.dumps((fn, args, kwargs)))
        self.given.append(Future())
        return self.given[-1]


def test_whoever_waits_for_workers_elsewhere_notices_the_token_and_drops_their_work() -> None:
    token, elsewhere = CancelToken("the map"), Elsewhere()
    stopper = threading.Timer(0.05, token.cancel)
    stopper.start()
    with pytest.raises(Cancelled, match="the map was stopped"):
        ordered_map(_work, range(5), cancel=token, executor=elsewhere)
    stopper.join()
    assert len(elsewhere.given) == 5
    assert all(future.cancelled() for future in elsewhere.given)


def test_what_is_sent_is_a_plain_function_with_plain_arguments() -> None:
    token, elsewhere = CancelToken(), Elsewhere()
    results = ordered_results(_work, [3], cancel=token, executor=elsewhere, at_once=2)
    waiter = threading.Timer(0.05, lambda: elsewhere.given[0].set_result("done"))
    waiter.start()
    assert list(results) == ["done"]
    waiter.join()
    function, args, kwargs = pickle.loads(elsewhere.content[0])
    assert function(*args, **kwargs) == _work(3)
    token.cancel()
    with pytest.raises(Cancelled):
        function(*args, **kwargs)


def test_a_map_may_run_inside_a_map() -> None:
    token = CancelToken()
    found = ordered_map(lambda n: sum(ordered_map(lambda m: n * m, range(5), cancel=token)), range(5), cancel=token)
    assert found == [10 * n for n in range(5)]


def test_work_is_done_in_named_threads_that_end_with_it() -> None:
    names = set(ordered_map(lambda item: threading.current_thread().name, range(20), cancel=CancelToken()))
    assert all(name.startswith("ktrdr-compute") for name in names)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ktrdr-compute")]


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: only Linux ties a process to cores")
def test_cores_are_those_that_this_process_may_use() -> None:
    assert cores() == len(os.sched_getaffinity(0))
    code = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from ktrdr_app.core.compute import cores
print(cores())
"""
    assert printed(code) == "1"


@pytest.mark.parametrize(("counted", "expected"), [(6, 6), (None, 1)])
def test_cores_where_the_system_cannot_tell(
    counted: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: counted)
    assert cores() == expected


class TestResultsOneByOne:
    @given(items=st.lists(st.integers(0, 10**6), max_size=20), at_once=st.integers(1, 6))
    def test_they_are_those_of_the_map(self, items: list[int], at_once: int) -> None:
        expected = ordered_map(_work, items, cancel=CancelToken())
        assert list(ordered_results(_work, items, cancel=CancelToken(), at_once=at_once)) == expected
        assert list(ordered_results(_work, items, cancel=CancelToken(), executor=InTurn())) == expected

    def test_no_more_are_begun_than_may_be_in_memory_together(self) -> None:
        begun: list[int] = []
        with ThreadPoolExecutor(8) as pool:
            results = ordered_results(
                lambda item: begun.append(item) or item, range(50), cancel=CancelToken(), executor=pool, at_once=3
            )
            for taken in results:
                assert len(begun) <= taken + 3
        assert sorted(begun) == list(range(50))

    def test_an_error_drops_what_has_not_begun_and_ends_the_threads(self) -> None:
        begun: list[int] = []

        def fails(item: int) -> int:
            begun.append(item)
            if item == 2:
                raise ZeroDivisionError(item)
            return item

        with pytest.raises(ZeroDivisionError, match="2"):
            list(ordered_results(fails, range(1000), cancel=CancelToken(), at_once=2))
        assert len(begun) <= 4
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("ktrdr-compute")]

    def test_whoever_stops_taking_ends_it(self) -> None:
        results = ordered_results(lambda item: item, range(1000), cancel=CancelToken(), at_once=2)
        assert next(results) == 0
        results.close()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("ktrdr-compute")]

    def test_a_raised_token_lets_nothing_begin(self) -> None:
        token = CancelToken("the map")
        token.cancel()
        with pytest.raises(Cancelled, match="the map was stopped"):
            list(ordered_results(str, range(5), cancel=token))
