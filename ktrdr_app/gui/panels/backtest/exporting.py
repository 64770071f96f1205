"""Takes a run out of the window - report, tables, bundle - and bundles in; no dialog blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.backtest.view_model import RunView, view_of
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import button

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.station import Station
    from ktrdr_app.workflows.bundle.unseal import BundleOpened
    from ktrdr_app.workflows.run_copies import Copied


class RunFiles(QObject):
    """The buttons Export and Open bundle, their dialogs and tasks.

    Parameters
    ----------
    station : Station
        Whose run is meant.
    """

    opened = Signal(object, object)
    """`BundleOpened` and its `RunView`."""

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self._station = station
        self._folder: Path | None = None
        self.export_button = self._export_button()
        self.open_button = button(self.tr("Open bundle…"), "backtestPanel.openBundleButton", icon="folder")
        self.open_button.setToolTip(self.tr("Shows a run that came as one file, and runs it again to check it"))
        self.open_button.clicked.connect(self.ask_open)
        self.set_run(None)

    def _export_button(self) -> QPushButton:
        made = button(self.tr("Export"), "backtestPanel.exportButton", icon="export")
        menu = QMenu(made)
        menu.setObjectName("backtestPanel.exportMenu")
        for words, slot in (
            (self.tr("HTML &report…"), self.ask_report),
            (self.tr("CSV &tables…"), self.ask_tables),
            (self.tr("Run &bundle…"), self.ask_bundle),
        ):
            menu.addAction(words).triggered.connect(slot)
        made.setMenu(menu)
        return made

    def set_run(self, folder: Path | None) -> None:
        """Say which run is exported; without one the button says so.

        Parameters
        ----------
        folder : Path, optional
            The run's folder.
        """
        self._folder = folder
        why = "" if folder is not None else self.tr("Run a backtest first")
        about = self.tr("Writes the report, the tables, or everything as one file that checks itself")
        self.export_button.setEnabled(folder is not None)
        self.export_button.setToolTip(why or about)
        accessibility.name(self.export_button, self.tr("Export the run"), why or about)

    @Slot()
    def ask_report(self) -> None:
        """Ask where the report goes."""
        self._ask_save(
            self.tr("Export the report"), "reportDialog", self.tr("Pages (*.html)"), "html", self.save_report
        )

    @Slot()
    def ask_tables(self) -> None:
        """Ask in which folder the tables go."""
        chooser = self._dialog(self.tr("Export the tables into a folder"), "tablesDialog", "")
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(partial(self.save_tables, run=self._folder))
        chooser.open()

    @Slot()
    def ask_bundle(self) -> None:
        """Ask where the bundle goes."""
        self._ask_save(
            self.tr("Export a run bundle"), "bundleDialog", self.tr("Bundles (*.zip)"), "zip", self.save_bundle
        )

    @Slot()
    def ask_open(self) -> None:
        """Ask which bundle comes in."""
        chooser = self._dialog(self.tr("Open a run bundle"), "openBundleDialog", self.tr("Bundles (*.zip)"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.open_file)
        chooser.open()

    def _ask_save(self, title: str, part: str, kinds: str, suffix: str, slot: Callable[..., None]) -> None:
        chooser = self._dialog(title, part, kinds)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # a file that is there is refused by the export itself, with its reason
        chooser.setOption(QFileDialog.Option.DontConfirmOverwrite)
        chooser.setDefaultSuffix(suffix)
        chooser.selectFile(f"{self._folder.name}.{suffix}" if self._folder is not None else "")
        # another run may end before the answer comes
        chooser.fileSelected.connect(partial(slot, run=self._folder))
        chooser.open()

    def _dialog(self, title: str, part: str, kinds: str) -> QFileDialog:
        chooser = QFileDialog(self._station.window(), title)
        chooser.setObjectName(f"backtestPanel.{part}")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if kinds:
            chooser.setNameFilters([kinds, self.tr("All files (*)")])
        return chooser

    # the tasks

    @Slot(str)
    def save_report(self, file: str, run: Path | None = None) -> None:
        """Write the report.

        Parameters
        ----------
        file : str
            HTML file.
        run : Path, optional
            Folder of the run that was asked about; the one that is shown by default.
        """
        folder, target = run or self._folder, Path(file)
        if folder is not None:
            self._copy(self.tr("Export the report"), lambda: workflows.copy_report(folder, target))

    @Slot(str)
    def save_tables(self, place: str, run: Path | None = None) -> None:
        """Write the tables.

        Parameters
        ----------
        place : str
            Folder.
        run : Path, optional
            Folder of the run that was asked about; the one that is shown by default.
        """
        folder, target = run or self._folder, Path(place)
        if folder is not None:
            self._copy(self.tr("Export the tables"), lambda: workflows.copy_tables(folder, target))

    @Slot(str)
    def save_bundle(self, file: str, run: Path | None = None) -> None:
        """Write the bundle.

        Parameters
        ----------
        file : str
            Zip file.
        run : Path, optional
            Folder of the run that was asked about; the one that is shown by default.
        """
        folder, target, workspace = run or self._folder, Path(file), self._station.context.workspace
        if folder is not None:
            self._copy(self.tr("Export the run bundle"), lambda: workflows.copy_bundle(workspace, folder, target))

    def _copy(self, title: str, write: Callable[[], Copied]) -> None:
        def work(_progress: Progress, _cancel: CancelToken) -> Copied:
            return write()

        self._station.start(title, work, self._copied)

    @Slot(object)
    def _copied(self, done: Copied) -> None:
        self._station.context.notify("success", done.sentence, str(done.place))

    @Slot(str)
    def open_file(self, file: str) -> None:
        """Open a bundle, and run it again.

        Parameters
        ----------
        file : str
            Zip file.
        """
        workspace = self._station.context.workspace

        def work(progress: Progress, cancel: CancelToken) -> tuple[BundleOpened, RunView]:
            done = workflows.open_bundle(workspace, Path(file), progress, cancel)
            return done, view_of(done.outcome)

        self._station.start(self.tr("Open {0}").format(Path(file).name), work, self._came)

    @Slot(object)
    def _came(self, found: tuple[BundleOpened, RunView]) -> None:
        self.opened.emit(*found)
