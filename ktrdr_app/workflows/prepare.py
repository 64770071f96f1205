"""Steps that several use cases share: strategy, bars, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.column_cache import CachedCSVSource
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.schema import BacktestSettings, Section
from ktrdr_app.workflows.requests import MoneyOptions

S = TypeVar("S", bound=Section)

_BOUNDS = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}
"""Words for what a field's bounds are called in the grammar."""


def source_of(workspace: Workspace) -> CachedCSVSource:
    """Return the workspace's source of bars.

    Parameters
    ----------
    workspace : Workspace
        Whose data folder is read.
    """
    return CachedCSVSource(workspace.data, workspace.cache / "bars")


def find_series(workspace: Workspace, symbol: str, timeframe: str) -> Path:
    """Return the file of a series that is there.

    Parameters
    ----------
    workspace : Workspace
        Whose data folder is looked into.
    symbol, timeframe : str
        The series.

    Raises
    ------
    DataNotFound
        If there is none.
    UnsafeName, UnknownName
        For names that cannot be right.
    """
    source = source_of(workspace)
    path = source.path(symbol, timeframe)
    if not path.is_file():
        source.load(symbol, timeframe)
    return path


def overridden(section: S, overrides: Mapping[str, Any]) -> S:
    """Return a section of a strategy with some values replaced, and checked again.

    Parameters
    ----------
    section : Section
        The section.
    overrides : mapping
        Values by field; those that are None are left as they are.

    Raises
    ------
    InvalidValue
        For a value that the section does not allow.
    """
    changed = {name: value for name, value in overrides.items() if value is not None}
    try:
        return type(section).model_validate(section.model_dump() | changed)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else type(section).__name__
        told = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        beyond = first["type"].startswith(("greater_than", "less_than"))
        expected = beyond and _range(type(section), field)
        raise InvalidValue(field, first["input"], expected or told, where=f"option {field}") from error


def _range(section: type[Section], field: str) -> str:
    """Return the numbers that a field takes, in words, with both bounds; empty where it has none of its own."""
    bounds = [
        f"{word} {getattr(entry, name):,.15g}"
        for entry in section.model_fields[field].metadata
        for name, word in _BOUNDS.items()
        if hasattr(entry, name)
    ]
    return f"a number {' and '.join(bounds)}" if bounds else ""


def with_overrides(loaded: LoadedStrategy, section: str, overrides: Mapping[str, Any]) -> LoadedStrategy:
    """Return the strategy with some values of one section replaced, and checked again.

    Parameters
    ----------
    loaded : LoadedStrategy
        The strategy.
    section : str
        ``training`` or ``backtest``.
    overrides : mapping
        Values by field; those that are None are left as they are.

    Raises
    ------
    InvalidValue
        For a value that the section does not allow.
    """
    new = overridden(getattr(loaded.strategy, section), overrides)
    return LoadedStrategy(loaded.strategy.model_copy(update={section: new}), loaded.where, loaded.text, loaded.marks)


def account_of(settings: BacktestSettings, money: MoneyOptions) -> BacktestConfig:
    """Return what a backtest's account is run with.

    Parameters
    ----------
    settings : BacktestSettings
        The strategy's section, the overrides applied already.
    money : MoneyOptions
        Gives the size of positions, which no section has.

    Raises
    ------
    InvalidValue, UnknownName
        For the first value, or pair of values, that cannot be.
    """
    config = BacktestConfig.of(settings)
    return config if money.sizing is None else replace(config, sizing=dict(money.sizing))
