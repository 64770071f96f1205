"""What a finished training is worth, symbol by symbol, read from the papers that lie with its model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.report_figures import CLASSES
from ktrdr_app.workflows.wording import Verdict, beyond_chance, has_skill, model_verdict

ALL = ""
"""Name under which the figures of all symbols together stand."""

FEW_ROWS = 100
"""Test rows below which a symbol's figures are called uncertain whatever they are."""

BOOTSTRAP, WILSON = "bootstrap", "Wilson"
_Z = 1.6448536269514722
"""95th percentile of the normal distribution: a 90 % interval, as those of the bootstrap are."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Bin:
    """Test rows whose answer had a probability within one bin.

    Attributes
    ----------
    low, high : float
        Ends of the bin.
    rows : int
        Rows in it, 1 or more.
    confidence : float
        Mean probability of the answer.
    accuracy : float
        Share of answers that were right.
    interval : (float, float)
        Wilson's 90 % interval of that share, as if rows were independent.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    interval: Interval


@dataclass(frozen=True)
class SymbolFigures:
    """The test figures of one symbol, or of all together.

    Attributes
    ----------
    symbol : str
        Which one; `ALL` for all together.
    rows : int
        Test rows.
    figures : dict of str to float
        ``accuracy``, ``majority_accuracy``, ``skill``, ``macro_f1``, ``precision``, ``recall``, ``nll``, ``prior_nll``,
        ``brier``, ``ece`` and others that the papers have.
    intervals : dict of str to (float, float)
        90 % intervals of some of them.
    method : str
        How that of the accuracy was made: `BOOTSTRAP`, `WILSON`, or empty where there is none.
    confusion : tuple of tuple of int
        Rows by label (outer) and answer (inner); empty where the papers do not say.
    calibration : tuple of Bin
        Whether the probabilities come true, from the least confidence to the most.
    balance : dict of str to float
        Shares of the classes among all labelled rows, training rows included.
    warnings : tuple of str
        Why not to rely on it, the gravest first.
    """

    symbol: str
    rows: int
    figures: Mapping[str, float]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    method: str = ""
    confusion: tuple[tuple[int, ...], ...] = ()
    calibration: tuple[Bin, ...] = ()
    balance: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def of(self, name: str) -> float | None:
        """Return a figure, or None where the papers do not say it.

        Parameters
        ----------
        name : str
            Its key in ``metrics.json``.
        """
        return self.figures.get(name)

    @property
    def weak(self) -> bool:
        """Whether it does not beat both baselines."""
        return not has_skill(self.of("skill"), self.of("accuracy"), self.of("majority_accuracy"))


@dataclass(frozen=True)
class InputImportance:
    """How much worse the model gets when one group of inputs is shuffled.

    Attributes
    ----------
    name : str
        The group: an indicator, or a family of features.
    mean, low, high : float
        Rise of the test NLL, nats: mean, 5th and 95th percentile of the repeats.
    agreement : float or None
        Share of symbols on which the rise has the sign of the mean.
    by_symbol : dict of str to float
        Mean rise on each symbol's own rows.
    """

    name: str
    mean: float
    low: float
    high: float
    agreement: float | None
    by_symbol: Mapping[str, float]


@dataclass(frozen=True)
class TrainingResults:
    """Everything the papers of a model tell of what it is worth.

    Attributes
    ----------
    path : Path
        The model's folder.
    strategy_name, timeframe : str
        What it was trained as.
    created_at : str
        When, ISO.
    training_symbols : tuple of str
        What it learnt from.
    pooled : SymbolFigures
        All symbols together.
    symbols : tuple of SymbolFigures
        Each symbol that has test rows.
    importance : tuple of InputImportance
        What it relies on, the most first.
    verdict : Verdict
        In one sentence.
    sentences : tuple of str
        The run in plain words.
    command : str
        What trains it again; empty for models of the original.
    test_from : str
        After which close the test rows begin, ISO; empty where the papers do not say.
    """

    path: Path
    strategy_name: str
    timeframe: str
    created_at: str
    training_symbols: tuple[str, ...]
    pooled: SymbolFigures
    symbols: tuple[SymbolFigures, ...]
    importance: tuple[InputImportance, ...]
    verdict: Verdict
    sentences: tuple[str, ...]
    command: str
    test_from: str

    def figures_of(self, symbol: str) -> SymbolFigures:
        """Return the figures of a symbol, or of all together for a name that has none.

        Parameters
        ----------
        symbol : str
            Its name, or `ALL`.
        """
        return next((entry for entry in self.symbols if entry.symbol == symbol), self.pooled)


def show_results(workspace: Workspace, path: Path | str) -> TrainingResults:
    """Return what a training is worth.

    Parameters
    ----------
    workspace : Workspace
        Relative paths are looked up in it, then in its models folder.
    path : Path or str
        The model's folder, or its ``_latest``.

    Raises
    ------
    ModelNotFound
        If there is no such folder.
    ModelRejected
        If it is damaged.
    """
    return results_of(show_model(workspace, path))


def results_of(shown: Mapping[str, Any]) -> TrainingResults:
    """Return what a training is worth, from what `show_model` found.

    Parameters
    ----------
    shown : mapping
        Its documents; models of the original have few of the figures.
    """
    metrics, manifest = shown["metrics"], shown["training_manifest"]
    balance, bins = _mapping(manifest.get("class_balance")), _mapping(metrics.get("reliability"))
    every = [entry for found in bins.values() for entry in found]
    pooled = _mapping(metrics.get("test")) or {"accuracy": metrics.get("test_accuracy")}
    judgement = _mapping(metrics.get("judgement"))
    verdict = model_verdict({"metrics": metrics})
    return TrainingResults(
        path=Path(shown["path"]),
        strategy_name=shown["strategy_name"],
        timeframe=shown["timeframe"],
        created_at=str(shown["created_at"]),
        training_symbols=tuple(shown["training_symbols"]),
        pooled=_figures(ALL, pooled, every, {}),
        symbols=tuple(
            _figures(name, found, bins.get(name) or (), _mapping(balance.get(name)))
            for name, found in _mapping(metrics.get("per_symbol_test")).items()
        ),
        importance=_importance(_mapping(judgement.get("importance"))),
        verdict=verdict,
        sentences=tuple(judgement.get("report") or (verdict.detail,)),
        command=str(manifest.get("command") or ""),
        test_from=str(_mapping(manifest.get("split")).get("test_start") or ""),
    )


def wilson(share: float, rows: int) -> Interval:
    """Return the 90 % score interval of a share (Wilson 1927), for rows that are independent of each other.

    Parameters
    ----------
    share : float
        0 to 1.
    rows : int
        How many rows it is a share of, 1 or more.
    """
    square = _Z**2 / rows
    middle = (share + square / 2) / (1 + square)
    reach = _Z / (1 + square) * math.sqrt(share * (1 - share) / rows + square / (4 * rows))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _figures(
    symbol: str, found: Mapping[str, Any], bins: Sequence[Mapping[str, Any]], balance: Mapping[str, Any]
) -> SymbolFigures:
    rows = int(found.get("rows") or found.get("support") or 0)
    numbers = {name: float(value) for name, value in found.items() if _is_number(value) and name != "rows"}
    intervals = {name: (float(ends[0]), float(ends[1])) for name, ends in _mapping(found.get("intervals")).items()}
    method = BOOTSTRAP if "accuracy" in intervals else ""
    if not method and rows and "accuracy" in numbers:
        intervals, method = intervals | {"accuracy": wilson(numbers["accuracy"], rows)}, WILSON
    confusion = tuple(tuple(int(count) for count in line) for line in found.get("confusion") or ())
    made = SymbolFigures(
        symbol,
        rows,
        numbers,
        intervals,
        method,
        confusion,
        pooled_bins(bins),
        {name: float(share) for name, share in balance.items()},
    )
    return SymbolFigures(**{**vars(made), "warnings": _warnings(made)})


def pooled_bins(bins: Sequence[Mapping[str, Any]]) -> tuple[Bin, ...]:
    """Return bins of confidence, those of several symbols put together by their rows.

    Parameters
    ----------
    bins : sequence of mapping
        ``low``, ``high``, ``rows``, ``confidence`` and ``accuracy`` of each, as ``metrics.json`` has them.
    """
    found: dict[Interval, list[Mapping[str, Any]]] = {}
    for entry in bins:
        found.setdefault((float(entry["low"]), float(entry["high"])), []).append(entry)
    made = []
    for (low, high), own in sorted(found.items()):
        rows = sum(int(entry["rows"]) for entry in own)
        stated, right = (sum(entry["rows"] * entry[key] for entry in own) / rows for key in ("confidence", "accuracy"))
        made.append(Bin(low, high, rows, stated, right, wilson(min(1.0, right), rows)))
    return tuple(made)


def _warnings(found: SymbolFigures) -> tuple[str, ...]:
    """Return why a symbol's figures are not to be relied on, the gravest first."""
    accuracy, majority, skill = (found.of(name) for name in ("accuracy", "majority_accuracy", "skill"))
    said = []
    if skill is not None and skill <= 0:
        said.append("no skill: the class shares alone predict it as well")
    if accuracy is not None and majority is not None and accuracy <= majority:
        said.append("its accuracy is no better than always naming the most frequent class")
    if not said and found.intervals and not beyond_chance(found.intervals) and "skill" in found.intervals:
        said.append("the gain over the class shares may be chance")
    if not said and "accuracy_gain" in found.intervals and not beyond_chance(found.intervals, "accuracy_gain"):
        said.append("the gain in accuracy may be chance")
    answered = [sum(line[place] for line in found.confusion) for place in range(len(found.confusion))]
    silent = [CLASSES[place] for place, count in enumerate(answered) if not count]
    if silent:
        said.append(f"it never answers {' or '.join(silent)}")
    if 0 < found.rows < FEW_ROWS:
        said.append(f"only {found.rows} test rows")
    return tuple(said)


def _importance(found: Mapping[str, Any]) -> tuple[InputImportance, ...]:
    lines = [
        InputImportance(
            name,
            float(figure["mean"]),
            float(figure["low"]),
            float(figure["high"]),
            figure.get("sign_agreement"),
            dict(figure.get("by_symbol") or {}),
        )
        for name, figure in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: -line.mean))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
