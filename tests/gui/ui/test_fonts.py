"""The shipped fonts load, belong to one family and have the signs the window uses."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QRawFont
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


ROOMS = ("gui", "workflows")
"""Packages whose words are seen in the window."""

INVISIBLE = {"Cn", "Cf", "Zl", "Zp"}
"""Kinds of characters that are never drawn: marks of a file, ends of lines, what Unicode leaves to programs."""


def words_of(file: Path) -> Iterator[str]:
    """Yield the texts in a module that are no description of its own code."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0] if node.body else None, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.value


@pytest.mark.parametrize("weight", ["Regular", "SemiBold"])
def test_no_word_of_the_window_needs_another_font(dressed: QApplication, weight: str) -> None:
    """A machine may have no font but ours: a legend without its strokes names curves that nobody can tell apart."""
    font = QRawFont(str(shipped("resources") / "fonts" / f"Inter-{weight}.ttf"), 12.0)
    package = Path(__file__).resolve().parents[3] / "ktrdr_app"
    files = [file for room in ROOMS for file in (package / room).rglob("*.py")]
    used = {sign: file.name for file in files for text in words_of(file) for sign in text if sign.isprintable()}
    assert {"━", "✦", "✖", "→"} <= set(used), "the search finds nothing"
    lacking = {
        sign: file
        for sign, file in used.items()
        if unicodedata.category(sign) not in INVISIBLE and not font.supportsCharacter(ord(sign))
    }
    assert lacking == {}, "draw them with installer/font_signs.py"


@pytest.mark.parametrize("sign", "━┅╍⋮⋯✔✕✖✦")
def test_a_sign_that_was_drawn_has_an_outline_as_wide_as_its_place(dressed: QApplication, sign: str) -> None:
    for weight in ("Regular", "SemiBold"):
        font = QRawFont(str(shipped("resources") / "fonts" / f"Inter-{weight}.ttf"), 2048.0)
        (glyph,) = font.glyphIndexesForString(sign)
        (step,) = font.advancesForGlyphIndexes([glyph])
        outline = font.pathForGlyph(glyph).boundingRect()
        assert glyph != 0
        assert outline.width() > 100
        assert -1 <= outline.left()
        assert outline.right() <= step.x() + 1, "it would run into the next sign"
        assert -1984 <= outline.top() and outline.bottom() <= 494, "within the line: no row grows by it"


def test_strokes_of_a_legend_join_and_dashes_do_not(dressed: QApplication) -> None:
    font = QRawFont(str(shipped("resources") / "fonts" / "Inter-Regular.ttf"), 2048.0)
    parts = {}
    for sign in "━╍┅":
        (glyph,) = font.glyphIndexesForString(sign)
        parts[sign] = len(font.pathForGlyph(glyph).toSubpathPolygons())
        if sign == "━":
            assert font.pathForGlyph(glyph).boundingRect().width() == font.advancesForGlyphIndexes([glyph])[0].x()
    assert parts == {"━": 1, "╍": 2, "┅": 3}
