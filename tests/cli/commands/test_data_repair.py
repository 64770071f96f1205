"""``data repair``: what is printed for people and for programs, through the command itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.data.quality.repairs import REPAIRS
from tests.cli.commands.conftest import Run, error_of, files_of
from tests.data.quality.planted import clean, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with one series that has two bars of price 0."""
    frame = clean()
    frame.iloc[[10, 20], 3] = 0.0
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "BTCUSDT_1h.csv", frame)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_list_names_every_repair(run: Run, folder: Path) -> None:
    known = run("data", "repair", "--list", json=True).document["repairs"]
    assert [entry["name"] for entry in known] == list(REPAIRS)
    shown = run("data", "repair", "--list").out
    assert all(name in shown for name in REPAIRS)


def test_dry_then_done_then_nothing_left_to_do(run: Run, folder: Path) -> None:
    words = ("data", "repair", "BTCUSDT", "1h", "--repair", "drop_nonpositive", "--repair", "sort_rows")
    before = (folder / "data" / "BTCUSDT_1h.csv").read_bytes()
    dry = run(*words, "--dry-run", json=True).document
    assert (dry["dry_run"], dry["written"]) == (True, False)
    assert (folder / "data" / "BTCUSDT_1h.csv").read_bytes() == before
    done = run(*words, json=True).document
    assert done["repairs"] == dry["repairs"]
    assert Path(done["original"]).read_bytes() == before
    assert [(one["name"], one["dropped"]) for one in done["repairs"]] == [("drop_nonpositive", 2), ("sort_rows", 0)]
    assert "nothing to repair" in run(*words).out
    shown = run("data", "check", "BTCUSDT", "1h").out
    assert "drop_nonpositive" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("BTCUSDT", "1h"), 2, "one or more of"),
        (("BTCUSDT", "1h", "--repair", "clip"), 2, "clip_ohlc"),
        (("BTCUSDT",), 2, "--list"),
        (("NONE", "1h", "--repair", "sort_rows"), 3, "BTCUSDT"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    before = files_of(folder)
    ended = run("data", "repair", *words, json=True)
    assert ended.code == code
    assert said in error_of(ended, code, ended.document["error"]["code"])["hint"]
    assert files_of(folder) == before


def test_what_is_repaired_is_what_pandas_drops(run: Run, folder: Path) -> None:
    path = folder / "data" / "BTCUSDT_1h.csv"
    frame = pd.read_csv(path)
    wanted = frame[(frame[["open", "high", "low", "close"]] > 0).all(axis=1)].reset_index(drop=True)
    document = run("data", "repair", "BTCUSDT", "1h", "--repair", "drop_nonpositive", json=True).document
    assert (document["rows_before"], document["rows_after"]) == (len(frame), len(wanted))
    assert document["after"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document["before"] == hashlib.sha256(Path(document["original"]).read_bytes()).hexdigest()
    assert Path(document["record"]).is_file()
    pd.testing.assert_frame_equal(pd.read_csv(path), wanted)


def test_people_read_what_was_done_and_where_the_original_lies(run: Run, folder: Path) -> None:
    words = ("data", "repair", "BTCUSDT", "1h", "--repair", "drop_nonpositive")
    before = files_of(folder)
    dry = run(*words, "--dry-run")
    assert "that is what would be done" in dry.out
    assert files_of(folder) == before
    done = run(*words)
    assert "1,344 rows, then 1,342" in done.out
    assert "The file as it was: " in done.out
    assert (done.code, done.err) == (0, "")
