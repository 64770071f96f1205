"""Times the list of a store of many models, beside nothing but reading the same bytes, in one run.

    python benchmarks/model_list.py [--models 1000] [--strategies 20] [--runs 5] [--json]

The store is made of copies of one small model, saved as training saves it, in a temporary folder. ``first`` checks
every file that is read, its checksum included, as ``models list`` does when it knows nothing yet; ``again`` lists the
same folders, unchanged, with what the first list remembered of them; ``bytes`` only reads the files and takes their
SHA-256: what the first list cannot do without. ``load`` opens one model for use, checked in full. Milliseconds of wall
time within one process, without its start; the least of the runs, each of which does all four.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import sha256, write_json  # noqa: E402
from ktrdr_app.model_store import list_models, load_model  # noqa: E402
from tests.model_store.builders import save  # noqa: E402

NEVER_READ = ("model_full.pt", "scaler.pkl")


def make_store(root: Path, models: int, strategies: int) -> None:
    """Fill a store with copies of one model, each under its own strategy's name."""
    for strategy in range(strategies):
        name = f"strategy_{strategy:03}"
        first = save(root, strategy_name=name)
        for version in range(2, models // strategies + 1):
            shutil.copytree(first, first.with_name(f"universal_1h_v{version}"))


def list_first(root: Path) -> None:
    """List with nothing remembered, and remember it."""
    known_file(root).unlink(missing_ok=True)
    list_models(root, known_file(root))


def list_again(root: Path) -> None:
    """List with all remembered."""
    list_models(root, known_file(root))


def load_one(root: Path) -> None:
    """Open the first model."""
    load_model(root / "strategy_000" / "universal_1h_v1")


def known_file(root: Path) -> Path:
    """Return where a store's list is remembered."""
    return root / ".cache" / "list.json"


def read_bytes(root: Path) -> str:
    """Read and hash every file that the list reads."""
    digests = [sha256(file) for file in sorted(root.glob("*/universal_*_v*/*")) if file.name not in NEVER_READ]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def milliseconds(root: Path, runs: int) -> dict[str, float]:
    """Return the least time of each way over the runs."""
    ways = {"first": list_first, "again": list_again, "bytes": read_bytes, "load": load_one}
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(runs):
        for name, work in ways.items():
            began = time.perf_counter()
            work(root)
            least[name] = min(least[name], 1000 * (time.perf_counter() - began))
    return least


def main() -> int:
    """Make a store, time both ways, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--strategies", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_store(root, options.models, options.strategies)
        found = list_models(root)
        if not all(info.complete for info in found):
            raise SystemExit("a model of the store cannot be used: nothing is timed")
        document = {
            "benchmark": "model_list",
            **measured_on(),
            "models": len(found),
            "milliseconds": milliseconds(root, options.runs),
        }
    if options.out:
        write_json(options.out, document)
    if options.json:
        print(json.dumps(document))
    else:
        print(
            f"{document['models']} models: " + ", ".join(f"{k} {v:.1f} ms" for k, v in document["milliseconds"].items())
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
