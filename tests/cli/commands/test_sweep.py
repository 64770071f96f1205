"""``sweep``: one JSON document, tables for people, what is saved, and every mistake told before anything is tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of
from tests.workflows.planted import planted_workspace

SPACE = """\
training.learning_rate: {low: 0.001, high: 0.05, log: true}
network.hidden_layers: [[6], [12]]
fuzzy_sets.momentum.sets.flat.parameters[2]: {low: 0.5, high: 2}
"""
WORDS = (
    "sweep",
    "planted",
    "--symbols",
    "AUDUSD,EURUSD",
    "--timeframe",
    "1h",
    "--epochs",
    "2",
    "--space",
    "space.yaml",
)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with the planted markets and a space, which is the current folder."""
    root = planted_workspace(tmp_path).root
    (root / "space.yaml").write_text(SPACE, encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def test_json_is_the_record_with_its_files(run: Run, planted: Path) -> None:
    ended = run(*WORDS, "--trials", "5", "--seed", "4", json=True)
    assert ended.code == 0
    document = ended.document
    kept = json.loads(Path(document["sweep_file"]).read_text(encoding="utf-8"))
    assert {key: value for key, value in document.items() if not key.endswith("_file")} == kept
    assert (document["trials_done"], document["asked"]["seed"], document["objective"]) == (5, 4, "val_skill")
    assert document["command"].startswith("ktrdr-app sweep planted --symbols AUDUSD,EURUSD --timeframe 1h --seed 4")
    assert document["command"].endswith(
        "--space space.yaml --trials 5 --objective val_skill --pruner median --workers 1"
    )
    assert Path(document["study_file"]).is_relative_to(planted / "runs")


def test_people_see_trials_settings_and_what_to_think_of_it(run: Run, planted: Path) -> None:
    ended = run(*WORDS, "--trials", "5", "--workers", "2", "--save-best", "better")
    assert ended.code == 0, ended.err
    (file,) = (planted / "runs").glob("*/sweep.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    assert "best of 5 trials, on validation rows" in ended.out
    for trial in document["trials"]:
        assert trial["value"] is None or f"{100 * trial['value']:.2f} %" in ended.out
    for sentence in document["report"]:
        assert sentence in ended.out
    for path in document["importances"]:
        assert path in ended.out
    assert f"Strategy: {planted / 'configs' / 'strategies' / 'better.yaml'}" in ended.out
    assert "better/universal_1h_v1" in ended.out.replace("\\", "/")
    assert "name: better" in (planted / "configs" / "strategies" / "better.yaml").read_text(encoding="utf-8")


def test_a_wrong_space_is_told_with_every_line_and_nothing_is_tried(run: Run, planted: Path) -> None:
    (planted / "space.yaml").write_text("network.dropuot: [0, 0.1]\ntraining.epochs: {low: 9, high: 1}\n")
    error = error_of(run(*WORDS, "--trials", "5", json=True), 2, "strategy_problem")
    assert error["where"] == "space.yaml:1:1"
    assert [(entry["line"], entry["column"]) for entry in error["problems"]] == [(1, 1), (2, 1)]
    assert error["problems"][0]["suggestion"] == "dropout"
    people = run(*WORDS, "--trials", "5")
    assert people.code == 2
    assert "did you mean 'dropout'?" in people.err
    assert not (planted / "runs").exists()


@pytest.mark.parametrize(
    ("words", "code", "name", "hint"),
    [
        (("--trials", "0"), 2, "invalid_value", "1 or more"),
        (("--trials", "3", "--objective", "val_skil"), 2, "unknown_name", "val_skill"),
        (("--trials", "3", "--pruner", "hyperband"), 2, "unknown_name", "median"),
        (("--trials", "3", "--resume", "last"), 3, "run_not_found", "no sweep was ever begun here"),
        (("--trials", "3", "--save-best", "planted"), 2, "strategy_exists", "another name"),
        (("--trials", "3", "--space", "nosuch.yaml"), 3, "file_missing", "what is varied"),
        (("--trials", "3", "--cluster", "nowhere"), 2, "invalid_value", "tcp://"),
        ((), 2, "usage", "sweep --help"),
    ],
)
def test_mistakes_have_their_code_and_leave_nothing(
    run: Run, planted: Path, words: tuple[str, ...], code: int, name: str, hint: str
) -> None:
    assert hint in error_of(run(*WORDS, *words, json=True), code, name)["hint"]
    assert not (planted / "runs").exists()


def test_one_that_was_stopped_is_gone_on_with(run: Run, planted: Path) -> None:
    first = run(*WORDS, "--trials", "2", json=True).document
    folder = Path(first["sweep_file"]).parent
    more = run(*WORDS, "--trials", "4", "--resume", folder.name, json=True).document
    assert more["trials"][:2] == first["trials"]
    assert len(more["trials"]) == 4
    error = error_of(run(*WORDS, "--trials", "4", "--seed", "9", "--resume", folder.name, json=True), 2, "bad_input")
    assert "seed was 0, now it is 9" in error["message"]


@pytest.mark.parametrize(
    "words", [("--symbol", "AUDUSD"), ("--symbol", "AUDUSD,EURUSD", "--portfolio")], ids=["one", "one account"]
)
def test_a_backtest_that_has_nothing_to_share_out_takes_no_cluster(
    run: Run, planted: Path, words: tuple[str, ...]
) -> None:
    line = ("backtest", "planted", "--timeframe", "1h", *words, "--cluster", "tcp://127.0.0.1:9")
    assert "several symbols" in error_of(run(*line, json=True), 2, "invalid_value")["hint"]
    assert not (planted / "runs").exists()
