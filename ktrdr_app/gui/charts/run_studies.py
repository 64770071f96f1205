"""The studies of a finished run, from the arrays that the workflow tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.gui.charts.figures import chart_words as _t
from ktrdr_app.gui.charts.study import Curve, Study

if TYPE_CHECKING:
    from ktrdr_app.workflows.chart_panes import IndicatorLines, RunPanes

_TOKENS = tuple(f"series_{number}" for number in (1, 2, 3, 4, 5, 6, 7))
_DASHES = ("solid", "dash", "dot")


def studies_of(panes: RunPanes) -> tuple[Study, ...]:
    """Return everything that can be shown of a run beside prices, equity and drawdown, in the order of the panes.

    Parameters
    ----------
    panes : RunPanes
        As `workflows.run_panes` returns them; parts that are missing are left out.
    """
    return tuple(_studies(panes))


def _studies(panes: RunPanes) -> Iterator[Study]:
    used = 0
    for indicator in panes.indicators:
        if indicator.on_price:
            yield Study(f"over:{indicator.key}", indicator.title, "overlay", _curves(indicator, used + 1))
            used += len(indicator.lines)
    if np.isfinite(panes.volume).any():
        yield Study("volume", _t("Volume"), "columns", (Curve(_t("volume"), panes.volume, "flat"),))
    for indicator in panes.indicators:
        if not indicator.on_price:
            yield Study(indicator.key, indicator.title, "curves", _curves(indicator), bounds=indicator.bounds)
    for name, sets in panes.memberships.items():
        curves = tuple(
            Curve(key, values, _TOKENS[place % len(_TOKENS)]) for place, (key, values) in enumerate(sets.items())
        )
        yield Study(f"sets:{name}", _t("Sets of {0}").format(name), "strips", curves)
    if len(panes.probabilities):
        yield from _probabilities(panes)
    if panes.position.any():
        yield Study("position", _t("Position"), "columns", (Curve(_t("position"), panes.position),))


def _curves(indicator: IndicatorLines, first: int = 0) -> tuple[Curve, ...]:
    return tuple(
        Curve(name, values, _TOKENS[(first + place) % len(_TOKENS)], _DASHES[place % len(_DASHES)])
        for place, (name, values) in enumerate(indicator.lines.items())
    )


def _probabilities(panes: RunPanes) -> Iterator[Study]:
    """Yield the probabilities as curves, and on top of each other: BUY up from 0, SELL down from 1."""
    buy, hold, sell = np.ascontiguousarray(panes.probabilities.T)
    least = panes.threshold
    curves = (
        Curve(_t("HOLD"), hold, "flat", "dot"),
        Curve(_t("SELL"), sell, "down", "dash"),
        Curve(_t("BUY"), buy, "up"),
    )
    levels = () if least is None else (least,)
    yield Study("probabilities", _t("Probabilities"), "curves", curves, levels, bounds=(0.0, 1.0), percent=True)
    layers = (Curve(_t("BUY"), buy, "up"), Curve(_t("HOLD"), hold, "flat"), Curve(_t("SELL"), sell, "down"))
    both = () if least is None else (least, 1.0 - least)
    title = _t("Probabilities, stacked")
    yield Study("probabilities:layers", title, "layers", layers, both, bounds=(0.0, 1.0), percent=True)
