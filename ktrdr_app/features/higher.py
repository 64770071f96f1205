"""Fuzzy inputs on longer bars: the same indicators on bars made of the strategy's own, joined by closing time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import PriceArrays, close_times
from ktrdr_app.data.resample import as_of_close, longer_than, resample_bars, taken
from ktrdr_app.features.plan import ATR_FORMS, FeaturePlan
from ktrdr_app.indicators.engine import IndicatorEngine


@dataclass(frozen=True)
class LongerColumns:
    """The indicators of one longer time frame.

    Attributes
    ----------
    timeframe : str
        Which one.
    prices : PriceArrays
        Its whole bars, m of them.
    columns : dict of str to ndarray of float64, shape (m,)
        The indicator columns that its fuzzy inputs read.
    place : ndarray of int, shape (n_bars,)
        Row of the newest of its bars known at the close of each bar of the strategy; -1 for none.
    """

    timeframe: str
    prices: PriceArrays
    columns: dict[str, NDArray[np.float64]]
    place: NDArray[np.intp]

    def joined(self, values: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """Return values of these bars on the strategy's own.

        Parameters
        ----------
        values : dict of str to ndarray of float64, shape (m,)
            Fuzzy inputs, in their form.
        """
        return {name: taken(column, self.place) for name, column in values.items()}


def longer_timeframes(plan: FeaturePlan) -> tuple[str, ...]:
    """Return the longer time frames that a strategy reads, shortest first.

    Parameters
    ----------
    plan : FeaturePlan
        The strategy.
    """
    used = {source.timeframe for source in plan.sources}
    return tuple(name for name in NANOSECONDS if name in used)


def longer_columns(bars: pd.DataFrame, plan: FeaturePlan, timeframe: str) -> Iterator[LongerColumns]:
    """Yield the indicators of each longer time frame that a strategy reads.

    Parameters
    ----------
    bars : DataFrame
        The strategy's own bars. A first window that the data cut into is left out, so that its values do not depend
        on where the data begin; the last one counts once a bar has closed at its end or later.
    plan : FeaturePlan
        The strategy.
    timeframe : str
        Length of the bars.

    Raises
    ------
    InvalidValue
        If the length of the bars is not given, or an input's time frame is not longer.
    """
    wanted = longer_timeframes(plan)
    if wanted:
        if not timeframe:
            expected = f"the length of the bars, because the strategy reads {', '.join(wanted)} too"
            raise InvalidValue("timeframe", timeframe, expected)
        check_timeframes(plan, timeframe)
    for longer in wanted:
        made = resample_bars(bars, timeframe, longer).complete()
        prices = PriceArrays.of(made.bars)
        place = as_of_close(close_times(bars.index, timeframe), made.known)
        engine = _engine(plan, longer)
        columns = engine.calculate(prices) if len(prices) else {name: np.empty(0) for name in engine.columns}
        yield LongerColumns(longer, prices, columns, place)


def check_timeframes(plan: FeaturePlan, timeframe: str) -> None:
    """Refuse bars that are not shorter than every time frame a strategy reads besides them.

    Parameters
    ----------
    plan : FeaturePlan
        The strategy.
    timeframe : str
        Length of the bars.

    Raises
    ------
    InvalidValue
        For the first input that does not fit.
    """
    for source in plan.sources:
        if source.timeframe:
            longer_than(source.timeframe, timeframe, where=f"{plan.strategy.name}: fuzzy_sets.{source.name}.timeframe")


def _engine(plan: FeaturePlan, longer: str) -> IndicatorEngine:
    """Return an engine of just the indicators that the inputs of a time frame need."""
    sources = [source for source in plan.sources if source.timeframe == longer]
    ids = {source.column.partition(".")[0] for source in sources}
    if any(source.form in ATR_FORMS for source in sources):
        ids.add(plan.atr_column)
    return IndicatorEngine([config for config in plan.indicators.configs if config.id in ids])
