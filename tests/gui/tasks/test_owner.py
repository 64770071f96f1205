"""One place owns all threads and processes of the window: none is begun outside of `gui/tasks` and the async fence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GUI = Path(__file__).resolve().parents[3] / "ktrdr_app" / "gui"
OWNERS = (GUI / "tasks", GUI / "aio.py")
BEGINNERS = frozenset(
    {
        "QThread",
        "QThreadPool",
        "QRunnable",
        "QProcess",
        "QtConcurrent",
        "Thread",
        "Timer",
        "ThreadPoolExecutor",
        "ProcessPoolExecutor",
        "ThreadPool",
        "Pool",
        "Process",
        "Popen",
        "start_new_thread",
        "run_in_executor",
        "to_thread",
        "local_pool",
        "subprocess",
        "fork",
    }
)
"""Names of what begins a thread or a process, wherever they come from."""


def begun_in(text: str) -> set[str]:
    """Return which of them a module names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {part for alias in node.names for part in alias.name.split(".")}
            found |= set((getattr(node, "module", None) or "").split("."))
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found & BEGINNERS


def modules(*, owners: bool) -> list[Path]:
    """Return the window's modules, of the owners or of all others."""
    return [path for path in sorted(GUI.rglob("*.py")) if any(path.is_relative_to(own) for own in OWNERS) is owners]


def test_no_other_module_begins_a_thread_or_a_process() -> None:
    found = {str(path): begun_in(path.read_text(encoding="utf-8")) for path in modules(owners=False)}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_owners_do_begin_them() -> None:
    names = set().union(*(begun_in(path.read_text(encoding="utf-8")) for path in modules(owners=True)))
    assert {"QThread", "Thread", "Process", "ThreadPoolExecutor"} <= names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from threading import Thread as T", {"Thread"}),
        ("import concurrent.futures as f\nf.ThreadPoolExecutor(2)", {"ThreadPoolExecutor"}),
        ("import threading\nthreading.Timer(1, print).start()", {"Timer"}),
        ("from PySide6.QtCore import QThread, QTimer", {"QThread"}),
        ("from subprocess import run", {"subprocess"}),
        ("import asyncio\nasyncio.to_thread(print)", {"to_thread"}),
        ("from PySide6.QtCore import QTimer\nimport threading\nthreading.Lock()", set()),
    ],
)
def test_the_look_finds_what_it_is_for(text: str, found: set[str]) -> None:
    assert begun_in(text) == found
