"""``models compare`` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run, error_of
from tests.model_store.builders import STRATEGY, save, strategy_document

FIRST, SECOND = f"{STRATEGY}/universal_1h_v1", f"{STRATEGY}/universal_1h_v2"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the models folder of the current folder, with two models whose labels look differently far ahead."""
    other = strategy_document()
    other["labels"]["lookahead"] += 5
    save(tmp_path / "models")
    save(tmp_path / "models", strategy_document=other)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "models"


def test_only_what_differs_is_printed(run: Run, store: Path) -> None:
    lookahead = strategy_document()["labels"]["lookahead"]
    shown = run("models", "compare", FIRST, SECOND)
    assert shown.code == 0
    assert "labels.lookahead" in shown.out
    assert "labels.threshold" not in shown.out
    assert "tested on other labels" in shown.out
    document = run("models", "compare", FIRST, SECOND, json=True).document
    assert document["differences"] == [
        {"section": "settings", "name": "labels.lookahead", "first": lookahead, "second": lookahead + 5}
    ]


def test_a_model_against_itself(run: Run, store: Path) -> None:
    assert "They do not differ." in run("models", "compare", FIRST, f"{STRATEGY}/universal_1h_v1").out


def test_what_cannot_be_compared_is_an_error(run: Run, store: Path) -> None:
    error_of(run("models", "compare", FIRST, f"{STRATEGY}/universal_1h_v9", json=True), 3, "model_not_found")
    (store / SECOND / "metrics.json").write_text("{", encoding="utf-8")
    error_of(run("models", "compare", FIRST, SECOND, json=True), 4, "model_rejected")
