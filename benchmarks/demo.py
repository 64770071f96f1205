"""Times the demo stage by stage, every run in a process of its own, beside a plain PyTorch training loop.

    python benchmarks/demo.py [--runs N] [--seed N] [--out FILE.json]

Equality first, then time: two untimed runs must give the same weights to the last bit, else nothing is timed; every
timed run is held to the same weights. The first of them also fills the cache of compiled kernels. Seconds are wall
time; ``indicators``, ``fuzzy``, ``features`` and ``labels`` are summed over symbols that run side by side.

The peer is what a PyTorch tutorial would write: `torch.utils.data.DataLoader`, `torch.optim.Adam`, `nn.Dropout`, on
the same scaled rows, batch size and network, with the same one thread. Its second epoch is timed, without validation;
ours is the median epoch of the run, validation included.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.utils.data import TensorDataset

    from ktrdr_app.core.paths import Workspace
    from ktrdr_app.core.progress import ProgressEvent
    from ktrdr_app.strategy.schema import Strategy

REPO = Path(__file__).resolve().parent.parent
BEFORE_SAVE = ("import", "load", "indicators", "fuzzy", "features", "labels", "train", "test", "importance", "save")
STAGES = (*BEFORE_SAVE, "backtest", "report", "total")


def _one_run(folder: Path, seed: int) -> dict[str, Any]:
    """Run the demo in this process, which has imported nothing of ours yet, and return what was measured."""
    began = time.perf_counter()
    from ktrdr_app.core.paths import Workspace
    from ktrdr_app.core.progress import StageFinished
    from ktrdr_app.workflows import demo
    from ktrdr_app.workflows.requests import DemoRequest
    from ktrdr_app.workflows.train_document import library_versions

    seconds = {"import": time.perf_counter() - began}

    def listen(event: ProgressEvent) -> None:
        """Sum seconds by stage; after the model is saved, all but the report belong to the backtest."""
        if isinstance(event, StageFinished):
            name = "backtest" if "save" in seconds and event.stage != "report" else event.stage
            seconds[name] = seconds.get(name, 0.0) + event.seconds

    result = demo(DemoRequest(Workspace(folder), seed), listen)
    seconds["total"] = time.perf_counter() - began
    ours = median(epoch.samples_per_second for epoch in result.train.history)
    return {
        "seconds": seconds,
        "epochs": len(result.train.history),
        "weights_sha256": _weights_digest(result.train.model_path),
        "samples_per_second": {"ours": ours, "peer": _peer_speed(*_scaled_rows(Workspace(folder), seed))},
        "versions": library_versions(),
    }


def _weights_digest(model: Path) -> str:
    """Return the SHA-256 of a saved model's weights: names, shapes and bytes in order."""
    from ktrdr_app.model_store.load import load_model

    found = hashlib.sha256()
    for name, tensor in load_model(model).model.state_dict().items():
        found.update(f"{name} {tuple(tensor.shape)}".encode() + tensor.numpy().tobytes())
    return found.hexdigest()


def _scaled_rows(workspace: Workspace, seed: int) -> tuple[TensorDataset, Strategy]:
    """Return the demo's training rows, made by the steps of the training, and its strategy."""
    import torch
    from torch.utils.data import TensorDataset

    from ktrdr_app.data.sample import TIMEFRAME, TRAINING_SYMBOLS
    from ktrdr_app.features.plan import FeaturePlan
    from ktrdr_app.features.scaler import fit_scaler
    from ktrdr_app.strategy.load import FIRST, load_strategy
    from ktrdr_app.training import combine_multi_symbol_data, pool, process_symbol, split_by_time
    from ktrdr_app.workflows.prepare import source_of

    plan = FeaturePlan.of(load_strategy(FIRST, workspace))
    settings = plan.strategy.training
    bars = {name: source_of(workspace).load(name, TIMEFRAME) for name in TRAINING_SYMBOLS}
    block = pool([process_symbol(name, frame, TIMEFRAME, plan).block for name, frame in bars.items()])
    chosen = combine_multi_symbol_data(block, split_by_time(block, settings.split).train, settings.combination, seed)
    scaler = fit_scaler(plan.strategy.features.scaling, block.values[chosen], block.contract.names)
    scaled, labels = scaler.transform(block.values[chosen]), block.label[chosen].astype("int64")
    return TensorDataset(torch.from_numpy(scaled), torch.from_numpy(labels)), plan.strategy


def _peer_speed(rows: TensorDataset, strategy: Strategy) -> float:
    """Train as a PyTorch tutorial would, one epoch untimed and one timed, and return rows per second."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    layers: list[nn.Module] = []
    sizes = [rows.tensors[0].shape[1], *strategy.network.hidden_layers]
    for width, units in itertools.pairwise(sizes):
        layers += [nn.Linear(width, units), nn.ReLU(), nn.Dropout(strategy.network.dropout)]
    network = nn.Sequential(*layers, nn.Linear(sizes[-1], 3)).train()
    loss_of = nn.CrossEntropyLoss(weight=len(rows) / (3 * torch.bincount(rows.tensors[1], minlength=3)))
    adam = torch.optim.Adam(network.parameters(), lr=strategy.training.learning_rate)
    loader = DataLoader(rows, batch_size=strategy.training.batch_size, shuffle=True)
    for _ in range(2):
        began = time.perf_counter()
        for x, y in loader:
            adam.zero_grad()
            loss_of(network(x), y).backward()
            adam.step()
        took = time.perf_counter() - began
    return len(rows) / took


def _fresh_run(seed: int) -> dict[str, Any]:
    """Return what `_one_run` measures in a new process and an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, __file__, "--one", folder, "--seed", str(seed)]
        return dict(json.loads(subprocess.run(line, cwd=REPO, stdout=subprocess.PIPE, text=True, check=True).stdout))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"min": min(values), "median": median(values), "max": max(values)}


def _document(runs: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Return the figures of all timed runs with the machine and the versions they stand for."""
    from benchmarks.facts import measured_on

    speeds = {name: _spread([run["samples_per_second"][name] for run in runs]) for name in ("ours", "peer")}
    return {
        "benchmark": "demo",
        **measured_on(),
        "seed": seed,
        "runs": len(runs),
        **{name: runs[0][name] for name in ("versions", "epochs", "weights_sha256")},
        "seconds": {name: _spread([run["seconds"][name] for run in runs]) for name in STAGES},
        "samples_per_second": speeds,
    }


def _table(title: str, figures: dict[str, dict[str, float]], digits: int) -> str:
    """Return figures as text, a line each, below a title."""
    lines = [f"{title:<12}{'min':>10}{'median':>10}{'max':>10}"]
    lines += [name.ljust(12) + "".join(f"{n:>10.{digits}f}" for n in row.values()) for name, row in figures.items()]
    return "\n".join(lines)


def main() -> int:
    """Read the options, check equality, time, print and write; return 1 if two runs differ."""
    from ktrdr_app.core.files import write_json

    parser = argparse.ArgumentParser(description="Time the demo stage by stage.")
    parser.add_argument("--runs", type=int, default=5, help="timed runs, 1 or more (5)")
    parser.add_argument("--seed", type=int, default=0, help="seed of every run (0)")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "demo.json")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(_one_run(options.one, options.seed)))
        return 0
    if options.runs < 1:
        parser.error("--runs takes 1 or more")
    weights = {_fresh_run(options.seed)["weights_sha256"] for _ in range(2)}
    runs = [_fresh_run(options.seed) for _ in range(options.runs)] if len(weights) == 1 else []
    weights |= {run["weights_sha256"] for run in runs}
    if len(weights) > 1:
        print(f"the same seed gave different weights: {', '.join(sorted(weights))}", file=sys.stderr)
        return 1
    document = _document(runs, options.seed)
    write_json(options.out, document)
    print(_table("seconds", document["seconds"], 3), _table("samples/s", document["samples_per_second"], 0), sep="\n\n")
    print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
