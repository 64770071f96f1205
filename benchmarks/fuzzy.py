"""Times the memberships of whole series beside scikit-fuzzy and NumPy, in one run; checks first that all agree.

    python benchmarks/fuzzy.py [--rows 20000,1000000] [--runs 5] [--seed 0] [--json] [--out results/fuzzy.json]

Twelve inputs with three sets each are evaluated per run: all triangular, all trapezoidal, all gaussian, and mixed as
the shipped strategies mix them. ``columns`` writes a float32 block in column order, ``block`` the first columns of a
wider float32 block in row order, as the features have it; the peers fill the columns of the first. ``one set`` is what
a dragged vertex costs. All write into memory that was written before: whoever comes first would pay for its pages.
Nanoseconds of CPU time per membership, the middle of all runs.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

import skfuzzy  # noqa: E402

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.fuzzy import FuzzyEngine, membership  # noqa: E402

INPUTS = 12
CASES: dict[str, list[tuple[str, list[float], str]]] = {
    "triangular": [
        ("triangular", [10, 30, 50], ""),
        ("triangular", [25, 50, 75], ""),
        ("triangular", [50, 70, 90], ""),
    ],
    "trapezoidal": [
        ("trapezoidal", [0, 10, 25, 40], ""),
        ("trapezoidal", [25, 40, 60, 75], ""),
        ("trapezoidal", [60, 75, 90, 100], ""),
    ],
    "gaussian": [("gaussian", [20, 12], ""), ("gaussian", [50, 10], ""), ("gaussian", [80, 12], "")],
    "mixed": [
        ("trapezoidal", [0, 10, 25, 40], "left"),
        ("triangular", [25, 50, 75], ""),
        ("trapezoidal", [60, 75, 90, 100], "right"),
    ],
}
OTHER_FEATURES = 20
"""Columns of the block that are not memberships."""
LEAST_MEMBERSHIPS = 5_000_000
"""Memberships per timing: a short series is evaluated again and again, as an editor does."""
Columns = list[np.ndarray]


def by_scikit_fuzzy(kind: str, numbers: Sequence[float], side: str, x: np.ndarray) -> np.ndarray:
    """Return memberships as its users compute them.

    Parameters
    ----------
    kind, numbers, side : str, sequence of float, str
        The set; ``side`` is ``left`` or ``right`` for an open one.
    x : ndarray of float64, shape (n,)
        Values.
    """
    if kind == "gaussian":
        return skfuzzy.gaussmf(x, *numbers)
    grades = (skfuzzy.trimf if kind == "triangular" else skfuzzy.trapmf)(x, np.array(numbers, dtype=np.float64))
    return _opened(grades, numbers, side, x)


def by_numpy(kind: str, numbers: Sequence[float], side: str, x: np.ndarray) -> np.ndarray:
    """Return memberships by whole-array arithmetic.

    Parameters
    ----------
    kind, numbers, side, x
        As for `by_scikit_fuzzy`.
    """
    if kind == "gaussian":
        return np.exp(-0.5 * ((x - numbers[0]) / numbers[1]) ** 2)
    up, down = (x - numbers[0]) / (numbers[1] - numbers[0]), (numbers[-1] - x) / (numbers[-1] - numbers[-2])
    return _opened(np.clip(np.minimum(up, down), 0.0, 1.0), numbers, side, x)


def _opened(grades: np.ndarray, numbers: Sequence[float], side: str, x: np.ndarray) -> np.ndarray:
    if side == "left":
        grades[x <= numbers[1]] = 1.0
    elif side == "right":
        grades[x >= numbers[-2]] = 1.0
    return grades


def _series(rows: int, seed: int) -> Columns:
    random = np.random.default_rng(seed)
    return [random.normal(50.0, 20.0, rows) for _ in range(INPUTS)]


def _engine(case: str) -> FuzzyEngine:
    sets = {
        f"s{place}": {"type": kind, "parameters": numbers, "shoulder": side or "none"}
        for place, (kind, numbers, side) in enumerate(CASES[case])
    }
    return FuzzyEngine({f"i{place}": sets for place in range(INPUTS)})


def _filled(out: np.ndarray, case: str, columns: Columns, grade: Callable[..., np.ndarray]) -> None:
    """Fill the block as a user of the peer does, set by set."""
    place = 0
    for x in columns:
        for kind, numbers, side in CASES[case]:
            out[:, place] = grade(kind, numbers, side, x)
            place += 1


def _differences(columns: Columns) -> list[str]:
    """Return the cases in which ours, scikit-fuzzy's and NumPy's memberships are not the same."""
    found = []
    for case, sets in CASES.items():
        x = columns[0]
        for kind, numbers, side in sets:
            expected = by_scikit_fuzzy(kind, numbers, side, x)
            ours = membership(kind, numbers, x, side or "none")
            others = np.abs(ours - expected).max(), np.abs(by_numpy(kind, numbers, side, x) - expected).max()
            if not max(others) < 1e-12:
                found.append(f"{case} {numbers}")
        block = np.empty((len(x), len(columns) * len(sets)), np.float32)
        _engine(case).evaluate_into({f"i{place}": column for place, column in enumerate(columns)}, block)
        doubles = np.empty(block.shape)
        _filled(doubles, case, columns, by_scikit_fuzzy)
        if not np.abs(block - doubles).max() < 2e-7:
            found.append(f"{case} in the block")
    return found


def _timed(work: Callable[[], object], memberships: int) -> float:
    """Return nanoseconds of CPU time per membership, over at least `LEAST_MEMBERSHIPS`."""
    turns = max(1, LEAST_MEMBERSHIPS // memberships)
    began = time.process_time_ns()
    for _ in range(turns):
        work()
    return (time.process_time_ns() - began) / (turns * memberships)


def _run(case: str, columns: Columns) -> dict[str, float]:
    """Return the nanoseconds per membership of one turn of everything."""
    engine, rows = _engine(case), len(columns[0])
    values = {f"i{place}": column for place, column in enumerate(columns)}
    sets = len(engine.names)
    in_columns = np.ones((sets, rows), np.float32).T
    block = np.ones((rows, sets + OTHER_FEATURES), np.float32)
    return {
        "columns": _timed(lambda: engine.evaluate_into(values, in_columns), rows * sets),
        "block": _timed(lambda: engine.evaluate_into(values, block[:, :sets]), rows * sets),
        "one set": _timed(lambda: engine.evaluate_one("i3", "s1", columns[3], in_columns[:, 10]), rows),
        "scikit-fuzzy": _timed(lambda: _filled(in_columns, case, columns, by_scikit_fuzzy), rows * sets),
        "numpy": _timed(lambda: _filled(in_columns, case, columns, by_numpy), rows * sets),
    }


def _document(found: dict[str, dict[str, list[dict[str, float]]]], options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of all runs with the machine and the versions they stand for."""
    figures = {
        case: {rows: {name: median(run[name] for run in runs) for name in runs[0]} for rows, runs in by_rows.items()}
        for case, by_rows in found.items()
    }
    times = {
        case: {
            rows: {name: row["scikit-fuzzy"] / row[name] for name in ("columns", "block")}
            for rows, row in by_rows.items()
        }
        for case, by_rows in figures.items()
    }
    return {
        "benchmark": "fuzzy",
        **measured_on(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-fuzzy": skfuzzy.__version__},
        "rows": options.rows,
        "memberships_per_row": INPUTS * len(CASES["mixed"]),
        "seed": options.seed,
        "runs": options.runs,
        "nanoseconds_per_membership": figures,
        "times_faster_than_scikit_fuzzy": times,
    }


def _show(document: dict[str, Any]) -> None:
    names = ("columns", "block", "one set", "scikit-fuzzy", "numpy")
    print(f"{'ns per membership':<24}" + "".join(f"{name:>14}" for name in names) + f"{'times faster':>14}")
    for case, by_rows in document["nanoseconds_per_membership"].items():
        for rows, row in by_rows.items():
            ratio = document["times_faster_than_scikit_fuzzy"][case][rows]["columns"]
            shown = "".join(f"{row[name]:>14.2f}" for name in names)
            print(f"{case:<12}{int(rows):>12,}{shown}{ratio:>14.1f}")


def _counts(text: str) -> list[int]:
    counts = [int(part) for part in text.split(",")]
    if min(counts) < 1000:
        raise argparse.ArgumentTypeError("1000 rows or more")
    return counts


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description="Time the memberships of whole series.")
    parser.add_argument("--rows", type=_counts, default=[20_000, 1_000_000], help="rows, by commas (20000,1000000)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs, 1 or more (5)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the values (0)")
    parser.add_argument("--json", action="store_true", help="print the document instead of a table")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "fuzzy.json")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs takes 1 or more")
    differences = _differences(_series(min(options.rows), options.seed))
    if differences:
        print(f"not the same memberships: {', '.join(differences)}", file=sys.stderr)
        return 1
    found: dict[str, dict[str, list[dict[str, float]]]] = {case: {} for case in CASES}
    for rows in options.rows:
        columns = _series(rows, options.seed)
        for case in CASES:
            found[case][str(rows)] = [_run(case, columns) for _ in range(options.runs)]
    document = _document(found, options)
    write_json(options.out, document)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        _show(document)
        print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
