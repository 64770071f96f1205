"""What is told of strategies: where they come from, their models good and torn, or why they cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import yaml
from PySide6.QtWidgets import QComboBox

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from tests.gui.helpers import child

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


@pytest.fixture(autouse=True)
def back(rich: MainWindow) -> Iterator[None]:
    yield
    rich.context.select_strategy("quick")


def steps(found: Inspected) -> list[str]:
    return [step.text for step in found.steps]


def test_one_of_this_workspace_with_a_torn_model_beside_a_good_one(rich: MainWindow, told: Told) -> None:
    rich.context.select_strategy("quick")
    found = told("strategyPanel", "quick")
    facts = dict(found.facts)
    assert (facts["File"], facts["Origin"]) == ("quick.yaml", "this workspace")
    assert facts["Models"] == "2, 1 usable"
    assert facts["Newest"].startswith("universal_1d_v1, "), "the newest that can be used"
    assert steps(found) == ["Edit its fuzzy sets", "Train with it", "Show its models"]


def test_one_of_the_program_without_models_tells_its_own_sentence(rich: MainWindow, told: Told) -> None:
    file = sorted((shipped("configs") / "strategies").glob("*.yaml"))[0]
    rich.context.select_strategy(file.stem)
    found = told("strategyPanel", file.stem)
    facts = dict(found.facts)
    assert facts["Origin"] == "comes with the program"
    assert facts["Models"] == "0, 0 usable"
    assert "Newest" not in facts
    assert " ".join(found.why.split()) == " ".join(
        yaml.safe_load(file.read_text(encoding="utf-8"))["description"].split()
    )
    assert steps(found) == ["Edit its fuzzy sets", "Train with it"]


def test_a_faulty_one_says_why_and_offers_no_training(rich: MainWindow, told: Told) -> None:
    rich.context.select_strategy("typo")
    found = told("strategyPanel", "typo")
    assert found.tone == "danger"
    assert found.why.startswith("It cannot be used: ")
    assert "lookahed" in found.why
    assert steps(found) == ["Show its models"]
    for key in ("fuzzyPanel", "trainingPanel", "backtestPanel"):
        combo = child(rich.panels[key], QComboBox, f"{key}.strategyCombo")
        assert combo.currentText() == "⚠ typo", "no station chooses another one for the whole window"
    assert rich.context.strategy == "typo"
    for key in ("strategyPanel", "fuzzyPanel", "trainingPanel"):
        assert rich.states.standing(key).state == "error"
        assert "lookahed" in rich.states.standing(key).reason


@pytest.mark.parametrize(
    ("words", "panel"),
    [("Edit its fuzzy sets", "fuzzyPanel"), ("Train with it", "trainingPanel"), ("Show its models", "modelsPanel")],
)
def test_its_steps_lead_there(rich: MainWindow, told: Told, press: Press, words: str, panel: str) -> None:
    told("strategyPanel", "quick")
    press(words)
    assert rich.panel.object_name == panel
