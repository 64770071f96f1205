"""Rules that need no network, held against labels and against the next bars: what a model must beat to have learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.engine import IndicatorConfig, IndicatorEngine
from ktrdr_app.labels.decided import BUY, SELL, UNLABELLED

RULES: dict[str, str] = {
    "majority": "always the most frequent class",
    "always_buy": "always BUY",
    "momentum_20": "BUY if the close is above that of 20 bars ago, else SELL",
    "above_sma_20": "BUY if the close is above its mean of 20 bars, else SELL",
    "last_known": "the latest label known at the bar's close",
}
"""Rules by name and in words. Each knows at a bar what is known at its close; the majority is that of all labels."""

HORIZONS = (1, 5, 20)
"""Bars over which a rule's BUY and SELL are held against the return."""

_LAG = 20


@dataclass(frozen=True)
class Tally:
    """How often a rule was right.

    Attributes
    ----------
    hits, rows : int
        Labels that it named, of the labelled bars on which it named one.
    next_hits, next_rows : tuple of int
        For each of `HORIZONS`, returns of the sign that it named, of the labelled bars on which it named BUY or SELL
        and the close of so many bars later is there and differs.
    """

    hits: int
    rows: int
    next_hits: tuple[int, ...]
    next_rows: tuple[int, ...]

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """Return the tally of several symbols together.

        Parameters
        ----------
        parts : iterable of Tally
            One for each symbol.
        """
        known = list(parts)
        hits = tuple(map(sum, zip(*(part.next_hits for part in known), strict=True)))
        rows = tuple(map(sum, zip(*(part.next_rows for part in known), strict=True)))
        return cls(sum(part.hits for part in known), sum(part.rows for part in known), hits, rows)

    @property
    def hit_rate(self) -> float | None:
        """Share of labels that it named; None where it named none."""
        return self.hits / self.rows if self.rows else None

    @property
    def next_hit_rates(self) -> dict[int, float | None]:
        """Share of the next returns whose sign it named, by bars; None where it named none."""
        counted = zip(HORIZONS, self.next_hits, self.next_rows, strict=True)
        return {horizon: hits / rows if rows else None for horizon, hits, rows in counted}

    def document(self) -> dict[str, object]:
        """Return rates and rows as JSON types; what does not exist is null."""
        return {
            "hit_rate": self.hit_rate,
            "rows": self.rows,
            "next_hit_rate": {str(horizon): rate for horizon, rate in self.next_hit_rates.items()},
            "next_rows": dict(zip(map(str, HORIZONS), self.next_rows, strict=True)),
        }


def tallies(
    prices: PriceArrays, label: NDArray[np.int8], end_row: NDArray[np.int64], majority: int
) -> dict[str, Tally]:
    """Hold every rule against the labels of one symbol and against its next bars.

    Parameters
    ----------
    prices : PriceArrays
        Its bars.
    label : ndarray of int8, shape (n_bars,)
        Its labels.
    end_row : ndarray of int64, shape (n_bars,)
        Row at whose close each label was known.
    majority : int
        Class that the first rule names.

    Returns
    -------
    dict of str to Tally
        In the order of `RULES`.
    """
    guesses = {
        "majority": np.full(len(label), majority, dtype=np.int8),
        "always_buy": np.full(len(label), BUY, dtype=np.int8),
        "momentum_20": _momentum(prices.close),
        "above_sma_20": _above_mean(prices),
        "last_known": last_known(label, end_row),
    }
    return {name: _tally(guess, label, prices.close) for name, guess in guesses.items()}


def _momentum(close: NDArray[np.float64]) -> NDArray[np.int8]:
    guess = np.full(len(close), UNLABELLED, dtype=np.int8)
    guess[_LAG:] = np.where(close[_LAG:] > close[:-_LAG], BUY, SELL)
    return guess


def _above_mean(prices: PriceArrays) -> NDArray[np.int8]:
    mean = IndicatorEngine([IndicatorConfig("sma", "sma", {"period": _LAG})]).calculate(prices)["sma"]
    guess = np.where(prices.close > mean, BUY, SELL).astype(np.int8)
    guess[np.isnan(mean)] = UNLABELLED
    return guess


def last_known(label: NDArray[np.int8], end_row: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return at each bar the label of the latest bar whose label is known at its close.

    Parameters
    ----------
    label : ndarray of int8, shape (n_bars,)
        Labels, -1 for none.
    end_row : ndarray of int64, shape (n_bars,)
        Row at whose close each label was known.

    Returns
    -------
    ndarray of int8, shape (n_bars,)
        -1 as long as none is known.
    """
    rows = np.flatnonzero(label != UNLABELLED)
    newest = np.full(len(label), -1, dtype=np.int64)
    np.maximum.at(newest, end_row[rows], rows)
    newest = np.maximum.accumulate(newest)
    return np.where(newest >= 0, label[newest], UNLABELLED).astype(np.int8)


def _tally(guess: NDArray[np.int8], label: NDArray[np.int8], close: NDArray[np.float64]) -> Tally:
    named = (guess != UNLABELLED) & (label != UNLABELLED)
    hits, rows = [], []
    for horizon in HORIZONS:
        moves = close[horizon:] - close[: max(0, len(close) - horizon)]
        guessed = guess[: len(moves)]
        counted = named[: len(moves)] & ((guessed == BUY) | (guessed == SELL)) & (moves != 0.0)
        rows.append(int(counted.sum()))
        hits.append(int(((moves > 0.0) == (guessed == BUY))[counted].sum()))
    return Tally(int((guess == label)[named].sum()), int(named.sum()), tuple(hits), tuple(rows))
