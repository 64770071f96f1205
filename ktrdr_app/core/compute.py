"""Work over many symbols, folds or trials: one ordered map over an executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
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
