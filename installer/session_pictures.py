"""Draw the pictures of the tutorial anew: a first session in the window, by clicks, in the dark and the light theme.

.venv/bin/python installer/session_pictures.py
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QApplication,
    QComboBox,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableView,
    QTabWidget,
    QWidget,
)

from ktrdr_app.core.cancel import CancelToken  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.gui.app import import_and_compile  # noqa: E402
from ktrdr_app.gui.main_window import MainWindow  # noqa: E402
from ktrdr_app.gui.ui.fonts import load_fonts  # noqa: E402
from ktrdr_app.gui.ui.theme import apply_theme  # noqa: E402

PICTURES = REPO / "docs" / "images" / "session"
THEMES = ("dark", "light")
LEARNT = ("AAPL", "IBM", "MSFT")
UNSEEN = "GOOG"
SEED = "1"
"""With it the model trades often enough to be looked at."""
LONGEST = 300.0
"""Seconds that any step may take."""
W = TypeVar("W", bound=QWidget)


class Session:
    """A window that is used as a newcomer uses it.

    Parameters
    ----------
    workspace : Workspace
        An empty folder.
    theme : str
        ``dark`` or ``light``.
    """

    def __init__(self, workspace: Workspace, theme: str) -> None:
        self.theme = theme
        self.window = MainWindow(workspace)
        self.window.resize(1440, 900)
        self.window.show()
        self.settle()

    def wait(self, done: Callable[[], bool]) -> None:
        """Run the event loop until something is so.

        Parameters
        ----------
        done : callable
            Says whether it is.

        Raises
        ------
        TimeoutError
            If it does not become so.
        """
        end = time.monotonic() + LONGEST
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"the session did not go on within {LONGEST:.0f} s")
            QTest.qWait(20)

    def settle(self) -> None:
        """Wait until nothing is computed any more, and none of it is about to be."""
        for _ in range(5):
            QTest.qWait(120)
            self.wait(lambda: not self.window.tasks.running)

    def child(self, kind: type[W], name: str) -> W:
        """Return the one child of an object name.

        Parameters
        ----------
        kind : type
            Its class.
        name : str
            Its object name.

        Raises
        ------
        LookupError
            If there is none.
        """
        found = self.window.findChild(kind, name)
        if found is None:
            raise LookupError(f"the window has no {name}")
        return found

    def click(self, widget: QWidget) -> None:
        """Click a widget.

        Parameters
        ----------
        widget : QWidget
            Which; one that is off ends the session.

        Raises
        ------
        RuntimeError
            If it cannot be clicked.
        """
        if not widget.isEnabled():
            raise RuntimeError(f"{widget.objectName()} is off: {widget.toolTip()}")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def press(self, name: str) -> None:
        """Click a button.

        Parameters
        ----------
        name : str
            Its object name.
        """
        self.click(self.child(QPushButton, name))

    def station(self, name: str) -> None:
        """Go to a station by its button in the rail.

        Parameters
        ----------
        name : str
            Object name of its panel.
        """
        self.click(self.window.rail.button(name))
        self.settle()

    def tick(self, name: str, wanted: tuple[str, ...]) -> None:
        """Tick entries of a list by keys.

        Parameters
        ----------
        name : str
            Object name of the list.
        wanted : tuple of str
            Data of the entries that are to be ticked, and no others.
        """
        listed = self.child(QListWidget, name)
        listed.setFocus()
        for row in range(listed.count()):
            item = listed.item(row)
            if (item.checkState() is Qt.CheckState.Checked) is not (item.data(Qt.ItemDataRole.UserRole) in wanted):
                listed.setCurrentRow(row)
                QTest.keyClick(listed, Qt.Key.Key_Space)

    def pick(self, name: str, wanted: str) -> None:
        """Choose an entry of a list box by keys.

        Parameters
        ----------
        name : str
            Object name of the box.
        wanted : str
            Data of the entry.

        Raises
        ------
        LookupError
            If it is not offered.
        """
        box = self.child(QComboBox, name)
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if box.currentData() == wanted:
                self.settle()
                return
            QTest.keyClick(box, Qt.Key.Key_Down)
        raise LookupError(f"{name} does not offer {wanted}")

    def turn_to(self, name: str, words: str) -> None:
        """Click a tab.

        Parameters
        ----------
        name : str
            Object name of the tabs.
        words : str
            What the tab begins with.

        Raises
        ------
        LookupError
            If there is no such tab.
        """
        bar = self.child(QTabWidget, name).tabBar()
        for place in range(bar.count()):
            if bar.tabText(place).startswith(words):
                QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())
                self.settle()
                return
        raise LookupError(f"{name} has no tab {words}")

    def draw(self, step: str) -> None:
        """Write the window as it is.

        Parameters
        ----------
        step : str
            Name of the picture.
        """
        for notice in self.window.notices.notices:
            notice.dismiss()
        QTest.qWait(300)
        file = PICTURES / f"{step}-{self.theme}.webp"
        if not self.window.grab().save(str(file), "webp", 90):
            raise OSError(f"{file} could not be written")
        print(file.relative_to(REPO), flush=True)

    def close(self) -> None:
        """Close the window and all that runs in it."""
        self.window.tasks.cancel_all()
        self.wait(lambda: not self.window.tasks.running)
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def train(session: Session) -> None:
    """Go from an empty folder to a judged model.

    Parameters
    ----------
    session : Session
        Whose window.
    """
    session.press("dataPanel.emptySampleButton")
    session.settle()
    session.draw("1-data")
    session.station("trainingPanel")
    session.tick("trainingPanel.symbolList", LEARNT)
    seed = session.child(QSpinBox, "trainingPanel.seedSpin")
    seed.selectAll()
    QTest.keyClicks(seed, SEED)
    QTest.keyClick(seed, Qt.Key.Key_Return)
    session.settle()
    session.draw("2-plan")
    session.press("trainingPanel.trainButton")
    session.settle()
    session.draw("3-trained")
    session.turn_to("trainingPanel.tabs", "By symbol")
    session.draw("4-results")


def judge(session: Session) -> None:
    """Go from a model to a trade that is understood.

    Parameters
    ----------
    session : Session
        Whose window.
    """
    session.station("backtestPanel")
    session.pick("backtestPanel.symbolCombo", UNSEEN)
    session.press("backtestPanel.runButton")
    session.settle()
    session.draw("5-backtest")
    table = session.child(QTableView, "backtestPanel.tradesTable")
    place = table.visualRect(table.model().index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    session.turn_to("backtestPanel.besideTabs", "Why")
    session.draw("6-why")
    session.turn_to("backtestPanel.tabs", "Months")
    session.draw("7-months")
    session.station("modelsPanel")
    session.draw("8-models")


def main() -> None:
    """Draw the session in each theme."""
    application = QApplication(sys.argv[:1])
    load_fonts()
    # as the program does behind its first window: else the first training is that of an installation an hour ago
    import_and_compile(print, CancelToken("warm up"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        apply_theme(application, theme)
        with tempfile.TemporaryDirectory() as folder:
            session = Session(Workspace(Path(folder)), theme)
            train(session)
            judge(session)
            session.close()


if __name__ == "__main__":
    main()
