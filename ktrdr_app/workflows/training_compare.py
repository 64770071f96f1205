"""Several trainings beside each other: only what differs among them, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.compare_facts import SECTIONS, Facts, facts_of, translated
from ktrdr_app.workflows.compare_run import Difference, compare_models
from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.training_runs import FINISHED, list_trainings

LEAST = 2


@dataclass(frozen=True)
class ComparedLine:
    """One thing that is compared.

    Attributes
    ----------
    section : str
        ``training``, ``settings``, ``fuzzy sets``, ``metrics`` or ``contract``.
    name : str
        What it is.
    words : tuple of str
        As each training has it, in their order; a dash for what one does not have.
    differs : bool
        Whether not all have it alike.
    """

    section: str
    name: str
    words: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class TrainingComparison:
    """Trainings beside each other.

    Attributes
    ----------
    labels : tuple of str
        What they are called, in the order asked for.
    lines : tuple of ComparedLine
        Everything that was compared, by section.
    cautions : tuple of str
        What keeps their figures from being held against each other.
    """

    labels: tuple[str, ...]
    lines: tuple[ComparedLine, ...]
    cautions: tuple[str, ...]

    @property
    def differing(self) -> tuple[ComparedLine, ...]:
        """What is not alike in all."""
        return tuple(line for line in self.lines if line.differs)


def compare_trainings(workspace: Workspace, keys: Sequence[str]) -> TrainingComparison:
    """Return what is alike and what differs among trainings that became models.

    Parameters
    ----------
    workspace : Workspace
        Whose trainings they are.
    keys : sequence of str
        As `TrainingRun.key` names them; two or more.

    Raises
    ------
    BadInput
        If there are fewer than two, or one is not there or became no model.
    ModelRejected
        If one is damaged.
    """
    if len(keys) < LEAST:
        raise BadInput("one training has nothing to be compared with", hint="choose two or more", where="keys")
    known = {run.key: run for run in list_trainings(workspace)}
    for key in keys:
        if key not in known:
            raise BadInput(f"there is no training {key}", hint="read the list again", where=key)
        if known[key].state != FINISHED:
            raise BadInput(f"{known[key].label} became no model", hint="compare finished trainings", where=key)
    paths = [known[key].path for key in keys]
    shown = [show_model(workspace, path) for path in paths]
    facts = [facts_of(each, _strategy(each)) for each in shown]
    cautions: dict[str, None] = {}
    for other in paths[1:]:
        cautions |= dict.fromkeys(compare_models(workspace, paths[0], other).cautions)
    return TrainingComparison(tuple(known[key].label for key in keys), _lines(facts), tuple(cautions))


def _strategy(shown: dict[str, Any]) -> dict[str, Any]:
    ours = translated(shown["strategy"], shown["path"]) if shown["look_ahead"] else None
    return ours or dict(shown["strategy"])


def _lines(facts: Sequence[Facts]) -> tuple[ComparedLine, ...]:
    found = []
    for section in SECTIONS:
        for name in dict.fromkeys(name for each in facts for name in each[section]):
            values = [each[section].get(name) for each in facts]
            words = tuple(Difference(section, name, value, value).words[0] for value in values)
            found.append(ComparedLine(section, name, words, any(value != values[0] for value in values[1:])))
    return tuple(found)
