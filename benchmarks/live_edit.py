"""Times one step of the live consequence: a vertex is moved, the trained model decides and trades all bars again.

    python benchmarks/live_edit.py [--bars N] [--steps N] [--seed N] [--out FILE.json]

Equality first, then time: the equity of a step must be, to the last bit, that of features built from nothing, predicted
by the same network and traded by the plain reference engine, else nothing is timed. Wall seconds of a step are what the
window's worker spends on it. The peer ``rebuilt`` does the same with nothing at hand but the bars and the model. Last
comes one quick try, which is what *Retrain* does in the window: the strategy with a moved set, trained shortly.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.edit import STRATEGY, TIMEFRAME, random_bars  # noqa: E402
from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app import workflows  # noqa: E402
from ktrdr_app.backtesting.engine import BacktestingEngine  # noqa: E402
from ktrdr_app.backtesting.simulation import run_probabilities  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.decision.actions import Action  # noqa: E402
from ktrdr_app.decision.orchestrator import DecisionOrchestrator  # noqa: E402
from ktrdr_app.features.build import build_features  # noqa: E402
from ktrdr_app.features.plan import FeaturePlan  # noqa: E402
from ktrdr_app.strategy.load import LoadedStrategy  # noqa: E402
from ktrdr_app.strategy.schema import FuzzyInput  # noqa: E402
from ktrdr_app.workflows.live_edit import LiveRequest, LiveSession  # noqa: E402
from ktrdr_app.workflows.requests import TrainRequest  # noqa: E402

SYMBOL = "S0"


def opened(root: Path, bars: int, seed: int) -> LiveSession:
    """Train a model on a random walk and open a live session on it.

    Parameters
    ----------
    root : Path
        Folder for the workspace.
    bars : int
        Bars of the walk.
    seed : int
        The same seed gives the same bars and model.
    """
    workspace = Workspace(root)
    workspace.data.mkdir(parents=True)
    random_bars(bars, seed).to_csv(workspace.data / f"{SYMBOL}_{TIMEFRAME}.csv")
    workflows.train(TrainRequest(workspace, STRATEGY, (SYMBOL,), TIMEFRAME, epochs=3, seed=seed))
    return workflows.open_live(LiveRequest(workspace, STRATEGY, SYMBOL, TIMEFRAME, bars=bars))


def moved(session: LiveSession, step: int) -> dict[str, FuzzyInput]:
    """Return all inputs with the last vertex of the first set moved.

    Parameters
    ----------
    session : LiveSession
        Gives the sets.
    step : int
        How far, in tenths of the input's unit.
    """
    inputs = session.inputs
    name, entry = next(iter(inputs.items()))
    key, shape = next(iter(entry.sets.items()))
    other = shape.model_copy(update={"parameters": [*shape.parameters[:-1], shape.parameters[-1] + 0.1 * step]})
    return inputs | {name: entry.model_copy(update={"sets": entry.sets | {key: other}})}


def from_nothing(session: LiveSession, inputs: dict[str, FuzzyInput], *, plain: bool) -> np.ndarray[Any, Any]:
    """Return the equity of the same sets with nothing kept from step to step.

    Parameters
    ----------
    session : LiveSession
        Gives bars, model and account.
    inputs : dict of str to FuzzyInput
        The sets.
    plain : bool
        Whether the reference engine trades.
    """
    ground, chosen = session.ground, session.chosen
    assert chosen.plan is not None
    strategy = chosen.plan.strategy.model_copy(update={"fuzzy_sets": inputs})
    frame = build_features(ground.series, FeaturePlan.of(LoadedStrategy(strategy, "")), timeframe=TIMEFRAME)
    values, valid = frame.values[ground.first :], frame.valid[ground.first :]
    shares = np.zeros((len(valid), len(Action)))
    shares[:, Action.HOLD] = 1.0
    shares[valid] = chosen.loaded.model.predict_proba(values[valid], SYMBOL)
    filters = DecisionOrchestrator(ground.decision, ground.config.allow_short)
    if plain:
        return BacktestingEngine(ground.config).run(ground.bars, shares, filters).values
    return run_probabilities(ground.bars, shares, filters, ground.config).values


def _milliseconds(values: list[float]) -> dict[str, float]:
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": 1000 * median(values), "p95": 1000 * cuts[94], "max": 1000 * max(values)}


def _timed(session: LiveSession, steps: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"step": [], "rebuilt": []}
    for step in range(1, steps + 1):
        inputs = moved(session, step)
        began = time.perf_counter()
        session.step(inputs)
        ended = time.perf_counter()
        from_nothing(session, inputs, plain=False)
        found["step"].append(ended - began)
        found["rebuilt"].append(time.perf_counter() - ended)
    return found


def _retrained(session: LiveSession, step: int) -> dict[str, float]:
    inputs, began = moved(session, step), time.perf_counter()
    quick = workflows.quick_try(session.ground, inputs, (SYMBOL,))
    return {"seconds": time.perf_counter() - began, "epochs": quick.epochs, "rows": quick.rows}


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description="Time one step of the live consequence.")
    parser.add_argument("--bars", type=int, default=20_000, help="bars, 2,000 or more (20,000)")
    parser.add_argument("--steps", type=int, default=60, help="timed steps, 2 or more (60)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the series (0)")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "live_edit.json")
    options = parser.parse_args()
    if options.steps < 2 or options.bars < 2000:
        parser.error("--steps takes 2 or more, --bars 2000 or more")
    with tempfile.TemporaryDirectory() as root:
        session = opened(Path(root), options.bars, options.seed)
        inputs = moved(session, -30)
        if (session.step(inputs).equity != from_nothing(session, inputs, plain=True)).any():
            print("not the same: the equity of a step and of the plain engine from nothing", file=sys.stderr)
            return 1
        runs = _timed(session, options.steps)
        retrained = _retrained(session, options.steps)
        traded = len(session.times)
    figures = {name: _milliseconds(values) for name, values in runs.items()}
    document = {
        "benchmark": "live_edit",
        **measured_on(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "pandas": pd.__version__},
        "strategy": STRATEGY,
        "bars": options.bars,
        "traded_bars": traded,
        "steps": options.steps,
        "seed": options.seed,
        "milliseconds": figures,
        "times_faster_than_rebuilt": figures["rebuilt"]["p50"] / figures["step"]["p50"],
        "retrain": retrained,
    }
    write_json(options.out, document)
    print(f"{'milliseconds':<16}{'p50':>10}{'p95':>10}{'max':>10}")
    for name, row in figures.items():
        print(name.ljust(16) + "".join(f"{value:>10.1f}" for value in row.values()))
    print(f"\none quick try: {retrained['seconds']:.1f} s ({retrained['epochs']} epochs, {retrained['rows']} rows)")
    print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
