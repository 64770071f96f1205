"""One bar series written in any style: the pieces that the tests of odd files are put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import ImportReport, import_file

HEADER = "timestamp,open,high,low,close,volume"
NAMES = ("open", "high", "low", "close")
ISO = "%Y-%m-%dT%H:%M:%SZ"


def forex(rows: int = 240, start: str = "2018-02-01", decimals: int = 5, level: float = 1.24) -> pd.DataFrame:
    """Return hourly bars of a currency pair: none while the market is closed, opens at the close before."""
    stamps = pd.date_range(start, periods=2 * rows, freq="1h", tz="UTC", name="timestamp").as_unit("ns")
    local = stamps.tz_convert("America/New_York")
    shut = (
        (local.day_of_week == 5)
        | ((local.day_of_week == 4) & (local.hour >= 17))
        | ((local.day_of_week == 6) & (local.hour < 17))
    )
    stamps = stamps[~shut][:rows]
    random = np.random.default_rng(1)
    close = np.round(level * np.exp(np.cumsum(random.normal(0, 0.001, rows))), decimals)
    opened = np.round(np.append(level, close[:-1]), decimals)
    reach = random.integers(1, 9, (2, rows)) * 10.0**-decimals
    columns = {
        "open": opened,
        "high": np.round(np.maximum(opened, close) + reach[0], decimals),
        "low": np.round(np.minimum(opened, close) - reach[1], decimals),
        "close": close,
        "volume": random.integers(1000, 9000, rows).astype(float),
    }
    return pd.DataFrame(columns, index=stamps)


BARS = forex()


def written(value: float) -> str:
    """Return a number in the fewest digits that give it back."""
    return repr(float(value))


@dataclass(frozen=True)
class Style:
    """How a file writes bars.

    Attributes
    ----------
    stamp : str or callable
        Pattern of the stamp, or a writer of it.
    price, volume : callable
        Writers of numbers.
    delimiter : str
        Between cells.
    zone : str
        Clock of the stamps.
    order : str
        Cells of a row: t, o, h, l, c, v.
    head, tail : str
        Lines before and after the rows; commas in the head become the delimiter.
    end : str
        Line end.
    """

    stamp: str | Callable[[pd.Timestamp], str] = ISO
    price: Callable[[float], str] = written
    volume: Callable[[float], str] = lambda value: str(int(value))
    delimiter: str = ","
    zone: str = "UTC"
    order: str = "tohlcv"
    head: str = HEADER
    tail: str = ""
    end: str = "\n"

    def rows(self, bars: pd.DataFrame = BARS) -> list[str]:
        """Return the lines of bars."""
        found = []
        for moment, (o, h, low, c, v) in zip(bars.index, bars.to_numpy().tolist(), strict=True):
            local = moment.tz_convert(self.zone)
            cells = {
                "t": local.strftime(self.stamp) if isinstance(self.stamp, str) else self.stamp(local),
                **dict(zip("ohlc", map(self.price, (o, h, low, c)), strict=True)),
                "v": self.volume(v),
            }
            found.append(self.delimiter.join(cells[name] for name in self.order))
        return found

    def text(self, bars: pd.DataFrame = BARS, rows: Sequence[str] | None = None) -> str:
        """Return a file of bars, or of lines that were changed."""
        lines = self.rows(bars) if rows is None else list(rows)
        head = [self.head.replace(",", self.delimiter)] if self.head else []
        return self.end.join([*head, *lines]) + self.end + self.tail


@dataclass(frozen=True)
class Case:
    """A file and what must come of it.

    Attributes
    ----------
    content : str or bytes
        The file.
    findings : dict
        Code to count of what is told; codes of `INFORMING` may be told besides.
    bars : DataFrame
        What an accepted file must give.
    options : dict
        What the user says.
    timeframe : str
        Bar length.
    name : str
        File name.
    """

    content: str | bytes
    findings: dict[str, int] = field(default_factory=dict)
    bars: pd.DataFrame = field(default_factory=lambda: BARS)
    options: dict[str, object] = field(default_factory=dict)
    timeframe: str = "1h"
    name: str = "some file.csv"

    def write(self, folder: Path) -> Path:
        """Write the file and return its path."""
        folder.mkdir(exist_ok=True)
        path = folder / self.name
        path.write_bytes(self.content.encode() if isinstance(self.content, str) else self.content)
        return path


INFORMING = {"naive_as_utc", "encoding", "packed", "newest_first", "date_order_inferred", "price_scale", "days_kept"}
"""Findings that tell how a whole file was read; no row is dropped or changed by them."""


def attempt(case: Case, folder: Path, **more: object) -> ImportReport:
    """Import a case's file as the series X."""
    options = ImportOptions(**{"symbol": "X", **case.options, **more})
    return import_file(case.write(folder), options, folder / "data")


def check_accepted(case: Case, folder: Path) -> ImportReport:
    """Import a case's file: to the last digit the bars it was made from, and nothing lost without a word."""
    report = attempt(case, folder)
    pd.testing.assert_frame_equal(report.bars, case.bars, check_exact=True, check_freq=False)
    told = {found.code: found.count for found in report.findings if found.code not in INFORMING}
    assert told == case.findings
    assert report.detection.timeframe == case.timeframe
    assert report.rows_written == len(case.bars)
    return report


def asked(case: Case, folder: Path) -> list[str]:
    """Return the keys of the questions that a case's file raises; nothing may be written."""
    with pytest.raises(ImportQuestions) as raised:
        attempt(case, folder)
    error = raised.value
    assert error.exit_code == 2
    assert all(question.flag.startswith("--") and question.options for question in error.questions)
    assert not (folder / "data").exists()
    return [question.key for question in error.questions]
