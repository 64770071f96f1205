"""What one asks of the live consequence; light, as the window imports it before anything can answer."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.core.paths import Workspace

MOST_BARS = 20_000
"""Newest bars that are traded at every step, so that a step stays within a tenth of a second."""


@dataclass(frozen=True)
class LiveRequest:
    """Which model is to show what other sets do, and on which bars.

    Attributes
    ----------
    workspace : Workspace
        Where data, strategies and models are read.
    strategy : str
        Strategy name or path; its decision and backtest sections hold, as in a backtest.
    symbol, timeframe : str
        The series.
    model : str
        As `BacktestRequest` has it.
    bars : int
        Newest bars that are traded; features are built on all of them before, too.
    """

    workspace: Workspace
    strategy: str
    symbol: str
    timeframe: str
    model: str = "auto"
    bars: int = MOST_BARS
