"""What the card shows of an explanation: steps with a sentence, bars and verdicts, made in the worker thread."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktrdr_app.decision.actions import Action
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy
from ktrdr_app.workflows.why_sentences import Step, bar_steps, chain, gist, headline, trade_steps
from ktrdr_app.workflows.why_words import written
from ktrdr_app.workflows.wording import typographic

MOST_SHARES = 8
"""Groups of inputs whose contributions are drawn; the sentence names all that matter."""
_TOKENS = {Action.BUY: "up", Action.HOLD: "flat", Action.SELL: "down"}


def _t(text: str) -> str:
    return QCoreApplication.translate("WhyCard", text)


@dataclass(frozen=True)
class BarRow:
    """One small bar.

    Attributes
    ----------
    label, text : str
        What it is of, and its value in words.
    value : float
        Length; below 0 it goes to the left.
    token : str
        Colour token.
    heading : str
        What stands above it, where a new group of bars begins; else empty.
    """

    label: str
    text: str
    value: float
    token: str
    heading: str = ""


@dataclass(frozen=True)
class BarSet:
    """Bars that share a scale.

    Attributes
    ----------
    rows : tuple of BarRow
        From top to bottom.
    signed : bool
        Whether they go to both sides of a middle line.
    mark : float or None
        Value at which a line is drawn through all of them, such as a threshold.
    mark_words : str
        What the line is.
    """

    rows: tuple[BarRow, ...]
    signed: bool = False
    mark: float | None = None
    mark_words: str = ""

    @property
    def scale(self) -> float:
        """The value that fills the room: 1 for shares of one, else the largest."""
        return max((abs(row.value) for row in self.rows), default=1.0) or 1.0 if self.signed else 1.0

    def words(self) -> str:
        """Return the picture in words, for those who do not see it."""
        said = [f"{row.heading}: " * bool(row.heading) + f"{row.label} {row.text}" for row in self.rows]
        return ", ".join([*said, self.mark_words] if self.mark_words else said)


@dataclass(frozen=True)
class Verdict:
    """What one filter said.

    Attributes
    ----------
    passed : bool
        Whether the signal might go on.
    text : str
        Name and reason.
    """

    passed: bool
    text: str


@dataclass(frozen=True)
class Section:
    """One step of the chain as it is shown.

    Attributes
    ----------
    step : Step
        Title and sentence.
    bars : BarSet or None
        Its picture, where it has one.
    verdicts : tuple of Verdict
        Its list of filters, where it is about them; the list then stands in the place of the sentence.
    """

    step: Step
    bars: BarSet | None = None
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class WhyView:
    """An explanation, ready to be shown.

    Attributes
    ----------
    headline, gist : str
        What is explained, and the answer in a sentence.
    sections : tuple of Section
        Steps in order.
    text : str
        Everything as plain text, to be copied.
    """

    headline: str
    gist: str
    sections: tuple[Section, ...]
    text: str


def view_of(why: TradeWhy | BarWhy) -> WhyView:
    """Turn an explanation into what the card shows.

    Parameters
    ----------
    why : TradeWhy or BarWhy
        The facts.
    """
    steps = bar_steps(why) if isinstance(why, BarWhy) else trade_steps(why)
    sections = []
    for step in steps:
        leaving = step.key.startswith("exit_")
        bar = why if isinstance(why, BarWhy) else why.sold if leaving else why.bought
        sections.append(_section(step, bar))
    return WhyView(headline(why), gist(why), tuple(sections), chain(why))


def _section(step: Step, why: BarWhy | None) -> Section:
    key = step.key.removeprefix("exit_")
    pictures = {"inputs": membership_bars, "answer": answer_bars, "contributions": contribution_bars}
    if why is None:
        return Section(step)
    if key == "filters":
        return Section(step, verdicts=verdicts_of(why))
    return Section(step, pictures[key](why)) if key in pictures else Section(step)


def membership_bars(why: BarWhy) -> BarSet:
    """Return the memberships, a group of bars for each fuzzy input.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    rows = []
    for entry in why.readings:
        heading = f"{entry.label} {typographic(written(entry.reading.value, entry.reading.unit))}"
        for name, grade in entry.reading.grades:
            rows.append(BarRow(name, numbers.decimal(grade, 2), grade, "series_1", heading))
            heading = ""
    return BarSet(tuple(rows))


def answer_bars(why: BarWhy) -> BarSet:
    """Return the three probabilities with the line that one of BUY and SELL had to reach.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    rows = [
        BarRow(action.name, numbers.decimal(why.logged[action], 2), why.logged[action], _TOKENS[action])
        for action in Action
    ]
    words = _t("line at the threshold {0}").format(numbers.decimal(why.threshold, 2))
    return BarSet(tuple(rows), mark=why.threshold, mark_words=words)


def contribution_bars(why: BarWhy) -> BarSet:
    """Return what groups of inputs added to the answer's probability, or took from it.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    raw = why.decision.raw
    rows = []
    for entry in why.shares[:MOST_SHARES]:
        value = entry.shares[raw]
        sign = "+" if value > 0 else ""
        rows.append(BarRow(entry.label, sign + numbers.decimal(value, 3), value, "up" if value >= 0 else "down"))
    return BarSet(tuple(rows), signed=True)


def verdicts_of(why: BarWhy) -> tuple[Verdict, ...]:
    """Return what every filter said.

    Parameters
    ----------
    why : BarWhy
        The facts.
    """
    return tuple(Verdict(verdict.passed, f"{verdict.name}: {verdict.reason}") for verdict in why.decision.trail)
