"""Unsaved text: told to the window while it is unsaved, noted for a crash, and back as one step that can be undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from tests.core.children import REPO, environment
from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, click
from tests.gui.panels.strategy.conftest import choose, rest

pytestmark = pytest.mark.gui
EDITED = QUICK_STRATEGY.replace("epochs: 3", "epochs: 5  # čas, \N{GRINNING FACE}")

TYPING = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.tasks.manager import TaskManager
app = QApplication([])
context = AppContext(Workspace(Path(sys.argv[1])), TaskManager())
context.autosave.enabled = True
context.select_strategy("quick")
panel = StrategyPanel(context)
panel.keeper.shown.connect(lambda file: panel.yaml.replace_text(sys.argv[2]))
panel.refresh()
app.exec()
"""


@pytest.fixture
def noting(bench: StrategyPanel) -> Drafts:
    bench.context.autosave.enabled = True
    return Drafts(bench.context.workspace)


def noted(panel: StrategyPanel, name: str = "quick") -> Any:
    """Return the text that is noted now; None if none is."""
    panel.context.autosave.flush()
    draft = Drafts(panel.context.workspace).load("strategy", name)
    return draft.payload["text"] if draft else None


def give_back(qtbot: QtBot, panel: StrategyPanel, text: object, digest: str = "", name: str = "quick") -> None:
    """Offer a draft, as the window does when the user wants it back."""
    file = panel.keeper.file
    digest = digest or (file.digest if file else "")
    panel.context.autosave.offer((Draft("strategy", name, {"text": text, "digest": digest}, ""),))
    rest(qtbot, panel)


def test_the_window_is_told_what_is_unsaved(bench: StrategyPanel, qtbot: QtBot) -> None:
    unsaved = bench.context.unsaved
    assert unsaved.of("strategyPanel") == ()
    with qtbot.waitSignal(unsaved.changed):
        bench.yaml.replace_text(EDITED)
    assert unsaved.of("strategyPanel") == ("quick",)
    bench.yaml.undo()
    assert unsaved.of("strategyPanel") == ()
    bench.yaml.redo()
    before = unsaved.saved_at
    rest(qtbot, bench)
    bench.save()
    rest(qtbot, bench)
    assert unsaved.of("strategyPanel") == ()
    assert unsaved.saved_at != before


@pytest.mark.parametrize("end", ["undo", "save", "discard", "save as", "another hand's"])
def test_an_edit_is_noted_until_it_is_saved_or_given_up(
    bench: StrategyPanel, noting: Drafts, qtbot: QtBot, end: str
) -> None:
    assert noted(bench) is None
    bench.yaml.replace_text(EDITED)
    assert noted(bench) == EDITED
    rest(qtbot, bench)
    if end == "undo":
        bench.history.undo.trigger()
    elif end == "save":
        bench.save()
    elif end == "discard":
        choose(qtbot, bench, "typo")
        assert bench.keeper.question is not None
        click(qtbot, bench.keeper.question.buttons["discard"])
    elif end == "save as":
        dialog = bench.care.ask_save_as()
        assert dialog is not None
        click(qtbot, dialog.buttons["ok"])
    else:
        (bench.context.workspace.strategies / "quick.yaml").write_text(EDITED, encoding="utf-8")
        bench.keeper.look()
    rest(qtbot, bench)
    assert noted(bench) is None
    assert noting.all() == ()
    assert bench.context.unsaved.of("strategyPanel") == ()


def test_looking_at_a_strategy_leaves_what_an_earlier_window_noted(
    bench: StrategyPanel, noting: Drafts, qtbot: QtBot
) -> None:
    """The question about it may still be open."""
    noting.save("strategy", "quick", {"text": "mine"})
    noting.save("strategy", "typo", {"text": "mine too"})
    for name in ("typo", "quick"):
        choose(qtbot, bench, name)
        bench.keeper.look()
        rest(qtbot, bench)
    assert (noted(bench), noted(bench, "typo")) == ("mine", "mine too")


def test_what_was_noted_comes_back_unsaved_as_one_step(bench: StrategyPanel, noting: Drafts, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.context.notified) as told:
        give_back(qtbot, bench, EDITED)
    assert told.args[0] == "success"
    assert "quick" in told.args[1]
    assert bench.yaml.text == EDITED
    assert bench.context.unsaved.of("strategyPanel") == ("quick",)
    assert noted(bench) == EDITED, "another crash would lose it else"
    bench.history.undo.trigger()
    assert bench.yaml.text == QUICK_STRATEGY
    assert not bench.keeper.dirty
    assert bench.context.autosave.take("strategy", "quick") is None, "it is given back once"


def test_a_draft_waits_until_its_strategy_is_shown(bench: StrategyPanel, qtbot: QtBot) -> None:
    give_back(qtbot, bench, TYPO_STRATEGY + "# mine\n", "-", "typo")
    assert bench.yaml.text == QUICK_STRATEGY
    choose(qtbot, bench, "typo")
    assert bench.yaml.text == TYPO_STRATEGY + "# mine\n"
    assert len(bench.problems.records.records) == 1, "it is read like any text"


def test_a_draft_of_an_older_file_does_not_write_over_the_newer_one(bench: StrategyPanel, qtbot: QtBot) -> None:
    file = bench.context.workspace.strategies / "quick.yaml"
    newer = QUICK_STRATEGY.replace("epochs: 3", "epochs: 99")
    file.write_text(newer, encoding="utf-8")
    bench.keeper.look()
    rest(qtbot, bench)
    give_back(qtbot, bench, EDITED, "digest of what the crashed window had opened")
    assert bench.yaml.text == EDITED
    assert "changed configs/strategies/quick.yaml on disk" in bench.notice.text.text()
    bench.save()
    rest(qtbot, bench)
    assert file.read_text(encoding="utf-8") == newer
    assert bench.keeper.question is not None
    click(qtbot, bench.keeper.question.buttons["load"])
    rest(qtbot, bench)
    assert bench.yaml.text == newer


def test_a_draft_that_the_file_says_already_is_forgotten(bench: StrategyPanel, noting: Drafts, qtbot: QtBot) -> None:
    noting.save("strategy", "quick", {"text": QUICK_STRATEGY})
    with qtbot.assertNotEmitted(bench.context.notified):
        give_back(qtbot, bench, QUICK_STRATEGY)
    assert noted(bench) is None
    assert not bench.keeper.dirty


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_after_kill_9_every_letter_comes_back(bench: StrategyPanel, noting: Drafts, qtbot: QtBot) -> None:
    root: Path = bench.context.workspace.root
    child = subprocess.Popen(
        [sys.executable, "-c", TYPING, str(root), EDITED],
        cwd=REPO,
        env=environment(QT_QPA_PLATFORM="offscreen"),
        stderr=subprocess.DEVNULL,
    )
    try:
        qtbot.waitUntil(lambda: noting.load("strategy", "quick") is not None, timeout=120_000)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.wait(timeout=60)
    assert (root / "configs" / "strategies" / "quick.yaml").read_text(encoding="utf-8") == QUICK_STRATEGY
    bench.context.autosave.offer(noting.all())
    rest(qtbot, bench)
    assert bench.yaml.text == EDITED
    assert bench.notice.isHidden(), "the file is the one that was edited"
