"""Times loading a long series: parsed for the first time, from the column cache, and by range, beside plain pandas.

    python benchmarks/data.py [--rows N] [--runs N] [--seed N] [--out FILE.json]

Equality first, then time: the bars that the cache gives, cold, warm and by range, must be those of `CSVDataSource` to
the last bit, else nothing is timed. Seconds are wall time, in turns within each run, so that a busy machine is busy for
all of them. ``first_load`` parses, checks, hashes and writes the cache, with the disk's fsync; ``cached_load`` is a new
source on that cache; ``cached_day`` is one day from the middle. The peer ``pandas`` is `pandas.read_csv` with the
stamps parsed and set as index: it checks nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.data.bars import fingerprint  # noqa: E402
from ktrdr_app.data.column_cache import CachedCSVSource  # noqa: E402
from ktrdr_app.data.csv_source import CSVDataSource  # noqa: E402

MEASURED = ("first_load", "cached_load", "cached_day", "uncached_load", "pandas")
CACHED_PER_RUN = 5
OLD_NS = 1_600_000_000_000_000_000
"""Time of change that the file is given: the cache does not trust one that was written a moment ago."""


def write_series(folder: Path, rows: int, seed: int) -> Path:
    """Write a random walk of minute bars with five decimals, as brokers give them.

    Parameters
    ----------
    folder : Path
        Where it goes.
    rows : int
        Bars.
    seed : int
        The same seed gives the same file.
    """
    random = np.random.default_rng(seed)
    close = 1.1 * np.exp(np.cumsum(random.normal(0, 1e-4, rows)))
    opened = np.concatenate([[1.1], close[:-1]])
    reach = np.abs(random.normal(0, 1e-4, (2, rows)))
    stamps = pd.date_range("2015-01-01", periods=rows, freq="min", tz="UTC")
    table = {
        "timestamp": stamps.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "open": opened.round(5),
        "high": (np.maximum(opened, close) + reach[0]).round(5),
        "low": (np.minimum(opened, close) - reach[1]).round(5),
        "close": close.round(5),
        "volume": random.integers(1, 5000, rows),
    }
    path = folder / "SYN_1m.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    os.utime(path, ns=(OLD_NS, OLD_NS))
    return path


def _differences(data: Path, cache: Path, day: str) -> list[str]:
    """Return what is not equal to the last bit."""
    plain = CSVDataSource(data)
    whole, part = plain.load("SYN", "1m"), plain.load("SYN", "1m", day, day)
    found = {
        "first load": (CachedCSVSource(data, cache).load("SYN", "1m"), whole),
        "cached load": (CachedCSVSource(data, cache).load("SYN", "1m"), whole),
        "cached day": (CachedCSVSource(data, cache).load("SYN", "1m", day, day), part),
    }
    return [
        name
        for name, (one, other) in found.items()
        if fingerprint(one) != fingerprint(other) or not one.equals(other) or one.index.dtype != other.index.dtype
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _run(path: Path, cache: Path, day: str) -> dict[str, float]:
    """Return the seconds of one turn of everything."""
    data = path.parent
    shutil.rmtree(cache)
    first = _timed(lambda: CachedCSVSource(data, cache).load("SYN", "1m"))
    warm = [_timed(lambda: CachedCSVSource(data, cache).load("SYN", "1m")) for _ in range(CACHED_PER_RUN)]
    days = [_timed(lambda: CachedCSVSource(data, cache).load("SYN", "1m", day, day)) for _ in range(CACHED_PER_RUN)]
    plain = _timed(lambda: CSVDataSource(data).load("SYN", "1m"))
    peer = _timed(lambda: pd.read_csv(path, parse_dates=["timestamp"], index_col="timestamp"))
    return dict(zip(MEASURED, (first, median(warm), median(days), plain, peer), strict=True))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"min": min(values), "median": median(values), "max": max(values)}


def _document(runs: Sequence[dict[str, float]], path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of all runs with the machine and the versions they stand for."""
    seconds = {name: _spread([run[name] for run in runs]) for name in MEASURED}
    return {
        "benchmark": "data",
        **measured_on(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "pandas": pd.__version__},
        "rows": options.rows,
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "seed": options.seed,
        "runs": options.runs,
        "seconds": seconds,
        "times_faster_than_pandas": seconds["pandas"]["median"] / seconds["cached_load"]["median"],
    }


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description="Time the loading of a long series.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="bars, 5000 or more (1,000,000)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs, 1 or more (5)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the series (0)")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "data.json")
    options = parser.parse_args()
    if options.runs < 1 or options.rows < 5000:
        parser.error("--runs takes 1 or more, --rows 5000 or more")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").mkdir()
        path, cache = write_series(Path(folder) / "data", options.rows, options.seed), Path(folder) / "cache"
        day = str(pd.Timestamp("2015-01-01") + pd.Timedelta(minutes=options.rows // 2))[:10]
        differences = _differences(path.parent, cache, day)
        if differences:
            print(f"not the same bars: {', '.join(differences)}", file=sys.stderr)
            return 1
        document = _document([_run(path, cache, day) for _ in range(options.runs)], path, options)
    write_json(options.out, document)
    print(f"{'seconds':<16}{'min':>10}{'median':>10}{'max':>10}")
    for name, row in document["seconds"].items():
        print(name.ljust(16) + "".join(f"{value:>10.4f}" for value in row.values()))
    print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
