"""Labelers by name, and the labels of a series with the time at which each one's horizon ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.registry import Registry
from ktrdr_app.data.bars import PriceArrays, close_times
from ktrdr_app.indicators.engine import IndicatorConfig, IndicatorEngine
from ktrdr_app.labels.first_touch import CLASS_NAMES, UNLABELLED, zigzag
from ktrdr_app.strategy.schema import LabelSettings

Labeler = Callable[[PriceArrays, NDArray[np.float64], LabelSettings], NDArray[np.int8]]

LABELERS: Registry[Labeler] = Registry("label method")


def labeler(name: str) -> Callable[[Labeler], Labeler]:
    """Register a labeler.

    Parameters
    ----------
    name : str
        The word that strategies use under ``labels.method``.
    """

    def register(function: Labeler) -> Labeler:
        LABELERS.add(name, function)
        return function

    return register


@labeler("zigzag")
def _zigzag(prices: PriceArrays, threshold: NDArray[np.float64], settings: LabelSettings) -> NDArray[np.int8]:
    return zigzag(prices.close, threshold, settings.lookahead)


@dataclass(frozen=True)
class Labels:
    """The labels of one symbol.

    Attributes
    ----------
    label : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2, -1 where there is none.
    label_end : ndarray of int64, shape (n_bars,)
        Close of the last bar of the horizon, nanoseconds UTC; for bars without a label, their own close.
    """

    label: NDArray[np.int8]
    label_end: NDArray[np.int64]

    def balance(self) -> dict[str, float]:
        """Return the share of each class among labelled bars; all 0 where no bar has a label."""
        counts = np.bincount(self.label[self.label != UNLABELLED], minlength=len(CLASS_NAMES))
        return {name: float(count / max(1, counts.sum())) for name, count in zip(CLASS_NAMES, counts, strict=True)}


def label_bars(bars: pd.DataFrame, timeframe: str, settings: LabelSettings) -> Labels:
    """Label a series as a strategy wants it.

    Parameters
    ----------
    bars : DataFrame
        Bars of one symbol.
    timeframe : str
        Bar length.
    settings : LabelSettings
        Method, threshold and horizon.

    Raises
    ------
    UnknownName
        If there is no such method.
    """
    prices = PriceArrays.of(bars)
    label = LABELERS.get(settings.method, where="labels.method")(prices, _thresholds(prices, settings), settings)
    closes = close_times(bars.index, timeframe)
    horizon = np.minimum(np.arange(len(bars)) + settings.lookahead, len(bars) - 1)
    return Labels(label, np.where(label == UNLABELLED, closes, closes[horizon]))


def _thresholds(prices: PriceArrays, settings: LabelSettings) -> NDArray[np.float64]:
    if settings.threshold_unit == "fraction":
        return np.full(len(prices), settings.threshold)
    engine = IndicatorEngine([IndicatorConfig("atr", "atr", {"period": settings.atr_period})])
    return settings.threshold * engine.calculate(prices)["atr"] / prices.close
