"""The benchmark of many symbols: it runs, gives the same on one thread and on two, and says what it was measured on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent


def test_it_tells_both_numbers_of_threads_and_the_machine(tmp_path: Path) -> None:
    out = tmp_path / "many.json"
    words = ["--symbols", "3", "--bars", "2000", "--rounds", "1", "--json", "--out", str(out)]
    line = [sys.executable, str(REPO / "benchmarks" / "many.py"), *words]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document == json.loads(out.read_text(encoding="utf-8"))
    assert (document["benchmark"], document["symbols"], document["bars"]) == ("many", 3, 2000)
    assert set(document["machine"]) == {"platform", "processor", "cores"}
    kernel = document["kernel"]
    assert kernel["seconds_one_thread"] > 0
    assert kernel["seconds_two_threads"] > 0
    assert kernel["speed_up"]["min"] <= kernel["speed_up"]["median"] <= kernel["speed_up"]["max"]
    assert document["portfolio"]["bars_per_cpu_second"] > 0
