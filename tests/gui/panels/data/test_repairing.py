"""Repairs through the window: nothing is ticked by itself, counts come first, and the original is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.data.repairing import RepairDialog
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows import list_repairs
from tests.conftest import make_bars
from tests.gui.helpers import child, click, settle
from tests.gui.panels.data.conftest import write

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel

pytestmark = pytest.mark.gui
Open = Callable[[Workspace], "DataPanel"]


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    """Return a series in which line 52 stands a second time, right below itself."""
    path = write(tmp_path / "workspace" / "data", "BTCUSDT_1h", make_bars(300, seed=2, start="2024-03-01"))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:52], lines[51], *lines[52:]]) + "\n", encoding="utf-8")
    return path


def asked(panel: DataPanel, qtbot: QtBot) -> RepairDialog:
    """Press the button and return the dialog."""
    settle(qtbot, panel.context.tasks)
    click(qtbot, child(panel, QPushButton, "dataPanel.repairButton"))
    assert panel.repairing.dialog is not None
    return panel.repairing.dialog


def test_what_would_help_stands_first_and_nothing_is_ticked(open_panel: Open, dirty: Path, qtbot: QtBot) -> None:
    panel = open_panel(Workspace(dirty.parents[1]))
    dialog = asked(panel, qtbot)
    assert next(iter(dialog.boxes)) == "drop_duplicates"
    assert set(dialog.boxes) == {entry["name"] for entry in list_repairs()}
    assert dialog.ticked == ()
    assert not dialog.repair.isEnabled()
    assert accessibility.nameless(dialog) == []
    dialog.reject()


def test_counts_come_first_and_then_just_that_is_done(open_panel: Open, dirty: Path, qtbot: QtBot) -> None:
    panel, before = open_panel(Workspace(dirty.parents[1])), dirty.read_bytes()
    dialog = asked(panel, qtbot)
    dialog.boxes["clip_ohlc"].click()
    qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Nothing would change"))
    assert not dialog.repair.isEnabled()
    dialog.boxes["clip_ohlc"].click()
    assert dialog.outcome.text() == "Nothing is ticked."
    dialog.boxes["drop_duplicates"].click()
    qtbot.waitUntil(dialog.repair.isEnabled)
    assert dialog.outcome.text() == "drop_duplicates: 1 rows dropped, 0 changed"
    assert dirty.read_bytes() == before
    click(qtbot, dialog.repair)
    settle(qtbot, panel.context.tasks)
    lines = before.decode().splitlines(keepends=True)
    assert dirty.read_text(encoding="utf-8") == "".join([*lines[:52], *lines[53:]])
    (original,) = (dirty.parent / ".originals").iterdir()
    assert original.read_bytes() == before
    record = json.loads((dirty.parent / "BTCUSDT_1h.repairs.json").read_text(encoding="utf-8"))
    assert [done["name"] for entry in record["entries"] for done in entry["repairs"]] == ["drop_duplicates"]
    assert panel.details.report is not None
    assert panel.details.report.count("duplicates") == 0


def test_a_file_that_has_gone_is_told_in_the_dialog(open_panel: Open, dirty: Path, qtbot: QtBot) -> None:
    panel = open_panel(Workspace(dirty.parents[1]))
    dialog = asked(panel, qtbot)
    dirty.unlink()
    dialog.boxes["sort_rows"].click()
    qtbot.waitUntil(lambda: "BTCUSDT" in dialog.outcome.text())
    assert not dialog.repair.isEnabled()
    dialog.reject()
    settle(qtbot, panel.context.tasks)
