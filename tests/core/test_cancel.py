"""The token that stops a task, raised from where it may be."""

from __future__ import annotations

import gc
import pickle
import signal
import threading
from types import FrameType

import pytest

from ktrdr_app.core import cancel as module
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from tests.core.children import printed


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


class TestATokenThatIsSent:
    def test_within_its_process_it_stays_the_one_it_is(self) -> None:
        token = CancelToken("a")
        assert pickle.loads(pickle.dumps(token)) is token
        assert pickle.loads(pickle.dumps((token, [token])))[1][0] is token

    def test_all_copies_in_another_process_are_one_that_is_raised_by_name(self) -> None:
        token = CancelToken("the folds")
        assert (
            printed(COPIES, pickle.dumps(token).hex(), token.name) == "True the folds|False|True|the folds was stopped"
        )
        assert not token.cancelled

    def test_one_that_was_raised_before_it_came_arrives_raised(self) -> None:
        token = CancelToken("late")
        assert printed(LATE, pickle.dumps(token).hex(), token.name) == "True"
        token.cancel()
        assert printed(LATE, pickle.dumps(token).hex(), "another") == "True"

    def test_tokens_that_nobody_holds_are_forgotten(self) -> None:
        held = set(module._here)
        name = CancelToken().name
        gc.collect()
        assert name not in module._here
        assert set(module._here) <= held


COPIES = """
import pickle, sys
from ktrdr_app.core.cancel import cancel_copy
from ktrdr_app.core.errors import Cancelled
first, second = (pickle.loads(bytes.fromhex(sys.argv[1])) for _ in range(2))
print(first is second, first.task, end="|")
print(first.cancelled, end="|")
cancel_copy(sys.argv[2])
print(second.cancelled, end="|")
try:
    first.check()
except Cancelled as error:
    print(error.message)
"""

LATE = """
import pickle, sys
from ktrdr_app.core.cancel import cancel_copy
cancel_copy(sys.argv[2])
print(pickle.loads(bytes.fromhex(sys.argv[1])).cancelled)
"""
