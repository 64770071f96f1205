"""Why a trade was made, as one chain of sentences, from the inputs to the fill and back out again."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.decision.actions import Action
from ktrdr_app.features.raw_inputs import Reading
from ktrdr_app.workflows.why_facts import (
    BarWhy,
    SignalTradeWhy,
    SignalWhy,
    TradeWhy,
    Why,
    WhyFill,
    WhyFlip,
    WhyReading,
)
from ktrdr_app.workflows.why_signal_sentences import (
    NO_MODEL,
    asked_sentence,
    decided_words,
    signal_gist,
    signal_sentence,
)
from ktrdr_app.workflows.why_words import formed_words, needed_words, written
from ktrdr_app.workflows.wording import percent, significant, typographic

SAID_GRADE = 0.005
"""Membership below which a set is not named."""
SAID_SHARE = 0.005
"""Contribution below which a group is not named."""
SAID_FEATURES = 3
"""Features that are named: those farthest from a usual bar."""
SAID_GROUPS = 2
"""Groups that the gist names."""
_ENDS = {"signal": "the opposite signal", "reversal": "a signal that turned the position round"}


@dataclass(frozen=True)
class Step:
    """One link of the chain.

    Attributes
    ----------
    key : str
        ``inputs``, ``features``, ``answer``, ``contributions``, ``filters``, ``order``, ``flip``, ``exit`` or
        ``notes``; of a run of signals ``signal``, ``asked``, ``order``, ``exit`` and ``unknown``. Those of the decision
        to leave begin with ``exit_``.
    title : str
        A word or two.
    text : str
        One sentence or a few.
    """

    key: str
    title: str
    text: str


def steps(why: Why) -> tuple[Step, ...]:
    """Return the chain of a trade or of a bar.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts.
    """
    if isinstance(why, SignalWhy):
        return (*_signal_steps(why), Step("unknown", "Not known", NO_MODEL))
    if isinstance(why, SignalTradeWhy):
        return _signal_trade_steps(why)
    return bar_steps(why) if isinstance(why, BarWhy) else trade_steps(why)


def _signal_steps(why: SignalWhy, prefix: str = "") -> tuple[Step, ...]:
    parts = (
        ("signal", "Signal", signal_sentence(why, _moment(why))),
        ("asked", "Asked for", asked_sentence(why, filters=not prefix)),
    )
    return tuple(Step(prefix + key, title, typographic(text)) for key, title, text in parts)


def _signal_trade_steps(why: SignalTradeWhy) -> tuple[Step, ...]:
    leaving = () if why.sold is None else _signal_steps(why.sold, "exit_")
    return (
        *_signal_steps(why.bought),
        Step("order", "Order", typographic(order_sentence(why))),
        Step("exit", "End", typographic(exit_sentence(why))),
        *leaving,
        Step("unknown", "Not known", NO_MODEL),
    )


def bar_steps(why: BarWhy, prefix: str = "") -> tuple[Step, ...]:
    """Return the chain of one bar's decision.

    Parameters
    ----------
    why : BarWhy
        The facts.
    prefix : str
        What the keys begin with.
    """
    parts = (
        ("inputs", "Inputs", inputs_sentence(why)),
        ("features", "Features", features_sentence(why)),
        ("answer", "Model", answer_sentence(why)),
        ("contributions", "Because of", contributions_sentence(why)),
        ("filters", "Filters", filters_sentence(why)),
        ("flip", "What if", flip_sentence(why)),
        ("notes", "Beware", _sentences(why.notes)),
    )
    return tuple(Step(prefix + key, title, typographic(text)) for key, title, text in parts if text)


def trade_steps(why: TradeWhy) -> tuple[Step, ...]:
    """Return the chain of a trade, from the inputs of its entry to its end.

    Parameters
    ----------
    why : TradeWhy
        The facts.
    """
    found = list(bar_steps(why.bought))
    place = next(number for number, step in enumerate(found) if step.key == "filters")
    found.insert(place + 1, Step("order", "Order", typographic(order_sentence(why))))
    found.append(Step("exit", "End", typographic(exit_sentence(why))))
    if why.sold is not None:
        found += [step for step in bar_steps(why.sold, "exit_") if step.key != "exit_features"]
    return tuple(found)


def headline(why: Why) -> str:
    """Return what is explained, in a line.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts.
    """
    if isinstance(why, BarWhy):
        seen = ", a bar that the model learnt from" if why.in_sample else ""
        return f"{_moment(why)}: {_decided(why)}{seen}"
    if isinstance(why, SignalWhy):
        return f"{_moment(why)}: {decided_words(why)}"
    ended = "still open" if why.exit is None else why.exit_reason.replace("_", " ")
    gain = percent(why.return_pct, signed=True)
    seen = ", on bars that the model learnt from" if why.bought.in_sample else ""
    whose = f", {why.symbol}" if why.symbol else ""
    return typographic(f"Trade {why.number}{whose}, {why.side}, {gain}, {ended}{seen}")


def gist(why: Why) -> str:
    """Return the answer behind a decision and what it leaned on most, in a sentence.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts; of a trade, its entry.
    """
    bar = why.bought if isinstance(why, TradeWhy | SignalTradeWhy) else why
    if isinstance(bar, SignalWhy):
        return signal_gist(bar)
    decision = bar.decision
    leaned = [entry for entry in bar.shares if entry.shares[decision.raw] >= SAID_SHARE][:SAID_GROUPS]
    because = " and ".join(f"{entry.label} (+{entry.shares[decision.raw]:.2f})" for entry in leaned)
    against = "" if decision.raw is Action.HOLD else f" against a threshold of {bar.threshold:.2f}"
    mostly = f", mostly because of {because}" if because else ""
    return f"{decision.raw.name} {decision.confidence:.2f}{against}{mostly}."


def chain(why: Why) -> str:
    """Return everything as plain text, a line a step.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts.
    """
    return "\n".join([headline(why), *(f"{step.title}: {step.text}" for step in steps(why))])


def inputs_sentence(why: BarWhy) -> str:
    """Return what the indicators were, and what the sets made of them.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    return " ".join(reading_sentence(entry) for entry in why.readings)


def reading_sentence(entry: WhyReading) -> str:
    """Return one indicator's value with its memberships.

    Parameters
    ----------
    entry : WhyReading
        The reading.
    """
    reading = entry.reading
    formed = formed_words(reading)
    value = f"{entry.label} was {written(reading.value, reading.unit)}"
    return f"{value}{f', {formed}' if formed else ''}: {_grades(reading)}."


def features_sentence(why: BarWhy) -> str:
    """Return which features were farthest from those of a usual bar.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    if why.today is None:
        return "Some features are not known at this bar, so the model is not asked and the answer is HOLD."
    farthest = sorted(why.features, key=lambda feature: -abs(feature.scaled))[:SAID_FEATURES]
    named = ", ".join(f"{feature.name} {feature.scaled:+.1f}" for feature in farthest)
    return f"{len(why.features)} features, scaled; the farthest from usual are {named}."


def answer_sentence(why: BarWhy) -> str:
    """Return the probabilities that the run decided by.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    return f"The model said {_shares(why.logged)}, so {why.decision.raw.name}."


def contributions_sentence(why: BarWhy) -> str:
    """Return what each group of inputs added to the probability of the answer.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    if not why.shares:
        return ""
    raw = why.decision.raw
    said = [(entry.label, entry.shares[raw]) for entry in why.shares if abs(entry.shares[raw]) >= SAID_SHARE]
    ups = ", ".join(f"{label} added {value:.2f}" for label, value in said if value > 0)
    downs = ", ".join(f"{label} took {-value:.2f}" for label, value in said if value < 0)
    moved = "; ".join(part for part in (ups, downs) if part) or "no group of inputs changed that by as much as 0.01"
    return f"{raw.name} is {why.base[raw]:.2f} for {why.base_words}; {moved}."


def filters_sentence(why: BarWhy) -> str:
    """Return what every filter said.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    decision = why.decision
    if decision.raw is Action.HOLD:
        return "The model itself said HOLD; no filter is asked."
    told = "; ".join(f"{'✓' if verdict.passed else '✖'} {verdict.reason}" for verdict in decision.trail)
    refusal = decision.refusal
    verdict = f"Refused by {refusal.name}" if refusal else "All passed"
    return f"{verdict}: {told}."


def order_sentence(why: TradeWhy | SignalTradeWhy) -> str:
    """Return how the position was opened.

    Parameters
    ----------
    why : TradeWhy or SignalTradeWhy
        The facts.
    """
    verb = "bought" if why.side == "long" else "sold short"
    units = significant(why.quantity)
    return f"{units} units were {verb} at {_filled(why.entry, why.bought.timeframe)}."


def exit_sentence(why: TradeWhy | SignalTradeWhy) -> str:
    """Return how the position ended.

    Parameters
    ----------
    why : TradeWhy or SignalTradeWhy
        The facts.
    """
    if why.exit is None:
        return f"The position was still open after the last bar, at {percent(why.return_pct, signed=True)}."
    filled = _filled(why.exit, why.bought.timeframe)
    gain = f"the trade made {percent(why.return_pct, signed=True)} after costs"
    if why.stop_words:
        stamp = _stamp(why.exit.time, why.bought.timeframe)
        price = significant(why.exit.price)
        return f"{_capital(why.stop_words)}, was reached within the bar of {stamp}; filled at {price}; {gain}."
    if why.exit_reason == "end_of_data":
        return f"The data ended, and the position was closed at {filled}; {gain}."
    return f"Ended by {_ENDS[why.exit_reason]}, filled at {filled}; {gain}."


def flip_sentence(why: BarWhy) -> str:
    """Return the smallest change of one input that would have led to another action.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    if why.today is None:
        return ""
    if why.refused_outside:
        return f"No input could have changed that, whatever the model said: {', '.join(why.refused_outside)}."
    if why.flip is None:
        return (
            f"None of the {why.tried} inputs would have changed the decision alone, within what it usually is and "
            "three standard deviations beyond."
        )
    return flip_words(why.flip)


def flip_words(flip: WhyFlip) -> str:
    """Return one change that would have led to another action.

    Parameters
    ----------
    flip : WhyFlip
        The change.
    """
    needed = needed_words(flip.value, flip.needed, flip.unit)
    return (
        f"Had {flip.label} been {needed} instead of {written(flip.value, flip.unit)} "
        f"({flip.deviations:+.2f} of its standard deviations), all else equal, the decision would have been "
        f"{flip.action.name}."
    )


def _grades(reading: Reading) -> str:
    named = [f"{name} {grade:.2f}" for name, grade in reading.grades if grade >= SAID_GRADE]
    return ", ".join(named) or "in none of its sets"


def _shares(shares: tuple[float, float, float]) -> str:
    return ", ".join(f"{action.name} {shares[action]:.2f}" for action in Action)


def _decided(why: BarWhy) -> str:
    decision = why.decision
    if decision.refusal is not None:
        return f"{decision.raw.name} refused by {decision.refusal.name}, so HOLD"
    return decision.action.name


def _moment(why: BarWhy | SignalWhy) -> str:
    return _stamp(why.time, why.timeframe)


def _stamp(time: object, timeframe: str) -> str:
    text = str(time)
    return text[:10] if timeframe in ("1d", "1w") else text[:16]


def _filled(fill: WhyFill, timeframe: str) -> str:
    place = "close" if fill.at_close else "open"
    return f"the {place} of {_stamp(fill.time, timeframe)} for {significant(fill.price)}"


def _sentences(notes: tuple[str, ...]) -> str:
    return " ".join(f"{_capital(note)}." for note in notes)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
