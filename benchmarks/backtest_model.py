"""Times backtests of models, from cached bars and features: a million bars, and universal beside symbol-specific.

    python benchmarks/backtest_model.py [--bars 1000000] [--rounds 3] [--strategy neuro_mean_reversion] [--json]
                                        [--out results/backtest_model.json]

In a temporary workspace, series of minute bars, random walks with noise: a universal model is trained on two symbols of
20,000 bars, a symbol-specific one on the first. Then a third symbol of ``--bars`` bars is judged by the universal
model: everything but the run's files (load, model, features, probabilities, decisions, equity, trades as arrays,
metrics, buy and hold). ``first`` is the run that fills the caches; ``first_call`` is the first of another process,
which has to load the compiled kernels; ``seconds`` are the middle of that process's next rounds, and
``with_files_seconds`` is one with its files. ``parity`` is the time of the universal and of the symbol's own model on
the first symbol, in turns. ``all`` is on the clock, ``cpu`` the processor's time, which other programs disturb less.

Memory is resident memory, mapped libraries included (Linux only): ``imports_mib`` after the imports, ``peak_mib`` the
most until the end of the rounds, before files, ``run_mib`` what the second is above the first. Each part has a process
of its own, so that none is charged with another's memory.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on, peak_mib  # noqa: E402
from ktrdr_app import workflows  # noqa: E402
from ktrdr_app.core.cancel import CancelToken  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.core.progress import StageFinished  # noqa: E402
from ktrdr_app.workflows.backtest_run import simulate_backtest  # noqa: E402
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest  # noqa: E402

SECONDS = 1.0
"""Most seconds that a million bars may take."""
MIB = 400
"""Most memory."""
NOISE = 0.0005
"""As much as a bar's own move, so that prices come back often enough to be traded."""

T = TypeVar("T")


def alone(function: Callable[..., T], *arguments: object) -> T:
    """Return what a function returns in a process of its own.

    Parameters
    ----------
    function : callable
        One of this module.
    *arguments : object
        What it takes.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def prepare(folder: Path, strategy: str, bars: int) -> None:
    """Make a workspace with three series and two models.

    Parameters
    ----------
    folder : Path
        Where it is made.
    strategy : str
        A shipped strategy.
    bars : int
        Bars of the series that is judged.
    """
    from benchmarks.scale import write_series  # what writes the series is no part of what is measured

    workspace = Workspace(folder)
    workspace.data.mkdir(parents=True)
    for symbol, length, seed in (("ONE", 20_000, 1), ("TWO", 20_000, 2), ("LONG", bars, 3)):
        write_series(workspace.data / f"{symbol}_1m.csv", length, seed, NOISE)
    for kind, symbols in (("universal", ("ONE", "TWO")), ("legacy", ("ONE",))):
        workflows.train(TrainRequest(workspace, strategy, symbols, "1m", kind=kind, epochs=3))


def stages(request: BacktestRequest) -> dict[str, float]:
    """Return the seconds of each stage of one run without its files, and of all of it, and how many trades it had.

    Parameters
    ----------
    request : BacktestRequest
        The run.
    """
    heard: dict[str, float] = {}

    def listen(event: Any) -> None:
        if isinstance(event, StageFinished):
            heard[event.stage] = event.seconds

    began, busy = time.perf_counter(), time.process_time()
    papers = simulate_backtest(request, listen, CancelToken("the benchmark"))
    assert len(papers.result.equity) == len(papers.bars)
    trades = len(papers.result.closed.entry_bar)
    assert papers.result.metrics["total_trades"] == trades
    return heard | {"all": time.perf_counter() - began, "cpu": time.process_time() - busy, "trades": trades}


def fill_caches(folder: Path, strategy: str) -> dict[str, Any]:
    """Return stages and memory of the first run, which parses the bars and builds the features.

    Parameters
    ----------
    folder, strategy : Path, str
        As `prepare` takes them.
    """
    first = stages(BacktestRequest(Workspace(folder), strategy, "LONG", "1m"))
    return {"first_seconds": first, "first_peak_mib": peak_mib()}


def measure(folder: Path, strategy: str, rounds: int) -> dict[str, Any]:
    """Return stages and memory of runs from the caches, and what files and the kind of model cost.

    Parameters
    ----------
    folder, strategy : Path, str
        As `prepare` takes them.
    rounds : int
        Runs of which the middle is told.
    """
    imports, workspace = peak_mib(), Workspace(folder)
    long = BacktestRequest(workspace, strategy, "LONG", "1m")
    first_call = stages(long)
    whole = middle([stages(long) for _ in range(rounds)])
    peak = max(imports, peak_mib())
    pair = {kind: BacktestRequest(workspace, strategy, "ONE", "1m", model=kind) for kind in ("universal", "legacy")}
    turns = [{kind: stages(request)["all"] for kind, request in pair.items()} for _ in range(2 * rounds)]
    began = time.perf_counter()
    workflows.backtest(long)
    return {
        "first_call_seconds": first_call,
        "seconds": whole,
        "with_files_seconds": time.perf_counter() - began,
        "imports_mib": imports,
        "peak_mib": peak,
        "run_mib": peak - imports,
        "parity_seconds": middle(turns[1:]),
    }


def middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each stage.

    Parameters
    ----------
    rounds : list of dict
        Seconds by stage.
    """
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


def main() -> int:
    """Measure, print, and return 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strategy", default="neuro_mean_reversion")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone(prepare, folder, options.strategy, options.bars)
        found = alone(fill_caches, folder, options.strategy) | alone(measure, folder, options.strategy, options.rounds)
    document: dict[str, Any] = {
        "benchmark": "backtest_model",
        **measured_on(),
        "bars": options.bars,
        "strategy": options.strategy,
        **found,
    }
    seconds, peak = found["seconds"]["all"], found["peak_mib"]
    document["short"] = [
        *([f"{seconds:.2f} s, {SECONDS} are allowed"] if seconds > SECONDS else []),
        *([f"{peak:.0f} MiB, {MIB} are allowed"] if peak > MIB else []),
    ]
    if options.out:
        write_json(options.out, document)
    print(json.dumps(document, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in document.items()))
    return 1 if document["short"] else 0


if __name__ == "__main__":
    sys.exit(main())
