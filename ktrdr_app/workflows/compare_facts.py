"""What one model has to be compared by, section by section: name to plain value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.strategy.upgrade import upgrade_strategy

TRAINING, SETTINGS, FUZZY, METRICS, CONTRACT = SECTIONS = ("training", "settings", "fuzzy sets", "metrics", "contract")
"""In the order in which they are told."""

PRESENT = "present"
HASH, DATA_OF = "hash", "data of "
"""Names of what is a SHA-256."""
_PARTS = ("train", "validation", "test")
_FIGURES = (
    *("accuracy", "majority_accuracy", "nll", "prior_nll", "skill"),
    *("balanced_accuracy", "macro_f1", "mcc", "brier", "ece"),
)
_PER_SYMBOL = ("accuracy", "majority_accuracy", "skill")
_NOT_SETTINGS = {"name", "description", "version", "fuzzy_sets", "model.input_size"}
_NOT_METRICS = {"training_time", "epochs_trained", "best_epoch"}

Facts = dict[str, dict[str, Any]]


def facts_of(shown: Mapping[str, Any], strategy: Mapping[str, Any]) -> Facts:
    """Return what a model is compared by.

    Parameters
    ----------
    shown : mapping
        What `show_model` returns.
    strategy : mapping
        Its strategy, in the grammar in which both are compared.

    Returns
    -------
    dict
        Section to name to value: number, text, list of text or None.
    """
    return {
        TRAINING: _training(shown),
        SETTINGS: dict(_flat({key: value for key, value in strategy.items() if key not in _NOT_SETTINGS})),
        FUZZY: dict(_sets(strategy.get("fuzzy_sets"))),
        METRICS: _metrics(shown["metrics"]),
        CONTRACT: _contract(shown),
    }


def translated(strategy: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    """Return a strategy of the original in our grammar with every default said, or None if it has no counterpart.

    Parameters
    ----------
    strategy : mapping
        As its ``config.json`` holds it.
    where : str
        The model, for messages.
    """
    try:
        return Strategy.model_validate(upgrade_strategy(json.dumps(strategy), where).document).document()
    except (StrategyProblem, ValueError):
        return None


def _training(shown: Mapping[str, Any]) -> dict[str, Any]:
    manifest = shown["training_manifest"]
    span, split = _mapping(manifest.get("data_date_range")), _mapping(manifest.get("split"))
    prints = _mapping(manifest.get("data_fingerprints"))
    facts = {
        "symbols": list(shown["training_symbols"]),
        "rows": shown["rows"],
        "data from": span.get("start"),
        "data to": span.get("end"),
        "fitted until": split.get("train_end"),
        "tested from": split.get("test_start"),
        "combination": manifest.get("combination_strategy"),
        "epochs": shown["metrics"].get("epochs_trained"),
        "best epoch": shown["metrics"].get("best_epoch"),
        "seed": manifest.get("seed"),
        "trainer": manifest.get("trainer"),
        **{f"{DATA_OF}{symbol}": str(digest) for symbol, digest in prints.items()},
    }
    return {name: value for name, value in facts.items() if value is not None}


def _metrics(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of each part; where there are no parts, as in folders of the original, all numbers."""
    if not isinstance(metrics.get("test"), Mapping):
        return {name: value for name, value in metrics.items() if _is_number(value) and name not in _NOT_METRICS}
    found = {
        f"{part} {figure}": _mapping(metrics.get(part)).get(figure) for part in _PARTS for figure in ("rows", *_FIGURES)
    }
    for symbol, figures in _mapping(metrics.get("per_symbol_test")).items():
        found |= {f"test {symbol} {figure}": _mapping(figures).get(figure) for figure in _PER_SYMBOL}
    return {name: value for name, value in found.items() if _is_number(value)}


def _contract(shown: Mapping[str, Any]) -> dict[str, Any]:
    scaler = shown["scaler"]
    return {
        HASH: shown["contract_digest"] or None,
        "features": len(shown["feature_names"]),
        "scaler": scaler.get("kind"),
        "network": " → ".join(map(str, (shown["network"]["inputs"], *shown["network"]["hidden"], 3))),
        **dict.fromkeys((f"feature {name}" for name in shown["feature_names"]), PRESENT),
    }


def _sets(inputs: object) -> Iterator[tuple[str, Any]]:
    """Yield each fuzzy set as ``input.set`` in one line, and what else an input says."""
    for name, entry in _mapping(inputs).items():
        said = _mapping(entry)
        sets = _mapping(said["sets"]) if "sets" in said else said
        for key, value in said.items() if "sets" in said else ():
            if key != "sets" and value != "":
                yield f"{name}: {key}", value
        for key, one in sets.items():
            yield f"{name}.{key}", _set_words(_mapping(one))


def _set_words(one: Mapping[str, Any]) -> str:
    numbers = ", ".join(f"{value:g}" if _is_number(value) else str(value) for value in one.get("parameters") or ())
    shoulder = one.get("shoulder", "none")
    open_side = f", open to the {shoulder}" if shoulder in ("left", "right") else ""
    return f"{one.get('type', 'set')} ({numbers}){open_side}"


def _flat(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        name = f"{before}{key}"
        if name in _NOT_SETTINGS:
            continue
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            yield from _flat({str(_key_of(each, place)): each for place, each in enumerate(value)}, f"{name}.")
        else:
            yield name, value


def _key_of(entry: object, place: int) -> object:
    """Return what an entry of the original's lists is called, so that an inserted one does not move the others."""
    return entry.get("name", place) if isinstance(entry, Mapping) else place


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
