"""Work over many symbols, folds or trials: one ordered map over an executor."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from ktrdr_app.core.cancel import CancelToken

A = TypeVar("A")
B = TypeVar("B")

LOOK_SECONDS = 0.1
"""How often whoever waits for a result looks at the token."""


def cores() -> int:
    """Return the number of CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def local_pool(workers: int | None = None) -> ThreadPoolExecutor:
    """Return a pool of threads; kernels release the GIL, so that they use all cores.

    Parameters
    ----------
    workers : int, optional
        Most threads; as many as there are cores by default, and never more.
    """
    return ThreadPoolExecutor(max_workers=min(workers or cores(), cores()), thread_name_prefix="ktrdr-compute")


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
        Work for one item; it must not depend on other items, so that worker count changes nothing. Where the
        executor's workers are other processes, a function of a module, as function and items are pickled.
    items : iterable
        The items. Long work gets the token as part of its item (see `CancelToken`) and checks it itself.
    cancel : CancelToken
        Checked before each item begins, and while its result is waited for.
    executor : concurrent.futures.Executor, optional
        Where the work runs; a thread pool over all cores by default.

    Raises
    ------
    Cancelled
        If the token was raised; items not begun are dropped.
    """
    listed = list(items)
    return list(ordered_results(function, listed, cancel=cancel, executor=executor, at_once=len(listed)))


def ordered_results(
    function: Callable[[A], B],
    items: Iterable[A],
    *,
    cancel: CancelToken,
    executor: Executor | None = None,
    at_once: int | None = None,
) -> Generator[B, None, None]:
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
    most = max(1, at_once or cores())
    pool = executor or local_pool(most)
    waiting: deque[Future[B]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(_unless_cancelled, function, item, cancel))
            if len(waiting) >= most:
                yield _result(waiting.popleft(), cancel)
        while waiting:
            yield _result(waiting.popleft(), cancel)
    finally:
        for future in waiting:
            future.cancel()
        if executor is None:
            pool.shutdown()


def _unless_cancelled(function: Callable[[A], B], item: A, cancel: CancelToken) -> B:
    """Do the work of one item; a function of this module, so that another process can be sent it."""
    cancel.check()
    return function(item)


def _result(future: Future[B], cancel: CancelToken) -> B:
    """Return a result, looking at the token meanwhile: work in another process does not notice it by itself."""
    try:
        while not wait([future], LOOK_SECONDS).done:
            cancel.check()
    except BaseException:
        future.cancel()
        raise
    return future.result()
