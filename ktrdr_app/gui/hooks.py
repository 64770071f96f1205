"""One road for everything that goes wrong outside our own errors: hooks of Python and Qt, all into the log."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from ktrdr_app.core.locks import taken

_LOG = logging.getLogger("ktrdr_app.gui")
_QUIET_SECONDS = 5.0
_TAIL = 8000
"""Characters that are kept of what dead processes wrote."""

_QT_LEVELS = {
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ErrorHooks:
    """Installs the hooks and puts the old ones back.

    A hook may be called in any thread; it only logs, never opens a dialog, does not recurse, and
    passes over an error that is the same as one of the last seconds.

    Parameters
    ----------
    crash_folder : Path, optional
        Where `faulthandler` writes if the process dies, each process into a file of its own.
    """

    def __init__(self, crash_folder: Path | None = None) -> None:
        self._crash_folder = crash_folder
        self._crash_stream: IO[str] | None = None
        self._inside = threading.local()
        self._seen: dict[str, float] = {}
        self._before: tuple[Any, Any, Any, Any] | None = None
        self.last_crash = ""
        """The end of what processes that died wrote since the last start; empty if none did."""

    def install(self) -> None:
        """Put our hooks in place of Python's and Qt's."""
        if self._before is not None:
            return
        try:
            self._open_crash_file()
        except OSError as refused:  # without the file only a death of the process goes untold
            _LOG.warning("deaths of the program are not noted: %s", refused)
        python = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._before = (*python, qInstallMessageHandler(self._on_qt_message))

    def restore(self) -> None:
        """Put the old hooks back."""
        if self._before is None:
            return
        sys.excepthook, threading.excepthook, sys.unraisablehook, qt = self._before
        qInstallMessageHandler(qt)
        self._before = None
        if self._crash_stream is not None:
            faulthandler.disable()
            name = Path(self._crash_stream.name)
            self._crash_stream.close()
            self._crash_stream = None
            with contextlib.suppress(OSError):  # an empty file that stays is read as "nothing was written"
                name.unlink()

    def _open_crash_file(self) -> None:
        if self._crash_folder is None:
            return
        self._crash_folder.mkdir(parents=True, exist_ok=True)
        self.last_crash = "".join(_collected(path) for path in sorted(self._crash_folder.glob("crash-*.log")))[-_TAIL:]
        place = self._crash_folder / f"crash-{os.getpid()}.log"
        self._crash_stream = place.open("w", encoding="utf-8")  # open until restore()
        taken(self._crash_stream.fileno())
        faulthandler.enable(self._crash_stream)

    def report(self, level: int, text: str, details: str = "", *, alert: bool = True) -> None:
        """Log something that went wrong, once in a while at most if it repeats.

        Parameters
        ----------
        level : int
            As `logging` counts.
        text : str
            One line.
        details : str
            Traceback.
        alert : bool
            Whether the window shows a notice.
        """
        now = time.monotonic()
        if getattr(self._inside, "busy", False) or now - self._seen.get(text, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return
        self._seen[text] = now
        self._inside.busy = True
        try:
            _LOG.log(level, text, extra={"details": details, "alert": alert})
        finally:
            self._inside.busy = False

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._report_exception(kind, error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            self._report_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._report_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _report_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        first = str(error).splitlines()[0] if str(error) else ""
        text = f"{kind.__name__}: {first}" if first else kind.__name__
        self.report(logging.ERROR, text, "".join(traceback.format_exception(kind, error, trace)))

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        level = _QT_LEVELS.get(kind)
        if level is not None:
            where = f"{context.file}:{context.line}" if context.file else ""
            self.report(level, f"Qt: {message}", where, alert=level >= logging.ERROR)


def _collected(path: Path) -> str:
    """Return what a process that is no more wrote as it died, and remove the file; nothing of one that still runs."""
    try:
        with path.open("r+", encoding="utf-8", errors="replace") as stream:
            if not taken(stream.fileno()):
                return ""
            text = stream.read()
        path.unlink()
    except OSError:
        return ""
    return text if text.strip() else ""
