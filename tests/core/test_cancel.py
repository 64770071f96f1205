"""The token that stops a task, raised from where it may be."""

from __future__ import annotations

import gc
import pickle
import signal
import threading
from collections.abc import Iterator
from types import FrameType, SimpleNamespace

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


class Door(threading.Event):
    """An event that counts who begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.knocked = threading.Semaphore(0)
        self.set()

    def wait(self, timeout: float | None = None) -> bool:
        self.knocked.release()
        return super().wait(timeout)


class HeldToken(CancelToken):
    """A token that tells when a task begins to wait."""

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self._go_on = self.door = Door()


class Pacer:
    """Work that looks at its token over and over, in a thread of its own, and tells whether it came through."""

    def __init__(self, token: HeldToken) -> None:
        self.token, self.ended = token, ""
        self.through = threading.Event()
        self.thread = threading.Thread(target=self._go)
        self.thread.start()

    def _go(self) -> None:
        try:
            while True:
                self.token.check()
                self.through.set()
        except Cancelled as error:
            self.ended = error.message

    def is_held(self) -> bool:
        """Return whether it waits at the paused token, and does not come through."""
        came = self.token.door.knocked.acquire(timeout=20)
        self.through.clear()
        return came and not self.through.wait(0.1)

    def goes_on(self) -> bool:
        """Return whether it comes through again."""
        self.through.clear()
        return self.through.wait(20)


@pytest.fixture
def pacer() -> Iterator[Pacer]:
    made = Pacer(HeldToken("the loop"))
    assert made.goes_on()
    yield made
    made.token.cancel()
    made.thread.join(20)
    assert not made.thread.is_alive()


class TestAPause:
    def test_holds_the_task_at_the_token_until_it_may_go_on(self, pacer: Pacer) -> None:
        for _ in range(3):
            pacer.token.pause()
            assert pacer.token.paused
            assert pacer.is_held()
            pacer.token.resume()
            assert not pacer.token.paused
            assert pacer.goes_on()

    def test_holds_every_thread_of_the_task(self, pacer: Pacer) -> None:
        other = Pacer(pacer.token)
        assert other.goes_on()
        pacer.token.pause()
        assert all(pacer.token.door.knocked.acquire(timeout=20) for _ in range(2))
        for each in (pacer, other):
            each.through.clear()
            assert not each.through.wait(0.1)
        pacer.token.cancel()
        other.thread.join(20)
        assert other.ended == "the loop was stopped"

    def test_ends_at_once_when_the_task_is_stopped(self, pacer: Pacer) -> None:
        pacer.token.pause()
        assert pacer.is_held()
        pacer.token.cancel()
        pacer.thread.join(20)
        assert pacer.ended == "the loop was stopped"
        assert not pacer.token.paused

    def test_is_waited_for_without_looking_again_and_again(self, pacer: Pacer) -> None:
        pacer.token.pause()
        assert pacer.is_held()
        assert not pacer.token.door.knocked.acquire(timeout=0.1)

    def test_cannot_follow_a_stop(self) -> None:
        token = CancelToken()
        token.cancel()
        token.pause()
        assert not token.paused

    def test_never_holds_the_main_thread(self) -> None:
        token = CancelToken("the window")
        token.pause()
        token.check()
        token.cancel()
        with pytest.raises(Cancelled, match="the window"):
            token.check()

    def test_asked_for_twice_is_ended_once(self) -> None:
        token = CancelToken()
        token.pause()
        token.pause()
        token.resume()
        assert not token.paused
        token.resume()
        token.check()

    def test_and_a_stop_from_another_thread_leave_nobody_waiting(self) -> None:
        """Whichever comes first, the task ends."""
        for _ in range(300):
            token = CancelToken()
            both = threading.Barrier(2)
            stopper = threading.Thread(target=lambda at=both, of=token: (at.wait(), of.cancel()))
            stopper.start()
            both.wait()
            token.pause()
            stopper.join(20)
            assert not token.paused

    def test_a_copy_that_was_sent_is_not_paused(self) -> None:
        token = CancelToken("far away")
        token.pause()
        assert printed(FAR, pickle.dumps(token).hex()) == "False"

    def test_stops_the_tasks_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hands = SimpleNamespace(now=100.0)
        monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: hands.now))
        token = CancelToken()
        began = token.clock()
        hands.now += 5.0
        token.pause()
        hands.now += 60.0
        assert token.clock() - began == 5.0
        token.resume()
        assert token.clock() - began == 5.0
        hands.now += 1.0
        assert token.clock() - began == 6.0
        token.pause()
        hands.now += 7.0
        token.resume()
        hands.now += 0.5
        assert token.clock() - began == 6.5


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


class TestWindingUp:
    def test_is_a_wish_that_check_does_not_end_the_task_for(self) -> None:
        token = CancelToken("work")
        assert not token.winding_up
        token.wind_up()
        token.check()
        assert token.winding_up
        assert not token.cancelled

    def test_wakes_a_paused_task(self) -> None:
        token = CancelToken("work")
        token.pause()
        token.wind_up()
        assert not token.paused

    def test_a_task_that_winds_up_may_still_be_stopped(self) -> None:
        token = CancelToken("work")
        token.wind_up()
        token.cancel()
        with pytest.raises(Cancelled):
            token.check()


FAR = """
import pickle, sys
print(pickle.loads(bytes.fromhex(sys.argv[1])).paused)
"""

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
