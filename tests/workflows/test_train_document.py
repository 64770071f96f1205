"""What a run leaves in writing: JSON that matches the model, the split, the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from ktrdr_app.core.files import json_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.process import SymbolFacts
from ktrdr_app.training.universal import JudgedModel, train_universal_model
from ktrdr_app.workflows.requests import TrainRequest
from ktrdr_app.workflows.train_document import (
    class_balance,
    command_of,
    metrics_of,
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


def test_the_metrics_file_keeps_the_originals_keys_and_the_whole_history(
    model: JudgedModel, strategy: Strategy
) -> None:
    metrics = metrics_of(model, strategy, 0)
    history = metrics["history"]
    assert metrics["epochs_trained"] == len(model.history) == len(history["val_loss"])
    assert metrics["final_val_accuracy"] == history["val_accuracy"][-1]
    assert metrics["best_val_accuracy"] == max(history["val_accuracy"])
    assert history["val_loss"][metrics["best_epoch"] - 1] == min(history["val_loss"])
    assert json.loads(json_text(metrics))["test"]["rows"] == model.measured.test.rows


def test_the_confusion_matrix_in_the_metrics_gives_scikit_learns_figures(
    model: JudgedModel, strategy: Strategy
) -> None:
    test = metrics_of(model, strategy, 0)["test"]
    pairs = [
        (label, answer) for label in range(3) for answer in range(3) for _ in range(test["confusion"][label][answer])
    ]
    label, answer = zip(*pairs, strict=True)
    for name, score in (("macro_f1", f1_score), ("precision", precision_score), ("recall", recall_score)):
        assert test[name] == pytest.approx(score(label, answer, average="macro", labels=[0, 1, 2], zero_division=0))


def test_the_split_is_told_in_dates_and_rows(model: JudgedModel, strategy: Strategy) -> None:
    split = split_document(model.split, strategy)
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
            label_report={},
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
            {"combination": "weighted", "weights": {"A": 1 / 3, "B": 1234567.0}},
            (
                "ktrdr-app train s --symbols A,B --timeframe 1h --seed 0 "
                "--combination weighted --weights A=0.3333333333333333,B=1234567.0"
            ),
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
