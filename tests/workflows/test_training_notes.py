"""What is said of trainings: kept whole, one thing at a time, and never lost to a damaged file."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.training_notes import LONGEST_NAME, TrainingRemarks, read_remarks, remark_training

KEY = "models/quick/universal_1d_v1"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return an empty workspace."""
    return Workspace(tmp_path)


def test_at_first_nothing_is_said(workspace: Workspace) -> None:
    assert read_remarks(workspace) == {}
    assert list(workspace.root.iterdir()) == [], "reading writes nothing"


def test_each_thing_is_said_by_itself_and_the_others_stay(workspace: Workspace) -> None:
    assert remark_training(workspace, KEY, name="the first") == TrainingRemarks()
    assert remark_training(workspace, KEY, star=True) == TrainingRemarks("the first")
    assert remark_training(workspace, KEY, note="with two symbols") == TrainingRemarks("the first", True)
    assert read_remarks(workspace) == {KEY: TrainingRemarks("the first", True, "with two symbols")}


def test_trainings_do_not_disturb_each_other(workspace: Workspace) -> None:
    remark_training(workspace, KEY, star=True)
    remark_training(workspace, "runs/20240101T000000Z-train-x-1d-aaaaaa", name="stopped")
    assert read_remarks(workspace)[KEY].star
    assert read_remarks(workspace)["runs/20240101T000000Z-train-x-1d-aaaaaa"].name == "stopped"


def test_what_is_taken_back_leaves_no_trace(workspace: Workspace) -> None:
    remark_training(workspace, KEY, name="a", star=True, note="b")
    remark_training(workspace, KEY, name="", star=False, note="")
    assert read_remarks(workspace) == {}
    document = json.loads((workspace.runs / "trainings.json").read_text(encoding="utf-8"))
    assert document == {"format": 1, "trainings": {}}


def test_any_letters_come_back_as_they_went(workspace: Workspace) -> None:
    words = 'ключ «é» 数 🚀 "quoted" <b>'
    remark_training(workspace, KEY, name=words, note=f"{words}\nsecond line")
    assert read_remarks(workspace)[KEY] == TrainingRemarks(words, False, f"{words}\nsecond line")


@pytest.mark.parametrize("name", ["x" * (LONGEST_NAME + 1), "two\nlines"])
def test_a_name_is_one_short_line(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidValue, match="name is") as caught:
        remark_training(workspace, KEY, name=name)
    assert "one line" in caught.value.hint
    assert read_remarks(workspace) == {}
    remark_training(workspace, KEY, name="x" * LONGEST_NAME)
    assert len(read_remarks(workspace)[KEY].name) == LONGEST_NAME


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", '{"trainings": []}', '{"trainings": {"a": 3}}', "\xff"]
)
def test_a_damaged_file_is_told_and_not_written_over(workspace: Workspace, content: str) -> None:
    workspace.runs.mkdir()
    path = workspace.runs / "trainings.json"
    path.write_text(content, encoding="latin-1")
    for act in (lambda: read_remarks(workspace), lambda: remark_training(workspace, KEY, star=True)):
        with pytest.raises(StorageProblem, match="cannot be read"):
            act()
    assert path.read_text(encoding="latin-1") == content


def test_fields_of_a_later_version_are_no_obstacle(workspace: Workspace) -> None:
    workspace.runs.mkdir()
    document = {"format": 2, "trainings": {KEY: {"name": "a", "colour": "red"}}}
    (workspace.runs / "trainings.json").write_text(json.dumps(document), encoding="utf-8")
    assert read_remarks(workspace) == {KEY: TrainingRemarks("a")}


def test_a_disk_that_refuses_is_told(workspace: Workspace) -> None:
    workspace.runs.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageProblem):
        remark_training(workspace, KEY, star=True)


def test_many_at_once_lose_nothing(workspace: Workspace) -> None:
    keys = [f"models/quick/universal_1d_v{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda key: remark_training(workspace, key, star=True), keys))
    assert sorted(read_remarks(workspace)) == sorted(keys)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["models/a/universal_1d_v1", "models/b/universal_1h_v2", "runs/x"]),
        st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=LONGEST_NAME)),
        st.one_of(st.none(), st.booleans()),
        st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), max_size=200)),
    ),
    max_size=12,
)


@given(changes=CHANGES)
def test_whatever_is_said_in_whatever_order_is_what_is_read(changes: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace, expected = Workspace(Path(folder)), {}
        for key, name, star, note in changes:
            before = expected.get(key, ("", False, ""))
            told = remark_training(workspace, key, name, star, note)
            assert (told.name, told.star, told.note) == before
            given_now = (name, star, note)
            after = tuple(was if now is None else now for was, now in zip(before, given_now, strict=True))
            expected[key] = after
            if after == ("", False, ""):
                del expected[key]
        found = {key: (said.name, said.star, said.note) for key, said in read_remarks(workspace).items()}
        assert found == expected
