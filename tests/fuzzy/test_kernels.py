"""The compiled loop: chunks, layouts, neighbours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ktrdr_app.core import kernels as core_kernels
from ktrdr_app.fuzzy.kernels import _CHUNK, _into_columns, evaluate_sets, into_rows, readable, table_row
from tests.fuzzy.shapes import EXAMPLES, by_scikit_fuzzy

TABLE = np.array([table_row(kind, parameters, shoulder) for kind, parameters, shoulder in EXAMPLES])


def _values(rows: int) -> np.ndarray:
    values = np.random.default_rng(1).normal(2, 20, rows)
    values[::37] = math.nan
    values[1::97] = math.inf
    return values


@pytest.mark.parametrize("rows", [0, 1, 255, 1000, _CHUNK, _CHUNK + 1])
def test_every_row_is_written_at_any_length(rows: int) -> None:
    values = _values(rows)
    out = np.full((rows, len(EXAMPLES)), -7.0, np.float32)
    evaluate_sets(values, TABLE, out, 0)
    for column, (kind, parameters, shoulder) in enumerate(EXAMPLES):
        expected = by_scikit_fuzzy(kind, parameters, values, shoulder)
        np.testing.assert_allclose(out[:, column], expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("layout", ["rows", "columns", "part", "reversed"])
def test_layouts_agree_bit_for_bit(layout: str) -> None:
    values = _values(700)
    sets = len(EXAMPLES)
    outs = {
        "rows": np.zeros((700, sets), np.float32),
        "columns": np.zeros((sets, 700), np.float32).T,
        "part": np.zeros((700, sets + 5), np.float32)[:, 2:-3],
        "reversed": np.zeros((700, sets), np.float32)[::-1],
    }
    plain = np.zeros((700, sets), np.float32)
    evaluate_sets(values, TABLE, plain, 0)
    evaluate_sets(values, TABLE, outs[layout], 0)
    np.testing.assert_array_equal(outs[layout], plain)


def test_only_its_own_columns_are_written() -> None:
    out = np.full((300, 8), -1.0, np.float32)
    evaluate_sets(_values(300), TABLE[:3], out, 2)
    assert (out[:, [0, 1, 5, 6, 7]] == -1).all()
    assert (out[:, 2:5] != -1).all()


def test_single_precision_is_the_double_rounded_once_but_for_the_bell_that_is_computed_in_it() -> None:
    values = _values(1000)
    single = np.empty((1000, len(EXAMPLES)), np.float32)
    double = np.empty((1000, len(EXAMPLES)))
    evaluate_sets(values, TABLE, single, 0)
    evaluate_sets(values, TABLE, double, 0)
    bell = np.array([kind == "gaussian" for kind, _, _ in EXAMPLES])
    np.testing.assert_array_equal(single[:, ~bell], double.astype(np.float32)[:, ~bell])
    np.testing.assert_allclose(single[:, bell], double[:, bell], rtol=0, atol=1.2e-7)


@pytest.mark.parametrize("shoulder", ["none", "left", "right"])
@pytest.mark.parametrize(("kind", "numbers"), [("triangular", [0.1, 0.3, 0.7]), ("trapezoidal", [-3.3, 0.1, 0.7, 1e9])])
def test_single_precision_has_the_doubles_own_numbers_around_every_corner(
    kind: str, numbers: list[float], shoulder: str
) -> None:
    steps = np.concatenate([-np.logspace(-300, 2, 303), [0.0], np.logspace(-300, 2, 303)])
    beside = [np.nextafter(corner, end) for corner in numbers for end in (-math.inf, math.inf)]
    values = np.concatenate([np.add.outer(numbers, steps).ravel(), beside, [math.inf, -math.inf, math.nan, 1e308]])
    single, double = np.empty((len(values), 1), np.float32), np.empty((len(values), 1))
    table = np.array([table_row(kind, numbers, shoulder)])
    evaluate_sets(values, table, single, 0)
    evaluate_sets(values, table, double, 0)
    np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("shoulder", ["none", "left", "right"])
def test_single_precision_bell_is_within_its_bound_at_any_scale(shoulder: str) -> None:
    random = np.random.default_rng(2)
    for centre, width in zip(random.normal(0, 1e6, 20), np.exp(random.uniform(-15, 15, 20)), strict=True):
        values = np.append(centre + width * random.normal(0, 4, 2000), [centre, math.inf, -math.inf, math.nan])
        out = np.empty((len(values), 1), np.float32)
        evaluate_sets(values, np.array([table_row("gaussian", [centre, width], shoulder)]), out, 0)
        expected = np.exp(-0.5 * ((values - centre) / width) ** 2)
        expected[{"none": values == centre, "left": values <= centre, "right": values >= centre}[shoulder]] = 1.0
        np.testing.assert_allclose(out[:, 0], expected, rtol=0, atol=1.2e-7)
        assert out[2000, 0] == 1.0


@pytest.mark.parametrize("columns", [1, 3, 36])
def test_rows_hold_what_the_columns_hold(columns: int) -> None:
    ready = np.random.default_rng(3).random((columns, 77), np.float32)
    out = np.zeros((77, columns + 2), np.float32)
    into_rows(ready, out[:, 1:-1])
    np.testing.assert_array_equal(out[:, 1:-1], ready.T)
    assert (out[:, [0, -1]] == 0.0).all()


def test_single_precision_bell_keeps_its_digits_and_its_ends() -> None:
    x = np.concatenate([np.linspace(0, 13, 20_001), [0.0, 1e10, 1e300, math.inf, -math.inf, math.nan]])
    out = np.empty((len(x), 1), np.float32)
    evaluate_sets(x, np.array([table_row("gaussian", [0.0, 1.0], "none")]), out, 0)
    assert out[-6:, 0].tolist()[:5] == [1, 0, 0, 0, 0]
    assert math.isnan(out[-1, 0])
    np.testing.assert_allclose(out[:20_001, 0], np.exp(-(x[:20_001] ** 2) / 2), rtol=1e-5)
    np.testing.assert_allclose(out[:20_001, 0], np.exp(-(x[:20_001] ** 2) / 2), rtol=0, atol=1.2e-7)


def test_gaussian_ends_at_0_without_a_warning() -> None:
    out = np.empty((4, 1))
    table = np.array([table_row("gaussian", [0.0, 1.0], "none")])
    evaluate_sets(np.array([38.0, 1e10, 1e300, -math.inf]), table, out, 0)
    assert out[:, 0].tolist() == [0, 0, 0, 0]


def test_warming_up_reaches_these_kernels() -> None:
    assert any(function.__module__ == "ktrdr_app.fuzzy.kernels" for function in core_kernels._warm_ups)
    assert core_kernels.warm_up() >= 1
    assert len(_into_columns.signatures) >= 2  # type: ignore[attr-defined]


def test_values_of_any_kind_are_made_readable_and_compile_nothing_anew() -> None:
    own = _values(50)
    frozen = own.copy()
    frozen.flags.writeable = False
    out = np.empty((50, len(EXAMPLES)))
    evaluate_sets(readable(own), TABLE, out, 0)
    compiled = list(_into_columns.signatures)  # type: ignore[attr-defined]
    for values in (frozen, np.repeat(own, 2)[::2], own.astype(np.float32), [0] * 50):
        evaluate_sets(readable(values), TABLE, out, 0)
    assert list(_into_columns.signatures) == compiled  # type: ignore[attr-defined]
    assert readable(own) is own
    assert not frozen.flags.writeable
