"""The shared libraries and fonts of the system that Qt needs on Linux, and how to install what is missing.

PySide6's wheels bring Qt itself, not the system's part of it. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ALWAYS: dict[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Needed to import Qt at all, with or without a display: library to Debian package."""

DISPLAY: dict[str, str] = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Needed only to open a window on a real display: library to Debian package."""

FONT = "a font"
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class Missing(NamedTuple):
    """What the system lacks.

    Attributes
    ----------
    always : tuple of str
        Libraries without which Qt cannot be imported, or the word for a font.
    display : tuple of str
        Libraries without which no window can open on a display.
    """

    always: Sequence[str]
    display: Sequence[str]

    @property
    def packages(self) -> list[str]:
        """Debian packages that bring it, sorted, each once."""
        table = {**ALWAYS, **DISPLAY, FONT: FONT_PACKAGE}
        return sorted({table[name] for name in (*self.always, *self.display)})


def loads(library: str) -> bool:
    """Return whether the system's loader finds a library.

    Parameters
    ----------
    library : str
        Its soname (``libEGL.so.1``).
    """
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Return whether any scalable font is installed; PySide6's wheels bring none."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(True for folder in folders for _ in folder.glob("**/*.[to]tf"))


def find_missing(found: Callable[[str], bool] = loads, fonts: Callable[[], bool] = has_font) -> Missing:
    """Return what Qt needs and the system lacks; nothing on Windows and macOS.

    Parameters
    ----------
    found : callable
        Tells whether a soname loads.
    fonts : callable
        Tells whether there is a font.
    """
    if not sys.platform.startswith("linux"):
        return Missing((), ())
    always = [name for name in ALWAYS if not found(name)]
    if not fonts():
        always.append(FONT)
    return Missing(tuple(always), tuple(name for name in DISPLAY if not found(name)))


def is_root() -> bool:
    """Return whether this process may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_command(packages: Sequence[str], missing: Sequence[str] = ()) -> str:
    """Return the exact command that a user has to give on this system.

    Parameters
    ----------
    packages : sequence of str
        Debian package names.
    missing : sequence of str
        Sonames, for systems that install by what a package provides.
    """
    if shutil.which("apt-get"):
        return "sudo apt-get install -y " + " ".join(packages)
    libraries = [name for name in missing if name != FONT]
    if shutil.which("dnf"):
        return "sudo dnf install -y " + " ".join(f"'{name}()(64bit)'" for name in libraries)
    return "install the packages that hold: " + " ".join(libraries)


def apt_install(packages: Sequence[str], log: Path) -> bool:
    """Install Debian packages without a question, refreshing the package lists where needed.

    Parameters
    ----------
    packages : sequence of str
        What to install.
    log : Path
        File that apt's output is added to.

    Returns
    -------
    bool
        Whether they are installed now; False also where there is no apt-get or no right to use it.
    """
    apt = shutil.which("apt-get")
    if apt is None or not is_root():
        return False
    install = [apt, "install", "-y", "-q", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with open(log, "a", encoding="utf-8") as output:
        for command in (install, [apt, "update", "-q"], install):
            output.write(f"$ {' '.join(command)}\n")
            output.flush()
            try:
                done = subprocess.run(
                    command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment, timeout=300
                )
            except subprocess.TimeoutExpired:
                return False
            if done.returncode == 0 and command is install:
                return True
    return False
