"""Clean series with known faults planted in them, and slow ways of finding faults."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.findings import Finding
from ktrdr_app.data.quality.inspect import QualityReport, inspect_series
from ktrdr_app.data.quality.raw import RawSeries
from ktrdr_app.data.symbols import SymbolBook

SYMBOL = {"XNYS": "ACME", "forex": "EURUSD", "24/7": "BTCUSDT"}


def clean(
    calendar: str = "24/7", timeframe: str = "1h", start: str = "2024-01-08", end: str = "2024-03-04", seed: int = 0
) -> pd.DataFrame:
    """Return a random walk with every bar that the calendar expects, and no fault."""
    first, last = (pd.Timestamp(day).value for day in (start, end))
    opens = calendar_named(calendar).expected_opens(first, last, timeframe)
    random = np.random.default_rng(seed)
    close = np.round(100.0 * np.exp(np.cumsum(random.normal(0.0, 0.002, opens.size))), 4)
    opened = np.concatenate([[100.0], close[:-1]])
    reach = np.round(np.abs(random.normal(0.0, 0.1, (2, opens.size))) + 0.01, 4)
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) + reach[0],
            "low": np.minimum(opened, close) - reach[1],
            "close": close,
            "volume": random.integers(500, 1500, opens.size).astype(np.float64),
        },
        index=pd.DatetimeIndex(opens, tz="UTC", name="timestamp"),
    )


def report(frame: pd.DataFrame, calendar: str = "24/7", timeframe: str = "1h") -> QualityReport:
    """Return the report on a frame held against a calendar."""
    symbol = SYMBOL[calendar]
    book = SymbolBook({symbol: {"calendar": calendar}})
    return inspect_series(RawSeries.of(frame), symbol, timeframe, book)


def context(frame: pd.DataFrame, calendar: str = "24/7", timeframe: str = "1h") -> Context:
    """Return what the checks of a frame look at."""
    return Context(RawSeries.of(frame), timeframe, calendar_named(calendar))


def codes(found: QualityReport, *without: str) -> set[str]:
    """Return the codes of all findings but some."""
    return {entry.code for entry in found.findings} - set(without)


def only(found: QualityReport, code: str) -> Finding:
    """Return the one finding of a code."""
    named = [entry for entry in found.findings if entry.code == code]
    assert len(named) == 1, f"{code} among {[entry.code for entry in found.findings]}"
    return named[0]


def lines_of(found: Finding) -> list[int]:
    """Return the lines of a finding's examples."""
    return [example.line for example in found.examples]


def write(path: Path, frame: pd.DataFrame) -> Path:
    """Write a frame as a series file."""
    stamps = pd.DatetimeIndex(frame.index).strftime("%Y-%m-%dT%H:%M:%SZ")
    frame.assign(timestamp=stamps)[["timestamp", *frame.columns]].to_csv(path, index=False, lineterminator="\n")
    return path


def slow_gaps(frame: pd.DataFrame, calendar: str, timeframe: str) -> tuple[int, int, int]:
    """Return expected gaps, unexpected gaps and missing bars, walking from bar to bar and slot to slot."""
    length = NANOSECONDS[timeframe]
    market = calendar_named(calendar)
    stamps = [stamp.value for stamp in frame.index]
    expected = unexpected = missing = 0
    for here, there in itertools.pairwise(stamps):
        if there - here <= length:
            continue
        absent = sum(
            bool(market.is_open(np.array([slot], dtype=np.int64))[0])
            for slot in range(here + length, there, length)
        )  # fmt: skip
        missing += absent
        unexpected += absent > 0
        expected += absent == 0
    return expected, unexpected, missing


def slow_crossed(frame: pd.DataFrame) -> list[int]:
    """Return the rows whose high or low does not enclose open and close, row by row."""
    rows = []
    for row, bar in enumerate(frame.itertuples(index=False)):
        fine = bar.low <= bar.open <= bar.high and bar.low <= bar.close <= bar.high
        if not fine:
            rows.append(row)
    return rows


def slow_flat_runs(frame: pd.DataFrame, least: int) -> list[tuple[int, int]]:
    """Return first row and length of each run of bars that repeat one price, counted one by one."""
    runs, start, length, before = [], 0, 0, None
    for row, bar in enumerate(frame.itertuples(index=False)):
        if bar.high == bar.low and bar.close == before:
            start, length = (row, 1) if not length else (start, length + 1)
        else:
            runs += [(start, length)] if length >= least else []
            length = 0
        before = bar.close
    return runs + ([(start, length)] if length >= least else [])
