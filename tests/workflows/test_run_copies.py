"""What is copied out of a run is what its folder has, and nothing is written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app.core.errors import FileMissing, InvalidValue, StorageProblem, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.run_copies import Copied, copy_bundle, copy_report, copy_tables
from tests.core.protected import only_looked_at


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run's folder as far as copying looks at it."""
    folder = tmp_path / "runs" / "20200101T000000Z-GOOG-1d-abc"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<p>page</p>")
    (folder / "equity.csv").write_text("timestamp,equity\n2020-01-01T00:00:00Z,1.0\n")
    (folder / "trades.csv").write_text("timestamp\n")
    return folder


def test_the_report_is_copied(run: Path, tmp_path: Path) -> None:
    done = copy_report(run, tmp_path / "out" / "r.html")
    assert (tmp_path / "out" / "r.html").read_text() == "<p>page</p>"
    assert done.sentence == "The report is in r.html"


def test_tables_are_named_after_the_run(run: Path, tmp_path: Path) -> None:
    done = copy_tables(run, tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"{run.name}-equity.csv", f"{run.name}-trades.csv"]
    assert (tmp_path / "out" / names[0]).read_bytes() == (run / "equity.csv").read_bytes()
    assert done.sentence == "2 tables are in out"


def test_nothing_is_written_over(run: Path, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("mine")
    with pytest.raises(InvalidValue):
        copy_report(run, tmp_path / "r.html")
    (tmp_path / f"{run.name}-trades.csv").write_text("mine")
    with pytest.raises(InvalidValue):
        copy_tables(run, tmp_path)
    assert (tmp_path / "r.html").read_text() == "mine"
    assert not (tmp_path / f"{run.name}-equity.csv").exists(), "one of the tables is there already, so none is written"


def test_what_is_not_there_is_told(run: Path, tmp_path: Path) -> None:
    (run / "report.html").unlink()
    with pytest.raises(FileMissing):
        copy_report(run, tmp_path / "r.html")
    with pytest.raises(FileMissing):
        copy_tables(tmp_path / "nothing", tmp_path)
    with pytest.raises(FileMissing):
        copy_bundle(Workspace(tmp_path), tmp_path / "nothing", tmp_path / "b.zip")


def test_a_page_that_cannot_be_read_is_told(run: Path, tmp_path: Path) -> None:
    (run / "report.html").unlink()
    (run / "report.html").mkdir()
    with pytest.raises(StorageProblem):
        copy_report(run, tmp_path / "r.html")


@pytest.mark.parametrize("copy", [copy_report, copy_tables])
def test_a_name_that_no_disk_takes_is_told(run: Path, tmp_path: Path, copy: Callable[[Path, Path], Copied]) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageProblem):
        copy(run, tmp_path / ("x" * 400))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_is_no_folder_for_tables(run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StorageProblem):
        copy_tables(run, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_one_table_is_told_as_one(run: Path, tmp_path: Path) -> None:
    (run / "trades.csv").unlink()
    assert copy_tables(run, tmp_path / "out").sentence == "1 table is in out"


def test_every_byte_of_a_page_is_copied(run: Path, tmp_path: Path) -> None:
    odd = bytes(range(256)) + "é\r\n".encode()
    (run / "report.html").write_bytes(odd)
    copy_report(run, tmp_path / "r.html")
    assert (tmp_path / "r.html").read_bytes() == odd


def test_a_protected_workspace_gets_no_copy(run: Path, tmp_path: Path) -> None:
    with only_looked_at(Workspace(tmp_path)):
        for copy in (copy_report, copy_tables):
            with pytest.raises(WorkspaceReadOnly):
                copy(run, tmp_path / "out")
