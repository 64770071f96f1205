"""One symbol, from bars to labelled rows: every array cut by the same mask, so that rows stay paired."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import NotFinite, TooFewRows
from ktrdr_app.data.bars import close_times, fingerprint
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureBlock, FeatureFrame
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.labels.first_touch import CLASS_NAMES, UNLABELLED
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.report import label_report

LEAST_ROWS = 100
"""Fewest usable rows of a symbol that can take part in a training."""


@dataclass(frozen=True, kw_only=True)
class SymbolFacts:
    """What is remembered of a symbol when its bars are let go.

    Attributes
    ----------
    symbol : str
        Which one.
    bars : int
        Bars it has.
    first, last : Timestamp
        Opens of its first and last bar, UTC.
    fingerprint : str
        SHA-256 of its bars.
    warm_up_rows : int
        Bars before the first that has every feature.
    gap_rows : dict of str to int
        Later bars that lack a feature and are left out, by the features that they lack.
    class_counts : tuple of int
        Labelled rows that are BUY, HOLD, SELL.
    label_report : dict
        What its labels are like, as `labels.report.LabelReport.document` has it of a symbol, with a better
        ``suggestion`` where a class is nearly absent, and ``notes``.
    seconds : dict of str to float
        Wall seconds of ``indicators``, ``fuzzy``, ``features`` and ``labels``.
    """

    symbol: str
    bars: int
    first: pd.Timestamp
    last: pd.Timestamp
    fingerprint: str
    warm_up_rows: int
    gap_rows: dict[str, int]
    class_counts: tuple[int, ...]
    label_report: dict[str, Any]
    seconds: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class ProcessedSymbol(SymbolFacts):
    """One symbol, ready to be combined with others.

    Attributes
    ----------
    block : FeatureBlock
        Its labelled rows in order of time.
    """

    block: FeatureBlock

    def facts(self) -> SymbolFacts:
        """Return what is to be remembered, without the rows."""
        return SymbolFacts(**{field.name: getattr(self, field.name) for field in fields(SymbolFacts)})


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
    NotFinite
        If a feature is infinite after the warm-up, or not there on any bar.
    TooFewRows
        If fewer than `LEAST_ROWS` rows have features and a label.
    """
    seconds = dict.fromkeys(("indicators", "fuzzy", "features"), 0.0)
    frame = (cache or FeatureCache(timeframe)).features(bars, plan, seconds)
    if not frame.valid.any() and len(bars) < _longest_window(plan):
        reason = f"of {len(bars)} bars, all are warm-up: some figures look back {_longest_window(plan)} bars"
        raise TooFewRows(f"{symbol} {timeframe}", 0, LEAST_ROWS, reason)
    warm_up, gaps = _missing(symbol, frame)
    began = time.perf_counter()
    labels = label_bars(bars, timeframe, plan.strategy.labels)
    report = label_report({symbol: labels}, {symbol: bars}, plan.strategy.labels).document()
    told = report["symbols"][symbol] | {"suggestion": report["suggestion"], "notes": report["notes"]}
    seconds["labels"] = time.perf_counter() - began
    usable: NDArray[np.bool_] = frame.valid & (labels.label != UNLABELLED)
    rows = int(usable.sum())
    if rows < LEAST_ROWS:
        unlabelled = int((labels.label == UNLABELLED).sum())
        reason = f"of {len(bars)} bars, {warm_up} are warm-up and {unlabelled} have no complete label"
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
    return ProcessedSymbol(
        symbol=symbol,
        bars=len(bars),
        first=frame.index[0],
        last=frame.index[-1],
        fingerprint=fingerprint(bars),
        warm_up_rows=warm_up,
        gap_rows=gaps,
        class_counts=tuple(np.bincount(block.label, minlength=len(CLASS_NAMES)).tolist()),
        label_report=told,
        seconds=seconds,
        block=block,
    )


def _longest_window(plan: FeaturePlan) -> int:
    """Return the past bars that the longest z-score of a strategy may look at."""
    strategy = plan.strategy
    return max(strategy.features.zscore_window, *(entry.window for entry in strategy.fuzzy_sets.values()))


def _missing(symbol: str, frame: FeatureFrame) -> tuple[int, dict[str, int]]:
    """Return the number of warm-up rows, and which features are not there how often after it."""
    present = np.flatnonzero(frame.valid)
    warm_up = int(present[0]) if len(present) else len(frame.valid)
    holes = np.flatnonzero(~frame.valid[warm_up:]) + warm_up if len(present) else np.arange(len(frame.valid))
    wrong = ~np.isfinite(frame.values[holes])
    lacking = {name: int(count) for name, count in zip(frame.contract.names, wrong.sum(axis=0), strict=True) if count}
    for column, name in enumerate(frame.contract.names):
        if name in lacking and (np.isinf(frame.values[holes, column]).any() or lacking[name] == len(frame.valid)):
            first = frame.index[holes[np.argmax(wrong[:, column])]]
            raise NotFinite(name, symbol, lacking[name], len(frame.valid), first.isoformat())
    return warm_up, lacking if len(present) else {}
