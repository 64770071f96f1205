"""Connects a station with the inspector, once it is there."""

from __future__ import annotations

from typing import cast

from ktrdr_app.core.lazy import load
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.inspector.steps import Panels
from ktrdr_app.gui.panels.inspector.teller import Teller

INSPECTOR = "ktrdr_app.gui.panels.inspector"
TELLERS = {
    "dataPanel": ("data", "DataTeller"),
    "strategyPanel": ("strategy", "StrategyTeller"),
    "fuzzyPanel": ("fuzzy", "FuzzyTeller"),
    "trainingPanel": ("training", "TrainingTeller"),
    "modelsPanel": ("models", "ModelsTeller"),
    "backtestPanel": ("backtest", "BacktestTeller"),
}
"""Object name of each station to module and class of its teller, which are imported along with the stations' own."""


def connect_teller(context: AppContext, panels: Panels, key: str) -> Teller:
    """Return the teller of a station; it belongs to the station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name; others may still be missing.
    key : str
        Object name of the station, which is among them.
    """
    module, name = TELLERS[key]
    return cast(Teller, getattr(load(f"{INSPECTOR}.{module}"), name)(context, panels))
