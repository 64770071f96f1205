"""Compiled kernels: one decorator, one cache folder, one list to warm up.

Kernels release the GIL and are cached on disk. Import ``kernel`` from here and numba nowhere else,
because the cache folder must be set before numba is first imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar, cast

from ktrdr_app.core.paths import user_cache

os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache() / "numba"))

import numba

F = TypeVar("F", bound=Callable[..., object])

_warm_ups: list[Callable[[], object]] = []


def kernel(function: F) -> F:
    """Compile a function on its first call, with the GIL released and the result cached on disk.

    Parameters
    ----------
    function : callable
        Plain numeric code over NumPy arrays; no fast-math, so that results are the same everywhere.
    """
    try:
        return cast(F, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba found no folder to write to: slower starts, the same results
        return cast(F, numba.njit(nogil=True)(function))


def warms_up(function: Callable[[], object]) -> Callable[[], object]:
    """Register a function that calls its room's kernels once on a few rows.

    Parameters
    ----------
    function : callable
        Takes nothing.
    """
    _warm_ups.append(function)
    return function


def warm_up() -> int:
    """Compile, or load from the cache, every kernel of the rooms imported so far.

    Returns
    -------
    int
        Number of rooms warmed up.
    """
    for function in _warm_ups:
        function()
    return len(_warm_ups)
