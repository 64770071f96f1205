"""A training run in plain words: why it ended, what it beats and by how much, where it fails, what it hardly learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ktrdr_app.labels.first_touch import CLASS_NAMES
from ktrdr_app.labels.labelers import LABELERS
from ktrdr_app.neural.metrics import ClassificationMetrics
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.workflows.wording import beyond_chance, has_skill, number, percent, within

if TYPE_CHECKING:
    from ktrdr_app.training.universal import JudgedModel

RARE = 0.1
"""A class with a smaller share of the training labels is called rare."""

HARDLY = 0.1
"""A class of whose test rows fewer are found is hardly learnt."""


def sentences_of(model: JudgedModel, strategy: Strategy) -> tuple[str, ...]:
    """Return what happened and what it is worth, in plain words.

    Parameters
    ----------
    model : JudgedModel
        What was measured.
    strategy : Strategy
        What was asked of it.
    """
    test = model.measured.test
    said = (
        f"Training {model.reason}.",
        _hindsight(strategy),
        _accuracy(test),
        _skill(test),
        _symbols(test, model.measured.per_symbol_test),
        *_classes(model, strategy),
        _calibration(model),
        _reliance(model),
    )
    return tuple(sentence for sentence in said if sentence)


def _hindsight(strategy: Strategy) -> str:
    """Warn where the labels ask what only the past can tell."""
    method = LABELERS.get(strategy.labels.method, where="labels.method")
    if not method.hindsight:
        return ""
    return (
        f"Its labels ({method.name}) are hindsight: a good score says that it recognises swings once they are under "
        "way, not that it knows the next bars."
    )


def _accuracy(test: ClassificationMetrics) -> str:
    return (
        f"On {test.rows:,} test rows it is right {percent(test.accuracy)} of the time{_within(test, 'accuracy')}; "
        f"always naming the most frequent class of the training rows is right {percent(test.majority_accuracy)}."
    )


def _skill(test: ClassificationMetrics) -> str:
    """Say by how much the prior is beaten, and whether chance alone may do as much."""
    losses = (
        f"Its test NLL is {number(test.nll, 4)}; the class frequencies alone give {number(test.prior_nll, 4)}: "
        f"skill {percent(test.skill, signed=True)}{_within(test, 'skill')}."
    )
    if not has_skill(test.skill, test.accuracy, test.majority_accuracy):
        return f"{losses} No skill: on bars it had not seen, the model does not beat both baselines."
    doubted = [
        words
        for name, words in (("skill", "the gain over the class frequencies"), ("accuracy_gain", "the gain in accuracy"))
        if not beyond_chance(test.intervals, name)
    ]
    if not test.intervals:
        return losses
    if doubted:
        return f"{losses} It beats both baselines, but {' and '.join(doubted)} may be chance."
    return f"{losses} It beats both baselines by more than chance explains."


def _symbols(test: ClassificationMetrics, figures: Mapping[str, ClassificationMetrics]) -> str:
    """Name the symbols on which a model with skill has none, the worst first, or those where it may be chance."""
    if test.skill <= 0 or len(figures) < 2:
        return ""
    worst = sorted(figures, key=lambda name: figures[name].skill)
    failing = [f"{name} ({percent(figures[name].skill, signed=True)})" for name in worst if figures[name].skill <= 0]
    if failing:
        return f"{_listed(failing)} {'is' if len(failing) == 1 else 'are'} where it fails: no skill there."
    doubtful = [name for name in worst if figures[name].intervals and not beyond_chance(figures[name].intervals)]
    least = f"least on {worst[0]} ({percent(figures[worst[0]].skill, signed=True)})"
    if doubtful:
        return f"It has skill on every symbol, {least}; taken alone, {_listed(doubtful)} may owe it to chance."
    return f"It has skill on every symbol, {least}."


def _classes(model: JudgedModel, strategy: Strategy) -> list[str]:
    """Say which classes are rare or hardly learnt, and what threshold would make them more frequent."""
    sentences, confusion = [], model.measured.test.confusion
    for place, name in enumerate(CLASS_NAMES):
        share, support = float(model.prior[place]), sum(confusion[place])
        recall = confusion[place][place] / support if support else None
        labels = f"{percent(share)} of the training labels"
        if recall is not None and recall < HARDLY:
            found = f"{percent(recall)} of its {support:,} test rows found"
            hint = f"; {_hint(name, strategy)}" if share < RARE else ""
            sentences.append(f"{name} is hardly learnt: {labels}, {found}{hint}.")
        elif share < RARE:
            found = "no test row" if recall is None else f"{percent(recall)} of its {support:,} test rows found"
            sentences.append(f"{name} is rare: {labels}, {found}; {_hint(name, strategy)}.")
    return sentences


def _hint(name: str, strategy: Strategy) -> str:
    size = "larger" if name == "HOLD" else "smaller"
    return f"a {size} threshold than {strategy.labels.threshold:g} would make it more frequent"


def _calibration(model: JudgedModel) -> str:
    """Say what calibration did to the test rows, for better or worse."""
    fit, after = model.calibration, model.measured.test
    before = model.measured.test_uncalibrated
    if before is None:
        return f"Probabilities are used as the network gives them: {fit.reason}." if fit.reason else ""
    undone = " after undoing the class weights" if any(fit.calibration.shift) else ""
    worse = "" if after.nll <= before.nll else "; on these rows that made it worse"
    return (
        f"Calibration (temperature {number(fit.calibration.temperature)}{undone}) changed the test NLL from "
        f"{number(before.nll, 4)} to {number(after.nll, 4)} and the calibration error from {percent(before.ece)} to "
        f"{percent(after.ece)}{worse}."
    )


def _reliance(model: JudgedModel) -> str:
    """Say which group of inputs matters most, and whether on every symbol."""
    if not model.importance:
        return ""
    name, figure = max(model.importance.items(), key=lambda entry: entry[1].mean)
    if figure.low <= 0:
        return "No indicator matters clearly: shuffling any one of them does not reliably raise the test NLL."
    agreeing = round(figure.sign_agreement * len(figure.by_symbol))
    rise = f"shuffling it raises the test NLL by {number(figure.mean, 4)}{within((figure.low, figure.high), _nats)}"
    return f"It relies most on {name}: {rise}, on {agreeing} of {len(figure.by_symbol)} symbols."


def _nats(value: float) -> str:
    return number(value, 4)


def _within(figures: ClassificationMetrics, name: str) -> str:
    ends = figures.intervals.get(name)
    return within(ends, lambda value: percent(value, signed=name == "skill")) if ends else ""


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
