"""A small drawing board for inline SVG: shapes, axes, text that is always escaped.

Colours and line styles are CSS classes of the page, so that one drawing serves light and dark.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktrdr_app.workflows.svg_scales import Floats, Scale, time_ticks
from ktrdr_app.workflows.wording import typographic

WIDTH = 960.0
"""Drawing units across; the page scales the drawing to its own width."""


@dataclass(frozen=True)
class Margins:
    """Space around the plot, in drawing units.

    Attributes
    ----------
    left, right, top, bottom : float
        Width of each side.
    """

    left: float = 76.0
    right: float = 150.0
    top: float = 14.0
    bottom: float = 30.0


class Drawing:
    """One SVG picture with a title and a description for those who cannot see it.

    Parameters
    ----------
    key : str
        Unique within the page; ids are made of it.
    title : str
        Name of the picture.
    description : str
        What it shows, in a sentence with figures.
    height : float
        Drawing units.
    margins : Margins
        Space around the plot.
    """

    def __init__(self, key: str, title: str, description: str, height: float, margins: Margins | None = None) -> None:
        self.margins = margins or Margins()
        self.height = height
        self.root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH:g} {height:g}",
                "role": "img",
                "class": "chart",
                "aria-labelledby": f"{key}-title {key}-desc",
            },
        )
        ET.SubElement(self.root, "title", {"id": f"{key}-title"}).text = title
        ET.SubElement(self.root, "desc", {"id": f"{key}-desc"}).text = description

    @property
    def left(self) -> float:
        """Left edge of the plot."""
        return self.margins.left

    @property
    def right(self) -> float:
        """Right edge of the plot."""
        return WIDTH - self.margins.right

    @property
    def top(self) -> float:
        """Upper edge of the plot."""
        return self.margins.top

    @property
    def bottom(self) -> float:
        """Lower edge of the plot."""
        return self.height - self.margins.bottom

    def add(self, tag: str, css: str, parent: ET.Element | None = None, **attributes: float | str) -> ET.Element:
        """Add an element and return it.

        Parameters
        ----------
        tag : str
            SVG tag.
        css : str
            CSS class.
        parent : Element, optional
            Group it goes into; the picture itself by default.
        **attributes : float or str
            SVG attributes; ``_`` stands for ``-``.
        """
        shown = {
            name.replace("_", "-"): value if isinstance(value, str) else units(value)
            for name, value in attributes.items()
        }
        return ET.SubElement(self.root if parent is None else parent, tag, {"class": css, **shown})

    def text(self, x: float, y: float, content: str, css: str = "tick", anchor: str = "start") -> ET.Element:
        """Add a line of text.

        Parameters
        ----------
        x, y : float
            Place of its anchor on the base line.
        content : str
            The text, as it is; it is escaped on output.
        css : str
            CSS class.
        anchor : str
            ``start``, ``middle`` or ``end``.
        """
        element = self.add("text", css, x=x, y=y, text_anchor=anchor)
        element.text = typographic(content)
        return element

    def line(self, x: Floats, y: Floats, css: str) -> ET.Element:
        """Add a line through points.

        Parameters
        ----------
        x, y : ndarray of float64
            Drawing units; points that are not finite are left out.
        css : str
            CSS class.
        """
        return self.add("path", css, d=path_data(x, y))

    def area(self, x: Floats, y: Floats, base: float, css: str) -> ET.Element:
        """Add the area between points and a level line.

        Parameters
        ----------
        x, y : ndarray of float64
            Drawing units.
        base : float
            The level, in drawing units.
        css : str
            CSS class.
        """
        edge = path_data(x, y)
        return self.add("path", css, d=f"{edge}L{units(x[-1])},{units(base)}L{units(x[0])},{units(base)}Z")

    def value_axis(self, scale: Scale, labels: Sequence[tuple[float, str]]) -> None:
        """Add grid lines with labels on the left.

        Parameters
        ----------
        scale : Scale
            Values to heights.
        labels : sequence of (float, str)
            Value and text of each tick.
        """
        for value, label in labels:
            y = scale.at(value)
            self.add("line", "grid", x1=self.left, x2=self.right, y1=y, y2=y)
            self.text(self.left - 10, y + 4, label, anchor="end")

    def time_axis(self, scale: Scale) -> None:
        """Add dates below the plot.

        Parameters
        ----------
        scale : Scale
            Nanoseconds UTC to places.
        """
        self.add("line", "axis", x1=self.left, x2=self.right, y1=self.bottom, y2=self.bottom)
        for moment, label in time_ticks(scale.low, scale.high):
            x = scale.at(moment)
            self.add("line", "axis", x1=x, x2=x, y1=self.bottom, y2=self.bottom + 5)
            self.text(x, self.bottom + 20, label, anchor="middle")

    def markup(self) -> str:
        """Return the picture as SVG text, ready to stand inside HTML."""
        return ET.tostring(self.root, encoding="unicode")


def units(value: float) -> str:
    """Return a place in drawing units, as short as a tenth of a unit allows.

    Parameters
    ----------
    value : float
        Drawing units.
    """
    return f"{value:.1f}".removesuffix(".0")


def path_data(x: Floats, y: Floats) -> str:
    """Return the ``d`` of a path through points.

    Parameters
    ----------
    x, y : ndarray of float64
        Drawing units; points that are not finite are left out.
    """
    shown = np.isfinite(x) & np.isfinite(y)
    return "M" + "L".join(f"{units(px)},{units(py)}" for px, py in zip(x[shown], y[shown], strict=True))
