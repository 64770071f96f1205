"""``data delete``, ``data restore`` and ``data list``: what is printed for people and for programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of, files_of


def test_a_series_goes_and_comes_back(run: Run, workspace: Path) -> None:
    said = run("data", "delete", "IBM", "1d").out
    assert "IBM_1d.csv" in said
    assert "ktrdr-app data restore IBM 1d" in said
    assert "IBM" in run("data", "restore").out
    assert not (workspace / "data" / "IBM_1d.csv").exists()
    assert "back into the data folder" in run("data", "restore", "IBM", "1d").out
    assert (workspace / "data" / "IBM_1d.csv").exists()
    assert run("data", "restore").out.strip() == "The trash is empty."


def test_programs_get_one_document_each(run: Run, workspace: Path) -> None:
    gone = run("data", "delete", "IBM", "1d", json=True).document
    held = run("data", "restore", json=True).document
    assert held == {"trash": [gone]}
    assert run("data", "restore", "IBM", "1d", json=True).document == gone


def test_the_list_shows_what_a_check_has_found(run: Run, workspace: Path) -> None:
    assert "5 of 5 not looked at yet" in run("data", "list").out
    report = run("data", "check", "EURUSD", "1h", json=True).document
    listed = {entry["symbol"]: entry for entry in run("data", "list", json=True).document["series"]}
    quality = listed["EURUSD"]["quality"]
    assert quality["expected"] == report["expected_bars"]
    assert quality["expected"] - quality["present"] == report["missing_bars"]
    assert listed["IBM"]["quality"] is None
    assert listed["IBM"]["asset_class"] == "stock"
    assert "4 of 5 not looked at yet" in run("data", "list").out


def test_bytes_that_were_deleted_come_back_as_they_were(run: Run, workspace: Path) -> None:
    before = files_of(workspace)
    gone = run("data", "delete", "IBM", "1d", json=True)
    assert (gone.code, gone.err) == (0, "")
    assert (gone.document["symbol"], gone.document["timeframe"]) == ("IBM", "1d")
    folder = Path(gone.document["folder"])
    for name in gone.document["files"]:
        assert (folder / name).read_bytes() == before[f"data/{name}"]
    left = files_of(workspace / "data")
    assert set(left) == {name.removeprefix("data/") for name in before} - set(gone.document["files"])
    error_of(run("indicators", "compute", "rsi", "IBM", "1d", json=True), 3, "data_not_found")
    assert run("data", "restore", "IBM", "1d", json=True).document == gone.document
    assert files_of(workspace / "data") == {name.removeprefix("data/"): content for name, content in before.items()}


def test_a_series_that_came_anew_is_not_overwritten_by_the_old_one(run: Run, workspace: Path) -> None:
    run("data", "delete", "IBM", "1d")
    (workspace / "data" / "IBM_1d.csv").write_bytes((workspace / "data" / "GOOG_1d.csv").read_bytes())
    before = files_of(workspace)
    error_of(run("data", "restore", "IBM", "1d", json=True), 2, "series_exists")
    assert files_of(workspace) == before


def test_the_newest_deletion_comes_back_first(run: Run, workspace: Path) -> None:
    series = workspace / "data" / "IBM_1d.csv"
    old = series.read_bytes()
    new = b"".join(old.splitlines(keepends=True)[:100])
    run("data", "delete", "IBM", "1d")
    series.write_bytes(new)
    run("data", "delete", "IBM", "1d")
    assert len(run("data", "restore", json=True).document["trash"]) == 2
    run("data", "restore", "IBM", "1d")
    assert series.read_bytes() == new
    series.unlink()
    run("data", "restore", "IBM", "1d")
    assert series.read_bytes() == old


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("delete", "IMB", "1d"), 3, "data_not_found", "did you mean IBM?"),
        (("delete", "../IBM", "1d"), 2, "unsafe_name", "letters"),
        (("delete", "IBM", "1y"), 2, "unknown_name", "1d"),
        (("delete", "IBM"), 2, "usage", "data delete --help"),
        (("restore", "IBM"), 2, "invalid_value", "1d"),
        (("restore", "IBM", "1d"), 3, "nothing_in_trash", "empty"),
        (("restore", "../IBM", "1d"), 3, "nothing_in_trash", "empty"),
    ],
)
def test_refusals_touch_nothing(
    run: Run, workspace: Path, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    before = files_of(workspace)
    assert hint in error_of(run("data", *words, json=True), exit_code, code)["hint"]
    assert files_of(workspace) == before
