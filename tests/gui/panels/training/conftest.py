"""A workspace with trainings that can go on: left by a crash, and ended by hand with a model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.workflows.requests import TrainRequest
from tests.gui.helpers import QUICK_STRATEGY


@pytest.fixture(scope="session")
def broken_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with runs of seeds 1 and 2 left by a crash and one of seed 3 ended by hand; copy it."""
    workspace = Workspace(tmp_path_factory.mktemp("broken"))
    workspace.data.mkdir()
    shutil.copy(shipped("resources") / "sample" / "AAPL_1d.csv", workspace.data / "AAPL_1d.csv")
    workspace.strategies.mkdir(parents=True)
    (workspace.strategies / "quick.yaml").write_text(QUICK_STRATEGY, encoding="utf-8")
    for seed in (1, 2, 3):
        _break_off(TrainRequest(workspace, "quick", ("AAPL",), "1d", epochs=20, seed=seed), by_hand=seed == 3)
    return workspace.root


def _break_off(request: TrainRequest, *, by_hand: bool) -> None:
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 11:
            (token.wind_up if by_hand else token.cancel)()

    try:
        workflows.train(request, listen, token)
    except Cancelled:
        assert not by_hand


@pytest.fixture
def broken(broken_master: Path, tmp_path: Path) -> Workspace:
    """Return a copy of the workspace with interrupted trainings that a test may change."""
    shutil.copytree(broken_master, tmp_path / "broken", symlinks=True)
    return Workspace(tmp_path / "broken")
