"""Text and form in step: one reading after a rest, changes one after the other, none lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.drafting import Drafting
from ktrdr_app.gui.panels.strategy.form import FieldPage
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows.strategy_draft import StrategyDraft
from ktrdr_app.workflows.strategy_fields import MOVE, RENAME, SET, DraftChange
from tests.gui.helpers import QUICK_STRATEGY
from tests.gui.panels.strategy.conftest import rest

pytestmark = pytest.mark.gui


@pytest.fixture
def edit(qtbot: QtBot, dark: QApplication) -> YamlEdit:
    made = YamlEdit()
    qtbot.addWidget(made)
    made.show_text(QUICK_STRATEGY)
    return made


@pytest.fixture
def drafting(edit: YamlEdit, tasks: TaskManager) -> Drafting:
    return Drafting(edit, tasks, edit)


class Told(QObject):
    """Keeps what was told."""

    def __init__(self, drafting: Drafting) -> None:
        super().__init__()
        self.drafts: list[StrategyDraft] = []
        self.errors: list[object] = []
        drafting.read.connect(self.drafts.append)
        drafting.failed.connect(self.errors.append)


def test_fast_typing_is_read_once(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    told = Told(drafting)
    for letter in "# a comment":
        edit.insertPlainText(letter)
    assert drafting.busy
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert [draft.text for draft in told.drafts] == [edit.text]


def test_changes_are_made_in_order(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    told = Told(drafting)
    drafting.change(DraftChange(SET, ("training", "epochs"), 4))
    drafting.change(DraftChange(SET, ("training", "epochs"), 5))
    drafting.change(DraftChange(RENAME, ("indicators", "rsi"), "speed"))
    drafting.change(DraftChange(SET, ("indicators", "speed", "period"), 7))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    content = yaml.safe_load(edit.text)
    assert content["training"]["epochs"] == 5
    assert content["indicators"] == {"speed": {"name": "rsi", "period": 7}}
    assert not told.errors
    assert told.drafts[-1].text == edit.text
    assert all(draft.text == edit.text for draft in told.drafts), "nothing older is told"


def test_a_change_goes_into_what_was_typed_meanwhile(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    drafting.change(DraftChange(SET, ("training", "epochs"), 9))
    edit.insertPlainText("# first\n")
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == "# first\n" + QUICK_STRATEGY.replace("epochs: 3", "epochs: 9")


def test_a_change_that_cannot_be_made_is_said_and_the_text_stays(
    drafting: Drafting, edit: YamlEdit, qtbot: QtBot
) -> None:
    told = Told(drafting)
    drafting.change(DraftChange(MOVE, ("indicators", "nosuch"), 0))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == QUICK_STRATEGY
    assert len(told.errors) == 1
    assert told.drafts[-1].text == QUICK_STRATEGY, "the form is told again what the text says"


def test_what_waits_is_dropped_with_the_file(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    drafting.change(DraftChange(SET, ("training", "epochs"), 9))
    drafting.change(DraftChange(SET, ("training", "patience"), 9))
    drafting.forget()
    edit.show_text("name: other\n")
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert edit.text == "name: other\n"


def test_what_is_to_follow_waits_for_every_change(drafting: Drafting, edit: YamlEdit, qtbot: QtBot) -> None:
    seen: list[str] = []
    drafting.when_written(lambda: seen.append(edit.text))
    assert seen == [QUICK_STRATEGY], "at once, where nothing waits"
    drafting.change(DraftChange(SET, ("training", "epochs"), 4))
    drafting.change(DraftChange(SET, ("training", "epochs"), 5))
    drafting.when_written(lambda: seen.append("given up for the next"))
    drafting.when_written(lambda: seen.append(edit.text))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert seen[1:] == [QUICK_STRATEGY.replace("epochs: 3", "epochs: 5")]
    drafting.change(DraftChange(MOVE, ("indicators", "nosuch"), 0))
    drafting.when_written(lambda: seen.append("refused"))
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert seen[2:] == ["refused"], "what is refused is over too"
    drafting.change(DraftChange(SET, ("training", "epochs"), 6))
    drafting.when_written(lambda: seen.append("of another file"))
    drafting.forget()
    qtbot.waitUntil(lambda: not drafting.busy, timeout=60_000)
    assert seen[3:] == []


def shown(panel: StrategyPanel) -> dict[str, Any]:
    """Return what the fields of the form show by path, as a user reads it."""
    said: dict[str, Any] = {}
    for key in SECTIONS:
        page = panel.form.page(key)
        rows = page.rows if isinstance(page, FieldPage) else [row for card in page.cards for row in card.rows]
        for row in rows:
            widget = row.editor
            if isinstance(widget, QCheckBox):
                said[".".join(row.path)] = widget.isChecked()
            elif isinstance(widget, QComboBox):
                said[".".join(row.path)] = widget.currentData()
            else:
                said[".".join(row.path)] = widget.text()
    said["cards"] = [card.key for card in panel.form.page("indicators").cards]
    return said


def expected(panel: StrategyPanel) -> dict[str, Any]:
    """Return the same, worked out from the text alone with PyYAML."""
    content = yaml.safe_load(panel.yaml.text)
    said: dict[str, Any] = {}
    for key in SECTIONS:
        page = panel.form.page(key)
        rows = page.rows if isinstance(page, FieldPage) else [row for card in page.cards for row in card.rows]
        for row in rows:
            value: Any = content
            for step in row.path:
                value = value.get(step, None) if isinstance(value, dict) else None
            value = row.field.default if value is None else value
            if isinstance(value, list):
                value = ", ".join(map(str, value))
            elif isinstance(value, float) and value == int(value):
                value = str(int(value))
            kinds = (bool, str) if isinstance(row.editor, (QCheckBox, QComboBox)) else ()
            said[".".join(row.path)] = value if isinstance(value, kinds) else "" if value is None else str(value)
    said["cards"] = list(content["indicators"])
    return said


SECTIONS = ("indicators", "labels", "training")
STEPS = st.one_of(
    st.tuples(st.just("epochs"), st.integers(1, 500)),
    st.tuples(st.just("threshold"), st.sampled_from(["0,5", "1.25", "3", "10"])),
    st.tuples(st.just("method"), st.integers(0, 3)),
    st.tuples(st.just("add"), st.sampled_from(["macd", "ema", "rsi"])),
    st.tuples(st.just("down"), st.integers(0, 3)),
    st.tuples(st.just("rename"), st.sampled_from(["speed", "x1", "rsi"])),
    st.tuples(st.just("yaml"), st.sampled_from(["epochs: 77", "epochs: 5, learning_rate: 0.25"])),
    st.tuples(st.just("comment"), st.sampled_from(["# one", "# tw\N{LATIN SMALL LETTER O WITH DIAERESIS}"])),
    st.tuples(st.sampled_from(["undo", "redo", "reset"]), st.just(0)),
)


def act(panel: StrategyPanel, step: str, value: Any) -> None:
    """Do one thing to the form or the text, as a user does."""
    indicators = panel.form.page("indicators")
    rows = {row.path[-1]: row for key in ("labels", "training") for row in panel.form.page(key).rows}
    card = indicators.cards[min(int(value), len(indicators.cards) - 1) if step == "down" else 0]
    if step == "epochs":
        rows[step].editor.setValue(value)
    elif step == "threshold":
        rows[step].editor.setText(value)
        rows[step].editor.editingFinished.emit()
    elif step == "method":
        rows[step].editor.setCurrentIndex(value % rows[step].editor.count())
    elif step == "add":
        indicators.choice.setCurrentIndex(indicators.choice.findData(value))
        indicators.add.click()
    elif step == "down":
        card.down.click()
    elif step == "rename":
        card.id_edit.setFocus()
        card.id_edit.selectAll()
        QTest.keyClicks(card.id_edit, value)
        QTest.keyClick(card.id_edit, Qt.Key.Key_Return)
    elif step == "yaml":
        panel.yaml.replace_text(re.sub(r"epochs: \d+", value, panel.yaml.text, count=1))
    elif step == "comment":
        panel.yaml.replace_text(f"{value}\n{panel.yaml.text}")
    elif step == "reset":
        rows["epochs"].reset.click()
    else:
        getattr(panel.history, step).trigger()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(STEPS, st.booleans()), max_size=7))
def test_whatever_is_done_form_and_text_say_the_same(
    bench: StrategyPanel, qtbot: QtBot, steps: list[tuple[tuple[str, Any], bool]]
) -> None:
    """Some steps wait until the last one has been read, others do not."""
    bench.yaml.show_text(QUICK_STRATEGY)
    for (step, value), waits in steps:
        act(bench, step, value)
        if waits or step in ("down", "rename", "add"):
            rest(qtbot, bench)
    rest(qtbot, bench)
    assert shown(bench) == expected(bench)
    assert bench.keeper.dirty is (bench.yaml.text != QUICK_STRATEGY)
    while bench.history.undo.isEnabled():
        bench.history.undo.trigger()
    rest(qtbot, bench)
    assert bench.yaml.text == QUICK_STRATEGY
    assert shown(bench) == expected(bench)
