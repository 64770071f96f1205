"""Draw into the shipped fonts the signs of the window that Inter does not have; run anew when a font is replaced.

    pip install fonttools
    python installer/font_signs.py resources/fonts/Inter-Regular.ttf resources/fonts/Inter-SemiBold.ttf

A system without any other font would show nothing in their place.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

Point = tuple[float, float]
MIDDLE = 660
"""Height, in 2048ths of the font's size, of what lies in the middle of a line of small letters."""


def bar(left: float, right: float, thick: float) -> list[Point]:
    """Return the corners of a lying bar in the middle of a line.

    Parameters
    ----------
    left, right : float
        Its ends.
    thick : float
        Its height.
    """
    low, high = MIDDLE - thick / 2, MIDDLE + thick / 2
    return [(left, low), (left, high), (right, high), (right, low)]


def stroke(start: Point, end: Point, thick: float) -> list[Point]:
    """Return the corners of a slanted bar.

    Parameters
    ----------
    start, end : Point
        The middles of its ends.
    thick : float
        Its width.
    """
    length = math.dist(start, end)
    across = -(end[1] - start[1]) / length * thick / 2, (end[0] - start[0]) / length * thick / 2
    (x, y), (far_x, far_y) = start, end
    up, down = across, (-across[0], -across[1])
    return [
        (x + down[0], y + down[1]),
        (x + up[0], y + up[1]),
        (far_x + up[0], far_y + up[1]),
        (far_x + down[0], far_y + down[1]),
    ]


def cross(thick: float) -> list[list[Point]]:
    """Return the two bars of a cross.

    Parameters
    ----------
    thick : float
        Their width.
    """
    low, high, left, right = 210, 1110, 330, 1230
    return [stroke((left, low), (right, high), thick), stroke((left, high), (right, low), thick)]


def outlines(thick: float) -> dict[str, tuple[int, list[list[Point]]]]:
    """Return the signs that are made of bars: width and corners of each.

    Parameters
    ----------
    thick : float
        Width of a common stroke of the font.
    """
    return {
        "━": (1024, [bar(0, 1024, thick)]),
        "┅": (1024, [bar(left, left + 230, thick) for left in (56, 397, 738)]),
        "╍": (1024, [bar(left, left + 372, thick) for left in (70, 582)]),
        "✔": (1811, [stroke((300, 680), (800, 230), 1.5 * thick), stroke((690, 240), (1540, 1150), 1.5 * thick)]),
        "✕": (1560, cross(0.8 * thick)),
        "✖": (1560, cross(1.5 * thick)),
    }


def add(font: Any, sign: str, width: int, glyph: Any) -> None:
    """Put a sign into a font, in place of the one that it had.

    Parameters
    ----------
    font : TTFont
        An open font.
    sign : str
        One character.
    width : int
        How far the next one stands.
    glyph : Glyph
        Its outline.
    """
    name = f"uni{ord(sign):04X}"
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, glyph.xMin)
    for table in font["cmap"].tables:
        table.cmap[ord(sign)] = name


def draw(file: Path) -> None:
    """Draw all signs into a font file.

    Parameters
    ----------
    file : Path
        TrueType file with 2048 units.
    """
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont

    font = TTFont(file)
    dash = font["glyf"]["endash"]
    for sign, (width, contours) in outlines(1.1 * (dash.yMax - dash.yMin)).items():
        pen = TTGlyphPen(font["glyf"])
        for corners in contours:
            pen.moveTo(corners[0])
            for corner in corners[1:]:
                pen.lineTo(corner)
            pen.closePath()
        add(font, sign, width, pen.glyph(round=round))
    pen = TTGlyphPen(font["glyf"])
    x, y, reach = 900, MIDDLE + 40, 800
    pen.moveTo((x, y + reach))
    for end in ((x + reach, y), (x, y - reach), (x - reach, y), (x, y + reach)):
        pen.qCurveTo((x + (end[0] - x) / 8, y + (end[1] - y) / 8), end)
    pen.closePath()
    add(font, "✦", 2 * x, pen.glyph(round=round))
    for sign, whole, places in (("⋯", "ellipsis", (MIDDLE - 122,)), ("⋮", "periodcentered", (-520, -50, 420))):
        pen = TTGlyphPen(font["glyf"])
        for up in places:
            pen.addComponent(whole, (1, 0, 0, 1, 0, up))
        add(font, sign, font["hmtx"][whole][0], pen.glyph())
    font.save(file)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        draw(Path(argument))
