"""What a user does at the data station: find, look at a hole, read a finding, change a calendar, delete and undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.panels.data.coverage_strip import CoverageStrip
from ktrdr_app.gui.panels.data.deletion import DeleteDialog
from ktrdr_app.gui.panels.data.panel import DataPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.palette import Palette
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.workflows import list_trash
from tests.conftest import make_bars
from tests.gui.helpers import child, click, drag_in, drop_on, file_urls, settle
from tests.gui.panels.data.conftest import write

if TYPE_CHECKING:
    from ktrdr_app.gui.main_window import MainWindow

pytestmark = pytest.mark.gui
Open = Callable[[Workspace], "DataPanel"]


def listed(panel: DataPanel) -> list[str]:
    return [f"{entry.series.symbol}_{entry.series.timeframe}" for entry in panel.table.symbols.records]


def look_at(qtbot: QtBot, panel: DataPanel, symbol: str, timeframe: str) -> None:
    panel.table.choose((symbol, timeframe))
    settle(qtbot, panel.context.tasks)


def test_three_filters_narrow_the_list(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    assert listed(panel) == ["ACME_1h", "ACME_1d", "BTCUSDT_1h", "ETHUSDT_1h"]
    search = child(panel, QLineEdit, "dataPanel.search")
    qtbot.keyClicks(search, "crypto 1h")
    assert listed(panel) == ["BTCUSDT_1h", "ETHUSDT_1h"]
    assert panel._count.text() == "2 of 4 series"
    search.clear()
    lengths = child(panel, CalmComboBox, "dataPanel.timeframeFilter")
    lengths.setCurrentIndex(lengths.findData("1d"))
    assert listed(panel) == ["ACME_1d"]
    lengths.setCurrentIndex(0)
    classes = child(panel, CalmComboBox, "dataPanel.classFilter")
    assert [classes.itemData(place) for place in range(classes.count())] == ["", "crypto", "stock"]
    classes.setCurrentIndex(classes.findData("stock"))
    assert listed(panel) == ["ACME_1h", "ACME_1d"]
    settle(qtbot, panel.context.tasks)


def test_coverage_figures_are_those_of_a_slow_count(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "ETHUSDT", "1h")
    stamps = pd.read_csv(markets.data / "ETHUSDT_1h.csv", parse_dates=["timestamp"])["timestamp"]
    due = pd.date_range(stamps.iloc[0], stamps.iloc[-1], freq="1h")
    covered = panel.coverage.strip.maps[0]
    assert (covered.symbol, covered.opens.size) == ("ETHUSDT", len(due))
    assert covered.missing == sum(stamp not in set(stamps) for stamp in due)
    row = listed(panel).index("ETHUSDT_1h")
    cells = [panel.table.symbols.data(panel.table.symbols.index(row, column)) for column in (6, 7)]
    share = 100 * len(stamps) / len(due)
    assert cells == ["2", f"{int(share * 100) / 100:.2f}\N{NARROW NO-BREAK SPACE}%"]


def test_a_click_on_a_hole_zooms_strip_and_candles(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "ETHUSDT", "1h")
    strip = child(panel, CoverageStrip, "dataPanel.coverageStrip")
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.hole_point(0, 0).toPoint())
    start, end = strip.visible_range
    left, right = panel.preview.view.viewRange()[0]
    times = panel.preview.times
    inside = [row for row, time in enumerate(times.tolist()) if start <= time < end]
    assert inside[0] - 0.5 == pytest.approx(left, abs=1)
    assert inside[-1] + 0.5 == pytest.approx(right, abs=1)
    assert right - left < len(times) / 4
    assert left < panel.preview.gap_bars[0] < right, "the hole is marked between its candles"
    gap = int(panel.preview.gap_bars[0])
    assert times[gap + 1] - times[gap] == 31 * 3_600_000_000_000


def test_moving_the_candles_moves_the_strip(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "BTCUSDT", "1h")
    panel.preview.setFocus()
    qtbot.keyClick(panel.preview, Qt.Key.Key_Up)
    start, end = panel.coverage.strip.visible_range
    times = panel.preview.times
    left, right = panel.preview.view.viewRange()[0]
    assert start == pytest.approx(times[round(left + 0.5)], abs=2 * 3_600_000_000_000)
    assert end == pytest.approx(times[round(right - 0.5)], abs=3 * 3_600_000_000_000)
    qtbot.keyClick(panel.preview, Qt.Key.Key_Home)
    assert panel.coverage.strip.visible_range == (panel.coverage.strip.maps[0].start, panel.coverage.strip.maps[0].end)


def test_ticked_series_are_rows_of_the_strip(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "BTCUSDT", "1h")
    panel.table.symbols.tick([("BTCUSDT", "1h"), ("ETHUSDT", "1h"), ("ACME", "1d")])
    qtbot.waitUntil(lambda: len(panel.coverage.strip.maps) == 3, timeout=30_000)
    assert [each.symbol for each in panel.coverage.strip.maps] == ["BTCUSDT", "ETHUSDT", "ACME"]
    panel.table.symbols.tick([])
    assert [each.symbol for each in panel.coverage.strip.maps] == ["BTCUSDT"]
    qtbot.waitUntil(lambda: not panel.alignment.counting.busy)
    settle(qtbot, panel.context.tasks)


def test_findings_lead_to_their_places(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "ETHUSDT", "1h")
    findings = child(panel, RecordTable, "dataPanel.findingsTable")
    words = [findings.records.data(findings.records.index(row, 1)) for row in range(findings.records.rowCount())]
    assert words[0] == "Unexpected gaps"
    assert "2 unexpected" in panel.details._gaps.text()
    assert "33 bars missing" in panel.details._message.text()
    examples = child(panel, QListWidget, "dataPanel.examplesList")
    assert examples.count() == 2
    assert examples.item(0).text().startswith("2024-03-05 03:00  no bar until 2024-03-06 10:00")
    place = examples.visualItemRect(examples.item(0)).center()
    qtbot.mouseClick(examples.viewport(), Qt.MouseButton.LeftButton, pos=place)
    start, end = panel.coverage.strip.visible_range
    moment = pd.Timestamp("2024-03-05T03:00Z").value
    assert start <= moment < end
    assert end - start < 40 * 3_600_000_000_000
    left, right = panel.preview.view.viewRange()[0]
    assert left < 99 < right


def test_another_calendar_is_written_and_used(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    (markets.root / "symbols.yaml").write_text("# mine\nBTCUSDT: {tick: 0.5}\n", encoding="utf-8")
    panel = open_panel(markets)
    look_at(qtbot, panel, "ETHUSDT", "1h")
    calendar = child(panel, CalmComboBox, "dataPanel.calendarCombo")
    assert calendar.currentData() == "24/7"
    calendar.setCurrentIndex(calendar.findData("forex"))
    calendar.activated.emit(calendar.currentIndex())
    settle(qtbot, panel.context.tasks)
    text = (markets.root / "symbols.yaml").read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert yaml.safe_load(text) == {"BTCUSDT": {"tick": 0.5}, "ETHUSDT": {"calendar": "forex"}}
    assert panel.details.report is not None
    assert panel.details.report.settings.calendar == "forex"
    assert panel.table.chosen == ("ETHUSDT", "1h")
    assert "New York" in panel.details.market._reason.text()
    back = calendar.findText("as usual for the class")
    calendar.setCurrentIndex(back)
    calendar.activated.emit(back)
    settle(qtbot, panel.context.tasks)
    assert calendar.currentData() == "24/7"


def dialog_of(panel: DataPanel) -> DeleteDialog:
    found = panel.window().findChildren(DeleteDialog)
    assert len(found) == 1
    return found[0]


def test_a_series_is_deleted_and_brought_back_by_clicks(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    before = (markets.data / "ACME_1d.csv").read_bytes()
    look_at(qtbot, panel, "ACME", "1d")
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    dialog = dialog_of(panel)
    assert not dialog.isModal() or dialog.windowModality() is Qt.WindowModality.WindowModal
    click(qtbot, child(dialog, QPushButton, "dataPanel.keepButton"))
    settle(qtbot, panel.context.tasks)
    assert (markets.data / "ACME_1d.csv").exists()
    qtbot.waitUntil(lambda: not panel.window().findChildren(DeleteDialog))
    click(qtbot, child(panel, QPushButton, "dataPanel.deleteButton"))
    click(qtbot, child(dialog_of(panel), QPushButton, "dataPanel.confirmDeleteButton"))
    settle(qtbot, panel.context.tasks)
    assert not (markets.data / "ACME_1d.csv").exists()
    assert listed(panel) == ["ACME_1h", "BTCUSDT_1h", "ETHUSDT_1h"]
    assert panel.notice.text.text() == "ACME 1d is in the trash"
    assert panel.table.chosen is not None
    assert panel.notice.isVisible(), "choosing the next series does not take the way back away"
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)
    assert (markets.data / "ACME_1d.csv").read_bytes() == before
    assert "ACME_1d" in listed(panel)
    assert list_trash(markets) == []
    assert panel.notice.isHidden()


def test_undo_never_overwrites(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    look_at(qtbot, panel, "ACME", "1d")
    panel.deletion.ask(("ACME", "1d"), 0)
    click(qtbot, child(dialog_of(panel), QPushButton, "dataPanel.confirmDeleteButton"))
    settle(qtbot, panel.context.tasks)
    (markets.data / "ACME_1d.csv").write_text("new", encoding="utf-8")
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)
    assert (markets.data / "ACME_1d.csv").read_text(encoding="utf-8") == "new"
    assert "there is a series ACME 1d again" in panel.notice.text.text()
    assert not panel.notice.action.isVisible()


def test_the_last_one_gone_shows_the_empty_state(open_panel: Open, sample_workspace: Workspace, qtbot: QtBot) -> None:
    for name in ("IBM_1d", "MSFT_1d", "GOOG_1d", "EURUSD_1h"):
        (sample_workspace.data / f"{name}.csv").unlink()
    panel = open_panel(sample_workspace)
    states: list[tuple[str, str]] = []
    panel.context.stateChanged.connect(lambda *args: states.append(args))
    panel.deletion.ask(("AAPL", "1d"), 0)
    click(qtbot, child(dialog_of(panel), QPushButton, "dataPanel.confirmDeleteButton"))
    settle(qtbot, panel.context.tasks)
    assert panel.empty.isVisible()
    assert states[-1] == ("dataPanel", "empty")
    click(qtbot, panel.notice.action)
    settle(qtbot, panel.context.tasks)
    assert not panel.empty.isVisible()
    assert states[-1] == ("dataPanel", "ready")


def test_the_import_button_opens_the_file_chooser(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    click(qtbot, child(panel, QPushButton, "dataPanel.importButton"))
    chooser = panel.window().findChild(QFileDialog, "importFileDialog")
    assert chooser is not None
    assert chooser.isVisible()
    chooser.reject()


def test_a_file_dropped_on_the_empty_station_is_imported_and_selected(
    open_panel: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = open_panel(Workspace(tmp_path / "empty"))
    assert panel.empty.isVisible()
    bars = make_bars(300, seed=5, start="2024-03-01")
    vendor = write(tmp_path / "downloads", "SOLUSDT_1h", bars)
    mime = file_urls(vendor)
    drag_in(panel, mime)
    drop_on(panel, mime)
    qtbot.waitUntil(lambda: panel.importer.dialog is not None)
    dialog = panel.importer.dialog
    assert dialog is not None
    write_it = child(dialog, QPushButton, "importDialog.import")
    qtbot.waitUntil(write_it.isEnabled)
    click(qtbot, write_it)
    qtbot.waitUntil(lambda: listed(panel) == ["SOLUSDT_1h"])
    settle(qtbot, panel.context.tasks)
    assert panel.table.chosen == ("SOLUSDT", "1h")
    written = pd.read_csv(panel.context.workspace.data / "SOLUSDT_1h.csv", index_col=0)
    assert (written["close"].to_numpy() == bars["close"].to_numpy()).all()


def test_ctrl_k_finds_a_symbol_from_anywhere(
    open_window: Callable[[Workspace], MainWindow], markets: Workspace, qtbot: QtBot
) -> None:
    window = open_window(markets)
    window.show_panel("modelsPanel")
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (palette,) = window.findChildren(Palette)
    qtbot.keyClicks(palette.field, "ethus")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.panel.objectName() == "dataPanel"
    panel = window.panel
    assert isinstance(panel, DataPanel)
    assert panel.table.chosen == ("ETHUSDT", "1h")


def test_everything_can_be_named(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    panel.table.symbols.tick([("BTCUSDT", "1h"), ("ETHUSDT", "1h")])
    qtbot.waitUntil(lambda: panel.alignment.report is not None)
    panel.deletion.ask(("ACME", "1d"), 2)
    assert accessibility.nameless(panel) == []
    assert accessibility.nameless(dialog_of(panel)) == []
    dialog_of(panel).reject()
    settle(qtbot, panel.context.tasks)
