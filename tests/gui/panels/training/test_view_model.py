"""A run is shown from its model's own documents, whether it was made a second or a year ago."""

from __future__ import annotations

from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.training.view_model import CURVES, view_of

pytestmark = pytest.mark.gui


def shown(**changes: Any) -> dict[str, Any]:
    metrics = {
        "history": {name: [0.1, 0.2] for name in CURVES},
        "best_epoch": 2,
        "validation": {"majority_accuracy": 0.61},
        "test_accuracy": 0.55,
        "majority_accuracy": 0.50,
        "test_nll": 0.9,
        "prior_nll": 1.0,
        "skill": 0.1,
        "per_symbol_test": {
            "A": {"rows": 30, "accuracy": 0.6, "majority_accuracy": 0.5, "skill": 0.2},
            "B": {"rows": 20, "accuracy": 0.4, "majority_accuracy": 0.5, "skill": -0.1},
        },
    }
    return {
        "path": "models/s/universal_1d_v3",
        "strategy_name": "s",
        "training_symbols": ["A", "B"],
        "metrics": metrics | changes,
        "training_manifest": {"seed": 5, "class_balance": {"A": {"BUY": 0.2, "HOLD": 0.5, "SELL": 0.3}}},
    }


def test_curves_marker_and_baseline_are_the_models_own() -> None:
    view = view_of(shown())
    assert view.name == "universal_1d_v3"
    assert view.symbols == ("A", "B")
    assert all(view.curves[name] == [0.1, 0.2] for name in CURVES)
    assert (view.best_epoch, view.baseline) == (2, 0.61)


def test_a_model_keeps_the_words_of_its_run() -> None:
    told = view_of(shown(judgement={"report": ["Training stopped.", "It has skill."]})).sentences
    assert told[1:] == ("Training stopped.", "It has skill.")
    assert len(view_of(shown()).sentences) == 2


def test_one_row_per_symbol() -> None:
    first, second = view_of(shown()).rows
    assert (first.symbol, first.rows, first.accuracy, first.majority, first.skill) == ("A", 30, 0.6, 0.5, 0.2)
    assert first.balance == {"BUY": 0.2, "HOLD": 0.5, "SELL": 0.3}
    assert second.balance == {}


def test_a_model_that_beats_both_baselines_is_called_good() -> None:
    assert view_of(shown()).verdict.good


@pytest.mark.parametrize("changes", [{"skill": -0.01}, {"test_accuracy": 0.49}])
def test_a_model_without_skill_is_called_so(changes: dict[str, float]) -> None:
    verdict = view_of(shown(**changes)).verdict
    assert not verdict.good
    assert "no skill" in verdict.headline


def test_the_runs_own_sentences_come_first() -> None:
    assert view_of(shown(), ("one.", "two.")).sentences == ("one.", "two.")
    assert "seed 5" in view_of(shown()).sentences[0]


def test_a_model_of_the_original_has_less_to_show() -> None:
    bare = shown()
    bare["metrics"] = {"test_accuracy": 0.5}
    bare["training_manifest"] = {}
    view = view_of(bare)
    assert view.rows == ()
    assert all(view.curves[name] == [] for name in CURVES)
    assert view.baseline is None
    assert not view.verdict.good


def test_a_real_model(trained_workspace: Workspace) -> None:
    (model,) = workflows.list_models(trained_workspace)
    view = view_of(workflows.show_model(trained_workspace, model.path))
    assert view.symbols == ("AAPL", "IBM")
    assert {len(view.curves[name]) for name in CURVES} == {3}
    assert [row.symbol for row in view.rows] == ["AAPL", "IBM"]
    assert 0 < (view.baseline or 0) < 1
    assert sum(view.rows[0].balance.values()) == pytest.approx(1.0)


def test_lines_are_averaged_over_symbols_as_the_curves_are(trained_workspace: Workspace) -> None:
    path = trained_workspace.models / "quick" / "universal_1d_v1"
    shown = workflows.show_model(trained_workspace, path)
    by_symbol = shown["metrics"]["per_symbol_validation"]
    assert set(by_symbol) == {"AAPL", "IBM"}
    view = view_of(shown)
    assert view.baseline == pytest.approx(sum(entry["majority_accuracy"] for entry in by_symbol.values()) / 2)
    assert view.prior == pytest.approx(sum(entry["prior_nll"] for entry in by_symbol.values()) / 2)
