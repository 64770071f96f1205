"""Parquet files of every shape: stamps and numbers come out as they are stored."""

from __future__ import annotations

import datetime as dt
import decimal
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import EmptyData, MalformedBars
from tests.data.importing.variants import BARS, NAMES, Case, Style, asked, attempt, check_accepted, forex

FRAME = BARS.reset_index()
ROW = np.arange(len(BARS))
SECONDS = BARS.index.asi8 // 1_000_000_000
SINGLE = BARS.astype(dict.fromkeys(NAMES, "float32"))
DAYS = forex(rows=2000).loc[lambda bars: bars.index.hour == 0].iloc[:60]


def packed(frame: pd.DataFrame, **how: object) -> bytes:
    """Return a frame as a Parquet file."""
    stream = io.BytesIO()
    frame.to_parquet(stream, **how)
    return stream.getvalue()


def case(frame: pd.DataFrame, bars: pd.DataFrame = BARS, told: dict[str, int] | None = None, **options: object) -> Case:
    """Return the case of a frame."""
    timeframe = "1d" if bars is DAYS else "1h"
    return Case(packed(frame), told or {}, bars, {"timeframe": timeframe, **options}, timeframe, "X.parquet")


ACCEPTED: dict[str, Case] = {
    "an index in UTC": case(BARS),
    "an index without a name": case(BARS.rename_axis(None)),
    "an index in New York": case(BARS.tz_convert("America/New_York")),
    "two indexes": case(FRAME.assign(symbol="A").set_index(["symbol", "timestamp"])),
    "a column": case(FRAME),
    "a column of microseconds": case(FRAME.assign(timestamp=FRAME["timestamp"].dt.as_unit("us"))),
    "a column without a zone": case(FRAME.assign(timestamp=FRAME["timestamp"].dt.tz_localize(None))),
    "seconds": case(FRAME.assign(timestamp=SECONDS)),
    "milliseconds": case(FRAME.assign(timestamp=SECONDS * 1000)),
    "seconds with a fraction": case(FRAME.assign(timestamp=SECONDS / 1.0)),
    "texts": case(FRAME.assign(timestamp=FRAME["timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))),
    "texts with the day first": case(FRAME.assign(timestamp=FRAME["timestamp"].dt.strftime("%d/%m/%Y %H:%M"))),
    "dates": case(DAYS.reset_index().assign(timestamp=[stamp.date() for stamp in DAYS.index]), DAYS),
    "midnights in New York": case(DAYS.tz_localize(None).tz_localize("America/New_York"), DAYS),
    "dates and times": case(
        FRAME.assign(date=[t.date() for t in BARS.index], time=[t.time() for t in BARS.index]).drop(columns="timestamp")
    ),
    "prices in single precision": case(SINGLE, SINGLE.astype("float64")),
    "prices as texts": case(FRAME.assign(**{name: FRAME[name].map(repr) for name in NAMES})),
    "prices as decimals": case(
        FRAME.assign(**{name: [decimal.Decimal(repr(value)) for value in FRAME[name]] for name in NAMES})
    ),
    "volumes that may be missing": case(
        BARS.assign(volume=BARS["volume"].astype("Int64").where(ROW % 3 != 0)),
        BARS.assign(volume=BARS["volume"].where(ROW % 3 != 0)),
    ),
    "no volume": case(BARS.drop(columns="volume"), BARS.assign(volume=np.nan)),
    "more columns": case(BARS.assign(rsi=1.5, note="x")),
    "columns without names": case(FRAME.set_axis([str(place) for place in range(6)], axis=1)),
    "capital names": case(FRAME.set_axis(["Date", "Open", "High", "Low", "Close", "Volume"], axis=1)),
    "newest first": case(BARS.iloc[::-1]),
    "a price that is missing": case(
        BARS.assign(close=BARS["close"].where(ROW != 5)), BARS[ROW != 5], {"missing_price": 1}
    ),
    "a stamp that is missing": case(
        FRAME.assign(timestamp=FRAME["timestamp"].where(ROW != 5)), BARS[ROW != 5], {"bad_stamp": 1}
    ),
    "row numbers that repeat": case(FRAME.set_axis(ROW % 7)),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_bars_come_out_as_they_are_stored(name: str, tmp_path: Path) -> None:
    report = check_accepted(ACCEPTED[name], tmp_path)
    assert report.detection.detected["encoding"] == "parquet"


@pytest.mark.parametrize("compression", ["snappy", "gzip", "brotli", "zstd", "lz4", None])
def test_every_compression_is_read(compression: str | None, tmp_path: Path) -> None:
    check_accepted(Case(packed(BARS, compression=compression), name="X_1h.pq"), tmp_path)


def test_every_bit_of_a_price_is_kept(tmp_path: Path) -> None:
    factor = 1 + np.finfo(float).eps * np.arange(len(BARS))
    bars = BARS.assign(**{name: BARS[name] * factor for name in NAMES})
    check_accepted(case(bars, bars), tmp_path)


def test_naive_moments_are_asked_for_their_clock(tmp_path: Path) -> None:
    naive = BARS.tz_convert("Europe/Berlin").tz_localize(None)
    assert asked(case(naive), tmp_path) == ["timezone"]
    check_accepted(case(naive, timezone="Europe/Berlin"), tmp_path)


def test_two_symbols_are_asked_about(tmp_path: Path) -> None:
    both = pd.concat([FRAME.assign(symbol="A"), FRAME.assign(symbol="B")])
    assert asked(case(both, symbol=None), tmp_path) == ["symbol"]
    check_accepted(case(both, symbol="B"), tmp_path)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (packed(BARS)[:-50], MalformedBars),
        (packed(BARS)[:2000] + bytes(200) + packed(BARS)[2200:], MalformedBars),
        (Style().text().encode(), MalformedBars),
        (b"", MalformedBars),
        (packed(BARS.iloc[:0]), EmptyData),
        (packed(BARS.drop(columns="close")), MalformedBars),
        (packed(FRAME.drop(columns="timestamp")), MalformedBars),
        (packed(BARS.assign(**{name: BARS[name] > 0 for name in NAMES})), EmptyData),
        (packed(FRAME.assign(timestamp=dt.datetime(9999, 1, 1, tzinfo=dt.UTC)), index=False), MalformedBars),
    ],
)
def test_a_file_without_bars_is_refused(content: bytes, error: type, tmp_path: Path) -> None:
    with pytest.raises(error):
        attempt(Case(content, options={"timeframe": "1h"}, name="X.parquet"), tmp_path)
