"""Exit codes, the shape of errors, and what the command line does before any use case runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ktrdr_app import __version__
from ktrdr_app.core.paths import shipped
from tests.cli.conftest import STRATEGY, environment, run_process

HEAVY = {"torch", "PySide6", "pyqtgraph", "pandas", "numba", "sklearn", "scipy", "talib", "qasync", "jinja2"}
HEAVY |= {"fastapi", "starlette", "uvicorn", "optuna", "sqlalchemy"}
MONEY = ["--symbol", "GOOG", "--timeframe", "1d"]

FAILURES = [
    ([], 2, "environment_problem", "--help"),
    (["nosuch"], 2, "usage", "--help"),
    (["data"], 2, "usage", "data --help"),
    (["data", "nosuch"], 2, "usage", "--help"),
    (["data", "list", "--nosuch"], 2, "usage", "data list --help"),
    (["train", STRATEGY, "--timeframe", "1d"], 2, "usage", "train --help"),
    (["train", STRATEGY, "--symbols", "AAPL", "--timeframe", "1d", "--seed", "x"], 2, "usage", "train --help"),
    (["train", STRATEGY, "--symbols", ",", "--timeframe", "1d"], 2, "invalid_value", "AAPL,MSFT"),
    (["train", STRATEGY, "--symbols", "AAPL", "--timeframe", "1d", "--weights", "A"], 2, "invalid_value", "AAPL=2"),
    (["train", STRATEGY, "--symbols", "AAPL", "--timeframe", "1d", "--kind", "odd"], 2, "invalid_value", "universal"),
    (["train", STRATEGY, "--symbols", "AAPL,NOPE", "--timeframe", "1d"], 3, "data_not_found", "AAPL"),
    (["train", "neuro_mean_revision", "--symbols", "AAPL", "--timeframe", "1d"], 3, "strategy_not_found", STRATEGY),
    (["indicators", "compute", "rsix", "AAPL", "1d"], 2, "unknown_name", "rsi"),
    (["indicators", "compute", "rsi", "AAPL", "1d", "--param", "perod=14"], 2, "unknown_name", "period"),
    (["indicators", "compute", "rsi", "AAPL", "1d", "--param", "period"], 2, "invalid_value", "period=14"),
    (["indicators", "compute", "rsi", "AAPL", "1d", "--param", "period=0"], 2, "invalid_value", ""),
    (["indicators", "compute", "rsi", "AAPL", "2d"], 2, "unknown_name", "1d"),
    (["indicators", "compute", "rsi", "NOPE", "1d"], 3, "data_not_found", "AAPL"),
    (["indicators", "compute", "rsi", "../AAPL", "1d"], 2, "unsafe_name", "letters"),
    (["features", "nosuch", "AAPL", "1d"], 3, "strategy_not_found", STRATEGY),
    (["labels", STRATEGY, "NOPE", "1d"], 3, "data_not_found", "AAPL"),
    (["labels", STRATEGY, "AAPL", "1d", "--out", "labels.txt"], 2, "invalid_value", ".csv"),
    (["backtest", *MONEY], 2, "invalid_value", "--signals"),
    (["backtest", STRATEGY, *MONEY, "--signals", "s.csv"], 2, "invalid_value", "--signals"),
    (["backtest", STRATEGY, *MONEY, "--sizing", "half"], 2, "invalid_value", "fraction=0.5"),
    (["backtest", STRATEGY, *MONEY, "--model", "models/nosuch"], 3, "model_not_found", ""),
    (["backtest", STRATEGY, "--symbol", "EURUSD", "--timeframe", "1h"], 3, "model_not_found", ""),
    (["models", "show", "models/nosuch"], 3, "model_not_found", ""),
    (["models", "resolve", STRATEGY, "--timeframe", "1d", "--prefer", "odd"], 2, "invalid_value", "legacy"),
    (["strategies", "validate", "nosuch.yaml"], 3, "strategy_not_found", STRATEGY),
    (["--workspace", "data/AAPL_1d.csv", "data", "list"], 2, "invalid_value", "a folder"),
    (["screenshot", "backtest", "--out", "p.png", "--size", "10x10"], 2, "invalid_value", "1440x900"),
]


@pytest.mark.parametrize(("words", "code", "name", "hint"), FAILURES, ids=[" ".join(case[0]) for case in FAILURES])
def test_failures_have_their_exit_code_and_one_json_document(cli, words, code, name, hint):
    ended = cli(*words, json=True)
    assert ended.code == code, ended.err
    assert list(ended.document) == ["error"]
    error = ended.document["error"]
    assert {"code", "message", "hint", "where"} <= set(error)
    assert error["code"] == name
    assert error["message"]
    assert "\n" not in error["message"]
    assert hint in error["hint"]
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["train"], 2, "ktrdr-app train --help"),
        (["indicators", "compute", "rsix", "AAPL", "1d"], 2, "did you mean 'rsi'?"),
        (["indicators", "compute", "rsi", "APPL", "1d"], 3, "did you mean AAPL?"),
        (["backtest", STRATEGY, "--symbol", "EURUSD", "--timeframe", "1h"], 3, "looked for"),
    ],
)
def test_people_get_one_line_and_a_hint_on_stderr(cli, words, code, said):
    ended = cli(*words)
    assert ended.code == code
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert said in ended.err
    assert ended.err.count("\nhint: ") == 1
    assert len(ended.err.splitlines()) == 2
    assert "\x1b" not in ended.err


def test_no_display_is_said_and_help_is_named(cli):
    for changes in ({}, {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}):
        ended = cli(QT_QPA_PLATFORM=changes.pop("QT_QPA_PLATFORM", None), **changes)
        assert ended.code == 2
        assert "display" in ended.err
        assert "ktrdr-app --help" in ended.err


def test_help_lists_every_command_and_imports_nothing_heavy(tmp_path):
    code = "import sys; from ktrdr_app.cli.main import main; c = main(['--help']); print(*sys.modules, file=sys.stderr)"
    ended = run_process(["-c", f"{code}; sys.exit(c)"], tmp_path)
    assert ended.code == 0
    loaded = {name.partition(".")[0] for name in ended.err.split()}
    assert loaded & HEAVY == set()
    for word in ("demo", "doctor", "data", "indicators", "features", "labels", "train", "backtest", "models"):
        assert word in ended.out
    assert "strategies" in ended.out
    assert "screenshot" in ended.out
    assert "serve" in ended.out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["train"], ["--symbols", "--timeframe", "--kind", "--combination", "--weights", "--epochs", "--seed"]),
        (
            ["backtest"],
            [
                "--signals",
                "--model",
                "--no-any",
                "--no-calibration",
                "--capital",
                "--fill",
                "--sizing",
                "--short",
                "--out",
            ],
        ),
        (["models", "resolve"], ["--timeframe", "--symbol", "--prefer", "--no-any"]),
        (["demo"], ["--no-window", "--seed"]),
        (["screenshot"], ["PANEL", "--out", "--theme", "--size"]),
        (["indicators", "compute"], ["NAME", "SYMBOL", "TF", "--param", "--out"]),
        (["doctor"], ["--warm"]),
        (["data", "list"], []),
    ],
)
def test_each_command_has_help_with_its_options_and_the_shared_ones(cli, words, named):
    ended = cli(*words, "--help", COLUMNS="200")
    assert ended.code == 0
    for option in [*named, "--workspace", "--json"]:
        assert option in ended.out
    assert "Parameters" not in ended.out
    assert "----------" not in ended.out


def test_the_version_is_printed(cli):
    ended = cli("--version")
    assert (ended.code, ended.out) == (0, f"ktrdr-app {__version__}\n")


def test_shared_options_work_before_and_after_the_command(cli, shared_workspace, tmp_path):
    place = str(shared_workspace)
    before = cli("--json", "--workspace", place, "data", "list", cwd=tmp_path)
    after = cli("data", "list", "--workspace", place, "--json", cwd=tmp_path)
    mixed = cli("--workspace", place, "data", "list", "--json", cwd=tmp_path)
    assert before.code == after.code == mixed.code == 0
    assert before.document == after.document == mixed.document
    assert before.document["workspace"] == place


def test_what_stands_after_the_command_counts_more(cli, shared_workspace, tmp_path):
    ended = cli("--workspace", str(tmp_path), "data", "list", "--workspace", str(shared_workspace), json=True)
    assert ended.document["workspace"] == str(shared_workspace)


def test_the_current_folder_is_the_workspace_by_default(cli, tmp_path):
    ended = cli("data", "list", json=True, cwd=tmp_path)
    assert ended.document == {"workspace": str(tmp_path), "series": []}


def test_a_damaged_model_is_rejected_with_code_4(cli, shared_workspace, tmp_path):
    model = tmp_path / "models" / STRATEGY / "universal_1d_v1"
    shutil.copytree(shared_workspace / "models" / STRATEGY / "universal_1d_v1", model)
    weights = model / "model.pt"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 0xFF
    weights.write_bytes(bytes(content))
    for words in (["models", "show", str(model)], ["backtest", STRATEGY, *MONEY, "--model", str(model)]):
        ended = cli(*words, json=True)
        assert ended.code == 4, ended.out
        assert ended.document["error"]["code"] == "model_rejected"


def test_every_problem_of_a_strategy_is_told_with_its_line(cli, tmp_path):
    text = (Path(__file__).parents[2] / "configs" / "strategies" / f"{STRATEGY}.yaml").read_text(encoding="utf-8")
    broken = text.replace("epochs: 100", "epochs: 0").replace("dropout: 0.2", "droput: 0.2")
    file = tmp_path / "broken.yaml"
    file.write_text(broken, encoding="utf-8")
    lines = {
        number for number, line in enumerate(broken.splitlines(), start=1) if "epochs: 0" in line or "droput" in line
    }
    ended = cli("strategies", "validate", str(file), json=True)
    assert ended.code == 2
    problems = ended.document["error"]["problems"]
    assert {problem["line"] for problem in problems} == lines
    assert "dropout" in {problem["suggestion"] for problem in problems}
    told = cli("strategies", "validate", str(file))
    assert all(f"line {line}, column" in told.err for line in lines)


BROKEN = """
import sys
from ktrdr_app.cli import session
def show(self, document, parts):
    raise ZeroDivisionError("nobody\\nexpected this")
session.Session.show = show
from ktrdr_app.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("as_json", [False, True])
def test_a_bug_ends_with_code_1_one_line_and_a_traceback_on_disk(tmp_path, as_json):
    cache = tmp_path / "cache"
    words = ["-c", BROKEN, "data", "list", *(["--json"] if as_json else [])]
    ended = run_process(words, tmp_path, XDG_CACHE_HOME=str(cache), LOCALAPPDATA=str(cache), HOME=str(tmp_path))
    assert ended.code == 1
    (log,) = tmp_path.rglob("ktrdr-app.log")
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert "expected this" in log.read_text(encoding="utf-8")
    assert "Traceback" not in ended.err + ended.out
    told = ended.document["error"]["message"] if as_json else ended.err.splitlines()[0]
    assert "ZeroDivisionError: nobody" in told
    assert str(log) in (ended.out if as_json else ended.err).replace("\\\\", "\\")
    if as_json:
        assert ended.document["error"]["code"] == "bug"


def test_a_bug_with_no_place_for_the_log_shows_the_traceback(tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    ended = run_process(["-c", BROKEN, "data", "list"], tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert ended.code == 1
    assert "Traceback" in ended.err
    assert "ZeroDivisionError" in ended.err.splitlines()[-2]


def test_without_qt_the_command_line_works_and_says_what_is_missing(cli, tmp_path):
    block = (
        "import sys; sys.modules['PySide6'] = None; from ktrdr_app.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    opened = run_process(["-c", block, "--json"], tmp_path, DISPLAY=":99", QT_QPA_PLATFORM=None)
    assert opened.code == 2
    assert opened.document["error"]["code"] == "environment_problem"
    assert "pip install" in opened.document["error"]["hint"]
    assert run_process(["-c", block, "data", "list"], tmp_path).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another process are POSIX")
def test_ctrl_c_stops_training_with_code_130_and_leaves_nothing_behind(shared_workspace, tmp_path):
    import pty

    shutil.copytree(shared_workspace / "data", tmp_path / "data")
    patient = (shipped("configs") / "strategies" / f"{STRATEGY}.yaml").read_text(encoding="utf-8")
    patient = re.sub(r"patience: \d+", "patience: 10000", patient)
    assert "patience: 10000" in patient
    (tmp_path / "patient.yaml").write_text(patient, encoding="utf-8")
    words = [
        "train",
        "patient.yaml",
        "--symbols",
        "AAPL,IBM,MSFT,GOOG",
        "--timeframe",
        "1d",
        "--epochs",
        "10000",
        "--json",
    ]
    control, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ktrdr_app", *words],
        cwd=tmp_path,
        env=environment(TERM="xterm", NO_COLOR="1", COLUMNS="120"),
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    seen = b""
    while b"best in epoch" not in seen:
        seen += os.read(control, 4096)
    process.send_signal(signal.SIGINT)
    collected = [seen]
    try:
        while chunk := os.read(control, 4096):
            collected.append(chunk)
    except OSError:
        pass
    out, _ = process.communicate(timeout=60)
    os.close(control)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cancelled"
    assert not (tmp_path / "models").exists() or list((tmp_path / "models").rglob("*_v*")) == []
    assert [path for path in tmp_path.rglob("*") if path.name.endswith((".part", ".tmp"))] == []
    screen = b"".join(collected)
    assert b"load" in screen
    assert b"\x1b[3" not in screen.replace(b"\x1b[?", b"")


def test_numbers_and_names_survive_a_narrow_code_page(cli):
    ended = cli("strategies", "list", PYTHONIOENCODING="ascii")
    assert ended.code == 0
    assert "neuro_mean_reversion" in ended.out
    assert cli("strategies", "list", json=True, PYTHONIOENCODING="ascii").code == 0
