"""What the card shows of an explanation: steps with a sentence, bars and verdicts, made in the worker thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktrdr_app.decision.actions import Action
from ktrdr_app.gui.panels.backtest.why.why_parts import BarRow, BarSet, Section, Verdict, WhyView
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy, Why
from ktrdr_app.workflows.why_sentences import Step, chain, gist, headline, steps
from ktrdr_app.workflows.why_words import written
from ktrdr_app.workflows.wording import typographic

MOST_SHARES = 8
"""Groups of inputs whose contributions are drawn; the sentence names all that matter."""
_TOKENS = {Action.BUY: "up", Action.HOLD: "flat", Action.SELL: "down"}


def _t(text: str) -> str:
    return QCoreApplication.translate("WhyCard", text)


def view_of(why: Why) -> WhyView:
    """Turn an explanation into what the card shows.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts.
    """
    sections = []
    for step in steps(why):
        leaving = step.key.startswith("exit_")
        bar = why if isinstance(why, BarWhy) else None
        if isinstance(why, TradeWhy):
            bar = why.sold if leaving else why.bought
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
