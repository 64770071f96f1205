"""The training station's words in the user's language, for code that is no widget."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str) -> str:
    """Return words in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("TrainingPanel", text)
