"""The newest choice wins, a bad file is told, and what is shown is read again only when files changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.csv_source import SeriesInfo
from tests.gui.helpers import Gate, settle

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.data.panel import DataPanel

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(open_panel: Callable[[Workspace], DataPanel], markets: Workspace) -> DataPanel:
    return open_panel(markets)


def info(panel: DataPanel, symbol: str, timeframe: str = "1h") -> SeriesInfo:
    return panel._entries[symbol, timeframe].series


def test_a_reading_that_was_overtaken_shows_nothing(
    panel: DataPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, real = Gate(), workflows.view_series

    def slow(request: object, *told: object) -> object:
        if request.symbol == "BTCUSDT":  # type: ignore[attr-defined]
            gate.entered.set()
            gate.go_on.wait(10)
        return real(request, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(workflows, "view_series", slow)
    seen: list[int] = []
    panel.chosen.shown.connect(lambda: seen.append(len(panel.preview.times)))
    panel.table.choose(("BTCUSDT", "1h"))
    qtbot.waitUntil(gate.entered.is_set)
    panel.table.choose(("ETHUSDT", "1h"))
    gate.go_on.set()
    settle(qtbot, panel.context.tasks)
    assert seen == [1200 - 33]
    assert [each.symbol for each in panel.coverage.strip.maps] == ["ETHUSDT"]
    assert panel.details.report is not None
    assert panel.details.report.settings.symbol == "ETHUSDT"


def test_what_is_shown_is_not_read_twice(panel: DataPanel, qtbot: QtBot) -> None:
    assert panel.chosen.show(info(panel, "BTCUSDT"))
    settle(qtbot, panel.context.tasks)
    assert not panel.chosen.show(info(panel, "BTCUSDT"))
    assert not panel.context.tasks.running
    panel.chosen.forget()
    assert panel.chosen.show(info(panel, "BTCUSDT"))
    settle(qtbot, panel.context.tasks)


def test_while_one_is_read_the_last_one_is_gone(panel: DataPanel, qtbot: QtBot) -> None:
    panel.chosen.show(info(panel, "BTCUSDT"))
    assert panel.preview.accessibleDescription() == "nothing to show"
    assert panel.coverage.strip.maps == ()
    assert panel.details._verdict.text() == "Looking at the quality…"
    settle(qtbot, panel.context.tasks)
    assert panel.preview.accessibleDescription().startswith("BTCUSDT: first close")


def test_rows_that_training_refuses_are_still_judged(panel: DataPanel, markets: Workspace, qtbot: QtBot) -> None:
    file = markets.data / "BTCUSDT_1h.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.insert(8, lines[7])
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    panel.table.choose(("BTCUSDT", "1h"))
    settle(qtbot, panel.context.tasks)
    assert len(panel.preview.times) == 1200
    assert panel.details.report is not None
    assert panel.details.report.count("duplicates") == 1
    assert panel.notice.isHidden()


def test_a_file_that_is_no_series_says_so_in_both_places(panel: DataPanel, markets: Workspace, qtbot: QtBot) -> None:
    (markets.data / "BTCUSDT_1h.csv").write_text("<html></html>\n", encoding="utf-8")
    states: list[str] = []
    panel.context.stateChanged.connect(lambda _panel, state: states.append(state))
    panel.refresh()
    settle(qtbot, panel.context.tasks)
    panel.table.choose(("BTCUSDT", "1h"))
    settle(qtbot, panel.context.tasks)
    assert "BTCUSDT_1h.csv" in panel.notice.text.text()
    assert "BTCUSDT_1h.csv" in panel.details._verdict.text()
    assert states[-1] == "error"
    row = [entry.symbol for entry in panel.table.symbols.records].index("BTCUSDT")
    assert panel.table.symbols.data(panel.table.symbols.index(row, 7)) == "unreadable"
    panel.table.choose(("ETHUSDT", "1h"))
    settle(qtbot, panel.context.tasks)
    assert states[-1] == "ready"
    assert panel.notice.isHidden()


def test_figures_of_a_report_reach_the_list(panel: DataPanel, markets: Workspace, qtbot: QtBot) -> None:
    file = markets.data / "BTCUSDT_1h.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:500] + lines[510:]) + "\n", encoding="utf-8")
    panel.context.dataChanged.emit()
    settle(qtbot, panel.context.tasks)
    found = panel._entries["BTCUSDT", "1h"].quality
    assert found is not None
    assert (found.gaps_unexpected, found.expected - found.present) == (1, 10)
