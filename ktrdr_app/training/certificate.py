"""The generalisation certificate: the model is fitted again without each symbol and each group, and judged on those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.compute import cores, ordered_results
from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.core.progress import FoldDone, Progress, silent, stage
from ktrdr_app.training.assemble import WORK_BYTES
from ktrdr_app.training.checks import check_finite
from ktrdr_app.training.folds import FoldScores, FoldWork, Losses, keep_work, rows_to_judge, run_fold, run_kept_fold
from ktrdr_app.training.parts import time_slots
from ktrdr_app.training.retention import Bounded, Retention, Skill, TestSpan, effective_rows, retention_of, span_of

LEAST_SYMBOLS = 3
"""Fewest symbols of a certificate: leaving one out must leave more than one to learn from."""


@dataclass(frozen=True)
class Group:
    """Symbols that are not independent of each other.

    Attributes
    ----------
    kind, name : str
        What they share ("currency"), and which ("EUR").
    symbols : tuple of str
        Its members, in the order of the certificate.
    """

    kind: str
    name: str
    symbols: tuple[str, ...]


@dataclass(frozen=True)
class GroupRetention:
    """What is left of the skill on a group when all of it is left out.

    Attributes
    ----------
    group : Group
        Which one.
    retention : Retention, optional
        None if too few symbols are left without it to learn from.
    remaining : int
        Symbols that are left.
    """

    group: Group
    retention: Retention | None
    remaining: int


@dataclass(frozen=True)
class SymbolFigures:
    """One symbol under the model of all.

    Attributes
    ----------
    rows : int
        Test rows.
    effective_rows : float
        Independent rows that would say as much: its weight.
    skill : Bounded
        Skill of the model of all symbols.
    """

    rows: int
    effective_rows: float
    skill: Bounded


@dataclass(frozen=True)
class Certificate:
    """Whether a strategy's skill carries over to symbols it was not fitted on.

    Attributes
    ----------
    symbols : dict of str to SymbolFigures
        Every symbol under the model of all.
    overall : Retention
        Each symbol left out on its own.
    groups : tuple of GroupRetention
        Each group left out as a whole.
    folds : tuple of FoldScores
        Every model that was fitted.
    block_slots : float
        Mean block length of the resampling, in distinct close times.
    slots : int
        Distinct close times of the test span.
    """

    symbols: dict[str, SymbolFigures]
    overall: Retention
    groups: tuple[GroupRetention, ...]
    folds: tuple[FoldScores, ...]
    block_slots: float
    slots: int


def certify(
    work: FoldWork,
    groups: Sequence[Group] = (),
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    shared: Path | None = None,
) -> Certificate:
    """Fit the model with all symbols, without each, and without each group, and compare the skill.

    Folds do not depend on each other and have the same seed and cuts, so the result does not depend on where or how
    many at a time they run.

    Parameters
    ----------
    work : FoldWork
        Rows and settings.
    groups : sequence of Group
        Groups to leave out as a whole.
    progress : Progress
        Told of every fold.
    cancel : CancelToken, optional
        Stops it within a moment.
    executor : concurrent.futures.Executor, optional
        Where folds run; threads here by default, as many as cores and memory allow.
    shared : Path, optional
        A folder that the executor's workers see, where the rows are written once; else each fold is given them.

    Raises
    ------
    InvalidValue
        If there are fewer than `LEAST_SYMBOLS` symbols.
    NotFinite
        If a feature is not finite in some row.
    KtrdrError
        As `run_fold` raises them.
    """
    if len(work.blocks) < LEAST_SYMBOLS:
        raise InvalidValue("symbols", ",".join(work.symbols), f"{LEAST_SYMBOLS} symbols or more, to leave one out")
    token = cancel or CancelToken("the certificate")
    for block in work.blocks:
        check_finite(block)
        rows_to_judge(block, work.cuts)
    wanted = folds_of(work.symbols, groups)
    fold: Callable[[tuple[str, ...]], FoldScores] = partial(run_fold, work=work, cancel=token)
    if shared is not None:
        fold = partial(run_kept_fold, path=keep_work(work, shared), cancel=token)
    with stage("folds", progress):
        scores = {}
        at_once = _at_once(work) if executor is None else len(wanted)
        for score in ordered_results(fold, wanted, cancel=token, executor=executor, at_once=at_once):
            scores[score.left_out] = score
            progress(FoldDone(score.left_out, len(scores), len(wanted)))
    token.check()
    return _certificate(work, groups, scores)


def folds_of(symbols: Sequence[str], groups: Sequence[Group]) -> list[tuple[str, ...]]:
    """Return what is left out in turn: nothing, each symbol, each group that leaves enough; none of them twice.

    Parameters
    ----------
    symbols : sequence of str
        All symbols.
    groups : sequence of Group
        Groups of them.
    """
    wanted = [(), *((symbol,) for symbol in symbols)]
    wanted += [group.symbols for group in groups if leaves_enough(group, len(symbols))]
    return list(dict.fromkeys(wanted))


def leaves_enough(group: Group, symbols: int) -> bool:
    """Return whether at least two symbols are left to learn from without a group.

    Parameters
    ----------
    group : Group
        What is left out.
    symbols : int
        All that there are.
    """
    return symbols - len(group.symbols) >= LEAST_SYMBOLS - 1


def _at_once(work: FoldWork) -> int:
    """Return how many folds may run together: each holds a copy of the rows that it scales."""
    return max(1, min(cores(), WORK_BYTES // max(1, sum(block.values.nbytes for block in work.blocks))))


def _certificate(work: FoldWork, groups: Sequence[Group], scores: Mapping[tuple[str, ...], FoldScores]) -> Certificate:
    of_all = scores[()].losses
    alone = {symbol: scores[(symbol,)].losses[symbol] for symbol in work.symbols}
    span = _span(work, of_all, alone)
    seen = {symbol: span.skill(symbol, losses) for symbol, losses in of_all.items()}
    weights = {symbol: effective_rows(losses.prior - losses.model) for symbol, losses in of_all.items()}

    def judged(losses: Mapping[str, Losses]) -> Retention:
        unseen: dict[str, Skill] = {symbol: span.skill(symbol, entry) for symbol, entry in losses.items()}
        return retention_of(seen, unseen, weights)

    return Certificate(
        symbols={
            symbol: SymbolFigures(len(losses.model), weights[symbol], seen[symbol].bounded())
            for symbol, losses in of_all.items()
        },
        overall=judged(alone),
        groups=tuple(
            GroupRetention(
                group,
                judged(scores[group.symbols].losses) if leaves_enough(group, len(work.symbols)) else None,
                len(work.symbols) - len(group.symbols),
            )
            for group in groups
        ),
        folds=tuple(scores.values()),
        block_slots=span.resample.block,
        slots=span.resample.slots,
    )


def _span(work: FoldWork, of_all: Mapping[str, Losses], alone: Mapping[str, Losses]) -> TestSpan:
    """Put the test rows of all symbols on one clock."""
    parts = [(block, rows_to_judge(block, work.cuts)) for block in work.blocks]
    known = np.concatenate([block.close_time[rows] for block, rows in parts])
    slots, slot, spanned = time_slots(known, np.concatenate([block.label_end[rows] for block, rows in parts]))
    ends = np.cumsum([rows.stop - rows.start for _, rows in parts])
    places: dict[str, NDArray[np.intp]] = dict(zip(work.symbols, np.split(slot, ends[:-1]), strict=True))
    gains = [{symbol: entry.prior - entry.model for symbol, entry in set_.items()} for set_ in (of_all, alone)]
    return span_of(slots, places, gains, spanned, work.seed)
