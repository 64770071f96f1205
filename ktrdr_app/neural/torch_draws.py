"""Dropout masks as torch's tensors, with the bits that `draws` gives."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ktrdr_app.neural.draws import FACTOR_1, FACTOR_2, STEP, drop_limit

_LOW = 0xFFFFFFFF


def dropout_masks(rows: torch.Tensor, widths: Sequence[int], rate: float, key: int) -> list[torch.Tensor]:
    """Return inverted-dropout masks for rows (Srivastava et al. 2014, scaled at training time as torch does).

    Parameters
    ----------
    rows : torch.Tensor, int64, shape (n_rows,)
        Numbers of the rows; the masks are made on their device.
    widths : sequence of int
        Units of each hidden layer.
    rate : float
        Probability of 0.
    key : int
        As `epoch_key` returns it.

    Returns
    -------
    list of torch.Tensor, float32, shape (n_rows, width)
        One a layer: 0 with probability ``rate``, else 1/(1 - rate), so that the mean stays 1.
    """
    keys = _mixed((key + rows * STEP) & _LOW)
    units = torch.arange(1, sum(widths) + 1, device=rows.device)
    bits = _mixed((keys[:, None] + units * STEP) & _LOW)
    masks = (bits >= drop_limit(rate)).to(torch.float32).mul_(1 / (1 - rate))
    return list(torch.split(masks, list(widths), dim=1))


def _mixed(bits: torch.Tensor) -> torch.Tensor:
    """Do as `mixed` does in 64-bit integers, as torch has no arithmetic in 32 unsigned bits."""
    bits = bits ^ (bits >> 16)
    bits = (bits * FACTOR_1) & _LOW
    bits = bits ^ (bits >> 15)
    bits = (bits * FACTOR_2) & _LOW
    return bits ^ (bits >> 16)
