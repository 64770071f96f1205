"""One trained workspace, one run on an unseen symbol, and that run as a bundle; none of them is changed by a test."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.sealed_zip import sealed
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.bundle.layout import LABEL, rules
from ktrdr_app.workflows.bundle.seal import export_bundle
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, MoneyOptions
from tests.workflows.quick import NAME, trained


@dataclass(frozen=True)
class Made:
    """A run and its bundle.

    Attributes
    ----------
    workspace : Workspace
        Where the run was made.
    outcome : BacktestOutcome
        The run.
    file : Path
        The bundle.
    """

    workspace: Workspace
    outcome: BacktestOutcome
    file: Path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a run with a start, an end and money of its own, so that replaying it needs all of them."""
    workspace = Workspace(tmp_path_factory.mktemp("author"))
    install_sample(workspace)
    trained(workspace)
    money = MoneyOptions(capital=12_345.67, commission=0.002, sizing={"kind": "fraction", "fraction": 0.7})
    request = BacktestRequest(workspace, NAME, "GOOG", "1d", start="2006-03-01", end="2012-02-17", money=money)
    outcome = backtest(request)
    file = tmp_path_factory.mktemp("post") / "run.zip"
    export_bundle(workspace, outcome.folder, file)
    return Made(workspace, outcome, file)


def contents_of(file: Path) -> dict[str, bytes]:
    """Return every file of a zip."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


Forge = Callable[..., Path]


@pytest.fixture
def forge(made: Made, tmp_path: Path) -> Forge:
    """Return a function that writes a bundle like the good one, with some files changed and checksums that fit."""

    def make(changes: Mapping[str, bytes | None] | None = None, label: Mapping[str, Any] | None = None) -> Path:
        held = contents_of(made.file)
        said = json.loads(held.pop(LABEL)) | dict(label or {})
        held |= {name: content for name, content in (changes or {}).items() if content is not None}
        for name in [name for name, content in (changes or {}).items() if content is None]:
            del held[name]
        kept = {key: value for key, value in said.items() if key not in ("format", "files")}
        file = tmp_path / "forged.zip"
        file.write_bytes(sealed(rules("forged"), kept, held))
        return file

    return make
