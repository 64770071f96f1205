"""Two models beside each other in the window: what the use case says, by section, and the likely partner first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.models.comparing import CompareDialog, partner
from ktrdr_app.gui.panels.models.panel import ModelsPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.model_store.registry import ModelInfo
from ktrdr_app.workflows.wording import typographic
from tests.gui.helpers import settle
from tests.gui.panels.models.helpers import cells, choose, dialog, press
from tests.model_store.builders import STRATEGY

pytestmark = pytest.mark.gui


@pytest.fixture
def shown(panel: ModelsPanel, qtbot: QtBot) -> CompareDialog:
    choose(qtbot, panel, "universal_1h_v2")
    press(qtbot, panel, "compareButton")
    return dialog(panel, CompareDialog)


def test_the_version_before_is_offered_first(shown: CompareDialog, store: Workspace) -> None:
    folder = store.models / STRATEGY
    assert shown.first.currentData() == str(folder / "universal_1h_v2")
    assert shown.second.currentData() == str(folder / "universal_1h_v1")
    assert str(folder / "universal_5m_v1") not in [shown.first.itemData(place) for place in range(shown.first.count())]
    assert accessibility.nameless(shown) == []
    shown.reject()


def test_only_differences_are_shown_as_the_use_case_tells_them(shown: CompareDialog, store: Workspace) -> None:
    found = workflows.compare_models(store, f"{STRATEGY}/universal_1h_v2", f"{STRATEGY}/universal_1h_v1")
    assert found.differences
    assert cells(shown.table) == [
        (entry.section, entry.name, *entry.words, typographic(entry.change)) for entry in found.differences
    ]
    assert shown.summary.text().startswith("Only what differs. Alike: ")
    assert shown.cautions.isHidden()
    shown.reject()


def test_sections_narrow_what_is_shown(
    panel: ModelsPanel, shown: CompareDialog, qtbot: QtBot, store: Workspace
) -> None:
    shown.second.setCurrentIndex(shown.second.findData(str(store.models / STRATEGY / "MSFT_1h_v1")))
    settle(qtbot, panel.context.tasks)
    assert "features look ahead" in shown.cautions.text()
    every = len(cells(shown.table))
    shown.section.setCurrentIndex(shown.section.findData("contract"))
    assert {row[0] for row in cells(shown.table)} == {"contract"}
    assert shown.section.currentText() == f"contract ({len(cells(shown.table))})"
    assert len(cells(shown.table)) < every
    shown.reject()


def test_a_model_that_broke_meanwhile_is_told(
    panel: ModelsPanel, shown: CompareDialog, qtbot: QtBot, store: Workspace
) -> None:
    (store.models / STRATEGY / "MSFT_1h_v2" / "config.json").unlink()
    shown.second.setCurrentIndex(shown.second.findData(str(store.models / STRATEGY / "MSFT_1h_v2")))
    settle(qtbot, panel.context.tasks)
    assert "config.json" in shown.cautions.text()
    assert cells(shown.table) == []
    shown.reject()


def model(
    name: str, strategy: str = "a", kind: str = "universal", symbol: str | None = None, version: int = 1
) -> ModelInfo:
    return ModelInfo(Path(f"/m/{strategy}/{name}"), kind, strategy, symbol, "1h", version, complete=True)


def test_partners_in_the_order_of_likeness() -> None:
    own = model("universal_1h_v3", version=3)
    before, after = model("universal_1h_v2", version=2), model("universal_1h_v4", version=4)
    legacy, foreign = model("X_1h_v3", kind="legacy", symbol="X", version=3), model("universal_1h_v3", "b", version=3)
    held = [foreign, legacy, after, before, own]
    for expected in (before, after, legacy, foreign):
        assert partner(own, held) == expected
        held.remove(expected)
    assert partner(own, held) is None
    assert partner(own, [own, replace(before, complete=False)]) is None


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([("a", "universal", None, 1), ("a", "universal", None, 4)], ("a", "universal", None, 4)),
        ([("a", "universal", None, 9), ("a", "universal", None, 7)], ("a", "universal", None, 7)),
        ([("a", "universal", None, 4), ("a", "universal", None, 7)], ("a", "universal", None, 4)),
        ([("a", "universal", None, 6), ("a", "universal", None, 1)], ("a", "universal", None, 1)),
        ([("a", "legacy", "X", 4), ("a", "universal", None, 9)], ("a", "universal", None, 9)),
        ([("b", "universal", None, 4), ("a", "legacy", "X", 1)], ("a", "legacy", "X", 1)),
        ([("b", "universal", None, 4)], ("b", "universal", None, 4)),
    ],
)
def test_an_earlier_version_goes_before_a_later_one_and_the_nearest_first(
    others: list[tuple[str, str, str | None, int]], expected: tuple[str, str, str | None, int]
) -> None:
    def made(strategy: str, kind: str, symbol: str | None, version: int) -> ModelInfo:
        return model(f"{symbol or 'universal'}_1h_v{version}", strategy, kind, symbol, version)

    assert partner(made("a", "universal", None, 5), [made(*each) for each in others]) == made(*expected)
