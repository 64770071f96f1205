"""The words of a decision: what a signal asks for, and on which side of the market one stands."""

from __future__ import annotations

from enum import IntEnum


class Action(IntEnum):
    """What a bar's signal asks for; the numbers are the network's classes."""

    BUY = 0
    HOLD = 1
    SELL = 2


class Position(IntEnum):
    """Side of the market; the number is the sign of the units held."""

    SHORT = -1
    FLAT = 0
    LONG = 1
