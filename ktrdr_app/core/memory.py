"""Lets a process keep what it frees for its next arrays, where its surroundings have told it to give all of it back."""

from __future__ import annotations

import ctypes
import functools
import sys

KEPT_BYTES = 1 << 27
"""Most free bytes at the end of the heap that are kept."""
MAPPED_BYTES = 1 << 25
"""Arrays from this size on are mapped each for itself, and given back when they are freed; glibc's own upper bound."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Numbers that glibc's ``malloc.h`` gives them."""


@functools.cache
def keep_freed_memory() -> bool:
    """Keep freed memory in this process from now on; only the first call does anything.

    Dask starts workers with ``MALLOC_TRIM_THRESHOLD_=65536``. glibc then hands every larger array back to the system
    as soon as it is freed, and the next one is zeroed page by page: a training on a worker took a sixth longer.

    Returns
    -------
    bool
        Whether the system has such a setting and took it: glibc alone has.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_THRESHOLD, MAPPED_BYTES)) and bool(mallopt(_TRIM_THRESHOLD, KEPT_BYTES))
