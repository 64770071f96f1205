"""Times the labels of a series beside a plain Python loop, NumPy's sliding windows and compiled early exit, in one run.

    python benchmarks/labels.py [--rows 1000000] [--lookahead 20] [--runs 7] [--seed 0] [--json] [--out FILE.json]

First-touch labels (``zigzag``) of a random walk of closes, with a threshold of one and a half standard deviations of
the move over five bars. All four must give the same labels, else nothing is timed. Milliseconds of CPU time of this
thread, the median of the runs; each run does everything once, so that a busy machine is busy for all of them. The
Python loop runs once, over a tenth of the rows at most, and is scaled up. ``triple barrier``, ``fixed horizon`` and
``segment`` are ours alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.kernels import kernel  # noqa: E402
from ktrdr_app.data.bars import PriceArrays  # noqa: E402
from ktrdr_app.labels import fixed_horizon, segment, triple_barrier, zigzag  # noqa: E402

LEAST_ROWS = 1000
MOST_IN_PYTHON = 100_000
Labeler = Callable[[np.ndarray, float, int], np.ndarray]


def by_python(close: np.ndarray, threshold: float, lookahead: int) -> np.ndarray:
    """Return labels by a loop over bars and their horizons.

    Parameters
    ----------
    close : ndarray of float64, shape (n_bars,)
        Closes.
    threshold : float
        Fraction of the close.
    lookahead : int
        Bars of the horizon.
    """
    prices = close.tolist()
    labels = [-1] * len(prices)
    for i in range(len(prices) - lookahead):
        price, labels[i] = prices[i], 1
        for j in range(i + 1, i + lookahead + 1):
            move = (prices[j] - price) / price
            if abs(move) >= threshold:
                labels[i] = 0 if move > 0 else 2
                break
    return np.array(labels, dtype=np.int8)


def by_windows(close: np.ndarray, threshold: float, lookahead: int) -> np.ndarray:
    """Return labels by NumPy's sliding windows: every move at once, then the first that is large enough.

    Parameters
    ----------
    close, threshold, lookahead
        As for `by_python`.
    """
    labels = np.full(len(close), -1, dtype=np.int8)
    here = close[:-lookahead, None]
    moves = (np.lib.stride_tricks.sliding_window_view(close[1:], lookahead) - here) / here
    large = np.abs(moves) >= threshold
    first = moves[np.arange(len(moves)), large.argmax(axis=1)]
    labels[:-lookahead] = np.where(large.any(axis=1), np.where(first > 0, 0, 2), 1)
    return labels


@kernel
def by_early_exit(close: np.ndarray, threshold: float, lookahead: int) -> np.ndarray:
    """Return labels by the compiled loop that leaves a bar at its first touch.

    Parameters
    ----------
    close, threshold, lookahead
        As for `by_python`.
    """
    labels = np.full(len(close), -1, dtype=np.int8)
    for i in range(len(close) - lookahead):
        labels[i] = 1
        for j in range(i + 1, i + lookahead + 1):
            move = (close[j] - close[i]) / close[i]
            if move >= threshold:
                labels[i] = 0
                break
            if move <= -threshold:
                labels[i] = 2
                break
    return labels


PEERS: dict[str, Labeler] = {"numpy windows": by_windows, "early exit": by_early_exit, "ours": zigzag}


def bars_of(rows: int, seed: int) -> PriceArrays:
    """Return a random walk of bars.

    Parameters
    ----------
    rows : int
        Bars.
    seed : int
        The same seed gives the same bars.
    """
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 1e-3, rows)))
    opened = np.concatenate([[100.0], close[:-1]])
    high, low = np.maximum(opened, close) * 1.0003, np.minimum(opened, close) * 0.9997
    return PriceArrays(opened, high, low, close, np.ones(rows))


def milliseconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call in this thread.

    Parameters
    ----------
    work : callable
        Takes nothing.
    """
    began = time.thread_time()
    work()
    return 1000.0 * (time.thread_time() - began)


def measured(rows: int, lookahead: int, runs: int, seed: int) -> dict[str, float]:
    """Check that all agree, and return the median milliseconds of each.

    Parameters
    ----------
    rows, lookahead, runs, seed : int
        Bars, horizon, repetitions and seed.

    Raises
    ------
    ValueError
        Naming a peer whose labels differ from ours.
    """
    bars = bars_of(rows, seed)
    close, threshold = bars.close, float(1.5e-3 * np.sqrt(5.0))
    short = close[: min(rows, MOST_IN_PYTHON)]
    jobs: dict[str, Callable[[], object]] = {
        name: lambda peer=peer: peer(close, threshold, lookahead) for name, peer in PEERS.items()
    }
    wanted = zigzag(close, threshold, lookahead)
    for name, peer in PEERS.items():
        if not np.array_equal(peer(close, threshold, lookahead), wanted):
            raise ValueError(name)
    if not np.array_equal(by_python(short, threshold, lookahead), zigzag(short, threshold, lookahead)):
        raise ValueError("python")
    jobs["triple barrier"] = lambda: triple_barrier(bars, threshold, lookahead)
    jobs["fixed horizon"] = lambda: fixed_horizon(close, threshold, lookahead)
    jobs["segment"] = lambda: segment(close, threshold)
    for work in jobs.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, work in jobs.items():
            times[name].append(milliseconds(work))
    python = milliseconds(lambda: by_python(short, threshold, lookahead)) * rows / len(short)
    return {"python": python, **{name: median(values) for name, values in times.items()}}


def main() -> int:
    """Run the benchmark.

    Returns
    -------
    int
        0, or 1 if the labels differ.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--lookahead", type=int, default=20)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print the document instead of a table")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.runs < 1:
        parser.error("--runs must be 1 or more")
    if given.lookahead < 1:
        parser.error("--lookahead must be 1 or more")
    if given.rows < max(LEAST_ROWS, 2 * given.lookahead):
        parser.error(f"--rows must be {LEAST_ROWS} or more, and twice the lookahead")
    try:
        times = measured(given.rows, given.lookahead, given.runs, given.seed)
    except ValueError as error:
        print(f"not the same labels: {error}", file=sys.stderr)
        return 1
    document: dict[str, Any] = {
        "benchmark": "labels",
        **measured_on(),
        "rows": given.rows,
        "lookahead": given.lookahead,
        "runs": given.runs,
        "seed": given.seed,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "milliseconds": times,
        "times_faster_than": {name: times[name] / times["ours"] for name in ("python", "numpy windows", "early exit")},
    }
    if given.out is not None:
        write_json(given.out, document)
    if given.json:
        print(json.dumps(document, indent=2))
        return 0
    print(f"{given.rows:,} bars, lookahead {given.lookahead}, CPU milliseconds, median of {given.runs}")
    for name, value in times.items():
        print(f"  {name:15} {value:10.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
