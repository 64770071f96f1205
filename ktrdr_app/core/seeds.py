"""One seed per run, spread to every place that draws, so that no draw depends on another."""

from __future__ import annotations

import zlib

import numpy as np


def sequence(seed: int, purpose: str) -> np.random.SeedSequence:
    """Return the seed sequence of one purpose within a run.

    Parameters
    ----------
    seed : int
        The run's seed, recorded with the run.
    purpose : str
        What the draws are for ("weights", "batches"); streams of different purposes are independent.
    """
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return a NumPy generator for one purpose within a run.

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What the draws are for.
    """
    return np.random.default_rng(sequence(seed, purpose))


def integer(seed: int, purpose: str) -> int:
    """Return a 63-bit integer seed for libraries that want one (torch).

    Parameters
    ----------
    seed : int
        The run's seed.
    purpose : str
        What the draws are for.
    """
    return int(sequence(seed, purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))
