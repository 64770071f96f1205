"""The shipped fonts load, belong to one family and have the signs the window uses."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QApplication

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.ui.fonts import load_fonts

pytestmark = pytest.mark.gui


def test_both_weights_are_of_one_family(dressed: QApplication) -> None:
    assert set(load_fonts()) == {"Inter"}
    weights = {QFontDatabase.weight("Inter", style) for style in QFontDatabase.styles("Inter")}
    assert {400, 600} <= weights


def test_the_licence_lies_beside_the_fonts() -> None:
    folder = shipped("resources") / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE.Inter.txt").read_text(encoding="utf-8").upper()
    assert "rsms/inter" in (folder / "SOURCES.md").read_text(encoding="utf-8")


def test_the_signs_of_the_window_are_in_the_font(dressed: QApplication) -> None:
    metrics = QFontMetrics(QFont("Inter", 10))
    for sign in "aZ09–−×·…✓✗○●⚠→äéß\N{NARROW NO-BREAK SPACE}%€":
        assert metrics.inFontUcs4(ord(sign)), f"{sign!r} is missing"
