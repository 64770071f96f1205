"""Work over many symbols, folds or trials: one ordered map over an executor."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

from ktrdr_app.core.cancel import CancelToken

A = TypeVar("A")
B = TypeVar("B")


def cores() -> int:
    """Return the number of CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ordered_map(
    function: Callable[[A], B],
    items: Iterable[A],
    *,
    cancel: CancelToken,
    executor: Executor | None = None,
) -> list[B]:
    """Apply a function to every item, in parallel, and return the results in the items' order.

    Parameters
    ----------
    function : callable
        Work for one item; it must not depend on other items, so that worker count changes nothing.
    items : iterable
        The items.
    cancel : CancelToken
        Checked before each item begins.
    executor : concurrent.futures.Executor, optional
        Where the work runs; a thread pool over all cores by default, as kernels release the GIL.

    Raises
    ------
    Cancelled
        If the token was raised; items not begun are dropped.
    """

    def one(item: A) -> B:
        cancel.check()
        return function(item)

    if executor is not None:
        return list(executor.map(one, items))
    with ThreadPoolExecutor(max_workers=cores(), thread_name_prefix="ktrdr-compute") as pool:
        try:
            return list(pool.map(one, items))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def ordered_results(
    function: Callable[[A], B],
    items: Iterable[A],
    *,
    cancel: CancelToken,
    executor: Executor | None = None,
    at_once: int | None = None,
) -> Iterator[B]:
    """Yield what `ordered_map` returns, item after item, with few of them in memory together.

    Parameters
    ----------
    function, items, cancel, executor
        As `ordered_map` takes them.
    at_once : int, optional
        Most items that are at work, or done and not taken yet; as many as there are cores by default.

    Raises
    ------
    Cancelled
        If the token was raised; items not begun are dropped.
    """

    def one(item: A) -> B:
        cancel.check()
        return function(item)

    most = max(1, at_once or cores())
    pool = executor or ThreadPoolExecutor(max_workers=most, thread_name_prefix="ktrdr-compute")
    waiting: deque[Future[B]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(one, item))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        if executor is None:
            pool.shutdown()
