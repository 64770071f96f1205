"""Steps of the inspector that several stations share: press a button, go to a station, choose there."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Step

Panels = dict[str, Any]
"""The stations by object name."""


def say(text: str) -> str:
    """Return words of the inspector in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("Inspector", text)


def press(button: QAbstractButton, text: str = "", icon: str = "") -> Step:
    """Return the step that presses a station's button; it is off, with the button's own reason, while that is off.

    Parameters
    ----------
    button : QAbstractButton
        The button.
    text : str
        What the step says; the button's own words by default.
    icon : str
        Name of an icon.
    """
    off = "" if button.isEnabled() else button.toolTip() or say("Not possible now")
    return Step(text or button.text().replace("&", ""), button.click, icon, off)


def go(context: AppContext, panel: str, text: str, icon: str = "") -> Step:
    """Return the step that shows another station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panel : str
        Object name of the station.
    text : str
        What the step says.
    icon : str
        Name of an icon.
    """
    return Step(text, partial(context.panelRequested.emit, panel), icon)


def backtest_on(context: AppContext, panels: Panels, symbol: str, timeframe: str) -> None:
    """Choose a series at the backtest station, and go there.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations.
    symbol, timeframe : str
        The series.
    """
    context.select_timeframe(timeframe)
    combo = panels["backtestPanel"].form.symbol
    combo.setCurrentIndex(combo.findData(symbol))
    context.panelRequested.emit("backtestPanel")


def train_on(context: AppContext, panels: Panels, symbol: str, timeframe: str) -> None:
    """Tick a series at the training station beside what is ticked there, and go there.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations.
    symbol, timeframe : str
        The series.
    """
    context.select_timeframe(timeframe)
    form = panels["trainingPanel"].form
    form.tick(frozenset((*form.chosen, symbol)))
    context.panelRequested.emit("trainingPanel")


def backtest_with(context: AppContext, panels: Panels, strategy: str, timeframe: str, model: str) -> None:
    """Choose a model at the backtest station, and go there.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations.
    strategy : str
        File stem of the model's strategy.
    timeframe : str
        The model's bar length.
    model : str
        Its folder.
    """
    context.select_strategy(strategy)
    context.select_timeframe(timeframe)
    combo = panels["backtestPanel"].form.model
    place = combo.findData(model)
    if place >= 0:
        combo.setCurrentIndex(place)
    context.panelRequested.emit("backtestPanel")
