"""Labelers by name, and the labels of a series with the time at which each one was known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.registry import Registry
from ktrdr_app.data.bars import PriceArrays, close_times
from ktrdr_app.indicators.engine import IndicatorConfig, IndicatorEngine
from ktrdr_app.labels.barriers import triple_barrier
from ktrdr_app.labels.decided import CLASS_NAMES, UNLABELLED, Decided
from ktrdr_app.labels.first_touch import decide_first_touch, decide_fixed_horizon
from ktrdr_app.labels.swings import decide_segment
from ktrdr_app.strategy.schema import LabelSettings

Labeler = Callable[[PriceArrays, NDArray[np.float64], LabelSettings], Decided]


@dataclass(frozen=True)
class LabelMethod:
    """A way to label bars.

    Attributes
    ----------
    name : str
        The word that strategies use under ``labels.method``.
    decide : callable
        From prices, thresholds as fractions of each bar's close, and settings to labels.
    summary : str
        What BUY, HOLD and SELL mean, in a sentence.
    settings : frozenset of str
        Fields of `LabelSettings` that it reads, beside method, threshold and its unit.
    hindsight : bool
        Whether a label asks for something that only the past can tell: then a good score says little about the next
        bars, and whatever shows the labels or a model trained on them says so.
    """

    name: str
    decide: Labeler
    summary: str
    settings: frozenset[str]
    hindsight: bool


LABELERS: Registry[LabelMethod] = Registry("label method")


def labeler(
    name: str, summary: str = "", settings: tuple[str, ...] = ("lookahead",), *, hindsight: bool = False
) -> Callable[[Labeler], Labeler]:
    """Register a labeler.

    Parameters
    ----------
    name : str
        The word that strategies use under ``labels.method``.
    summary : str
        What BUY, HOLD and SELL mean, in a sentence.
    settings : tuple of str
        Fields of `LabelSettings` that it reads, beside method, threshold and its unit; others are refused.
    hindsight : bool
        As for `LabelMethod`.
    """

    def register(function: Labeler) -> Labeler:
        LABELERS.add(name, LabelMethod(name, function, summary, frozenset(settings), hindsight))
        return function

    return register


@labeler("zigzag", "the first move of the threshold, up or down, of the closes within the lookahead; HOLD if none")
def _zigzag(prices: PriceArrays, threshold: NDArray[np.float64], settings: LabelSettings) -> Decided:
    return decide_first_touch(prices.close, threshold, settings.lookahead)


@labeler(
    "triple_barrier",
    "the trade, long or short from the next open, that first takes its profit before its stop; HOLD if neither does",
    ("lookahead", "take_profit", "stop_loss", "both_touched"),
)
def _triple_barrier(prices: PriceArrays, threshold: NDArray[np.float64], settings: LabelSettings) -> Decided:
    return triple_barrier(
        prices,
        threshold,
        settings.lookahead,
        take_profit=settings.take_profit,
        stop_loss=settings.stop_loss,
        both_touched=settings.both_touched,
    )


@labeler("fixed_horizon", "where the close stands after exactly lookahead bars; HOLD within the threshold")
def _fixed_horizon(prices: PriceArrays, threshold: NDArray[np.float64], settings: LabelSettings) -> Decided:
    return decide_fixed_horizon(prices.close, threshold, settings.lookahead)


@labeler("segment", "the direction of the whole swing that a bar lies in; HOLD on the turns alone", (), hindsight=True)
def _segment(prices: PriceArrays, threshold: NDArray[np.float64], _: LabelSettings) -> Decided:
    return decide_segment(prices.close, threshold)


@dataclass(frozen=True)
class Labels:
    """The labels of one symbol.

    Attributes
    ----------
    label : ndarray of int8, shape (n_bars,)
        BUY 0, HOLD 1, SELL 2, -1 where there is none.
    label_end : ndarray of int64, shape (n_bars,)
        Close of the bar at which the label was known, nanoseconds UTC: the last bar of the horizon, the bar that
        touched a barrier, or the one that confirmed a turn. For bars without a label, their own close.
    realised : ndarray of float64, shape (n_bars,)
        Return of the price from the labeler's entry to its exit, a fraction before costs; NaN where there is none.
    end_row : ndarray of int64, shape (n_bars,)
        Row of the bar that closes at ``label_end``.
    """

    label: NDArray[np.int8]
    label_end: NDArray[np.int64]
    realised: NDArray[np.float64]
    end_row: NDArray[np.int64]

    def counts(self) -> NDArray[np.int64]:
        """Return the number of labels of each class, in the order of `CLASS_NAMES`."""
        return class_counts(self.label)

    def balance(self) -> dict[str, float]:
        """Return the share of each class among labelled bars; all 0 where no bar has a label."""
        return shares_of(self.counts())


def class_counts(label: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the number of labels of each class.

    Parameters
    ----------
    label : ndarray of int8, shape (n_bars,)
        Classes, and -1 for none, which does not count.
    """
    return np.bincount(label[label != UNLABELLED], minlength=len(CLASS_NAMES))


def shares_of(counts: NDArray[np.int64]) -> dict[str, float]:
    """Return counts of the classes as shares by name; all 0 if there is nothing.

    Parameters
    ----------
    counts : ndarray of int64, shape (3,)
        Labels of each class.
    """
    total = max(1, int(counts.sum()))
    return {name: float(count / total) for name, count in zip(CLASS_NAMES, counts, strict=True)}


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
    decided = decide(PriceArrays.of(bars), settings)
    closes = close_times(bars.index, timeframe)
    return Labels(decided.label, closes[decided.end_row], decided.realised, decided.end_row)


def decide(prices: PriceArrays, settings: LabelSettings) -> Decided:
    """Label a series by rows, without its times.

    Parameters
    ----------
    prices : PriceArrays
        Bars of one symbol.
    settings : LabelSettings
        Method, threshold and horizon.

    Raises
    ------
    UnknownName
        If there is no such method.
    """
    method = LABELERS.get(settings.method, where="labels.method")
    return method.decide(prices, _thresholds(prices, settings), settings)


def _thresholds(prices: PriceArrays, settings: LabelSettings) -> NDArray[np.float64]:
    if settings.threshold_unit == "fraction":
        return np.full(len(prices), settings.threshold)
    engine = IndicatorEngine([IndicatorConfig("atr", "atr", {"period": settings.atr_period})])
    return settings.threshold * engine.calculate(prices)["atr"] / prices.close


def settings_without_effect(written: Mapping[str, object]) -> list[str]:
    """Return what a strategy says under ``labels`` that its method does not read.

    Parameters
    ----------
    written : mapping
        The section as it stands in a file; it need not follow the grammar.

    Returns
    -------
    list of str
        Fields in the order written. One that repeats the default is passed over: it claims nothing.
    """
    name = written.get("method", LabelSettings.model_fields["method"].default)
    if not isinstance(name, str) or name not in LABELERS:
        return []
    read = LABELERS.get(name).settings | {"method", "threshold", "threshold_unit"}
    if written.get("threshold_unit") == "atr":
        read |= {"atr_period"}
    fields = LabelSettings.model_fields
    return [key for key, value in written.items() if key in fields and key not in read and value != fields[key].default]
