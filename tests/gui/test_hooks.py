"""Whatever goes wrong, in whatever thread, ends as one line in the log with its details."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType, qWarning
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.hooks import ErrorHooks
from ktrdr_app.gui.panels.log.records import Entry, LogQueue
from tests.core.children import environment

pytestmark = pytest.mark.gui


@pytest.fixture
def heard() -> Iterator[LogQueue]:
    logger = logging.getLogger("ktrdr_app")
    level, passes_on = logger.level, logger.propagate
    queue = LogQueue()
    logger.addHandler(queue)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield queue
    logger.removeHandler(queue)
    logger.setLevel(level)
    logger.propagate = passes_on


@pytest.fixture
def hooks() -> Iterator[ErrorHooks]:
    made = ErrorHooks()
    made.install()
    yield made
    made.restore()


def fail(error: BaseException) -> tuple[type[BaseException], BaseException, object]:
    try:
        raise error
    except BaseException as caught:
        return type(caught), caught, caught.__traceback__


def only(heard: LogQueue) -> Entry:
    (entry,) = heard.drain()
    return entry


def test_an_exception_becomes_one_alert_with_its_trace(hooks: ErrorHooks, heard: LogQueue) -> None:
    sys.excepthook(*fail(ValueError("no such thing\nmore")))  # type: ignore[arg-type]
    entry = only(heard)
    assert entry.text == "ValueError: no such thing"
    assert entry.level == logging.ERROR
    assert entry.alert
    assert "in fail" in entry.details
    assert "more" in entry.details


def test_an_exception_of_a_thread_is_heard(hooks: ErrorHooks, heard: LogQueue) -> None:
    def work() -> None:
        raise KeyError("lost")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert only(heard).text == "KeyError: 'lost'"


def test_an_error_in_a_destructor_is_heard(hooks: ErrorHooks, heard: LogQueue) -> None:
    class Bad:
        def __del__(self) -> None:
            raise RuntimeError("in the destructor")

    made = Bad()
    del made
    assert only(heard).text == "RuntimeError: in the destructor"


def test_qt_speaks_into_the_log(hooks: ErrorHooks, heard: LogQueue) -> None:
    qWarning("something is odd")
    entry = only(heard)
    assert entry.text == "Qt: something is odd"
    assert entry.level == logging.WARNING
    assert not entry.alert


@pytest.mark.parametrize(
    ("kind", "alert"), [(QtMsgType.QtCriticalMsg, True), (QtMsgType.QtInfoMsg, False), (QtMsgType.QtDebugMsg, None)]
)
def test_only_what_is_bad_becomes_a_notice(
    hooks: ErrorHooks, heard: LogQueue, kind: QtMsgType, alert: bool | None
) -> None:
    hooks._on_qt_message(kind, QMessageLogContext(), f"of kind {kind}")
    entries = heard.drain()
    assert [entry.alert for entry in entries] == ([] if alert is None else [alert])


def test_the_same_error_is_not_told_again_and_again(hooks: ErrorHooks, heard: LogQueue) -> None:
    for _ in range(50):
        sys.excepthook(*fail(ValueError("same")))  # type: ignore[arg-type]
    sys.excepthook(*fail(ValueError("other")))  # type: ignore[arg-type]
    assert [entry.text for entry in heard.drain()] == ["ValueError: same", "ValueError: other"]


def test_a_hook_that_is_hit_while_it_works_does_not_recurse(hooks: ErrorHooks, heard: LogQueue) -> None:
    class Talkative(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            hooks.report(logging.ERROR, "from inside the handler")

    handler = Talkative()
    logging.getLogger("ktrdr_app").addHandler(handler)
    hooks.report(logging.ERROR, "outside")
    logging.getLogger("ktrdr_app").removeHandler(handler)
    assert [entry.text for entry in heard.drain()] == ["outside"]


def test_the_keyboard_interrupt_is_left_to_python(
    hooks: ErrorHooks, heard: LogQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.excepthook(*fail(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert heard.drain() == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_everything_is_put_back() -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    hooks = ErrorHooks()
    hooks.install()
    hooks.install()
    assert sys.excepthook != before[0]
    hooks.restore()
    hooks.restore()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_the_tail_of_the_last_crash_is_read_once(tmp_path: Path) -> None:
    was_enabled = faulthandler.is_enabled()
    folder = tmp_path / "cache"
    first = ErrorHooks(folder)
    first.install()
    assert first.last_crash == ""
    (folder / "crash-1.log").write_text("Fatal Python error: Aborted\n", encoding="utf-8")
    second = ErrorHooks(folder)
    second.install()
    assert "Aborted" in second.last_crash
    second.restore()
    third = ErrorHooks(folder)
    third.install()
    assert third.last_crash == ""
    third.restore()
    first.restore()
    assert list(folder.iterdir()) == [], "an orderly end leaves no file"
    if was_enabled:
        faulthandler.enable(sys.__stderr__ or sys.stderr)


def test_without_a_folder_for_crashes_the_hooks_are_in_place(tmp_path: Path, heard: LogQueue) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    before = sys.excepthook
    hooks = ErrorHooks(tmp_path / "taken")
    hooks.install()
    assert only(heard).level == logging.WARNING
    sys.excepthook(*fail(ValueError("told all the same")))  # type: ignore[arg-type]
    assert only(heard).alert
    hooks.restore()
    assert sys.excepthook is before


def test_no_hook_opens_a_window(hooks: ErrorHooks, heard: LogQueue, qapp: QApplication) -> None:
    before = len(qapp.topLevelWidgets())
    sys.excepthook(*fail(ValueError("seen by nobody")))  # type: ignore[arg-type]
    assert len(qapp.topLevelWidgets()) == before
    assert heard.drain()


def test_what_a_running_process_writes_is_left_to_it_until_it_is_dead(tmp_path: Path) -> None:
    code = """
import os, sys, time
from pathlib import Path
from ktrdr_app.gui.hooks import ErrorHooks
hooks = ErrorHooks(Path(sys.argv[1]))
hooks.install()
hooks._crash_stream.write("half a trace")
hooks._crash_stream.flush()
print("ready", flush=True)
sys.stdin.read()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    was_enabled = faulthandler.is_enabled()
    while_it_runs = ErrorHooks(tmp_path)
    while_it_runs.install()
    assert while_it_runs.last_crash == ""
    while_it_runs.restore()
    child.kill()
    child.communicate(timeout=60)
    after = ErrorHooks(tmp_path)
    after.install()
    assert after.last_crash == "half a trace"
    after.restore()
    if was_enabled:
        faulthandler.enable(sys.__stderr__ or sys.stderr)
