"""An asyncio loop in a thread of its own, so that a gateway that stalls can freeze nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import wait
from types import TracebackType
from typing import Any, Self, TypeVar

from ktrdr_app.core.cancel import CancelToken

T = TypeVar("T")
LOOK_SECONDS = 0.05
"""How often the caller looks whether it was asked to stop."""


class LoopThread:
    """A context in which coroutines run elsewhere; when it ends, thread, loop and tasks are gone.

    Parameters
    ----------
    name : str
        Name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what still runs, wait for it, and end the thread."""
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T], cancel: CancelToken) -> T:
        """Run a coroutine and wait for its result.

        Parameters
        ----------
        coroutine : coroutine
            What is to run.
        cancel : CancelToken
            Looked at while waiting.

        Raises
        ------
        Cancelled
            If the token was raised; the coroutine is cancelled too.
        """
        if cancel.cancelled:
            coroutine.close()
            cancel.check()
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        while not wait([future], LOOK_SECONDS).done:
            if cancel.cancelled:
                future.cancel()
                cancel.check()
        return future.result()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # a socket that was closed just now is let go in the next round
