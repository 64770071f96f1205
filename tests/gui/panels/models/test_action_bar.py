"""What can be done with which model; whatever cannot says why, in its tool tip and to a screen reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.action_bar import ActionBar, allow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui

WHOLE = ModelInfo(Path("/m/a/universal_1h_v1"), "universal", "a", None, "1h", 1, complete=True)
NEXT = replace(WHOLE, path=Path("/m/a/universal_1h_v2"), version=2, latest=True)
TORN = replace(WHOLE, path=Path("/m/a/universal_1h_v3"), version=3, complete=False, problem="torn")
OLD = ModelInfo(Path("/m/a/X_1h_v1"), "legacy", "a", "X", "1h", 1, complete=True, look_ahead=True)
COPY = replace(OLD, path=Path("/m/a/legacy/X_1h_v1"))
ALL = (WHOLE, NEXT, TORN, OLD, COPY)

ALLOWED = ("pin", "rollback", "verify", "compare", "export", "delete")


@pytest.fixture
def bar(qtbot: QtBot, dark: object) -> ActionBar:
    made = ActionBar()
    qtbot.addWidget(made)
    return made


def reasons(bar: ActionBar) -> dict[str, str]:
    """Return why each disabled button is disabled; tool tip and description must agree."""
    found = {}
    for name in ALLOWED:
        made: QPushButton = getattr(bar, name)
        assert made.toolTip() == made.accessibleDescription()
        if not made.isEnabled():
            found[name] = made.toolTip()
    return found


BROKEN = "It cannot be used: torn"


@pytest.mark.parametrize(
    ("model", "models", "expected"),
    [
        (WHOLE, ALL, {}),
        (NEXT, ALL, {"rollback": "It is the latest already"}),
        (TORN, ALL, dict.fromkeys(("pin", "rollback", "compare", "export"), BROKEN)),
        (OLD, ALL, {}),
        (COPY, ALL, {"rollback": "It is a copy in the archive, and originals outside it go first"}),
        (COPY, (WHOLE, COPY), {}),
        (WHOLE, (WHOLE,), {"compare": "There is no other model that can be used"}),
        (WHOLE, (WHOLE, TORN), {"compare": "There is no other model that can be used"}),
        (None, ALL, dict.fromkeys(ALLOWED, "Choose a model first")),
    ],
)
def test_reasons(
    bar: ActionBar, model: ModelInfo | None, models: tuple[ModelInfo, ...], expected: dict[str, str]
) -> None:
    bar.show_for(model, models, busy=False)
    assert reasons(bar) == expected


def test_while_a_change_is_made_nothing_is_offered(bar: ActionBar) -> None:
    bar.show_for(WHOLE, ALL, busy=True)
    assert reasons(bar) == dict.fromkeys(ALLOWED, "A change is being made")


def test_a_pin_can_be_taken_from_a_model_that_broke(bar: ActionBar) -> None:
    bar.show_for(replace(TORN, pinned=True), ALL, busy=False)
    assert bar.pin.text() == "Unpin"
    assert bar.pin.isEnabled()
    bar.show_for(WHOLE, ALL, busy=False)
    assert bar.pin.text() == "Pin"


def test_names_are_those_of_the_contract(bar: ActionBar) -> None:
    names = {made.objectName() for made in bar.findChildren(QPushButton)}
    assert {"modelsPanel.verifyButton", "modelsPanel.deleteButton", "modelsPanel.rollbackButton"} <= names
    bar.show_for(WHOLE, ALL, busy=False)
    assert accessibility.nameless(bar) == []


def test_a_button_that_is_allowed_says_what_it_does(bar: ActionBar) -> None:
    allow(bar.verify, "Verify the model", "Checks it", "")
    assert bar.verify.isEnabled()
    assert (bar.verify.accessibleName(), bar.verify.toolTip()) == ("Verify the model", "Checks it")
