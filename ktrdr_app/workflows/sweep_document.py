"""What a sweep leaves in writing: the JSON document, which is also its record of trials, and the table."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ktrdr_app.core.files import json_text, plain
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.split import Cuts
from ktrdr_app.workflows.sweep_requests import SweepRequest
from ktrdr_app.workflows.sweep_sentences import sentences_of
from ktrdr_app.workflows.sweep_space import Space
from ktrdr_app.workflows.sweep_study import Trial
from ktrdr_app.workflows.train_document import command_of, iso, library_versions

TRIALS_FILE = "trials.csv"


def asked_of(
    request: SweepRequest, loaded: LoadedStrategy, space: Space, facts: Sequence[SymbolFacts]
) -> dict[str, Any]:
    """Return everything that the trials depend on, as plain JSON types; how many there are is not among it.

    Parameters
    ----------
    request : SweepRequest
        What was asked for.
    loaded : LoadedStrategy
        The strategy with every override applied.
    space : Space
        What is varied.
    facts : sequence of SymbolFacts
        The fingerprints of the bars.
    """
    training = request.training
    document = {
        "strategy": loaded.strategy.document(),
        "space": {each.path: each.document() for each in space.dimensions},
        "symbols": list(training.symbols),
        "timeframe": training.timeframe,
        "start": training.start,
        "end": training.end,
        "weights": dict(training.weights) if training.weights else None,
        "seed": training.seed,
        "device": training.device,
        "objective": request.objective,
        "pruner": request.pruner,
        "workers": request.workers,
        "data_fingerprints": {entry.symbol: entry.fingerprint for entry in facts},
    }
    return dict(json.loads(json_text(plain(document))))


def document_of(
    request: SweepRequest,
    asked: Mapping[str, Any],
    names: Sequence[str],
    cuts: Cuts,
    trials: Sequence[Trial],
    importances: Mapping[str, float],
) -> dict[str, Any]:
    """Return the content of ``sweep.json``: nothing in it depends on where trials ran, or how long they took.

    Parameters
    ----------
    request : SweepRequest
        What was asked for.
    asked : mapping
        As `asked_of` gives it.
    names : sequence of str
        Strategies that these are trials of: the one that was varied, and those that were saved of it.
    cuts : Cuts
        Where all trials are cut.
    trials : sequence of Trial
        Those that are over.
    importances : mapping of str to float
        Share of each path in what the trials differ by.
    """
    best = best_of(trials)
    document = {
        "strategy_name": names[0],
        "names": list(names),
        "timeframe": request.training.timeframe,
        "objective": request.objective,
        "trials_wanted": request.trials,
        "trials_done": len(trials),
        "best": None if best is None else {"number": best.number, "value": best.value, "values": best.values},
        "importances": dict(importances),
        "report": list(sentences_of(request, asked["space"], trials, best)),
        "trials": [_trial(trial) for trial in trials],
        "split": {name: iso(instant) for name, instant in asdict(cuts).items() if name != "test_start"},
        "asked": dict(asked),
        "library_versions": library_versions(),
        "command": command(request),
    }
    return dict(plain(document))


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """Return the trial of the highest value, of equal ones the first; None if none was judged.

    Parameters
    ----------
    trials : sequence of Trial
        Those that are over.
    """
    judged = [trial for trial in trials if trial.value is not None]
    return max(judged, key=lambda trial: (trial.value, -trial.number), default=None)


def command(request: SweepRequest) -> str:
    """Return the command line that makes the same trials again.

    Parameters
    ----------
    request : SweepRequest
        What was asked for.
    """
    words = [
        command_of(request.training, "sweep"),
        "--space",
        shlex.quote(str(request.space)),
        "--trials",
        request.trials,
    ]
    words += ["--objective", request.objective, "--pruner", request.pruner, "--workers", request.workers]
    return " ".join(map(str, words))


def table_of(trials: Sequence[Trial]) -> str:
    """Return the trials as CSV, one a line.

    Parameters
    ----------
    trials : sequence of Trial
        Those that are over.
    """
    rows = [_row(trial) for trial in trials]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(trial: Trial) -> dict[str, Any]:
    outcome = trial.outcome
    row = {"trial": trial.number, "state": outcome.state, "value": trial.value, **trial.values}
    row |= {"epochs": len(outcome.curve), "best_epoch": outcome.best_epoch, **outcome.figures}
    return {**row, "reason": outcome.reason}


def _trial(trial: Trial) -> dict[str, Any]:
    outcome = trial.outcome
    return {
        "number": trial.number,
        "state": outcome.state,
        "value": trial.value,
        "values": trial.values,
        "reason": outcome.reason,
        "epochs": len(outcome.curve),
        "best_epoch": outcome.best_epoch,
        "figures": outcome.figures,
        "sharpe_per_bar": outcome.tried and outcome.tried.sharpe,
        "monthly_returns": dict(outcome.tried.months) if outcome.tried else {},
    }
