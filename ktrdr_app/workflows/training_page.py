"""Writes the page of a training: one HTML file with its tables, pictures and words, without scripts or network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import report_figures as figures
from ktrdr_app.workflows import svg_training, wording
from ktrdr_app.workflows.many_report import ManyReport, write_many_report
from ktrdr_app.workflows.models import show_model
from ktrdr_app.workflows.report import MODEL_TABLES
from ktrdr_app.workflows.report_tables import facts_table
from ktrdr_app.workflows.train_document import document_of_papers

PAGES = "training-reports"
"""Folder below the workspace's runs."""


def write_training_page(workspace: Workspace, path: Path | str) -> Path:
    """Write the page of a training into the workspace's runs and return its path; an older one is written over.

    Parameters
    ----------
    workspace : Workspace
        Whose model it is.
    path : Path or str
        The model's folder, or its ``_latest``.

    Raises
    ------
    BadInput
        If the model's papers say nothing that a page could show, as those of the original.
    ModelNotFound, ModelRejected
        If there is no such model, or it is damaged.
    StorageProblem
        If the disk refuses.
    """
    shown = show_model(workspace, path)
    folder = Path(shown["path"])
    papers = _Papers(shown["metrics"], shown["training_manifest"], shown["strategy"])
    train, name = document_of_papers(folder, papers), folder.name
    if train is None:
        raise BadInput(f"{name} has no report: its training measured nothing", hint="train it anew", where=name)
    file: Path = workspace.runs / PAGES / shown["strategy_name"] / f"{name}.html"
    write_many_report(_report(name, shown, train), file)
    return file


@dataclass(frozen=True)
class _Papers:
    """What a model's folder tells of its training."""

    metrics: Mapping[str, Any]
    manifest: Mapping[str, Any]
    strategy_document: Mapping[str, Any]


def _report(name: str, shown: Mapping[str, Any], train: Mapping[str, Any]) -> ManyReport:
    verdict, metrics = wording.model_verdict(train), train["metrics"]
    intervals = metrics.get("intervals") or {}

    def ends(figure: str) -> str:
        text = figures.interval_text(intervals, figure, "percent", signed=figure == "skill")
        return f"90 % interval {text}" if figure in intervals else ""

    brier = f"Brier score {wording.number(metrics.get('brier'))}"
    tiles = [
        ("Test accuracy", wording.percent(metrics.get("test_accuracy")), ends("accuracy")),
        ("Always the most frequent class", wording.percent(metrics.get("majority_accuracy")), "the baseline"),
        ("Skill", wording.percent(metrics.get("skill"), signed=True), ends("skill")),
        ("Calibration error", wording.percent(metrics.get("ece")), brier),
    ]
    tables = [figures.model_table(train), *(table for make in MODEL_TABLES if (table := make(train)) is not None)]
    return ManyReport(
        title=f"Training {name}",
        kicker=f"{shown['strategy_name']} · {', '.join(shown['training_symbols'])} · {shown['timeframe']}",
        command=str(train["command"] or ""),
        tiles=tiles,
        tables=[*tables, facts_table(train)],
        sentences=[f"{verdict.headline}.", *train["report"]],
        warnings=[] if verdict.good else [verdict.headline + "."],
        conventions=_CONVENTIONS,
        pictures=_pictures(train),
    )


def _pictures(train: Mapping[str, Any]) -> list[tuple[str, str]]:
    history, importance, balance = (train.get(key) for key in ("history", "importance", "class_balance"))
    found = []
    if history:
        drawn = svg_training.loss_chart(history, int(train["best_epoch"]), train["metrics"].get("prior_nll"))
        found.append((drawn, "Loss by epoch, nats; the dot marks the epoch whose weights were kept"))
    if importance:
        caption = "Importance: rise of the test NLL when a group of inputs is shuffled, nats"
        found.append((svg_training.importance_chart(importance), caption))
    if balance:
        found.append((svg_training.class_balance_chart(balance), "Class balance of the labels, by symbol"))
    return found


_CONVENTIONS = (
    "Splits are chronological at dates common to all symbols; rows whose label looks across a split are purged.",
    "Skill is 1 − NLL / NLL of the class shares of the training rows; zero or less is none.",
    "Intervals hold 90 % of resamplings of the test span in blocks (stationary bootstrap, the same for every symbol).",
)
