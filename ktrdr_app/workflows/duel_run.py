"""Two models on the same bars with the same money: who earned more each month, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.paired import PairedMonths, paired_months
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Note, Progress, silent
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.backtest_statistics import SEED
from ktrdr_app.workflows.duel_sentence import duel_sentence
from ktrdr_app.workflows.many_requests import DuelRequest
from ktrdr_app.workflows.requests import BacktestOutcome
from ktrdr_app.workflows.wording import look_ahead_note


@dataclass(frozen=True)
class Duel:
    """Two finished runs on the same series.

    Attributes
    ----------
    first, second : BacktestOutcome
        The runs.
    names : tuple of str
        What the two are called.
    paired : PairedMonths
        Their months side by side.
    sentence : str
        Who earned more, and how sure that is.
    cautions : tuple of str
        What keeps the two from being held against each other.
    """

    first: BacktestOutcome
    second: BacktestOutcome
    names: tuple[str, str]
    paired: PairedMonths
    sentence: str
    cautions: tuple[str, ...]

    @property
    def second_equity(self) -> pd.Series[float]:
        """The second account at the first one's bars: NaN before its own first bar."""
        return self.second.result.equity.reindex(self.first.bars.index, method="ffill")

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "names": list(self.names),
            "sentence": self.sentence,
            "cautions": list(self.cautions),
            "paired": self.paired.to_dict(),
            "backtests": [self.first.document, self.second.document],
        }


def duel(request: DuelRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> Duel:
    """Backtest two models on one symbol, and compare them month by month.

    Parameters
    ----------
    request : DuelRequest
        What to run.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it; a run that is finished by then stays.

    Raises
    ------
    KtrdrError
        Of the kind that fits: strategy, data, model, storage, cancelled.
    """
    first = backtest(request.each, progress, cancel)
    progress(Note("info", f"{_name(first.document)} is done; now {Path(request.rival).name}"))
    second = backtest(replace(request.each, model=request.rival, allow_any=False, out=None), progress, cancel)
    return duel_of(first, second)


def duel_of(first: BacktestOutcome, second: BacktestOutcome, seed: int = SEED) -> Duel:
    """Compare two finished runs month by month, over the time that both cover.

    Parameters
    ----------
    first, second : BacktestOutcome
        The runs.
    seed : int
        Of the bootstrap.
    """
    names = _names(first.document, second.document)
    paired = paired_months(_curve(first), _curve(second), seed)
    cautions = {note: None for one in (first, second) if (note := look_ahead_note(one.document))}
    series = [(one.document["symbol"], one.document["timeframe"]) for one in (first, second)]
    if series[0] != series[1]:
        cautions[f"They traded {' '.join(series[0])} and {' '.join(series[1])}: the market is not taken out."] = None
    return Duel(first, second, names, paired, duel_sentence(paired, *names), tuple(cautions))


def _curve(outcome: BacktestOutcome) -> Curve:
    values = np.asarray(outcome.result.values, dtype=np.float64)
    return Curve.of(values, nanoseconds(outcome.bars.index), float(outcome.document["initial_capital"]))


def _name(document: Mapping[str, Any]) -> str:
    model = document["model"]
    return str(document["strategy_name"]) if model is None else Path(str(model["path"])).name


def _names(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kinds of the two models where these tell them apart, else the names of their folders."""
    kinds = [str((document["model"] or {}).get("kind", "signals")) for document in (first, second)]
    if kinds[0] != kinds[1]:
        return kinds[0], kinds[1]
    names = (_name(first), _name(second))
    return names if names[0] != names[1] else (f"{names[0]} (first)", f"{names[1]} (second)")
