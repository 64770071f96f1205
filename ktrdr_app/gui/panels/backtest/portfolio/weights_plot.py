"""Which share of the account each symbol has, over time: layers on top of each other, shorts below zero."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_percent
from ktrdr_app.gui.charts.plot import ThemedPlot, patch
from ktrdr_app.gui.charts.stack_item import StackItem
from ktrdr_app.gui.charts.summary import nothing
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import Tokens, tokens

Floats = NDArray[np.float64]

TOKENS = tuple(f"series_{number}" for number in (1, 2, 3, 4, 5, 6, 7))
"""Colours of the layers; there are no more layers than colours."""
_OTHERS = "series_8"
_GAP = "&nbsp;&nbsp;"


class WeightsPlot(ThemedPlot):
    """The weights of a portfolio's symbols at x = instant; beyond seven symbols the smallest are one layer."""

    def __init__(self) -> None:
        self.layers: dict[str, Floats] = {}
        self.stack = StackItem()
        self._dates = BarDateAxis()
        super().__init__(self.tr("Weights"), ValueAxis(write_percent, width=74), self._dates)
        self._dates.setHeight(20)
        self.setObjectName("backtestPanel.portfolioWeights")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.setMouseEnabled(x=False, y=False)
        self.view.addItem(self.stack)
        self.view.sigResized.connect(self._write)
        self.set_weights(np.empty(0, dtype=np.int64), {})

    def set_weights(self, times: NDArray[np.int64], weights: Mapping[str, Floats]) -> None:
        """Show other weights.

        Parameters
        ----------
        times : ndarray of int64, shape (n_instants,)
            Instants, nanoseconds UTC.
        weights : mapping of str to ndarray of float64, shape (n_instants,)
            Signed value of each symbol's position over the account's; NaN where that is not known.
        """
        self.layers = joined(weights, len(TOKENS), self.tr("others"))
        self._dates.set_times(times)
        self.stack.set_layers(tuple(self.layers), tuple(self.layers.values()))
        low, high = self.stack.extent(0, len(times)) if self.layers else (0.0, 1.0)
        room = (high - low) * 0.06 or 1.0
        self.view.setXRange(-1, max(len(times), 1), padding=0)
        self.view.setYRange(low - (room if low < 0 else 0.0), high + room, padding=0)
        self.dress(tokens())
        self.setAccessibleDescription(self._words())

    def _tokens(self) -> list[str]:
        return [_OTHERS if name == self.tr("others") else TOKENS[place] for place, name in enumerate(self.layers)]

    def dress(self, theme: Tokens) -> None:
        """Recolour the layers and write the legend anew.

        Parameters
        ----------
        theme : Tokens
            The colours to wear.
        """
        self.stack.set_colours([getattr(theme, token) for token in self._tokens()])
        self._write()

    @Slot(object)
    def _write(self, _resized: object = None) -> None:
        """Write the legend: as many symbols as there is room for."""
        entries = [
            patch(name, getattr(tokens(), token)) for name, token in zip(self.layers, self._tokens(), strict=True)
        ]
        for count in range(len(entries), -1, -1):
            left = len(entries) - count
            more = [html.escape(self.tr("and {0} more").format(left))] if left else []
            self.set_heading(_GAP.join([f"<b>{html.escape(self.accessibleName())}</b>", *entries[:count], *more]))
            if self.heading.x() + self.heading.boundingRect().width() <= self.width():
                break

    def _words(self) -> str:
        told = self.tr("{0} {1} on average, most {2}")
        said = []
        for name, values in self.layers.items():
            known = values[np.isfinite(values)]
            if len(known):
                farthest = float(known[np.argmax(np.abs(known))])
                said.append(told.format(name, numbers.percent(float(known.mean())), numbers.percent(farthest)))
        return "; ".join(said) or nothing()


def joined(weights: Mapping[str, Floats], most: int, rest: str) -> dict[str, Floats]:
    """Return the largest layers first, and those beyond a number as one.

    Parameters
    ----------
    weights : mapping of str to ndarray of float64
        By symbol.
    most : int
        Layers, at most.
    rest : str
        What the last one is called where several symbols are in it.
    """
    sizes = {name: float(np.nansum(np.abs(values))) for name, values in weights.items()}
    names = sorted((name for name in weights if sizes[name] > 0), key=lambda name: (-sizes[name], name))
    if len(names) <= most:
        return {name: weights[name] for name in names}
    kept = {name: weights[name] for name in names[: most - 1]}
    return {**kept, rest: np.sum([weights[name] for name in names[most - 1 :]], axis=0)}
