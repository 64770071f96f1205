"""How long from the start of the process until the window is painted, phase by phase, and until all stations stand.

Run: python benchmarks/start.py [--starts 7] [--workspace DIR]

Each start is a process of its own that imports and opens what `ktrdr-app` does; the clock is the parent's, begun just
before the process is made. The times are wall-clock: on a busy machine look at the CPU column, or at the fastest start.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1.0
"""Seconds until the first paint that the window is held to."""

CHILD = """
import json, sys, time
begun = float(sys.argv[1])
phases = {}

def mark(name):
    phases[name] = [time.time() - begun, time.process_time()]

mark("python is up")
import ktrdr_app.cli.start
mark("entry point imported")
import PySide6.QtWidgets
mark("Qt imported")
from pathlib import Path
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui import app
app.check_environment()
mark("shell imported")
session = app.Session(Workspace(Path(sys.argv[2])), Path.cwd())
mark("window made and shown")
gap, last = [0.0], [0.0]
pulse = app.QTimer(interval=5)

def beat():
    now = time.perf_counter()
    gap[0] = max(gap[0], now - last[0])
    last[0] = now

def painted():
    mark("first paint")
    last[0] = time.perf_counter()
    pulse.timeout.connect(beat)
    pulse.start()
    if not session.desk.places:
        finish()

def complete():
    mark("all stations stand")
    finish()

def finish():
    phases["longest freeze after the paint"] = [gap[0], 0.0]
    print(json.dumps(phases), flush=True)
    app.os._exit(0)

session.desk.painted.connect(painted)
if session.desk.places:
    session.desk.places[0].window.stack.complete.connect(complete)
session.app.exec()
"""


def one_start(workspace: Path, home: Path) -> dict[str, list[float]]:
    """Start once and return, by phase, wall-clock and CPU seconds since the process was made."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    words = [sys.executable, "-c", CHILD, repr(time.time()), str(workspace)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=300)
    told: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return told


def show(title: str, starts: list[dict[str, list[float]]]) -> float:
    """Print the phases of several starts and return the median of the first paint."""
    print(f"\n{title}: {len(starts)} starts, seconds since the process was made")
    print(f"  {'phase':32} {'fastest':>8} {'median':>8} {'slowest':>8} {'CPU':>8}")
    for phase in starts[0]:
        walls = [start[phase][0] for start in starts]
        cpu = statistics.median(start[phase][1] for start in starts)
        shown = f"{min(walls):8.2f} {statistics.median(walls):8.2f} {max(walls):8.2f}"
        print(f"  {phase:32} {shown} {cpu:8.2f}" if cpu else f"  {phase:32} {shown}")
    return statistics.median(start["first paint"][0] for start in starts)


def main() -> int:
    """Measure both ways to begin and return 0 if the median first paint is within the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--workspace", type=Path, help="a workspace to open; one with the sample data by default")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace = chosen.workspace or home / "workspace"
        if chosen.workspace is None:
            shutil.copytree(ROOT / "resources" / "sample", workspace / "data")
        (home / "empty").mkdir()
        one_start(workspace, home)  # byte code and disk caches, as after an installation
        paints = [
            show("A workspace", [one_start(workspace, home) for _ in range(chosen.starts)]),
            show("The welcome page", [one_start(home / "empty", home) for _ in range(chosen.starts)]),
        ]
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"first paint within {LIMIT:.0f} s: {'yes' if max(paints) < LIMIT else 'no'} (medians)")
    return 0 if max(paints) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
