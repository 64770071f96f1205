"""Universality against its definition, and that it tells raw MACD from MACD in ATR on real symbols."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data import CSVDataSource
from ktrdr_app.fuzzy import membership
from ktrdr_app.fuzzy.universality import NO_SET, universality
from ktrdr_app.indicators import compute
from tests.shared_data import shared_path

SETS = ["low", "middle", "high"]


def slow(memberships: dict[str, list[list[float]]]) -> float:
    """Return the figure by plain loops over the definition."""
    shares = []
    for rows in memberships.values():
        sums = [0.0] * 4
        for row in rows:
            total = sum(row)
            for place, grade in enumerate(row):
                sums[place] += grade / total if total > 1 else grade
            sums[3] += max(1 - total, 0)
        shares.append([value / len(rows) for value in sums])
    distances = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2 for one, other in itertools.combinations(shares, 2)
    ]
    return 1 - sum(distances) / len(distances)


grades = arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.floats(0, 1, width=32))


@given(one=grades, two=grades, three=grades)
def test_it_is_its_definition(one: np.ndarray, two: np.ndarray, three: np.ndarray) -> None:
    given_rows = {"A": one, "B": two, "C": three}
    found = universality(SETS, given_rows)
    expected = slow({name: rows.astype(float).tolist() for name, rows in given_rows.items()})
    assert math.isclose(found.figure, expected, abs_tol=1e-9)
    assert -1e-9 <= found.figure <= 1 + 1e-9
    for shares in found.shares.values():
        assert math.isclose(sum(shares.values()), 1, abs_tol=1e-6)


def test_bars_without_a_value_are_left_out_and_the_farthest_pair_is_named() -> None:
    low, high = [[1.0, 0, 0]], [[0, 0, 1.0]]
    found = universality(
        SETS, {"A": np.array([*low, [np.nan] * 3]), "B": np.array([*low, *low, *low, *high]), "C": np.array(high)}
    )
    assert found.shares["A"] == {"low": 1.0, "middle": 0.0, "high": 0.0, NO_SET: 0.0}
    assert found.farthest == ("A", "C")
    assert found.set_spread == {"low": 1.0, "middle": 0.0, "high": 1.0}
    assert math.isclose(found.figure, 1 - (0.25 + 1 + 0.75) / 3)


@pytest.mark.parametrize("rows", [{"A": np.ones((2, 3))}, {"A": np.ones((2, 3)), "B": np.full((2, 3), np.nan)}])
def test_what_cannot_be_compared_is_refused(rows: dict[str, np.ndarray]) -> None:
    with pytest.raises(InvalidValue):
        universality(SETS, rows)


@pytest.mark.shared
def test_real_symbols_share_macd_in_atr_but_not_raw_macd() -> None:
    source = CSVDataSource(shared_path("data/dev"))
    figures = {}
    for form, unit in (("raw", 0.05), ("atr", 1.0)):
        rows = {}
        for symbol in ("EURUSD", "USDJPY", "IBM", "BTCUSDT", "DOGEUSDT"):
            bars = source.load(symbol, "1h")
            macd = compute("macd", bars)["macd"].to_numpy()
            values = macd if form == "raw" else macd / compute("atr", bars)["atr"].to_numpy()
            rows[symbol] = np.stack(
                [
                    membership("triangular", [-2 * unit, -unit, 0], values, "left"),
                    membership("triangular", [-unit / 2, 0, unit / 2], values),
                    membership("triangular", [0, unit, 2 * unit], values, "right"),
                ],
                axis=1,
            )
        figures[form] = universality(SETS, rows).figure
    assert figures["raw"] < 0.6
    assert figures["atr"] > 0.85
