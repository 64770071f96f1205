"""The sets of one input as curves over the histogram of its values, with their handles drawn on top."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QColor

from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot, pen, swatch
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import grain_of, handles_of, nudge_of
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip, HandleLayer, nearest, set_colour
from ktrdr_app.gui.panels.fuzzy.values import histogram, outline, shown_range
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

Floats = NDArray[np.float64]

HISTOGRAM_TOP = 0.8
"""Height of the fullest bin, in membership."""

_BOTTOM, _TOP = -0.07, 1.2
_MOST_SYMBOL_LINES = 3
_DASHES = ("solid", "dash", "dot")
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
        self._range = (0.0, 1.0)
        self._curves: dict[str, pg.PlotCurveItem] = {}
        bins = {"x": np.array([0.0, 1.0]), "y": np.array([0.0]), "stepMode": "center"}
        self._whole = pg.PlotCurveItem(**bins, fillLevel=0.0, name=self.tr("values: height drawn"))
        self._lines = [pg.PlotCurveItem(**bins) for _ in range(_MOST_SYMBOL_LINES)]
        self.layer = HandleLayer()
        super().__init__(self.tr("Fuzzy sets"), ValueAxis(write_value, "left", 40), ValueAxis(write_value, "bottom"))
        self.view.setMouseEnabled(x=False, y=False)
        self.value_axis.setTicks([[(level, f"{level:g}") for level in (0.0, 0.25, 0.5, 0.75, 1.0)]])
        self.view.setYRange(_BOTTOM, _TOP, padding=0)
        for item in (self._whole, *self._lines, self.layer):
            self.view.addItem(item)

    def set_document(self, document: FuzzyDocument | None) -> None:
        """Show another strategy's sets.

        Parameters
        ----------
        document : FuzzyDocument, optional
            The sets; None empties the plot.
        """
        if self.document is not None:
            self.document.setChanged.disconnect(self._on_set)
            self.document.currentChanged.disconnect(self._on_current)
        self.document = document
        if document is not None:
            document.setChanged.connect(self._on_set)
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

    @Slot(str, str)
    def _on_set(self, name: str, key: str) -> None:
        document = self.document
        if document is None or name != document.current or key not in self._curves:
            return
        self._curves[key].setData(*outline(document.sets()[key], *self._range))
        self.layer.set_sets(document.sets())
        self.describe()

    def _rebuild(self) -> None:
        sets = self.document.sets() if self.document is not None else {}
        for curve in self._curves.values():
            self.view.removeItem(curve)
        self._curves = {}
        self.layer.focused = self.layer.hovered = None
        if sets:
            self._range = shown_range(sets, self._values)
        self.view.setXRange(*self._range, padding=0)
        for number, (key, entry) in enumerate(sets.items()):
            curve = pg.PlotCurveItem(*outline(entry, *self._range), antialias=True, fillLevel=0.0, name=key)
            curve.setZValue(number)
            self._curves[key] = curve
            self.view.addItem(curve)
        self.layer.selected = self.layer.selected if self.layer.selected in sets else next(iter(sets), "")
        self.layer.set_sets(sets)
        self._draw_histogram()
        self.dress(tokens())
        self.describe()

    def _draw_histogram(self) -> None:
        counted = histogram(self._values, *self._range)
        self._whole.setVisible(bool(self._values))
        self._whole.setData(counted.edges, counted.total * HISTOGRAM_TOP)
        symbols = list(counted.by_symbol)
        several = 1 < len(symbols) <= _MOST_SYMBOL_LINES
        for place, line in enumerate(self._lines):
            line.setVisible(several and place < len(symbols))
            if several and place < len(symbols):
                name = self.tr("{0}: height drawn").format(symbols[place])
                line.setData(counted.edges, counted.by_symbol[symbols[place]] * HISTOGRAM_TOP, name=name)

    def dress(self, theme: Tokens) -> None:
        """Recolour curves, histogram and heading.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        ground = QColor(theme.flat)
        ground.setAlpha(70)
        self._whole.setPen(None)
        self._whole.setBrush(ground)
        for line, dash in zip(self._lines, _DASHES, strict=True):
            faint = QColor(theme.text_muted)
            faint.setAlpha(170)
            line.setPen(pen(faint, 1, dash))
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
        size = sum(len(array) for array in self._values.values())
        muted = f'<span style="color:{theme.text_muted}">{{}}</span>'
        shown = self.document.fuzzy_input()
        form = self.tr(_FORMS[shown.form]).format(html.escape(shown.input or self.document.current))
        if form:
            parts.append(form)
        if size:
            bars = self.tr("histogram of {0} values").format(numbers.integer(size))
            parts.append(muted.format(bars))
            symbols = list(self._values)
            if 1 < len(symbols) <= _MOST_SYMBOL_LINES:
                parts += [
                    swatch(symbol, theme.text_muted, dash) for symbol, dash in zip(symbols, _DASHES, strict=False)
                ]
            else:
                parts.append(muted.format(html.escape(", ".join(symbols))))
        self.set_heading("&nbsp;&nbsp;&nbsp;".join(parts))

    def describe(self) -> None:
        """Say in words what is shown: the handle with the keyboard, or all of them."""
        if self.document is None:
            self.setAccessibleDescription(self.tr("nothing to show yet"))
            return
        grip = self.focused_grip
        if grip is not None:
            place = numbers.decimal(grip.handle.x, 4)
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

    @property
    def focused_grip(self) -> Grip | None:
        """The handle that the keyboard moves."""
        for grip in self.layer.grips:
            if (grip.key, grip.handle.index) == self.layer.focused:
                return grip
        return None
