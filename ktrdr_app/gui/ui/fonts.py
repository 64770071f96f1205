"""Brings the program's own font along: on Linux the window is drawn with it."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase

from ktrdr_app.core.paths import shipped


def load_fonts() -> list[str]:
    """Load the shipped fonts and return their families."""
    families: list[str] = []
    for path in sorted((shipped("resources") / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families
