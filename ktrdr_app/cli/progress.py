"""Progress on stderr: bars with remaining time on a terminal, warnings alone anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.text import Text

from ktrdr_app.core import progress as events


@contextmanager
def listener() -> Iterator[events.Progress]:
    """Yield the listener that fits stderr, and tidy up after it."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _warnings_only
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=console, transient=True) as bars:
        yield StageBars(bars)


def _warnings_only(event: events.ProgressEvent) -> None:
    if isinstance(event, events.Note) and event.level == "warning":
        sys.stderr.write(f"warning: {event.text}\n")


class StageBars:
    """Shows one bar per stage.

    Parameters
    ----------
    bars : rich.progress.Progress
        Where they are drawn.
    """

    def __init__(self, bars: Progress) -> None:
        self.bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._current = ""

    def __call__(self, event: events.ProgressEvent) -> None:
        """Take an event.

        Parameters
        ----------
        event : ProgressEvent
            What happened.
        """
        if isinstance(event, events.StageStarted):
            self._current = event.stage
            self._tasks[event.stage] = self.bars.add_task(event.stage, total=None)
        elif isinstance(event, events.StageFinished):
            self._finish(event)
        elif isinstance(event, events.EpochFinished):
            words = f"train  loss {event.val_loss:.4f}, best in epoch {event.best_epoch}"
            self._advance(event.epoch, event.epochs, words)
        elif isinstance(event, (events.SymbolDone, events.FoldDone, events.BarsDone)):
            self._advance(event.done, event.total, self._current)
        elif isinstance(event, events.TrialDone):
            best = "none judged yet" if event.best is None else f"best {event.best:.4f}"
            self._advance(event.done, event.total, f"trials  {best}")
        elif isinstance(event, events.Note):
            self.bars.console.print(Text(event.text, style="yellow" if event.level == "warning" else ""))

    def _advance(self, done: int, total: int, words: str) -> None:
        if self._current in self._tasks:
            self.bars.update(self._tasks[self._current], completed=done, total=total, description=words)

    def _finish(self, event: events.StageFinished) -> None:
        if event.stage in self._tasks:
            self.bars.remove_task(self._tasks.pop(event.stage))
            self.bars.console.print(Text(f"{event.stage}  {event.seconds:.1f} s", style="dim"))
