"""How torch may use the machine: one thread, as more make networks this small slower."""

from __future__ import annotations

import torch


def configure_threads() -> None:
    """Let torch use one thread for each operator called from this thread.

    At 32 rows a step two threads are several times slower than one, and one thread adds in a fixed order. The
    count is partly kept per calling thread, so every training and every inference asks, at the cost of one look.
    """
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
