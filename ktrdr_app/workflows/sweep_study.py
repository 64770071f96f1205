"""The trials of a sweep: Optuna draws them, and a SQLite file in the sweep's folder keeps those that are over.

What is drawn depends on the seed and on the trials that were over when the round began, on nothing else: each draw has
a sampler of its own. So a sweep that was killed draws the same again.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ktrdr_app.backtesting.trials import Try
from ktrdr_app.core.errors import BadInput, EnvironmentProblem
from ktrdr_app.core.lazy import load
from ktrdr_app.strategy.space import Dimension, label
from ktrdr_app.workflows.sweep_trial import COMPLETE, TrialOutcome

STUDY_FILE = "study.db"
STUDY = "sweep"
LEAST_FINISHED = 5
"""Finished trials before one is given up, and finished trials that an epoch's limit is taken of."""
FIRST_EPOCHS = 3
"""Epochs that every trial has."""
LEAST_FOR_IMPORTANCE = 4


@dataclass(frozen=True)
class Trial:
    """A trial that is over.

    Attributes
    ----------
    number : int
        From 0.
    values : dict
        What the strategy was given, by path.
    outcome : TrialOutcome
        What came of it.
    value : float, optional
        What it is ranked by; None if it was not judged.
    """

    number: int
    values: dict[str, Any]
    outcome: TrialOutcome
    value: float | None


class Study:
    """Draws trials and keeps those that are over; made by `opened`.

    Parameters
    ----------
    optuna : module
        The library.
    kept : optuna.Study
        The trials in the file.
    dimensions : sequence of Dimension
        What is varied.
    seed : int
        The run's seed.
    workers : int
        Trials of a whole round.
    first : dict, optional
        What trial 0 is, as it is drawn.
    """

    def __init__(
        self,
        optuna: Any,
        kept: Any,
        dimensions: Sequence[Dimension],
        seed: int,
        workers: int,
        first: dict[str, Any] | None,
    ) -> None:
        self._optuna, self._kept, self._dimensions, self._seed = optuna, kept, dimensions, seed
        self._study, self._drawn = optuna.create_study(direction="maximize"), list[Any]()
        before = kept.get_trials()
        whole = len(before) - len(before) % workers
        self._study.add_trials(before[:whole])
        self._broken_off = before[whole:]
        self.trials = [self._trial(frozen) for frozen in before[:whole]]
        if not whole and first is not None:
            self._study.enqueue_trial(first)

    def draw(self, count: int) -> list[dict[str, Any]]:
        """Begin a round; of one that was broken off, the trials that were over are taken from the file.

        Parameters
        ----------
        count : int
            Trials of the round.

        Returns
        -------
        list of dict
            Values by path of each trial that is still to be carried out.

        Raises
        ------
        BadInput
            If the file holds other trials than are drawn: another version of Optuna wrote it.
        """
        begun = len(self.trials)
        self._drawn = [self._ask(begun + place) for place in range(count)]
        for frozen in self._broken_off[:count]:
            if frozen.params != self._drawn[0].params:
                message = f"trial {frozen.number} of the sweep was drawn by another version of Optuna"
                raise BadInput(message, hint="start the sweep anew, without --resume", where=STUDY_FILE)
            known = self._trial(frozen)
            self._tell(known.outcome, known.value)
        self._broken_off = []
        return [self._values(trial.params) for trial in self._drawn]

    def record(self, outcome: TrialOutcome, value: float | None) -> Trial:
        """Take the next trial of the round, and keep it.

        Parameters
        ----------
        outcome : TrialOutcome
            What came of it.
        value : float, optional
            What it is ranked by.
        """
        frozen = self._tell(outcome, value)
        self._kept.add_trial(frozen)
        return self.trials[-1]

    def limits(self) -> tuple[float, ...]:
        """Return what a trial of the next round must reach after each epoch: the median of the finished ones.

        As Optuna's ``MedianPruner`` has it, with `LEAST_FINISHED` and `FIRST_EPOCHS`, so that a worker can decide by
        itself; -inf where too few have come that far.
        """
        curves = [trial.outcome.curve for trial in self.trials if trial.outcome.state == COMPLETE]
        found = []
        for epoch in range(1, max(map(len, curves), default=0) + 1):
            reached = [curve[epoch - 1] for curve in curves if len(curve) >= epoch]
            known = epoch >= FIRST_EPOCHS and len(reached) >= LEAST_FINISHED
            found.append(float(np.median(reached)) if known else -math.inf)
        return tuple(found)

    def importances(self) -> dict[str, float]:
        """Return each path's share of what the values of the judged trials differ by (fANOVA); empty for few."""
        finished = [trial.value for trial in self.trials if trial.value is not None]
        if len(finished) < LEAST_FOR_IMPORTANCE or len(set(finished)) < 2 or len(self._dimensions) < 2:
            return {}
        judge = self._optuna.importance.FanovaImportanceEvaluator(seed=0)
        found = self._optuna.importance.get_param_importances(self._study, evaluator=judge)
        return {path: float(share) for path, share in found.items()}

    def _ask(self, number: int) -> Any:
        seed = np.random.SeedSequence([self._seed, number]).generate_state(1)[0]
        self._study.sampler = self._optuna.samplers.TPESampler(seed=int(seed))
        return self._study.ask({each.path: self._distribution(each) for each in self._dimensions})

    def _tell(self, outcome: TrialOutcome, value: float | None) -> Any:
        """Tell the study what came of the first trial that is out; return it as Optuna has it."""
        trial = self._drawn.pop(0)
        for epoch, reached in enumerate(outcome.curve, start=1):
            trial.report(reached, epoch)
        trial.set_user_attr("outcome", asdict(outcome))
        pruned = self._optuna.trial.TrialState.PRUNED
        frozen = self._study.tell(trial, value) if value is not None else self._study.tell(trial, state=pruned)
        self.trials.append(Trial(trial.number, self._values(trial.params), outcome, value))
        return frozen

    def _values(self, params: dict[str, Any]) -> dict[str, Any]:
        return {each.path: each.value(params[each.path]) for each in self._dimensions}

    def _trial(self, frozen: Any) -> Trial:
        facts = dict(frozen.user_attrs["outcome"])
        tried = facts.pop("tried")
        outcome = TrialOutcome(**facts | {"curve": tuple(facts["curve"])}, tried=tried and Try(**tried))
        complete = frozen.state == self._optuna.trial.TrialState.COMPLETE
        return Trial(frozen.number, self._values(frozen.params), outcome, frozen.value if complete else None)

    def _distribution(self, dimension: Dimension) -> Any:
        made = self._optuna.distributions
        if dimension.kind == "choice":
            return made.CategoricalDistribution([label(choice) for choice in dimension.choices])
        if dimension.kind == "int":
            ends = (int(dimension.low), int(dimension.high))
            return made.IntDistribution(*ends, log=dimension.log, step=int(dimension.step or 1))
        return made.FloatDistribution(dimension.low, dimension.high, log=dimension.log, step=dimension.step)


@contextmanager
def opened(
    folder: Path, dimensions: Sequence[Dimension], seed: int, workers: int, first: dict[str, Any] | None
) -> Iterator[Study]:
    """Open the study of a sweep, or begin it.

    Parameters
    ----------
    folder : Path
        The sweep's folder.
    dimensions, seed, workers, first
        As `Study` takes them.

    Raises
    ------
    EnvironmentProblem
        If the extra ``sweep`` is not installed.
    """
    optuna = library()
    pool = load("sqlalchemy.pool")
    storage = optuna.storages.RDBStorage(
        "sqlite://",  # by its path, whatever signs are in it
        engine_kwargs={"creator": partial(sqlite3.connect, folder / STUDY_FILE), "poolclass": pool.NullPool},
    )
    try:
        kept = optuna.create_study(study_name=STUDY, storage=storage, direction="maximize", load_if_exists=True)
        yield Study(optuna, kept, dimensions, seed, workers, first)
    finally:
        storage.remove_session()
        storage.engine.dispose()


def library() -> Any:
    """Return Optuna, which says nothing on its own.

    Raises
    ------
    EnvironmentProblem
        If the extra ``sweep`` is not installed.
    """
    try:
        optuna = load("optuna")
    except ImportError as error:
        hint = "pip install 'ktrdr-app[sweep]'"
        raise EnvironmentProblem("sweep", "the library optuna is not installed", hint) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
