"""Process-wide rules while a window is open: garbage is collected in the GUI thread only, threads switch often."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

INTERVAL_MS = 1000
SWITCH_SECONDS = 0.001
"""With Python's default of 5 ms a pure-Python loop in a worker makes the window stutter."""


class RuntimeRules(QObject):
    """Holds the rules from `install` to `restore`; several windows may hold them at once.

    Python's cyclic collector may run in any thread. Were it to run in a worker and destroy a QObject
    of the GUI there, the process would crash; so it is off, and a timer of the GUI thread collects. A full
    collection looks at everything that lives: with all libraries imported that takes a sixth of a second, and finds
    next to nothing. So what has been imported can be set aside by `set_aside`.

    Parameters
    ----------
    parent : QObject, optional
        Owner.
    """

    _holders = 0
    _before: tuple[bool, float] = (True, 0.005)
    _set_aside = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self.held = False

    def install(self) -> None:
        """Put the rules in force."""
        if self.held:
            return
        self.held = True
        if RuntimeRules._holders == 0:
            RuntimeRules._before = (gc.isenabled(), sys.getswitchinterval())
        RuntimeRules._holders += 1
        gc.disable()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._timer.start()

    @Slot()
    def set_aside(self) -> None:
        """Let no collection look at what lives now, until a window that holds the rules closes."""
        if self.held:
            gc.freeze()
            RuntimeRules._set_aside = True

    def restore(self, busy: Callable[[], bool] | None = None) -> None:
        """Put everything back as it was, if no other window holds the rules; what was set aside is looked at again.

        Parameters
        ----------
        busy : callable, optional
            Whether threads of the window still run. As long as they do, the rules stay in force: an automatic
            collection in one of them would destroy what the closed window has left there.
        """
        if not self.held:
            return
        self.held = False
        self._timer.stop()
        application = QCoreApplication.instance()
        if busy is not None and application is not None and busy():
            Aftermath(busy, application)
        else:
            _let_go()

    @Slot()
    def collect(self) -> int:
        """Collect the generations whose threshold is reached, as the automatic collector would.

        Returns
        -------
        int
            Unreachable objects that were found.
        """
        found = 0
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)):
            if count <= threshold:
                break
            found += gc.collect(generation)
        return found


class Aftermath(QTimer):
    """Holds the rules in the place of a closed window until its last thread has ended; looks now and then.

    Parameters
    ----------
    busy : callable
        Whether one still runs.
    application : QCoreApplication
        Owner.
    """

    def __init__(self, busy: Callable[[], bool], application: QCoreApplication) -> None:
        super().__init__(application)
        self._busy = busy
        self.setInterval(INTERVAL_MS)
        self.timeout.connect(self.look)
        self.start()

    @Slot()
    def look(self) -> None:
        """Let go of the rules if nothing runs any more."""
        if self.isActive() and not self._busy():
            self.stop()
            _let_go()
            self.deleteLater()


def _let_go() -> None:
    if RuntimeRules._set_aside:
        RuntimeRules._set_aside = False
        gc.unfreeze()
    RuntimeRules._holders -= 1
    if RuntimeRules._holders == 0:
        was_enabled, interval = RuntimeRules._before
        sys.setswitchinterval(interval)
        if was_enabled:
            gc.enable()
