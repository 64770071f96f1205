"""A document with sets of every kind, and the editor's parts around it."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
    from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot

collect_ignore_glob = [] if importlib.util.find_spec("PySide6") else ["test_*.py"]


def every_kind() -> dict[str, FuzzyInput]:
    """Return two inputs: one with shoulders and a triangle, one with a gaussian and a closed trapezoid."""
    return {
        "rsi": FuzzyInput(
            sets={
                "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left"),
                "middle": FuzzySet(type="triangular", parameters=[25, 50, 75]),
                "high": FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right"),
            }
        ),
        "macd": FuzzyInput(
            form="atr",
            sets={
                "flat": FuzzySet(type="gaussian", parameters=[0, 0.5]),
                "wide": FuzzySet(type="trapezoidal", parameters=[-3, -1, 1, 3]),
            },
        ),
    }


def some_values(seed: int = 5) -> dict[str, np.ndarray]:
    """Return values of two symbols between 0 and 100."""
    random = np.random.default_rng(seed)
    return {"AAA": np.clip(random.normal(50, 12, 900), 1, 99), "BBB": np.clip(random.normal(60, 15, 700), 1, 99)}


@pytest.fixture
def document(qtbot: QtBot) -> FuzzyDocument:
    """Return a document of `every_kind`."""
    from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument

    return FuzzyDocument("test", every_kind())


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication, document: FuzzyDocument) -> FuzzyPlot:
    """Return the editor's picture of that document over some values, 900 by 420 pixels, shown."""
    from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot

    made = FuzzyPlot()
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.set_document(document)
    made.set_values(some_values())
    made.show()
    qtbot.waitExposed(made)
    made.viewport().grab()
    return made
