"""Fixtures of every test, and the checks that a test leaves no thread, timer, window or QThread behind.

Qt is imported only for tests marked ``gui``, so that the core's tests run where there is none.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from ktrdr_app.core.paths import Workspace, shipped
from tests.dask_cluster import DaskCluster, dask_cluster_in

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

    from tests.why_runs import WhyRuns

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("steady", derandomize=True, deadline=None, database=None, print_blob=True, max_examples=50)
settings.register_profile("ci", parent=settings.get_profile("steady"), max_examples=25)
settings.load_profile("ci" if os.environ.get("CI") else "steady")

JOIN_SECONDS = 3.0
"""How long a thread may take to end after its test before it counts as left over."""

ALLOWED_THREADS = {
    "Dummy-": "Python's record of a thread that Qt began and ended; running QThreads are checked on their own",
    "asyncio_": "the event loop's default pool, which ends with its loop's process",
    "execnet": "pytest-xdist's line to its workers",
    "pytest_timeout": "the clock that stops a test that hangs",
    "tqdm": "the monitor of progress bars in libraries, one daemon for the process",
}

ALLOWED_WIDGETS = {
    "QTipLabel": "Qt's one tool tip, kept for the next",
    "QRollEffect": "Qt's own menu animation, which deletes itself",
}


FORKED = (
    "ktrdr_app.model_store.migration",
    "tests.model_store.processes",
    "tests.workflows.migrate_process",
    "tests.workflows.refused_process",
    "tests.workflows.store_loop",
)
"""What the processes run that tests start in numbers."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Accept pytest-qt's settings where pytest-qt is switched off or not installed.

    Parameters
    ----------
    parser : pytest.Parser
        Takes the settings' names.
    pluginmanager : pytest.PytestPluginManager
        Knows whether pytest-qt is there.
    """
    if not pluginmanager.hasplugin("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail"):
            parser.addini(name, "read by pytest-qt, which is not loaded in this run")


def pytest_configure(config: pytest.Config) -> None:
    """Let Qt's offscreen platform say what only a real display can do, without failing a test.

    Parameters
    ----------
    config : pytest.Config
        This run's settings.
    """
    if config.pluginmanager.hasplugin("pytest-qt"):
        config.addinivalue_line("qt_log_ignore", "^This plugin does not support ")


@pytest.fixture(scope="session")
def fork_server() -> ForkServerContext:
    """Return the way to start processes that have their modules loaded; POSIX only.

    A process has one fork server, which loads nothing after its start: were each file to name its own modules, all
    processes of the files after the first would load theirs anew, seconds each.
    """
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(list(FORKED))
    return made


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test whose threads outlive it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not _is_allowed(thread)]
    for thread in left:
        thread.join(JOIN_SECONDS)
    names = [thread.name for thread in left if thread.is_alive()]
    if names:
        pytest.fail(f"threads left running: {', '.join(names)}", pytrace=False)


def _is_allowed(thread: threading.Thread) -> bool:
    return thread.name.startswith(tuple(ALLOWED_THREADS))


@pytest.fixture(autouse=True)
def no_qt_object_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a ``gui`` test that leaves an active timer, a running QThread or a window.

    What is there before the test is frozen, so that neither collecting nor looking has to walk through it.
    """
    if request.node.get_closest_marker("gui") is None:
        yield
        return
    windows = {_address(widget) for widget in _top_levels()}
    gc.freeze()
    yield
    _settle()
    left = [widget for widget in _top_levels() if not _belongs(widget, windows)] + _running()
    if left:
        pytest.fail("left by the test: " + "; ".join(sorted(map(_describe, left))), pytrace=False)


def _settle() -> None:
    """Let Qt delete what was to be deleted, and Python what nothing holds."""
    from PySide6.QtCore import QCoreApplication, QEvent

    if QCoreApplication.instance() is None:
        return
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def _top_levels() -> list[Any]:
    """Return the windows and other widgets without a parent, but for Qt's own."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    tops = application.topLevelWidgets() if isinstance(application, QApplication) else []
    return [widget for widget in tops if type(widget).__name__ not in ALLOWED_WIDGETS]


def _address(widget: Any) -> int:
    """Return where Qt keeps a widget; Python's wrappers of Qt's own popups come and go."""
    import shiboken6

    return int(shiboken6.getCppPointer(widget)[0])


def _belongs(widget: Any, windows: set[int]) -> bool:
    """Return whether a widget, or the window that owns it, was there before the test."""
    while widget is not None:
        if _address(widget) in windows:
            return True
        widget = widget.parentWidget()
    return False


def _running() -> list[Any]:
    """Return the active timers and running QThreads made since the freeze; those of the application may go on."""
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QThread, QTimer

    application = QCoreApplication.instance()
    made = [thing for thing in gc.get_objects() if issubclass(type(thing), (QTimer, QThread))]
    valid = [thing for thing in made if shiboken6.isValid(thing)]
    running = [thing for thing in valid if (thing.isActive() if isinstance(thing, QTimer) else thing.isRunning())]
    return [
        thing
        for thing in running
        if application is None or (thing.parent() is not application and thing is not application.thread())
    ]


def _describe(thing: Any) -> str:
    name = thing.objectName()
    return type(thing).__name__ + (f" {name!r}" if name else "")


@pytest.fixture
def sample_workspace(tmp_path: Path) -> Workspace:
    """Return a workspace whose ``data/`` holds the shipped sample: AAPL, IBM, MSFT, GOOG 1d and EURUSD 1h."""
    workspace = Workspace(tmp_path / "workspace")
    workspace.data.mkdir(parents=True)
    for file in (shipped("resources") / "sample").glob("*.csv"):
        shutil.copy(file, workspace.data / file.name)
    return workspace


@pytest.fixture(scope="session")
def why_runs(tmp_path_factory: pytest.TempPathFactory) -> WhyRuns:
    """Return finished backtests of small models that can be asked why they traded; not to be changed."""
    from tests.why_runs import made

    return made(tmp_path_factory.mktemp("why"))


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Return a cluster of two workers on this machine, whose work may kill them once without being given up."""
    pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
    with dask_cluster_in(tmp_path_factory.mktemp("dask"), workers=2) as cluster:
        yield cluster


@pytest.fixture
def tiny_bars() -> Callable[..., pd.DataFrame]:
    """Return a factory of valid bars: ``tiny_bars(n, seed=0, start="2020-01-01", frequency="1h")``."""
    return make_bars


def make_bars(n: int, seed: int = 0, start: str = "2020-01-01", frequency: str = "1h") -> pd.DataFrame:
    """Return a random walk of bars that keeps the contract of a series.

    Parameters
    ----------
    n : int
        Number of bars.
    seed : int
        The same seed gives the same bars.
    start : str
        Open of the first bar, UTC.
    frequency : str
        Bar length, as pandas writes it.
    """
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, n)))
    opened = np.concatenate([[100.0], close[:-1]])[:n]
    reach = np.abs(random.normal(0.0, 0.004, (2, n)))
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * (1.0 + reach[0]),
            "low": np.minimum(opened, close) * (1.0 - reach[1]),
            "close": close,
            "volume": random.integers(1_000, 100_000, n).astype(np.float64),
        },
        index=pd.date_range(start, periods=n, freq=frequency, tz="UTC", name="timestamp").as_unit("ns"),
    )
