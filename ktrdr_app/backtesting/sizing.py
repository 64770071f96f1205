"""How many units an order is for; a new way of sizing is one entry of `SIZINGS`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ktrdr_app.core.errors import InvalidValue, UnknownName


@dataclass(frozen=True)
class SizingKind:
    """One way of sizing.

    Attributes
    ----------
    parameter : str
        Its only key beside ``kind``; empty if it has none.
    highest : float
        Greatest value of the parameter; it must be above 0.
    units : callable
        From parameter, cash and the cost of one unit (commission included) to units, fractions allowed.
    """

    parameter: str
    highest: float
    units: Callable[[float, float, float], float]


SIZINGS: dict[str, SizingKind] = {
    "all_in": SizingKind("", 0.0, lambda _none, cash, cost: cash / cost),
    "fraction": SizingKind("fraction", 1.0, lambda fraction, cash, cost: fraction * cash / cost),
    "fixed_units": SizingKind("units", math.inf, lambda units, _cash, _cost: units),
}


def is_number(value: object) -> bool:
    """Return whether a setting is a finite number; true and false are not.

    Parameters
    ----------
    value : object
        What was given.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(value)


def check_sizing(sizing: object) -> None:
    """Hold a sizing to what its kind allows.

    Parameters
    ----------
    sizing : object
        ``{"kind": "all_in"}``, ``{"kind": "fraction", "fraction": F}`` with 0 < F <= 1, or
        ``{"kind": "fixed_units", "units": N}`` with N > 0.

    Raises
    ------
    InvalidValue
        For a missing, foreign or wrong entry.
    UnknownName
        For an unknown kind.
    """
    if not isinstance(sizing, Mapping) or "kind" not in sizing:
        raise InvalidValue("sizing", sizing, 'a mapping with a kind, such as {"kind": "all_in"}')
    if sizing["kind"] not in SIZINGS:
        raise UnknownName("sizing", str(sizing["kind"]), list(SIZINGS))
    kind = SIZINGS[sizing["kind"]]
    keys = {"kind", kind.parameter} - {""}
    if set(sizing) != keys:
        raise InvalidValue("sizing", dict(sizing), f"the keys {', '.join(sorted(keys))} and no other")
    if not kind.parameter:
        return
    value = sizing[kind.parameter]
    if not is_number(value) or not 0 < value <= kind.highest:
        upper = f" and at most {kind.highest:g}" if math.isfinite(kind.highest) else ""
        raise InvalidValue(f"sizing.{kind.parameter}", value, f"a number above 0{upper}")


def units_to_open(sizing: Mapping[str, Any], cash: float, unit_cost: float) -> float:
    """Return how many units to open from flat.

    Parameters
    ----------
    sizing : mapping
        As `check_sizing` accepts it.
    cash : float
        Cash of the account, above 0.
    unit_cost : float
        Fill price of one unit times (1 + commission). A short position is sized, and covered in cash, alike.
    """
    kind = SIZINGS[sizing["kind"]]
    parameter = float(sizing[kind.parameter]) if kind.parameter else 0.0
    return kind.units(parameter, cash, unit_cost)
