"""How far a figure would scatter on other data of the same kind: the stationary block bootstrap over time.

Neighbouring rows share bars, labels and news, so single rows must not be drawn; whole stretches of time are, the same
ones for every symbol.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.kernels import kernel, warms_up

REPEATS = 2000
"""Replicates of an interval."""

COVERAGE = 0.9
"""Share of replicates that an interval holds; 5 % lie below it and 5 % above."""


@dataclass(frozen=True)
class StationaryBootstrap:
    """Replicates of a stretch of time: blocks of neighbouring time slots, drawn with replacement.

    Blocks start anywhere with equal chance, their lengths are geometric with mean ``block``, and time is a circle
    (Politis and Romano 1994). The draws depend on the fields alone, so whatever is asked of one bootstrap - the sums of
    one symbol after another, or of two models - is answered on the same replicates.

    Attributes
    ----------
    slots : int
        Time slots, such as the distinct close times of all symbols.
    block : float
        Mean length of a block in slots, 1 or more.
    repeats : int
        Replicates.
    seed : int
        The run's seed.
    """

    slots: int
    block: float
    repeats: int = REPEATS
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers from which nothing can be drawn.

        Raises
        ------
        InvalidValue
            If there is no slot or replicate, or the block is shorter than one slot.
        """
        for name in ("slots", "block", "repeats"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 1):
                raise InvalidValue(name, value, "1 or more")

    def sums(self, by_slot: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sum of each quantity over every replicate.

        A figure that is a function of such sums - a share, a mean, a ratio of weighted means over symbols - gets its
        replicates from the replicates of its sums. The sums of `numpy.eye` count how often each slot was drawn.

        Parameters
        ----------
        by_slot : ndarray, shape (slots, n_quantities)
            What each time slot adds, 0 where it adds nothing.

        Returns
        -------
        ndarray of float64, shape (repeats, n_quantities)
            A replicate has exactly ``slots`` slots, those drawn more than once counted as often.

        Raises
        ------
        InvalidValue
            If the array has another number of slots.
        """
        if by_slot.ndim != 2 or len(by_slot) != self.slots:
            raise InvalidValue("by_slot", by_slot.shape, f"an array of shape ({self.slots}, quantities)")
        until = np.zeros((self.slots + 1, by_slot.shape[1]))
        np.cumsum(by_slot, axis=0, dtype=np.float64, out=until[1:])
        return _replicate_sums(until, self.block, self.repeats, seeds.generator(self.seed, "bootstrap"))


def interval(replicates: NDArray[np.float64], coverage: float = COVERAGE) -> tuple[float, float]:
    """Return the percentile interval of a figure (Efron 1979).

    Parameters
    ----------
    replicates : ndarray of float64, shape (repeats,)
        The figure on each replicate.
    coverage : float
        Share of the replicates between the two ends.

    Returns
    -------
    low, high : float
        Quantiles (1 - coverage)/2 and (1 + coverage)/2.
    """
    low, high = np.quantile(replicates, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)


def block_length(series: NDArray[Any], least: float = 1.0) -> float:
    """Return the mean block length for a series: automatic, but never shorter than what overlaps by construction.

    Politis and White (2004) with the correction of Patton, Politis and White (2009): (2 G²/D)^(1/3) n^(1/3), where
    G = Σ λ(k/M) |k| R(k), D = 2 (Σ λ(k/M) R(k))², R is the autocovariance, λ the flat-top window and M twice the lag
    after which K = max(5, √log10 n) autocorrelations in a row are below 2 √(log10 n / n).

    Parameters
    ----------
    series : ndarray, shape (n_slots,)
        One value per time slot.
    least : float
        Least length, such as the slots that a label spans.

    Returns
    -------
    float
        At least ``least`` and 1; at most a third of the series, and of 3 √n unless ``least`` is more.
    """
    slots = len(series)
    spread = np.asarray(series, dtype=np.float64) - np.mean(series)
    most = max(1.0, slots / 3)
    automatic = 1.0
    if slots >= 10 and float(spread @ spread) > 0:
        automatic = min(_automatic_length(spread), math.ceil(3 * math.sqrt(slots)))
    return min(most, max(1.0, least, automatic))


def _automatic_length(spread: NDArray[np.float64]) -> float:
    slots = len(spread)
    run = max(5, math.ceil(math.sqrt(math.log10(slots))))
    longest = min(slots - 1, math.ceil(math.sqrt(slots)) + run)
    waves = np.fft.rfft(spread, 2 * slots)  # padded, so that nothing wraps around
    covariance = np.fft.irfft(np.abs(waves) ** 2, 2 * slots)[: longest + 1] / slots
    small = np.abs(covariance[1:]) < 2 * math.sqrt(math.log10(slots) / slots) * covariance[0]
    quiet = [lag for lag in range(len(small) - run + 1) if small[lag : lag + run].all()]
    window = min(longest, 2 * max(1, quiet[0])) if quiet else longest
    lag = np.arange(1, window + 1)
    weighted = np.minimum(1.0, 2 * (1 - lag / window)) * covariance[1 : window + 1]
    spectrum = covariance[0] + 2 * weighted.sum()
    slope = 2 * (lag * weighted).sum()
    if spectrum <= 0 or slope == 0:
        return 1.0
    return float((slope**2 / spectrum**2) ** (1 / 3) * slots ** (1 / 3))


@kernel
def _replicate_sums(
    until: NDArray[np.float64], block: float, repeats: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Draw blocks until a replicate is full, the last one cut; ``until`` holds the sums of all slots before each."""
    slots, quantities = until.shape[0] - 1, until.shape[1]
    shrink = np.log1p(-1.0 / block) if block > 1.0 else 0.0
    out = np.zeros((repeats, quantities), np.float64)
    for repeat in range(repeats):
        missing = slots
        while missing > 0:
            start = min(int(generator.random() * slots), slots - 1)
            length = 1
            if shrink < 0.0:
                length = min(missing, 1 + int(min(np.log1p(-generator.random()) / shrink, 2.0**62)))
            missing -= length
            end = start + length
            for quantity in range(quantities):
                if end <= slots:
                    out[repeat, quantity] += until[end, quantity] - until[start, quantity]
                else:
                    rest = until[slots, quantity] - until[start, quantity]
                    out[repeat, quantity] += rest + until[end - slots, quantity]
    return out


@warms_up
def _warm_up() -> None:
    StationaryBootstrap(2, 1.5, 1).sums(np.zeros((2, 1)))
