"""Files among what is dropped: named ones as they are, those of folders by their endings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, EmptyData
from ktrdr_app.data.importing import folders
from ktrdr_app.data.importing.folders import files_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with files of many kinds, in itself and below."""
    for name in ("b.csv", "a.CSV.GZ", "notes.md", ".hidden.csv", "deep/c.parquet", "deep/deeper/d.txt", "deep/x.png"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "tree"


def test_a_folder_stands_for_the_files_that_may_hold_bars(tree: Path) -> None:
    found = [path.relative_to(tree).as_posix() for path in files_of([tree], CancelToken())]
    assert found == ["a.CSV.GZ", "b.csv", "deep/c.parquet", "deep/deeper/d.txt"]


def test_a_named_file_is_taken_whatever_it_is_called_and_none_twice(tree: Path) -> None:
    named = [tree / "notes.md", tree / "b.csv", tree / "deep", tree / "b.csv"]
    found = files_of(named, CancelToken())
    assert found == (tree / "notes.md", tree / "b.csv", tree / "deep/c.parquet", tree / "deep/deeper/d.txt")


def test_a_folder_without_such_files_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    with pytest.raises(EmptyData) as raised:
        files_of([tmp_path / "pictures"], CancelToken())
    assert raised.value.where == "pictures"
    assert ".csv" in raised.value.hint


def test_the_number_of_files_is_bounded(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST", 2)
    assert len(files_of([tree], CancelToken())) == 2


def test_links_to_folders_are_not_followed(tree: Path) -> None:
    (tree / "deep" / "loop").symlink_to(tree, target_is_directory=True)
    assert len(files_of([tree], CancelToken())) == 4


def test_the_search_can_be_stopped(tree: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        files_of([tree], token)
