"""Stations built late: a window that is used before they stand does everything it is asked, once they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import silent
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.stations import PANELS, Waiting, import_stations
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.actions import STATIONS
from tests.core.children import printed
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def window(dark: QApplication, qtbot: QtBot, sample_workspace: Workspace) -> Iterator[MainWindow]:
    made = MainWindow(sample_workspace, lazily=True)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def stand(window: MainWindow, qtbot: QtBot) -> None:
    """Build the stations as a start does, and wait for what they read."""
    with qtbot.waitSignal(window.stack.complete, timeout=60_000):
        window.builder.begin()
    settle(qtbot, window.tasks)


def test_the_stations_are_the_actions_stations() -> None:
    assert list(PANELS) == [key for key, _title, _icon in STATIONS]


def test_before_they_stand_every_station_has_a_named_place(window: MainWindow) -> None:
    assert window.stack.count() == len(STATIONS)
    assert set(window.panels) == {"logPanel"}
    assert isinstance(window.stack.currentWidget(), Waiting)
    assert "Opening Data…" in [words.text() for words in window.stack.currentWidget().findChildren(QLabel)]


def test_the_one_that_is_shown_comes_first_and_then_all_stand(window: MainWindow, qtbot: QtBot) -> None:
    order: list[str] = []
    window.stack.built.connect(order.append)
    window.show_panel("modelsPanel")
    stand(window, qtbot)
    assert order[0] == "modelsPanel"
    assert sorted(order) == sorted(PANELS)
    assert window.panel is window.panels["modelsPanel"]
    assert window.stack.count() == len(STATIONS)
    assert [window.stack.widget(place).objectName() for place in range(len(STATIONS))] == list(PANELS)
    assert window.context.catalog.series.known
    assert window.rail.button("dataPanel").state == "ready", "no station missed what was read"
    assert accessibility.nameless(window) == []


def test_clicks_and_keys_before_they_stand_are_not_lost(window: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, window.rail.button("trainingPanel"))
    assert window.rail.button("trainingPanel").isChecked()
    window.actions_by_key["refresh"].trigger()
    window.actions_by_key["stopMain"].trigger()
    window.actions_by_key["show.dataPanel"].trigger()
    window.actions_by_key["runMain"].trigger()
    stand(window, qtbot)
    assert window.panel.objectName() == "dataPanel"
    assert window.panel.search.hasFocus() or window.focusWidget() is window.panel.search  # type: ignore[attr-defined]


def test_files_and_the_sample_wait_for_the_data_station(
    dark: QApplication, qtbot: QtBot, empty_workspace: Workspace
) -> None:
    window = MainWindow(empty_workspace, lazily=True)
    window.show()
    window.commands.add_sample()
    stand(window, qtbot)
    assert "AAPL" in window.context.catalog.symbols("1d")
    window.stack.ask("dataPanel", "refresh")
    settle(qtbot, window.tasks)
    window.close()
    window.deleteLater()


def test_a_station_can_be_had_at_once(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.stack.build("strategyPanel")
    assert window.stack.build("strategyPanel") is panel
    assert not window.stack.is_complete
    window.stack.build_all()
    settle(qtbot, window.tasks)
    assert window.stack.is_complete
    window.stack.build_next()


def test_closing_before_they_stand_is_clean(window: MainWindow, qtbot: QtBot) -> None:
    window.builder.begin()
    assert window.close()
    assert window.clean_exit


def test_focus_stays_in_the_station_that_takes_a_place(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    place = window.stack.currentWidget()
    place.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    place.setFocus()
    stand(window, qtbot)
    assert window.stack.isAncestorOf(window.focusWidget() or window) or window.focusWidget() is window.stack


def test_the_imports_can_be_stopped() -> None:
    token = CancelToken("imports")
    token.cancel()
    with pytest.raises(Cancelled):
        import_stations(silent, token)


def test_building_the_stations_imports_nothing_that_a_worker_did_not(
    tmp_path: Path, sample_workspace: Workspace
) -> None:
    """An import in the window's own thread waits for whatever a worker imports at that moment."""
    code = """
import sys, threading
from pathlib import Path
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import silent
from ktrdr_app.gui.app import make_application
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.stations import import_stations
make_application()
window = MainWindow(Workspace(Path(sys.argv[1])), lazily=True)
import_stations(silent, CancelToken())
class Watch:
    seen = []

    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread() and name.startswith("ktrdr_app."):
            self.seen.append(name)

sys.meta_path.insert(0, Watch())
window.stack.build_all()
print(*Watch.seen)
window.tasks.shutdown(60_000)
"""
    assert printed(code, sample_workspace.root) == ""


def test_a_window_is_drawn_before_anything_heavy_is_imported(tmp_path: Path, sample_workspace: Workspace) -> None:
    code = """
import sys
from pathlib import Path
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.app import Session
session = Session(Workspace(Path(sys.argv[1])), Path.cwd())
heavy = {"numpy", "pandas", "torch", "sklearn", "numba", "pyqtgraph", "scipy", "pyarrow", "pydantic"}
def painted():
    print(sorted(heavy & set(sys.modules)))
    session.desk.close()
session.desk.painted.connect(painted)
print(session.run())
"""
    said = printed(
        code,
        sample_workspace.root,
        QT_QPA_PLATFORM="offscreen",
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert said.splitlines() == ["[]", "0"]
