"""Compiled kernels: one decorator, one cache folder, one list to warm up.

Kernels release the GIL and are cached on disk. Import ``kernel`` from here and numba nowhere else,
because the cache folder must be set before numba is first imported.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import user_cache

os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache() / "numba"))

import numba
from numba import types as numba_types
from numba.core import cgutils, event
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


def warm_up(cancel: CancelToken | None = None, told: Callable[[str], object] | None = None) -> int:
    """Compile, or load from the cache, every kernel of the rooms imported so far.

    Loading takes a second or two. After an installation or a change nothing is cached, and compiling takes up to a
    minute; so it can be stopped before each kernel.

    Parameters
    ----------
    cancel : CancelToken, optional
        Stops it, before the next kernel; lets it wait, before the next room.
    told : callable, optional
        Is given one sentence if something has to be compiled.

    Returns
    -------
    int
        Number of rooms warmed up.

    Raises
    ------
    Cancelled
        If the token was raised.
    """
    token = cancel or CancelToken("the compiler")
    with event.install_listener("numba:compile", _Overseer(token, told)):
        for function in tuple(_warm_ups):
            token.check()
            function()
    return len(_warm_ups)


class _Overseer(event.Listener):
    """Looks at the token before each function that this thread compiles.

    A pause is not heeded here: the compiler is locked, and other threads would wait for it.
    """

    def __init__(self, cancel: CancelToken, told: Callable[[str], object] | None) -> None:
        self._cancel, self._told = cancel, told
        self._thread = threading.get_ident()

    def on_start(self, _compiled: event.Event) -> None:
        if threading.get_ident() != self._thread:
            return
        if self._cancel.cancelled:
            raise Cancelled(self._cancel.task)
        told, self._told = self._told, None
        if told is not None:
            told("the program is compiled for this machine; that is done once and takes up to a minute")

    def on_end(self, _compiled: event.Event) -> None:
        pass
