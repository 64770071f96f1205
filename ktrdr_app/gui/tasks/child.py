"""The process that does an errand for a window: it speaks over a pipe, and ends with the window; it has no Qt.

Its main thread waits for the work, which runs in a thread of its own, as the main thread is never held by a pause.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import threading
from multiprocessing.connection import Connection

from ktrdr_app.core import protection
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.tasks.gate import INTERVAL_MS, ProgressGate
from ktrdr_app.gui.tasks.messages import LOGGER, LogForward, Mouth, Order, Wish, heard
from ktrdr_app.gui.tasks.outcome import STACK_BYTES, outcome_after, outcome_of

LAST_SECONDS = 10.0
"""How long work may take to stop once the window has gone; then the process ends in the middle of it."""


def serve(line: Connection) -> None:
    """Do one errand and end.

    Parameters
    ----------
    line : Connection
        This process's end of the pipe; its first message is the `Order`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal goes to all; the window decides
    order = heard(line)
    if not isinstance(order, Order):
        return
    for root in order.protected:
        protection.protect(Workspace(root))
    mouth, token = Mouth(line), CancelToken(order.title)
    logger = logging.getLogger(LOGGER)
    logger.setLevel(order.log_level)
    logger.addHandler(LogForward(mouth))
    threading.Thread(target=_listen, args=(line, token), name="wishes", daemon=True).start()
    threading.stack_size(STACK_BYTES)
    worker = threading.Thread(target=_work, args=(order, mouth, token), name="work")
    threading.stack_size(0)
    worker.start()
    worker.join()


def _listen(line: Connection, token: CancelToken) -> None:
    """Do what the window wants; when it is gone, stop, and see that the process ends."""
    while isinstance(wish := heard(line), Wish):
        if wish.winding_up:
            token.wind_up()
        if wish.cancelled:
            token.cancel()
        elif wish.paused:
            token.pause()
        else:
            token.resume()
    token.cancel()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(LAST_SECONDS, exit=True, file=nowhere)
        threading.Event().wait()


def _work(order: Order, mouth: Mouth, token: CancelToken) -> None:
    reporter = Reporter(mouth)
    outcome = outcome_of(order.errand, reporter.gate, token, order.title)
    reporter.end()
    try:
        mouth.say(outcome)
    except Exception as error:  # a result that cannot be pickled is a bug, and told as one
        mouth.say(outcome_after(error, order.title))


class Reporter:
    """Sends progress in batches, as thin as the window draws it.

    Parameters
    ----------
    mouth : Mouth
        Through which it goes.
    """

    def __init__(self, mouth: Mouth) -> None:
        self._mouth = mouth
        self._awake, self._over = threading.Event(), threading.Event()
        self.gate = ProgressGate(self._awake.set)
        self._thread = threading.Thread(target=self._go, name="progress")
        self._thread.start()

    def end(self) -> None:
        """Send what is left and stop."""
        self._over.set()
        self._awake.set()
        self._thread.join()
        self._send()

    def _go(self) -> None:
        while not self._over.is_set():
            self._awake.wait()
            self._awake.clear()
            self._send()
            self._over.wait(INTERVAL_MS / 1000)

    def _send(self) -> None:
        batch = self.gate.drain()
        if batch:
            self._mouth.say(batch)
