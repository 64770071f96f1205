"""What has changed in a strategy since a model was trained with it: settings that differ, and both texts in rows."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import from_document, parse_strategy
from ktrdr_app.workflows.compare_facts import FUZZY, SETTINGS, facts_of, translated
from ktrdr_app.workflows.compare_run import Difference
from ktrdr_app.workflows.models import show_model

SAME, CHANGED, GONE, NEW = "", "≠", "−", "+"
_CONTEXT = 2
_WIDTH = 72


@dataclass(frozen=True)
class TextRow:
    """One row of two texts beside each other.

    Attributes
    ----------
    mark : str
        Empty for the same in both, ``≠`` for changed, ``−`` for gone since, ``+`` for new since.
    before, now : str
        The line of the model's strategy, the line of the text; empty where there is none.
    """

    mark: str
    before: str
    now: str


@dataclass(frozen=True)
class StrategyComparison:
    """A strategy beside the one that a model was trained with.

    Attributes
    ----------
    model : str
        Name of the model's folder.
    differences : tuple of Difference
        Settings and sets that differ, the model's first.
    equal : int
        How many are alike.
    rows : tuple of TextRow
        Both in full with every default, what is alike left out but for some lines around what is not.
    note : str
        What keeps the two from being held against each other; empty if nothing.
    """

    model: str
    differences: tuple[Difference, ...]
    equal: int
    rows: tuple[TextRow, ...]
    note: str = ""


def compare_strategy(workspace: Workspace, text: str, where: str, model: Path | str) -> StrategyComparison:
    """Hold a strategy's text against the strategy that a model was trained with.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder.
    text : str
        The YAML.
    where : str
        What messages call it.
    model : Path or str
        The model's folder.

    Raises
    ------
    StrategyProblem
        If the text is no valid strategy.
    ModelNotFound, ModelRejected
        If the model is not there, or must not be used.
    """
    ours = parse_strategy(text, where).strategy.document()
    shown = show_model(workspace, model)
    name = Path(shown["path"]).name
    theirs, note = _of_model(shown, name)
    one, other = facts_of(shown, theirs), facts_of(shown, ours)
    differences, equal = [], 0
    for section in (SETTINGS, FUZZY):
        for key in dict.fromkeys((*one[section], *other[section])):
            entry = Difference(section, key, one[section].get(key), other[section].get(key))
            if entry.first == entry.second:
                equal += 1
            else:
                differences.append(entry)
    return StrategyComparison(name, tuple(differences), equal, rows_of(_yaml(theirs), _yaml(ours)), note)


def rows_of(before: str, now: str) -> tuple[TextRow, ...]:
    """Return two texts in rows; of what is alike, only some lines around each change, parted by rows of ``⋯``.

    Parameters
    ----------
    before, now : str
        The texts.
    """
    old, new = before.splitlines(), now.splitlines()
    rows: list[TextRow] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        if rows:
            rows.append(TextRow(SAME, "⋯", "⋯"))
        for tag, first, last, start, stop in group:
            left, right = old[first:last], new[start:stop]
            for place in range(max(len(left), len(right))):
                one = left[place] if place < len(left) else ""
                other = right[place] if place < len(right) else ""
                rows.append(TextRow(_mark(tag, place < len(left), place < len(right)), one, other))
    return tuple(rows)


def _mark(tag: str, in_old: bool, in_new: bool) -> str:
    if tag == "equal":
        return SAME
    return CHANGED if in_old and in_new else GONE if in_old else NEW


def _of_model(shown: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    """Return the model's strategy in our grammar with every default said, so that settings made since compare too."""
    stored = shown["strategy"]
    if shown["look_ahead"]:
        ours = translated(stored, name)
        said = "is compared as `strategies upgrade` translates it" if ours else "cannot be translated, and differs"
        return ours or stored, f"{name} is a model of the original; its strategy {said}."
    try:
        return from_document(stored, name).strategy.document(), ""
    except StrategyProblem as error:
        return stored, f"The strategy of {name} is of another grammar ({error.message}) and is shown as it is."


class _Dumper(yaml.SafeDumper):
    """A line for each setting; lists in brackets."""


_Dumper.add_representer(list, lambda dumper, held: dumper.represent_sequence("tag:yaml.org,2002:seq", held, True))


def _yaml(document: dict[str, Any]) -> str:
    return yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=_WIDTH, allow_unicode=True
    )
