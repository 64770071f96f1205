"""``data repair``: what is printed for people and for programs, through the command itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.data.quality.repairs import REPAIRS
from tests.cli.conftest import Ended, run_process
from tests.data.quality.planted import clean, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workspace with one series that has two bars of price 0."""
    frame = clean()
    frame.iloc[[10, 20], 3] = 0.0
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "BTCUSDT_1h.csv", frame)
    return tmp_path


def cli(*words: str, cwd: Path, json: bool = False) -> Ended:
    """Run the command in a workspace of its own; no model is needed."""
    return run_process(["-m", "ktrdr_app", *words, *(["--json"] if json else [])], cwd)


def test_the_list_names_every_repair(folder: Path) -> None:
    known = cli("data", "repair", "--list", json=True, cwd=folder).document["repairs"]
    assert [entry["name"] for entry in known] == list(REPAIRS)
    shown = cli("data", "repair", "--list", cwd=folder).out
    assert all(name in shown for name in REPAIRS)


def test_dry_then_done_then_nothing_left_to_do(folder: Path) -> None:
    words = ("data", "repair", "BTCUSDT", "1h", "--repair", "drop_nonpositive", "--repair", "sort_rows")
    before = (folder / "data" / "BTCUSDT_1h.csv").read_bytes()
    dry = cli(*words, "--dry-run", json=True, cwd=folder).document
    assert (dry["dry_run"], dry["written"]) == (True, False)
    assert (folder / "data" / "BTCUSDT_1h.csv").read_bytes() == before
    done = cli(*words, json=True, cwd=folder).document
    assert done["repairs"] == dry["repairs"]
    assert Path(done["original"]).read_bytes() == before
    assert [(one["name"], one["dropped"]) for one in done["repairs"]] == [("drop_nonpositive", 2), ("sort_rows", 0)]
    assert "nothing to repair" in cli(*words, cwd=folder).out
    shown = cli("data", "check", "BTCUSDT", "1h", cwd=folder).out
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
def test_what_cannot_be_done_is_said(folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ended = cli("data", "repair", *words, json=True, cwd=folder)
    assert ended.code == code
    assert said in ended.document["error"]["hint"]
