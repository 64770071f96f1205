"""Random bits by counter: what is dropped depends on seed, epoch, row and unit alone, not on who asks, or when.

Both trainers draw by these rules, torch's by way of `torch_draws`, so that they drop the same units, and a resumed
training needs no generator's state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core import seeds
from ktrdr_app.core.kernels import ieee_kernel

STEP = 0x9E3779B9
"""2^32 divided by the golden ratio: successive multiples of it spread evenly (Steele, Lea and Flood 2014)."""
FACTOR_1 = 0x7FEB352D
FACTOR_2 = 0x846CA68B


def epoch_order(seed: int, epoch: int, rows: int) -> NDArray[np.int64]:
    """Return the order in which an epoch takes the rows.

    Parameters
    ----------
    seed : int
        The run's seed.
    epoch : int
        1-based number.
    rows : int
        How many there are.
    """
    return seeds.generator(seed, f"order of epoch {epoch}").permutation(rows)


def epoch_key(seed: int, epoch: int) -> int:
    """Return the 32 bits that an epoch's dropout starts from.

    Parameters
    ----------
    seed : int
        The run's seed.
    epoch : int
        1-based number.
    """
    return int(seeds.sequence(seed, f"dropout of epoch {epoch}").generate_state(1, np.uint32)[0])


def drop_limit(rate: float) -> int:
    """Return the number below which 32 random bits mean that a unit is dropped.

    Parameters
    ----------
    rate : float
        Probability of a drop, at least 0 and below 1.
    """
    return round(rate * 2**32)


@ieee_kernel
def mixed(bits: np.uint32) -> np.uint32:
    """Return 32 bits of which each depends on all given (Wellons 2018, the hash ``lowbias32``).

    Every operation is cast back, as numba widens to 64 bits, where the shifts would bring in other bits.

    Parameters
    ----------
    bits : uint32
        A counter.
    """
    bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))
    bits = np.uint32(bits * np.uint32(FACTOR_1))
    bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(15)))
    bits = np.uint32(bits * np.uint32(FACTOR_2))
    return np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))


@ieee_kernel
def row_key(key: np.uint32, row: int) -> np.uint32:
    """Return the 32 bits that a row's units count on from.

    Parameters
    ----------
    key : uint32
        As `epoch_key` returns it.
    row : int
        Number of the row.
    """
    return mixed(np.uint32(key + np.uint32(np.uint32(row) * np.uint32(STEP))))
