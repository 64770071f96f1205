"""The frames that the original made of bars: all indicator columns, and the one column that fuzzy sets see of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.data.bars import COLUMNS
from ktrdr_app.indicators.legacy.formula import FORMULAS
from ktrdr_app.strategy.legacy import LegacyIndicator
from ktrdr_app.strategy.legacy_names import Side, type_of

log = logging.getLogger(__name__)

RATIOS = ("sma", "ema")
"""Names, not classes: close divided by the line, where an indicator is called exactly so."""


def engine_frame(bars: pd.DataFrame, indicators: Sequence[LegacyIndicator], side: Side = "training") -> pd.DataFrame:
    """Return the bars with every column that the original's indicators appended.

    Parameters
    ----------
    bars : DataFrame, shape (n_bars, 5)
        Columns open, high, low, close, volume; a missing volume counts as 0, as in the original.
    indicators : sequence of LegacyIndicator
        In file order.
    side : str
        ``training`` or ``serving``: where classes are looked for.

    Returns
    -------
    DataFrame of float64
        NaN where the original had NaN. An indicator whose class the original did not find is left out and logged.

    Raises
    ------
    StrategyProblem
        If no indicator's class is found.
    UnknownName, InvalidValue
        For a parameter that its class does not take.
    """
    frame = bars[list(COLUMNS)].astype(np.float64)
    frame["volume"] = frame["volume"].fillna(0.0)
    prices = frame.copy()
    found = 0
    for indicator in indicators:
        type_name = type_of(indicator.name, indicator.type, side)
        if type_name is None:
            log.warning("the original knows no class for indicator %s in %s; it is left out", indicator.name, side)
            continue
        found += 1
        for column, line in FORMULAS.get(type_name).columns(prices, indicator.name, indicator.params).items():
            frame[column] = line
    if not found:
        names = ", ".join(indicator.name for indicator in indicators)
        raise StrategyProblem("indicators", [Problem("indicators", 0, 0, f"{names}: no class is found", "rsi, sma")])
    return frame


def mapped_frame(engine: pd.DataFrame, indicators: Sequence[LegacyIndicator]) -> pd.DataFrame:
    """Return the frame that fuzzy sets were laid over: one column per indicator, under the indicator's name.

    Parameters
    ----------
    engine : DataFrame
        What `engine_frame` returned.
    indicators : sequence of LegacyIndicator
        In file order.

    Returns
    -------
    DataFrame of float64
        The bars, then a column for each indicator that has one: the first whose name begins with the indicator's,
        in capitals; close divided by it for the names ``sma`` and ``ema``. NaN and infinite values are 0, warm-up
        included: the original trained on these rows.
    """
    mapped = engine[list(COLUMNS)].copy()
    for indicator in indicators:
        wanted = indicator.name.upper()
        column = next((name for name in engine.columns if str(name).upper().startswith(wanted)), None)
        if column is not None:
            line = engine[column]
            mapped[indicator.name] = engine["close"] / line if indicator.name in RATIOS else line
    return mapped.replace([np.inf, -np.inf], np.nan).fillna(0.0)
