"""Where networks are fitted, and how torch may use the machine."""

from __future__ import annotations

import torch

from ktrdr_app.core.errors import InvalidValue

DEVICES = ("auto", "cpu", "cuda", "mps")


def configure_threads() -> None:
    """Let torch use one thread for each operator called from this thread.

    At 32 rows a step two threads are several times slower than one, and one thread adds in a fixed order. The
    count is partly kept per calling thread, so every training and every inference asks, at the cost of one look.
    """
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


def chosen_device(wanted: str, small: bool) -> str:
    """Return the device to fit a network on.

    Parameters
    ----------
    wanted : str
        One of `DEVICES`. ``auto`` is the CPU for a small network, whose steps are done before a graphics card has
        begun, and whose bytes are then the same on every run; else the first accelerator that is there.
    small : bool
        Whether the fused trainer can fit the network.

    Returns
    -------
    str
        ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    InvalidValue
        If the word is unknown, or this machine has no such device.
    """
    if wanted not in DEVICES:
        raise InvalidValue("device", wanted, " or ".join(DEVICES))
    there = ["cuda"] if torch.cuda.is_available() else []
    there += ["mps"] if torch.backends.mps.is_available() else []
    there += ["cpu"]
    if wanted == "auto":
        return "cpu" if small else there[0]
    if wanted not in there:
        raise InvalidValue("device", wanted, f"one that torch finds on this machine: {' or '.join(there)}")
    return wanted
