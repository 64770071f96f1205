"""Why one bar of a finished run was decided as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.decision.actions import Action
from ktrdr_app.decision.orchestrator import Decision
from ktrdr_app.decision.why_bar import BarJudge
from ktrdr_app.decision.why_flip import nearest_flip
from ktrdr_app.decision.why_shares import shapley_values
from ktrdr_app.features.raw_inputs import RawInput
from ktrdr_app.workflows.why_facts import BarWhy, Shares, WhyFeature, WhyFlip, WhyReading, WhyShare
from ktrdr_app.workflows.why_model import RunModel
from ktrdr_app.workflows.why_record import RunRecord
from ktrdr_app.workflows.why_words import InputWords

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 1e-6
"""Difference of a probability below which it is the logged one: the last digits of float32 differ between machines."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """Today's answer for a bar.

    Attributes
    ----------
    place : int
        Row in today's series.
    row, scaled : ndarray of float32
        Features before scaling, shape (n_features,), and after, shape (1, n_features).
    known : bool
        Whether all features are; else the model is not asked.
    shares : ndarray of float64, shape (3,)
        Probabilities of BUY, HOLD, SELL.
    dissimilarity : ndarray of float64, shape (1,)
        Distance from the training rows.
    """

    place: int
    row: NDArray[np.float32]
    scaled: NDArray[np.float32]
    known: bool
    shares: NDArray[np.float64]
    dissimilarity: NDArray[np.float64]

    @classmethod
    def of(cls, model: RunModel, place: int) -> _Asked:
        row = model.inputs.features(place)
        scaled = model.scaler.transform(row[np.newaxis])
        if not np.isfinite(row).all():
            return cls(place, row, scaled, False, np.array([0.0, 1.0, 0.0]), np.array([np.nan]))
        return cls(place, row, scaled, True, model.answer(scaled)[0], model.dissimilarity(scaled))


def bar_why(
    record: RunRecord, model: RunModel, words: InputWords, bar: int, cancel: CancelToken | None = None
) -> BarWhy:
    """Say why a bar of a run was decided as it was.

    Parameters
    ----------
    record : RunRecord
        What the run wrote down.
    model : RunModel
        Its model and bars.
    words : InputWords
        Names of the model's inputs.
    bar : int
        Row of the bar in the run.
    cancel : CancelToken, optional
        Stops it.

    Raises
    ------
    MalformedBars
        If today's series lacks the bar.
    """
    place = int(model.places[bar])
    if place < 0:
        found = f"no bar of {record.index[bar].isoformat()} any more"
        raise MalformedBars(record.folder.name, found, "the bars of the run; run the backtest again")
    asked, judge = _Asked.of(model, place), record.judge(bar)
    decision = judge.decide(bar, record.shares[bar], float(asked.dissimilarity[0]))
    flips, tried = _flips(model, words, asked, judge, cancel)
    readings = model.inputs.readings(place)
    return BarWhy(
        time=record.index[bar],
        bar=bar,
        timeframe=str(record.document["timeframe"]),
        in_sample=bool(record.in_sample[bar]),
        readings=tuple(WhyReading(words.column(entry.column, entry.timeframe), entry) for entry in readings),
        features=tuple(_features(model, asked)),
        logged=_triple(record.shares[bar]),
        today=_triple(asked.shares) if asked.known else None,
        base=_triple(model.answer(model.reference[np.newaxis])[0]),
        base_words=model.reference_words,
        shares=_shares(model, words, asked, decision.raw),
        decision=decision,
        threshold=judge.settings.confidence_threshold,
        refused_outside=judge.outer_refusals(),
        flips=flips,
        tried=tried,
        notes=(*record.notes, *model.notes, *_differences(record, bar, asked.shares, decision)),
    )


def _features(model: RunModel, asked: _Asked) -> Iterator[WhyFeature]:
    owners = {column: group for group, columns in model.inputs.groups.items() for column in columns}
    for place, name in enumerate(model.inputs.names):
        yield WhyFeature(name, owners[place], float(asked.row[place]), float(asked.scaled[0, place]))


def _shares(model: RunModel, words: InputWords, asked: _Asked, raw: Action) -> tuple[WhyShare, ...]:
    if not asked.known:
        return ()
    values = shapley_values(model.answer, asked.scaled[0], model.reference, model.inputs.groups)
    found = [WhyShare(key, words.group(key), _triple(value)) for key, value in values.items()]
    return tuple(sorted(found, key=lambda share: -abs(share.shares[raw])))


def _flips(
    model: RunModel, words: InputWords, asked: _Asked, judge: BarJudge, cancel: CancelToken | None
) -> tuple[tuple[WhyFlip, ...], int]:
    """Return the flips of today's action, the smallest first, and how many inputs were tried."""
    if not asked.known:
        return (), 0
    inputs = model.inputs.raw_inputs(asked.place)
    if judge.outer_refusals():
        return (), len(inputs)
    taken = Action(int(judge.actions(asked.shares[np.newaxis], asked.dissimilarity)[0]))
    found = []
    for entry in inputs:
        if cancel is not None:
            cancel.check()
        flip = _flip(model, words, entry, judge, taken)
        if flip is not None:
            found.append(flip)
    return tuple(sorted(found, key=lambda flip: abs(flip.deviations))), len(inputs)


def _flip(model: RunModel, words: InputWords, entry: RawInput, judge: BarJudge, taken: Action) -> WhyFlip | None:
    spread = entry.spread
    if not (np.isfinite(entry.value) and spread.low < spread.high):
        return None
    found = nearest_flip(
        lambda values: model.outcomes(entry.rows(values), judge, taken), entry.value, spread.low, spread.high
    )
    if found is None:
        return None
    deviations = found.change / spread.deviation if spread.deviation > 0 else np.copysign(np.inf, found.change)
    label = words.raw_input(entry)
    return WhyFlip(entry.key, label, entry.unit, entry.value, found.value, float(deviations), found.action)


def _differences(record: RunRecord, bar: int, shares: NDArray[np.float64], decision: Decision) -> Iterator[str]:
    """Yield what is not as the run logged it."""
    logged = record.shares[bar]
    if np.abs(shares - logged).max() > SAME:
        worst = int(np.abs(shares - logged).argmax())
        name = Action(worst).name
        yield f"today's data gives {name} {shares[worst]:.4f}, the run logged {logged[worst]:.4f}"
    row = record.decisions.iloc[bar]
    told = "; ".join(verdict.reason for verdict in decision.trail)
    if (decision.action.name, told) != (row["action"], row["reason"]):
        yield f"the filters now say {decision.action.name} ({told}), the run logged {row['action']} ({row['reason']})"


def _triple(values: NDArray[np.float64]) -> Shares:
    buy, hold, sell = values.tolist()
    return buy, hold, sell
