"""The changes of the models station as work: what each asks of the use cases, what it says, and its way back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.models.changes import Change, Done
from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.tasks.task import Work
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.migration_plan import MIGRATED


def pin(workspace: Workspace, path: Path) -> Change:
    """Return the work that lets a model serve every request for its strategy and time frame.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.pin_model(workspace, path)
        before = workspace.models / made.strategy_name / made.before
        back = pin(workspace, before) if made.before not in ("", made.after) else unpin(workspace, path)
        hint = say("It serves every request for {0} {1}, whatever is trained later.")
        return Done(
            say("{0} is pinned").format(made.after), hint.format(made.strategy_name, made.timeframe), back, path
        )

    return work


def unpin(workspace: Workspace, path: Path) -> Change:
    """Return the work that takes a pin away.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        The pinned folder.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.unpin_model(workspace, path)
        hint = say("The resolver's own steps decide for {0} {1} again.").format(made.strategy_name, made.timeframe)
        return Done(say("{0} is not pinned any more").format(made.before), hint, pin(workspace, path), path)

    return work


def roll_back(workspace: Workspace, strategy: str, name: layout.FolderName) -> Change:
    """Return the work that lets ``_latest`` name a version.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    strategy : str
        Its strategy.
    name : FolderName
        The version's folder.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.roll_back(workspace, strategy, name.timeframe, name.version, name.symbol)
        before = layout.parse_folder(made.before)
        back = None if before is None else roll_back(workspace, strategy, before)
        hint = say("Before, it named {0}.").format(made.before) if before else say("It named none before.")
        text = say("{0} names {1} now").format(made.pointer.name, made.after)
        return Done(text, hint, back, made.pointer.parent / made.after)

    return work


def delete(workspace: Workspace, path: Path) -> Change:
    """Return the work that moves a model into the trash.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.delete_model(workspace, path)
        hint = workspace.relative(made.folder)
        if made.latest_before == made.name:
            names = (
                say("the latest is {0} now").format(made.latest_after)
                if made.latest_after
                else say("no latest is left")
            )
            hint = f"{hint} — {names}"
        return Done(say("{0} is in the trash").format(made.model), hint, restore(workspace, made.model))

    return work


def restore(workspace: Workspace, model: str) -> Change:
    """Return the work that brings a model back.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    model : str
        As `TrashedModel.model` names it.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.restore_model(workspace, model)
        path = workspace.models / made.model
        return Done(say("{0} is back").format(made.model), "", delete(workspace, path), path)

    return work


def remark(
    workspace: Workspace, path: Path, note: str, tags: Sequence[str], before: tuple[str, Sequence[str]]
) -> Change:
    """Return the work that writes what is said of a model.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder.
    note : str
        Its note from now on.
    tags : sequence of str
        Its tags from now on.
    before : (str, sequence of str)
        Note and tags until now.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        added, removed = (tuple(sorted(set(a) - set(b))) for a, b in ((tags, before[1]), (before[1], tags)))
        workflows.tag_model(workspace, path, added, removed)
        workflows.annotate_model(workspace, path, note)
        back = remark(workspace, path, before[0], before[1], (note, tags))
        return Done(say("Note and tags of {0} are kept").format(path.name), "", back, path)

    return work


def export(workspace: Workspace, path: Path, file: Path) -> Change:
    """Return the work that writes a model as one zip.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path
        Its folder.
    file : Path
        The zip; it must not exist.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.export_model(workspace, path, file)
        left = say("Left out, as they are never read: {0}.").format(", ".join(made.left_out)) if made.left_out else ""
        text = say("{0} is in {1} ({2} files)").format(path.name, made.file, len(made.files))
        return Done(text, left, None, path)

    return work


def take_in(workspace: Workspace, file: Path) -> Change:
    """Return the work that takes a model from a zip.

    Parameters
    ----------
    workspace : Workspace
        Where it goes.
    file : Path
        The zip.
    """

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        made = workflows.import_model(workspace, file)
        said = [say("It was {0} where it came from.").format(made.was)] if made.renumbered else []
        said.append(say("The latest is {0}.").format(made.latest or say("none")))
        text = say("{0} came in").format(workspace.relative(made.path))
        return Done(text, " ".join(said), delete(workspace, made.path), made.path)

    return work


def plan_migration(workspace: Workspace, strategy: str | None) -> Work:
    """Return the work that says what a migration would do, and writes nothing.

    Parameters
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str or None
        One strategy's name; None for all.
    """

    def work(progress: Progress, cancel: CancelToken) -> dict[str, Any]:
        return _run(workspace, strategy, True, progress, cancel)

    return work


def migrate(workspace: Workspace, strategy: str | None) -> Change:
    """Return the work that copies the original's models into the archive.

    Parameters
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str or None
        One strategy's name; None for all.
    """

    def work(progress: Progress, cancel: CancelToken) -> Done:
        report = _run(workspace, strategy, False, progress, cancel)
        copies = [Path(step["target"]) for step in report["steps"] if step["action"] == MIGRATED]
        text = say("1 model copied and verified") if len(copies) == 1 else say("{0} models copied and verified")
        place = workspace.relative(Path(report["report_file"]))
        back = take_out(workspace, strategy, copies) if copies else None
        hint = say("Report: {0}").format(place)
        return Done(text.format(len(copies)), hint, back, copies[0] if copies else None, report)

    return work


def take_out(workspace: Workspace, strategy: str | None, copies: Sequence[Path]) -> Change:
    """Return the work that moves the copies of one migration into the trash; originals are not touched.

    Parameters
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str or None
        What was migrated.
    copies : sequence of Path
        What was made.
    """

    def work(_progress: Progress, cancel: CancelToken) -> Done:
        for copy in copies:
            cancel.check()
            workflows.delete_model(workspace, copy)
        text = say("1 copy is in the trash") if len(copies) == 1 else say("{0} copies are in the trash")
        return Done(text.format(len(copies)), "", migrate(workspace, strategy))

    return work


def _run(
    workspace: Workspace, strategy: str | None, dry_run: bool, progress: Progress, cancel: CancelToken
) -> dict[str, Any]:
    # Imported here, in the worker's thread: only a migration needs torch.
    request = load("ktrdr_app.workflows.migrate_run").MigrateRequest(workspace, strategy, dry_run)
    return workflows.migrate_models(request, progress, cancel)
