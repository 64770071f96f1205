"""Trials of a sweep and trainings of a certificate: one after the other here, and on two workers of a cluster.

    python benchmarks/cluster.py [--trials 16] [--symbols 5] [--bars 6000] [--epochs 12] [--rounds 3] [--seed 0]
                                 [--warm] [--json] [--out FILE]

The cluster is a scheduler and two workers of one thread each, processes on this machine that are started for it. The
first run of each kind of work is told apart as ``first_s``: in it this process imports what it needs and features are
built, and the workers import and load their kernels, if they were not made ready before they joined (``--warm``). Every
round then measures here, and there; ``speed_up`` is the ratio of a round, told as least, middle and most. ``same`` says
whether the records of both agree to the last byte.

On a machine that does something else, too, workers gain less than they would on one of their own. So the processor
seconds are told, which depend on that less: what one thread needs here, what is left to do here while workers do the
rest, and what the busier of them needs. ``speed_up_of_processors`` is the first by the other two together.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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
from tests.training.planted_market import MARKETS, OTHERS, market, strategy  # noqa: E402

WORKERS = 2
READY = "ktrdr_app.workflows.warm_worker"
SPACE = """\
training.learning_rate: {low: 0.001, high: 0.05, log: true}
network.hidden_layers: [[12], [24], [24, 12]]
"""
Place = str | None
"""Address of the cluster; None for one thread of this machine."""


def symbols_of(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the planted markets that are learnt from.

    Parameters
    ----------
    options : Namespace
        The command line.
    """
    return tuple(MARKETS | OTHERS)[: options.symbols]


def workspace_in(root: Path, bars: int, symbols: Sequence[str] = tuple(MARKETS)) -> Workspace:
    """Write planted markets, their strategy and the space; return the workspace.

    Parameters
    ----------
    root : Path
        An empty folder.
    bars : int
        Length of each series.
    symbols : sequence of str
        Which markets.
    """
    workspace = Workspace(root)
    for folder in (workspace.data, workspace.strategies):
        folder.mkdir(parents=True)
    for symbol in symbols:
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
        workspace, "planted", symbols_of(options), "1h", epochs=options.epochs, seed=options.seed, cluster=place
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


def timed(work: Callable[[], bytes]) -> tuple[float, float, bytes]:
    """Return the seconds and the processor seconds that some work takes in this process, and what it gives.

    Parameters
    ----------
    work : callable
        Takes nothing.
    """
    began, used = time.perf_counter(), time.process_time()
    given = work()
    return time.perf_counter() - began, time.process_time() - used, given


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
        workspace = workspace_in(Path(folder) / "workspace", options.bars, symbols_of(options))
        logs = Path(folder) / "cluster"
        logs.mkdir()
        with dask_cluster_in(logs, 0) as cluster:
            cluster.add_workers(WORKERS, *(("--preload", READY) if options.warm else ()))
            with cluster.client() as client:
                for name, work in (("sweep", swept), ("certificate", certified)):
                    document[name] = _rounds(work, workspace, options, client)
    return document


def _rounds(
    work: Callable[[Workspace, argparse.Namespace, Place], bytes],
    workspace: Workspace,
    options: argparse.Namespace,
    client: Any,
) -> dict[str, Any]:
    address = client.scheduler.address
    first, _, _ = timed(lambda: work(workspace, options, address))
    here, there, same = list[float](), list[float](), True
    processors = {name: list[float]() for name in ("one_thread", "here", "busier_worker")}
    for _ in range(options.rounds):
        seconds, used, record = timed(lambda: work(workspace, options, None))
        here.append(seconds)
        processors["one_thread"].append(used)
        before = client.run(time.process_time)
        seconds, used, other = timed(lambda: work(workspace, options, address))
        after = client.run(time.process_time)
        there.append(seconds)
        processors["here"].append(used)
        processors["busier_worker"].append(max(after[worker] - before[worker] for worker in before))
        same = same and record == other
    rows = zip(*(processors[name] for name in ("one_thread", "here", "busier_worker")), strict=True)
    return {
        "first_s": first,
        "one_thread_s": spread(here),
        "cluster_s": spread(there),
        "speed_up": spread([one / two for one, two in zip(here, there, strict=True)]),
        "processor_s": {name: spread(values) for name, values in processors.items()},
        "speed_up_of_processors": spread([one / (rest + busy) for one, rest, busy in rows]),
        "same": same,
    }


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
    sizes = (("trials", 16), ("symbols", 5), ("bars", 6000), ("epochs", 12), ("rounds", 3), ("seed", 0))
    for name, default in sizes:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if min(options.trials, options.rounds, options.epochs) < 1 or options.bars < 900:
        parser.error("trials, rounds and epochs must be 1 or more, bars 900 or more")
    if not 3 <= options.symbols <= len(MARKETS | OTHERS):
        parser.error(f"symbols must be 3 to {len(MARKETS | OTHERS)}")
    document = measure(options)
    if options.out is not None:
        write_json(options.out, document)
    print(json.dumps(document, indent=2) if options.json else "\n".join(lines(document)))
    return 0 if all(document[name]["same"] for name in ("sweep", "certificate")) else 1


def lines(document: dict[str, Any]) -> list[str]:
    """Return a line for each kind of work, and one on its processor seconds.

    Parameters
    ----------
    document : dict
        What `measure` returns.
    """
    said = []
    for name in ("sweep", "certificate"):
        found = document[name]
        here, there, ratio = (found[key]["median"] for key in ("one_thread_s", "cluster_s", "speed_up"))
        same = "the same record" if found["same"] else "ANOTHER RECORD"
        ends = f"{found['speed_up']['min']:.2f} to {found['speed_up']['max']:.2f}"
        said.append(
            f"{name:<12} {here:6.2f} s here, {there:6.2f} s on two workers: {ratio:.2f} times ({ends}), "
            f"{found['first_s']:.2f} s at first, {same}"
        )
        used = {key: found["processor_s"][key]["median"] for key in ("one_thread", "here", "busier_worker")}
        said.append(
            f"  processors {used['one_thread']:6.2f} s here; there {used['here']:.2f} s here and "
            f"{used['busier_worker']:.2f} s on the busier worker: {found['speed_up_of_processors']['median']:.2f} times"
        )
    return said


if __name__ == "__main__":
    raise SystemExit(main())
