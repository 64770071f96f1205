"""Requests to the model store: plain, unchangeable, ready for another process, lazy about pandas."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import model_requests

HERE = Workspace(Path("somewhere"))
WISHES = [
    model_requests.ResolveRequest(HERE, "quick", "1d"),
    model_requests.CoverageRequest(HERE, "GOOG", strategy="quick", timeframe="1d"),
    model_requests.MigrateRequest(HERE, "quick", dry_run=True),
    model_requests.UndoMigrationRequest(HERE, "quick"),
]
EVERY = pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)


@EVERY
def test_a_wish_reaches_another_process_as_it_is(wish: object) -> None:
    assert pickle.loads(pickle.dumps(wish)) == wish


@EVERY
def test_a_wish_cannot_change_while_it_is_carried_out(wish: object) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        wish.workspace = HERE  # type: ignore[attr-defined]


def test_naming_a_wish_loads_neither_pandas_nor_torch() -> None:
    code = "import sys, ktrdr_app.workflows.model_requests; print({'pandas', 'torch', 'PySide6'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
