"""Drafts of unsaved work: kept whole through kills, told apart by any name, and passed over if they are torn."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.core.errors import StorageProblem, UnsafeName, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.protection import protect, unprotect
from tests.core.children import REPO, environment

WRITE = """
import sys
from pathlib import Path
from ktrdr_app.core.drafts import Drafts
from ktrdr_app.core.paths import Workspace
drafts = Drafts(Workspace(Path(sys.argv[1])))
number = 0
while True:
    drafts.save("fuzzy", "s", {"number": number, "again": [number] * 2000})
    if number == 3:
        print("going", flush=True)
    number += 1
"""


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(Workspace(tmp_path))


def test_what_is_noted_is_found_again_newest_state_only(drafts: Drafts) -> None:
    drafts.save("fuzzy", "a", {"x": 1})
    drafts.save("fuzzy", "a", {"x": 0.1, "y": [1, None, "ä"]})
    drafts.save("strategy", "a", {"text": "name: a\n"})
    found = drafts.load("fuzzy", "a")
    assert found is not None
    assert (found.kind, found.name, found.payload) == ("fuzzy", "a", {"x": 0.1, "y": [1, None, "ä"]})
    assert found.noted.endswith("Z")
    assert {(draft.kind, draft.name) for draft in drafts.all()} == {("fuzzy", "a"), ("strategy", "a")}
    assert drafts.load("fuzzy", "b") is None


def test_drafts_come_newest_first(drafts: Drafts) -> None:
    for name in ("old", "new"):
        drafts.save("fuzzy", name, {})
    for path in drafts.folder.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        noted = drafts.load("fuzzy", "old").noted  # type: ignore[union-attr]
        path.write_text(text.replace(noted, "2020-01-01T00:00:00Z") if '"old"' in text else text, encoding="utf-8")
    assert [draft.name for draft in drafts.all()] == ["new", "old"]


def test_what_is_discarded_leaves_nothing(drafts: Drafts) -> None:
    drafts.save("fuzzy", "a", {})
    drafts.save("fuzzy", "b", {})
    drafts.discard("fuzzy", "a")
    drafts.discard("fuzzy", "a")
    assert [draft.name for draft in drafts.all()] == ["b"]
    drafts.discard("fuzzy", "b")
    assert not drafts.folder.exists()


@given(st.lists(st.text(min_size=1, max_size=300), min_size=2, max_size=5, unique=True))
def test_any_name_has_a_draft_of_its_own(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    drafts = Drafts(Workspace(tmp_path_factory.mktemp("names")))
    names = [name for name in names if name.isprintable()]
    for name in names:
        drafts.save("fuzzy", name, {"for": name})
    assert {draft.name: draft.payload["for"] for draft in drafts.all()} == {name: name for name in names}


def test_a_kind_cannot_leave_the_folder(drafts: Drafts) -> None:
    with pytest.raises(UnsafeName):
        drafts.save("../x", "a", {})


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 1}', '{"version": 1, "kind": "f", "name": "a", "noted": "", "payload": 3}']
)
def test_a_torn_draft_is_passed_over_with_a_word(
    drafts: Drafts, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    drafts.save("fuzzy", "good", {})
    drafts.save("fuzzy", "torn", {})
    (torn,) = [path for path in drafts.folder.rglob("*.json") if '"torn"' in path.read_text(encoding="utf-8")]
    torn.write_text(content, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert [draft.name for draft in drafts.all()] == ["good"]
    assert str(torn) in caplog.text
    assert torn.exists()


def test_a_disk_that_refuses_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".ktrdr").write_text("no folder", encoding="utf-8")
    with pytest.raises(StorageProblem):
        Drafts(Workspace(tmp_path)).save("fuzzy", "a", {})


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_a_kill_while_it_is_written_leaves_a_whole_draft(drafts: Drafts, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(tmp_path)], cwd=REPO, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "going\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=60)
    (draft,) = drafts.all()
    payload: dict[str, Any] = draft.payload
    assert payload["number"] >= 3
    assert payload["again"] == [payload["number"]] * 2000
    assert isinstance(draft, Draft)


@pytest.mark.parametrize(
    "content", ["[" * 50_000, '{"version": Infinity}', '{"version": 1, "payload": {"a": ' + "[" * 50_000]
)
def test_a_hostile_draft_is_passed_over(drafts: Drafts, content: str) -> None:
    drafts.save("fuzzy", "good", {})
    (drafts.folder / "fuzzy" / "bad.json").write_text(content, encoding="utf-8")
    assert [draft.name for draft in drafts.all()] == ["good"]


def test_half_a_sign_is_refused_and_the_draft_before_stays(drafts: Drafts) -> None:
    drafts.save("strategy", "a", {"text": "before"})
    with pytest.raises(StorageProblem, match="half a sign"):
        drafts.save("strategy", "a", {"text": "\ud800"})
    with pytest.raises(StorageProblem, match="half a sign"):
        drafts.save("strategy", "\udce4", {})
    assert drafts.load("strategy", "\udce4") is None
    drafts.discard("strategy", "\udce4")
    assert [draft.payload for draft in drafts.all()] == [{"text": "before"}]


def test_a_protected_workspace_keeps_its_drafts(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("fuzzy", "a", {})
    protect(Workspace(tmp_path))
    try:
        for write in (lambda: drafts.discard("fuzzy", "a"), lambda: drafts.save("fuzzy", "a", {"x": 1})):
            with pytest.raises(WorkspaceReadOnly):
                write()
        assert [draft.payload for draft in drafts.all()] == [{}]
    finally:
        unprotect(Workspace(tmp_path))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES, max_size=4))
def test_any_state_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, payload: dict[str, Any]) -> None:
    drafts = Drafts(Workspace(tmp_path_factory.mktemp("any")))
    drafts.save("fuzzy", "a", payload)
    found = drafts.load("fuzzy", "a")
    assert found is not None
    assert found.payload == payload
    assert repr(found.payload) == repr(payload), "to the last digit, in order, 1 is not 1.0"
