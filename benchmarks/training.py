"""Times an epoch of the usual network beside what others write, in one run, with the accuracy after equal epochs.

    python benchmarks/training.py [--rows 126000] [--batches 32,256,4096] [--epochs 5] [--rounds 1] [--seed 0] [--json]
                                  [--out results/training.json]

Rows of 30 features hide a rule under noise; the network has 30, 15 and 8 hidden units and three classes, Adam at
0.001, dropout 0.2 (scikit-learn has none). ``dataloader`` is the usual torch loop, ``sliced`` torch over slices of one
tensor with its fused Adam, ``scikit-learn`` an MLPClassifier fed epoch by epoch, ``ours torch`` and ``ours fused`` our
two trainers. One thread each. CPU seconds per epoch, the middle of all epochs but the first of each round; the peers
take turns, so that a busy spell meets all. Checks first that our two trainers give the same weights.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

import sklearn  # noqa: E402
import torch  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.cancel import CancelToken  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.neural.draws import epoch_key, epoch_order  # noqa: E402
from ktrdr_app.neural.fused import FusedEngine  # noqa: E402
from ktrdr_app.neural.mlp import build_network  # noqa: E402
from ktrdr_app.neural.rows import TrainingData  # noqa: E402
from ktrdr_app.neural.torch_engine import TorchEngine  # noqa: E402
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings  # noqa: E402

FEATURES = 30
NETWORK = NetworkSettings(hidden_layers=[30, 15, 8], dropout=0.2)
RATE = 0.001
TOKEN = CancelToken("benchmark")
LIMITS = {"dataloader": 60, "scikit-learn": 20}
"""How many times faster ours is meant to be at batch 32."""


def planted(rows: int, seed: int) -> TrainingData:
    """Return rows whose label depends on a few features, and on chance.

    Parameters
    ----------
    rows : int
        How many.
    seed : int
        Of the draws.
    """
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, FEATURES)).astype(np.float32)
    signal = np.tanh(2 * x[:, 0]) + x[:, 1] * x[:, 2] - np.abs(x[:, 3]) + 0.8 + 0.7 * random.normal(size=rows)
    y = np.where(signal > 0.5, 0, np.where(signal < -0.5, 2, 1)).astype(np.int8)
    return TrainingData(x, y, np.zeros(rows, dtype=np.int16))


class Dataloader:
    """The loop that tutorials show."""

    def __init__(self, train: TrainingData, held_out: TrainingData, batch: int, seed: int) -> None:
        torch.manual_seed(seed)
        self.network = build_network(FEATURES, NETWORK, seed)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=RATE)
        self.x, self.y = torch.tensor(train.x), torch.tensor(train.y.astype(np.int64))
        self.held_out, self.batch, self.loss = held_out, batch, torch.nn.CrossEntropyLoss()
        rows = torch.utils.data.TensorDataset(self.x, self.y)
        self.loader = torch.utils.data.DataLoader(rows, batch_size=batch, shuffle=True)

    def epoch(self, number: int) -> None:
        del number
        self.network.train()
        for x, y in self.loader:
            self.step(x, y)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.optimizer.zero_grad()
        self.loss(self.network(x), y).backward()
        self.optimizer.step()

    def accuracy(self) -> float:
        self.network.eval()
        with torch.no_grad():
            answers = self.network(torch.tensor(self.held_out.x)).argmax(dim=1).numpy()
        return float((answers == self.held_out.y).mean())


class Sliced(Dataloader):
    """Slices of one shuffled tensor, and torch's fused Adam."""

    def __init__(self, train: TrainingData, held_out: TrainingData, batch: int, seed: int) -> None:
        super().__init__(train, held_out, batch, seed)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=RATE, fused=True)

    def epoch(self, number: int) -> None:
        del number
        self.network.train()
        order = torch.randperm(len(self.y))
        for x, y in zip(self.x[order].split(self.batch), self.y[order].split(self.batch), strict=True):
            self.step(x, y)


class ScikitLearn:
    """An MLPClassifier, one pass at a time."""

    def __init__(self, train: TrainingData, held_out: TrainingData, batch: int, seed: int) -> None:
        self.train, self.held_out = train, held_out
        self.model = MLPClassifier(tuple(NETWORK.hidden_layers), batch_size=batch, alpha=0.0, random_state=seed)

    def epoch(self, number: int) -> None:
        del number
        self.model.partial_fit(self.train.x, self.train.y, classes=[0, 1, 2])

    def accuracy(self) -> float:
        return float((self.model.predict(self.held_out.x) == self.held_out.y).mean())


class Ours:
    """One of our trainers, as the training loop drives it."""

    engine: type[FusedEngine] | type[TorchEngine]

    def __init__(self, train: TrainingData, held_out: TrainingData, batch: int, seed: int) -> None:
        network = build_network(FEATURES, NETWORK, seed)
        weights = torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()]).numpy()
        settings = TrainingSettings(batch_size=batch, learning_rate=RATE)
        self.work = self.engine(train, held_out, weights, NETWORK, settings)
        self.rows, self.batch, self.seed, self.held_out = len(train), batch, seed, held_out

    def epoch(self, number: int) -> None:
        order = epoch_order(self.seed, number, self.rows)
        rates = np.full(-(-self.rows // self.batch), RATE)
        self.work.epoch(order, rates, epoch_key(self.seed, number), TOKEN)

    def accuracy(self) -> float:
        return float((self.work.validation_logits().argmax(axis=1) == self.held_out.y).mean())


class OursTorch(Ours):
    """Our torch trainer."""

    engine = TorchEngine


class OursFused(Ours):
    """Our fused trainer."""

    engine = FusedEngine


PEERS: dict[str, Callable[..., Any]] = {
    "dataloader": Dataloader,
    "sliced": Sliced,
    "scikit-learn": ScikitLearn,
    "ours torch": OursTorch,
    "ours fused": OursFused,
}


def largest_difference(seed: int) -> float:
    """Return the largest difference between the weights of our two trainers after an epoch.

    Parameters
    ----------
    seed : int
        Of rows and weights.
    """
    train, held_out = planted(2000, seed), planted(100, seed + 1)
    pair = [kind(train, held_out, 32, seed) for kind in (OursTorch, OursFused)]
    for trainer in pair:
        trainer.epoch(1)
    return float(np.abs(pair[0].work.weights() - pair[1].work.weights()).max())


def _round(batch: int, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Let every peer fit for some epochs, taking turns; return seconds of each epoch and the accuracy at the end."""
    train, held_out = planted(options.rows, options.seed), planted(max(1000, options.rows // 6), options.seed + 1)
    running = {name: kind(train, held_out, batch, options.seed) for name, kind in PEERS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in running}
    for number in range(1, options.epochs + 1):
        for name, peer in running.items():
            began = time.process_time()
            peer.epoch(number)
            seconds[name].append(time.process_time() - began)
    return {name: {"seconds": seconds[name][1:], "accuracy": peer.accuracy()} for name, peer in running.items()}


def _figures(options: argparse.Namespace) -> dict[str, dict[str, dict[str, float]]]:
    found = {}
    for batch in options.batches:
        rounds = [_round(batch, options) for _ in range(options.rounds)]
        found[str(batch)] = {
            name: {
                "seconds_per_epoch": (middle := median(second for one in rounds for second in one[name]["seconds"])),
                "samples_per_second": options.rows / middle,
                "accuracy": rounds[0][name]["accuracy"],
            }
            for name in PEERS
        }
        ours = found[str(batch)]["ours fused"]["seconds_per_epoch"]
        for row in found[str(batch)].values():
            row["times_slower_than_ours"] = row["seconds_per_epoch"] / ours
    return found


def _document(figures: dict[str, dict[str, dict[str, float]]], options: argparse.Namespace) -> dict[str, Any]:
    versions = {"python": platform.python_version(), "torch": torch.__version__, "scikit-learn": sklearn.__version__}
    return {
        "benchmark": "training",
        **measured_on(),
        "versions": versions,
        "rows": options.rows,
        "epochs": options.epochs,
        "rounds": options.rounds,
        "seed": options.seed,
        "limits_at_batch_32": LIMITS,
        "by_batch": figures,
    }


def _show(document: dict[str, Any]) -> None:
    print(f"{'batch':>6} {'':<14}{'s/epoch':>10}{'samples/s':>13}{'times ours':>12}{'accuracy':>10}")
    for batch, rows in document["by_batch"].items():
        for name, row in rows.items():
            print(
                f"{batch:>6} {name:<14}{row['seconds_per_epoch']:>10.3f}{row['samples_per_second']:>13,.0f}"
                f"{row['times_slower_than_ours']:>12.1f}{row['accuracy']:>10.4f}"
            )


def _counts(text: str) -> list[int]:
    counts = [int(part) for part in text.split(",")]
    if min(counts) < 1:
        raise argparse.ArgumentTypeError("1 row or more")
    return counts


def main() -> int:
    """Read the options, check that our trainers agree, time, print and write; return 1 if they do not."""
    parser = argparse.ArgumentParser(description="Time an epoch of the usual network.")
    parser.add_argument("--rows", type=int, default=126_000, help="training rows (126000)")
    parser.add_argument("--batches", type=_counts, default=[32, 256, 4096], help="batch sizes, by commas (32,256,4096)")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of each round, 2 or more (5)")
    parser.add_argument("--rounds", type=int, default=1, help="rounds, 1 or more (1)")
    parser.add_argument("--seed", type=int, default=0, help="seed of rows and weights (0)")
    parser.add_argument("--json", action="store_true", help="print the document instead of a table")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks" / "results" / "training.json")
    options = parser.parse_args()
    if options.epochs < 2 or options.rounds < 1 or options.rows < 1000:
        parser.error("--epochs takes 2 or more, --rounds 1 or more, --rows 1000 or more")
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    difference = largest_difference(options.seed)
    if not difference < 1e-4:
        print(f"the two trainers differ by {difference:.1e} after one epoch", file=sys.stderr)
        return 1
    document = _document(_figures(options), options)
    write_json(options.out, document)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        _show(document)
        print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
