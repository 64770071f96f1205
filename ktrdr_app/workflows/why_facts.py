"""Why a bar was traded or not, as plain facts: readings, features, probabilities, contributions, filters, flips."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ktrdr_app.core.files import plain
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.orchestrator import Decision
from ktrdr_app.features.raw_inputs import Reading

if TYPE_CHECKING:
    import pandas as pd

STAMP = "%Y-%m-%dT%H:%M:%SZ"
Shares = tuple[float, float, float]
"""Probabilities of BUY, HOLD, SELL, or differences of them."""


@dataclass(frozen=True)
class WhyReading:
    """What the sets of one fuzzy input made of a bar, with its names for people.

    Attributes
    ----------
    label : str
        ``RSI 14``, ``EMA 20 (4h)``.
    reading : Reading
        The figures.
    """

    label: str
    reading: Reading


@dataclass(frozen=True)
class WhyFeature:
    """One number that the network was given.

    Attributes
    ----------
    name : str
        Feature.
    group : str
        Group of inputs it belongs to.
    value : float
        Before scaling.
    scaled : float
        As the network took it; with the usual scaling, standard deviations from the mean of the training rows.
    """

    name: str
    group: str
    value: float
    scaled: float


@dataclass(frozen=True)
class WhyShare:
    """What one group of inputs contributed to the answer.

    Attributes
    ----------
    group, label : str
        Key, and name for people.
    shares : tuple of float, length 3
        Added to the probabilities of BUY, HOLD, SELL; below 0 where it took some away.
    """

    group: str
    label: str
    shares: Shares


@dataclass(frozen=True)
class WhyFlip:
    """The smallest change of one input alone that would have led to another action.

    Attributes
    ----------
    key, label : str
        Input, and its name for people.
    unit : str
        As `OutputInfo.unit` has it.
    value, needed : float
        What it was, and the nearest value that flips.
    deviations : float
        The change in the input's own standard deviations; infinite for one that never changed.
    action : Action
        What it would have led to.
    """

    key: str
    label: str
    unit: str
    value: float
    needed: float
    deviations: float
    action: Action

    @property
    def change(self) -> float:
        """Value needed less value at hand."""
        return self.needed - self.value


@dataclass(frozen=True)
class BarWhy:
    """Why a bar's decision was what it was.

    Attributes
    ----------
    time : Timestamp
        The bar's open.
    bar : int
        Row in the run.
    timeframe : str
        Length of the bars.
    in_sample : bool
        Whether the model had learnt from the bar, or was tuned on it.
    readings : tuple of WhyReading
        Memberships, in declared order.
    features : tuple of WhyFeature
        In column order.
    logged : tuple of float, length 3
        Probabilities of BUY, HOLD, SELL that the run decided by.
    today : tuple of float, length 3, or None
        Those that today's bars and model give; None where today's series has no such bar.
    base : tuple of float, length 3
        The model's answer for what contributions are counted from.
    base_words : str
        What that is.
    shares : tuple of WhyShare
        Contributions, the largest to the most probable answer first; with ``base`` they add up to ``today``.
    decision : Decision
        The run's decision with every filter's verdict.
    threshold : float
        Least confidence that was acted on.
    refused_outside : tuple of str
        Why no answer of the model could have been acted on; empty where one could.
    flips : tuple of WhyFlip
        Inputs that could have flipped the action alone, the smallest change in deviations first.
    tried : int
        Inputs that were tried.
    notes : tuple of str
        What differs between the run and today.
    """

    time: pd.Timestamp
    bar: int
    timeframe: str
    in_sample: bool
    readings: tuple[WhyReading, ...]
    features: tuple[WhyFeature, ...]
    logged: Shares
    today: Shares | None
    base: Shares
    base_words: str
    shares: tuple[WhyShare, ...]
    decision: Decision
    threshold: float
    refused_outside: tuple[str, ...]
    flips: tuple[WhyFlip, ...]
    tried: int
    notes: tuple[str, ...]

    @property
    def flip(self) -> WhyFlip | None:
        """The smallest change of all, in the inputs' own standard deviations."""
        return self.flips[0] if self.flips else None

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; a filter without a limit, and a change without deviations, have null."""
        decision = self.decision
        document: dict[str, Any] = {
            "time": self.time.strftime(STAMP),
            "in_sample": self.in_sample,
            "readings": [{"label": entry.label, **_reading(entry.reading)} for entry in self.readings],
            "features": [asdict(feature) for feature in self.features],
            "probabilities": _named(self.logged),
            "probabilities_today": None if self.today is None else _named(self.today),
            "base": _named(self.base),
            "base_is": self.base_words,
            "contributions": [
                {"group": share.group, "label": share.label, **_named(share.shares)} for share in self.shares
            ],
            "raw": decision.raw.name,
            "confidence": decision.confidence,
            "threshold": self.threshold,
            "filters": [asdict(verdict) for verdict in decision.trail],
            "action": decision.action.name,
            "flips": [asdict(flip) | {"action": flip.action.name, "change": flip.change} for flip in self.flips],
            "inputs_tried": self.tried,
            "notes": list(self.notes),
        }
        return dict(plain(document))


@dataclass(frozen=True)
class WhyFill:
    """One end of a trade.

    Attributes
    ----------
    time : Timestamp
        Open of the bar that was filled in.
    price : float
        With spread and slippage.
    at_close : bool
        Whether it was filled at the bar's close.
    """

    time: pd.Timestamp
    price: float
    at_close: bool


@dataclass(frozen=True)
class TradeEnds:
    """How a trade began and ended.

    Attributes
    ----------
    number : int
        From 1, in order of their exits; a position still open comes last.
    side : str
        ``long`` or ``short``.
    quantity : float
        Units.
    entry : WhyFill
        How it began.
    exit : WhyFill or None
        How it ended; None for a position still open.
    exit_reason : str
        One of `REASONS`; ``open`` for a position still open.
    stop_words : str
        The stop or target that ended it, in words; empty for other ends.
    return_pct : float
        Net profit as a fraction of the entry's value; on paper for a position still open.
    symbol : str
        What was traded, in a run of several symbols; else empty.
    """

    number: int
    side: str
    quantity: float
    entry: WhyFill
    exit: WhyFill | None
    exit_reason: str
    stop_words: str
    return_pct: float
    symbol: str = field(default="", kw_only=True)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form; the symbol is in it where the run has several."""
        return {
            **({"symbol": self.symbol} if self.symbol else {}),
            "trade": self.number,
            "side": self.side,
            "quantity": self.quantity,
            "entry": _fill(self.entry),
            "exit": None if self.exit is None else _fill(self.exit),
            "exit_reason": self.exit_reason,
            "stop": self.stop_words,
            "return_pct": self.return_pct,
        }


@dataclass(frozen=True)
class TradeWhy(TradeEnds):
    """Why a trade of a model was made, and why it ended.

    Attributes
    ----------
    bought : BarWhy
        The decision to enter.
    sold : BarWhy or None
        The decision to leave, where a decision ended it.
    """

    bought: BarWhy
    sold: BarWhy | None

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **super().to_document(),
            "entry_decision": self.bought.to_document(),
            "exit_decision": None if self.sold is None else self.sold.to_document(),
        }


@dataclass(frozen=True)
class SignalWhy:
    """What a file of signals said at a bar, and what that asked for.

    Attributes
    ----------
    time : Timestamp
        The bar's open.
    bar : int
        Row in the run.
    timeframe : str
        Length of the bars.
    file : str
        Name of the file that the run kept.
    signal : Action
        HOLD where the file has no row for the bar.
    confidence : float or None
        As the file has it; None where it has none.
    position : Position
        Held when the bar closed.
    wanted : Position or None
        Position that the signal asked for; None where it asked for nothing.
    events : tuple of str
        What became of the order beside a fill: rejected, shrunk, not filled.
    """

    time: pd.Timestamp
    bar: int
    timeframe: str
    file: str
    signal: Action
    confidence: float | None
    position: Position
    wanted: Position | None
    events: tuple[str, ...]

    in_sample = False
    """Nobody can tell what a file's signals were made from."""

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "time": self.time.strftime(STAMP),
            "file": self.file,
            "signal": self.signal.name,
            "confidence": self.confidence,
            "position": self.position.name.lower(),
            "wanted": None if self.wanted is None else self.wanted.name.lower(),
            "events": list(self.events),
        }


@dataclass(frozen=True)
class SignalTradeWhy(TradeEnds):
    """Why a trade of a run of signals was made, and why it ended.

    Attributes
    ----------
    bought : SignalWhy
        The signal to enter.
    sold : SignalWhy or None
        The signal to leave, where one ended it.
    """

    bought: SignalWhy
    sold: SignalWhy | None

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **super().to_document(),
            "entry_signal": self.bought.to_document(),
            "exit_signal": None if self.sold is None else self.sold.to_document(),
        }


Why = BarWhy | TradeWhy | SignalWhy | SignalTradeWhy
"""Any answer to the question why."""


def _named(shares: Shares) -> dict[str, float]:
    return dict(zip(("buy", "hold", "sell"), shares, strict=True))


def _reading(reading: Reading) -> dict[str, Any]:
    return asdict(reading) | {"grades": dict(reading.grades)}


def _fill(fill: WhyFill) -> dict[str, Any]:
    return {"time": fill.time.strftime(STAMP), "price": fill.price, "at_close": fill.at_close}
