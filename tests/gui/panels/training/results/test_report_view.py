"""The report in plain words: the verdict first, all of it copied, and a page that is written and opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.report_view import ReportView
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.training_results import show_results
from ktrdr_app.workflows.wording import Verdict
from tests.gui.helpers import click, settle
from tests.gui.panels.training.results.made import results

pytestmark = pytest.mark.gui

THIN = "\N{NARROW NO-BREAK SPACE}"


class Opener(QObject):
    """Takes the addresses that would be opened by another program."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """Remember the file."""
        self.opened.append(url.toLocalFile())


@pytest.fixture
def opener() -> Opener:
    made = Opener()
    QDesktopServices.setUrlHandler("file", made, "take")
    yield made
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def view(qtbot: QtBot, dark: object, tasks: TaskManager, trained_workspace: Workspace) -> ReportView:
    made = ReportView(AppContext(trained_workspace, tasks))
    qtbot.addWidget(made)
    made.resize(800, 360)
    made.show()
    return made


def test_before_a_training_nothing_can_be_copied(view: ReportView) -> None:
    assert view.verdict.text() == "No training is shown"
    assert not view.copy.isEnabled()
    assert not view.page.isEnabled()
    assert view.text.placeholderText()
    view.open_page()


def test_verdict_origin_sentences_and_command(view: ReportView) -> None:
    view.show_results(results())
    assert view.verdict.text() == "The model beats both baselines on unseen bars"
    assert view.verdict.property("tone") == "success"
    parts = view.text.toPlainText().split("\n\n")
    assert parts == [
        "universal_1d_v1 of quick: learnt from AAPL, IBM, 2024-05-06.",
        f"It is right −3{THIN}% more often.",
        "It relies on rsi.",
        "The same again: ktrdr-app train quick --symbols AAPL,IBM",
    ]


def test_a_model_without_skill_is_no_success(view: ReportView) -> None:
    view.show_results(results(verdict=Verdict(False, "The model has no skill", "")))
    assert view.verdict.property("tone") == "warning"


def test_what_the_papers_lack_is_said_or_left_out(view: ReportView) -> None:
    view.show_results(results(training_symbols=(), created_at="", command=""))
    first, *rest = view.text.toPlainText().split("\n\n")
    assert first == "universal_1d_v1 of quick: learnt from symbols it does not name, date unknown."
    assert len(rest) == 2


def test_copying_takes_verdict_and_words(view: ReportView, qtbot: QtBot) -> None:
    view.show_results(results())
    click(qtbot, view.copy)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("The model beats both baselines on unseen bars\n\nuniversal_1d_v1 of quick")
    assert copied.endswith("--symbols AAPL,IBM\n")


def test_the_page_is_written_and_opened(
    view: ReportView, opener: Opener, qtbot: QtBot, tasks: TaskManager, trained_workspace: Workspace
) -> None:
    written: list[Path] = []
    view.pageWritten.connect(written.append)
    view.show_results(show_results(trained_workspace, "quick/universal_1d_v1"))
    click(qtbot, view.page)
    settle(qtbot, tasks)
    page = trained_workspace.runs / "training-reports" / "quick" / "universal_1d_v1.html"
    assert written == [page]
    assert [Path(name) for name in opener.opened] == [page]
    assert "AAPL" in page.read_text(encoding="utf-8")


def test_a_model_that_went_missing_is_told(view: ReportView, opener: Opener, qtbot: QtBot, tasks: TaskManager) -> None:
    failures: list[object] = []
    view.failed.connect(failures.append)
    view.show_results(results(path=Path("models/quick/universal_1d_v9")))
    click(qtbot, view.page)
    settle(qtbot, tasks)
    assert [type(error) for error in failures] == [ModelNotFound]
    assert opener.opened == []


def test_clearing_takes_everything_away(view: ReportView) -> None:
    view.show_results(results())
    view.clear()
    assert view.text.toPlainText() == ""
    assert not view.copy.isEnabled()
    assert accessibility.nameless(view) == []
    assert accessibility.undescribed(view) == []
