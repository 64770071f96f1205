"""Planted faults of prices: impossible ones, spikes, flat stretches, splits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.data.quality.prices import crossed, shortest_odd_run
from tests.data.quality.planted import clean, codes, lines_of, only, report, slow_crossed, slow_flat_runs

PRICES = ["open", "high", "low", "close"]


def test_missing_infinite_and_nonpositive_prices() -> None:
    frame = clean()
    frame.iloc[10, 0] = np.nan
    frame.iloc[20, 1] = np.inf
    frame.iloc[30, 2] = 0.0
    frame.iloc[40, :4] *= -1
    found = report(frame)
    wanted = {"missing_prices": [12], "infinite_prices": [22], "nonpositive_prices": [32, 42]}
    for code, lines in wanted.items():
        assert only(found, code).severity == "error"
        assert lines_of(only(found, code)) == lines
    assert codes(found) == {*wanted, "ohlc_violations"}


def test_highs_and_lows_against_a_slow_search() -> None:
    frame = clean()
    random = np.random.default_rng(3)
    rows = random.choice(len(frame), 40, replace=False)
    for row in rows:
        frame.iloc[row, random.integers(0, 4)] *= random.choice([0.999, 1.001, 1.0])
    wrong = slow_crossed(frame)
    found = only(report(frame), "ohlc_violations")
    assert found.count == len(wrong)
    assert lines_of(found) == [row + 2 for row in wrong[:5]]
    assert len(wrong) > 5


@given(st.lists(st.tuples(*[st.integers(1, 4)] * 4), min_size=1, max_size=30))
def test_crossed_bars_are_those_whose_range_does_not_hold(bars: list[tuple[int, ...]]) -> None:
    frame = pd.DataFrame(bars, columns=PRICES, dtype=np.float64)
    assert np.flatnonzero(crossed(frame.to_numpy())).tolist() == slow_crossed(frame)


def test_holes_are_no_crossed_bars() -> None:
    assert not crossed(np.full((2, 4), np.nan)).any()


@pytest.mark.parametrize("factor", [10.0, 0.1, 1.2, 0.8])
def test_a_close_that_jumps_away_and_back_is_a_spike(factor: float) -> None:
    frame = clean()
    row = 100
    frame.iloc[row, 3] *= factor
    frame.iloc[row, 1] = frame.iloc[row, :4].max()
    frame.iloc[row, 2] = frame.iloc[row, :4].min()
    found = report(frame)
    assert lines_of(only(found, "spikes")) == [row + 2]
    assert codes(found) == {"spikes"}


@pytest.mark.parametrize(("column", "factor"), [(1, 10.0), (1, 1.1), (2, 0.01), (2, 0.9)])
def test_a_high_or_low_far_out_is_a_spike(column: int, factor: float) -> None:
    frame = clean()
    frame.iloc[[50, 300], column] *= factor
    assert lines_of(only(report(frame), "spikes")) == [52, 302]


def test_the_first_and_last_bars_may_be_spikes() -> None:
    frame = clean()
    frame.iloc[0, 2] *= 0.1
    frame.iloc[-1, 1] *= 10.0
    assert lines_of(only(report(frame), "spikes")) == [2, len(frame) + 1]


def test_a_move_that_stays_is_no_spike_and_no_split() -> None:
    frame = clean()
    frame.iloc[400:, :4] *= 1.25
    assert codes(report(frame)) == set()


def test_wild_weeks_excuse_themselves() -> None:
    frame = clean()
    random = np.random.default_rng(5)
    wild = slice(200, 400)
    frame.iloc[wild, :4] *= np.exp(random.normal(0.0, 0.03, (200, 1)))
    frame["high"], frame["low"] = frame[PRICES].max(axis=1), frame[PRICES].min(axis=1)
    assert "spikes" not in codes(report(frame))


@pytest.mark.parametrize(
    ("ratio", "words"), [(2.0, "2 for 1"), (7.0, "7 for 1"), (1.5, "1.5 for 1"), (0.1, "1 for 10"), (0.05, "1 for 20")]
)
def test_splits(ratio: float, words: str) -> None:
    frame = clean("XNYS", "1d", "2022-01-03", "2024-01-03")
    frame.iloc[250:, :4] /= ratio
    found = only(report(frame, "XNYS", "1d"), "suspected_splits")
    assert (found.count, lines_of(found)) == (1, [252])
    assert found.examples[0].detail.startswith(words)


def test_a_split_whose_first_trade_is_still_at_the_old_price() -> None:
    frame = clean("XNYS", "5m", "2024-01-08", "2024-01-20")
    old = frame.iloc[500, 0]
    frame.iloc[500:, :4] /= 4.0
    frame.iloc[500, 0] = frame.iloc[500, 1] = old
    found = only(report(frame, "XNYS", "5m"), "suspected_splits")
    assert lines_of(found) == [502]
    assert found.examples[0].detail.startswith("4 for 1")


@pytest.mark.parametrize("factor", [0.43, 0.6, 1.3, 1.7])
def test_falls_that_are_no_ratio_are_no_splits(factor: float) -> None:
    frame = clean("XNYS", "1d", "2022-01-03", "2024-01-03")
    frame.iloc[250:, :4] *= factor
    assert "suspected_splits" not in codes(report(frame, "XNYS", "1d"))


def test_a_halving_that_is_back_next_day_is_no_split() -> None:
    frame = clean("XNYS", "1d", "2022-01-03", "2024-01-03")
    frame.iloc[250, :4] /= 2.0
    assert codes(report(frame, "XNYS", "1d"), "gaps_expected") == {"spikes"}


def test_flat_runs_against_a_slow_search() -> None:
    frame = clean()
    for start, length in ((100, 12), (300, 30), (500, 3)):
        frame.iloc[start : start + length, :4] = frame.iloc[start - 1, 3]
    found = report(frame)
    still = 12 + 30 + 3
    least = shortest_odd_run(still / len(frame), len(frame))
    wanted = slow_flat_runs(frame, least)
    assert [example.line - 2 for example in only(found, "flat_runs").examples] == [start for start, _ in wanted]
    assert wanted == [(100, 12), (300, 30)]
    assert only(found, "flat_runs").examples[1].detail.startswith("30 bars at")
    assert only(found, "flat_bars").count == still
    assert only(found, "flat_bars").severity == "info"


def test_a_price_that_never_moves() -> None:
    frame = clean()
    frame[PRICES] = 1.25
    found = report(frame)
    assert only(found, "flat_runs").examples[0].detail == f"{len(frame) - 1:,} bars at 1.25"
    assert only(found, "flat_bars").count == len(frame)


def test_coarse_prices_stand_still_by_chance_and_are_no_flat_runs() -> None:
    frame = clean()
    random = np.random.default_rng(11)
    still = random.random(len(frame)) < 0.4
    price = 100.0 + np.cumsum(np.where(still, 0, random.choice([-1.0, 1.0], len(frame))))
    for column in PRICES:
        frame[column] = price
    frame["high"] = price + ~still
    assert codes(report(frame)) == {"flat_bars"}


@pytest.mark.parametrize(
    ("share", "bars", "least"), [(0.0, 1000, 5), (0.01, 1000, 5), (0.5, 1000, 17), (0.43, 21810, 18), (1.0, 240, 60)]
)
def test_the_length_of_an_odd_run(share: float, bars: int, least: int) -> None:
    assert shortest_odd_run(share, bars) == least
    if 5 < least < 60:
        # Runs of that length begin at about one bar in a hundred series.
        assert bars * share**least < 0.011
        assert bars * share ** (least - 1) > 0.009
