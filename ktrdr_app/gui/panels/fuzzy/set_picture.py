"""The sets of one input as curves over the histogram of its values, with their handles drawn on top."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QColor

from ktrdr_app import fuzzy
from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot, pen, swatch
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import grain_of, handles_of, nudge_of
from ktrdr_app.gui.panels.fuzzy.backdrop import Backdrop
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip, HandleLayer, nearest, set_colour
from ktrdr_app.gui.panels.fuzzy.values import outline, shown_range
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens
from ktrdr_app.strategy.schema import FuzzySet

Floats = NDArray[np.float64]

_TOP = 1.2
_LEAST_FLOOR = 18
"""Room below the sets in pixels: half a handle and its focus ring."""
_FORMS = {
    "raw": "",
    "ratio_to_price": "close / {0}",
    "percent": "{0} in % of the close",
    "atr": "{0} / ATR",
    "atr_distance": "(close − {0}) / ATR",
    "zscore": "z-score of {0}",
    "auto": "{0}, scale-free",
}


class SetPicture(ThemedPlot):
    """Curves, histogram, names and handles of the input that a document shows; it follows the document."""

    def __init__(self) -> None:
        self.document: FuzzyDocument | None = None
        self._values: dict[str, Floats] = {}
        self._by_symbol = False
        self._range = (0.0, 1.0)
        self._curves: dict[str, pg.PlotCurveItem] = {}
        self._ghosts: list[pg.PlotCurveItem] = []
        self._ghost: dict[str, FuzzySet] = {}
        self.ghost_name = ""
        self.backdrop = Backdrop()
        self.layer = HandleLayer()
        super().__init__(self.tr("Fuzzy sets"), ValueAxis(write_value, "left", 40), ValueAxis(write_value, "bottom"))
        self.view.setMouseEnabled(x=False, y=False)
        self.value_axis.setTicks([[(level, f"{level:g}") for level in (0.0, 0.25, 0.5, 0.75, 1.0)]])
        for item in (*self.backdrop.items, self.layer):
            self.view.addItem(item)
        self.view.sigResized.connect(self._make_room)
        self._make_room()

    def set_document(self, document: FuzzyDocument | None) -> None:
        """Show another strategy's sets.

        Parameters
        ----------
        document : FuzzyDocument, optional
            The sets; None empties the plot.
        """
        if self.document is not None:
            self.document.setChanged.disconnect(self._on_set)
            self.document.setsChanged.disconnect(self._on_list)
            self.document.currentChanged.disconnect(self._on_current)
        self.document = document
        if document is not None:
            document.setChanged.connect(self._on_set)
            document.setsChanged.connect(self._on_list)
            document.currentChanged.connect(self._on_current)
        self._values = {}
        self._rebuild()

    def set_values(self, values: Mapping[str, Floats]) -> None:
        """Show other values under the sets.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol.
        """
        self._values = dict(values)
        self._rebuild()

    def show_symbols(self, *, by_symbol: bool) -> None:
        """Draw a line for each symbol over the histogram of all, or the histogram alone.

        Parameters
        ----------
        by_symbol : bool
            Whether there are lines.
        """
        self._by_symbol = by_symbol
        self._draw_values()
        self._write_heading(tokens())

    def set_ghost(self, sets: Mapping[str, FuzzySet], name: str) -> None:
        """Draw other sets, dashed, behind those that are edited.

        Parameters
        ----------
        sets : mapping of str to FuzzySet
            The sets to compare with; empty for none.
        name : str
            Whose they are, for the heading.
        """
        self._ghost, self.ghost_name = dict(sets), name
        self._draw_ghost()
        self._write_heading(tokens())

    @property
    def shown_range(self) -> tuple[float, float]:
        """Left and right end of the axis, in the input's unit."""
        return self._range

    @property
    def grain(self) -> float:
        """To what dragged numbers are rounded."""
        return grain_of(self._range[1] - self._range[0])

    @property
    def step(self) -> float:
        """How far an arrow key moves a handle."""
        return nudge_of(self._range[1] - self._range[0])

    @property
    def places(self) -> int:
        """Digits after the point of a handle's number, as many as the grain has but one at least."""
        return max(1, -math.floor(math.log10(self.grain)))

    def select(self, key: str) -> None:
        """Set one of the sets apart: it is drawn stronger, and its handles win where two lie together.

        Parameters
        ----------
        key : str
            The set; empty for none.
        """
        self.layer.selected = key
        self._dress_curves(tokens())
        self.layer.update()

    @Slot(str)
    def _on_current(self, _name: str) -> None:
        self._values = {}
        self._rebuild()

    @Slot(str)
    def _on_list(self, name: str) -> None:
        if self.document is not None and name == self.document.current:
            self._rebuild(keep_range=True)

    @Slot(object)
    def _make_room(self, _view: object = None) -> None:
        """Leave room below the sets for the symbols' bands, whatever the height."""
        height, room = self.view.height(), max(_LEAST_FLOOR, self.backdrop.bands.height)
        self.view.setYRange(-_TOP * room / max(height - room, 60.0), _TOP, padding=0)

    @Slot(str, str)
    def _on_set(self, name: str, key: str) -> None:
        document = self.document
        if document is None or name != document.current or key not in self._curves:
            return
        self._curves[key].setData(*outline(document.sets()[key], *self._range))
        self.layer.set_sets(document.sets())
        self.describe()

    def _rebuild(self, *, keep_range: bool = False) -> None:
        sets = self.document.sets() if self.document is not None else {}
        for curve in self._curves.values():
            self.view.removeItem(curve)
        self._curves = {}
        self.layer.focused = self.layer.hovered = None
        if sets and not keep_range:
            self._range = shown_range(sets, self._values)
        self.view.setXRange(*self._range, padding=0)
        for number, (key, entry) in enumerate(sets.items()):
            curve = pg.PlotCurveItem(*outline(entry, *self._range), antialias=True, fillLevel=0.0, name=key)
            curve.setZValue(1 + number)
            self._curves[key] = curve
            self.view.addItem(curve)
        self.layer.selected = self.layer.selected if self.layer.selected in sets else next(iter(sets), "")
        self.layer.set_sets(sets)
        self._draw_values()
        self.dress(tokens())  # draws the ghosts, and writes the heading
        self.describe()

    def _draw_values(self) -> None:
        for line in self.backdrop.show_values(self._values, *self._range, by_symbol=self._by_symbol):
            self.view.addItem(line)
        self._make_room()

    def _draw_ghost(self) -> None:
        for curve in self._ghosts:
            self.view.removeItem(curve)
        self._ghosts = []
        names = list(self._curves)
        for place, (key, entry) in enumerate(self._ghost.items()):
            curve = pg.PlotCurveItem(*outline(entry, *self._range), antialias=True)
            number = names.index(key) if key in names else place
            tint = QColor(set_colour(number, tokens()))
            tint.setAlpha(200)
            curve.setPen(pen(tint, 1.5, "dash"))
            curve.setZValue(-1)
            self._ghosts.append(curve)
            self.view.addItem(curve)

    def dress(self, theme: Tokens) -> None:
        """Recolour curves, histogram and heading.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.backdrop.dress(theme)
        self._draw_ghost()
        self._dress_curves(theme)
        self._write_heading(theme)
        self.layer.update()

    def _dress_curves(self, theme: Tokens) -> None:
        for number, (key, curve) in enumerate(self._curves.items()):
            chosen = key == self.layer.selected
            tint = QColor(set_colour(number, theme))
            curve.setPen(pen(tint.name(), 3 if chosen else 1.8))
            tint.setAlpha(46 if chosen else 20)
            curve.setBrush(tint)

    def _write_heading(self, theme: Tokens) -> None:
        if self.document is None:
            self.set_heading("")
            return
        parts = [f"<b>{html.escape(self.document.current)}</b>"]
        shown = self.document.fuzzy_input()
        form = self.tr(_FORMS[shown.form]).format(html.escape(shown.input or self.document.current))
        if form:
            parts.append(form)
        parts += self.backdrop.legend(theme)
        if self._ghost:
            parts.append(swatch(self.ghost_name, theme.text_muted, "dash"))
        self.set_heading("&nbsp;&nbsp;&nbsp;".join(parts))

    def describe(self) -> None:
        """Say in words what is shown: the handle with the keyboard, or all of them."""
        if self.document is None:
            self.setAccessibleDescription(self.tr("nothing to show yet"))
            return
        grip = self.focused_grip
        if grip is not None:
            place = numbers.decimal(grip.handle.x, self.places)
            self.setAccessibleDescription(f"{grip.key}, {grip.handle.role}, {place}")
            return
        words = [
            f"{key}: " + ", ".join(f"{handle.role} {handle.x:g}" for handle in handles_of(entry))
            for key, entry in self.document.sets().items()
        ]
        self.setAccessibleDescription("; ".join(words))

    def grip_point(self, grip: Grip) -> QPointF:
        """Return where a handle lies in the viewport, in pixels.

        Parameters
        ----------
        grip : Grip
            The handle.
        """
        return self.view_point(grip.handle.x, grip.handle.level)

    def grip_at(self, point: QPointF) -> Grip | None:
        """Return the handle that a press would take hold of.

        Parameters
        ----------
        point : QPointF
            Place in the viewport.
        """
        places = [self.grip_point(grip) for grip in self.layer.grips]
        number = nearest(self.layer.grips, places, point, self.layer.selected)
        return None if number is None else self.layer.grips[number]

    def body_at(self, point: QPointF) -> str:
        """Return the set whose area lies under a point: the selected one if it does, else the highest there.

        Parameters
        ----------
        point : QPointF
            Place in the viewport.
        """
        place = self.data_point(point)
        sets = self.document.sets() if self.document is not None else {}
        if not (self._range[0] <= place.x() <= self._range[1] and place.y() > 0.0):
            return ""
        levels = {
            key: float(fuzzy.membership(entry.type, entry.parameters, [place.x()], entry.shoulder)[0])
            for key, entry in sets.items()
        }
        under = {key: level for key, level in levels.items() if level >= place.y()}
        if self.layer.selected in under:
            return self.layer.selected
        return max(under, key=lambda key: under[key], default="")

    @property
    def focused_grip(self) -> Grip | None:
        """The handle that the keyboard moves."""
        for grip in self.layer.grips:
            if (grip.key, grip.handle.index) == self.layer.focused:
                return grip
        return None
