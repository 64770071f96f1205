"""Strategies of a workspace: list, check, and save edited fuzzy sets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace, shipped_strategies
from ktrdr_app.strategy.edit import with_sets
from ktrdr_app.strategy.load import LoadedStrategy, find_strategy, load_strategy, read_strategy, strategy_files
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.requests import StrategyInfo
from ktrdr_app.workflows.strategy_check import check_text


def list_strategies(workspace: Workspace) -> list[StrategyInfo]:
    """Return every strategy file, with what is wrong with it if anything is.

    Parameters
    ----------
    workspace : Workspace
        Whose own files come on top of the shipped ones.
    """
    own = shipped_strategies()
    found = []
    for name, path in strategy_files(workspace).items():
        description, problem, called = "", "", ""
        try:
            strategy = validate_strategy(workspace, name).strategy
            description, called = strategy.description, strategy.name
        except KtrdrError as error:
            problem = f"{error.where}: {error.message}"
        found.append(StrategyInfo(name, path, description, path.parent == own, problem, called))
    return found


def validate_strategy(workspace: Workspace, strategy: str) -> LoadedStrategy:
    """Check a strategy against the grammar and the catalogue of indicators.

    Parameters
    ----------
    workspace : Workspace
        Where strategies are looked for.
    strategy : str
        Name or path.

    Raises
    ------
    StrategyNotFound, StrategyProblem
        With line and column of every problem, of grammar and catalogue alike.
    """
    text, where = read_strategy(strategy, workspace)
    return check_text(text, where)


def check_strategy(text: str, where: str) -> LoadedStrategy:
    """Check the text of a strategy that is in no file, as `validate_strategy` checks a file.

    Parameters
    ----------
    text : str
        The YAML.
    where : str
        What messages call it.

    Raises
    ------
    StrategyProblem
        With line and column of every problem.
    """
    return check_text(text, where)


def save_fuzzy_sets(workspace: Workspace, strategy: str, sets_by_input: Mapping[str, Mapping[str, FuzzySet]]) -> Path:
    """Write a strategy with new sets for some inputs into the workspace, at once; a shipped file is never changed.

    Parameters
    ----------
    workspace : Workspace
        Where the file goes (``configs/strategies``); comments, order and layout of the old file stay.
    strategy : str
        Strategy name or path.
    sets_by_input : mapping of str to mapping of str to FuzzySet
        The new sets, from low to high, by key under ``fuzzy_sets``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UnknownName
        If the strategy has no such input.
    StrategyProblem
        If the result would not be a valid strategy; nothing is written then.
    """
    loaded = load_strategy(strategy, workspace)
    text = find_strategy(strategy, workspace).read_bytes().decode("utf-8")
    for fuzzy_input, sets in sets_by_input.items():
        text = with_sets(text, fuzzy_input, sets, loaded.where)
    target = workspace.strategies / f"{Path(strategy).stem}.yaml"
    write_text(target, text)
    return target
