"""Trading given signals: from an array, or from a CSV file held to the bars row by row."""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.simulation import simulate
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import FileMissing, SignalsMismatch
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.data.bars import check_bars, nanoseconds
from ktrdr_app.decision.actions import Action

if TYPE_CHECKING:
    import pandas as pd

HEADERS = (["timestamp", "signal"], ["timestamp", "signal", "confidence"])
WORDS = ", ".join(action.name for action in Action)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run_signals(
    bars: pd.DataFrame,
    signals: NDArray[np.integer],
    config: BacktestConfig,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> BacktestResult:
    """Trade signals that were decided at each bar's close.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol, as `check_bars` accepts them, closed ones too.
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2. BUY while long and, long only, SELL while flat ask for nothing.
    config : BacktestConfig
        Capital, costs, fills, sizing.
    progress : callable
        Listener of `BarsDone` and `PartialEquity`.
    cancel : CancelToken, optional
        Looked at now and then.

    Raises
    ------
    SignalsMismatch
        If the signals are not one of 0, 1, 2 for each bar.
    EmptyData, MalformedBars
        If the bars break their contract.
    Cancelled
        If the token was raised.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> opens = pd.date_range("2024-01-01", periods=3, tz="UTC", unit="ns", name="timestamp")
    >>> bars = pd.DataFrame({"open": [10.0, 11, 12], "high": 13.0, "low": 9.0, "close": 11.0, "volume": 1.0}, opens)
    >>> config = BacktestConfig(initial_capital=1100.0, commission=0.0, slippage=0.0)
    >>> run_signals(bars, np.array([0, 2, 1], dtype=np.int8), config).final_equity
    1200.0
    """
    prices = check_bars(bars, "bars", closed=True)
    checked = _check_signals(np.asarray(signals), bars.index)
    result, _ = simulate(bars, checked, config, progress=progress, cancel=cancel, prices=prices)
    return result


def read_signals(path: Path, bars: pd.DataFrame) -> tuple[NDArray[np.int8], NDArray[np.float64] | None]:
    """Read signals from a CSV file ``timestamp,signal[,confidence]``.

    Parameters
    ----------
    path : Path
        UTF-8 file. ``timestamp`` is the open of one of the bars, in ISO form (UTC unless it names an offset);
        ``signal`` is BUY, HOLD or SELL; ``confidence`` a number of 0 to 1. Rows may come in any order.
    bars : DataFrame
        The bars that the signals are for.

    Returns
    -------
    signals : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2; bars without a row are HOLD.
    confidence : ndarray of float64, shape (n_bars,), or None
        NaN for bars without a row; None if the file has no such column.

    Raises
    ------
    FileMissing
        If there is no such file.
    SignalsMismatch
        For the first row that does not fit, named by its line.
    """
    rows = _rows(path)
    with_confidence = len(rows[0][1]) == 3
    places = {stamp: place for place, stamp in enumerate(nanoseconds(bars.index).tolist())}
    signals = np.full(len(places), Action.HOLD, dtype=np.int8)
    confidence = np.full(len(places), np.nan)
    seen: dict[int, int] = {}
    for line, cells in rows[1:]:
        where = f"{path}, line {line}"
        place = places.get(_stamp(cells[0], where))
        if place is None:
            raise SignalsMismatch(where, f"timestamp {cells[0]}", f"the open of a bar, {_span(bars)}")
        if place in seen:
            raise SignalsMismatch(where, f"timestamp {cells[0]} again", f"one row per bar; it is on line {seen[place]}")
        seen[place] = line
        if cells[1] not in Action.__members__:
            raise SignalsMismatch(where, f"signal {cells[1]!r}", f"one of {WORDS}")
        signals[place] = Action[cells[1]]
        if with_confidence:
            confidence[place] = _confidence(cells[2], where)
    return signals, confidence if with_confidence else None


def _check_signals(signals: NDArray[np.integer], index: pd.Index) -> NDArray[np.int8]:
    if signals.shape != (len(index),):
        raise SignalsMismatch("signals", f"shape {signals.shape}", f"one signal per bar: shape ({len(index)},)")
    if not np.issubdtype(signals.dtype, np.integer):
        raise SignalsMismatch("signals", f"type {signals.dtype}", "whole numbers: BUY 0, HOLD 1, SELL 2")
    if len(signals) and (signals.min() < Action.BUY or signals.max() > Action.SELL):
        wrong = (signals < Action.BUY) | (signals > Action.SELL)
        row = int(np.argmax(wrong))
        where = f"signals, row {row + 1} ({index[row]})"
        raise SignalsMismatch(where, f"signal {signals[row]}", "BUY 0, HOLD 1 or SELL 2")
    return signals.astype(np.int8, copy=False)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    if not path.is_file():
        raise FileMissing(str(path), "a CSV file with columns timestamp,signal[,confidence]")
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SignalsMismatch(str(path), f"no readable file ({reason})", "a UTF-8 CSV file") from error
    if not rows or rows[0][1] not in HEADERS:
        found = ",".join(rows[0][1]) if rows else "nothing"
        raise SignalsMismatch(f"{path}, line 1", f"header {found}", "timestamp,signal or timestamp,signal,confidence")
    width = len(rows[0][1])
    for line, cells in rows:
        if len(cells) != width:
            raise SignalsMismatch(f"{path}, line {line}", f"{len(cells)} cells", f"{width} cells, as in the header")
    return rows


def _stamp(text: str, where: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SignalsMismatch(where, f"timestamp {text!r}", "an ISO time such as 2024-01-31T00:00:00Z") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1) * 1_000


def _confidence(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise SignalsMismatch(where, f"confidence {text!r}", "a number of 0 to 1")
    return value


def _span(bars: pd.DataFrame) -> str:
    return f"{bars.index[0].isoformat()} to {bars.index[-1].isoformat()}"
