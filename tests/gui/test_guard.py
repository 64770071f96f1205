"""Bad pairs of PySide6 and Python are refused by name, and the pair we run on loses no reference to None."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import EnvironmentProblem
from ktrdr_app.core.qt_pair import GOOD_QT
from ktrdr_app.gui import guard
from ktrdr_app.gui.guard import check_display, check_environment, check_pair

pytestmark = pytest.mark.gui

DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.parametrize(
    ("qt", "python", "word"),
    [
        ("6.12.0", (3, 11), "None"),
        ("6.12.3", (3, 10), "None"),
        ("6.13.0", (3, 11), "None"),
        ("6.11.0", (3, 13), "docks"),
        ("6.11.1", (3, 11), "docks"),
        ("6.9.2", (3, 12), "old"),
        ("6.10.2", (3, 11), "old"),
    ],
)
def test_bad_pairs_are_refused_with_what_to_install(qt: str, python: tuple[int, int], word: str) -> None:
    with pytest.raises(EnvironmentProblem, match=word) as caught:
        check_pair(qt, python)
    assert qt in caught.value.message
    assert f"pyside6-essentials=={GOOD_QT}" in caught.value.hint
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("qt", "python"), [(GOOD_QT, (3, 11)), ("6.10.3", (3, 11)), ("6.12.0", (3, 12)), ("6.11.2", (3, 13))]
)
def test_good_pairs_pass(qt: str, python: tuple[int, int]) -> None:
    check_pair(qt, python)


def test_the_environment_of_these_tests_passes() -> None:
    check_environment()


def test_a_missing_qt_is_told_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise guard.PackageNotFoundError(name)

    monkeypatch.setattr(guard, "version", missing)
    with pytest.raises(EnvironmentProblem, match="not installed") as caught:
        check_environment()
    assert caught.value.hint.startswith("pip install")


def test_a_bad_version_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "version", lambda _name: "6.11.0")
    with pytest.raises(EnvironmentProblem):
        check_environment()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has windows without a display")
def test_no_display_is_an_error_of_ours_and_not_an_abort(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DISPLAY:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EnvironmentProblem, match="display") as caught:
        check_display()
    assert "screenshot" in caught.value.hint


@pytest.mark.parametrize("name", DISPLAY)
def test_any_display_will_do(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for each in DISPLAY:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "something")
    check_display()


def test_void_calls_of_qt_keep_the_references_to_none(dressed: QApplication, qtbot: QtBot) -> None:
    """PySide6 6.12.0 loses one reference per call on Python 3.11; the process then dies."""
    shown = QLabel()
    qtbot.addWidget(shown)
    calls = 1000
    before = sys.getrefcount(None)
    for number in range(calls):
        shown.setText(str(number))
        shown.move(number % 7, 0)
        shown.setToolTip("x")
        shown.update()
        shown.setEnabled(True)
    lost = before - sys.getrefcount(None)
    assert abs(lost) < calls / 10
