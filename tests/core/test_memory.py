"""Freed memory that is kept: what the system says of pages, in processes that were told to give everything back."""

from __future__ import annotations

import sys

import pytest

from ktrdr_app.core import memory as module
from ktrdr_app.core.memory import KEPT_BYTES, MAPPED_BYTES, keep_freed_memory
from tests.core.children import run_python

CODE = """
import resource, sys
import numpy as np
from ktrdr_app.core.memory import keep_freed_memory
kept = sys.argv[1] == "keep" and keep_freed_memory()
np.ones(500_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    np.ones(500_000)
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
PAGES = 200 * 500_000 * 8 // 4096
"""Pages of all those arrays."""


def faults(word: str) -> tuple[str, int]:
    """Return whether memory is kept, and the pages that 200 arrays cost, as on a worker that Dask has started."""
    done = run_python(CODE, word, MALLOC_TRIM_THRESHOLD_="65536")
    kept, count = done.stdout.split()
    return kept, int(count)


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: only glibc has the setting")
def test_arrays_of_a_worker_are_zeroed_once_instead_of_each_time() -> None:
    given_back, kept = faults("give back"), faults("keep")
    assert given_back == ("False", pytest.approx(PAGES, rel=0.5))
    assert kept[0] == "True"
    assert kept[1] < PAGES / 20


def test_what_is_kept_has_a_bound() -> None:
    assert 1 << 20 <= MAPPED_BYTES <= 32 << 20, "glibc takes no more"
    assert KEPT_BYTES <= 1 << 28


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_are_left_alone(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "platform", system)
    assert keep_freed_memory.__wrapped__() is False


def test_another_library_than_glibc_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module.ctypes, "CDLL", lambda _name: object())
    assert keep_freed_memory.__wrapped__() is False
