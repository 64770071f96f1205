"""The reasons of an alignment report, counted again bar by bar with the wall clocks of the markets."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.alignment import AlignmentReport, align_trading_calendars, alignment_report, as_of, known_at
from ktrdr_app.data.calendars.choose import calendar_named
from tests.data.calendars.clocks import forex_is_open
from tests.data.quality.planted import clean

SEEDS = range(5)
CALENDARS = {"EURUSD": calendar_named("forex"), "BTC": calendar_named("24/7")}


def _holed(seed: int) -> dict[str, pd.DataFrame]:
    """Return two markets of hourly bars with bars missing at random and other first and last days."""
    random = np.random.default_rng(seed)
    ends = {"EURUSD": ("2024-01-08", "2024-02-26"), "BTC": ("2024-01-03", "2024-02-20")}
    frames = {}
    for name, calendar in (("EURUSD", "forex"), ("BTC", "24/7")):
        frame = clean(calendar, "1h", *ends[name])
        frames[name] = frame[random.random(len(frame)) > 0.05]
    return frames


def _number(report: AlignmentReport, symbol: str, words: str) -> int:
    """Return the number before a reason, 0 where the reason is not given."""
    entry = next(entry for entry in report.symbols if entry.symbol == symbol)
    for reason in entry.reasons:
        if words in reason:
            return int(re.sub(r"\D", "", re.search(r"[\d,]+", reason).group()))  # type: ignore[union-attr]
    return 0


def _slow_reasons(own: pd.DataFrame, other: pd.DataFrame, other_closes: bool) -> tuple[int, int, int]:
    """Return how many bars lie outside the other's dates, in its closed hours, and in its holes."""
    stamps = set(other.index.asi8.tolist())
    outside = closed = missing = 0
    for at in own.index.asi8.tolist():
        if at in stamps:
            continue
        if at < min(stamps) or at > max(stamps):
            outside += 1
        elif other_closes and not forex_is_open(at):
            closed += 1
        else:
            missing += 1
    return outside, closed, missing


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mode", ["intersection", "union"])
def test_reasons_are_counted_right(seed: int, mode: str) -> None:
    bars = _holed(seed)
    found = alignment_report(bars, "1h", mode, CALENDARS)
    for symbol, other in (("EURUSD", "BTC"), ("BTC", "EURUSD")):
        # An intersection loses the symbol's own bars; a union lacks the symbol's bars where the other has some.
        losing, lacking = (symbol, other) if mode == "intersection" else (other, symbol)
        outside, closed, missing = _slow_reasons(bars[losing], bars[lacking], lacking == "EURUSD")
        assert _number(found, symbol, "before the first or after the last") == outside
        assert _number(found, symbol, "is closed") == closed
        assert _number(found, symbol, "though its market is open") == missing
        entry = next(entry for entry in found.symbols if entry.symbol == symbol)
        assert outside + closed + missing == (entry.lost if mode == "intersection" else entry.carried)


@pytest.mark.parametrize("seed", SEEDS)
def test_reasons_of_three_symbols_name_each_of_the_others(seed: int) -> None:
    bars = _holed(seed)
    random = np.random.default_rng(100 + seed)
    whole = clean("24/7", "1h", "2024-01-03", "2024-02-20")
    bars["ETH"] = whole[random.random(len(whole)) > 0.2]
    found = alignment_report(bars, "1h", "intersection", {**CALENDARS, "ETH": calendar_named("24/7")})
    text = " ".join(found.symbols[0].reasons)
    assert "the data of BTC" in text
    assert "the data of ETH" in text
    common = set(bars["EURUSD"].index) & set(bars["BTC"].index) & set(bars["ETH"].index)
    assert found.rows == len(common)
    assert found.first == min(common).isoformat()
    assert found.last == max(common).isoformat()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("timeframe", ["15m", "1h", "4h", "1d"])
def test_no_row_of_a_union_knows_what_was_not_over(seed: int, timeframe: str) -> None:
    random = np.random.default_rng(seed)
    length = NANOSECONDS[timeframe]
    frames = {}
    for name, calendar in (("ACME", "XNYS"), ("EURUSD", "forex")):
        frame = clean(calendar, timeframe, "2024-01-08", "2024-02-05")
        frame = frame[random.random(len(frame)) > 0.1]
        frames[name] = frame.assign(over=frame.index.asi8.astype(np.float64) + length)
    axis = align_trading_calendars(frames, timeframe, "union")
    for frame in frames.values():
        found = as_of(frame, axis, timeframe)
        ends = axis.asi8 + length
        known = found.values["over"].to_numpy()
        assert (known[~np.isnan(known)] <= ends[~np.isnan(known)]).all()
        for row in random.choice(len(axis), 40).tolist():
            over = [end for end in frame["over"].tolist() if end <= ends[row]]
            assert (known[row] == over[-1]) if over else np.isnan(known[row])
        own = np.isin(axis.asi8.tolist(), frame.index.asi8.tolist())
        assert (found.fresh == own).all()
        assert (found.values["close"].notna().to_numpy() == own).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_own_moments_are_those_at_which_some_bar_is_over(seed: int) -> None:
    bars = _holed(seed)
    axis = align_trading_calendars(bars, "1h", "own", CALENDARS)
    over = {stamp + NANOSECONDS["1h"] for frame in bars.values() for stamp in frame.index.asi8.tolist()}
    assert axis.asi8.tolist() == sorted(over)
    for name, frame in bars.items():
        assert set(known_at(frame.index, "1h", CALENDARS[name]).tolist()) <= over


def test_daily_shares_are_known_before_the_day_is_over_in_utc() -> None:
    shares = clean("XNYS", "1d", "2024-06-24", "2024-07-15")
    closes = pd.DatetimeIndex(known_at(shares.index, "1d", calendar_named("XNYS")), tz="UTC")
    early = pd.Timestamp("2024-07-03 17:00", tz="UTC")
    assert early in closes
    for opened, close in zip(shares.index, closes, strict=True):
        local = close.tz_convert("America/New_York")
        assert local.date() == opened.date()
        assert local.hour == (13 if close == early else 16)
