"""The token that stops a task, raised from where it may be."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled


def test_a_fresh_token_lets_the_task_go_on() -> None:
    token = CancelToken()
    token.check()
    assert not token.cancelled


def test_a_raised_token_ends_the_task_with_its_name() -> None:
    token = CancelToken("training")
    token.cancel()
    assert token.cancelled
    with pytest.raises(Cancelled) as caught:
        token.check()
    assert caught.value.message == "training was stopped"
    assert caught.value.exit_code == 130


def test_a_token_stays_raised() -> None:
    token = CancelToken()
    token.cancel()
    token.cancel()
    for _ in range(3):
        with pytest.raises(Cancelled, match="the task was stopped"):
            token.check()


def test_tokens_know_nothing_of_each_other() -> None:
    first, second = CancelToken("a"), CancelToken("b")
    first.cancel()
    assert not second.cancelled
    second.check()


def test_another_thread_may_raise_it() -> None:
    token = CancelToken("the loop")
    running = threading.Event()
    ended: list[str] = []

    def loop() -> None:
        try:
            while True:
                running.set()
                token.check()
        except Cancelled as error:
            ended.append(error.message)

    thread = threading.Thread(target=loop)
    thread.start()
    assert running.wait(20)
    token.cancel()
    thread.join(20)
    assert ended == ["the loop was stopped"]


def test_a_signal_handler_may_raise_it() -> None:
    token = CancelToken()

    def handler(number: int, frame: FrameType | None) -> None:
        token.cancel()

    before = signal.signal(signal.SIGINT, handler)
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert token.cancelled


def test_whether_it_was_raised_is_only_for_reading() -> None:
    with pytest.raises(AttributeError):
        CancelToken().cancelled = True  # type: ignore[misc]
