"""The benchmark of the cluster: both kinds of work here and there, their records held against each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cluster import certified, lines, main, spread, swept, symbols_of, workspace_in
from tests.core.children import environment

REPO = Path(__file__).resolve().parent.parent
SCRIPT = REPO / "benchmarks" / "cluster.py"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the script once, as small as it goes, and return what it printed and wrote."""
    pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
    out = tmp_path_factory.mktemp("benchmark") / "cluster.json"
    sizes = ["--trials", "2", "--bars", "900", "--epochs", "1", "--rounds", "2", "--symbols", "5", "--warm"]
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
    names = ("trials", "symbols", "bars", "epochs", "rounds", "seed", "workers", "warm")
    assert [document[name] for name in names] == [2, 5, 900, 1, 2, 0, 2, True]


def test_what_is_printed_is_what_was_written(ran: tuple[str, dict[str, Any]]) -> None:
    printed, document = ran
    assert printed.splitlines() == lines(document)
    for place, name in enumerate(("sweep", "certificate")):
        line, processors = printed.splitlines()[2 * place : 2 * place + 2]
        assert line.startswith(name)
        assert f"{document[name]['speed_up']['median']:.2f} times" in line
        assert f"{document[name]['first_s']:.2f} s at first" in line
        assert line.endswith("the same record")
        assert processors.endswith(f"{document[name]['speed_up_of_processors']['median']:.2f} times")


def test_processor_seconds_are_those_of_every_process(ran: tuple[str, dict[str, Any]]) -> None:
    for name in ("sweep", "certificate"):
        used = ran[1][name]["processor_s"]
        assert all(used[key]["min"] > 0 for key in ("one_thread", "here", "busier_worker"))
        ratio = ran[1][name]["speed_up_of_processors"]
        least = used["one_thread"]["min"] / (used["here"]["max"] + used["busier_worker"]["max"])
        most = used["one_thread"]["max"] / (used["here"]["min"] + used["busier_worker"]["min"])
        assert least <= ratio["min"] <= ratio["max"] <= most
        assert used["one_thread"]["max"] <= ran[1]["machine"]["cores"] * ran[1][name]["one_thread_s"]["max"] * 1.05


@pytest.mark.parametrize(
    "words",
    [
        ["--trials", "0"],
        ["--bars", "100"],
        ["--rounds", "0"],
        ["--epochs", "-1"],
        ["--symbols", "2"],
        ["--symbols", "13"],
    ],
)
def test_sizes_that_say_nothing_are_refused(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cluster.py", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "must be " in capsys.readouterr().err


def test_the_work_is_whole_sweeps_and_certificates(tmp_path: Path) -> None:
    from argparse import Namespace

    options = Namespace(trials=2, epochs=1, seed=1, symbols=6)
    workspace = workspace_in(tmp_path / "workspace", 900, symbols_of(options))
    record = json.loads(swept(workspace, options, None))
    assert (record["trials_done"], record["asked"]["workers"], record["asked"]["seed"]) == (2, 2, 1)
    certificate = json.loads(certified(workspace, options, None))
    assert certificate["symbols"] == ["AUDUSD", "EURUSD", "USDJPY", "XAUUSD", "BTCUSD", "GBPUSD"]
    assert len(certificate["folds"]) >= 7


def test_a_spread_has_its_middle() -> None:
    assert spread([3.0, 1.0, 2.0]) == {"min": 1.0, "median": 2.0, "max": 3.0}
