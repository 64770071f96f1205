"""Upgrades a strategy file of the original into the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core.errors import FileMissing, InvalidValue, Problem, StorageProblem, StrategyProblem
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.load import strategy_files
from ktrdr_app.strategy.upgrade import upgrade_strategy
from ktrdr_app.strategy.upgrade_notes import Note
from ktrdr_app.workflows.strategy_check import check_text


@dataclass(frozen=True)
class UpgradeResult:
    """An upgraded strategy.

    Attributes
    ----------
    source, path : Path
        The file that was read, and the one that was written.
    name : str
        The strategy's name.
    notes : tuple of Note
        Every change of meaning.
    """

    source: Path
    path: Path
    name: str
    notes: tuple[Note, ...]


def upgrade(workspace: Workspace, file: Path, out: Path | None = None) -> UpgradeResult:
    """Write a strategy of the original in our grammar, checked as ``strategies validate`` does.

    Parameters
    ----------
    workspace : Workspace
        Where it goes: ``configs/strategies/{name}.yaml``, or ``{name}_upgraded.yaml`` where a strategy has that name.
    file : Path
        The original's YAML, or the ``config.json`` of one of its models; never changed.
    out : Path, optional
        Another place for the result.

    Raises
    ------
    FileMissing
        If there is no such file.
    StrategyProblem
        If it is no strategy of the original, or what comes out of it would not be valid; nothing is written then.
    InvalidValue
        If the place is taken.
    StorageProblem
        If the disk does not let it be read or written.
    """
    if not file.is_file():
        raise FileMissing(str(file), "a strategy file of the original")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Problem("file", 0, 0, f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        raise StrategyProblem(str(file), [fault]) from error
    except OSError as error:
        raise StorageProblem(str(file), error.strerror or str(error)) from error
    upgraded = upgrade_strategy(text, workspace.relative(file))
    name = upgraded.document["name"]
    place = out or workspace.strategies / f"{_free_name(name, workspace)}.yaml"
    if place.exists():
        raise InvalidValue("out", str(place), "a file that is not there yet; nothing is overwritten")
    check_text(upgraded.text, f"{place.name} (upgraded)")
    write_text(place, upgraded.text)
    return UpgradeResult(file, place, name, upgraded.notes)


def _free_name(name: str, workspace: Workspace) -> str:
    """Return a name that hides no strategy, neither the workspace's own nor a shipped one."""
    return f"{name}_upgraded" if name in strategy_files(workspace) else name
