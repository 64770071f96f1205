"""What the results of a training are called in the user's language, and figures with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.training_results import ALL, SymbolFigures


def say(text: str) -> str:
    """Return words of the results in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("TrainingResults", text)


def name_of(found: SymbolFigures) -> str:
    """Return what figures are called: the symbol, or that they are of all together.

    Parameters
    ----------
    found : SymbolFigures
        The figures.
    """
    return say("All symbols") if found.symbol == ALL else found.symbol


def share_with_interval(value: float | None, ends: Sequence[float] | None, *, signed: bool = False) -> str:
    """Write a share with both ends of its interval: ``70.7 % (66…75)``.

    Parameters
    ----------
    value : float or None
        Fraction.
    ends : sequence of float or None
        Lower and upper end; left out if None.
    signed : bool
        Whether gains get a plus.
    """
    text = numbers.percent(value, signed=signed)
    if value is None or ends is None:
        return text
    low, high = (numbers.decimal(100 * end, 0) for end in ends)
    return say("{0} ({1}…{2})").format(text, low, high)
