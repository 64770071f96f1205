"""Which runs a workspace has: the newest, one by name or folder, and where its bars and model lie."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import FileMissing
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.run_folders import (
    RESULT_FILE,
    SOURCES,
    SWEEP_FILE,
    home_of,
    named_run,
    newest_run,
    run_folder,
    run_id,
)

OLD, NEW = "20190101T000000Z-GOOG-1d-aaaaaa", "20200229T235959Z-IBM-1h-000000"


def finished(folder: Path) -> Path:
    """Make what a finished backtest's folder has at least."""
    folder.mkdir(parents=True)
    (folder / RESULT_FILE).write_text("{}")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace with an old and a new run; the older one was touched last."""
    made = Workspace(tmp_path / "workspace")
    finished(made.runs / NEW)
    finished(made.runs / OLD)
    return made


class TestNewest:
    def test_the_name_counts_and_not_when_the_disk_last_saw_it(self, workspace: Workspace) -> None:
        assert newest_run(workspace) == workspace.runs / NEW

    def test_a_run_without_its_document_is_not_finished(self, workspace: Workspace) -> None:
        (workspace.runs / "20300101T000000Z-GOOG-1d-ffffff").mkdir()
        (workspace.runs / NEW / RESULT_FILE).unlink()
        assert newest_run(workspace) == workspace.runs / OLD

    def test_a_run_within_a_run_is_none_of_the_workspace(self, workspace: Workspace) -> None:
        finished(workspace.runs / OLD / "20300101T000000Z-GOOG-1d-ffffff")
        assert newest_run(workspace) == workspace.runs / NEW

    def test_where_nothing_was_run_there_is_none(self, tmp_path: Path) -> None:
        assert newest_run(Workspace(tmp_path / "nowhere")) is None


class TestByName:
    def test_a_name_a_folder_and_a_text_mean_the_same(self, workspace: Workspace) -> None:
        folder = workspace.runs / OLD
        assert run_folder(workspace, OLD) == run_folder(workspace, folder) == run_folder(workspace, str(folder))

    def test_a_path_from_the_workspace_is_taken_wherever_one_stands(self, workspace: Workspace) -> None:
        assert run_folder(workspace, f"runs/{OLD}") == workspace.runs / OLD

    def test_a_folder_outside_the_workspace_is_taken(self, workspace: Workspace, tmp_path: Path) -> None:
        elsewhere = finished(tmp_path / "usb" / "run")
        assert run_folder(workspace, elsewhere) == elsewhere

    @pytest.mark.parametrize("name", ["nothing", OLD.lower(), "", ".", "..", "/", f"{OLD}/{RESULT_FILE}"])
    def test_what_is_no_run_is_refused_by_the_name_that_was_given(self, workspace: Workspace, name: str) -> None:
        with pytest.raises(FileMissing) as caught:
            run_folder(workspace, name)
        assert name in str(caught.value)

    def test_a_folder_of_that_name_without_a_document_is_refused(self, workspace: Workspace) -> None:
        (workspace.runs / OLD / RESULT_FILE).unlink()
        (workspace.runs / OLD / RESULT_FILE).mkdir()
        with pytest.raises(FileMissing):
            run_folder(workspace, OLD)


class TestLatest:
    def test_it_means_the_newest_finished_backtest(self, workspace: Workspace) -> None:
        assert run_folder(workspace, "latest") == run_folder(workspace, Path("latest")) == workspace.runs / NEW

    def test_a_folder_that_is_called_so_where_one_stands_is_meant_first(
        self, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        finished(tmp_path / "latest")
        monkeypatch.chdir(tmp_path)
        assert run_folder(workspace, "latest") == Path("latest")

    def test_runs_of_another_kind_do_not_count(self, workspace: Workspace) -> None:
        later = "20300101T000000Z-sweep-1d-ffffff"
        (workspace.runs / later).mkdir()
        (workspace.runs / later / SWEEP_FILE).write_text("{}")
        assert run_folder(workspace, "latest") == workspace.runs / NEW
        assert named_run(workspace, "latest", SWEEP_FILE) == workspace.runs / later

    def test_of_several_kinds_it_is_the_newest_of_them(self, workspace: Workspace) -> None:
        kinds = (RESULT_FILE, "portfolio.json")
        portfolio = workspace.runs / "20210101T000000Z-portfolio-1d-aaaaaa"
        portfolio.mkdir()
        (portfolio / "portfolio.json").write_text("{}")
        assert run_folder(workspace, "latest", *kinds) == run_folder(workspace, portfolio.name, *kinds) == portfolio
        later = finished(workspace.runs / "20210102T000000Z-IBM-1d-aaaaaa")
        assert run_folder(workspace, "latest", *kinds) == later
        with pytest.raises(FileMissing):
            run_folder(workspace, portfolio.name)

    def test_where_there_is_none_it_is_a_name_like_any_other(self, tmp_path: Path) -> None:
        empty = Workspace(tmp_path / "empty")
        assert named_run(empty, "latest") == empty.runs / "latest"
        with pytest.raises(FileMissing, match="latest"):
            run_folder(empty, "latest")


class TestHome:
    def test_a_run_of_this_workspace_lives_in_it(self, workspace: Workspace) -> None:
        assert home_of(workspace, workspace.runs / OLD) is workspace

    def test_a_run_that_came_as_a_bundle_brought_its_own(self, workspace: Workspace) -> None:
        (workspace.runs / OLD / SOURCES).mkdir()
        assert home_of(workspace, workspace.runs / OLD).root == workspace.runs / OLD / SOURCES
        assert home_of(workspace, workspace.runs / NEW) is workspace

    def test_a_file_of_that_name_is_no_workspace(self, workspace: Workspace) -> None:
        (workspace.runs / OLD / SOURCES).write_text("")
        assert home_of(workspace, workspace.runs / OLD) is workspace


class TestNames:
    @given(st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=9), min_size=1, max_size=3))
    def test_a_name_is_the_second_in_utc_what_it_is_and_six_signs(self, words: list[str]) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        found = re.fullmatch(r"(\d{8}T\d{6}Z)-(.+)-([0-9a-f]{6})", run_id(*words))
        assert found is not None
        stamp = datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert before <= stamp <= before + timedelta(minutes=1)
        assert found[2] == "-".join(words)

    def test_runs_of_the_same_second_have_names_of_their_own(self) -> None:
        assert len({run_id("GOOG", "1d") for _ in range(500)}) == 500
