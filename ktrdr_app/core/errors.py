"""Every error a user can meet, as one tree; each class words its own sentence from the facts.

KtrdrError
 ├─ BadInput (exit 2)          InvalidValue · UnknownName · UnsafeName · Repaints · StrategyExists ·
 │                             StrategyChanged
 ├─ DataProblem (exit 2)       DataNotFound (exit 3) · FileMissing (exit 3) · EmptyData · MalformedBars ·
 │                             TooFewRows · SignalsMismatch · SeriesExists · NothingInTrash (exit 3) ·
 │                             RunNotFound (exit 3) · NoRate (exit 3)
 ├─ StrategyProblem (exit 2)   StrategyNotFound (exit 3)
 ├─ ModelNotFound (exit 3)
 ├─ ModelRejected (exit 4)
 ├─ BundleRejected (exit 4)
 ├─ TrainingFailed (exit 2)    NotFinite · OneClass
 ├─ StorageProblem (exit 2)    LockHeld · WorkspaceReadOnly
 ├─ WorkspaceBusy (exit 2)
 ├─ EnvironmentProblem (exit 2) ClusterProblem
 ├─ ServiceProblem (exit 2)    OperationNotFound (exit 3) · NotFinished · ResultMissing · BrokenOff ·
 │                             QueueFull · TokenWanted · ForeignRequest · BodyTooLarge
 ├─ WorkerDied
 └─ Cancelled (exit 130)

Faces render them; no other code catches them to hide them.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ktrdr_app.core.data_errors import DataNotFound as DataNotFound
from ktrdr_app.core.data_errors import DataProblem as DataProblem
from ktrdr_app.core.data_errors import EmptyData as EmptyData
from ktrdr_app.core.data_errors import FileMissing as FileMissing
from ktrdr_app.core.data_errors import MalformedBars as MalformedBars
from ktrdr_app.core.data_errors import NoRate as NoRate
from ktrdr_app.core.data_errors import NothingInTrash as NothingInTrash
from ktrdr_app.core.data_errors import RunNotFound as RunNotFound
from ktrdr_app.core.data_errors import SeriesExists as SeriesExists
from ktrdr_app.core.data_errors import SignalsMismatch as SignalsMismatch
from ktrdr_app.core.data_errors import TooFewRows as TooFewRows
from ktrdr_app.core.error_base import KtrdrError as KtrdrError
from ktrdr_app.core.service_errors import BodyTooLarge as BodyTooLarge
from ktrdr_app.core.service_errors import BrokenOff as BrokenOff
from ktrdr_app.core.service_errors import ForeignRequest as ForeignRequest
from ktrdr_app.core.service_errors import NotFinished as NotFinished
from ktrdr_app.core.service_errors import OperationNotFound as OperationNotFound
from ktrdr_app.core.service_errors import QueueFull as QueueFull
from ktrdr_app.core.service_errors import ResultMissing as ResultMissing
from ktrdr_app.core.service_errors import ServiceProblem as ServiceProblem
from ktrdr_app.core.service_errors import TokenWanted as TokenWanted
from ktrdr_app.core.words import closest, shown


class BadInput(KtrdrError):
    """A request that cannot be carried out as it was put."""

    code = "bad_input"
    exit_code = 2


class InvalidValue(BadInput):
    """A value outside what a field allows.

    Parameters
    ----------
    field : str
        Name of the option, parameter or column.
    found : object
        The value that was given.
    expected : str
        What is allowed, in words.
    where : str
        File or command that holds the field.
    """

    code = "invalid_value"

    def __init__(self, field: str, found: object, expected: str, *, where: str = "") -> None:
        super().__init__(f"{field} is {shown(found)}", hint=f"give {expected}", where=where or field)


class UnknownName(BadInput):
    """A name that is in no list of ours.

    Parameters
    ----------
    kind : str
        What the name stands for ("indicator", "panel").
    found : str
        The name that was given.
    allowed : sequence of str
        The names that exist.
    where : str
        File or option that holds the name.
    """

    code = "unknown_name"

    def __init__(self, kind: str, found: str, allowed: Sequence[str], *, where: str = "") -> None:
        near = closest(found, allowed)
        hint = f"did you mean {near!r}?" if near else f"known: {', '.join(sorted(allowed)) or 'none'}"
        super().__init__(f"there is no {kind} named {shown(found)}", hint=hint, where=where or kind)


class Repaints(BadInput):
    """An indicator for charts where a feature is wanted: bars to come would change what a model was trained on.

    Parameters
    ----------
    name : str
        The indicator.
    where : str
        Id or field that asks for it.
    """

    code = "repaints"

    def __init__(self, name: str, *, where: str = "") -> None:
        super().__init__(
            f"{name} is for charts only: bars to come change its past values",
            hint="use one that gives at each bar what was known then; `ktrdr-app indicators list` names them",
            where=where or name,
        )


class UnsafeName(BadInput):
    """A name that would leave its folder or cannot be a file name everywhere.

    Parameters
    ----------
    kind : str
        What the name stands for.
    found : str
        The name that was given.
    """

    code = "unsafe_name"

    def __init__(self, kind: str, found: str) -> None:
        super().__init__(
            f"{shown(found)} cannot be the name of a {kind}",
            hint="use letters, digits, and . _ - inside; begin with a letter or digit",
            where=kind,
        )


class StrategyExists(BadInput):
    """A name for a new strategy is taken.

    Parameters
    ----------
    name : str
        The name.
    """

    code = "strategy_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a strategy {name!r} already", hint="take another name", where=name)


class StrategyChanged(BadInput):
    """A strategy file is not the one that was opened: somebody has written it since.

    Parameters
    ----------
    path : str
        The file.
    hint : str
        What to do where the new text cannot be loaded, or saved over, by an answer.
    """

    code = "strategy_changed"

    def __init__(self, path: str, hint: str = "load its new text, or save over it") -> None:
        super().__init__("the file was changed on disk since it was opened", hint=hint, where=path)


Suggests = Literal["value", "key", "indicator", "output"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a strategy file, with its place.

    Attributes
    ----------
    path : str
        Dotted path of the field (``fuzzy_sets.rsi.sets.low``).
    line, column : int
        1-based place in the file; 0 where the strategy did not come from a file.
    found : str
        What stands there.
    expected : str
        What is allowed.
    suggestion : str
        Nearest valid word, if any.
    suggests : str
        What that word is to take the place of: the whole ``value``, the last ``key`` of the path, or the ``indicator``
        or ``output`` that a fuzzy input reads.
    """

    path: str
    line: int
    column: int
    found: str
    expected: str
    suggestion: str = ""
    suggests: Suggests = "value"

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        meant = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{place}{self.path}: {self.found}; {self.expected}{meant}"


class StrategyProblem(KtrdrError):
    """A strategy that does not say what it must, every problem listed.

    Parameters
    ----------
    where : str
        File or name of the strategy.
    problems : sequence of Problem
        All that is wrong, in file order.
    """

    code = "strategy_problem"
    exit_code = 2

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        first = self.problems[0]
        place = f"{where}:{first.line}:{first.column}" if first.line else where
        meant = f"did you mean {first.suggestion!r}? " if first.suggestion else ""
        super().__init__(f"{first.path}: {first.found}{more}", hint=f"{meant}{first.expected}", where=place)

    def details(self) -> dict[str, list[dict[str, Any]]]:
        """Return every problem with its place."""
        return {"problems": [vars(problem) for problem in self.problems]}

    def lines(self) -> list[str]:
        """Return the problems, where there is more than one."""
        return [str(problem) for problem in self.problems] if len(self.problems) > 1 else []


class StrategyNotFound(StrategyProblem):
    """No strategy of that name in the workspace, nor among the shipped ones.

    Parameters
    ----------
    name : str
        Name or path that was given.
    available : sequence of str
        Names that exist.
    """

    code = "strategy_not_found"
    exit_code = 3

    def __init__(self, name: str, available: Sequence[str]) -> None:
        expected = f"known strategies: {', '.join(available) or 'none'}"
        super().__init__(name, [Problem("strategy", 0, 0, f"no strategy {name!r}", expected, closest(name, available))])


class ModelNotFound(KtrdrError):
    """No model folder answers a request.

    Parameters
    ----------
    wanted : str
        What was asked for, in words.
    looked_for : sequence of str
        Patterns that were tried, in order.
    present : sequence of str
        Folders that are there.
    where : str
        Folder that was searched.
    """

    code = "model_not_found"
    exit_code = 3

    def __init__(self, wanted: str, looked_for: Sequence[str], present: Sequence[str], *, where: str = "") -> None:
        self.looked_for = tuple(looked_for)
        self.present = tuple(present)
        there = f"there is: {', '.join(present)}" if present else "there is no model yet; train one"
        super().__init__(f"no model for {wanted}; looked for {', '.join(looked_for)}", hint=there, where=where)


class ModelRejected(KtrdrError):
    """A model folder that is there but must not be used.

    Parameters
    ----------
    path : str
        The folder or file.
    reason : str
        What is wrong with it.
    hint : str
        What to do.
    fault : str
        In one word: ``damaged``, ``incomplete``, ``mismatch`` (its parts, or its name, do not fit together) or
        ``unsafe``.
    """

    code = "model_rejected"
    exit_code = 4

    def __init__(
        self, path: str, reason: str, hint: str = "train again, or choose another version", *, fault: str = "damaged"
    ) -> None:
        self.reason = reason
        self.fault = fault
        super().__init__(f"the model is not usable: {reason}", hint=hint, where=path)


class BundleRejected(KtrdrError):
    """A run bundle that is there but must not be used, or a run that cannot become one.

    Parameters
    ----------
    path : str
        The file or folder.
    reason : str
        What is wrong with it.
    hint : str
        What to do.
    """

    code = "bundle_rejected"
    exit_code = 4

    def __init__(self, path: str, reason: str, hint: str = "ask for the file again; nothing of it was kept") -> None:
        self.reason = reason
        super().__init__(f"the run bundle is not usable: {reason}", hint=hint, where=path)


class TrainingFailed(KtrdrError):
    """Training that cannot go on: its stage, what was met, and what to change.

    Parameters
    ----------
    stage : str
        Stage at which it stopped.
    found : str
        What was met.
    hint : str
        What to change.
    """

    code = "training_failed"
    exit_code = 2

    def __init__(self, stage: str, found: str, hint: str) -> None:
        super().__init__(f"{stage}: {found}", hint=hint, where=stage)


class NotFinite(TrainingFailed):
    """A feature that is no number where it should be one.

    Parameters
    ----------
    feature : str
        Its name.
    symbol : str
        Whose rows.
    rows, total : int
        Rows in which it is not finite, of how many.
    first : str
        When it is met first, ISO UTC.
    """

    code = "not_finite"

    def __init__(self, feature: str, symbol: str, rows: int, total: int, first: str) -> None:
        found = f"feature {feature} of {symbol} is not finite in {rows} of {total} rows, first at {first}"
        super().__init__("features", found, "look at its indicator and at these bars, or leave the symbol out")


class OneClass(TrainingFailed):
    """A symbol whose training rows all have the same label, so that nothing can be learnt from them.

    Parameters
    ----------
    symbol : str
        Which one.
    label : str
        BUY, HOLD or SELL.
    rows : int
        Its training rows.
    """

    code = "one_class"

    def __init__(self, symbol: str, label: str, rows: int) -> None:
        found = f"all {rows} training rows of {symbol} are {label}"
        super().__init__("labels", found, "take a smaller threshold, or one in ATR, or leave the symbol out")


class StorageProblem(KtrdrError):
    """The disk refuses: full, read-only, or not a folder.

    Parameters
    ----------
    path : str
        What was to be written or read.
    reason : str
        The system's own words.
    """

    code = "storage_problem"
    exit_code = 2

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"cannot use the file: {reason}", hint="check free space and permissions", where=path)


class LockHeld(StorageProblem):
    """A file that another process holds and does not let go.

    Parameters
    ----------
    path : str
        The lock file, or what it locks.
    holder : str
        Who holds it, in words.
    """

    code = "lock_held"

    def __init__(self, path: str, holder: str = "another process") -> None:
        super().__init__(path, f"{holder} holds it and does not let go")
        self.hint = f"wait until {holder} has ended, or end it"


class WorkspaceReadOnly(StorageProblem):
    """A workspace that this window was asked not to write into.

    Parameters
    ----------
    path : str
        What was to be written.
    """

    code = "workspace_read_only"

    def __init__(self, path: str) -> None:
        super().__init__(path, "its workspace is open read-only here")
        self.hint = "write from the window that holds the workspace, or close that one and open this one again"


class WorkspaceBusy(KtrdrError):
    """A workspace that another window works on.

    Parameters
    ----------
    workspace : str
        Its folder.
    holder : str
        Who holds it: host, process and since when, in words.
    stale : bool
        Whether only a note of another machine speaks for it, which the user may know to be out of date.
    """

    code = "workspace_busy"
    exit_code = 2

    def __init__(self, workspace: str, holder: str, *, stale: bool) -> None:
        hint = "look at it read-only, open another workspace, or close that window"
        super().__init__(f"the workspace is open in another window: {holder}", hint=hint, where=workspace)
        self.holder = holder
        self.stale = stale


class EnvironmentProblem(KtrdrError):
    """A library or a system part that is missing or known to be bad.

    Parameters
    ----------
    what : str
        The part that is meant.
    found : str
        What was found.
    hint : str
        The command or step that mends it.
    """

    code = "environment_problem"
    exit_code = 2

    def __init__(self, what: str, found: str, hint: str) -> None:
        super().__init__(f"{what}: {found}", hint=hint, where=what)


class ClusterProblem(EnvironmentProblem):
    """A cluster that is not there, or does not stay; it is named by its scheduler's address."""

    code = "cluster_problem"


class WorkerDied(KtrdrError):
    """A process that worked for the window is gone, and its work is not done.

    Parameters
    ----------
    task : str
        What it worked on.
    exit_code : int
        As Python tells it: negative for the signal that ended it.
    """

    code = "worker_died"

    def __init__(self, task: str, exit_code: int) -> None:
        names = {number.value: number.name for number in signal.Signals}
        how = f"signal {names.get(-exit_code, -exit_code)}" if exit_code < 0 else f"exit code {exit_code}"
        hint = "start it again; if the system ended it for want of memory, give it fewer symbols or bars"
        super().__init__(f"the process that worked on it ended by itself, with {how}", hint=hint, where=task)


class Cancelled(KtrdrError):
    """The user stopped the task; nothing was left half-written.

    Parameters
    ----------
    task : str
        What was stopped.
    """

    code = "cancelled"
    exit_code = 130

    def __init__(self, task: str = "the task") -> None:
        super().__init__(f"{task} was stopped", hint="start it again when you like")
