"""The benchmark of the cluster: both kinds of work here and there, their records held against each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cluster import certified, main, spread, swept, workspace_in
from tests.core.children import environment

REPO = Path(__file__).resolve().parent.parent
SCRIPT = REPO / "benchmarks" / "cluster.py"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the script once, as small as it goes, and return what it printed and wrote."""
    pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
    out = tmp_path_factory.mktemp("benchmark") / "cluster.json"
    sizes = ["--trials", "2", "--bars", "900", "--epochs", "1", "--rounds", "2"]
    line = [sys.executable, str(SCRIPT), *sizes, "--out", str(out)]
    done = subprocess.run(line, cwd=out.parent, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text(encoding="utf-8"))


def test_records_are_the_same_here_and_there(ran: tuple[str, dict[str, Any]]) -> None:
    assert ran[1]["sweep"]["same"] is True
    assert ran[1]["certificate"]["same"] is True


def test_a_ratio_is_that_of_its_seconds(ran: tuple[str, dict[str, Any]]) -> None:
    for name in ("sweep", "certificate"):
        found = ran[1][name]
        assert 0 < found["cluster_s"]["min"] <= found["cluster_s"]["median"] <= found["cluster_s"]["max"]
        least, most = (found["one_thread_s"][end] for end in ("min", "max"))
        quick, slow = (found["cluster_s"][end] for end in ("min", "max"))
        assert least / slow <= found["speed_up"]["min"] <= found["speed_up"]["max"] <= most / quick


def test_the_figures_name_the_machine_and_the_sizes(ran: tuple[str, dict[str, Any]]) -> None:
    document = ran[1]
    assert document["benchmark"] == "cluster"
    assert document["machine"]["cores"] >= 1
    assert [document[name] for name in ("trials", "bars", "epochs", "rounds", "seed", "workers")] == [
        2,
        900,
        1,
        2,
        0,
        2,
    ]


def test_what_is_printed_is_what_was_written(ran: tuple[str, dict[str, Any]]) -> None:
    printed, document = ran
    for line, name in zip(printed.splitlines(), ("sweep", "certificate"), strict=True):
        assert line.startswith(name)
        assert f"{document[name]['speed_up']['median']:.2f} times" in line
        assert line.endswith("the same record")


@pytest.mark.parametrize("words", [["--trials", "0"], ["--bars", "100"], ["--rounds", "0"], ["--epochs", "-1"]])
def test_sizes_that_say_nothing_are_refused(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cluster.py", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "must be 1 or more" in capsys.readouterr().err


def test_the_work_is_whole_sweeps_and_certificates(tmp_path: Path) -> None:
    from argparse import Namespace

    workspace = workspace_in(tmp_path / "workspace", 900)
    options = Namespace(trials=2, epochs=1, seed=1)
    record = json.loads(swept(workspace, options, None))
    assert (record["trials_done"], record["asked"]["workers"], record["asked"]["seed"]) == (2, 2, 1)
    assert len(json.loads(certified(workspace, options, None))["folds"]) >= 6


def test_a_spread_has_its_middle() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"min": 1.0, "median": 2.0, "max": 3.0}
