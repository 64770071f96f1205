"""What a run says of itself: sentences that match the figures, JSON that matches the model, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from ktrdr_app.core.files import json_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.neural.metrics import ClassificationMetrics, classification_metrics
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.universal import JudgedModel, train_universal_model
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_document import (
    class_balance,
    command_of,
    metrics_of,
    sentences_of,
    split_document,
)
from tests.features.strategies import probe
from tests.training.blocks import planted

GROUPS = {"noise": [0], "rule": [1], "other": [2]}


@pytest.fixture(scope="module")
def strategy() -> Strategy:
    """Return a strategy that trains three epochs."""
    return probe().strategy


@pytest.fixture(scope="module")
def model(strategy: Strategy) -> JudgedModel:
    """Return a model of two planted symbols."""
    return train_universal_model([planted("A", 400, seed=1), planted("B", 400, seed=2)], strategy, GROUPS, 0)


def _figures(accuracy: float, majority: float, nll: float, prior: float, rows: int = 100) -> ClassificationMetrics:
    base = classification_metrics(np.full((rows, 3), 1 / 3), np.zeros(rows, dtype=np.int64), [0.4, 0.3, 0.3])
    return replace(base, accuracy=accuracy, majority_accuracy=majority, nll=nll, prior_nll=prior, skill=1 - nll / prior)


def _with(model: JudgedModel, **parts: Any) -> JudgedModel:
    return replace(model, measured=replace(model.measured, **parts))


@pytest.mark.parametrize(
    ("accuracy", "majority", "nll", "prior", "said"),
    [
        (0.50, 0.40, 1.00, 1.05, False),
        (0.40, 0.40, 1.00, 1.05, True),
        (0.50, 0.40, 1.05, 1.05, True),
        (0.50, 0.40, 1.10, 1.05, True),
        (0.35, 0.40, 1.00, 1.05, True),
    ],
)
def test_no_skill_is_said_unless_both_baselines_are_beaten(
    model: JudgedModel, strategy: Strategy, accuracy: float, majority: float, nll: float, prior: float, said: bool
) -> None:
    judged = _with(model, test=_figures(accuracy, majority, nll, prior))
    sentences = sentences_of(judged, strategy)
    assert any(sentence.startswith("No skill") for sentence in sentences) is said
    assert f"{accuracy:.1%}" in sentences[1]
    assert f"{majority:.1%}" in sentences[1]


def test_symbols_without_skill_are_named_when_the_pool_has_some(model: JudgedModel, strategy: Strategy) -> None:
    good, bad = _figures(0.5, 0.4, 1.0, 1.05), _figures(0.3, 0.4, 1.2, 1.05)
    judged = _with(model, test=good, per_symbol_test={"A": good, "B": bad})
    assert "It has no skill on B." in sentences_of(judged, strategy)
    hopeless = _with(model, test=bad, per_symbol_test={"A": good, "B": bad})
    assert "It has no skill on B." not in sentences_of(hopeless, strategy)


def test_a_rare_class_is_named_with_its_share(model: JudgedModel, strategy: Strategy) -> None:
    rare = replace(model, prior=np.array([0.03, 0.9, 0.07]))
    sentence = next(text for text in sentences_of(rare, strategy) if text.startswith("Rare"))
    assert "BUY (3.0%)" in sentence
    assert "SELL (7.0%)" in sentence
    assert not any(text.startswith("Rare") for text in sentences_of(model, strategy))


def test_the_metrics_file_keeps_the_originals_keys_and_the_whole_history(
    model: JudgedModel, strategy: Strategy
) -> None:
    metrics = metrics_of(model, strategy)
    history = metrics["history"]
    assert metrics["epochs_trained"] == len(model.history) == len(history["val_loss"])
    assert metrics["final_val_accuracy"] == history["val_accuracy"][-1]
    assert metrics["best_val_accuracy"] == max(history["val_accuracy"])
    assert history["val_loss"][metrics["best_epoch"] - 1] == min(history["val_loss"])
    assert json.loads(json_text(metrics))["test"]["rows"] == model.measured.test.rows


def test_the_confusion_matrix_in_the_metrics_gives_scikit_learns_figures(
    model: JudgedModel, strategy: Strategy
) -> None:
    test = metrics_of(model, strategy)["test"]
    pairs = [
        (label, answer) for label in range(3) for answer in range(3) for _ in range(test["confusion"][label][answer])
    ]
    label, answer = zip(*pairs, strict=True)
    for name, score in (("macro_f1", f1_score), ("precision", precision_score), ("recall", recall_score)):
        assert test[name] == pytest.approx(score(label, answer, average="macro", labels=[0, 1, 2], zero_division=0))


def test_the_split_is_told_in_dates_and_rows(model: JudgedModel, strategy: Strategy) -> None:
    split = split_document(model, strategy)
    assert split["train_end"] < split["validation_end"]
    assert split["train_end"].endswith("+00:00")
    assert split["purge_bars"] == strategy.labels.lookahead
    assert sum(split["rows"].values()) + split["purged_rows"] == 800


def test_class_balance_is_that_of_each_symbols_own_rows() -> None:
    blocks = [planted("A", 300, seed=3), planted("B", 200, seed=4)]
    stamp = pd.Timestamp("2020-01-01", tz="UTC")
    processed = [
        SymbolFacts(
            symbol=b.symbols[0],
            bars=300,
            first=stamp,
            last=stamp,
            fingerprint="",
            warm_up_rows=0,
            gap_rows={},
            class_counts=tuple(int((b.label == number).sum()) for number in range(3)),
            seconds={},
        )
        for b in blocks
    ]
    found = class_balance(processed)
    for b in blocks:
        for number, name in enumerate(("BUY", "HOLD", "SELL")):
            assert found[b.symbols[0]][name] == pytest.approx(float((b.label == number).mean()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "ktrdr-app train s --symbols A,B --timeframe 1h --seed 0"),
        ({"kind": "legacy", "symbols": ("A",)}, "ktrdr-app train s --symbols A --timeframe 1h --seed 0 --kind legacy"),
        (
            {"combination": "weighted", "weights": {"A": 2.0, "B": 0.5}},
            "ktrdr-app train s --symbols A,B --timeframe 1h --seed 0 --combination weighted --weights A=2,B=0.5",
        ),
        (
            {"start": "2010-01-01", "end": "2011-01-01", "epochs": 3, "batch_size": 64, "seed": 7},
            (
                "ktrdr-app train s --symbols A,B --timeframe 1h --seed 7 --start 2010-01-01 --end 2011-01-01"
                " --epochs 3 --batch-size 64"
            ),
        ),
        ({"strategy": "my file.yaml"}, "ktrdr-app train 'my file.yaml' --symbols A,B --timeframe 1h --seed 0"),
    ],
)
def test_the_command_repeats_every_choice(changes: dict[str, Any], words: str) -> None:
    given = {"strategy": "s", "symbols": ("A", "B"), "timeframe": "1h"} | changes
    assert command_of(TrainRequest(workspace=Workspace(Path()), **given)) == words
