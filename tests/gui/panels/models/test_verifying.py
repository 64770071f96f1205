"""What a verification says in one sentence, and its rows with a sign beside the colour."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.models.verifying import VerifyDialog, outcome
from ktrdr_app.gui.ui.theme import color
from ktrdr_app.model_store.verify import Check, Verification
from tests.gui.panels.models.helpers import cells

pytestmark = pytest.mark.gui

PATH = Path("/store/a/universal_1h_v1")


def found(*results: str) -> Verification:
    names = ("contents", "checksums", "load", "samples")
    return Verification(
        PATH, tuple(Check(name, result, f"{name} <b>x</b>") for name, result in zip(names, results, strict=True))
    )


@pytest.mark.parametrize(
    ("results", "tone", "words"),
    [
        (("passed",) * 4, "success", "all 4 checks passed"),
        (("passed", "not there", "passed", "not there"), "success", "no checksums and no samples"),
        (("passed", "failed", "passed", "failed"), "danger", "checksums, samples failed"),
    ],
)
def test_one_sentence(results: tuple[str, ...], tone: str, words: str) -> None:
    said = outcome(found(*results))
    assert said[0] == tone
    assert words in said[1]


def test_each_check_with_sign_colour_and_detail(qtbot: QtBot, dark: object) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    shown = VerifyDialog(found("passed", "failed", "passed", "not there"), window)
    assert [row[1] for row in cells(shown.table)] == ["✔ passed", "✖ failed", "✔ passed", "– not there"]
    model = shown.table.records
    assert model.data(model.index(1, 1), Qt.ItemDataRole.ForegroundRole) == color("danger")
    assert "as it was saved" in str(model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole))
    assert cells(shown.table)[0][2] == "contents <b>x</b>"


@pytest.mark.parametrize(
    ("results", "passed"),
    [
        (("passed", "passed", "passed", "passed"), True),
        (("passed", "not there", "passed", "not there"), True),
        (("failed", "passed", "passed", "passed"), False),
        (("passed", "failed", "passed", "passed"), False),
        (("passed", "passed", "failed", "failed"), False),
        (("failed", "failed", "failed", "failed"), False),
        (("passed", "not there", "failed", "not there"), False),
    ],
)
def test_the_sentence_agrees_with_the_verification(results: tuple[str, ...], passed: bool) -> None:
    made = found(*results)
    assert made.passed is passed
    tone, words = outcome(made)
    assert (tone == "success") is passed
    assert words.startswith("Nothing is wrong with it") is passed
    for check in made.checks:
        assert (check.name in words) is (check.result == "failed") or check.result == "not there"
