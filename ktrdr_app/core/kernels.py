"""Compiled kernels: one decorator, one cache folder, one list to warm up.

Kernels release the GIL and are cached on disk. Import ``kernel`` from here and numba nowhere else,
because the cache folder must be set before numba is first imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

from ktrdr_app.core.paths import user_cache

os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache() / "numba"))

import numba
from numba import types as numba_types
from numba.core import cgutils
from numba.extending import intrinsic

code_helpers: Any = cgutils
"""numba's helpers for writing code by hand; it leaves them without types."""

__all__ = ["code_helpers", "ieee_kernel", "intrinsic", "kernel", "numba_types", "warm_up", "warms_up"]

F = TypeVar("F", bound=Callable[..., object])

_warm_ups: list[Callable[[], object]] = []


def kernel(function: F) -> F:
    """Compile a function on its first call, with the GIL released and the result cached on disk.

    Parameters
    ----------
    function : callable
        Plain numeric code over NumPy arrays; no fast-math, so that results are the same everywhere.
    """
    return _compiled(function, "python")


def ieee_kernel(function: F) -> F:
    """Compile a function as `kernel` does, but let x/0 be infinite or NaN instead of an error.

    A loop that cannot fail is one that the compiler may turn into vector instructions.

    Parameters
    ----------
    function : callable
        Plain numeric code over NumPy arrays.
    """
    return _compiled(function, "numpy")


def _compiled(function: F, error_model: Literal["python", "numpy"]) -> F:
    try:
        return cast(F, numba.njit(nogil=True, cache=True, error_model=error_model)(function))
    except RuntimeError:  # numba found no folder to write to: slower starts, the same results
        return cast(F, numba.njit(nogil=True, error_model=error_model)(function))


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
