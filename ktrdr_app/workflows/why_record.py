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

from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.orchestrator import HOUR, DecisionOrchestrator
from ktrdr_app.decision.why_bar import BarJudge, Standing
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.run_folders import RESULT_FILE
from ktrdr_app.workflows.why_trades import TradedRun, moments, read_trades

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RunRecord(TradedRun):
    """A finished backtest of a model, as its folder has it.

    Attributes
    ----------
    decisions : DataFrame
        One row per bar, as `DecisionLog.table` gives them.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars that the model had seen.
    orchestrator : DecisionOrchestrator
        The filters as the run had them.
    notes : tuple of str
        What is not as sure as one would think.
    """

    decisions: pd.DataFrame
    in_sample: NDArray[np.bool_]
    orchestrator: DecisionOrchestrator
    notes: tuple[str, ...]

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Probabilities of BUY, HOLD, SELL at each bar, as they were logged."""
        return self.decisions[["buy", "hold", "sell"]].to_numpy(dtype=np.float64)

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
        known = self.closed.exit_bar[self.ended <= bar]
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
        if self.at_close:
            return fill_bar
        return int(self._acted[self._acted < fill_bar][-1])


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
    decisions.index = index = moments(decisions.pop("timestamp"))
    equity = pd.read_csv(folder / "equity.csv", usecols=["in_sample"])
    settings, notes = _decision_settings(workspace, document)
    orchestrator = DecisionOrchestrator(settings, bool(document["config"]["allow_short"]))
    seen = equity["in_sample"].to_numpy(dtype=np.bool_)
    return RunRecord(folder, document, index, read_trades(folder), decisions, seen, orchestrator, notes)


def _decision_settings(workspace: Workspace, document: dict[str, Any]) -> tuple[DecisionSettings, tuple[str, ...]]:
    """Return the filters' settings; a run from before they were written down has those of its strategy's file."""
    written = document.get("decision")
    if written is not None:
        return DecisionSettings.model_validate(written), ()
    strategy = shlex.split(document["command"])[2]
    note = f"the run did not write its filters down; those of {strategy} as it is now are shown"
    return load_strategy(strategy, workspace).strategy.decision, (note,)
