"""Dropout masks drawn ahead for many rows at once, from a generator of the training's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

_NUMBERS_AT_ONCE = 4_194_304
"""Most mask numbers drawn at once: 16 MiB."""


def dropout_mask(rows: int, units: int, rate: float, generator: torch.Generator) -> torch.Tensor:
    """Draw an inverted-dropout mask (Srivastava et al. 2014, scaled at training time as torch does).

    Parameters
    ----------
    rows, units : int
        Shape.
    rate : float
        Probability of 0, at least 0 and below 1.
    generator : torch.Generator
        Source of the draws.

    Returns
    -------
    torch.Tensor, float32, shape (rows, units)
        0 with probability ``rate``, else 1/(1 - rate), so that the mean stays 1.
    """
    keep = torch.rand(rows, units, generator=generator) >= rate
    return keep.to(torch.float32).mul_(1 / (1 - rate))


def batch_masks(
    rows: int, batch: int, widths: Sequence[int], rate: float, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield, for each batch of an epoch, one mask per hidden layer; empty tuples where nothing is dropped.

    Parameters
    ----------
    rows : int
        Rows of the epoch.
    batch : int
        Rows of a batch; the last may be shorter.
    widths : sequence of int
        Units of each hidden layer.
    rate : float
        Share of units to drop.
    generator : torch.Generator
        Source of the draws.
    """
    block = batch * max(1, _NUMBERS_AT_ONCE // (batch * sum(widths)))
    for first in range(0, rows, block):
        count = min(block, rows - first)
        if rate == 0:
            yield from [()] * -(-count // batch)
        else:
            masks = [torch.split(dropout_mask(count, units, rate, generator), batch) for units in widths]
            yield from zip(*masks, strict=True)
