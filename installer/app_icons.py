"""Draw the program's sign in the formats that Windows and macOS want of a program: ``app_icons.py FOLDER``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FORMATS = ("ico", "icns", "png")
PIXELS = 256


def draw(folder: Path) -> list[Path]:
    """Write ``app.ico``, ``app.icns`` and ``app.png``.

    Parameters
    ----------
    folder : Path
        Where to; it must be there.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OSError
        If Qt could not write a file.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from ktrdr_app.gui.ui.icons import app_picture

    app = QGuiApplication.instance() or QGuiApplication([])
    picture = app_picture(PIXELS)
    files = [folder / f"app.{kind}" for kind in FORMATS]
    for file in files:
        if not picture.save(str(file)):
            raise OSError(f"{app.applicationName()}: {file} could not be written")
    return files


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
