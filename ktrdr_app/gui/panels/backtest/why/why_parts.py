"""What the card shows of an explanation, as plain records; `why_view` fills them in the worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ktrdr_app.workflows.why_sentences import Step


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
