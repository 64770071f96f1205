"""What is told of models is what their own files say; one that cannot be used says why, and cannot be backtested."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from tests.gui.panels.inspector.conftest import figures

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


def choose(rich: MainWindow, name: str) -> Path:
    panel = cast(ModelsPanel, rich.panels["modelsPanel"])
    folder = next(model.path for model in panel.models if model.path.name == name)
    panel.tree.choose(folder)
    return folder


def test_the_facts_are_those_of_the_models_files(rich: MainWindow, told: Told) -> None:
    rich.show_panel("modelsPanel")
    folder = choose(rich, "universal_1d_v1")
    found = told("modelsPanel", "universal_1d_v1")
    facts = dict(found.facts)
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    values = {**metrics, **metrics.get("metrics", {})}
    assert figures(facts["Test accuracy"]) == pytest.approx([values["test_accuracy"]], abs=6e-4)
    skill = values.get("skill", 1 - values["test_nll"] / values["prior_nll"])
    assert figures(facts["Skill"]) == pytest.approx([skill], abs=6e-4)
    assert facts["Made"] == f"{metadata['created_at'][:16].replace('T', ' ')} UTC"
    assert facts["Learnt from"].split(", ") == metadata["training_symbols"]
    assert facts["Strategy"] == metadata["strategy_name"]
    assert (found.steps[0].text, found.steps[0].reason) == ("Backtest with it", "")


def test_a_model_without_its_scaler_says_so_and_serves_nobody(rich: MainWindow, told: Told) -> None:
    rich.show_panel("modelsPanel")
    choose(rich, "universal_1d_v2")
    found = told("modelsPanel", "universal_1d_v2")
    assert found.tone == "danger"
    assert "scaler.json" in found.why
    assert found.steps[0].reason == "It cannot be used"
    (problem,) = [each for each in rich.context.problems.of("modelsPanel") if each.subject.endswith("universal_1d_v2")]
    assert problem.weight == "danger"
    assert "scaler.json" in problem.text


def test_a_step_of_the_inspector_is_off_whenever_the_stations_own_button_is(rich: MainWindow, told: Told) -> None:
    panel = cast(ModelsPanel, rich.panels["modelsPanel"])
    for name in ("universal_1d_v1", "universal_1d_v2"):
        rich.show_panel("modelsPanel")
        choose(rich, name)
        steps = {step.text: step for step in told("modelsPanel", name).steps}
        for button in (panel.bar.verify, panel.bar.compare, panel.bar.pin):
            assert bool(steps[button.text().replace("&", "")].reason) is not button.isEnabled(), button.text()
