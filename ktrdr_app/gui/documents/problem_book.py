"""Every known problem of the workspace, told by whoever knows it, in one list for the whole window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

WEIGHTS = ("danger", "warning")
"""Weights of a problem, gravest first."""


@dataclass(frozen=True)
class KnownProblem:
    """One thing that is wrong or doubtful.

    Attributes
    ----------
    panel : str
        Object name of the station where it can be put right.
    weight : str
        ``danger`` if something cannot be used, ``warning`` if it is doubtful.
    subject : str
        What it is about: a series, a file, a model.
    text : str
        What is wrong, in one line.
    show : callable, optional
        Selects the thing at its station, once that is shown.
    """

    panel: str
    weight: str
    subject: str
    text: str
    show: Callable[[], object] | None = None


class ProblemBook(QObject):
    """The problems, by who told them.

    Parameters
    ----------
    parent : QObject, optional
        Owner in the Qt tree.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: dict[str, tuple[KnownProblem, ...]] = {}

    @property
    def problems(self) -> tuple[KnownProblem, ...]:
        """All of them, gravest first, otherwise as they were told."""
        every = [problem for told in self._told.values() for problem in told]
        return tuple(sorted(every, key=lambda problem: WEIGHTS.index(problem.weight)))

    def of(self, panel: str) -> tuple[KnownProblem, ...]:
        """Return the problems of one station, gravest first.

        Parameters
        ----------
        panel : str
            Its object name.
        """
        return tuple(problem for problem in self.problems if problem.panel == panel)

    def tell(self, source: str, problems: tuple[KnownProblem, ...]) -> None:
        """Replace what one source told before.

        Parameters
        ----------
        source : str
            Who tells it.
        problems : tuple of KnownProblem
            All that this source knows now; empty if all is well.
        """
        before = self._told.get(source, ())
        self._told[source] = problems
        if [_face(problem) for problem in before] != [_face(problem) for problem in problems]:
            self.changed.emit()


def _face(problem: KnownProblem) -> tuple[str, str, str, str]:
    return problem.panel, problem.weight, problem.subject, problem.text
