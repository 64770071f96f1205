"""The tables that tell what a model is worth: beside its baselines, by class, by confidence, by group of inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ktrdr_app.workflows.report_tables import Cell, Table
from ktrdr_app.workflows.wording import MISSING, beyond_chance, has_skill, number, percent

CLASSES = ("BUY", "HOLD", "SELL")

FIGURES: tuple[tuple[str, str, str, str], ...] = (
    ("accuracy", "Accuracy", "percent", "share of rows right"),
    (
        "balanced_accuracy",
        "Balanced accuracy",
        "percent",
        "mean share right of the classes that occur; 33.3 % by chance",
    ),
    ("macro_f1", "Macro F1", "percent", "mean over the classes of 2 · precision · recall / (precision + recall)"),
    ("mcc", "Matthews correlation", "ratio", "of answers with labels; 0 is none, 1 is all"),
    ("nll", "NLL, nats", "ratio", "mean negative log-likelihood; less is better"),
    (
        "brier",
        "Brier score",
        "ratio",
        "mean squared distance of the probabilities from the label, 0 to 2; less is better",
    ),
    ("ece", "Calibration error", "percent", "mean gap between confidence and accuracy, 15 bins of one width"),
    ("ece_equal_mass", "Calibration error, even bins", "percent", "the same with 15 bins of one number of rows"),
)
"""Key, name, unit and meaning of each figure of a model, in the order they are shown."""


PARTS = ("train", "validation", "test")
"""Parts of the split by their keys in ``metrics.json``."""


def judgement_of(shown: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the tables here read, from the documents of a saved model; None for the original's models.

    Parameters
    ----------
    shown : mapping
        What ``models show`` found: ``metrics`` and ``training_manifest`` among others.
    """
    metrics = shown["metrics"]
    judgement = metrics.get("judgement")
    if judgement is None:
        return None
    found = {"parts": {name: metrics.get(name) for name in PARTS}, "reliability": metrics.get("reliability")}
    return {**judgement, **found, "split": shown["training_manifest"].get("split")}


def model_table(train: Mapping[str, Any]) -> Table:
    """Return accuracy and NLL beside the baselines that need no model, pooled and per symbol.

    Parameters
    ----------
    train : mapping
        The ``train`` document.
    """
    metrics = train["metrics"]
    tested = (train.get("split") or {}).get("rows", {}).get("test")
    pooled = {**metrics, "accuracy": metrics.get("test_accuracy"), "nll": metrics.get("test_nll"), "support": tested}
    rows = [_model_row("All symbols", "test", pooled)]
    for key, span in (("per_symbol_test", "test"), ("per_symbol_validation", "validation")):
        rows += [_model_row(symbol, span, figures) for symbol, figures in (train.get(key) or {}).items()]
    columns = (
        "Symbol",
        "Span",
        "Rows",
        "Accuracy",
        "Majority accuracy",
        "NLL, nats",
        "Prior NLL, nats",
        "Skill",
        "90 % interval",
        "Precision",
        "Recall",
        "Verdict",
    )
    return Table("The model beside the baselines that need no model", columns, tuple(rows), words=2)


def _model_row(symbol: str, span: str, figures: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        Cell(symbol),
        Cell(span),
        Cell(number(figures.get("support"), 0)),
        Cell(percent(figures.get("accuracy"))),
        Cell(percent(figures.get("majority_accuracy"))),
        Cell(number(figures.get("nll"), 4)),
        Cell(number(figures.get("prior_nll"), 4)),
        Cell(percent(figures.get("skill"), signed=True)),
        Cell(interval_text(figures.get("intervals"), "skill", "percent", signed=True)),
        Cell(percent(figures.get("precision"))),
        Cell(percent(figures.get("recall"))),
        _verdict(figures),
    )


def _verdict(figures: Mapping[str, Any]) -> Cell:
    skill, accuracy, majority = (figures.get(key) for key in ("skill", "accuracy", "majority_accuracy"))
    if skill is None or accuracy is None or majority is None:
        return Cell(MISSING) if skill is None or skill > 0 else Cell("no skill", "bad")
    if not has_skill(skill, accuracy, majority):
        return Cell("no skill", "bad")
    intervals = figures.get("intervals")
    if intervals and not (beyond_chance(intervals) and beyond_chance(intervals, "accuracy_gain")):
        return Cell("may be chance")
    return Cell("skill", "good")


def interval_text(
    intervals: Mapping[str, Sequence[float]] | None, name: str, unit: str, *, signed: bool = False
) -> str:
    """Return both ends of a figure's interval, or a dash where there is none.

    Parameters
    ----------
    intervals : mapping or None
        Lower and upper end by figure.
    name : str
        Which figure.
    unit : str
        ``percent`` or ``ratio``.
    signed : bool
        Whether gains carry a plus sign.
    """
    ends = (intervals or {}).get(name)
    if ends is None:
        return "–"
    low, high = (percent(end, signed=signed) if unit == "percent" else number(end, 4) for end in ends)
    return f"{low.removesuffix(' %')} to {high}"


def figures_table(train: Mapping[str, Any]) -> Table | None:
    """Return every figure of the test rows with its interval, what the baselines score, and the other parts.

    Parameters
    ----------
    train : mapping
        The ``train`` document.

    Returns
    -------
    Table or None
        None for models from before there were baselines of every figure.
    """
    parts = train.get("parts") or {}
    test = parts.get("test") or {}
    if "baselines" not in test:
        return None
    rows = []
    for key, name, unit, meaning in FIGURES:
        compared = (
            test,
            test["baselines"]["majority"],
            test["baselines"]["prior"],
            parts["validation"],
            parts["train"],
        )
        own, *others = (Cell(_text(figures.get(key), unit)) for figures in compared)
        scatter = Cell(interval_text(test.get("intervals"), key, unit))
        rows.append((Cell(name), own, scatter, *others, Cell(meaning)))
    columns = (
        "Figure",
        "Test",
        "90 % interval",
        "Majority answer",
        "Class shares",
        "Validation",
        "Training",
        "Meaning",
    )
    return Table("Every figure, all symbols together", columns, tuple(rows))


def confusion_table(train: Mapping[str, Any]) -> Table | None:
    """Return what the model answered on the test rows of each label.

    Parameters
    ----------
    train : mapping
        The ``train`` document.

    Returns
    -------
    Table or None
        None where the document has no confusion matrix.
    """
    confusion = ((train.get("parts") or {}).get("test") or {}).get("confusion")
    if not confusion:
        return None
    total = sum(map(sum, confusion))
    answered = [sum(row[place] for row in confusion) for place in range(len(CLASSES))]
    rows = []
    for place, (name, row) in enumerate(zip(CLASSES, confusion, strict=True)):
        right, labelled = row[place], sum(row)
        shares = (labelled / total, _share(right, labelled), _share(right, answered[place]))
        counts = (Cell(number(count, 0)) for count in (labelled, *row))
        rows.append((Cell(name), *counts, *(Cell(percent(share)) for share in shares)))
    columns = ("Label", "Rows", *(f"Answered {name}" for name in CLASSES), "Share of rows", "Recall", "Precision")
    return Table("Answers on the test rows, by label", columns, tuple(rows))


def reliability_table(train: Mapping[str, Any]) -> Table | None:
    """Return how often the model was right, by how sure it was, over all symbols.

    Parameters
    ----------
    train : mapping
        The ``train`` document.

    Returns
    -------
    Table or None
        None where the document has no reliability.
    """
    by_symbol = train.get("reliability")
    if not by_symbol:
        return None
    bins: dict[tuple[float, float], list[tuple[int, float, float]]] = {}
    for entries in by_symbol.values():
        for entry in entries:
            found = (entry["rows"], entry["confidence"], entry["accuracy"])
            bins.setdefault((entry["low"], entry["high"]), []).append(found)
    rows = []
    for (low, high), own in sorted(bins.items()):
        count = sum(part[0] for part in own)
        stated, right = (sum(part[0] * part[place] for part in own) / count for place in (1, 2))
        texts = (number(count, 0), percent(stated), percent(right), percent(right - stated, signed=True))
        rows.append((Cell(f"{percent(low)} to {percent(high)}"), *map(Cell, texts)))
    columns = ("Probability of the answer", "Rows", "Mean probability", "Share right", "Gap")
    return Table("Do the probabilities come true? Test rows, all symbols", columns, tuple(rows))


def importance_table(train: Mapping[str, Any]) -> Table | None:
    """Return the rise of the test NLL by group of inputs, pooled and on each symbol.

    Parameters
    ----------
    train : mapping
        The ``train`` document.

    Returns
    -------
    Table or None
        None where the document has no importance.
    """
    importance = train.get("importance")
    if not importance:
        return None
    symbols = list(dict.fromkeys(name for figure in importance.values() for name in figure.get("by_symbol") or {}))
    rows = []
    for name, figure in sorted(importance.items(), key=lambda entry: -entry[1]["mean"]):
        ends = f"{number(figure['low'], 4)} to {number(figure['high'], 4)}"
        own = figure.get("by_symbol") or {}
        cells = (Cell(number(own.get(symbol), 4)) for symbol in symbols)
        agreement = Cell(percent(figure.get("sign_agreement"), 0))
        rows.append((Cell(name), Cell(number(figure["mean"], 4)), Cell(ends), agreement, *cells))
    columns = ("Inputs", "Mean rise, nats", "90 % of repeats", "Symbols that agree", *symbols)
    return Table("Importance of the inputs, by symbol", columns, tuple(rows))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _text(value: float | None, unit: str) -> str:
    return percent(value) if unit == "percent" else number(value, 4)
