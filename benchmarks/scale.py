"""Trains on many long series and tells memory by stage; then what three symbols cost beside one.

    python benchmarks/scale.py [--symbols 20] [--bars 500000] [--epochs 1] [--seed 0] [--runs 3] [--json] [--out FILE]

Series are random walks of one-minute bars, the same for a seed, in a temporary workspace. Each training runs in a
process of its own from a cold workspace; the peak of resident memory, mapped pages included, is read from the system at
the end of every stage and set back (Linux only). ``one``, ``three`` and ``three, off`` train `--compare-bars` bars a
symbol, early stopping as the strategy has it, with `per_symbol_batches` auto and off: the middle of `--runs` runs, in
seconds on the clock and of CPU, process start included.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on, peak_mib  # noqa: E402
from ktrdr_app.core.files import write_json, write_text  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.core.progress import EpochFinished, ProgressEvent, StageFinished, StageStarted  # noqa: E402
from ktrdr_app.workflows.requests import TrainRequest  # noqa: E402

SET = "{{type: triangular, parameters: {numbers}, shoulder: {shoulder}}}"
INDICATORS = ("rsi", "mfi", "williams_r", "cci", "roc", "momentum")
BOUNDS = {"williams_r": (-100, 0), "cci": (-200, 200), "roc": (-1, 1), "momentum": (-2, 2)}


def strategy_text(name: str, batches: str, epochs: int) -> str:
    """Return a strategy of 30 features: six inputs of three sets each, price context of three means, volume context.

    Parameters
    ----------
    name, batches, epochs : str, str, int
        Its name, ``per_symbol_batches``, and most epochs.
    """
    lines = [f"name: {name}", "indicators:"]
    lines += [f"  {indicator}: {{name: {indicator}, period: 14}}" for indicator in INDICATORS]
    lines += [f"  mean_{period}: {{name: sma, period: {period}}}" for period in (20, 50, 100)]
    lines += ["fuzzy_sets:"]
    for indicator in INDICATORS:
        low, high = BOUNDS.get(indicator, (0, 100))
        middle = (low + high) / 2
        lines += [f"  {indicator}:", f"    form: {'atr' if indicator == 'momentum' else 'raw'}", "    sets:"]
        for place, numbers, shoulder in (
            ("low", [low, (low + middle) / 2, middle], "left"),
            ("middle", [(low + middle) / 2, middle, (middle + high) / 2], "none"),
            ("high", [middle, (middle + high) / 2, high], "right"),
        ):
            lines.append(f"      {place}: {SET.format(numbers=numbers, shoulder=shoulder)}")
    lines += ["labels: {threshold: 1.5, threshold_unit: atr, lookahead: 20}"]
    lines += [f"training: {{epochs: {epochs}, per_symbol_batches: {batches}}}"]
    return "\n".join(lines) + "\n"


def write_series(path: Path, bars: int, seed: int, noise: float = 0.0) -> None:
    """Write a random walk of one-minute bars as CSV.

    Parameters
    ----------
    path : Path
        The file.
    bars, seed : int
        Its length, and what it is drawn from.
    noise : float
        Standard deviation of what is added to the logarithm of each close and gone on the next bar, so that there is
        something to learn.
    """
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.0005, bars)))
    if noise:
        close *= np.exp(np.random.default_rng([seed, 1]).normal(0.0, noise, bars))
    opened = np.concatenate([[100.0], close[:-1]])
    reach = 1.0 + np.abs(random.normal(0.0, 0.0003, (2, bars)))
    stamps = np.datetime64("2015-01-01T00:00:00") + np.arange(bars) * np.timedelta64(60, "s")
    prices = {
        "open": opened,
        "high": np.maximum(opened, close) * reach[0],
        "low": np.minimum(opened, close) / reach[1],
        "close": close,
    }
    columns = {"timestamp": np.char.add(np.datetime_as_string(stamps), "Z")} | prices
    table = pa.table(columns | {"volume": random.integers(1_000, 100_000, bars)})
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none", quoting_header="none"))


def train_here(root: Path, strategy: str, symbols: Sequence[str]) -> dict[str, Any]:
    """Train in this process and return seconds and peak memory by stage.

    Parameters
    ----------
    root, strategy, symbols : Path, str, sequence of str
        Workspace, strategy and symbols.
    """
    from ktrdr_app.workflows.train_run import train

    peaks = {"import": peak_mib()}
    now = "load"

    def listen(event: ProgressEvent) -> None:
        nonlocal now
        if isinstance(event, StageStarted):
            peaks[now] = max(peaks.get(now, 0.0), peak_mib())
            now = "build" if event.stage == "indicators" else event.stage
        elif isinstance(event, EpochFinished | StageFinished):
            peaks[now] = max(peaks.get(now, 0.0), peak_mib())

    result = train(TrainRequest(Workspace(root), strategy, tuple(symbols), "1m"), listen)
    peaks[now] = max(peaks.get(now, 0.0), peak_mib())
    document = result.document
    return {
        "rows": sum(document["split"]["rows"].values()),
        "epochs": document["epochs_trained"],
        "test_nll": document["metrics"]["test_nll"],
        "peak_mib": {name: round(value) for name, value in peaks.items()},
        "seconds": {name: round(value, 2) for name, value in document["seconds"].items()},
    }


def train_apart(root: Path, strategy: str, symbols: Sequence[str]) -> dict[str, Any]:
    """Train in a process of its own, from a workspace without a cache, and return what it told and its seconds.

    Parameters
    ----------
    root, strategy, symbols : Path, str, sequence of str
        As `train_here` takes them.
    """
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, __file__, "--child", str(root), strategy, ",".join(symbols)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)} | json.loads(done.stdout)


def workspace(folder: Path, symbols: int, bars: int, seed: int, epochs: int) -> list[str]:
    """Fill a workspace and return its symbols.

    Parameters
    ----------
    folder : Path
        Where.
    symbols, bars, seed, epochs : int
        What is in it.
    """
    place = Workspace(folder)
    place.data.mkdir(parents=True)
    names = [f"S{number:02d}" for number in range(symbols)]
    for number, name in enumerate(names):
        write_series(place.data / f"{name}_1m.csv", bars, seed + number)
    for batches in ("auto", "off"):
        write_text(place.strategies / f"scale_{batches}.yaml", strategy_text(f"scale_{batches}", batches, epochs))
    return names


def scale(options: argparse.Namespace) -> dict[str, Any]:
    """Train once on all symbols.

    Parameters
    ----------
    options : Namespace
        The command line.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = workspace(Path(folder), options.symbols, options.bars, options.seed, options.epochs)
        return train_apart(Path(folder), "scale_auto", names)


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Train one and three symbols in turn and return the middle run of each.

    Parameters
    ----------
    options : Namespace
        The command line.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for run in range(options.runs):
        for name, strategy, count in (("one", "auto", 1), ("three", "auto", 3), ("three, off", "off", 3)):
            with tempfile.TemporaryDirectory() as folder:
                names = workspace(Path(folder), count, options.compare_bars, options.seed + 100 * run, 100)
                found.setdefault(name, []).append(train_apart(Path(folder), f"scale_{strategy}", names))
    middle = {
        name: {key: median(entry[key] for entry in runs) for key in ("wall_seconds", "cpu_seconds")}
        | {"train_seconds": median(entry["seconds"]["train"] for entry in runs)}
        for name, runs in found.items()
    }
    return {
        name: {
            **{key: (value, f"{value / middle['one'][key]:.2f} x one") for key, value in middle[name].items()},
            "epochs": [entry["epochs"] for entry in runs],
            "test_nll": [round(entry["test_nll"], 4) for entry in runs],
        }
        for name, runs in found.items()
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("symbols", 20), ("bars", 500_000), ("epochs", 1), ("seed", 0), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--compare-bars", type=int, default=20_000)
    parser.add_argument("--only", choices=("scale", "compare"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        root, strategy, symbols = options.child
        print(json.dumps(train_here(Path(root), strategy, symbols.split(","))))
        return
    parts = {"scale": scale, "compare": compare}
    found = {name: part(options) for name, part in parts.items() if options.only in (None, name)}
    document = {"benchmark": "scale", **measured_on(), **found}
    if options.out:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document))
        return
    for name, figures in found.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key}: {value}")


if __name__ == "__main__":
    main()
