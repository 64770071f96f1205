"""The only user of qasync: awaits network I/O in the GUI thread; the app runs fully with it switched off.

Never for computation. Coroutines must not open dialogs with ``exec()``: another task could then not go on.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import qasync
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

_LOG = logging.getLogger("ktrdr_app.gui")
SHUTDOWN_SECONDS = 2.0


class AsyncFence:
    """An asyncio loop on top of Qt's, with an owner for every task.

    Parameters
    ----------
    app : QApplication
        Whose event loop is used.
    """

    def __init__(self, app: QApplication) -> None:
        self.loop = qasync.QEventLoop(app)
        # qasync's own executor has QThreads with stacks too small for OpenBLAS on macOS
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="ktrdr-io")
        self.loop.set_default_executor(self._pool)
        self.loop.set_exception_handler(self._report)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    def spawn(self, coroutine: Coroutine[Any, Any, Any], owner: QObject | None = None) -> asyncio.Task[Any] | None:
        """Start a coroutine, hold it until it ends, and cancel it when its owner goes.

        Parameters
        ----------
        coroutine : coroutine
            Awaits I/O only.
        owner : QObject, optional
            A widget or document whose end ends the task.

        Returns
        -------
        asyncio.Task or None
            None once `shutdown` has begun; the coroutine is then closed unrun.
        """
        if self._closing:
            coroutine.close()
            return None
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        if owner is not None:
            owner.destroyed.connect(task.cancel)
        return task

    def shutdown(self) -> bool:
        """Cancel every task, give them two seconds to end, close the loop, and say whether all ended."""
        self._closing = True
        pending = {task for task in self._tasks if not task.done()}
        for task in pending:
            task.cancel()
        left: set[asyncio.Task[Any]] = set()
        if pending:
            _done, left = self.loop.run_until_complete(asyncio.wait(pending, timeout=SHUTDOWN_SECONDS))
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.loop.close()
        return not left

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log(error)

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._log(error)
        else:
            _LOG.error(context.get("message", "an asynchronous task failed"), extra={"alert": True})

    def _log(self, error: BaseException) -> None:
        details = "".join(traceback.format_exception(error))
        _LOG.error(f"{type(error).__name__}: {error}", extra={"details": details, "alert": True})
