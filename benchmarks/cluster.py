"""Trials of a sweep and trainings of a certificate: one after the other here, and on two workers of a cluster.

    python benchmarks/cluster.py [--trials 16] [--bars 6000] [--epochs 12] [--rounds 3] [--seed 0] [--json] [--out FILE]

The cluster is a scheduler and two workers of one thread each, processes on this machine that are started for it and
have done each kind of work once before the clock runs: what is told is the work and what sharing it out costs, on one
machine, whose memory and cores all of them share. Every round measures here, then there; ``speed_up`` is the ratio of a
round, told as least, middle and most. ``same`` says whether the records of both agree to the last byte.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.workflows.certify_run import certify  # noqa: E402
from ktrdr_app.workflows.requests import TrainRequest  # noqa: E402
from ktrdr_app.workflows.sweep_requests import SweepRequest  # noqa: E402
from ktrdr_app.workflows.sweep_run import sweep  # noqa: E402
from tests.dask_cluster import dask_cluster_in  # noqa: E402
from tests.training.planted_market import MARKETS, market, strategy  # noqa: E402

WORKERS = 2
SPACE = """\
training.learning_rate: {low: 0.001, high: 0.05, log: true}
network.hidden_layers: [[12], [24], [24, 12]]
"""
Place = str | None
"""Address of the cluster; None for one thread of this machine."""


def workspace_in(root: Path, bars: int) -> Workspace:
    """Write the planted markets, their strategy and the space; return the workspace.

    Parameters
    ----------
    root : Path
        An empty folder.
    bars : int
        Length of each series.
    """
    workspace = Workspace(root)
    for folder in (workspace.data, workspace.strategies):
        folder.mkdir(parents=True)
    for symbol in MARKETS:
        frame = market(symbol, bars)
        frame.index = frame.index.strftime("%Y-%m-%dT%H:%M:%SZ")
        frame.to_csv(workspace.data / f"{symbol}_1h.csv", index_label="timestamp")
    (workspace.strategies / "planted.yaml").write_text(strategy("atr").text, encoding="utf-8")
    (root / "space.yaml").write_text(SPACE, encoding="utf-8")
    return workspace


def training(workspace: Workspace, options: argparse.Namespace, place: Place) -> TrainRequest:
    """Return the training that all is about.

    Parameters
    ----------
    workspace : Workspace
        Where the markets are.
    options : Namespace
        The command line.
    place : str or None
        Where it is done.
    """
    return TrainRequest(
        workspace, "planted", tuple(MARKETS), "1h", epochs=options.epochs, seed=options.seed, cluster=place
    )


def swept(workspace: Workspace, options: argparse.Namespace, place: Place) -> bytes:
    """Carry a sweep out, two trials a round, and return its record.

    Parameters
    ----------
    workspace, options, place
        As `training` takes them.
    """
    request = SweepRequest(
        training(workspace, options, place),
        workspace.root / "space.yaml",
        options.trials,
        pruner="none",
        workers=WORKERS,
    )
    if place is not None:
        return (sweep(request).folder / "sweep.json").read_bytes()
    with ThreadPoolExecutor(1) as one:
        return (sweep(request, executor=one).folder / "sweep.json").read_bytes()


def certified(workspace: Workspace, options: argparse.Namespace, place: Place) -> bytes:
    """Make a certificate, and return it.

    Parameters
    ----------
    workspace, options, place
        As `training` takes them.
    """
    request = training(workspace, options, place)
    if place is not None:
        return certify(request).path.read_bytes()
    with ThreadPoolExecutor(1) as one:
        return certify(request, executor=one).path.read_bytes()


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Return the seconds that some work takes, and what it gives.

    Parameters
    ----------
    work : callable
        Takes nothing.
    """
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run all rounds, each kind of work in turn here and on the cluster.

    Parameters
    ----------
    options : Namespace
        The command line.
    """
    document: dict[str, Any] = {"benchmark": "cluster", **measured_on(), **vars(options), "workers": WORKERS}
    del document["json"], document["out"]
    with tempfile.TemporaryDirectory() as folder:
        workspace = workspace_in(Path(folder) / "workspace", options.bars)
        logs = Path(folder) / "cluster"
        logs.mkdir()
        with dask_cluster_in(logs, WORKERS) as cluster:
            for name, work in (("sweep", swept), ("certificate", certified)):
                document[name] = _rounds(work, workspace, options, cluster.address)
    return document


def _rounds(
    work: Callable[[Workspace, argparse.Namespace, Place], bytes],
    workspace: Workspace,
    options: argparse.Namespace,
    address: str,
) -> dict[str, Any]:
    work(workspace, options, address)
    here, there, same = list[float](), list[float](), True
    for _ in range(options.rounds):
        seconds, record = timed(lambda: work(workspace, options, None))
        here.append(seconds)
        seconds, other = timed(lambda: work(workspace, options, address))
        there.append(seconds)
        same = same and record == other
    ratios = [one / two for one, two in zip(here, there, strict=True)]
    return {"one_thread_s": spread(here), "cluster_s": spread(there), "speed_up": spread(ratios), "same": same}


def spread(values: list[float]) -> dict[str, float]:
    """Return least, middle and most.

    Parameters
    ----------
    values : list of float
        One or more.
    """
    return {"min": min(values), "median": median(values), "max": max(values)}


def main() -> int:
    """Measure, print, and write on request; 1 if a record differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, default in (("trials", 16), ("bars", 6000), ("epochs", 12), ("rounds", 3), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if min(options.trials, options.rounds, options.epochs) < 1 or options.bars < 900:
        parser.error("trials, rounds and epochs must be 1 or more, bars 900 or more")
    document = measure(options)
    if options.out is not None:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        for name in ("sweep", "certificate"):
            found = document[name]
            here, there, ratio = (found[key]["median"] for key in ("one_thread_s", "cluster_s", "speed_up"))
            same = "the same record" if found["same"] else "ANOTHER RECORD"
            ends = f"{found['speed_up']['min']:.2f} to {found['speed_up']['max']:.2f}"
            print(f"{name:<12} {here:6.2f} s here, {there:6.2f} s on two workers: {ratio:.2f} times ({ends}), {same}")
    return 0 if all(document[name]["same"] for name in ("sweep", "certificate")) else 1


if __name__ == "__main__":
    raise SystemExit(main())
