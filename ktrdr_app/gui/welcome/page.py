"""The page that greets whoever has no workspace yet, or an empty one: sample, folder, new, recents, drops."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ktrdr_app.gui.ui.file_drop import FileDrop
from ktrdr_app.gui.ui.icons import pixmap, refresh_icons
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.gui.ui.widgets import GRID, Card, button, label, row
from ktrdr_app.gui.welcome.recents import RecentList
from ktrdr_app.workflows.workspaces import Recent

WIDTH, HEIGHT = 960, 600
_ICON = 24


class WelcomePage(QWidget):
    """The page; it opens nothing itself, but says what is wanted.

    Parameters
    ----------
    target : Path, optional
        Empty folder that was asked for, into which the sample would go.
    """

    sampleWanted = Signal()
    folderChosen = Signal(str)
    """A folder to open as a workspace; it may be new or empty."""
    filesDropped = Signal(object)
    """list of Path: bars to import."""
    recentRemoved = Signal(str)

    def __init__(self, target: Path | None = None) -> None:
        super().__init__()
        self.target = target
        self.setObjectName("welcomePage")
        self.setWindowTitle(self.tr("Welcome — KTRDR Desktop"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH, HEIGHT)
        self.setMinimumSize(760, 480)
        self._icons: dict[QLabel, str] = {}
        self.recents = RecentList()
        self.drop = FileDrop(self, self._dropped, self.tr("Drop a workspace folder to open it, or CSV files to import"))
        box = QVBoxLayout(self)
        box.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 4 * GRID)
        box.setSpacing(GRID)
        box.addWidget(label("KTRDR Desktop", "title"))
        box.addWidget(label(self._greeting(), "muted", wrap=True))
        box.addSpacing(2 * GRID)
        columns = QHBoxLayout()
        columns.setSpacing(3 * GRID)
        columns.addLayout(self._offers(), 1)
        card = Card(self.tr("Recent workspaces"))
        card.body.addWidget(self.recents, 1)
        columns.addWidget(card, 1)
        box.addLayout(columns, 1)
        box.addWidget(label(self.tr("Or drop a workspace folder or CSV files of bars onto this page."), "muted"))
        self.recents.opened.connect(self.folderChosen)
        self.recents.removed.connect(self.recentRemoved)
        themeChanged.connect(self._recolour)
        self._recolour()
        self.sample_button.setFocus()

    def show_recents(self, recents: tuple[Recent, ...]) -> None:
        """Show the workspaces that were opened before.

        Parameters
        ----------
        recents : tuple of Recent
            Newest first.
        """
        self.recents.show_recents(recents)

    def _greeting(self) -> str:
        what = self.tr(
            "One neuro-fuzzy model over many symbols: edit its sets, train it, judge it on what it never saw."
        )
        if self.target is None:
            return what
        return self.tr("{0}\n{1} is empty so far.").format(what, self.target)

    def _offers(self) -> QVBoxLayout:
        self.sample_button = button(self.tr("Open the sample workspace"), "welcome.sampleButton", role="primary")
        self.folder_button = button(self.tr("Open a folder…"), "welcome.folderButton")
        self.folder_button.setShortcut(QKeySequence.StandardKey.Open)
        self.new_button = button(self.tr("New workspace…"), "welcome.newButton")
        self.new_button.setShortcut(QKeySequence.StandardKey.New)
        self.sample_button.clicked.connect(self.sampleWanted)
        self.folder_button.clicked.connect(self._choose_folder)
        self.new_button.clicked.connect(self._choose_new)
        box = QVBoxLayout()
        box.setSpacing(3 * GRID)
        sample = self.tr(
            "Real daily bars of four stocks, and the steps from data to a judged model. Takes two minutes."
        )
        there = self.tr("A folder with data, models and strategies, or one that will hold them.")
        new = self.tr("An empty folder of your own; import your bars as the first step.")
        for icon, made, words in (
            ("play", self.sample_button, sample),
            ("folder", self.folder_button, there),
            ("add", self.new_button, new),
        ):
            box.addLayout(self._offer(icon, made, words))
        box.addStretch(1)
        return box

    def _offer(self, icon: str, made: QPushButton, words: str) -> QHBoxLayout:
        made.setAccessibleDescription(words)
        sign = QLabel()
        sign.setFixedWidth(4 * GRID)
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._icons[sign] = icon
        beside = QVBoxLayout()
        beside.setSpacing(GRID // 2)
        beside.addLayout(row(made, 1))
        beside.addWidget(label(words, "muted", wrap=True))
        line = row(sign)
        line.addLayout(beside, 1)
        return line

    @Slot()
    def _choose_folder(self) -> None:
        self._chooser(self.tr("Open a workspace")).open()

    @Slot()
    def _choose_new(self) -> None:
        self._chooser(self.tr("Choose or make an empty folder for the new workspace")).open()

    def _chooser(self, title: str) -> QFileDialog:
        chooser = QFileDialog(self, title, str(Path.home()))
        chooser.setObjectName("welcome.folderDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self.folderChosen)
        return chooser

    def _dropped(self, paths: Sequence[Path]) -> None:
        if len(paths) == 1 and paths[0].is_dir():
            self.folderChosen.emit(str(paths[0]))
        else:
            self.filesDropped.emit(list(paths))

    def _recolour(self, _theme: object = None) -> None:
        refresh_icons(self)
        for sign, icon in self._icons.items():
            sign.setPixmap(pixmap(icon, tokens().accent, _ICON, self.devicePixelRatioF()))
