"""The closes of one symbol with a strip of membership per set below them; the strips follow a drag."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktrdr_app import fuzzy
from ktrdr_app.fuzzy.activity import STRONG
from ktrdr_app.gui.charts.axis import ValueAxis, write_value
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.plot import swatch
from ktrdr_app.gui.charts.strip_item import HEIGHT, StripItem
from ktrdr_app.gui.panels.fuzzy.consequence.bar_plot import BarPlot
from ktrdr_app.gui.panels.fuzzy.handle_layer import set_colour
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, themeChanged, tokens
from ktrdr_app.strategy.schema import FuzzySet

if TYPE_CHECKING:
    from ktrdr_app.workflows.input_series import InputSeries

STRIP_PIXELS = 22
"""Height of a strip."""

_AXIS_PIXELS = 84
_LETTERS = 11


class _Closes(BarPlot):
    def __init__(self, name: str) -> None:
        self.close_line = LodCurve(width=1.4)
        super().__init__(name, ValueAxis(write_value, width=_AXIS_PIXELS))
        self.close_line.title = self.tr("close")
        self.dates.setStyle(showValues=False)
        self.dates.setHeight(0)
        self.view.addItem(self.close_line)

    @property
    def curves(self) -> Sequence[LodCurve]:
        return (self.close_line,)

    def dress(self, theme: Tokens) -> None:
        self.close_line.set_colour(theme.text_muted)


class _Strips(BarPlot):
    def __init__(self, name: str) -> None:
        self.item = StripItem()
        self.keys: tuple[str, ...] = ()
        super().__init__(name, ValueAxis(write_value, width=_AXIS_PIXELS))
        self.view.addItem(self.item)

    def set_keys(self, keys: Sequence[str]) -> None:
        """Make room for a strip per set."""
        self.keys = self.item.names = tuple(keys)
        count = max(len(keys), 1)
        self.view.setYRange(-count + (1 - HEIGHT) / 2, (1 - HEIGHT) / 2, padding=0)
        short = [key if len(key) <= _LETTERS else f"{key[: _LETTERS - 1]}…" for key in keys]
        self.value_axis.setTicks([[(-number - HEIGHT / 2, words) for number, words in enumerate(short)]])
        self.setFixedHeight(count * STRIP_PIXELS + 32)
        self.dress(tokens())

    def dress(self, theme: Tokens) -> None:
        self.item.set_colours([set_colour(number, theme) for number in range(len(self.keys))])


class MembershipStrips(QWidget):
    """Price above, strips below, over the same bars."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("fuzzyPanel.previewPlot")
        self.setAccessibleName(self.tr("Price with strips of membership"))
        self.series: InputSeries | None = None
        self.name = ""
        self.memberships: dict[str, NDArray[np.float64]] = {}
        self.closes = _Closes(self.tr("Closes"))
        self.strips = _Strips(self.tr("Strips of membership"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.closes, 1)
        box.addWidget(self.strips)
        self._linking = False
        for plot in (self.closes, self.strips):
            plot.view.sigXRangeChanged.connect(self._on_x)
        self.strips.set_keys(())
        self._describe()
        themeChanged.connect(self._on_theme)

    @Slot(object)
    def _on_theme(self, _theme: object) -> None:
        self._describe()

    @Slot(object, object)
    def _on_x(self, view: object, span: tuple[float, float]) -> None:
        if self._linking:
            return
        self._linking = True
        for plot in (self.closes, self.strips):
            if plot.view is not view:
                plot.view.setXRange(*span, padding=0)
        self._linking = False

    def show_series(self, series: InputSeries | None, name: str, sets: Mapping[str, FuzzySet]) -> None:
        """Show other bars, or another input.

        Parameters
        ----------
        series : InputSeries, optional
            Closes and values; None empties the plot.
        name : str
            The fuzzy input.
        sets : mapping of str to FuzzySet
            Its sets.
        """
        if series is not None and name not in series.inputs:
            series = None  # an input that is not saved yet has no values
        if series is not self.series:
            self.series = series
            times = np.empty(0, dtype=np.int64) if series is None else series.times
            self.closes.close_line.set_data(np.empty(0) if series is None else series.close)
            for plot in (self.closes, self.strips):
                plot.set_times(times)
        self.name = name
        self.memberships = {key: self._membership(entry) for key, entry in sets.items()} if series else {}
        self.strips.item.set_strips(list(self.memberships.values()))
        self.strips.set_keys(tuple(self.memberships))
        self._describe()

    def show_set(self, key: str, entry: FuzzySet) -> None:
        """Show one set as it is now; the others stay.

        Parameters
        ----------
        key : str
            Which set.
        entry : FuzzySet
            What it became.
        """
        if self.series is None or key not in self.memberships:
            return
        self.memberships[key] = self._membership(entry)
        self.strips.item.set_strip(self.strips.keys.index(key), self.memberships[key])
        self._describe()

    def _membership(self, entry: FuzzySet) -> NDArray[np.float64]:
        assert self.series is not None
        values = self.series.inputs[self.name]
        return np.asarray(fuzzy.membership(entry.type, entry.parameters, values, entry.shoulder), dtype=np.float64)

    def _describe(self) -> None:
        series = self.series
        if series is None or not len(series.close):
            words = self.tr("nothing to show yet")
            self.closes.set_heading("")
        else:
            parts = [
                self.tr("{0}: active on {1} of the bars, {2} at the last").format(
                    key,
                    numbers.percent(np.count_nonzero(values >= STRONG) / len(values)),
                    numbers.decimal(values[-1], 2),
                )
                for key, values in self.memberships.items()
            ]
            title = f"{series.symbol} {series.timeframe}"
            words = "; ".join([f"{title}, {self.name}", *parts])
            line = swatch(self.tr("close"), tokens().text_muted)
            below = self.tr("below: membership in the sets of {0}").format(html.escape(self.name))
            muted = f'<span style="color:{tokens().text_muted}">{below}</span>'
            self.closes.set_heading("&nbsp;&nbsp;".join([f"<b>{html.escape(title)}</b>", line, muted]))
            change = numbers.percent(float(series.close[-1] / series.close[0] - 1), signed=True)
            self.closes.setAccessibleDescription(
                self.tr("{0}, {1} bars, {2}").format(title, numbers.integer(len(series.close)), change)
            )
        self.strips.setAccessibleDescription(words)
        self.setAccessibleDescription(words)
