"""What a network is asked to predict, in figures: shares, runs, what trivial rules reach, and a better threshold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.decided import CLASS_NAMES, UNLABELLED
from ktrdr_app.labels.labelers import LABELERS, LabelMethod, Labels, shares_of
from ktrdr_app.labels.rules import HORIZONS, RULES, Tally, tallies
from ktrdr_app.labels.suggestion import RARE, Suggestion, suggest
from ktrdr_app.labels.uniqueness import uniqueness
from ktrdr_app.strategy.schema import LabelSettings

LONG_RUNS = 20.0
"""Mean run in bars from which labels are said to be near-copies of their neighbours."""


@dataclass(frozen=True)
class Runs:
    """Stretches of bars with one label; a bar without a label ends one.

    Attributes
    ----------
    count : int
        How many.
    mean, median : float
        Bars in one; 0 where there is none.
    longest : int
        Bars in the longest.
    """

    count: int
    mean: float
    median: float
    longest: int

    @classmethod
    def of(cls, *labels: NDArray[np.int8]) -> Runs:
        """Return the runs of one or more series.

        Parameters
        ----------
        *labels : ndarray of int8, shape (n_bars,)
            Classes, and -1 for none.
        """
        lengths = np.concatenate([np.zeros(0, dtype=np.int64), *map(_run_lengths, labels)])
        if not len(lengths):
            return cls(0, 0.0, 0.0, 0)
        return cls(len(lengths), float(lengths.mean()), float(np.median(lengths)), int(lengths.max()))

    def document(self) -> dict[str, Any]:
        """Return the figures as JSON types."""
        return {"count": self.count, "mean": self.mean, "median": self.median, "longest": self.longest}


def _run_lengths(label: NDArray[np.int8]) -> NDArray[np.int64]:
    starts = np.flatnonzero(np.diff(label, prepend=np.int8(-2)))
    lengths = np.diff(np.append(starts, len(label)))
    labelled: NDArray[np.int64] = lengths[label[starts] != UNLABELLED]
    return labelled


@dataclass(frozen=True)
class LabelFigures:
    """The labels of one symbol, or of all together.

    Attributes
    ----------
    bars : int
        All bars.
    counts : dict of str to int
        Labels of each class.
    balance : dict of str to float
        Their shares; all 0 where no bar has a label.
    returns : dict of str to float or None
        Mean realised return of the labels of each class, as a fraction before costs; None where there is none.
    runs : Runs
        Stretches of one label.
    bars_to_end : float or None
        Median number of bars after which a label is known.
    uniqueness : float or None
        Mean of `uniqueness`: how much of a label is its own.
    rules : dict of str to Tally
        What the rules of `RULES` reach.
    """

    bars: int
    counts: dict[str, int]
    balance: dict[str, float]
    returns: dict[str, float | None]
    runs: Runs
    bars_to_end: float | None
    uniqueness: float | None
    rules: dict[str, Tally]

    @property
    def labelled(self) -> int:
        """Bars with a label."""
        return sum(self.counts.values())

    @property
    def rare(self) -> dict[str, float]:
        """Classes that are nearly absent, with their shares; none where there are no labels at all."""
        return {name: share for name, share in self.balance.items() if self.labelled and share < RARE}

    def document(self) -> dict[str, Any]:
        """Return the figures as JSON types."""
        return {
            "bars": self.bars,
            "labelled": self.labelled,
            "counts": self.counts,
            "balance": self.balance,
            "mean_return": self.returns,
            "runs": self.runs.document(),
            "median_bars_to_end": self.bars_to_end,
            "uniqueness": self.uniqueness,
            "rules": {name: tally.document() for name, tally in self.rules.items()},
        }


@dataclass(frozen=True)
class LabelReport:
    """The labels of a training, or of one series.

    Attributes
    ----------
    method : LabelMethod
        How bars were labelled, and whether that is hindsight.
    settings : LabelSettings
        With which settings.
    symbols : dict of str to LabelFigures
        Each symbol.
    pooled : LabelFigures
        All symbols together, each label counting once.
    suggestion : Suggestion or None
        Another threshold, where a class is nearly absent and one would help.
    notes : tuple of str
        What a reader should know, in sentences.
    """

    method: LabelMethod
    settings: LabelSettings
    symbols: dict[str, LabelFigures]
    pooled: LabelFigures
    suggestion: Suggestion | None
    notes: tuple[str, ...]

    @property
    def rules(self) -> dict[str, str]:
        """The rules in words, by name."""
        return RULES

    @property
    def horizons(self) -> tuple[int, ...]:
        """Bars over which rules are held against the return."""
        return HORIZONS

    def document(self) -> dict[str, Any]:
        """Return the report as JSON types, for manifests and ``--json``."""
        return {
            "method": self.method.name,
            "meaning": self.method.summary,
            "hindsight": self.method.hindsight,
            "threshold": self.settings.threshold,
            "threshold_unit": self.settings.threshold_unit,
            "symbols": {symbol: figures.document() for symbol, figures in self.symbols.items()},
            "pooled": self.pooled.document(),
            "suggestion": None if self.suggestion is None else self.suggestion.document(),
            "notes": list(self.notes),
        }


def label_report(
    labels_by_symbol: Mapping[str, Labels], bars_by_symbol: Mapping[str, pd.DataFrame], settings: LabelSettings
) -> LabelReport:
    """Describe labels, and look for a better threshold where a class is nearly absent.

    Parameters
    ----------
    labels_by_symbol : mapping of str to Labels
        What `label_bars` made of each symbol with these settings; at least one symbol.
    bars_by_symbol : mapping of str to DataFrame
        The bars they were made of.
    settings : LabelSettings
        Method, threshold and horizon.

    Returns
    -------
    LabelReport
        Rates are shares of labelled bars. Every figure looks at all bars given: it describes what is asked, it does
        not judge a model.

    Raises
    ------
    UnknownName
        If there is no such method.
    """
    method = LABELERS.get(settings.method, where="labels.method")
    prices = {symbol: PriceArrays.of(bars_by_symbol[symbol]) for symbol in labels_by_symbol}
    symbols = {symbol: _figures({symbol: labels}, prices) for symbol, labels in labels_by_symbol.items()}
    pooled = next(iter(symbols.values())) if len(symbols) == 1 else _figures(labels_by_symbol, prices)
    suggestion = suggest(list(prices.values()), settings) if pooled.rare and not method.hindsight else None
    notes = tuple(_notes(method, settings, symbols, pooled, suggestion))
    return LabelReport(method, settings, symbols, pooled, suggestion, notes)


def _figures(labels: Mapping[str, Labels], prices: Mapping[str, PriceArrays]) -> LabelFigures:
    counts = np.sum([made.counts() for made in labels.values()], axis=0)
    majority = int(counts.argmax())
    by_symbol = [tallies(prices[name], made.label, made.end_row, majority) for name, made in labels.items()]
    spans = [(made.end_row - np.arange(len(made.label)))[made.label != UNLABELLED] for made in labels.values()]
    own = [uniqueness(made.label, made.end_row)[made.label != UNLABELLED] for made in labels.values()]
    known = counts.sum() > 0
    shares = shares_of(counts)
    return LabelFigures(
        bars=sum(len(made.label) for made in labels.values()),
        counts=dict(zip(shares, counts.tolist(), strict=True)),
        balance=shares,
        returns=_mean_returns(labels.values()),
        runs=Runs.of(*(made.label for made in labels.values())),
        bars_to_end=float(np.median(np.concatenate(spans))) if known else None,
        uniqueness=float(np.concatenate(own).mean()) if known else None,
        rules={rule: Tally.total(part[rule] for part in by_symbol) for rule in by_symbol[0]},
    )


def _mean_returns(labels: Collection[Labels]) -> dict[str, float | None]:
    label = np.concatenate([made.label for made in labels])
    realised = np.concatenate([made.realised for made in labels])
    found: dict[str, float | None] = {}
    for place, name in enumerate(CLASS_NAMES):
        own = realised[(label == place) & ~np.isnan(realised)]
        found[name] = float(own.mean()) if len(own) else None
    return found


def _notes(
    method: LabelMethod,
    settings: LabelSettings,
    symbols: Mapping[str, LabelFigures],
    pooled: LabelFigures,
    suggestion: Suggestion | None,
) -> Iterator[str]:
    if method.hindsight:
        yield (
            f"{method.name} labels are hindsight: they say which swing a bar lay in, known only after its end. "
            "A model that scores well on them need not know anything of the next bars."
        )
    if not pooled.labelled:
        yield "No bar has a label: there are too few bars for the horizon, or no swing is complete."
        return
    rare = ", ".join(f"{name} ({share:.1%})" for name, share in pooled.rare.items())
    if suggestion is not None:
        shares = ", ".join(f"{name} {share:.1%}" for name, share in suggestion.balance.items())
        yield f"Nearly absent: {rare}. A threshold of {suggestion.threshold:g} would give {shares}."
    elif rare and not method.hindsight:
        yield f"Nearly absent: {rare}. No threshold changes that on these bars."
    alone = [symbol for symbol, figures in symbols.items() if figures.rare and set(figures.rare) - set(pooled.rare)]
    if alone and not method.hindsight:
        remedy = "; a threshold in ATR means the same on every symbol" if settings.threshold_unit == "fraction" else ""
        yield f"A class that is common elsewhere is nearly absent on {', '.join(alone)}{remedy}."
    if pooled.runs.mean >= LONG_RUNS:
        yield (
            f"A label lasts {pooled.runs.mean:.0f} bars on average: neighbouring rows are near-copies, and the "
            f"{pooled.labelled:,} labels stand for far fewer (runs: {pooled.runs.count:,})."
        )
