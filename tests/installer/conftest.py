"""The installer's scripts as modules, loaded from their files: they are no package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

INSTALLER = Path(__file__).resolve().parents[2] / "installer"


def load(name: str) -> ModuleType:
    """Return a fresh module made from a script of the installer.

    Parameters
    ----------
    name : str
        File name without ``.py``.
    """
    spec = importlib.util.spec_from_file_location(name, INSTALLER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the scripts import one another for the length of a test."""
    names = {file.stem for file in INSTALLER.glob("*.py")}
    monkeypatch.syspath_prepend(str(INSTALLER))
    yield
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def bootstrap(scripts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return ``bootstrap.py`` at work on an empty repository of its own."""
    module = load("bootstrap")
    repository = tmp_path / "repository"
    (repository / "installer").mkdir(parents=True)
    (repository / "ktrdr_app").mkdir()
    (repository / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (repository / "installer" / "constraints.txt").write_text(
        "# pins\ntorch==2.13.0\nhatchling==1.0\neditables==0.6\nsetuptools==84.0\n", encoding="utf-8"
    )
    for name, path in {
        "REPO": repository,
        "VENV": repository / ".venv",
        "STAMP": repository / ".venv" / "bootstrap-stamp.json",
        "LOG": repository / ".venv" / "bootstrap.log",
        "CONSTRAINTS": repository / "installer" / "constraints.txt",
    }.items():
        monkeypatch.setattr(module, name, path)
    return module


@pytest.fixture
def checks(scripts: None) -> ModuleType:
    """Return ``checks.py``."""
    return load("checks")


@pytest.fixture
def system_libraries(scripts: None) -> ModuleType:
    """Return ``system_libraries.py``."""
    return load("system_libraries")
