"""Sets that were edited, written only over those that they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ktrdr_app.core.errors import StrategyChanged
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import find_strategy, load_strategy
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.strategies import save_fuzzy_sets

SetsByInput = Mapping[str, Mapping[str, FuzzySet]]

CHANGED_HINT = "copy your sets, undo your changes, refresh, and paste them"


def save_edited_sets(workspace: Workspace, strategy: str, edited: SetsByInput, opened: SetsByInput) -> Path:
    """Write edited sets of some inputs, unless somebody has written others since; all of them or none.

    Parameters
    ----------
    workspace : Workspace
        Where the file goes, as `save_fuzzy_sets` writes it.
    strategy : str
        Strategy name or path.
    edited : mapping of str to mapping of str to FuzzySet
        The new sets, from low to high, by input.
    opened : mapping of str to mapping of str to FuzzySet
        The sets of the same inputs as they were read or last saved.

    Returns
    -------
    Path
        The strategy's file.

    Raises
    ------
    StrategyChanged
        If the file has other sets for one of these inputs, or lacks it; nothing is written then.
    StrategyProblem
        If the file, or what it would become, is no valid strategy; nothing is written then.
    """
    now = load_strategy(strategy, workspace).strategy.fuzzy_sets
    for name in edited:
        if name not in now or list(now[name].sets.items()) != list(opened[name].items()):
            raise StrategyChanged(workspace.relative(find_strategy(strategy, workspace)), CHANGED_HINT)
    return save_fuzzy_sets(workspace, strategy, edited)
