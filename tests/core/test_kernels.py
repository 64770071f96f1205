"""The kernel decorator: the same numbers as Python, a cache that is found again, one list to warm up."""

from __future__ import annotations

import ast
import math
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core import kernels
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.kernels import ieee_kernel, kernel, warm_up, warms_up
from tests.core.children import printed

REPO = Path(__file__).resolve().parents[2]


def _compensated(values: np.ndarray) -> float:
    """Add by Kahan's method, which fast-math would undo."""
    total = 0.0
    lost = 0.0
    for value in values:
        wanted = value - lost
        raised = total + wanted
        lost = (raised - total) - wanted
        total = raised
    return total


compensated = kernel(_compensated)


@given(values=st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=50))
def test_a_kernel_gives_the_numbers_of_plain_python_to_the_last_bit(values: list[float]) -> None:
    array = np.array(values)
    assert compensated(array) == _compensated(array)


def test_kernels_do_not_reorder_sums() -> None:
    array = np.array([1e16, 1.0, 1.0, -1e16])
    assert compensated(array) == 2.0
    assert float(np.add.reduce([1e16, 1.0, 1.0, -1e16])) != 2.0


def test_nan_and_infinity_are_ordinary_values() -> None:
    assert np.isnan(compensated(np.array([1.0, np.nan])))
    assert np.isnan(compensated(np.array([np.inf, -np.inf])))


def test_kernels_release_the_lock_of_python() -> None:
    assert compensated.targetoptions["nogil"] is True  # type: ignore[attr-defined]
    assert not compensated.targetoptions.get("fastmath", False)  # type: ignore[attr-defined]


@pytest.fixture
def own_list(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Return an empty list in place of the rooms that were imported before."""
    empty: list[Callable[[], object]] = []
    monkeypatch.setattr(kernels, "_warm_ups", empty)
    return empty


def test_warming_up_calls_every_room_once(own_list: list[Callable[[], object]]) -> None:
    called: list[str] = []
    first = warms_up(lambda: called.append("first"))
    warms_up(lambda: called.append("second"))
    assert called == []
    assert warm_up() == 2
    assert called == ["first", "second"]
    first()
    assert called[-1] == "first"


def test_nothing_to_warm_up_is_fine(own_list: list[Callable[[], object]]) -> None:
    assert warm_up() == 0


def test_warming_up_stops_before_the_next_room(own_list: list[Callable[[], object]]) -> None:
    token, called = CancelToken("the training"), []
    warms_up(lambda: (called.append("first"), token.cancel()))
    warms_up(lambda: called.append("second"))
    with pytest.raises(Cancelled, match="the training"):
        warm_up(token)
    assert called == ["first"]


def _fresh(add: float) -> Callable[[float], float]:
    """Return a function that nobody has compiled yet."""

    def shifted(x: float) -> float:
        return x + add

    return numba.njit(shifted)  # type: ignore[no-any-return]


def test_warming_up_stops_before_the_next_kernel_too(own_list: list[Callable[[], object]]) -> None:
    token, reached = CancelToken("the training"), []
    second = _fresh(2.0)

    def room() -> None:
        reached.append(_fresh(1.0)(1.0))
        token.cancel()
        reached.append(second(1.0))

    warms_up(room)
    with pytest.raises(Cancelled, match="the training"):
        warm_up(token)
    assert reached == [2.0]
    assert second(1.0) == 3.0, "it is compiled when it is called again"


def test_what_has_to_be_compiled_is_told_once(own_list: list[Callable[[], object]]) -> None:
    said: list[str] = []
    warms_up(lambda: (_fresh(1.0)(1.0), _fresh(2.0)(1.0)))
    warm_up(None, said.append)
    assert len(said) == 1
    assert "compiled" in said[0]


def test_nothing_is_told_where_nothing_has_to_be_compiled(own_list: list[Callable[[], object]]) -> None:
    said: list[str] = []
    ready = _fresh(1.0)
    ready(1.0)
    warms_up(lambda: ready(5.0))
    warm_up(None, said.append)
    assert said == []


def test_what_another_thread_compiles_meanwhile_is_not_stopped(own_list: list[Callable[[], object]]) -> None:
    token, found = CancelToken(), []
    token.cancel()
    in_room, compiled = threading.Event(), threading.Event()

    def beside() -> None:
        in_room.wait(20)
        found.append(_fresh(3.0)(1.0))
        compiled.set()

    def room() -> None:
        in_room.set()
        compiled.wait(60)

    thread = threading.Thread(target=beside)
    thread.start()
    with kernels.event.install_listener("numba:compile", kernels._Overseer(token, None)):
        room()
    thread.join(60)
    assert found == [4.0]


MODULE = """
from ktrdr_app.core.kernels import kernel

def _double(x):
    return 2.0 * x

double = kernel(_double)
"""
USE = """
import sys
sys.path.insert(0, sys.argv[1])
import lesson
print(lesson.double(21.0), sum(lesson.double.stats.cache_hits.values()))
"""


def test_compiled_code_is_found_again_by_the_next_process(tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text(MODULE)
    variables = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "LOCALAPPDATA": str(tmp_path / "cache")}
    assert printed(USE, tmp_path, NUMBA_CACHE_DIR=None, **variables) == "42.0 0"
    assert printed(USE, tmp_path, NUMBA_CACHE_DIR=None, **variables) == "42.0 1"
    if os.name == "posix" and os.uname().sysname == "Linux":
        assert list((tmp_path / "cache" / "ktrdr-app" / "numba").rglob("*.nbi"))


def test_a_cache_folder_in_the_environment_is_respected(tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text(MODULE)
    assert printed(USE, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "own")) == "42.0 0"
    assert list((tmp_path / "own").rglob("*.nbi"))


def test_kernels_run_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text(MODULE)
    (tmp_path / "__pycache__").write_text("a file, so that no folder can be made here")
    blocked = str(tmp_path / "lesson.py")
    variables = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE", "NUMBA_CACHE_DIR"), blocked)
    code = USE.replace(", sum(lesson.double.stats.cache_hits.values())", "")
    assert printed(code, tmp_path, PYTHONDONTWRITEBYTECODE="1", **variables) == "42.0"


def test_numba_is_imported_in_one_place_only() -> None:
    found = set()
    for path in (REPO / "ktrdr_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "numba" for name in names):
                found.add(path.relative_to(REPO).as_posix())
    assert found == {"ktrdr_app/core/kernels.py"}


class TestDivisionByZero:
    def test_a_kernel_raises(self) -> None:
        @kernel
        def quotient(above: float, below: float) -> float:
            return above / below

        assert quotient(1.0, 4.0) == 0.25
        with pytest.raises(ZeroDivisionError):
            quotient(1.0, 0.0)

    @pytest.mark.parametrize(("above", "expected"), [(1.0, math.inf), (-1.0, -math.inf), (0.0, math.nan)])
    def test_an_ieee_kernel_follows_the_standard(self, above: float, expected: float) -> None:
        @ieee_kernel
        def quotient(above: float, below: float) -> float:
            return above / below

        found = quotient(above, 0.0)
        assert math.isnan(found) if math.isnan(expected) else found == expected

    def test_an_ieee_kernel_works_through_whole_arrays(self) -> None:
        @ieee_kernel
        def inverses(values: np.ndarray, out: np.ndarray) -> None:
            for place in range(len(values)):
                out[place] = 1 / values[place]

        values = np.array([2.0, 0.0, -4.0])
        out = np.empty(3)
        inverses(values, out)
        with np.errstate(divide="ignore"):
            np.testing.assert_array_equal(out, 1 / values)
