"""What a model is made of, from documents of our folders and of the original's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.about import AboutView
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.registry import ModelInfo
from tests.model_store.builders import DIGEST, NAMES

pytestmark = pytest.mark.gui

BARE: dict[str, Any] = {
    "training_manifest": {},
    "network": {"inputs": 2, "hidden": [3], "activation": "tanh"},
    "files": {"model.pt": 2048},
    "contract_digest": "",
    "feature_names": ["a", "b"],
    "scaler": {},
}


@pytest.fixture
def view(qtbot: QtBot, dark: object) -> AboutView:
    made = AboutView()
    qtbot.addWidget(made)
    made.resize(330, 400)
    made.show()
    return made


def shown(view: AboutView, store: Workspace, label: str) -> dict[str, str]:
    (model,) = (each for each in workflows.list_models(store) if each.label == label)
    view.show_model(model)
    view.show_document(workflows.show_model(store, model.path))
    return {key: words.text() for key, words in view.facts.items()}


def test_one_of_ours(view: AboutView, store: Workspace) -> None:
    found = shown(view, store, "universal_1h_v1")
    assert found["kind"] == "universal"
    assert found["contract"] == f"{len(NAMES)} features, {DIGEST[:12]}…"
    assert found["network"] == "4 → 6 → 5 → 3, relu"
    assert found["scaler"] == "standard"
    assert found["checks"].startswith("checksums of what is read match")
    files = list((store.models / "mean_reversion" / "universal_1h_v1").iterdir())
    assert found["files"].startswith(f"{len(files)}, ")
    assert found["files"].endswith("with checksums")


def test_one_of_the_original(view: AboutView, store: Workspace) -> None:
    found = shown(view, store, "MSFT_1h_v1")
    assert found["kind"] == "legacy"
    assert found["contract"] == f"{len(NAMES)} features, no hash"
    assert found["files"].endswith("no checksums: the original wrote it")
    assert found["checks"].startswith("whole and safe")
    assert [found[key] for key in ("dates", "test", "command", "rows")] == ["–"] * 4


@pytest.mark.parametrize(
    ("manifest", "dates", "test"),
    [
        ({}, "–", "–"),
        ({"data_date_range": None, "split": None}, "–", "–"),
        (
            {"data_date_range": {"start": "2005-03-01T00:00:00+00:00", "end": "2013-03-01T00:00:00+00:00"}},
            "2005-03-01 to 2013-03-01",
            "–",
        ),
        ({"split": {"test_start": "2011-12-09T00:00:00+00:00"}}, "–", "2011-12-09"),
    ],
)
def test_what_a_manifest_lacks_is_a_dash(view: AboutView, manifest: dict[str, Any], dates: str, test: str) -> None:
    view.show_document(BARE | {"training_manifest": manifest})
    assert (view.facts["dates"].text(), view.facts["test"].text()) == (dates, test)
    assert (
        view.facts["files"].text().startswith("1, 2\N{NARROW NO-BREAK SPACE}KiB")
        or "1, 2 KiB" in view.facts["files"].text()
    )


def test_a_broken_model_shows_its_problem_in_red(view: AboutView) -> None:
    view.show_model(ModelInfo(Path("/m/a/universal_1h_v1"), "universal", "a", None, "1h", 1, problem="torn"))
    words = view.facts["checks"]
    assert words.text() == "torn"
    assert words.palette().color(QPalette.ColorRole.WindowText) == color("danger")


def test_long_words_break_instead_of_being_cut(view: AboutView, store: Workspace) -> None:
    shown(view, store, "universal_1h_v1")
    assert view.widget().minimumSizeHint().width() <= view.viewport().width()
