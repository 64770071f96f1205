"""Options that say what a backtest costs, how large its positions are and where they are stopped."""

from __future__ import annotations

from typing import Any

from ktrdr_app.cli.options import Choice, true_or_none
from ktrdr_app.core.errors import InvalidValue

SIZES = "all_in, fraction=0.5, units=100 or risk=0.01,multiple=2"
KINDS = {"fraction": "fraction", "units": "fixed_units", "risk": "risk_atr"}
"""Kinds of sizing by the first word of what was typed."""


def sizing(text: str) -> dict[str, Any]:
    """Return the position size of ``all_in``, ``fraction=F``, ``units=N`` or ``risk=R,multiple=M[,period=P]``.

    Parameters
    ----------
    text : str
        As it was typed.

    Raises
    ------
    InvalidValue
        If it is none of these.
    """
    if text == "all_in":
        return {"kind": "all_in"}
    try:
        given = {name: float(amount) for name, amount in (part.split("=", 1) for part in text.split(","))}
    except ValueError as error:
        raise InvalidValue("sizing", text, f"{SIZES}, with a number after each =") from error
    kind = KINDS.get(next(iter(given)))
    if kind is None:
        raise InvalidValue("sizing", text, SIZES)
    if "period" in given and given["period"].is_integer():
        given["period"] = int(given["period"])
    return {"kind": kind, **given}


def _distance(name: str, flag: str, what: str) -> Choice:
    return Choice(name, f"{what}, in --stop-unit.", flag, float, None, "D")


def _yearly(name: str, flag: str, what: str) -> Choice:
    return Choice(name, what, flag, float, None, "R")


MONEY = (
    Choice("capital", "Initial capital, account currency.", "--capital", float, None, "X"),
    Choice("commission", "Share of the traded value, per side.", "--commission", float, None, "R"),
    Choice("commission_unit", "What --commission is in.", "--commission-unit", metavar="rate|per_unit"),
    Choice("slippage", "Share of the price, against you, per side.", "--slippage", float, None, "R"),
    Choice("slippage_unit", "What --slippage is in.", "--slippage-unit", metavar="rate|ticks|range"),
    Choice("tick_size", "Least price step, for slippage in ticks.", "--tick-size", float, None, "X"),
    Choice("spread", "Ask less bid, quote currency; each side pays half.", "--spread", float, None, "X"),
    Choice("fill", "Price of a fill.", "--fill", metavar="next_open|close"),
    Choice("sizing", "Size of a position; risk is by the average true range.", "--sizing",
           metavar="all_in|fraction=F|units=N|risk=R,multiple=M", read=sizing),
    Choice("lot_step", "Least step of units; any fraction by default.", "--lot-step", float, None, "X"),
    _distance("stop_loss", "--stop-loss", "Distance of a stop from the entry price"),
    _distance("take_profit", "--take-profit", "Distance of a target from the entry price"),
    _distance("trailing_stop", "--trailing-stop", "Distance of a stop from the best price so far"),
    Choice("stop_unit", "What the distances are in.", "--stop-unit", metavar="fraction|atr"),
    _yearly("swap_long", "--swap-long", "Overnight interest of long positions, share of their value a year."),
    _yearly("swap_short", "--swap-short", "Overnight interest of short positions, likewise."),
    _yearly("borrow", "--borrow", "Share of their value that short positions pay for the loan, a year."),
    Choice("allow_short", "SELL while flat opens a short position.", "--short", bool, False, read=true_or_none),
    Choice("close_at_end", "Close what is open at the last close.", "--close-at-end", bool, False, read=true_or_none),
)  # fmt: skip
"""Every option of the account; those that are not given are as the strategy says."""
