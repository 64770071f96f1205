"""What a running task says, as frozen records given to one callable; never text to parse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class StageStarted:
    """A stage begins.

    Attributes
    ----------
    stage : str
        ``load``, ``indicators``, ``fuzzy``, ``features``, ``labels``, ``train``, ``test``,
        ``importance``, ``folds``, ``trials``, ``save``, ``simulate``, ``report``, ``check``, ``align``, ``contract``,
        ``fetch``.
    """

    stage: str


@dataclass(frozen=True)
class StageFinished:
    """A stage is over.

    Attributes
    ----------
    stage : str
        Name of the stage, as in `StageStarted`.
    seconds : float
        Wall time it took.
    """

    stage: str
    seconds: float


@dataclass(frozen=True)
class SymbolDone:
    """One symbol of several went through the stage at hand.

    Attributes
    ----------
    symbol : str
        Which one.
    done, total : int
        How many of how many.
    """

    symbol: str
    done: int
    total: int


@dataclass(frozen=True)
class EpochFinished:
    """One pass over the training rows.

    Attributes
    ----------
    epoch, epochs : int
        1-based number and the most there will be.
    train_loss, val_loss : float
        Mean negative log-likelihood (nats); validation averaged over symbols.
    train_accuracy, val_accuracy : float
        Share of rows, 0 to 1; validation averaged over symbols.
    best_epoch : int
        Epoch with the best validation figure so far, by the strategy's ``stop_on``.
    samples_per_second : float
        Training rows per second of this epoch.
    patience_left : int, optional
        Epochs without a better figure after which training stops; not known of epochs of older checkpoints.
    """

    epoch: int
    epochs: int
    train_loss: float
    val_loss: float
    train_accuracy: float
    val_accuracy: float
    best_epoch: int
    samples_per_second: float
    patience_left: int | None = None


@dataclass(frozen=True)
class LearningStarted:
    """The first epoch is about to begin, or the first after an interruption: what the figures will be held against.

    Attributes
    ----------
    rows : int
        Training rows.
    prior_loss : float
        Mean negative log-likelihood on the validation rows of always giving the class shares of the training rows,
        averaged over symbols as the validation figures of `EpochFinished` are.
    majority_accuracy : float
        Share of validation rows, averaged likewise, that always naming the most frequent class of the training rows
        gets right.
    majority : int
        That class: BUY 0, HOLD 1, SELL 2.
    history : tuple of EpochFinished
        Epochs that were run before an interruption.
    """

    rows: int
    prior_loss: float
    majority_accuracy: float
    majority: int
    history: tuple[EpochFinished, ...] = ()


@dataclass(frozen=True)
class FoldDone:
    """One of several models was fitted and judged.

    Attributes
    ----------
    left_out : tuple of str
        Symbols that it never saw; empty for the model of all.
    done, total : int
        How many of how many.
    """

    left_out: tuple[str, ...]
    done: int
    total: int


@dataclass(frozen=True)
class TrialDone:
    """One trial of a sweep is over.

    Attributes
    ----------
    done, total : int
        How many of how many.
    state : str
        ``complete``, ``pruned`` or ``unfit``.
    value : float, optional
        What it is ranked by; None if it was not judged.
    best : float, optional
        The best value so far.
    """

    done: int
    total: int
    state: str
    value: float | None
    best: float | None


@dataclass(frozen=True)
class BarsDone:
    """A simulation went through some of its bars.

    Attributes
    ----------
    done, total : int
        Bars simulated, bars there are.
    """

    done: int
    total: int


@dataclass(frozen=True)
class PartialEquity:
    """The equity curve as far as the simulation has come.

    Attributes
    ----------
    open_time : ndarray of int64
        Bar opens, nanoseconds UTC.
    equity : ndarray of float64
        Account value at each bar's close.
    """

    open_time: NDArray[np.int64]
    equity: NDArray[np.float64]


@dataclass(frozen=True)
class Note:
    """A sentence for the log, with its weight.

    Attributes
    ----------
    level : str
        ``info`` or ``warning``.
    text : str
        The sentence.
    """

    level: str
    text: str


ProgressEvent = (
    StageStarted
    | StageFinished
    | SymbolDone
    | FoldDone
    | TrialDone
    | LearningStarted
    | EpochFinished
    | BarsDone
    | PartialEquity
    | Note
)
Progress = Callable[[ProgressEvent], None]


def silent(event: ProgressEvent) -> None:
    """Take an event and do nothing: the default listener.

    Parameters
    ----------
    event : ProgressEvent
        Ignored.
    """


@contextmanager
def stage(name: str, progress: Progress, seconds: dict[str, float] | None = None) -> Iterator[None]:
    """Announce a stage, time it, and add its wall time to ``seconds``.

    Parameters
    ----------
    name : str
        Stage name.
    progress : Progress
        Listener.
    seconds : dict, optional
        Collects wall seconds per stage; repeated stages add up.
    """
    progress(StageStarted(name))
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    if seconds is not None:
        seconds[name] = seconds.get(name, 0.0) + took
    progress(StageFinished(name, took))
