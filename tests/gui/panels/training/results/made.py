"""Results of a training that never was, for widgets that only show them, and a real one from a trained workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ktrdr_app.workflows.training_results import (
    BOOTSTRAP,
    Bin,
    InputImportance,
    SymbolFigures,
    TrainingResults,
)
from ktrdr_app.workflows.training_runs import FINISHED, TrainingRun
from ktrdr_app.workflows.wording import Verdict

FIGURES = {
    "accuracy": 0.6,
    "majority_accuracy": 0.5,
    "skill": 0.1,
    "macro_f1": 0.55,
    "precision": 0.57,
    "recall": 0.56,
    "nll": 0.9,
    "brier": 0.5,
    "ece": 0.04,
}
INTERVALS = {"accuracy": (0.55, 0.65), "skill": (0.05, 0.15)}
CONFUSION = ((80, 20, 20), (30, 100, 30), (30, 30, 60))
BINS = (
    Bin(0.4, 0.4667, 100, 0.44, 0.40, (0.32, 0.48)),
    Bin(0.4667, 0.5333, 250, 0.50, 0.60, (0.55, 0.65)),
    Bin(0.6, 0.6667, 50, 0.63, 0.98, (0.91, 0.99)),
)
BALANCE = {"BUY": 0.25, "HOLD": 0.5, "SELL": 0.25}

AAPL = SymbolFigures("AAPL", 400, FIGURES, INTERVALS, BOOTSTRAP, CONFUSION, BINS, BALANCE)
IBM = replace(
    AAPL,
    symbol="IBM",
    rows=60,
    figures=FIGURES | {"accuracy": 0.4, "skill": -0.05},
    confusion=((10, 10, 0), (10, 20, 0), (5, 5, 0)),
    warnings=("no skill: the class shares alone predict it as well", "it never answers SELL"),
)
POOLED = replace(AAPL, symbol="", rows=460, balance={})
BARE = SymbolFigures("", 0, {})

IMPORTANCE = (
    InputImportance("rsi", 0.05, 0.03, 0.07, 1.0, {"AAPL": 0.06, "IBM": 0.02}),
    InputImportance("price", 0.01, -0.01, 0.03, 0.5, {"AAPL": 0.03, "IBM": -0.01}),
)


def results(**changes: object) -> TrainingResults:
    """Return the results of two symbols, with changes."""
    made = TrainingResults(
        path=Path("models/quick/universal_1d_v1"),
        strategy_name="quick",
        timeframe="1d",
        created_at="2024-05-06T07:08:09+00:00",
        training_symbols=("AAPL", "IBM"),
        pooled=POOLED,
        symbols=(AAPL, IBM),
        importance=IMPORTANCE,
        verdict=Verdict(True, "The model beats both baselines on unseen bars", "figures"),
        sentences=("It is right -3 % more often.", "It relies on rsi."),
        command="ktrdr-app train quick --symbols AAPL,IBM",
        test_from="2011-12-14T00:00:00+00:00",
    )
    return replace(made, **changes)


def run(key: str = "models/quick/universal_1d_v1", **changes: object) -> TrainingRun:
    """Return a finished training of the list, with changes."""
    made = TrainingRun(
        key=key,
        path=Path(key),
        state=FINISHED,
        strategy_name="quick",
        timeframe="1d",
        symbols=("AAPL", "IBM"),
        when="2024-05-06T07:08:09+00:00",
        epochs=30,
        best_epoch=12,
        figures={"skill": 0.1, "test_accuracy": 0.6, "val_accuracy": 0.55, "val_loss": 0.95},
    )
    return replace(made, **changes)
