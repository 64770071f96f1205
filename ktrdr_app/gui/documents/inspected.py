"""What a station tells the inspector: what is selected, why it is as it is, and what can be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing that can be done with what is selected.

    Attributes
    ----------
    text : str
        What the button says.
    act : callable
        Does it; called in the GUI thread.
    icon : str
        Name of an icon; empty for none.
    reason : str
        Why it cannot be done now; empty if it can.
    """

    text: str
    act: Callable[[], object]
    icon: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Inspected:
    """What is selected at a station.

    Attributes
    ----------
    kind : str
        What sort of thing it is: ``Series``, ``Model``.
    title : str
        Its name.
    facts : tuple of (str, str)
        What is known of it, in words and figures with their units.
    why : str
        Why it is as it is, or what it means, in a sentence or two.
    tone : str
        Colour of that sentence: ``success``, ``warning``, ``danger`` or nothing.
    steps : tuple of Step
        What can be done next, the best first.
    """

    kind: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    why: str = ""
    tone: str = ""
    steps: tuple[Step, ...] = ()
