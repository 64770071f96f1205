"""Times backtests of models, from cached bars and features: a million bars, and universal beside symbol-specific.

    python benchmarks/backtest_model.py [--bars 1000000] [--rounds 3] [--strategy neuro_mean_reversion] [--json]
                                        [--out results/backtest_model.json]

In a temporary workspace, random walks of minute bars: a universal model is trained on two symbols of 20,000 bars, a
symbol-specific one on the first. Then a third symbol of ``--bars`` bars is judged by the universal model, once to fill
the caches and then in rounds: everything but the run's files (load, model, features, probabilities, decisions, equity,
trades, metrics, buy and hold), and after it the files. ``parity`` is the time of the universal and of the symbol's own
model on the first symbol, in turns. Memory is the peak of the process at the end of the rounds, before files.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from benchmarks.scale import write_series  # noqa: E402
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


def prepared(folder: Path, strategy: str, bars: int) -> Workspace:
    """Return a workspace with three series and two models.

    Parameters
    ----------
    folder : Path
        Where it is made.
    strategy : str
        A shipped strategy.
    bars : int
        Bars of the series that is judged.
    """
    workspace = Workspace(folder)
    workspace.data.mkdir(parents=True)
    for symbol, length, seed in (("ONE", 20_000, 1), ("TWO", 20_000, 2), ("LONG", bars, 3)):
        write_series(workspace.data / f"{symbol}_1m.csv", length, seed)
    for kind, symbols in (("universal", ("ONE", "TWO")), ("legacy", ("ONE",))):
        workflows.train(TrainRequest(workspace, strategy, symbols, "1m", kind=kind, epochs=3))
    return workspace


def stages(request: BacktestRequest) -> dict[str, float]:
    """Return the seconds of each stage of one run without its files, and of all of it.

    Parameters
    ----------
    request : BacktestRequest
        The run.
    """
    heard: dict[str, float] = {}

    def listen(event: Any) -> None:
        if isinstance(event, StageFinished):
            heard[event.stage] = event.seconds

    began = time.perf_counter()
    papers = simulate_backtest(request, listen, CancelToken("the benchmark"))
    assert len(papers.result.equity) == len(papers.bars)
    assert papers.result.metrics["total_trades"] == len(papers.result.trades)
    return heard | {"all": time.perf_counter() - began}


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
    with tempfile.TemporaryDirectory() as folder:
        workspace = prepared(Path(folder), options.strategy, options.bars)
        long = BacktestRequest(workspace, options.strategy, "LONG", "1m")
        first = stages(long)
        whole = middle([stages(long) for _ in range(options.rounds)])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pair = {kind: BacktestRequest(workspace, options.strategy, "ONE", "1m", model=kind)
                for kind in ("universal", "legacy")}  # fmt: skip
        turns = [{kind: stages(request)["all"] for kind, request in pair.items()} for _ in range(2 * options.rounds)]
        began = time.perf_counter()
        workflows.backtest(long)
        with_files = time.perf_counter() - began
    document = {
        "benchmark": "backtest_model",
        **measured_on(),
        "bars": options.bars,
        "strategy": options.strategy,
        "first_seconds": first,
        "seconds": whole,
        "with_files_seconds": with_files,
        "peak_mib": peak,
        "parity_seconds": middle(turns[1:]),
    }
    document["short"] = [
        *([f"{whole['all']:.2f} s, {SECONDS} are allowed"] if whole["all"] > SECONDS else []),
        *([f"{peak:.0f} MiB, {MIB} are allowed"] if peak > MIB else []),
    ]
    if options.out:
        write_json(options.out, document)
    print(json.dumps(document, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in document.items()))
    return 1 if document["short"] else 0


if __name__ == "__main__":
    sys.exit(main())
