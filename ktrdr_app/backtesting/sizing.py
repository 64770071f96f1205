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
    bounds : mapping of str to float
        Its keys beside ``kind`` and their greatest values; each must be above 0.
    units : callable
        From the sizing, cash, the cost of one unit (commission included) and the average true range to units,
        fractions allowed.
    optional : tuple of str
        Keys that may be left out.
    """

    bounds: Mapping[str, float]
    units: Callable[[Mapping[str, Any], float, float, float], float]
    optional: tuple[str, ...] = ()


SIZINGS: dict[str, SizingKind] = {
    "all_in": SizingKind({}, lambda _sizing, cash, cost, _atr: cash / cost),
    "fraction": SizingKind({"fraction": 1.0}, lambda sizing, cash, cost, _atr: sizing["fraction"] * cash / cost),
    "fixed_units": SizingKind({"units": math.inf}, lambda sizing, _cash, _cost, _atr: sizing["units"]),
    "risk_atr": SizingKind(
        {"risk": 1.0, "multiple": 1_000.0, "period": 1_000},
        lambda sizing, cash, _cost, atr: sizing["risk"] * cash / (sizing["multiple"] * atr),
        optional=("period",),
    ),
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
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float reaches
        return False


def check_sizing(sizing: object) -> None:
    """Hold a sizing to what its kind allows.

    Parameters
    ----------
    sizing : object
        ``{"kind": "all_in"}``, ``{"kind": "fraction", "fraction": F}`` with 0 < F <= 1,
        ``{"kind": "fixed_units", "units": N}`` with N > 0, or ``{"kind": "risk_atr", "risk": R, "multiple": M}`` with
        0 < R <= 1, M > 0 and, if wanted, a whole ``period`` of the average true range.

    Raises
    ------
    InvalidValue
        For a missing, foreign or wrong entry.
    UnknownName
        For an unknown kind.
    """
    if not isinstance(sizing, Mapping) or "kind" not in sizing:
        raise InvalidValue("sizing", sizing, 'a mapping with a kind, such as {"kind": "all_in"}')
    if not isinstance(sizing["kind"], str):
        raise InvalidValue("sizing.kind", sizing["kind"], f"one of {', '.join(SIZINGS)}")
    if sizing["kind"] not in SIZINGS:
        raise UnknownName("sizing", sizing["kind"], list(SIZINGS))
    kind = SIZINGS[sizing["kind"]]
    keys = {"kind", *kind.bounds}
    if not keys - set(kind.optional) <= set(sizing) <= keys:
        raise InvalidValue("sizing", dict(sizing), f"the keys {', '.join(sorted(keys))} and no other")
    for name, highest in kind.bounds.items():
        value = sizing.get(name, 1)
        if not is_number(value) or not 0 < value <= highest or (name == "period" and value != int(value)):
            upper = f" and at most {highest:g}" if math.isfinite(highest) else ""
            what = "a whole number" if name == "period" else "a number"
            raise InvalidValue(f"sizing.{name}", value, f"{what} above 0{upper}")


def units_to_open(sizing: Mapping[str, Any], cash: float, unit_cost: float, atr: float = math.nan) -> float:
    """Return how many units to open from flat.

    Parameters
    ----------
    sizing : mapping
        As `check_sizing` accepts it.
    cash : float
        Cash of the account, above 0.
    unit_cost : float
        Fill price of one unit times (1 + commission). A short position is sized, and covered in cash, alike.
    atr : float
        Average true range when the order was decided, quote currency; for ``risk_atr`` only.
    """
    return SIZINGS[sizing["kind"]].units(sizing, cash, unit_cost, atr)
