"""The record of repairs: what is written comes back, its states follow the file, and damage is never guessed over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import DataProblem, StorageProblem
from ktrdr_app.data.quality.repair_log import FORMAT, STATES, RepairEntry, log_path, read_log, settled, write_log
from ktrdr_app.data.quality.repairs import Repair

CLIP = Repair("clip_ohlc", 0, 2, "highs and lows were widened – “as needed”", ("2024-01-08T03:00:00Z",))


def content(step: int) -> bytes:
    """Return what the series file holds after so many repairs."""
    return f"bars after {step} repairs\n".encode()


def entry(step: int, finished: bool = True, **other: Any) -> RepairEntry:
    """Return the entry of the repair that leads from one content to the next."""
    before, after = (hashlib.sha256(content(at)).hexdigest() for at in (step, step + 1))
    return RepairEntry("2024-01-09T00:00:00Z", before, after, 9, 8, f"originals/{step}.csv", (CLIP,), finished, **other)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a series file with its first content."""
    file = tmp_path / "EURUSD_1h.csv"
    file.write_bytes(content(0))
    return file


def states(path: Path) -> list[str]:
    """Return the states of a record's entries."""
    return [found.state for found in read_log(path)]


def test_a_record_stands_beside_its_file_and_comes_back_whole(path: Path) -> None:
    entries = (entry(0), replace(entry(1), repairs=(CLIP, replace(CLIP, examples=()))))
    path.write_bytes(content(2))
    write_log(path, entries)
    assert sorted(found.name for found in path.parent.iterdir()) == ["EURUSD_1h.csv", "EURUSD_1h.repairs.json"]
    assert log_path(path).name == "EURUSD_1h.repairs.json"
    assert read_log(path) == tuple(replace(one, state="in_force") for one in entries)


def test_a_name_with_dots_keeps_all_but_its_ending() -> None:
    assert log_path(Path("data") / "BRK.B_1d.csv") == Path("data") / "BRK.B_1d.repairs.json"


def test_the_state_is_the_files_to_tell_and_is_not_written(path: Path) -> None:
    write_log(path, (entry(0, state="in_force"),))
    document = json.loads(log_path(path).read_text(encoding="utf-8"))
    assert (document["format"], document["series"]) == (FORMAT, path.name)
    assert "state" not in document["entries"][0]
    assert document["entries"][0]["repairs"][0]["rule"] == CLIP.rule
    assert states(path) == ["undone"]


def test_a_series_without_a_record_was_not_repaired(path: Path) -> None:
    assert read_log(path) == ()
    assert read_log(path.with_name("NONE_1h.csv")) == ()


@given(repairs=st.integers(1, 6), now=st.integers(0, 7), last_finished=st.booleans())
def test_states_follow_the_file_back_through_its_repairs(
    tmp_path_factory: pytest.TempPathFactory, repairs: int, now: int, last_finished: bool
) -> None:
    path = tmp_path_factory.mktemp("log") / "X_1d.csv"
    path.write_bytes(content(now))
    write_log(path, tuple(entry(step, last_finished or step < repairs - 1) for step in range(repairs)))
    found = states(path)
    for step, state in enumerate(found):
        finished = last_finished or step < repairs - 1
        if now > repairs:
            assert state == ("changed_since" if finished else "unknown")
        elif step < now:
            assert state == "in_force"
        elif step == now:
            assert state == ("undone" if finished else "not_done")
        else:
            assert state == ("changed_since" if finished else "unknown")
    assert set(found) <= set(STATES)


def test_a_repair_that_is_done_again_after_it_was_undone_is_in_force_once(path: Path) -> None:
    path.write_bytes(content(1))
    write_log(path, (entry(0), entry(0)))
    assert states(path) == ["undone", "in_force"]


def test_an_interrupted_repair_is_told_by_the_file(path: Path) -> None:
    write_log(path, (entry(0, finished=False),))
    assert settled(read_log(path)) == ()
    path.write_bytes(content(1))
    (done,) = settled(read_log(path))
    assert (done.finished, done.state) == (True, "in_force")
    path.write_bytes(b"other bars\n")
    (doubtful,) = settled(read_log(path))
    assert (doubtful.finished, doubtful.state) == (False, "unknown")
    path.unlink()
    assert states(path) == ["unknown"]


def test_settling_leaves_finished_entries_as_they_are(path: Path) -> None:
    kept = tuple(entry(step, state=state) for step, state in enumerate(("in_force", "undone", "changed_since")))
    assert settled(kept) == kept


def test_the_document_is_what_json_takes(path: Path) -> None:
    document = entry(0, state="undone").to_document()
    again = json.loads(json.dumps(document))
    assert again["repairs"][0]["examples"] == list(CLIP.examples)
    assert {name: again[name] for name in ("rows_before", "rows_after", "finished", "state")} == {
        "rows_before": 9,
        "rows_after": 8,
        "finished": True,
        "state": "undone",
    }


def _changed(path: Path, change: str) -> bytes:
    """Return a good record with one thing wrong in it."""
    write_log(path, (entry(0),))
    document = json.loads(log_path(path).read_text(encoding="utf-8"))
    first = document["entries"][0]
    match change:
        case "another layout":
            document["format"] = FORMAT + 1
        case "no layout":
            del document["format"]
        case "no entries":
            del document["entries"]
        case "entries that are none":
            document["entries"] = 5
        case "a key that we do not write":
            first["mood"] = "good"
        case "a key that is missing":
            del first["before"]
        case "repairs that are texts":
            first["repairs"] = ["clip_ohlc"]
        case "examples that are missing":
            del first["repairs"][0]["examples"]
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        *("another layout", "no layout", "no entries", "entries that are none", "a key that we do not write"),
        *("a key that is missing", "repairs that are texts", "examples that are missing"),
    ],
)
def test_a_record_of_another_shape_is_refused_and_left(path: Path, change: str) -> None:
    damaged = _changed(path, change)
    log_path(path).write_bytes(damaged)
    with pytest.raises(DataProblem, match="cannot be understood") as raised:
        read_log(path)
    assert raised.value.where == str(log_path(path))
    assert "move it elsewhere" in raised.value.hint
    assert log_path(path).read_bytes() == damaged


@pytest.mark.parametrize("text", [b"", b"{]", b"[]", b"null", b"7", b'"format"', b"\xff\xfe{}", b'{"format": 1'])
def test_text_that_is_no_record_is_refused(path: Path, text: bytes) -> None:
    log_path(path).write_bytes(text)
    with pytest.raises(DataProblem, match="record of repairs"):
        read_log(path)


def test_a_record_that_the_disk_refuses_is_a_matter_of_storage(path: Path) -> None:
    log_path(path).mkdir()
    with pytest.raises(StorageProblem):
        read_log(path)
    with pytest.raises(StorageProblem):
        write_log(path, (entry(0),))


def test_the_layout_that_is_told_is_the_one_that_was_found(path: Path) -> None:
    log_path(path).write_bytes(_changed(path, "another layout"))
    with pytest.raises(DataProblem, match=f"number {FORMAT + 1}, not {FORMAT}"):
        read_log(path)
