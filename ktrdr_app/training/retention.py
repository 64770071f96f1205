"""How much of a universal model's skill is left on symbols it never saw, and what may be said of it.

Skill of model m on symbol s is K(m, s) = 1 - NLL_m(s)/NLL_prior(s) over test rows, the prior being the class
frequencies of m's own training rows. With U the model of all symbols and U₋s the one without s, retention is
R = Σ w_s K(U₋s, s) / Σ w_s K(U, s), w_s the effective number of test rows of s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.neural.bootstrap import StationaryBootstrap, block_length, interval
from ktrdr_app.training.folds import Losses

PASS, FAIL, NO_SKILL, NOT_EVALUABLE = "pass", "fail", "no skill to generalise", "not evaluable"
"""Verdicts."""

REQUIRED = 0.8
"""Least lower bound of retention."""

FLOOR = -0.01
"""Least skill on any symbol that was left out."""


@dataclass(frozen=True)
class Bounded:
    """A figure with its 90 % interval.

    Attributes
    ----------
    value : float
        On the rows themselves.
    low, high : float
        5 % of the replicates lie below, and 5 % above.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Skill:
    """A model's skill on one symbol.

    Attributes
    ----------
    value : float
        1 - NLL/prior NLL.
    replicates : ndarray of float64, shape (repeats,)
        The same on every replicate of the test span; NaN where the symbol has no row in it.
    """

    value: float
    replicates: NDArray[np.float64]

    def bounded(self) -> Bounded:
        """Return the value with its interval, over the replicates that have rows."""
        return Bounded(self.value, *interval(self.replicates[~np.isnan(self.replicates)]))


@dataclass(frozen=True)
class TestSpan:
    """The test rows of all symbols on one clock, with one resampling of it for every symbol and model.

    Attributes
    ----------
    slot : dict of str to ndarray of int
        Place of each row's close time among those of all symbols.
    resample : StationaryBootstrap
        Replicates of the span.
    """

    __test__ = False  # not a test, whatever pytest thinks of the name

    slot: Mapping[str, NDArray[np.intp]]
    resample: StationaryBootstrap

    def skill(self, symbol: str, losses: Losses) -> Skill:
        """Return a model's skill on a symbol, on all rows and on every replicate.

        Parameters
        ----------
        symbol : str
            Whose rows they are.
        losses : Losses
            Of the model and its prior, in the order of the symbol's ``slot``.
        """
        place, slots = self.slot[symbol], self.resample.slots
        table = [np.bincount(place, weights=column, minlength=slots) for column in (losses.model, losses.prior)]
        sums = self.resample.sums(np.column_stack(table))
        replicates = np.full(len(sums), np.nan)
        np.divide(sums[:, 0], sums[:, 1], out=replicates, where=sums[:, 1] > 1e-9)
        return Skill(float(1 - losses.model.sum() / losses.prior.sum()), 1 - replicates)


def span_of(
    slots: int,
    slot: Mapping[str, NDArray[np.intp]],
    gains: Sequence[Mapping[str, NDArray[np.float64]]],
    least: float,
    seed: int,
) -> TestSpan:
    """Return the test span with blocks as long as the slowest of the given gains asks for.

    Parameters
    ----------
    slots : int
        Distinct close times of all symbols.
    slot : mapping of str to ndarray of int
        Place of each row among them, by symbol.
    gains : sequence of mapping of str to ndarray of float64
        Row by row, how much less a model loses than its prior, by symbol; one mapping a set of models.
    least : float
        Least mean length of a block, slots: those that a label looks ahead.
    seed : int
        The run's seed.
    """
    lengths = [least]
    for gain in gains:
        series = np.zeros(slots)
        for symbol, values in gain.items():
            series += np.bincount(slot[symbol], weights=values, minlength=slots)
        lengths.append(block_length(series, least=least))
    return TestSpan(slot, StationaryBootstrap(slots, max(1.0, *lengths), seed=seed))


def effective_rows(gain: NDArray[np.float64]) -> float:
    """Return how many independent rows say as much about a mean as these neighbours do.

    n / (1 + 2 Σ ρ_k), the sum taken over pairs of lags for as long as a pair is above 0 (Geyer 1992, the initial
    positive sequence); never more than n.

    Parameters
    ----------
    gain : ndarray of float64, shape (n_rows,)
        How much less the model loses than its prior, row by row in order of time.
    """
    rows = len(gain)
    spread = gain - gain.mean()
    if rows < 2 or not float(spread @ spread) > 0:
        return float(rows)
    waves = np.fft.rfft(spread, 2 * rows)  # padded, so that nothing wraps around
    covariance = np.fft.irfft(np.abs(waves) ** 2, 2 * rows)[: rows // 2 * 2]
    pairs = (covariance / covariance[0]).reshape(-1, 2).sum(axis=1)
    ended = np.flatnonzero(pairs <= 0)
    kept = pairs[: ended[0]] if len(ended) else pairs
    return float(rows / max(1.0, 2 * kept.sum() - 1))


@dataclass(frozen=True)
class Retention:
    """What is left of the skill on some symbols, and the verdict.

    Attributes
    ----------
    symbols : tuple of str
        Those that were left out, one by one or together.
    verdict : str
        `PASS`, `FAIL` or `NO_SKILL`.
    skill : Bounded
        Weighted mean skill on them of the model of all symbols.
    kept : Bounded
        The same of the models that never saw them.
    retention : Bounded, optional
        kept / skill; None without skill to divide by.
    unseen : dict of str to Bounded
        Skill on each of a model that never saw it.
    costliest : str
        Symbol on which most of the weighted skill is lost.
    """

    symbols: tuple[str, ...]
    verdict: str
    skill: Bounded
    kept: Bounded
    retention: Bounded | None
    unseen: dict[str, Bounded]
    costliest: str

    @property
    def short(self) -> bool:
        """Whether the lower bound of retention is below `REQUIRED`."""
        return self.retention is not None and self.retention.low < REQUIRED

    @property
    def below_floor(self) -> tuple[str, ...]:
        """Symbols on which an unseen model's skill is below `FLOOR`, the worst first."""
        found = [symbol for symbol in self.symbols if self.unseen[symbol].value < FLOOR]
        return tuple(sorted(found, key=lambda symbol: self.unseen[symbol].value))


def retention_of(seen: Mapping[str, Skill], unseen: Mapping[str, Skill], weights: Mapping[str, float]) -> Retention:
    """Judge how much skill is left on symbols that were left out.

    Retention can be judged only where there is skill: the lower bound of Σ w_s K(U, s) must be above 0. It passes if
    its own lower bound is at least `REQUIRED` and no symbol's skill lies below `FLOOR`. Numerator and denominator are
    resampled together; a replicate without skill to divide by counts as nothing kept.

    Parameters
    ----------
    seen : mapping of str to Skill
        Of the model of all symbols; at least the symbols in ``unseen``.
    unseen : mapping of str to Skill
        Of models that never saw the symbol.
    weights : mapping of str to float
        Weight of each symbol, above 0.
    """
    symbols = tuple(unseen)
    shares = np.array([weights[symbol] for symbol in symbols])
    shares = shares / shares.sum()
    skill, skill_replicates = _mean([seen[symbol] for symbol in symbols], shares)
    kept, kept_replicates = _mean([unseen[symbol] for symbol in symbols], shares)
    lost = shares * [seen[symbol].value - unseen[symbol].value for symbol in symbols]
    alone = {symbol: unseen[symbol].bounded() for symbol in symbols}
    retention, verdict = None, NO_SKILL
    if skill.low > 0:
        replicates = np.zeros(len(skill_replicates))
        np.divide(kept_replicates, skill_replicates, out=replicates, where=skill_replicates > 0)
        retention = Bounded(kept.value / skill.value, *interval(replicates))
        floor_held = min(figure.value for figure in alone.values()) >= FLOOR
        verdict = PASS if retention.low >= REQUIRED and floor_held else FAIL
    return Retention(symbols, verdict, skill, kept, retention, alone, symbols[int(np.argmax(lost))])


def _mean(skills: list[Skill], shares: NDArray[np.float64]) -> tuple[Bounded, NDArray[np.float64]]:
    """Return the weighted mean skill and its replicates; a symbol adds nothing to a replicate without its rows."""
    replicates = np.nansum(np.column_stack([entry.replicates for entry in skills]) * shares, axis=1)
    value = float(np.array([entry.value for entry in skills]) @ shares)
    return Bounded(value, *interval(replicates)), replicates
