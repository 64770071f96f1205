"""What ``why`` shows for people: the chain of sentences, and what groups of inputs contributed."""

from __future__ import annotations

from rich.text import Text

from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy, Why
from ktrdr_app.workflows.why_sentences import flip_words, headline, steps
from ktrdr_app.workflows.wording import typographic

SHOWN_FLIPS = 5
"""Inputs whose change would have led to another action that are shown; ``--json`` has all."""


def why_parts(why: Why) -> list[Part]:
    """Return headline, chain and tables.

    Parameters
    ----------
    why : BarWhy, TradeWhy, SignalWhy or SignalTradeWhy
        The facts.
    """
    lines: list[Part] = [Text(headline(why), style="bold")]
    for step in steps(why):
        leaving = "To leave, " if step.key.startswith("exit_") else ""
        title = f"{leaving}{step.title.lower()}" if leaving else step.title
        style = "yellow" if step.key.endswith("notes") else ""
        lines.append(Text.assemble((f"{title}: ", "bold"), (step.text, style)))
    bar = why.bought if isinstance(why, TradeWhy) else why
    return [*lines, *_contributions(bar), *_flips(bar)] if isinstance(bar, BarWhy) else lines


def _contributions(why: BarWhy) -> list[Part]:
    if not why.shares:
        return []
    rows = [(entry.label, *(f"{share:+.3f}" for share in entry.shares)) for entry in why.shares]
    base = (why.base_words, *(f"{share:.3f}" for share in why.base))
    today = ("this bar", *(f"{share:.3f}" for share in why.today or why.logged))
    caption = "What each group of inputs added to the probabilities; the columns add up"
    return [words_table(caption, ("Group", "BUY", "HOLD", "SELL"), [base, *rows, today], figures=3)]


def _flips(why: BarWhy) -> list[Part]:
    others = why.flips[1:SHOWN_FLIPS]
    return [Text(typographic(f"Or: {flip_words(flip)}"), style="dim") for flip in others]
