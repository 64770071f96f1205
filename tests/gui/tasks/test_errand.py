"""An errand names a workflow, survives pickling, and does its work wherever it is called."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, EmptyData, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import silent
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.workflows.many_requests import GridRequest
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest
from tests.core.children import printed
from tests.gui.tasks import ends


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name in ("b.csv", "a.csv", "note.md"):
        (tmp_path / "in" / name).write_text("x", encoding="utf-8")
    return tmp_path / "in"


def test_it_calls_the_workflow_of_its_name(folder: Path) -> None:
    found = Errand("files_to_import", (folder,))(silent, CancelToken())
    assert found == (folder / "a.csv", folder / "b.csv")


def test_what_is_made_of_the_result_takes_its_place(folder: Path) -> None:
    assert Errand("files_to_import", (folder,), f"{ends.HERE}:count")(silent, CancelToken()) == 2


def test_it_is_the_same_after_a_journey() -> None:
    errand = Errand("train", TrainRequest(Workspace(Path("w")), "quick", ("A", "B"), "1d"), f"{ends.HERE}:count")
    assert pickle.loads(pickle.dumps(errand)) == errand


def test_the_token_and_errors_are_the_workflows_own(folder: Path) -> None:
    token = CancelToken("the search")
    token.cancel()
    with pytest.raises(Cancelled, match="the search"):
        Errand("files_to_import", (folder,))(silent, token)
    (folder.parent / "empty").mkdir()
    with pytest.raises(EmptyData):
        Errand("files_to_import", (folder.parent / "empty",))(silent, CancelToken())


NORTH = "tcp://10.0.0.5:8786"


def test_work_that_fans_out_is_shared_by_a_cluster_and_nothing_else_changes() -> None:
    workspace = Workspace(Path("w"))
    each = BacktestRequest(workspace, "quick", "A", "1d")
    training, grid = TrainRequest(workspace, "quick", ("A", "B"), "1d", seed=3), GridRequest(each, ("A", "B"))
    for kind, request in (("train", training), ("certify", training), ("backtest_grid", grid)):
        errand = Errand(kind, request, f"{ends.HERE}:count")
        shared = errand.shared_with(NORTH)
        assert shared == Errand(kind, replace(request, cluster=NORTH), f"{ends.HERE}:count")
        assert errand.request.cluster is None
        assert shared.data_bytes == errand.data_bytes


def test_work_of_one_piece_stays_as_it_is(folder: Path) -> None:
    for errand in (
        Errand("backtest", BacktestRequest(Workspace(Path("w")), "quick", "A", "1d")),
        Errand("files_to_import", (folder,)),
    ):
        assert errand.shared_with(NORTH) is errand


@pytest.mark.parametrize("kind", ["trian", "", "_EXPORTS", "exports", "__all__"])
def test_a_workflow_that_is_not_there_is_refused_at_once(kind: str) -> None:
    with pytest.raises(UnknownName, match="workflow"):
        Errand(kind, None)


@pytest.mark.parametrize("then", ["count", "tests.gui.tasks.ends", ":count", "tests.gui.tasks.ends:"])
def test_what_names_no_function_is_refused_at_once(then: str) -> None:
    with pytest.raises(UnknownName, match="function"):
        Errand("train", None, then)


def test_its_data_are_the_files_of_its_series(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.data.mkdir()
    for name, size in (("A_1d", 100), ("B_1d", 20), ("A_1h", 3000)):
        (workspace.data / f"{name}.csv").write_bytes(b"x" * size)
    assert Errand("train", TrainRequest(workspace, "quick", ("A", "B"), "1d")).data_bytes == 120
    assert Errand("train", TrainRequest(workspace, "quick", ("A", "gone"), "1d")).data_bytes == 100
    assert Errand("backtest", BacktestRequest(workspace, "quick", "A", "1h")).data_bytes == 3000
    many = GridRequest(BacktestRequest(workspace, "quick", "", "1d"), ("A", "B"))
    assert Errand("backtest_grid", many).data_bytes == 120
    assert Errand("files_to_import", (tmp_path,)).data_bytes == 0


def test_neither_it_nor_the_child_needs_qt() -> None:
    code = "import sys, ktrdr_app.gui.tasks.child; print(*sorted({'PySide6', 'torch', 'pandas'} & set(sys.modules)))"
    assert printed(code) == ""
