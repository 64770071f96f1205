"""Triple-barrier labels against two trades followed bar by bar, and what a bar means that touches everything."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.barriers import triple_barrier
from tests.conftest import make_bars
from tests.reference import labels as slow
from tests.shared_data import shared_path

BUY, HOLD, SELL = 0, 1, 2


def prices_of(rows: list[tuple[float, float, float, float]]) -> PriceArrays:
    """Return bars given as open, high, low, close."""
    columns = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    return PriceArrays(*columns, np.ones(len(rows)))


@st.composite
def series(draw: st.DrawFn) -> list[tuple[float, float, float, float]]:
    """Return bars of whole prices, so that touches lie exactly on their barriers, gaps between them included."""
    rows = []
    for _ in range(draw(st.integers(2, 30))):
        opened, closed = draw(st.integers(90, 110)), draw(st.integers(90, 110))
        high = max(opened, closed) + draw(st.integers(0, 6))
        low = min(opened, closed) - draw(st.integers(0, 6))
        rows.append((float(opened), float(high), float(low), float(closed)))
    return rows


SETTINGS = st.tuples(
    st.integers(1, 10).map(lambda percent: percent / 100),
    st.integers(1, 8),
    st.sampled_from([(1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (0.5, 1.5)]),
    st.sampled_from(["pessimistic", "hold"]),
)
Settings = tuple[float, int, tuple[float, float], str]


def decided(rows: list[tuple[float, float, float, float]], settings: Settings) -> list[tuple[int, int, float]]:
    threshold, lookahead, (profit, loss), both = settings
    found = triple_barrier(prices_of(rows), threshold, lookahead, take_profit=profit, stop_loss=loss, both_touched=both)
    parts = (found.label.tolist(), found.end_row.tolist(), found.realised.tolist())
    return list(zip(*parts, strict=True))


@given(rows=series(), settings=SETTINGS)
def test_labels_are_those_of_two_trades_followed_bar_by_bar(
    rows: list[tuple[float, float, float, float]], settings: Settings
) -> None:
    threshold, lookahead, multiples, both = settings
    wanted = slow.triple_barrier(rows, [threshold] * len(rows), lookahead, multiples, both)
    found = decided(rows, settings)
    assert [entry[:2] for entry in found] == [entry[:2] for entry in wanted]
    assert [entry[2] for entry in found] == pytest.approx([entry[2] for entry in wanted], nan_ok=True, abs=1e-12)


@pytest.mark.parametrize("both", ["pessimistic", "hold"])
@pytest.mark.parametrize("multiples", [(1.0, 1.0), (2.0, 1.0), (1.0, 3.0)])
@pytest.mark.parametrize("file", ["EURUSD_1h.csv", "BTCUSDT_1h.csv", "AAPL_1d.csv"])
def test_real_series_too(file: str, multiples: tuple[float, float], both: str) -> None:
    bars = pd.read_csv(shared_path(f"data/dev/{file}")).tail(400)
    columns = bars.rename(columns=str.lower)[["open", "high", "low", "close"]].astype(float)
    rows = [tuple(row) for row in columns.to_numpy().tolist()]
    threshold = float(columns["close"].pct_change().std())
    wanted = slow.triple_barrier(rows, [threshold] * 400, 15, multiples, both)
    found = decided(rows, (threshold, 15, multiples, both))
    assert [entry[:2] for entry in found] == [entry[:2] for entry in wanted]
    assert len({label for label, _, _ in found}) == 4


FLAT = (100.0, 100.0, 100.0, 100.0)


@pytest.mark.parametrize(
    ("later", "multiples", "both", "label", "end", "realised"),
    [
        ([FLAT, (100, 110, 100, 101), FLAT], (1, 1), "pessimistic", BUY, 2, 0.1),
        ([(100, 110, 100, 101), FLAT, FLAT], (1, 1), "pessimistic", BUY, 1, 0.1),
        ([FLAT, (100, 100, 90, 99), FLAT], (1, 1), "pessimistic", SELL, 2, -0.1),
        ([FLAT, FLAT, (100, 104, 98, 103)], (1, 1), "pessimistic", HOLD, 3, 0.03),
        # Both barriers in one bar: each trade might have been stopped first.
        ([FLAT, (100, 112, 88, 104), FLAT], (1, 1), "pessimistic", HOLD, 2, 0.04),
        ([FLAT, (100, 112, 88, 104), FLAT], (1, 1), "hold", HOLD, 2, 0.04),
        # The open has gone past a barrier: it came first, and nobody got the barrier's price.
        ([FLAT, (113, 115, 85, 100), FLAT], (1, 1), "pessimistic", BUY, 2, 0.13),
        ([FLAT, (87, 115, 85, 100), FLAT], (1, 1), "hold", SELL, 2, -0.13),
        # A wide target: the short trade is stopped first, then the long one gets there.
        ([(100, 111, 100, 110), (110, 121, 109, 120), FLAT], (2, 1), "pessimistic", BUY, 2, 0.2),
        # A wide target: both are stopped, one after the other.
        ([(100, 111, 100, 100), (100, 100, 89, 95), FLAT], (2, 1), "pessimistic", HOLD, 2, -0.05),
        # A wide stop: the long one may have been stopped, the short one certainly won, so it is a SELL or undecided.
        ([FLAT, (100, 111, 79, 90), FLAT], (1, 2), "pessimistic", SELL, 2, -0.1),
        ([FLAT, (100, 111, 79, 90), FLAT], (1, 2), "hold", HOLD, 2, -0.1),
        # A wide stop: both get there in one bar, so neither side was the better one.
        ([FLAT, (100, 111, 89, 103), FLAT], (1, 2), "pessimistic", HOLD, 2, 0.03),
        # A wide stop: both would get there, the first one counts.
        ([(100, 111, 100, 105), (105, 106, 89, 95), FLAT], (1, 2), "pessimistic", BUY, 1, 0.1),
    ],
)
def test_what_is_written_about_one_bar(
    later: list, multiples: tuple[float, float], both: str, label: int, end: int, realised: float
) -> None:
    found = decided([FLAT, *later], (0.1, 3, multiples, both))[0]
    assert found[:2] == (label, end)
    assert found[2] == pytest.approx(realised)


@given(rows=series(), settings=SETTINGS, row=st.integers(0, 29))
def test_a_mirrored_market_has_the_mirrored_label(
    rows: list[tuple[float, float, float, float]], settings: Settings, row: int
) -> None:
    if row + settings[1] >= len(rows):
        return
    entry = rows[row + 1][0]
    # Moves of a power of two per unit keep every quotient exact.
    scaled = [tuple(128.0 + (price - entry) for price in bar) for bar in rows]
    mirrored = [(256.0 - o, 256.0 - low, 256.0 - high, 256.0 - c) for o, high, low, c in scaled]
    exact = (round(settings[0] * 100) / 128.0, *settings[1:])
    one, other = decided(scaled, exact)[row], decided(mirrored, exact)[row]
    assert other[0] == 2 - one[0]
    assert other[1] == one[1]
    assert other[2] == -one[2]


@given(rows=series(), settings=SETTINGS, power=st.integers(-20, 20))
def test_the_price_level_is_not_seen(
    rows: list[tuple[float, float, float, float]], settings: Settings, power: int
) -> None:
    other = decided([tuple(price * 2.0**power for price in bar) for bar in rows], settings)
    assert str(other) == str(decided(rows, settings))


@given(rows=series(), settings=SETTINGS, cut=st.integers(0, 29), factor=st.floats(0.5, 2.0))
def test_bars_after_the_deciding_one_do_not_matter(
    rows: list[tuple[float, float, float, float]], settings: Settings, cut: int, factor: float
) -> None:
    changed = [tuple(price * factor for price in bar) if row > cut else bar for row, bar in enumerate(rows)]
    before, after = decided(rows, settings), decided(changed, settings)
    for one, other in zip(before, after, strict=True):
        if one[0] >= 0 and one[1] <= cut:
            assert other == one


@given(rows=series(), settings=SETTINGS, cut=st.integers(1, 30))
def test_a_longer_series_keeps_the_labels_of_its_beginning(
    rows: list[tuple[float, float, float, float]], settings: Settings, cut: int
) -> None:
    beginning, whole = decided(rows[:cut], settings), decided(rows, settings)
    for one, other in zip(beginning, whole, strict=False):
        if one[0] >= 0:
            assert other == one


def test_an_incomplete_horizon_has_no_label_even_after_an_early_touch() -> None:
    rows = [FLAT, FLAT, (100.0, 150.0, 100.0, 150.0), FLAT]
    assert [label for label, _, _ in decided(rows, (0.1, 2, (1.0, 1.0), "hold"))] == [0, 0, -1, -1]
    assert [label for label, _, _ in decided(rows, (0.1, 9, (1.0, 1.0), "hold"))] == [-1] * 4


def test_thresholds_may_differ_and_be_missing() -> None:
    bars = make_bars(60, seed=3)
    threshold = np.linspace(0.001, 0.05, 60)
    threshold[:5] = np.nan
    rows = [tuple(row) for row in bars[["open", "high", "low", "close"]].to_numpy().tolist()]
    found = triple_barrier(bars, threshold, 10)
    wanted = slow.triple_barrier(rows, threshold.tolist(), 10, (1.0, 1.0), "pessimistic")
    assert found.label.tolist() == [label for label, _, _ in wanted]
    assert (found.label[:5] == -1).all()
    assert np.isnan(found.realised[:5]).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("take_profit", 0.0),
        ("take_profit", math.inf),
        ("stop_loss", -1.0),
        ("stop_loss", math.nan),
        ("both_touched", "optimistic"),
        ("lookahead", 0),
    ],
)
def test_what_makes_no_sense_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidValue, match=field):
        triple_barrier(make_bars(9), 0.1, **{"lookahead": 3, field: value})
