"""How busy the program keeps the machine, for the status bar."""

from __future__ import annotations

import os
import time

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QWidget

INTERVAL_MS = 2000


def share(used: float, passed: float, cores: int) -> float:
    """Return the share of the machine that was used, 0 to 1.

    Parameters
    ----------
    used : float
        Processor seconds of all threads of the process.
    passed : float
        Seconds on the wall meanwhile.
    cores : int
        Processors of the machine.
    """
    return min(1.0, used / (passed * cores)) if passed > 0 else 0.0


class LoadMeter(QLabel):
    """The program's share of the processors over the last seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine.load")
        self._used, self._wall = time.process_time(), time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.measure)
        self._timer.start()
        cores = os.cpu_count() or 1
        self.setToolTip(self.tr("What this program uses of the {0} processors of this machine").format(cores))
        self.setText(self.tr("CPU {0} %").format(0))

    @Slot()
    def measure(self) -> None:
        """Show what was used since the last time."""
        used, wall = time.process_time(), time.monotonic()
        taken = share(used - self._used, wall - self._wall, os.cpu_count() or 1)
        self._used, self._wall = used, wall
        self.setText(self.tr("CPU {0} %").format(round(100 * taken)))
