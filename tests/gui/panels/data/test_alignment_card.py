"""The alignment table shows what pandas counts, says why, and answers only for the newest ticks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import child, click, settle

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel

pytestmark = pytest.mark.gui
Open = Callable[[Workspace], "DataPanel"]


def tick(qtbot: QtBot, panel: DataPanel, *names: str) -> None:
    """Tick series by the keyboard and wait for the table."""
    for name in names:
        symbol, _, timeframe = name.rpartition("_")
        panel.table.choose((symbol, timeframe))
        qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    counted(qtbot, panel)


def counted(qtbot: QtBot, panel: DataPanel) -> None:
    qtbot.waitUntil(lambda: not panel.alignment.counting.busy, timeout=30_000)
    settle(qtbot, panel.context.tasks)


def rows(panel: DataPanel) -> dict[str, list[str]]:
    model = child(panel, RecordTable, "dataPanel.alignmentTable").records
    table = [
        [str(model.data(model.index(row, column))).replace("\N{NARROW NO-BREAK SPACE}", "") for column in range(6)]
        for row in range(model.rowCount())
    ]
    return {line[0]: line[1:] for line in table}


def opens(workspace: Workspace, name: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.read_csv(workspace.data / f"{name}.csv", parse_dates=["timestamp"])["timestamp"])


def choose(panel: DataPanel, mode: str) -> None:
    combo = child(panel, CalmComboBox, "dataPanel.alignmentMode")
    combo.setCurrentIndex(combo.findData(mode))


def test_nothing_is_shown_until_something_is_ticked(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    assert not panel.alignment.isVisible()
    tick(qtbot, panel, "BTCUSDT_1h")
    assert panel.alignment.isVisible()
    assert "Tick more series" in panel.alignment.sentence.text()
    click(qtbot, child(panel, QPushButton, "dataPanel.untickButton"))
    assert not panel.alignment.isVisible()
    assert panel.table.symbols.ticked == ()
    settle(qtbot, panel.context.tasks)


def test_figures_are_those_of_pandas(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    one, other = opens(markets, "BTCUSDT_1h"), opens(markets, "ETHUSDT_1h")
    tick(qtbot, panel, "BTCUSDT_1h", "ETHUSDT_1h")
    assert {name: line[:4] for name, line in rows(panel).items()} == {
        "BTCUSDT": [str(len(one)), str(len(one)), "0", "0"],
        "ETHUSDT": [str(len(other)), str(len(other)), "0", "0"],
    }
    choose(panel, "intersection")
    counted(qtbot, panel)
    both = one.intersection(other)
    assert {name: line[:4] for name, line in rows(panel).items()} == {
        "BTCUSDT": [str(len(one)), str(len(both)), str(len(one) - len(both)), "0"],
        "ETHUSDT": [str(len(other)), str(len(both)), str(len(other) - len(both)), "0"],
    }
    assert "missing from the data of ETHUSDT" in rows(panel)["BTCUSDT"][4]
    total = panel.alignment._total.text().replace("\N{NARROW NO-BREAK SPACE}", "")
    assert total == f"2 symbols, 1h, {len(both)} rows"
    choose(panel, "union")
    counted(qtbot, panel)
    every = one.union(other)
    assert rows(panel)["ETHUSDT"][:4] == [str(len(other)), str(len(other)), "0", str(len(every) - len(other))]


def test_an_empty_intersection_is_said_with_the_way_out(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    choose(panel, "intersection")
    tick(qtbot, panel, "BTCUSDT_1h", "ACME_1h")
    said = panel.alignment.sentence.text()
    assert "Not one bar is common" in said
    assert ":30" in said
    assert ":00" in said
    assert "Use the mode own" in said
    assert rows(panel)["ACME"][1] == "0"
    assert panel.alignment.sentence.property("tone") == "warning"
    assert panel.alignment.table.accessibleDescription() == said


def test_other_bar_lengths_are_left_out_and_said_so(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    tick(qtbot, panel, "ACME_1d", "ACME_1h", "BTCUSDT_1h")
    assert set(rows(panel)) == {"ACME", "BTCUSDT"}
    assert panel.alignment.report is not None
    assert panel.alignment.report.timeframe == "1h"
    assert "those of 1d are left out" in panel.alignment.sentence.text()


def test_only_the_newest_ticks_are_answered(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    panel = open_panel(markets)
    seen: list[tuple[str, ...]] = []
    panel.alignment.counting.arrived.connect(
        lambda report: seen.append(tuple(entry.symbol for entry in report.symbols))
    )
    tick(qtbot, panel, "BTCUSDT_1h", "ETHUSDT_1h", "ACME_1h", "ETHUSDT_1h")
    assert seen[-1] == ("BTCUSDT", "ACME")
    assert ("BTCUSDT", "ETHUSDT", "ACME") not in seen[1:-1] or len(seen) <= 2


def test_a_file_that_cannot_be_joined_is_told_in_place(open_panel: Open, markets: Workspace, qtbot: QtBot) -> None:
    file = markets.data / "ETHUSDT_1h.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[5] = lines[5].split(",")[0] + ",0,0,0,0,0"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    panel = open_panel(markets)
    tick(qtbot, panel, "BTCUSDT_1h", "ETHUSDT_1h")
    assert "ETHUSDT_1h.csv" in panel.alignment.sentence.text()
    assert panel.alignment.sentence.property("tone") == "danger"
    assert rows(panel) == {}
