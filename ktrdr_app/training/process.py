"""One symbol, from bars to labelled rows: every array cut by the same mask, so that rows stay paired."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.data.bars import close_times
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.labels.first_touch import UNLABELLED
from ktrdr_app.labels.labelers import label_bars

LEAST_ROWS = 100
"""Fewest usable rows of a symbol that can take part in a training."""


@dataclass(frozen=True)
class ProcessedSymbol:
    """One symbol, ready to be combined with others.

    Attributes
    ----------
    symbol : str
        Which one.
    block : FeatureBlock
        Its labelled rows in order of time.
    bars : int
        Bars it came from.
    warm_up_rows : int
        Bars dropped because a feature was not there yet.
    seconds : dict of str to float
        Wall seconds of ``indicators``, ``fuzzy``, ``features`` and ``labels``.
    """

    symbol: str
    block: FeatureBlock
    bars: int
    warm_up_rows: int
    seconds: dict[str, float]


def process_symbol(
    symbol: str, bars: pd.DataFrame, timeframe: str, plan: FeaturePlan, cache: FeatureCache | None = None
) -> ProcessedSymbol:
    """Compute features and labels of one symbol and keep the rows that have both.

    Parameters
    ----------
    symbol : str
        Its name.
    bars : DataFrame
        Its bars.
    timeframe : str
        Bar length.
    plan : FeaturePlan
        What to compute.
    cache : FeatureCache, optional
        Where features of these bars may be known already.

    Raises
    ------
    TooFewRows
        If fewer than `LEAST_ROWS` rows have features and a label.
    """
    seconds = dict.fromkeys(("indicators", "fuzzy", "features"), 0.0)
    frame = (cache or FeatureCache(timeframe)).features(bars, plan, seconds)
    began = time.perf_counter()
    labels = label_bars(bars, timeframe, plan.strategy.labels)
    seconds["labels"] = time.perf_counter() - began
    usable: NDArray[np.bool_] = frame.valid & (labels.label != UNLABELLED)
    rows = int(usable.sum())
    if rows < LEAST_ROWS:
        warm_up, horizon = int((~frame.valid).sum()), plan.strategy.labels.lookahead
        reason = f"of {len(bars)} bars, {warm_up} are warm-up and the last {horizon} have no complete label"
        raise TooFewRows(f"{symbol} {timeframe}", rows, LEAST_ROWS, reason)
    block = FeatureBlock(
        contract=frame.contract,
        symbols=(symbol,),
        values=np.ascontiguousarray(frame.values[usable]),
        label=labels.label[usable],
        symbol_id=np.zeros(rows, dtype=np.int16),
        close_time=close_times(bars.index, timeframe)[usable],
        label_end=labels.label_end[usable],
    )
    return ProcessedSymbol(symbol, block, len(bars), int((~frame.valid).sum()), seconds)
