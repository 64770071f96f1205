"""Looks whether this machine can run the program, and says what to do about each thing that cannot."""

from __future__ import annotations

import ctypes.util
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ktrdr_app.core.kernels import warm_up
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace, shipped, shipped_strategies, user_cache
from ktrdr_app.core.qt_pair import INSTALL_QT, qt_fault
from ktrdr_app.workflows.requests import Check

LEAST_PYTHON = (3, 11)
LIBRARIES = {
    "numpy": (2, 0),
    "pandas": (3, 1),
    "torch": (2, 6),
    "scikit-learn": (1, 5),
    "ta-lib": (0, 8),
    "numba": (0, 61),
    "pydantic": (2, 10),
    "pyyaml": (6, 0),
    "pyqtgraph": (0, 14),
    "qasync": (0, 28),
}
KERNEL_MODULES = (
    "ktrdr_app.backtesting.kernel",
    "ktrdr_app.backtesting.metrics_kernels",
    "ktrdr_app.backtesting.random_kernel",
    "ktrdr_app.backtesting.portfolio_kernel",
    "ktrdr_app.data.bar_kernels",
    "ktrdr_app.data.resample",
    "ktrdr_app.decision.volume",
    "ktrdr_app.features.columns",
    "ktrdr_app.features.drift_tally",
    "ktrdr_app.features.forms",
    "ktrdr_app.features.neighbourhood",
    "ktrdr_app.features.scaler",
    "ktrdr_app.fuzzy.kernels",
    "ktrdr_app.fuzzy.presets",
    "ktrdr_app.indicators.experimental_kernels",
    "ktrdr_app.indicators.momentum_kernels",
    "ktrdr_app.indicators.sessions",
    "ktrdr_app.indicators.swings",
    "ktrdr_app.indicators.trend_kernels",
    "ktrdr_app.indicators.volatility_kernels",
    "ktrdr_app.indicators.volume_kernels",
    "ktrdr_app.labels.barriers",
    "ktrdr_app.labels.first_touch",
    "ktrdr_app.labels.swings",
    "ktrdr_app.labels.touch_kernels",
    "ktrdr_app.neural.bootstrap",
    "ktrdr_app.neural.fused",
    "ktrdr_app.neural.losses",
    "ktrdr_app.neural.probabilities",
    "ktrdr_app.training.checks",
)
DISPLAY_LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xkbcommon-x11": "libxkbcommon-x11-0",
}
"""Shared libraries that Qt's X11 plug-in needs, and the Debian packages that bring them."""


def doctor(workspace: Workspace, warm: bool = False) -> list[Check]:
    """Check Python, libraries, Qt, fonts, shipped files and write access.

    Parameters
    ----------
    workspace : Workspace
        Whose folder must be writable.
    warm : bool
        Whether to compile the kernels too, so that the first real run need not.

    Returns
    -------
    list of Check
        One line each, failing ones with advice.
    """
    checks = [_python(), *_libraries(), _qt_pair(), *_display(), _fonts(), _shipped_files()]
    checks += [_writable("workspace", workspace.root), _writable("cache", user_cache())]
    return [*checks, _kernels()] if warm else checks


def _python() -> Check:
    wanted = ".".join(map(str, LEAST_PYTHON))
    detail = f"{platform.python_version()} on {platform.platform(terse=True)}"
    return Check("Python", sys.version_info >= LEAST_PYTHON, detail, f"install Python {wanted} or newer")


def _libraries() -> Iterator[Check]:
    for name, least in LIBRARIES.items():
        wanted = ".".join(map(str, least))
        advice = f"pip install '{name}>={wanted}'"
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Check(name, False, "not installed", advice)
        else:
            yield Check(name, _numbers(found) >= least, found, advice)


def _qt_pair() -> Check:
    try:
        found = version("pyside6-essentials")
    except PackageNotFoundError:
        return Check("Qt", False, "not installed; the command line works, the window does not", INSTALL_QT)
    fault = qt_fault(found, (sys.version_info[0], sys.version_info[1]))
    return Check("Qt", not fault, fault or found, INSTALL_QT)


def _display() -> Iterator[Check]:
    """Look for the libraries of a display; only Linux can lack them."""
    if sys.platform != "linux":
        return
    missing = [name for name in DISPLAY_LIBRARIES if not _has_library(name)]
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "no display: pictures are drawn without"
    detail = f"{screen}; missing: {', '.join(missing)}" if missing else screen
    packages = " ".join(DISPLAY_LIBRARIES[name] for name in missing)
    yield Check("Display", not missing, detail, f"sudo apt-get install {packages}" if missing else "")


def _has_library(name: str) -> bool:
    """Say whether a shared library is there: the system's, or one that a frozen program brings along."""
    own = getattr(sys, "_MEIPASS", None)
    return ctypes.util.find_library(name) is not None or (own is not None and any(Path(own).glob(f"lib{name}.so*")))


def _fonts() -> Check:
    own = sorted((shipped("resources") / "fonts").glob("*.[to]tf"))
    return Check("Fonts", bool(own), f"{len(own)} shipped with the program", "install the program again")


def _shipped_files() -> Check:
    needed = [shipped("resources") / "sample" / "AAPL_1d.csv", shipped_strategies()]
    missing = [str(path) for path in needed if not path.exists()]
    detail = f"missing: {', '.join(missing)}" if missing else "sample data and strategies are there"
    return Check("Shipped files", not missing, detail, "install the program again")


def _writable(name: str, folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check(f"Write access, {name}", False, f"{folder}: {error.strerror}", "choose a folder you may write to")
    return Check(f"Write access, {name}", True, str(folder))


def _kernels() -> Check:
    missing = [name for name in KERNEL_MODULES if find_spec(name) is None]
    if missing:
        return Check("Kernels", False, f"missing: {', '.join(missing)}", "install the program again")
    for name in KERNEL_MODULES:
        load(name)
    rooms = warm_up()
    return Check("Kernels", True, f"{rooms} rooms compiled or loaded from {os.environ['NUMBA_CACHE_DIR']}")


def _numbers(text: str) -> tuple[int, ...]:
    parts = text.split("+")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())
