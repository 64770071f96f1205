"""``models``: what is there, what a folder says of itself, which one would be loaded and why the others are not."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands.conftest import Run, error_of, files_of, table_rows
from tests.cli.conftest import STRATEGY

ASKED = ("models", "resolve", STRATEGY, "--timeframe", "1d")


@pytest.fixture
def store(shared_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the strategy's folder of models in a workspace of its own, which is the current folder."""
    shutil.copytree(shared_workspace / "models", tmp_path / "models", symlinks=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models" / STRATEGY


@pytest.fixture
def trained(shared_workspace: Path) -> dict[str, Any]:
    loaded = json.loads((shared_workspace / "trained.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def second_version(store: Path) -> Path:
    """Return a copy of the first version under the next number, which ``latest`` does not name."""
    return Path(shutil.copytree(store / "universal_1d_v1", store / "universal_1d_v2"))


def damage(folder: Path) -> None:
    """Turn one byte in the middle of the weights over."""
    file = folder / "model.pt"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(bytes(content))


def steps(document: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(entry["step"], Path(entry["path"]).name, entry["result"]) for entry in document["trace"]]


def test_the_list_says_what_training_said(run: Run, store: Path, trained: dict[str, Any]) -> None:
    (listed,) = run("models", "list", json=True).document["models"]
    assert Path(listed["path"]) == store / "universal_1d_v1"
    assert (listed["kind"], listed["version"], listed["timeframe"]) == ("universal", 1, "1d")
    assert (listed["strategy_name"], listed["symbol"]) == (STRATEGY, None)
    assert listed["test_accuracy"] == pytest.approx(trained["metrics"]["test_accuracy"])
    assert listed["skill"] == pytest.approx(1 - trained["metrics"]["test_nll"] / trained["metrics"]["prior_nll"])
    row = table_rows(run("models", "list").out)["universal_1d_v1"]
    assert row[:2] == [STRATEGY, "universal"]
    assert f"{trained['metrics']['test_accuracy'] * 100:.1f} %" in row
    assert "usable, latest" in row


def test_a_damaged_version_is_listed_with_its_reason_and_keeps_no_figures(run: Run, store: Path) -> None:
    damage(second_version(store))
    found = {entry["version"]: entry for entry in run("models", "list", json=True).document["models"]}
    assert {version: entry["complete"] for version, entry in found.items()} == {1: True, 2: False}
    assert "checksum" in found[2]["problem"]
    assert (found[2]["test_accuracy"], found[2]["skill"]) == (None, None)
    assert "checksum" in run("models", "list").out


@pytest.mark.parametrize("named", ["models/{}/universal_1d_v1", "{}/universal_1d_v1", "./models/{}/universal_1d_v1/"])
def test_a_model_is_shown_by_any_path_that_means_it(run: Run, store: Path, named: str) -> None:
    document = run("models", "show", named.format(STRATEGY), json=True).document
    folder = store / "universal_1d_v1"
    assert document["files"] == {path.name: path.stat().st_size for path in folder.iterdir()}
    manifest = json.loads((folder / "training_manifest.json").read_text(encoding="utf-8"))
    assert document["training_manifest"] == manifest
    assert (manifest["seed"], manifest["training_symbols"]) == (7, ["AAPL", "IBM"])


def test_the_checksums_are_those_of_the_files(run: Run, store: Path) -> None:
    folder = store / "universal_1d_v1"
    text = (folder / "checksums.json").read_text(encoding="utf-8")
    for name in run("models", "show", str(folder), json=True).document["files"]:
        if name != "checksums.json":
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in text, name


def test_people_see_facts_and_files(run: Run, store: Path) -> None:
    shown = run("models", "show", str(store / "universal_1d_v1"))
    rows = table_rows(shown.out)
    assert (shown.code, shown.err) == (0, "")
    assert rows["training symbols"] == ["AAPL, IBM"]
    size = (store / "universal_1d_v1" / "model.pt").stat().st_size
    assert rows["model.pt"] == [f"{size:,}"]


def test_a_model_that_is_damaged_is_not_shown(run: Run, store: Path) -> None:
    folder = second_version(store)
    damage(folder)
    error = error_of(run("models", "show", str(folder), json=True), 4, "model_rejected")
    assert error["where"] == str(folder / "model.pt")
    (folder / "metadata.json").write_text("{", encoding="utf-8")
    assert run("models", "show", str(folder)).code == 4


@pytest.mark.parametrize("named", ["models/{}/universal_1d_v9", "{}/universal_1d_v9"])
def test_a_model_that_is_not_there_is_told_with_those_beside_it(run: Run, store: Path, named: str) -> None:
    error = error_of(run("models", "show", named.format(STRATEGY), json=True), 3, "model_not_found")
    assert error["hint"] == "there is: universal_1d_latest, universal_1d_v1"
    assert error["where"] == str(store)


def test_a_file_beside_models_is_not_offered_as_one(run: Run, store: Path) -> None:
    (store.parent / "README.md").write_text("words", encoding="utf-8")
    assert error_of(run("models", "show", "nosuch", json=True), 3, "model_not_found")["hint"] == f"there is: {STRATEGY}"


def test_latest_is_followed_and_without_it_the_highest_whole_version(run: Run, store: Path) -> None:
    second_version(store)
    document = run(*ASKED, json=True).document
    assert steps(document) == [(1, "universal_1d_v1", "chosen")]
    (store / "universal_1d_latest").unlink()
    chosen = run(*ASKED, json=True).document["chosen"]
    assert (chosen["version"], chosen["kind"], chosen["step"]) == (2, "universal", 1)
    assert Path(chosen["path"]) == store / "universal_1d_v2"


def test_a_latest_that_is_damaged_is_passed_over_and_said(run: Run, store: Path) -> None:
    damage(second_version(store))
    (store / "universal_1d_latest").unlink()
    (store / "universal_1d_latest").write_text("universal_1d_v2\n", encoding="utf-8")
    document = run(*ASKED, json=True).document
    assert steps(document) == [(1, "universal_1d_v2", "rejected"), (1, "universal_1d_v1", "chosen")]
    assert "checksum" in document["trace"][0]["reason"]
    shown = run(*ASKED)
    assert shown.code == 0
    assert "rejected" in shown.out
    assert f"Chosen: {store / 'universal_1d_v1'} (universal, step 1 of the resolver)" in shown.out


def test_another_symbols_model_serves_with_a_warning_unless_forbidden(run: Run, store: Path) -> None:
    other = store / "GOOG_1d_v1"
    (store / "universal_1d_v1").rename(other)
    (store / "universal_1d_latest").unlink()
    document = run(*ASKED, "--symbol", "IBM", json=True).document
    assert [entry["step"] for entry in document["trace"]][:2] == [1, 2]
    ended = run(*ASKED, "--symbol", "IBM", "--no-any", json=True)
    assert (ended.code, ended.document["chosen"]) == (3, None)
    assert [Path(entry["path"]).name for entry in ended.document["trace"][:2]] == [
        "universal_1d_latest",
        "IBM_1d_latest",
    ]
    assert all(entry["result"] != "chosen" for entry in ended.document["trace"])


def test_no_model_for_the_time_frame_is_exit_code_three_with_the_trace(run: Run, store: Path) -> None:
    ended = run("models", "resolve", STRATEGY, "--timeframe", "4h", json=True)
    assert (ended.code, ended.err) == (3, "")
    assert (ended.document["chosen"], ended.document["warning"]) == (None, "")
    assert [entry["step"] for entry in ended.document["trace"]] == [1, 2, 3]
    people = run("models", "resolve", STRATEGY, "--timeframe", "4h")
    assert people.code == 3
    assert "No model serves." in people.out


def test_an_empty_store_is_an_empty_list(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("models", "list", json=True).document == {"models": []}
    assert "ktrdr-app train" in run("models", "list").out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("models", "resolve", STRATEGY), "usage"),
        ((*ASKED, "--prefer", "newest"), "invalid_value"),
        (("models", "resolve", "../models", "--timeframe", "1d"), "unsafe_name"),
        (("models", "resolve", STRATEGY, "--timeframe", "1d", "--symbol", "a/b"), "unsafe_name"),
        (("models", "show"), "usage"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_touched(
    run: Run, store: Path, words: tuple[str, ...], code: str
) -> None:
    before = files_of(store)
    error_of(run(*words, json=True), 2, code)
    assert files_of(store) == before
