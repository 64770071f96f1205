"""Studies drawn: curves over the candles, and panes of curves, columns, strips or layers with their values read out."""

from __future__ import annotations

import html

import numpy as np

from ktrdr_app.gui.charts.axis import DateTicks, write_percent, write_short
from ktrdr_app.gui.charts.columns import LodColumns
from ktrdr_app.gui.charts.item import ChartItem
from ktrdr_app.gui.charts.levels import LevelLines
from ktrdr_app.gui.charts.lod_curve import LodCurve
from ktrdr_app.gui.charts.pane import ChartPane
from ktrdr_app.gui.charts.plot import patch, swatch
from ktrdr_app.gui.charts.stack_item import StackItem
from ktrdr_app.gui.charts.strip_item import HEIGHT, StripItem
from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.charts.summary import study_words
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

STRIP_PIXELS = 17
"""Height of one strip."""

_LETTERS = 11
_GAP = "&nbsp;&nbsp;&nbsp;"


class StudyPane(ChartPane):
    """A pane below the prices.

    Parameters
    ----------
    study : Study
        What it shows.
    ticks : DateTicks
        Dates that all panes share.
    """

    def __init__(self, study: Study, ticks: DateTicks) -> None:
        self.study = study
        self.levels = LevelLines()
        self.items: list[ChartItem] = _items(study)
        super().__init__(study.key, study.title, write_percent if study.percent else write_short, ticks)
        self.levels.set_values(study.levels)
        self.add(self.levels, scaled=False)
        self.add(*self.items, scaled=study.kind != "strips")
        if study.kind == "layers":
            self.levels.setZValue(5)  # layers would hide lines below them
        self.bounds = study.bounds
        self.reaches_zero = study.kind == "columns"
        if study.kind == "strips":
            self._make_room_for_strips()
        self.setObjectName(f"charts.{study.key}")
        self.setAccessibleDescription(study_words(study))
        self._dress(tokens())

    def _make_room_for_strips(self) -> None:
        names = [curve.name for curve in self.study.curves]
        self.bounds = (-len(names) + (1 - HEIGHT) / 2, (1 - HEIGHT) / 2)
        short = [name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…" for name in names]
        self.values.setTicks([[(-number - HEIGHT / 2, words) for number, words in enumerate(short)]])
        self.setMinimumHeight(len(names) * STRIP_PIXELS + 34)

    def dress(self, theme: Tokens) -> None:
        """Recolour curves, columns, strips and layers.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        super().dress(theme)
        self.levels.set_colour(theme.text if self.study.kind == "layers" else theme.text_muted)
        colours = [getattr(theme, curve.token) for curve in self.study.curves]
        for number, item in enumerate(self.items):
            if isinstance(item, LodCurve):
                item.set_colour(colours[number])
            elif isinstance(item, LodColumns):
                signed = bool(np.nanmin(item.values, initial=0.0) < 0)
                item.set_colours(theme.up if signed else colours[0], theme.down)
            elif isinstance(item, StripItem | StackItem):
                item.set_colours(colours)

    def heading_at(self, bar: int) -> str:
        """Return the line above the pane, with the values of a bar.

        Parameters
        ----------
        bar : int
            The bar; -1 for none.
        """
        parts = [f"<b>{html.escape(self.study.title)}</b>"]
        for curve in self.study.curves:
            told = ""
            if 0 <= bar < len(curve.values):
                value = float(curve.values[bar])
                told = numbers.percent(value) if self.study.percent else numbers.significant(value, 5)
            if self.study.kind == "curves":
                parts.append(f"{swatch(curve.name, getattr(tokens(), curve.token), curve.dash)} {told}")
            elif self.study.kind == "layers":
                parts.append(f"{patch(curve.name, getattr(tokens(), curve.token))} {told}")
            elif told:
                named = f"{html.escape(curve.name)} " if len(self.study.curves) > 1 else ""
                parts.append(f"{named}{told}")
        return _GAP.join(parts)


def _items(study: Study) -> list[ChartItem]:
    if study.kind == "strips":
        strips = StripItem()
        strips.names = tuple(curve.name for curve in study.curves)
        strips.set_strips([curve.values for curve in study.curves])
        return [strips]
    if study.kind == "layers":
        layers = StackItem()
        layers.set_layers([curve.name for curve in study.curves], [curve.values for curve in study.curves])
        return [layers]
    if study.kind == "columns":
        columns = LodColumns(study.curves[0].name)
        columns.set_data(study.curves[0].values)
        return [columns]
    return list(curves_of(study))


def curves_of(study: Study) -> tuple[LodCurve, ...]:
    """Return the curves of a study, not coloured yet.

    Parameters
    ----------
    study : Study
        Of a kind that has curves.
    """
    made = []
    for curve in study.curves:
        item = LodCurve(width=1.4, dash=curve.dash, title=curve.name)
        item.set_data(curve.values)
        made.append(item)
    return tuple(made)


class Overlay:
    """Curves over the candles.

    Parameters
    ----------
    study : Study
        Of the kind ``overlay``.
    pane : ChartPane
        The pane of the candles.
    """

    def __init__(self, study: Study, pane: ChartPane) -> None:
        self.study = study
        self.curves = curves_of(study)
        self._pane = pane
        self.shown = False
        for curve in self.curves:
            curve.setZValue(5)
        pane.add(*self.curves, scaled=False)
        self.show(False)
        self.dress(tokens())

    def show(self, shown: bool) -> None:
        """Draw the curves, or do not.

        Parameters
        ----------
        shown : bool
            Whether to.
        """
        self.shown = shown
        for curve in self.curves:
            curve.setVisible(shown)

    def dress(self, theme: Tokens) -> None:
        """Recolour the curves.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        for item, curve in zip(self.curves, self.study.curves, strict=True):
            item.set_colour(getattr(theme, curve.token))

    def set_logarithmic(self, on: bool) -> None:
        """Follow the scale of the prices.

        Parameters
        ----------
        on : bool
            Whether it is logarithmic.
        """
        for curve in self.curves:
            curve.set_logarithmic(on)

    def remove(self) -> None:
        """Take the curves out of the pane."""
        for curve in self.curves:
            self._pane.view.removeItem(curve)

    def told(self, bar: int) -> list[str]:
        """Return what the line above the prices says of the curves at a bar.

        Parameters
        ----------
        bar : int
            The bar; -1 for none.
        """
        parts = []
        for curve in self.study.curves:
            value = f" {numbers.significant(float(curve.values[bar]), 6)}" if 0 <= bar < len(curve.values) else ""
            parts.append(swatch(curve.name, getattr(tokens(), curve.token), curve.dash) + value)
        return parts
