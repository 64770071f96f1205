"""Coroutines are held, belong to an owner, tell their errors, and end with the fence."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.aio import AsyncFence
from ktrdr_app.gui.panels.log.records import LogQueue

pytestmark = pytest.mark.gui


@pytest.fixture
def fence(qapp: QApplication) -> Iterator[AsyncFence]:
    made = AsyncFence(qapp)
    yield made
    if not made.loop.is_closed():
        made.shutdown()


@pytest.fixture
def heard() -> Iterator[LogQueue]:
    queue = LogQueue()
    logging.getLogger("ktrdr_app").addHandler(queue)
    yield queue
    logging.getLogger("ktrdr_app").removeHandler(queue)


def test_a_coroutine_runs_on_qts_loop(fence: AsyncFence) -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 42

    task = fence.spawn(work())
    assert task is not None
    assert fence.loop.run_until_complete(task) == 42


def test_blocking_calls_go_to_plain_threads(fence: AsyncFence) -> None:
    async def work() -> str:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: threading.current_thread().name)

    task = fence.spawn(work())
    assert task is not None
    assert fence.loop.run_until_complete(task).startswith("ktrdr-io")


def test_the_end_of_the_owner_ends_the_task(fence: AsyncFence) -> None:
    owner = QObject()
    task = fence.spawn(asyncio.sleep(3600), owner)
    assert task is not None

    async def drop_owner() -> None:
        await asyncio.sleep(0)
        owner.deleteLater()

    fence.spawn(drop_owner())
    with pytest.raises(asyncio.CancelledError):
        fence.loop.run_until_complete(task)


def test_an_error_is_logged_and_does_not_stop_the_loop(fence: AsyncFence, heard: LogQueue) -> None:
    async def broken() -> None:
        raise ConnectionError("gateway is down")

    async def watch(task: asyncio.Task[None]) -> None:
        await asyncio.wait([task])
        await asyncio.sleep(0)

    task = fence.spawn(broken())
    assert task is not None
    fence.loop.run_until_complete(watch(task))
    (entry,) = heard.drain()
    assert entry.text == "ConnectionError: gateway is down"
    assert entry.alert
    assert "in broken" in entry.details


def test_the_loops_own_complaints_are_logged(fence: AsyncFence, heard: LogQueue) -> None:
    fence.loop.call_exception_handler({"message": "a transport broke"})
    fence.loop.call_exception_handler({"message": "x", "exception": OSError("no route")})
    assert [entry.text for entry in heard.drain()] == ["a transport broke", "OSError: no route"]


def test_shutdown_cancels_what_runs(fence: AsyncFence) -> None:
    ended: list[str] = []

    async def long() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def begin() -> None:
        await asyncio.sleep(0)

    fence.spawn(long())
    fence.loop.run_until_complete(begin())
    assert fence.shutdown()
    assert ended == ["cancelled"]
    assert fence.loop.is_closed()


def test_nothing_starts_after_shutdown(fence: AsyncFence) -> None:
    async def late() -> None:
        raise AssertionError("must not run")

    fence.shutdown()
    assert fence.spawn(late()) is None
