"""``models coverage`` as a user types it, and what ``models show`` says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of, table_rows
from tests.cli.conftest import STRATEGY
from tests.model_store.builders import edit

MODEL = f"{STRATEGY}/universal_1d_v1"


@pytest.fixture
def here(shared_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the model's folder in a workspace of its own, which is the current folder."""
    for name in ("models", "data"):
        shutil.copytree(shared_workspace / name, tmp_path / name, symlinks=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models" / MODEL


def test_one_symbol_is_one_document_and_several_are_a_list(run: Run, here: Path) -> None:
    one = run("models", "coverage", MODEL, "--symbol", "GOOG", json=True)
    assert one.code == 0
    document = one.document
    assert (document["symbol"], document["in_training_set"], document["training_symbols"]) == (
        "GOOG",
        False,
        ["AAPL", "IBM"],
    )
    assert document["verdict"] in ("covered", "partly covered", "not covered")
    names = json.loads((here / "features.json").read_text(encoding="utf-8"))["feature_names"]
    assert sorted(entry["name"] for entry in document["features"]) == sorted(names)
    two = run("models", "coverage", MODEL, "--symbol", "GOOG,AAPL", json=True).document["coverage"]
    assert two[0] == document
    assert two[1]["in_training_set"]
    assert two[1]["seen_in_training"] > 0


def test_people_read_tables_and_a_verdict(run: Run, here: Path) -> None:
    document = run("models", "coverage", MODEL, "--symbol", "GOOG", json=True).document
    told = run("models", "coverage", MODEL, "--symbol", "GOOG")
    assert told.code == 0
    worst = document["features"][0]
    assert table_rows(told.out)[worst["name"]][:2] == [worst["band"], f"{worst['psi']:.2f}"]
    assert f"GOOG 1d: {document['verdict']}." in told.out
    assert document["sentence"] in told.out


def test_range_and_bar_length_are_taken(run: Run, here: Path) -> None:
    document = run(
        "models", "coverage", MODEL, "--symbol", "GOOG", "--start", "2010-01-01", "--end", "2010-12-31", json=True
    ).document
    assert document["start"].startswith("2010-01")
    assert document["end"].startswith("2010-12")
    other = run("models", "coverage", MODEL, "--symbol", "EURUSD", "--timeframe", "1h", json=True).document
    assert "bars of 1d, not of 1h" in other["notes"][0]


def test_an_older_folder_cannot_be_told_with_exit_code_nought(run: Run, here: Path) -> None:
    assert "models coverage" in run("models", "show", MODEL).out
    (here / "coverage.json").unlink()
    edit(here / "checksums.json", lambda listed: listed.pop("coverage.json"), checksum=False)
    told = run("models", "coverage", MODEL, "--symbol", "GOOG")
    assert told.code == 0
    assert "GOOG 1d: unknown." in told.out
    assert "train the model again" in told.out
    assert "keeps no reference of its training rows" in run("models", "show", MODEL).out


def test_errors_have_their_codes(run: Run, here: Path) -> None:
    ask = ("models", "coverage", MODEL, "--symbol")
    error_of(run(*ask, "NONE", json=True), 3, "data_not_found")
    error_of(
        run("models", "coverage", f"{STRATEGY}/universal_1d_v9", "--symbol", "GOOG", json=True), 3, "model_not_found"
    )
    (here / "coverage.json").write_text("{}", encoding="utf-8")
    error_of(run(*ask, "GOOG", json=True), 4, "model_rejected")
    assert run("models", "coverage", MODEL).code == 2
