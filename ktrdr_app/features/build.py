"""The ONE function that turns bars into features, for training and for backtests alike."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.features.columns import finite_rows
from ktrdr_app.features.context import price_context, volume_context
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.forms import in_form, rolling_zscore
from ktrdr_app.features.higher import longer_columns
from ktrdr_app.features.plan import ATR_FORMS, FeaturePlan, RawSource


def build_features(
    bars: pd.DataFrame, plan: FeaturePlan, seconds: dict[str, float] | None = None, timeframe: str = ""
) -> FeatureFrame:
    """Return the features of every bar, each known at that bar's close.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    plan : FeaturePlan
        What to compute.
    seconds : dict, optional
        Collects wall seconds of ``indicators``, ``fuzzy`` and ``features``.
    timeframe : str
        Length of the bars; needed where the strategy reads longer ones as well.

    Returns
    -------
    FeatureFrame
        Groups in the order A fuzzy, B price, C volume, D lags, E raw; warm-up rows are NaN and not valid.

    Raises
    ------
    InvalidValue
        If ``timeframe`` is needed and missing, or not shorter than the strategy's longer ones.
    """
    return build_with_inputs(bars, plan, seconds, timeframe)[0]


def build_with_inputs(
    bars: pd.DataFrame, plan: FeaturePlan, seconds: dict[str, float] | None = None, timeframe: str = ""
) -> tuple[FeatureFrame, dict[str, NDArray[np.float64]]]:
    """Return what `build_features` returns, and what `all_fuzzy_inputs` returns of the same bars.

    Parameters
    ----------
    bars, plan, seconds, timeframe
        As `build_features` takes them.

    Raises
    ------
    InvalidValue
        As `build_features` raises it.
    """
    clock = _Clock(seconds)
    prices = PriceArrays.of(bars)
    columns = plan.indicators.calculate(prices)
    clock.lap("indicators")

    values = np.full((len(bars), len(plan.contract.names)), np.nan, dtype=np.float32)
    memberships = len(plan.fuzzy.names)
    inputs = fuzzy_inputs(prices, columns, plan) | longer_inputs(bars, plan, timeframe)
    plan.fuzzy.evaluate_into(inputs, values[:, :memberships])
    clock.lap("fuzzy")

    position = memberships
    for column in _context_columns(prices, columns, plan):
        values[:, position] = column
        position += 1
    for lag in range(1, plan.strategy.features.lookback_periods):
        values[lag:, position : position + memberships] = values[:-lag, :memberships]
        position += memberships
    for source in plan.raw:
        values[:, position] = _raw_column(columns[source.column], source, plan.strategy.features.zscore_window)
        position += 1
    valid = finite_rows(values)
    clock.lap("features")
    return FeatureFrame(plan.contract, values, valid, pd.DatetimeIndex(bars.index)), inputs


def fuzzy_inputs(
    prices: PriceArrays, columns: dict[str, NDArray[np.float64]], plan: FeaturePlan, timeframe: str = ""
) -> dict[str, NDArray[np.float64]]:
    """Return the values that the sets of each fuzzy input of one time frame are laid over.

    Parameters
    ----------
    prices : PriceArrays
        Bars.
    columns : dict of str to ndarray of float64
        Output of the indicator engine.
    plan : FeaturePlan
        Sources and forms.
    timeframe : str
        Whose inputs; empty for those on the strategy's own bars.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_bars,)
        By fuzzy input, in its form.
    """
    return {
        source.name: in_form(
            source.form,
            columns[source.column],
            prices.close,
            columns[plan.atr_column] if source.form in ATR_FORMS else None,
            source.window,
        )
        for source in plan.sources
        if source.timeframe == timeframe
    }


def longer_inputs(bars: pd.DataFrame, plan: FeaturePlan, timeframe: str) -> dict[str, NDArray[np.float64]]:
    """Return the values of the fuzzy inputs on longer bars, each from the close of its bar on.

    Parameters
    ----------
    bars : DataFrame
        The strategy's own bars.
    plan : FeaturePlan
        Sources and forms.
    timeframe : str
        Length of the bars.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_bars,)
        By fuzzy input, in its form; NaN until the first longer bar has ended.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for longer in longer_columns(bars, plan, timeframe):
        found |= longer.joined(fuzzy_inputs(longer.prices, longer.columns, plan, longer.timeframe))
    return found


def all_fuzzy_inputs(bars: pd.DataFrame, plan: FeaturePlan, timeframe: str) -> dict[str, NDArray[np.float64]]:
    """Return the values of every fuzzy input of a strategy on its own bars, without anything else of its features.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    plan : FeaturePlan
        Sources and forms.
    timeframe : str
        Length of the bars.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_bars,)
        By fuzzy input, in its form.
    """
    prices = PriceArrays.of(bars)
    return fuzzy_inputs(prices, plan.indicators.calculate(prices), plan) | longer_inputs(bars, plan, timeframe)


def _context_columns(
    prices: PriceArrays, columns: dict[str, NDArray[np.float64]], plan: FeaturePlan
) -> list[NDArray[np.float64]]:
    settings = plan.strategy.features
    found: list[NDArray[np.float64]] = []
    if settings.price_context:
        found += price_context(prices, {name: columns[name] for name in plan.averages}).values()
    if settings.volume_context:
        found += volume_context(prices, columns[plan.obv_column]).values()
    return found


def _raw_column(values: NDArray[np.float64], source: RawSource, window: int) -> NDArray[np.float64]:
    if source.low is not None and source.high is not None:
        return (values - source.low) / (source.high - source.low)
    return rolling_zscore(values, window)


class _Clock:
    """Adds wall time to named entries, lap by lap."""

    def __init__(self, seconds: dict[str, float] | None) -> None:
        self.seconds = seconds
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        if self.seconds is not None:
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self.last
        self.last = now
