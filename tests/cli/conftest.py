"""Runs the command line as a process, on a workspace with the shipped sample and one trained model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.paths import shipped

ROOT = Path(__file__).resolve().parents[2]
STRATEGY = "neuro_mean_reversion"


@dataclass(frozen=True)
class Ended:
    """A process that has ended.

    Attributes
    ----------
    code : int
        Exit code.
    out, err : str
        What it wrote.
    """

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; anything beside it fails the test."""
        return json.loads(self.out)


def environment(**changes: str | None) -> dict[str, str]:
    """Return this process's environment without a display, with changes; None takes a name out."""
    taken_out = {"DISPLAY", "WAYLAND_DISPLAY", "COLUMNS", "FORCE_COLOR", "NO_COLOR"}
    base = {name: value for name, value in os.environ.items() if name not in taken_out}
    base["PYTHONPATH"] = str(ROOT)
    merged = {**base, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def run_process(words: Sequence[str], cwd: Path, **changes: str | None) -> Ended:
    """Run Python with these words and return how it ended."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=environment(**changes),
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that tests only read or add to: sample data, and a model of two epochs."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(shipped("resources") / "sample", root / "data")
    words = ["-m", "ktrdr_app", "train", STRATEGY, "--symbols", "AAPL,IBM", "--timeframe", "1d", "--epochs", "2"]
    done = run_process([*words, "--seed", "7", "--json"], root)
    assert done.code == 0, done.err
    (root / "trained.json").write_text(done.out, encoding="utf-8")
    return root


@pytest.fixture
def cli(shared_workspace: Path) -> Callable[..., Ended]:
    """Return ``cli("data", "list", json=True)``, which runs in the shared workspace."""

    def run(*words: str, json: bool = False, cwd: Path | None = None, **changes: str | None) -> Ended:
        ending = ["--json"] if json else []
        return run_process(["-m", "ktrdr_app", *words, *ending], cwd or shared_workspace, **changes)

    return run
