"""Strategy files of a workspace: opened, saved, made, renamed, deleted and brought back; shipped ones never change."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ktrdr_app.core import trash
from ktrdr_app.core.errors import StorageProblem, StrategyChanged, StrategyExists, StrategyProblem
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace, safe_name, shipped_strategies
from ktrdr_app.core.words import unused
from ktrdr_app.strategy.load import find_strategy, read_strategy, strategy_files
from ktrdr_app.strategy.template import MINIMAL
from ktrdr_app.strategy.text_edit import with_value

KIND = "strategy"
MINIMAL_NAME = "minimal"


@dataclass(frozen=True)
class StrategyFile:
    """A strategy file as it was read or written.

    Attributes
    ----------
    name : str
        File stem.
    path : Path
        The file.
    text : str
        Its text, with line feeds alone at the ends of lines.
    digest : str
        SHA-256 of its bytes.
    shipped : bool
        Whether it came with the program.
    line_end : str
        What its lines end with on disk.
    """

    name: str
    path: Path
    text: str
    digest: str
    shipped: bool
    line_end: str = "\n"


@dataclass(frozen=True)
class DeletedStrategy:
    """A strategy in the trash.

    Attributes
    ----------
    name : str
        File stem.
    folder : Path
        The deletion.
    file : str
        Name of the file.
    """

    name: str
    folder: Path
    file: str


def open_strategy(workspace: Workspace, name: str) -> StrategyFile:
    """Read a strategy file, right or wrong.

    Parameters
    ----------
    workspace : Workspace
        Where strategies are looked for.
    name : str
        File stem.

    Raises
    ------
    StrategyNotFound, StrategyProblem, StorageProblem
        As `ktrdr_app.strategy.load.read_strategy` raises them.
    """
    read_strategy(name, workspace)
    return _read(find_strategy(name, workspace))


def save_strategy(workspace: Workspace, file: StrategyFile, text: str, *, overwrite: bool = False) -> StrategyFile:
    """Write a text into the strategy's file; that of a shipped strategy becomes a file of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Where the file goes.
    file : StrategyFile
        What was opened.
    text : str
        The new text, right or wrong: work is never refused.
    overwrite : bool
        Whether a file that somebody else has changed since is written over.

    Raises
    ------
    StrategyChanged
        If the file is another than the one that was opened, and ``overwrite`` is not given.
    StorageProblem
        If the disk refuses.
    """
    target = workspace.strategies / f"{file.name}.yaml" if file.shipped else file.path
    if not overwrite and target.exists() and (file.shipped or _digest(target.read_bytes()) != file.digest):
        raise StrategyChanged(workspace.relative(target))
    write_text(target, text.replace("\n", file.line_end))
    return _read(target)


def template_text(name: str) -> str:
    """Return the text of a template.

    Parameters
    ----------
    name : str
        ``minimal``, or a shipped strategy.

    Raises
    ------
    StrategyNotFound
        If there is none of that name.
    """
    none = Workspace(Path("/nonexistent"))
    return MINIMAL if name == MINIMAL_NAME else _read(find_strategy(name, none)).text


def template_names() -> tuple[str, ...]:
    """Return the names of the templates, the minimal one first."""
    return (MINIMAL_NAME, *sorted(path.stem for path in shipped_strategies().glob("*.y*ml")))


def create_strategy(workspace: Workspace, name: str, text: str, line_end: str = "\n") -> StrategyFile:
    """Write a text as a new strategy of the workspace, under a name that is free.

    Parameters
    ----------
    workspace : Workspace
        Where the file goes.
    name : str
        Its file stem; the text's ``name:`` becomes the same, unless it is no YAML.
    text : str
        The YAML.
    line_end : str
        What its lines are to end with on disk.

    Raises
    ------
    UnsafeName
        If the name cannot be a file's.
    StrategyExists
        If it is taken, by a shipped strategy too.
    StorageProblem
        If the disk refuses.
    """
    safe_name(name, "strategy")
    if name.casefold() in {known.casefold() for known in strategy_files(workspace)}:
        raise StrategyExists(name)
    target = workspace.strategies / f"{name}.yaml"
    write_text(target, _called(text, name).replace("\n", line_end))
    return _read(target)


def free_name(workspace: Workspace, wish: str) -> str:
    """Return the wished name, or the next one with a number that no strategy has.

    Parameters
    ----------
    workspace : Workspace
        Whose strategies.
    wish : str
        A name.
    """
    taken = {known.casefold() for known in strategy_files(workspace)}
    return unused(wish, lambda name: name.casefold() in taken)


def rename_strategy(workspace: Workspace, file: StrategyFile, name: str) -> StrategyFile:
    """Give a strategy of the workspace another name, in its text too; its models stay under the old one.

    Parameters
    ----------
    workspace : Workspace
        Whose strategy.
    file : StrategyFile
        What was opened; no shipped one.
    name : str
        The new name.

    Raises
    ------
    UnsafeName, StrategyExists, StorageProblem
        As `create_strategy` raises them, and if the disk keeps the file under its old name; it is untouched then.
    StrategyChanged
        If the file is another than the one that was opened.
    """
    if not file.path.exists() or _digest(file.path.read_bytes()) != file.digest:
        raise StrategyChanged(workspace.relative(file.path))
    made = create_strategy(workspace, name, file.text, file.line_end)
    try:
        file.path.unlink(missing_ok=True)
    except OSError as error:
        with contextlib.suppress(OSError):
            made.path.unlink()
        raise StorageProblem(str(file.path), error.strerror or str(error)) from error
    return made


def delete_strategy(workspace: Workspace, file: StrategyFile) -> DeletedStrategy:
    """Move a strategy of the workspace into its trash.

    Parameters
    ----------
    workspace : Workspace
        Whose strategy.
    file : StrategyFile
        What was opened; no shipped one.

    Raises
    ------
    StorageProblem
        If the disk refuses; the file is where it was then.
    """
    folder, _ = trash.put_away(workspace, KIND, file.name, [file.path], {"name": file.name})
    return DeletedStrategy(file.name, folder, file.path.name)


def restore_strategy(workspace: Workspace, deleted: DeletedStrategy) -> StrategyFile:
    """Bring a deleted strategy back; one that came under its name meanwhile is never written over.

    Parameters
    ----------
    workspace : Workspace
        Whose strategy.
    deleted : DeletedStrategy
        What `delete_strategy` returned.

    Raises
    ------
    StrategyExists
        If there is another of that name in the workspace by now.
    StorageProblem
        If the disk refuses.
    """
    target = workspace.strategies / deleted.file
    if target.exists():
        raise StrategyExists(deleted.name)
    trash.take_back(deleted.folder, [deleted.file], workspace.strategies)
    return _read(target)


def _read(path: Path) -> StrategyFile:
    content = path.read_bytes()
    text = content.decode("utf-8")
    line_end = "\r\n" if "\r\n" in text else "\n"
    own = path.parent.resolve() == shipped_strategies().resolve()
    return StrategyFile(path.stem, path, text.replace("\r\n", "\n"), _digest(content), own, line_end)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _called(text: str, name: str) -> str:
    try:
        return with_value(text, ("name",), name)
    except StrategyProblem:
        return text  # no YAML yet: it is written as it stands, and its problems are shown
