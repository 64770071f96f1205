"""Times writing the tables of a run folder as CSV beside pandas' own writer, once the bytes are found to be the same.

    python benchmarks/tables.py [--rows 1000000] [--rounds 3] [--json] [--out results/tables.json]

The equity table and the decisions of a run of ``--rows`` minute bars, as `write_table` is given them: account values,
drawdowns below and above a ten-thousandth, long stretches of the same cash, truth values; probabilities, words, and a
sentence with commas, which needs quotes, on each fifth bar. Seconds of processor time, medians of rounds in which both
take turns, the file and its fsync included.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
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
from ktrdr_app.core.files import write_json, write_text  # noqa: E402
from ktrdr_app.workflows.tables import write_table  # noqa: E402

FACTOR = 3
"""How many times faster than pandas ours is meant to be."""


def tables(rows: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a run.

    Parameters
    ----------
    rows : int
        Bars.
    """
    draw = np.random.default_rng(rows)
    index = pd.date_range("2000-01-03", periods=rows, freq="1min", tz="UTC", unit="ns", name="timestamp")
    equity = 1e5 * np.exp(np.cumsum(draw.normal(0, 1e-5, rows)))
    held = np.repeat(draw.random(rows // 100 + 1) < 0.5, 100)[:rows]
    account = {
        "equity": equity,
        "drawdown": equity / np.maximum.accumulate(equity) - 1,
        "cash": np.where(held, 0.0, equity.round(2)),
        "position": np.where(held, np.repeat(draw.random(rows // 100 + 1) * 100, 100)[:rows], 0.0),
        "buy_and_hold": 1e5 * np.exp(np.cumsum(draw.normal(0, 1e-3, rows))),
        "in_sample": np.arange(rows) < rows // 3,
    }
    shares = draw.dirichlet([0.6, 0.6, 0.6], rows)
    words = np.array(["BUY", "HOLD", "SELL"], dtype=object)
    said = [
        f"confidence {share:.2f} reaches 0.60, BUY while long: position {place % 7}" if place % 5 == 0 else ""
        for place, share in enumerate(shares[:, 0].tolist())
    ]
    decisions = {
        "raw": words[shares.argmax(axis=1)],
        "confidence": shares.max(axis=1),
        **{name: shares[:, place] for place, name in enumerate(("buy", "hold", "sell"))},
        "volume_ratio": np.where(np.arange(rows) < 20, np.nan, draw.random(rows) * 2),
        "position": np.where(held, "long", "flat").astype(object),
        "action": words[draw.integers(0, 3, rows)],
        "refused_by": np.where(np.arange(rows) % 5 == 0, "position", "").astype(object),
        "reason": np.array(said, dtype=object),
    }
    return {"equity": pd.DataFrame(account, index), "decisions": pd.DataFrame(decisions, index)}


def by_pandas(table: pd.DataFrame, path: Path) -> None:
    """Write a table cell by cell.

    Parameters
    ----------
    table : DataFrame
        The table.
    path : Path
        CSV file.
    """
    stamped = table.copy()
    stamped.insert(0, "timestamp", pd.DatetimeIndex(table.index).strftime("%Y-%m-%dT%H:%M:%SZ"))
    write_text(path, stamped.to_csv(index=False, lineterminator="\n"))


def busy(write: Callable[[pd.DataFrame, Path], None], table: pd.DataFrame, path: Path) -> float:
    """Return the processor's seconds of writing a table.

    Parameters
    ----------
    write : callable
        Writes it.
    table : DataFrame
        The table.
    path : Path
        CSV file.
    """
    began = time.process_time()
    write(table, path)
    return time.process_time() - began


def measure(table: pd.DataFrame, rounds: int, folder: Path) -> dict[str, Any]:
    """Return the figures of one table.

    Parameters
    ----------
    table : DataFrame
        The table.
    rounds : int
        Turns.
    folder : Path
        Where files go.
    """
    taken: dict[str, list[float]] = {"ours": [], "pandas": []}
    for _ in range(rounds):
        for name, write in (("ours", write_table), ("pandas", by_pandas)):
            taken[name].append(busy(write, table, folder / f"{name}.csv"))
    content = (folder / "ours.csv").read_bytes()
    if content != (folder / "pandas.csv").read_bytes():
        raise SystemExit("the two files differ")
    seconds = {f"{name}_seconds": median(each) for name, each in taken.items()}
    times = median(slow / fast for slow, fast in zip(taken["pandas"], taken["ours"], strict=True))
    return {"rows": len(table), "mib": len(content) / 2**20, **seconds, "times": times}


def main() -> int:
    """Measure, print a line for each table or JSON, and return 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {name: measure(table, options.rounds, Path(folder)) for name, table in tables(options.rows).items()}
    short = [f"{name}: {each['times']:.1f} times pandas" for name, each in found.items() if each["times"] < FACTOR]
    document = {"benchmark": "tables", **measured_on(), "tables": found, "short": short}
    if options.out:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        for name, each in found.items():
            print(f"{name:10} {each['rows']:,} rows, {each['mib']:.0f} MiB: {each['ours_seconds']:.2f} s of processor "
                  f"time, pandas {each['pandas_seconds']:.2f} s, {each['times']:.1f} times as long")  # fmt: skip
        for line in short:
            print(f"SHORT: {line}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
