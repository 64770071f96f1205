"""What is printed for each kind of error, and with which exit code."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import typer

from ktrdr_app.cli.failures import TYPING_MISTAKE, report_bug, report_error, report_typing_mistake
from ktrdr_app.core import errors
from ktrdr_app.core.errors import KtrdrError, Problem

PROBLEMS = [
    Problem("training.epochs", 41, 3, "is 0", "allowed: 1 to 10000"),
    Problem("network.droput", 37, 3, "unknown key 'droput'", "allowed: dropout", "dropout"),
]
CASES: list[tuple[KtrdrError, int, str]] = [
    (errors.InvalidValue("commission", 2, "a fraction below 1"), 2, "invalid_value"),
    (errors.UnknownName("indicator", "rsix", ["rsi", "roc"]), 2, "unknown_name"),
    (errors.StrategyExists("mine"), 2, "strategy_exists"),
    (errors.StrategyChanged("strategies/mine.yaml"), 2, "strategy_changed"),
    (errors.UnsafeName("symbol", "../x"), 2, "unsafe_name"),
    (errors.DataNotFound("APPL", "1d", "data/APPL_1d.csv", ["AAPL"]), 3, "data_not_found"),
    (errors.FileMissing("s.csv", "a table of signals"), 3, "file_missing"),
    (errors.EmptyData("AAPL_1d.csv"), 2, "empty_data"),
    (errors.MalformedBars("AAPL_1d.csv, row 7", "high below low", "high >= low"), 2, "malformed_bars"),
    (errors.TooFewRows("AAPL 1d", 3, 50, "indicators"), 2, "too_few_rows"),
    (errors.SignalsMismatch("s.csv", "5 rows", "7 rows"), 2, "signals_mismatch"),
    (errors.Repaints("zigzag_line", where="turns"), 2, "repaints"),
    (errors.SeriesExists("AAPL", "1d", "data/AAPL_1d.csv"), 2, "series_exists"),
    (errors.NothingInTrash("AAPL 1d", ["IBM 1d"], ".trash"), 3, "nothing_in_trash"),
    (errors.StrategyProblem("s.yaml", PROBLEMS), 2, "strategy_problem"),
    (errors.StrategyNotFound("nosuch", ["neuro"]), 3, "strategy_not_found"),
    (errors.ModelNotFound("s 1d", ["universal_1d_latest"], []), 3, "model_not_found"),
    (errors.ModelRejected("models/s/universal_1d_v1", "model.pt is damaged"), 4, "model_rejected"),
    (errors.BundleRejected("b.zip", "bars.csv was changed"), 4, "bundle_rejected"),
    (errors.WorkerDied("Train", 9), 1, "worker_died"),
    (errors.TrainingFailed("train", "the loss is not finite", "lower the learning rate"), 2, "training_failed"),
    (errors.StorageProblem("/full/x", "No space left on device"), 2, "storage_problem"),
    (errors.LockHeld("/w/.locks/operations", "process 7"), 2, "lock_held"),
    (errors.WorkspaceReadOnly("/w/models/x"), 2, "workspace_read_only"),
    (errors.WorkspaceBusy("/w", "host, process 7", stale=False), 2, "workspace_busy"),
    (errors.EnvironmentProblem("Qt", "not installed", "pip install it"), 2, "environment_problem"),
    (errors.NotFinite("rsi_low", "IBM", 3, 90, "2020-01-01"), 2, "not_finite"),
    (errors.OneClass("IBM", "HOLD", 500), 2, "one_class"),
    (errors.RunNotFound("old", ["new"]), 3, "run_not_found"),
    (errors.NoRate("JPY", 1_700_000_000_000_000_000), 3, "no_rate"),
    (errors.ClusterProblem("tcp://10.0.0.5:8786", "nobody answers", "start it"), 2, "cluster_problem"),
    (errors.Cancelled("training"), 130, "cancelled"),
]


@pytest.fixture(autouse=True)
def logger_as_it_was():
    logger = logging.getLogger("ktrdr_app")
    before, level = list(logger.handlers), logger.level
    yield
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


@pytest.mark.parametrize(("error", "code", "name"), CASES, ids=[case[2] for case in CASES])
def test_each_error_as_json(error, code, name, capsys):
    assert report_error(error, as_json=True) == code
    written = capsys.readouterr()
    assert written.err == ""
    document = json.loads(written.out)["error"]
    assert {key: document[key] for key in ("code", "message", "hint", "where")} == error.to_dict()
    assert document["code"] == name


@pytest.mark.parametrize(("error", "code", "name"), CASES, ids=[case[2] for case in CASES])
def test_each_error_for_people(error, code, name, capsys):
    assert report_error(error, as_json=False) == code
    written = capsys.readouterr()
    assert written.out == ""
    lines = written.err.splitlines()
    assert lines[0].startswith("error: ")
    assert error.message in lines[0]
    assert error.where in written.err
    assert lines[-1] == f"hint: {error.hint}"


def test_every_error_class_of_ours_is_covered():
    def leaves(kind: type[KtrdrError]) -> set[type[KtrdrError]]:
        below = kind.__subclasses__()
        return {kind}.union(*(leaves(child) for child in below)) if below else {kind}

    defined = {kind for kind in leaves(KtrdrError) if kind.__module__.startswith("ktrdr_app.core.")}
    abstract = {KtrdrError, errors.BadInput, errors.DataProblem}
    answered_over_http = {kind for kind in defined if kind.__module__ == "ktrdr_app.core.service_errors"}
    assert defined - abstract - answered_over_http <= {type(error) for error, _, _ in CASES}


def test_all_problems_of_a_strategy_are_listed(capsys):
    report_error(errors.StrategyProblem("s.yaml", PROBLEMS), as_json=True)
    document = json.loads(capsys.readouterr().out)["error"]
    assert document["problems"] == [vars(problem) for problem in PROBLEMS]
    report_error(errors.StrategyProblem("s.yaml", PROBLEMS), as_json=False)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1].startswith("  line 41, column 3: training.epochs")
    assert "did you mean 'dropout'?" in lines[2]


def test_a_single_problem_is_not_told_twice(capsys):
    report_error(errors.StrategyProblem("s.yaml", PROBLEMS[:1]), as_json=False)
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_names_are_not_read_as_markup(capsys):
    report_error(errors.UnknownName("indicator", "[red]x[/red]", ["rsi"]), as_json=False)
    assert "'[red]x[/red]'" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_a_typing_mistake_is_named_by_its_command(as_json, capsys):
    app = typer.Typer()

    @app.command()
    def main(number: int) -> None:
        raise AssertionError(number)

    with pytest.raises(TYPING_MISTAKE) as caught:
        typer.main.get_command(app).main(args=["x"], prog_name="tool", standalone_mode=False)
    assert report_typing_mistake(caught.value, as_json) == 2
    written = capsys.readouterr()
    if as_json:
        document = json.loads(written.out)["error"]
        assert (document["code"], document["where"], document["hint"]) == ("usage", "tool", "see tool --help")
        assert "number" in document["message"].lower()
    else:
        assert written.err.splitlines()[-1] == "hint: see tool --help"


def test_errors_of_ours_are_no_typing_mistakes():
    assert not any(isinstance(error, TYPING_MISTAKE) for error, _, _ in CASES)
    assert not issubclass(typer.Exit, TYPING_MISTAKE)
    assert issubclass(typer.BadParameter, TYPING_MISTAKE)


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("text", ["something odd", "two\nlines", ""])
def test_a_bug_is_one_line_and_its_traceback_is_kept(text, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("ktrdr_app.cli.failures.user_cache", lambda: tmp_path / "cache")
    assert report_bug(raised(KeyError(text) if text == "" else RuntimeError(text)), as_json=True) == 1
    written = capsys.readouterr()
    assert written.err == ""
    document = json.loads(written.out)["error"]
    assert document["code"] == "bug"
    assert "\n" not in document["message"]
    log = Path(document["where"])
    assert log.parent == tmp_path / "cache"
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")


def test_bugs_are_kept_one_after_the_other(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("ktrdr_app.cli.failures.user_cache", lambda: tmp_path)
    for order in range(3):
        report_bug(raised(RuntimeError(f"fault {order}")), as_json=False)
    text = (tmp_path / "ktrdr-app.log").read_text(encoding="utf-8")
    assert [f"fault {order}" in text for order in range(3)] == [True] * 3
    assert "hint: please report it" in capsys.readouterr().err
