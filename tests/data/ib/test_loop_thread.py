"""The thread of the connection: results, errors and cancelling cross it, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.data.ib.loop_thread import LoopThread


async def _where(value: int) -> tuple[int, str]:
    await asyncio.sleep(0)
    return value, threading.current_thread().name


async def _fail(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


def test_a_coroutine_runs_in_the_named_thread() -> None:
    with LoopThread("test-loop") as loop:
        assert loop.run(_where(5), CancelToken()) == (5, "test-loop")
    assert "test-loop" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("error", [ValueError("bad"), TimeoutError("late"), ConnectionError("gone")])
def test_errors_come_out_as_they_are(error: Exception) -> None:
    with LoopThread("test-loop") as loop, pytest.raises(type(error), match=str(error)):
        loop.run(_fail(error), CancelToken())


def test_a_raised_token_cancels_what_runs() -> None:
    token, seen = CancelToken("the wait"), []

    async def forever() -> None:
        token.cancel()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    with LoopThread("test-loop") as loop, pytest.raises(Cancelled, match="the wait"):
        loop.run(forever(), token)
    assert seen == ["cancelled"]


def test_a_token_raised_before_lets_nothing_begin() -> None:
    token = CancelToken()
    token.cancel()
    with LoopThread("test-loop") as loop, pytest.raises(Cancelled):
        loop.run(_fail(AssertionError("it must not begin")), token)


def test_tasks_left_running_are_ended_with_the_block() -> None:
    ended = threading.Event()

    async def leave_one() -> asyncio.Task[None]:
        async def stay() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        task = asyncio.create_task(stay())
        await asyncio.sleep(0)
        return task

    with LoopThread("test-loop") as loop:
        task = loop.run(leave_one(), CancelToken())
    assert ended.is_set()
    assert task.cancelled()


def test_an_error_in_the_block_ends_the_thread_too() -> None:
    with pytest.raises(KeyboardInterrupt), LoopThread("test-loop"):
        raise KeyboardInterrupt
    assert "test-loop" not in {thread.name for thread in threading.enumerate()}
