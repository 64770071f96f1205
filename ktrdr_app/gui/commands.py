"""What the actions of the window do, and why one cannot be done now."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QWidget

from ktrdr_app.core.lazy import load
from ktrdr_app.core.settings import LONG_RUNS
from ktrdr_app.gui.frame_commands import FrameCommands
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.actions import ACTIONS, ActionSpec, plain, shown_keys
from ktrdr_app.gui.ui.palette import Entry, Palette
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.gui.ui.theme_choice import CHOICES, ThemeChoice


class WindowCommands(FrameCommands):
    """The methods behind `ACTIONS`.

    Parameters
    ----------
    window : ShellWindow
        On which they act.
    """

    # stations

    def show_panel(self, key: str, _checked: bool = False) -> None:
        """Go to a station, or to the log.

        Parameters
        ----------
        key : str
            Object name of the panel.
        """
        self.window.show_panel(key)

    def press(self, name: str, _checked: bool = False) -> None:
        """Go to a station and press one of its buttons, if that can be pressed.

        Parameters
        ----------
        name : str
            Object name of the button; what stands before its dot is the station's.
        """
        self.window.show_panel(name.partition(".")[0])
        button = self._button(name)
        if button is not None and not self.why_not_press(name):
            button.click()

    def why_not_press(self, name: str) -> str:
        """Return why a station's button cannot be pressed; empty if it can.

        Parameters
        ----------
        name : str
            Object name of the button.
        """
        button = self._button(name)
        if button is not None and button.isEnabled() and _can_be_seen(button):
            return ""
        told = button.toolTip() if button is not None and not button.isEnabled() else ""
        if told:
            return told
        if name.endswith(".stopButton"):
            return self.tr("Nothing runs at this station")
        if name.endswith((".trainButton", ".runButton")):
            return self.tr("It is running already")
        return self.tr("There is nothing there to do it with")

    def _button(self, name: str) -> QAbstractButton | None:
        panel = self.window.panels.get(name.partition(".")[0])
        return None if panel is None else panel.findChild(QAbstractButton, name)

    @property
    def _station(self) -> Any:
        """The station in view; None while it is not there."""
        return self.window.panels.get(self.window.station)

    @Slot()
    def add_sample(self) -> None:
        """Add the sample data, and show them."""
        self.window.show_panel("dataPanel")
        self.window.stack.ask("dataPanel", "add_sample")

    @Slot()
    def refresh(self) -> None:
        """Read again what the station shows."""
        self.window.context.catalog.refresh()
        self.window.panel.refresh()

    @Slot()
    def run_main_action(self) -> None:
        """Do what the station is for."""
        self.window.panel.run_main_action()

    @Slot()
    def show_chart_table(self) -> None:
        """Open the figures of the chart that has the keyboard, or of the station's first one, as a table."""
        if not load("ktrdr_app.gui.charts.data_table").open_table(self.window.panel):
            self.window.context.notify("info", self.tr("There is no chart to be shown as a table here"))

    # the running task

    @Slot()
    def stop_task(self) -> None:
        """Stop what the station is doing, or else the task that was started last and is not ending already.

        A key that is held down repeats itself: what is about to keep its best is left to do so.
        """
        running = self._running()
        station = self._station
        if running and (station is None or not station.stop_own()):
            running[-1].stop()

    @Slot()
    def pause_task(self) -> None:
        """Let the task wait that was started last, or go on if it waits."""
        running = self._running()
        if running:
            running[-1].toggle_pause()

    def do_long_runs(self, where: str, _checked: bool = False) -> None:
        """Choose where trainings and backtests are done from now on.

        Parameters
        ----------
        where : str
            One of `ktrdr_app.core.settings.LONG_RUNS`.
        """
        self.window.tasks.choose_long_runs(where)
        self.refresh_actions()

    def why_not_cluster(self, _argument: str = "") -> str:
        """Return why nothing can be sent to a cluster; empty if it can."""
        return (
            ""
            if self.window.tasks.cluster
            else self.tr("No cluster is known: give its address under View > Show the cluster")
        )

    def why_not_stop(self, _argument: str = "") -> str:
        """Return why no task can be stopped; empty if one can."""
        return "" if self._running() else self.tr("Nothing runs")

    def _running(self) -> tuple[Task, ...]:
        return tuple(task for task in self.window.tasks.running if not task.quiet and not task.ending)

    # changes

    @Slot()
    def save(self) -> None:
        """Write what was changed at the station."""
        if not self.why_not_save():
            self._station.save()

    def why_not_save(self, _argument: str = "") -> str:
        """Return why nothing can be saved; empty if something can."""
        unsaved = self.window.context.unsaved.of(self.window.station)
        return "" if unsaved else self.tr("Nothing was changed at this station")

    @Slot()
    def undo(self) -> None:
        """Take back the station's last change."""
        self._trigger("undoAction")

    @Slot()
    def redo(self) -> None:
        """Make the change again that was taken back."""
        self._trigger("redoAction")

    def why_not_undo(self, _argument: str = "") -> str:
        """Return why nothing can be undone; empty if something can."""
        return self._why_not("undoAction", self.tr("Nothing to undo at this station"))

    def why_not_redo(self, _argument: str = "") -> str:
        """Return why nothing can be redone; empty if something can."""
        return self._why_not("redoAction", self.tr("Nothing to redo at this station"))

    def _own(self, part: str) -> QAction | None:
        station = self._station
        return None if station is None else station.findChild(QAction, f"{self.window.station}.{part}")

    def _trigger(self, part: str) -> None:
        action = self._own(part)
        if action is not None:
            action.trigger()

    def _why_not(self, part: str, words: str) -> str:
        action = self._own(part)
        return "" if action is not None and action.isEnabled() else words

    # searching

    @Slot()
    def open_palette(self) -> None:
        """Open the box in which every action is found by a few letters."""
        self.refresh_actions()
        entries = [
            Entry(plain(spec.text), partial(self._do, spec), plain(spec.menu), shown_keys(spec), self.reason(spec))
            for spec in ACTIONS
            if spec.key != "palette"
        ]
        Palette(self.tr("Find an action"), entries, self.window).open()

    def _do(self, spec: ActionSpec) -> None:
        self.window.actions_by_key[spec.key].trigger()

    @Slot()
    def find_symbol(self) -> None:
        """Open the box in which a series is found by a few letters of its symbol."""
        series = self.window.context.catalog.series.items
        if not series:
            self.window.show_panel("dataPanel")
            self.window.context.notify("info", self.tr("There is no symbol to find: import files or add the sample"))
            return
        entries = [
            Entry(f"{entry.symbol} {entry.timeframe}", partial(self.show_series, entry.symbol, entry.timeframe))
            for entry in series
        ]
        Palette(self.tr("Find a symbol"), entries, self.window).open()

    def show_series(self, symbol: str, timeframe: str) -> None:
        """Show a series at the data station.

        Parameters
        ----------
        symbol, timeframe : str
            Which one.
        """
        self.window.show_panel("dataPanel")
        panel: Any = self.window.stack.build("dataPanel")
        panel.filters.clear()
        panel.table.choose((symbol, timeframe))
        panel.table.setFocus()

    def use_theme(self, name: str, _checked: bool = False) -> None:
        """Dress the window in a theme.

        Parameters
        ----------
        name : str
            One of `theme_choice.CHOICES`.
        """
        ThemeChoice.of_application().choose(name)
        self.refresh_actions()

    # what can be done

    def reason(self, spec: ActionSpec) -> str:
        """Return why an action cannot be done now; empty if it can.

        Parameters
        ----------
        spec : ActionSpec
            Which one.
        """
        return str(getattr(self, spec.why)(spec.argument)) if spec.why else ""

    @Slot()
    def refresh_actions(self, _changed: object = None) -> None:
        """Turn every action on or off, and tick those that are in force."""
        actions, docks = self.window.actions_by_key, self.window.docks
        for spec in ACTIONS:
            reason = self.reason(spec)
            actions[spec.key].setEnabled(not reason)
            actions[spec.key].setToolTip(reason or plain(spec.text))
        chosen = ThemeChoice.of_application().shown(tokens().name)
        for name in CHOICES:
            actions[f"theme{name.capitalize()}"].setChecked(name == chosen)
        for name in LONG_RUNS:
            actions[f"runs{name.capitalize()}"].setChecked(name == self.window.tasks.long_runs)
        actions["toggleDock"].setChecked(not docks.lower.isHidden())
        actions["toggleInspector"].setChecked(not docks.right.isHidden())
        actions["fullScreen"].setChecked(bool(self.window.windowState() & Qt.WindowState.WindowFullScreen))


def _can_be_seen(button: QAbstractButton) -> bool:
    """Return whether nothing between a button and its station is hidden."""
    place: QWidget | None = button
    while place is not None and not isinstance(place, Station):
        if place.isHidden():
            return False
        place = place.parentWidget()
    return True
