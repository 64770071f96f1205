"""What a finished backtest wrote down of its decisions and trades, and how the filters stood at any of its bars."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.material import ORDERED
from ktrdr_app.backtesting.trades import REASONS, TradeArrays
from ktrdr_app.core.errors import BadInput, FileMissing, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.orchestrator import HOUR, DecisionOrchestrator
from ktrdr_app.decision.why_bar import BarJudge, Standing
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.portfolio_files import PORTFOLIO_FILE
from ktrdr_app.workflows.run_folders import RESULT_FILE, named_run

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A finished backtest of a model, as its folder has it.

    Attributes
    ----------
    folder : Path
        The run's folder.
    document : dict
        What the backtest said.
    decisions : DataFrame
        One row per bar, as `DecisionLog.table` gives them.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars that the model had seen.
    table : DataFrame
        Closed trades, as `BacktestResult.trades` has them.
    orchestrator : DecisionOrchestrator
        The filters as the run had them.
    notes : tuple of str
        What is not as sure as one would think.
    """

    folder: Path
    document: dict[str, Any]
    decisions: pd.DataFrame
    in_sample: NDArray[np.bool_]
    table: pd.DataFrame
    orchestrator: DecisionOrchestrator
    notes: tuple[str, ...]

    @cached_property
    def index(self) -> pd.DatetimeIndex:
        """Bar opens of the run."""
        return pd.DatetimeIndex(self.decisions.index)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Probabilities of BUY, HOLD, SELL at each bar, as they were logged."""
        return self.decisions[["buy", "hold", "sell"]].to_numpy(dtype=np.float64)

    @cached_property
    def config(self) -> BacktestConfig:
        """The account's settings."""
        return BacktestConfig(**self.document["config"])

    @cached_property
    def trades(self) -> TradeArrays:
        """Closed trades."""
        return TradeArrays.of_table(self.table, self.index)

    @cached_property
    def _acted(self) -> NDArray[np.intp]:
        return np.flatnonzero((self.decisions["action"] != Action.HOLD.name).to_numpy())

    def judge(self, bar: int) -> BarJudge:
        """Return the filters as they stood at a bar's close.

        Parameters
        ----------
        bar : int
            Row of the bar in the run.
        """
        before = self._acted[self._acted < bar]
        acted = int(before[-1]) if len(before) else None
        stamps = nanoseconds(self.index)
        trades = self.trades
        late = np.isin(trades.reason, ORDERED) & (self.config.fill == "close")
        known = trades.exit_bar[trades.exit_bar + late <= bar]
        standing = Standing(
            position=Position[str(self.decisions["position"].iloc[bar]).upper()],
            bars_since=None if acted is None else bar - acted,
            hours_since=None if acted is None else float(stamps[bar] - stamps[acted]) / HOUR,
            bars_since_exit=bar - int(known[-1]) if len(known) else None,
            volume_ratio=float(self.decisions["volume_ratio"].iloc[bar]),
            allow_short=self.config.allow_short,
        )
        return BarJudge(self.orchestrator.settings, standing)

    def ordered_at(self, fill_bar: int) -> int:
        """Return the bar whose decision led to a fill by signal.

        Parameters
        ----------
        fill_bar : int
            Row of the bar that was filled in.
        """
        if self.config.fill == "close":
            return fill_bar
        return int(self._acted[self._acted < fill_bar][-1])

    def row_of(self, moment: str | pd.Timestamp) -> int:
        """Return the bar of the run that was open at an instant.

        Parameters
        ----------
        moment : str or Timestamp
            ISO text in UTC, or an instant.

        Raises
        ------
        InvalidValue
            If it is no instant, or outside the run.
        """
        return row_at(self.index, moment, self.folder.name)


def row_at(index: pd.DatetimeIndex, moment: str | pd.Timestamp, where: str) -> int:
    """Return the bar that was open at an instant.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens, two or more.
    moment : str or Timestamp
        ISO text in UTC, or an instant.
    where : str
        Name of the run, for the message.

    Raises
    ------
    InvalidValue
        If it is no instant, or outside the bars.
    """
    first, last = index[0], index[-1]
    expected = f"an ISO time in UTC from {first.isoformat()} to {last.isoformat()}"
    try:
        instant = pd.Timestamp(moment)
    except ValueError as error:
        raise InvalidValue("time", str(moment), expected, where=where) from error
    instant = instant.tz_localize("UTC") if instant.tzinfo is None else instant.tz_convert("UTC")
    row = int(index.searchsorted(instant, side="right")) - 1
    beyond = instant > last + (last - index[-2])
    if row < 0 or beyond or pd.isna(instant):
        raise InvalidValue("time", str(moment), expected, where=where)
    return row


def held_at(
    closed: TradeArrays, count: int, *, at_close: bool, open_from: int | None = None, open_side: int = 0
) -> NDArray[np.int8]:
    """Return the position at each bar's close, before an order of that very close: -1, 0, 1.

    Parameters
    ----------
    closed : TradeArrays
        Closed trades.
    count : int
        Bars.
    at_close : bool
        Whether orders fill at the close that they are placed at.
    open_from : int, optional
        Bar in which a position was entered that is still open.
    open_side : int
        Its side.
    """
    held = np.zeros(count, dtype=np.int8)
    late = (np.isin(closed.reason, ORDERED) & at_close) | (closed.reason == REASONS.index("end_of_data"))
    for entry, leave, side in zip(closed.entry_bar + at_close, closed.exit_bar + late, closed.side, strict=True):
        held[entry:leave] = side
    if open_from is not None:
        held[open_from + at_close :] = open_side
    return held


def run_folder(workspace: Workspace, run: Path | str) -> Path:
    """Return the folder of a finished backtest, of one symbol or of a portfolio.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up below its ``runs``, then below itself, then in the current folder.
    run : Path or str
        Folder, its name below ``runs``, or ``latest`` for the newest one.

    Raises
    ------
    FileMissing
        If there is no finished backtest.
    """
    given = Path(run)
    named = named_run(workspace, given, RESULT_FILE, PORTFOLIO_FILE)
    for candidate in (named, workspace.root / given, given):
        if (candidate / RESULT_FILE).is_file() or (candidate / PORTFOLIO_FILE).is_file():
            return candidate
    holds = f"a finished backtest's folder, its name below {workspace.relative(workspace.runs)}, or latest"
    raise FileMissing(str(given / RESULT_FILE), holds)


def read_record(workspace: Workspace, folder: Path) -> RunRecord:
    """Read what a finished backtest of one symbol wrote down.

    Parameters
    ----------
    workspace : Workspace
        Where strategies are looked for.
    folder : Path
        The run's folder.

    Raises
    ------
    BadInput
        If no model took part in it.
    """
    document: dict[str, Any] = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    if not document.get("model") or not (folder / "decisions.csv").is_file():
        found = (
            f"{folder.name} has no decisions of a model: it was made of signals and did not keep them, or is not whole"
        )
        raise BadInput(found, hint="run the backtest again, and ask about that run", where=str(folder))
    decisions = pd.read_csv(folder / "decisions.csv", keep_default_na=False, na_values={"volume_ratio": [""]})
    decisions.index = moments(decisions.pop("timestamp"))
    equity = pd.read_csv(folder / "equity.csv", usecols=["in_sample"])
    table = read_trades(folder)
    settings, notes = _decision_settings(workspace, document)
    orchestrator = DecisionOrchestrator(settings, bool(document["config"]["allow_short"]))
    seen = equity["in_sample"].to_numpy(dtype=np.bool_)
    return RunRecord(folder, document, decisions, seen, table, orchestrator, notes)


def read_trades(folder: Path) -> pd.DataFrame:
    """Read the closed trades of a run.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """
    table = pd.read_csv(folder / "trades.csv").drop(columns="timestamp")
    for column in ("entry_time", "exit_time"):
        table[column] = moments(table[column])
    return table


def moments(column: pd.Series[Any]) -> pd.DatetimeIndex:
    """Return ISO times as instants, nanoseconds UTC.

    Parameters
    ----------
    column : Series of str
        As a run's files have them.
    """
    return pd.DatetimeIndex(pd.to_datetime(column, utc=True)).as_unit("ns")


def _decision_settings(workspace: Workspace, document: dict[str, Any]) -> tuple[DecisionSettings, tuple[str, ...]]:
    """Return the filters' settings; a run from before they were written down has those of its strategy's file."""
    written = document.get("decision")
    if written is not None:
        return DecisionSettings.model_validate(written), ()
    strategy = shlex.split(document["command"])[2]
    note = f"the run did not write its filters down; those of {strategy} as it is now are shown"
    return load_strategy(strategy, workspace).strategy.decision, (note,)
