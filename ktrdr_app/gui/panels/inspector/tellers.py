"""Connects every station with the inspector."""

from __future__ import annotations

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.inspector.backtest import BacktestTeller
from ktrdr_app.gui.panels.inspector.data import DataTeller
from ktrdr_app.gui.panels.inspector.fuzzy import FuzzyTeller
from ktrdr_app.gui.panels.inspector.models import ModelsTeller
from ktrdr_app.gui.panels.inspector.steps import Panels
from ktrdr_app.gui.panels.inspector.strategy import StrategyTeller
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.panels.inspector.training import TrainingTeller

_TELLERS = (DataTeller, StrategyTeller, FuzzyTeller, TrainingTeller, ModelsTeller, BacktestTeller)


def connect_tellers(context: AppContext, panels: Panels) -> tuple[Teller, ...]:
    """Return one teller per station; each belongs to its station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """
    return tuple(kind(context, panels) for kind in _TELLERS)
