"""Many symbols on one thread and on two, in turn; and one account over all of them.

    python benchmarks/many.py [--symbols 50] [--bars 100000] [--rounds 3] [--seed 0] [--json] [--out FILE]

``kernel``: probabilities through the decision filters, the event kernel, metrics and buy and hold, per symbol, as the
grid's threads do it once features are there. ``portfolio``: the same symbols with one account, in bars of all symbols
per second of CPU; it is one kernel on one thread. Series are random walks of one-minute bars, the same for a seed.
Every round measures one thread, then two; ``speed_up`` is the ratio of a round, told as least, middle and most.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.backtesting.benchmark import buy_and_hold_result  # noqa: E402
from ktrdr_app.backtesting.config import BacktestConfig  # noqa: E402
from ktrdr_app.backtesting.material import material_of  # noqa: E402
from ktrdr_app.backtesting.portfolio import run_portfolio  # noqa: E402
from ktrdr_app.backtesting.portfolio_terms import Leg, PortfolioConfig, equal_shares  # noqa: E402
from ktrdr_app.backtesting.simulation import run_probabilities  # noqa: E402
from ktrdr_app.core.cancel import CancelToken  # noqa: E402
from ktrdr_app.core.compute import local_pool, ordered_map  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.decision.orchestrator import DecisionOrchestrator  # noqa: E402
from ktrdr_app.strategy.schema import DecisionSettings  # noqa: E402

Series = tuple[pd.DataFrame, np.ndarray]
FILTERS = DecisionSettings(confidence_threshold=0.5, min_signal_separation=4, volume_filter=True)


def series_of(bars: int, seed: int) -> Series:
    """Return a random walk of one-minute bars, and probabilities for them.

    Parameters
    ----------
    bars, seed : int
        Length, and what it is drawn from.
    """
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.0005, bars)))
    opened = np.concatenate([[100.0], close[:-1]])
    reach = 1.0 + np.abs(random.normal(0.0, 0.0003, (2, bars)))
    index = pd.date_range("2015-01-01", periods=bars, freq="1min", tz="UTC", unit="ns", name="timestamp")
    frame = pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * reach[0],
            "low": np.minimum(opened, close) / reach[1],
            "close": close,
            "volume": random.integers(1_000, 100_000, bars).astype(np.float64),
        },
        index,
    )
    return frame, random.dirichlet((1.0, 2.0, 1.0), bars)


def judged(series: Series) -> float:
    """Do one symbol's part of a grid, and return its final equity.

    Parameters
    ----------
    series : tuple of DataFrame and ndarray
        Bars and probabilities.
    """
    config = BacktestConfig()
    result = run_probabilities(*series, DecisionOrchestrator(FILTERS), config)
    held = buy_and_hold_result(series[0], config)
    return float(result.metrics["total_return"]) + 0.0 * float(held.metrics["total_return"])


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that some work takes, and what it gives.

    Parameters
    ----------
    work : callable
        Takes nothing.
    """
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def on_threads(all_series: list[Series], threads: int) -> tuple[float, list[float]]:
    """Return the seconds that the grid's work takes on so many threads, and its results.

    Parameters
    ----------
    all_series : list
        Bars and probabilities of each symbol.
    threads : int
        One or more.
    """
    with local_pool(threads) as pool:
        return timed(lambda: ordered_map(judged, all_series, cancel=CancelToken("the benchmark"), executor=pool))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run all rounds.

    Parameters
    ----------
    options : Namespace
        The command line.
    """
    all_series = [series_of(options.bars, options.seed + number) for number in range(options.symbols)]
    on_threads(all_series[:2], 2)
    rounds = []
    for _ in range(options.rounds):
        (one, first), (two, second) = on_threads(all_series, 1), on_threads(all_series, 2)
        if first != second:
            raise SystemExit("one thread and two gave different results")
        rounds.append((one, two))
    base = BacktestConfig(sizing=equal_shares(options.symbols, None))
    judge = DecisionOrchestrator(FILTERS)
    legs = [
        Leg(f"S{number:03d}", bars, material_of(bars, shares, judge, base).signals())
        for number, (bars, shares) in enumerate(all_series)
    ]
    config = PortfolioConfig(base)
    run_portfolio(legs[:1], "1m", config)
    began = time.process_time()
    run_portfolio(legs, "1m", config, FILTERS)
    together = time.process_time() - began
    ratios = sorted(one / two for one, two in rounds)
    return {
        "symbols": options.symbols,
        "bars": options.bars,
        "kernel": {
            "seconds_one_thread": round(median(one for one, _ in rounds), 3),
            "seconds_two_threads": round(median(two for _, two in rounds), 3),
            "speed_up": {"min": round(ratios[0], 2), "median": round(median(ratios), 2), "max": round(ratios[-1], 2)},
        },
        "portfolio": {
            "cpu_seconds": round(together, 3),
            "bars_per_cpu_second": round(options.symbols * options.bars / together),
        },
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("symbols", 50), ("bars", 100_000), ("rounds", 3), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    document = {"benchmark": "many", **measured_on(), **measure(options)}
    if options.out:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document))
        return
    for name in ("kernel", "portfolio"):
        print(name, document[name])


if __name__ == "__main__":
    main()
