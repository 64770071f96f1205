"""What is known of a trade of given signals, in sentences: the signal, the rules of the account, the order."""

from __future__ import annotations

from collections.abc import Mapping

from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.workflows.why_facts import SignalWhy

HELD: Mapping[Position, str] = {Position.SHORT: "short", Position.FLAT: "flat", Position.LONG: "long"}
_ASKED: Mapping[tuple[Position, Position], str] = {
    (Position.FLAT, Position.LONG): "an order to buy",
    (Position.SHORT, Position.LONG): "an order to cover the short position and buy",
    (Position.LONG, Position.FLAT): "an order to sell what was held",
    (Position.FLAT, Position.SHORT): "an order to sell short",
    (Position.LONG, Position.SHORT): "an order to sell what was held and go short",
}
NO_MODEL = (
    "No model took part in this run, so there are no memberships, features or probabilities to show. What would have "
    "changed a signal is known to whoever made the file."
)
NO_FILTERS = (
    "Signals of a file pass no confidence threshold and no other filter of a strategy; a confidence in the file is "
    "shown, not used."
)


def signal_sentence(why: SignalWhy, stamp: str) -> str:
    """Return what the file said at a bar.

    Parameters
    ----------
    why : SignalWhy
        The facts.
    stamp : str
        The bar's open, for people.
    """
    if why.signal is Action.HOLD and why.confidence is None:
        return f"{why.file} has no BUY or SELL for the bar of {stamp}, so HOLD."
    sure = "" if why.confidence is None else f" with a confidence of {why.confidence:.2f}"
    return f"{why.file} said {why.signal.name} at the close of {stamp}{sure}."


def asked_sentence(why: SignalWhy, *, filters: bool = True) -> str:
    """Return what the signal asked for, given what was held, and what became of the order beside a fill.

    Parameters
    ----------
    why : SignalWhy
        The facts.
    filters : bool
        Whether to say that there are none.
    """
    return f"{_asked(why)} {NO_FILTERS}" if filters else _asked(why)


def _asked(why: SignalWhy) -> str:
    held = f"The account was {HELD[why.position]}"
    if why.wanted is not None:
        told = "".join(f" Then {event}." for event in why.events)
        return f"{held}, so {why.signal.name} was {_ASKED[why.position, why.wanted]}.{told}"
    if why.signal is Action.HOLD:
        return f"{held}, and stayed so: HOLD asks for nothing."
    if why.position is Position.FLAT:
        return f"{held}, and the run does not sell short, so {why.signal.name} asked for nothing."
    return f"{held} already, so {why.signal.name} asked for nothing."


def decided_words(why: SignalWhy) -> str:
    """Return what came of a bar, in a few words.

    Parameters
    ----------
    why : SignalWhy
        The facts.
    """
    if why.wanted is None and why.signal is not Action.HOLD:
        return f"{why.signal.name} while {HELD[why.position]}, so nothing"
    return why.signal.name


def signal_gist(why: SignalWhy) -> str:
    """Return the answer in a sentence.

    Parameters
    ----------
    why : SignalWhy
        The facts; of a trade, its entry.
    """
    sure = "" if why.confidence is None else f", confidence {why.confidence:.2f}"
    return f"{why.signal.name} by {why.file}{sure}; no model took part."
