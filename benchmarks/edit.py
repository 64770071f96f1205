"""Times one edit of a fuzzy set: a vertex is moved, five symbols are evaluated and predicted again.

    python benchmarks/edit.py [--symbols N] [--bars N] [--edits N] [--seed N] [--out FILE.json]

Equality first, then time: the features after an edit must be those that building from nothing gives, to the last bit,
and the probabilities those of the same rows, else nothing is timed. Wall seconds of an edit include the new strategy's
plan. The peer ``rebuilt`` does the same without the cache, as a program does that knows nothing of what changed.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.features.build import build_features  # noqa: E402
from ktrdr_app.features.cache import FeatureCache  # noqa: E402
from ktrdr_app.features.contract import FeatureFrame  # noqa: E402
from ktrdr_app.features.plan import FeaturePlan  # noqa: E402
from ktrdr_app.features.scaler import fit_scaler  # noqa: E402
from ktrdr_app.neural.mlp import build_network  # noqa: E402
from ktrdr_app.neural.model import MLPTradingModel  # noqa: E402
from ktrdr_app.strategy.load import LoadedStrategy, load_strategy  # noqa: E402

STRATEGY = "neuro_mean_reversion"
TIMEFRAME = "1h"
Bars = Mapping[str, pd.DataFrame]


def random_bars(rows: int, seed: int) -> pd.DataFrame:
    """Return a random walk of hourly bars.

    Parameters
    ----------
    rows : int
        Bars.
    seed : int
        The same seed gives the same bars.
    """
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.005, rows)))
    first = np.concatenate([[100.0], close[:-1]])
    reach = 1 + np.abs(random.normal(0, 0.003, (2, rows)))
    columns = {"open": first, "high": np.maximum(first, close) * reach[0], "low": np.minimum(first, close) / reach[1]}
    index = pd.date_range("2015-01-01", periods=rows, freq="h", tz="UTC", name="timestamp")
    return pd.DataFrame(columns | {"close": close, "volume": random.uniform(1, 9, rows)}, index=index)


def edited(loaded: LoadedStrategy, step: int) -> FeaturePlan:
    """Return the plan of the strategy with the last vertex of its first set moved.

    Parameters
    ----------
    loaded : LoadedStrategy
        The strategy.
    step : int
        How far, in hundredths of the input's unit.
    """
    name, entry = next(iter(loaded.strategy.fuzzy_sets.items()))
    key, shape = next(iter(entry.sets.items()))
    moved = shape.model_copy(update={"parameters": [*shape.parameters[:-1], shape.parameters[-1] + 0.01 * step]})
    inputs = loaded.strategy.fuzzy_sets | {name: entry.model_copy(update={"sets": entry.sets | {key: moved}})}
    strategy = loaded.strategy.model_copy(update={"fuzzy_sets": inputs})
    return FeaturePlan.of(LoadedStrategy(strategy, loaded.where, loaded.text, loaded.marks))


def _predicted(model: MLPTradingModel, frames: Mapping[str, FeatureFrame]) -> dict[str, np.ndarray]:
    return {symbol: model.predict_proba(frame.values[frame.valid]) for symbol, frame in frames.items()}


def _untrained(loaded: LoadedStrategy, frames: Mapping[str, FeatureFrame]) -> MLPTradingModel:
    """Return a model of the strategy's shape; what its weights are takes no part in the time."""
    rows = np.concatenate([frame.values[frame.valid] for frame in frames.values()])
    names = next(iter(frames.values())).contract.names
    scaler = fit_scaler(loaded.strategy.features.scaling, rows, names)
    return MLPTradingModel(build_network(len(names), loaded.strategy.network, 0), scaler, names)


def _differs(loaded: LoadedStrategy, caches: Mapping[str, FeatureCache], bars: Bars, model: MLPTradingModel) -> str:
    """Return what an edit gives that building from nothing does not; empty if nothing."""
    plan = edited(loaded, -7)
    found = {symbol: caches[symbol].features(bars[symbol], plan) for symbol in bars}
    expected = {symbol: build_features(bars[symbol], plan, timeframe=TIMEFRAME) for symbol in bars}
    for symbol in bars:
        if caches[symbol].last_use.source != "edit":
            return f"{symbol} was not edited but {caches[symbol].last_use.source}"
        if found[symbol].values.tobytes() != expected[symbol].values.tobytes():
            return f"the features of {symbol}"
    ours, theirs = _predicted(model, found), _predicted(model, expected)
    return "" if all((ours[symbol] == theirs[symbol]).all() for symbol in bars) else "the probabilities"


def _run(
    loaded: LoadedStrategy, caches: Mapping[str, FeatureCache], bars: Bars, model: MLPTradingModel, step: int
) -> dict[str, float]:
    """Return the seconds of one edit by the cache, its two parts, and the same rebuilt."""
    began = time.perf_counter()
    plan = edited(loaded, step)
    frames = {symbol: caches[symbol].features(bars[symbol], plan) for symbol in bars}
    evaluated = time.perf_counter()
    _predicted(model, frames)
    ended = time.perf_counter()
    plan = edited(loaded, step)
    _predicted(model, {symbol: build_features(bars[symbol], plan, timeframe=TIMEFRAME) for symbol in bars})
    rebuilt = time.perf_counter()
    return {
        "edit": ended - began,
        "evaluate": evaluated - began,
        "predict": ended - evaluated,
        "rebuilt": rebuilt - ended,
    }


def _document(runs: list[dict[str, float]], options: argparse.Namespace) -> dict[str, Any]:
    seconds = {
        name: {"min": min(values), "median": median(values), "max": max(values)}
        for name in runs[0]
        for values in [[run[name] for run in runs]]
    }
    return {
        "benchmark": "edit",
        **measured_on(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "pandas": pd.__version__},
        "strategy": STRATEGY,
        "symbols": options.symbols,
        "bars": options.bars,
        "edits": options.edits,
        "seed": options.seed,
        "seconds": seconds,
        "times_faster_than_rebuilt": seconds["rebuilt"]["median"] / seconds["edit"]["median"],
    }


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description="Time one edit of a fuzzy set.")
    parser.add_argument("--symbols", type=int, default=5, help="symbols (5)")
    parser.add_argument("--bars", type=int, default=20_000, help="bars of each, 500 or more (20,000)")
    parser.add_argument("--edits", type=int, default=25, help="timed edits (25)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the series (0)")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "edit.json")
    options = parser.parse_args()
    if min(options.symbols, options.edits) < 1 or options.bars < 500:
        parser.error("--symbols and --edits take 1 or more, --bars 500 or more")
    loaded = load_strategy(STRATEGY, Workspace(REPO))
    bars = {f"S{number}": random_bars(options.bars, options.seed + number) for number in range(options.symbols)}
    caches = {symbol: FeatureCache(TIMEFRAME, symbol) for symbol in bars}
    frames = {symbol: caches[symbol].features(bars[symbol], FeaturePlan.of(loaded)) for symbol in bars}
    model = _untrained(loaded, frames)
    difference = _differs(loaded, caches, bars, model)
    if difference:
        print(f"not the same: {difference}", file=sys.stderr)
        return 1
    runs = [_run(loaded, caches, bars, model, step) for step in range(1, options.edits + 1)]
    document = _document(runs, options)
    write_json(options.out, document)
    print(f"{'milliseconds':<16}{'min':>10}{'median':>10}{'max':>10}")
    for name, row in document["seconds"].items():
        print(name.ljust(16) + "".join(f"{1000 * value:>10.1f}" for value in row.values()))
    print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
