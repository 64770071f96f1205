"""What ``sweep`` shows for people: the best trials, what their settings matter, and what was saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ktrdr_app.cli.render import Part, trained, words_table
from ktrdr_app.workflows.sweep_sentences import shown
from ktrdr_app.workflows.wording import MISSING, percent

MOST_ROWS = 10


def swept(document: Mapping[str, Any]) -> list[Part]:
    """Return the best trials, the importances, sentences and files.

    Parameters
    ----------
    document : mapping
        The ``sweep`` document.
    """
    saved = document.get("saved")
    return [
        _trials(document),
        *([_importances(document["importances"])] if document["importances"] else []),
        *document["report"],
        f"Trials: {document['trials_file']}",
        *([f"Strategy: {saved['strategy_file']}", *trained(saved["training"])] if saved else []),
    ]


def _trials(document: Mapping[str, Any]) -> Part:
    ranked = sorted(document["trials"], key=lambda trial: (trial["value"] is None, -(trial["value"] or 0.0)))
    paths = list(document["asked"]["space"])
    rows = [
        (
            str(trial["number"]),
            trial["state"],
            MISSING if trial["value"] is None else shown(document["objective"], trial["value"]),
            str(trial["epochs"]),
            ", ".join(f"{_last(path)} {_short(trial['values'][path])}" for path in paths),
        )
        for trial in ranked[:MOST_ROWS]
    ]
    heads = ("Trial", "State", document["objective"], "Epochs", "Settings")
    caption = f"{document['strategy_name']} {document['timeframe']}: best of {len(ranked)} trials, on validation rows"
    return words_table(caption, heads, rows)


def _importances(shares: Mapping[str, float]) -> Part:
    rows = [(path, percent(share)) for path, share in shares.items()]
    return words_table("What the trials differ by", ("Setting", "Share"), rows, figures=1)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
