"""Turns a strategy of the original KTRDR into ours, and says of every change of meaning what it was and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ktrdr_app.core.errors import Problem, StrategyProblem
from ktrdr_app.strategy.legacy import LegacyStrategy, read_legacy
from ktrdr_app.strategy.marks import read_marked
from ktrdr_app.strategy.upgrade_inputs import upgrade_inputs
from ktrdr_app.strategy.upgrade_notes import Note, yaml_text

_HEADING = (
    "Upgraded from a strategy of the original KTRDR. Comments say what changed its meaning; models that the original "
    "trained keep their own copy of the strategy and are not affected."
)
_ALWAYS = (
    Note("features", "warm-up rows of 0", "no warm-up rows", "bars without every feature are no longer trained on"),
    Note(
        "features.scaling",
        "fitted on all rows",
        "fitted on training rows",
        "volatility_20, volume_ratio_20 and obv_normalized no longer use figures of the whole sample either",
    ),
    Note(
        "backtest.fill",
        "close of the signal's own bar, a quarter of the cash per trade",
        "next_open, all cash",
        "nobody can trade at the close that made the signal; --sizing fraction=0.25 sets the old size",
    ),
)
_USED = {"name", "description", "indicators", "fuzzy_sets", "model", "decisions", "training", "backtesting"}
_IGNORED = {
    "version": "it says nothing to the program",
    "data": "symbols and time frame are given to the commands: --symbols A,B,C --timeframe TF",
    "orchestrator": "but for the threshold of its mode backtest, which is in decision.confidence_threshold",
    "risk_management": "the original never read it; see decision and the options of backtest",
}


@dataclass(frozen=True)
class Upgraded:
    """A strategy in our grammar.

    Attributes
    ----------
    text : str
        YAML with the notes as comments.
    document : dict
        Its content.
    notes : tuple of Note
        Every change of meaning.
    """

    text: str
    document: dict[str, Any]
    notes: tuple[Note, ...]


def upgrade_strategy(text: str, where: str) -> Upgraded:
    """Return a strategy of the original in our grammar.

    Parameters
    ----------
    text : str
        Its YAML; JSON, as in a model's ``config.json``, is YAML too.
    where : str
        File name, for messages.

    Raises
    ------
    StrategyProblem
        If it is no strategy of the original, or is ours already, or none of its indicators can be an input.
    """
    content, marks = read_marked(text, where)
    if isinstance(content, Mapping) and isinstance(content.get("indicators"), Mapping):
        fault = Problem(
            "indicators", *marks[("indicators",)], "has ids already", "nothing to upgrade; validate checks it"
        )
        raise StrategyProblem(where, [fault])
    old = read_legacy(content, where, marks)
    inputs = upgrade_inputs(old)
    if not inputs.fuzzy_sets:
        expected = "an indicator such as rsi, with fuzzy sets of the same name"
        raise StrategyProblem(where, [Problem("fuzzy_sets", 0, 0, "no set belongs to an indicator", expected)])
    notes = list(inputs.notes)
    model = _mapping(old.document.get("model"))
    document: dict[str, Any] = {"name": _name(old.name, where, notes)}
    if old.document.get("description"):
        document["description"] = " ".join(str(old.document["description"]).split())
    document |= {
        "indicators": inputs.indicators,
        "fuzzy_sets": inputs.fuzzy_sets,
        "features": _features(old, inputs.indicators, notes),
        "labels": _labels(_mapping(old.document.get("training")), notes),
        "network": _network(model, notes),
        "training": _training(model, _mapping(old.document.get("training")), notes),
        "decision": _decision(old.document, notes),
        "backtest": _backtest(_mapping(old.document.get("backtesting")), notes),
    }
    notes += [*_ALWAYS, *_sections_left_out(old.document)]
    return Upgraded(yaml_text(document, notes, _HEADING), document, tuple(notes))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _name(name: str, where: str, notes: list[Note]) -> str:
    wanted = name or PurePath(where).stem
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", wanted).strip("._-")[:64] or "strategy"
    if plain != name:
        notes.append(Note("name", name or None, plain, "it names the models' folder: letters, digits, . _ and -"))
    return plain


def _number(section: Mapping[str, Any], key: str, default: float) -> Any:
    value = section.get(key, default)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def _features(old: LegacyStrategy, indicators: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    settings = old.features
    memory = max(1, min(20, settings.lookback_periods))
    if memory > 1:
        why = f"the original read it but made no lags; now each membership has {memory - 1} of them, 1 makes none"
        notes.append(Note("features.lookback_periods", 1, memory, why))
    if settings.include_price_context and any(entry["name"] in ("sma", "ema") for entry in indicators.values()):
        why = "price_to_{id}_ratio is made of each mean; in the original the names never matched"
        notes.append(Note("features.price_context", "without ratios to means", True, why))
    if not settings.scale_features:
        notes.append(Note("features.scaling", "none", "standard", "features are always scaled"))
    unread = [key for key in _mapping(_mapping(old.document.get("model")).get("features")) if key not in vars(settings)]
    notes += [Note(f"model.features.{key}", None, None, "the original did not read it either") for key in unread]
    return {
        "price_context": settings.include_price_context,
        "volume_context": settings.include_volume_context,
        "raw_indicators": settings.include_raw_indicators,
        "lookback_periods": memory,
        "scaling": "minmax" if settings.scaling_method == "minmax" else "standard",
    }


def _labels(training: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    labels = _mapping(training.get("labels"))
    lookahead = int(_number(labels, "label_lookahead", 20))
    threshold = _number(labels, "zigzag_threshold", 0.03)
    why = (
        "it labelled every bar of a swing by where the swing ended, however far away; now a label is the first move "
        "of the threshold within the lookahead. On quiet series few moves are as large: threshold_unit: atr with a "
        "threshold of about 1.5 suits every symbol"
    )
    notes.append(Note("labels.method", "whole swings", "zigzag", why))
    given = labels.get("label_lookahead")
    notes.append(
        Note("labels.lookahead", "without effect", lookahead, f"the file says {given}" if given else "it said nothing")
    )
    return {"method": "zigzag", "threshold": threshold, "threshold_unit": "fraction", "lookahead": max(1, lookahead)}


def _network(model: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    architecture = _mapping(model.get("architecture"))
    layers, kind = architecture.get("hidden_layers"), str(model.get("type", "mlp")).lower()
    usable = isinstance(layers, list) and bool(layers) and all(isinstance(units, int) and units > 0 for units in layers)
    hidden = layers[:8] if isinstance(layers, list) and usable else [30, 15, 8]
    if kind != "mlp":
        notes.append(Note("network", kind, "mlp", "the original could build nothing but an mlp, and stopped here"))
    if not usable:
        notes.append(Note("network.hidden_layers", layers, hidden, "it is needed; this is a usual size"))
    activation = str(architecture.get("activation", "relu")).lower()
    ours = activation if activation in ("relu", "tanh", "leaky_relu") else "tanh" if activation == "sigmoid" else "relu"
    if ours != activation:
        why = "it is tanh, moved and halved" if activation == "sigmoid" else "the original took relu for it too"
        notes.append(Note("network.activation", activation, ours, why))
    rate = _number(architecture, "dropout_rate", 0.2)
    dropout = _number(architecture, "dropout", rate)
    if "dropout" not in architecture and "dropout_rate" in architecture:
        notes.append(Note("network.dropout", 0.2, rate, "the original did not know dropout_rate and took 0.2"))
    return {"hidden_layers": hidden, "activation": ours, "dropout": min(max(dropout, 0.0), 0.89)}


def _training(model: Mapping[str, Any], training: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    given = _mapping(model.get("training"))
    stopping = _mapping(given.get("early_stopping"))
    epochs = int(_number(given, "epochs", 100))
    patience = int(_number(stopping, "patience", 10)) if stopping else epochs
    optimizer = str(given.get("optimizer", "adam")).lower()
    if optimizer != "adam":
        notes.append(Note("training.learning_rate", optimizer, "adam", "Adam is the only optimizer"))
    gone = [key for key in ("lr_scheduler", "gradient_clip") if given.get(key)]
    notes += [Note(f"model.training.{key}", given[key], None, "training has no such step") for key in gone]
    if not stopping:
        notes.append(Note("training.patience", "no early stopping", patience, "as many as epochs, so it never stops"))
    elif stopping.get("monitor", "val_loss") != "val_loss":
        notes.append(Note("training.patience", stopping["monitor"], "val_loss", "the validation loss decides"))
    why = (
        "the last epoch was saved as the best; shares were cut by row without a gap. Now the best epoch is kept, and "
        "the shares are cut by time, with the lookahead between them"
    )
    notes.append(Note("training.split", "by row", "by time", why))
    return {
        "epochs": epochs,
        "batch_size": int(_number(given, "batch_size", 32)),
        "learning_rate": _number(given, "learning_rate", 0.001),
        "weight_decay": _number(given, "weight_decay", 0.0001),
        "patience": patience,
        "min_delta": _number(stopping, "min_delta", 0.0001),
        "split": _split(_mapping(training.get("data_split")), notes),
    }


def _split(given: Mapping[str, Any], notes: list[Note]) -> dict[str, float]:
    train, validation = _number(given, "train", 0.7), _number(given, "validation", 0.15)
    if not given or not (train > 0 and validation > 0 and train + validation < 0.995):
        notes.append(Note("training.split.train", dict(given) or None, 0.7, "each share must be above 0"))
        train, validation = 0.7, 0.15
    test = round(1.0 - train - validation, 6)
    if given and given.get("test") not in (None, test):
        notes.append(Note("training.split.test", given["test"], test, "the original took what the others left"))
    return {"train": train, "validation": validation, "test": test}


def _decision(document: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    given = _mapping(document.get("decisions"))
    filters = _mapping(given.get("filters"))
    own = _number(given, "confidence_threshold", 0.5)
    mode = _mapping(_mapping(_mapping(document.get("orchestrator")).get("modes")).get("backtest"))
    threshold = max(own, _number(mode, "confidence_threshold", own))
    if threshold != own:
        why = "the original's backtests held decisions to both thresholds"
        notes.append(Note("decision.confidence_threshold", own, threshold, why))
    bars = int(_number(filters, "min_signal_separation", 4))
    notes.append(
        Note(
            "decision.min_signal_separation", f"{bars} h", bars, "it is in bars now, as the comments in such files say"
        )
    )
    volume = bool(filters.get("volume_filter", False))
    if volume:
        notes.append(Note("decision.volume_filter", "never applied", True, "now it is; false keeps the old behaviour"))
    return {
        "confidence_threshold": threshold,
        "position_awareness": bool(given.get("position_awareness", True)),
        "min_signal_separation": max(0, bars),
        "volume_filter": volume,
        "min_volume_ratio": _number(filters, "min_volume_ratio", 1.0),
    }


def _backtest(given: Mapping[str, Any], notes: list[Note]) -> dict[str, Any]:
    names = {"initial_capital": "initial_capital", "transaction_costs": "commission", "slippage": "slippage"}
    usual = {"initial_capital": 100_000, "commission": 0.001, "slippage": 0.0005}
    found: dict[str, Any] = {}
    for key, ours in names.items():
        found[ours] = _number(given, key, usual[ours])
        if found[ours] != usual[ours]:
            why = "the file said so, but the original did not read this section"
            notes.append(Note(f"backtest.{ours}", usual[ours], found[ours], why))
    why = "it is an option of the command backtest"
    notes += [Note(f"backtesting.{key}", given[key], None, why) for key in given if key not in names]
    return found | {"fill": "next_open"}


def _sections_left_out(document: Mapping[str, Any]) -> list[Note]:
    return [
        Note(str(key), None, None, _IGNORED.get(str(key), "the original did not read it either"))
        for key in document
        if key not in _USED
    ]
