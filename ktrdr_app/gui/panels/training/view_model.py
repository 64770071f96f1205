"""What the station shows of one run, drawn from a saved model's own documents; no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from ktrdr_app.workflows.wording import Verdict, model_verdict

CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


@dataclass(frozen=True)
class SymbolRow:
    """One symbol's figures on the test span.

    Attributes
    ----------
    symbol : str
        Which one.
    rows : int
        Test rows.
    accuracy, majority : float or None
        Share right, by the model and by always naming the most frequent class.
    skill : float or None
        1 - NLL / NLL of the class shares.
    balance : dict of str to float
        Shares of BUY, HOLD and SELL among all labelled rows.
    """

    symbol: str
    rows: int
    accuracy: float | None
    majority: float | None
    skill: float | None
    balance: Mapping[str, float]


@dataclass(frozen=True)
class RunView:
    """One finished run.

    Attributes
    ----------
    name : str
        Folder of the model.
    symbols : tuple of str
        What it learnt from.
    curves : dict of str to list of float
        Figures per epoch, by the names in `CURVES`.
    best_epoch : int or None
        Epoch whose weights were kept.
    baseline : float or None
        Accuracy on the validation rows of always naming the most frequent class, averaged over symbols as the curves.
    rows : tuple of SymbolRow
        One per symbol.
    verdict : Verdict
        What the model is worth.
    sentences : tuple of str
        What happened, in plain words.
    prior : float or None
        NLL on the validation rows of always giving the class shares of the training rows, averaged likewise.
    path : str
        The model's folder.
    """

    name: str
    symbols: tuple[str, ...]
    curves: Mapping[str, list[float]]
    best_epoch: int | None
    baseline: float | None
    rows: tuple[SymbolRow, ...]
    verdict: Verdict
    sentences: tuple[str, ...]
    prior: float | None = None
    path: str = ""


def view_of(shown: Mapping[str, Any], sentences: tuple[str, ...] = ()) -> RunView:
    """Return the view of a saved model.

    Parameters
    ----------
    shown : mapping
        What ``workflows.show_model`` returned; models without our extra figures have less to show.
    sentences : tuple of str
        What the run said of itself; drawn from the figures if there are none.
    """
    metrics, manifest = shown["metrics"], shown["training_manifest"]
    verdict = model_verdict({"metrics": metrics})
    history = metrics.get("history") or {}
    report = (metrics.get("judgement") or {}).get("report") or (verdict.detail,)
    told = sentences or (_origin(shown, manifest), *report)
    return RunView(
        name=Path(shown["path"]).name,
        symbols=tuple(shown["training_symbols"]),
        curves={name: list(history.get(name) or []) for name in CURVES},
        best_epoch=metrics.get("best_epoch"),
        baseline=_mean(metrics, "majority_accuracy"),
        rows=_rows(metrics.get("per_symbol_test") or {}, manifest.get("class_balance") or {}),
        verdict=verdict,
        sentences=told,
        prior=_mean(metrics, "prior_nll"),
        path=str(shown["path"]),
    )


def _mean(metrics: Mapping[str, Any], name: str) -> float | None:
    """Return a figure of the validation rows averaged over symbols; that of all rows where symbols are not told apart.

    The figures of a live run are averaged in the same way, so that its lines stay where they are when it ends.
    """
    found = [entry[name] for entry in (metrics.get("per_symbol_validation") or {}).values() if entry.get(name)]
    return sum(found) / len(found) if found else (metrics.get("validation") or {}).get(name)


def _rows(figures: Mapping[str, Any], balance: Mapping[str, Any]) -> tuple[SymbolRow, ...]:
    return tuple(
        SymbolRow(
            symbol,
            int(entry.get("rows") or 0),
            entry.get("accuracy"),
            entry.get("majority_accuracy"),
            entry.get("skill"),
            balance.get(symbol) or {},
        )
        for symbol, entry in figures.items()
    )


def _origin(shown: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    symbols = ", ".join(shown["training_symbols"]) or _t("symbols it does not name")
    seed = manifest.get("seed")
    words = _t("{0} of {1}: learnt from {2}.") if seed is None else _t("{0} of {1}: learnt from {2} with seed {3}.")
    return words.format(Path(shown["path"]).name, shown["strategy_name"], symbols, seed)


def _t(text: str) -> str:
    return QCoreApplication.translate("TrainingPanel", text)
