"""While a window is open the collector runs in the GUI thread only, and afterwards all is as before."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.runtime import SWITCH_SECONDS, Aftermath, RuntimeRules

pytestmark = pytest.mark.gui


@pytest.fixture
def rules(qtbot: QtBot) -> Iterator[RuntimeRules]:
    made = RuntimeRules()
    yield made
    made.restore()


def test_automatic_collection_is_off_while_held(rules: RuntimeRules) -> None:
    assert gc.isenabled()
    rules.install()
    assert not gc.isenabled()
    rules.restore()
    assert gc.isenabled()


def test_threads_switch_often_while_held(rules: RuntimeRules) -> None:
    before = sys.getswitchinterval()
    rules.install()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    rules.restore()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_two_windows_hold_the_rules_together(rules: RuntimeRules) -> None:
    other = RuntimeRules()
    rules.install()
    other.install()
    rules.restore()
    assert not gc.isenabled()
    other.restore()
    assert gc.isenabled()


def test_installing_or_restoring_twice_is_once(rules: RuntimeRules) -> None:
    rules.install()
    rules.install()
    rules.restore()
    rules.restore()
    assert gc.isenabled()
    assert RuntimeRules._holders == 0


def test_a_program_without_collection_stays_without(rules: RuntimeRules) -> None:
    gc.disable()
    try:
        rules.install()
        rules.restore()
        assert not gc.isenabled()
    finally:
        gc.enable()


class Knot:
    """An object that only the cyclic collector can free, and that tells where it was freed."""

    freed_in: ClassVar[list[int]] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Knot.freed_in.append(threading.get_ident())


def test_a_worker_never_collects_but_the_timer_does(rules: RuntimeRules) -> None:
    Knot.freed_in.clear()
    rules.install()

    def work() -> None:
        for _ in range(3000):
            Knot()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert Knot.freed_in == []
    assert rules.collect() >= 3000
    assert set(Knot.freed_in) == {threading.get_ident()}
    assert len(Knot.freed_in) == 3000


def test_what_was_set_aside_is_not_looked_at_until_the_window_closes(rules: RuntimeRules) -> None:
    Knot.freed_in.clear()
    rules.install()
    Knot()
    rules.set_aside()
    assert gc.get_freeze_count() > 0
    gc.collect()
    assert Knot.freed_in == []
    Knot()
    gc.collect()
    assert len(Knot.freed_in) == 1, "what is made afterwards is looked at as ever"
    rules.restore()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert len(Knot.freed_in) == 2


def test_what_has_no_more_holder_is_freed_though_it_was_set_aside(rules: RuntimeRules) -> None:
    Knot.freed_in.clear()
    rules.install()
    knot = Knot()
    rules.set_aside()
    knot.me = None  # type: ignore[assignment]
    del knot
    assert len(Knot.freed_in) == 1


def test_a_window_that_was_closed_sets_nothing_aside(rules: RuntimeRules) -> None:
    rules.install()
    rules.restore()
    gc.unfreeze()
    rules.set_aside()
    assert gc.get_freeze_count() == 0


def test_collection_is_spared_when_little_was_made(rules: RuntimeRules) -> None:
    rules.install()
    gc.collect()
    assert rules.collect() == 0


def test_the_timer_calls_the_collection(rules: RuntimeRules) -> None:
    Knot.freed_in.clear()
    rules.install()
    for _ in range(3000):
        Knot()
    (timer,) = rules.findChildren(QTimer)
    assert timer.isActive()
    timer.timeout.emit()
    assert len(Knot.freed_in) == 3000


class TestAWindowWhoseThreadsWillNotStop:
    def aftermath(self, qtbot: QtBot) -> Aftermath:
        application = QCoreApplication.instance()
        assert application is not None
        (found,) = application.findChildren(Aftermath)
        return found

    def test_it_leaves_the_rules_in_force_until_they_have(self, rules: RuntimeRules, qtbot: QtBot) -> None:
        Knot.freed_in.clear()
        runs = [True]
        rules.install()
        rules.restore(lambda: runs[0])
        after = self.aftermath(qtbot)
        assert not gc.isenabled()

        def work() -> None:
            for _ in range(3000):
                Knot()

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        assert Knot.freed_in == [], "the thread collects nothing of the window's"
        after.look()
        assert not gc.isenabled()
        runs[0] = False
        after.look()
        assert gc.isenabled()
        assert RuntimeRules._holders == 0
        after.look()
        assert RuntimeRules._holders == 0, "letting go twice is once"
        gc.collect()
        assert set(Knot.freed_in) == {threading.get_ident()}

    def test_its_timer_looks(self, rules: RuntimeRules, qtbot: QtBot) -> None:
        runs = [True]
        rules.install()
        rules.restore(lambda: runs[0])
        timer = self.aftermath(qtbot)
        assert timer.isActive()
        runs[0] = False
        timer.timeout.emit()
        assert gc.isenabled()

    def test_another_window_goes_on_meanwhile(self, rules: RuntimeRules, qtbot: QtBot) -> None:
        other, runs = RuntimeRules(), [True]
        rules.install()
        other.install()
        rules.restore(lambda: runs[0])
        other.restore()
        assert not gc.isenabled()
        runs[0] = False
        self.aftermath(qtbot).look()
        assert gc.isenabled()

    def test_one_whose_threads_have_stopped_waits_for_nothing(self, rules: RuntimeRules) -> None:
        rules.install()
        rules.restore(lambda: False)
        assert gc.isenabled()
