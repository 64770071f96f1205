"""Repairs of files: only the lines that are meant change, the original is kept, and a kill breaks nothing."""

from __future__ import annotations

import hashlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from ktrdr_app.core.errors import EmptyData, FileMissing, InvalidValue, MalformedBars, StorageProblem, UnknownName
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.quality.inspect import inspect_file
from ktrdr_app.data.quality.repair_file import apply_draft, draft_repairs
from ktrdr_app.data.quality.repair_log import log_path, read_log
from tests.shared_data import shared_path

LINES = [
    "timestamp,open,high,low,close,volume,source",
    "2024-01-08T00:00:00Z,100.0,101.50,99,100.250,1000,a",
    "2024-01-08T01:00:00Z,100.25,101,99.5,100.5,,b",
    "2024-01-08T01:00:00Z,100.25,101,99.5,100.5,,b",
    "yesterday,1,1,1,1,1,c",
    "2024-01-08T03:00:00Z,100,99,98,100.5,-4,d",
    "",
    "2024-01-08T02:00:00Z,100,101,0,100.5,7.50,e",
    "2024-01-08T04:00:00Z,x,101,99,100.5,7.50,f",
    '2024-01-08T05:00:00Z,1e2,101,99,100.5,7.50,"g, h"',
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with a fault of every kind, and a column that is not ours."""
    file = tmp_path / "BTCUSDT_1h.csv"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return file


def _after(path: Path, *names: str) -> list[str]:
    return draft_repairs(path, names).text.decode().splitlines()


def _lines(*numbers: int) -> list[str]:
    return [LINES[number - 1] for number in numbers]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("drop_unreadable", (1, 2, 3, 4, 6, 8, 9, 10)),
        ("sort_rows", (1, 2, 3, 4, 8, 6, 9, 10, 5)),
        ("drop_duplicates", (1, 2, 3, 5, 6, 8, 9, 10)),
        ("keep_last_of_conflicts", (1, 2, 4, 5, 6, 8, 9, 10)),
        ("drop_missing", (1, 2, 3, 4, 5, 6, 8, 10)),
        ("drop_nonpositive", (1, 2, 3, 4, 5, 6, 9, 10)),
        ("drop_crossed", (1, 2, 3, 4, 5, 8, 9, 10)),
    ],
)
def test_lines_that_stay_are_the_same_to_the_last_byte(path: Path, name: str, kept: tuple[int, ...]) -> None:
    assert _after(path, name) == _lines(*kept)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("clip_ohlc", "2024-01-08T03:00:00Z,100,100.5,98,100.5,-4,d"),
        ("blank_bad_volume", "2024-01-08T03:00:00Z,100,99,98,100.5,,d"),
    ],
)
def test_only_the_cells_that_are_meant_change(path: Path, name: str, line: str) -> None:
    wanted = [LINES[0], *LINES[1:5], line, *LINES[7:]]
    assert _after(path, name) == wanted


def test_one_after_the_other_in_the_order_given(path: Path) -> None:
    names = ("drop_unreadable", "sort_rows", "drop_duplicates", "drop_missing", "drop_nonpositive", "clip_ohlc")
    entry = apply_draft(draft_repairs(path, (*names, "blank_bad_volume")))
    assert [done.name for done in entry.repairs] == [*names, "blank_bad_volume"]
    assert [done.dropped for done in entry.repairs] == [1, 0, 1, 1, 1, 0, 0]
    assert (entry.rows_before, entry.rows_after) == (8, 4)
    assert len(CSVDataSource(path.parent).load("BTCUSDT", "1h")) == 4


def test_windows_line_ends_and_a_missing_last_one(tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    path.write_bytes("\r\n".join(LINES[:4]).encode())
    assert draft_repairs(path, ["drop_duplicates"]).text == ("\r\n".join(LINES[:3]) + "\r\n").encode()


def test_a_byte_order_mark_and_a_header_in_capitals_stay(tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    header = "Timestamp,Open,High,Low,Close,Volume"
    path.write_text("\ufeff" + header + "\n2024-01-08T03:00:00Z,100,99,98,100.5,-4\n", encoding="utf-8")
    text = draft_repairs(path, ["blank_bad_volume"]).text.decode("utf-8")
    assert text == "\ufeff" + header + "\n2024-01-08T03:00:00Z,100,99,98,100.5,\n"


def test_a_draft_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    draft = draft_repairs(path, ["clip_ohlc"])
    assert draft.changes
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_original_is_kept_and_the_record_has_both_fingerprints(path: Path) -> None:
    before = path.read_bytes()
    entry = apply_draft(draft_repairs(path, ["clip_ohlc", "drop_duplicates"]))
    assert (path.parent / entry.original).read_bytes() == before
    assert entry.before == hashlib.sha256(before).hexdigest()
    assert entry.after == hashlib.sha256(path.read_bytes()).hexdigest()
    (again,) = read_log(path)
    assert again == entry
    assert (again.finished, again.state) == (True, "in_force")
    assert [info.symbol for info in CSVDataSource(path.parent).series()] == ["BTCUSDT"]


def test_nothing_to_do_leaves_no_trace(path: Path) -> None:
    entry = apply_draft(draft_repairs(path, ["drop_stray_stamps"]))
    assert entry.before == entry.after
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_second_repair_is_recorded_behind_the_first(path: Path) -> None:
    first = apply_draft(draft_repairs(path, ["drop_duplicates"]))
    second = apply_draft(draft_repairs(path, ["drop_nonpositive"]))
    found = read_log(path)
    assert [entry.before for entry in found] == [first.before, first.after] == [first.before, second.before]
    assert [entry.state for entry in found] == ["in_force", "in_force"]


def test_a_file_that_changed_meanwhile_is_left_alone(path: Path) -> None:
    draft = draft_repairs(path, ["drop_duplicates"])
    path.write_text(LINES[0] + "\n" + LINES[1] + "\n", encoding="utf-8")
    mine = path.read_bytes()
    with pytest.raises(StorageProblem, match="changed by another program"):
        apply_draft(draft)
    assert path.read_bytes() == mine
    assert read_log(path) == ()


@pytest.mark.parametrize(
    ("names", "error"), [((), InvalidValue), (("clip_olhc",), UnknownName), (("sort_rows", "mend_all"), UnknownName)]
)
def test_only_repairs_that_there_are_are_done(path: Path, names: tuple[str, ...], error: type[Exception]) -> None:
    before = path.read_bytes()
    with pytest.raises(error):
        draft_repairs(path, names)
    assert path.read_bytes() == before


def test_files_that_cannot_be_repaired(path: Path) -> None:
    with pytest.raises(FileMissing):
        draft_repairs(path.with_name("NONE_1h.csv"), ["sort_rows"])
    path.write_text(LINES[0] + "\n2024-01-08T03:00:00Z,0,0,0,0,0,a\n")
    with pytest.raises(EmptyData, match="not one bar"):
        draft_repairs(path, ["drop_nonpositive"])
    path.write_text(LINES[0] + '\n2024-01-08T03:00:00Z,1,1,1,1,1,"a\nb"\n')
    with pytest.raises(MalformedBars, match="line break"):
        draft_repairs(path, ["drop_nonpositive"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_kill_at_any_step_leaves_file_and_record_in_agreement(path: Path, place: int, after: bool) -> None:
    before = path.read_bytes()
    draft = draft_repairs(path, ["drop_duplicates"])
    child = os.fork()
    if child == 0:
        _kill_at_rename(place, after)
        apply_draft(draft)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert path.read_bytes() in (before, draft.text)
    done = path.read_bytes() == draft.text
    assert done == ((place, after) >= (3, True))
    log = read_log(path)
    assert [entry.state for entry in log] == (["in_force"] if done else ["not_done"] * len(log))
    if done:
        assert (path.parent / log[0].original).read_bytes() == before
    entry = apply_draft(draft_repairs(path, ["drop_nonpositive"]))
    states = [(one.finished, one.state) for one in read_log(path)]
    assert states == [(True, "in_force")] * (2 if done else 1)
    assert read_log(path)[-1] == entry


def _kill_at_rename(place: int, after: bool) -> None:
    """Let this process kill itself at its n-th rename, before or after it."""
    seen = [0]
    rename = Path.replace

    def count(self: Path, target: Path) -> Path:
        seen[0] += 1
        if seen[0] == place and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = rename(self, target)
        if seen[0] == place:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    Path.replace = count  # type: ignore[method-assign, assignment]


def test_the_check_tells_what_was_repaired(path: Path) -> None:
    apply_draft(draft_repairs(path, ["drop_duplicates"]))
    document = inspect_file(path, "BTCUSDT", "1h").to_document()
    assert [done["name"] for done in document["repairs"][0]["repairs"]] == ["drop_duplicates"]
    assert document["repairs"][0]["state"] == "in_force"
    helping = {found["code"]: found["repairs"] for found in document["findings"]}
    assert helping["nonpositive_prices"] == ("drop_nonpositive",)
    assert helping["unsorted"] == ("sort_rows",)


def test_a_damaged_record_is_told_and_never_overwritten(path: Path) -> None:
    log_path(path).write_text("{]")
    found = inspect_file(path, "BTCUSDT", "1h")
    assert found.count("repair_record") == 1
    before = path.read_bytes()
    with pytest.raises(Exception, match="record of repairs"):
        apply_draft(draft_repairs(path, ["drop_duplicates"]))
    assert path.read_bytes() == before
    assert log_path(path).read_text() == "{]"


def test_what_the_file_says_to_an_entry(path: Path) -> None:
    before = path.read_bytes()
    entry = apply_draft(draft_repairs(path, ["drop_duplicates"]))
    path.write_bytes(path.read_bytes() + b"2024-01-08T06:00:00Z,100,101,99,100.5,7.50,i\n")
    assert [one.state for one in read_log(path)] == ["changed_since"]
    path.write_bytes(before)
    assert [one.state for one in read_log(path)] == ["undone"]
    path.unlink()
    assert read_log(path) == (replace(entry, state="changed_since"),)


@pytest.mark.shared
def test_real_files_change_in_the_rows_that_the_inventory_names(tmp_path: Path) -> None:
    source = shared_path("data/dev/CAT_1d.csv")
    path = tmp_path / "CAT_1d.csv"
    path.write_bytes(source.read_bytes())
    entry = apply_draft(draft_repairs(path, ["clip_ohlc"]))
    assert entry.repairs[0].changed == 10
    old, new = source.read_text().splitlines(), path.read_text().splitlines()
    assert len(old) == len(new)
    assert sum(one != two for one, two in zip(old, new, strict=True)) == 10
    assert inspect_file(path, "CAT", "1d").count("ohlc_violations") == 0
