"""No words of the window escape translation: what is written in the code goes through ``tr`` or one of its kin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ktrdr_app

GUI = Path(ktrdr_app.__file__).parent / "gui"

TRANSLATING = {"tr", "translate", "say", "_t", "_tr", "chart_words", "QT_TRANSLATE_NOOP", "translated"}
"""Functions that bring words into the user's language; `say`, `_t` and `chart_words` call `translate`."""

TABLES = {
    "charts/summary.py": {"_MONTHS"},
    "documents/set_handles.py": {"_ROLES"},
    "panels/backtest/view_model.py": {"METRICS"},
    "panels/data/details_card.py": {"_VERDICTS"},
    "panels/data/finding_words.py": {"WORDS"},
    "panels/fuzzy/set_picture.py": {"_FORMS"},
    "panels/inspector/backtest.py": {"_FIGURES"},
    "panels/models/migrating.py": {"_WORDS"},
    "panels/models/verifying.py": {"_ABOUT"},
}
"""Tables of words, which are translated where they are shown: each name stands within a translating call there."""

ELSEWHERE = {
    "guard.py": "what is said on the terminal before there is a window",
    "panels/data/importing/dialog.py": "what is cut off the sentence of an error",
    "panels/models/model_tree.py": "the longest texts that a column has to be wide enough for",
}
"""Files with sentences that no window shows."""

SHOWN: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(
        (
            *("setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setTitle"),
            *("setAccessibleDescription", "setStatusTip", "setSpecialValueText", "setSuffix", "setPrefix"),
            *("label", "button", "QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QAction", "QGroupBox"),
            *("Card", "Column", "Task", "addAction", "addMenu", "addItem", "addRow", "insertItem", "offer"),
        ),
        (0,),
    ),
    "name": (1, 2),
    "addTab": (1,),
    "EmptyState": (1, 2),
    "notify": (1, 2),
    "show_text": (1, 2),
    "CalmSpinBox": (1, 4),
    "CalmComboBox": (1,),
    "RecordTable": (2,),
}
"""Functions that show words, and which of their arguments are words."""

SHOWN_BY_KEYWORD = {"help", "description", "tip", "accessible_name", "unset", "title"}

NOT_WORDS = {"KTRDR Desktop", "UTC", "MIT; Qt for Python under the LGPL 3; Inter under the SIL OFL 1.1", "YAML"}
"""Names, which are the same in every language."""


def files() -> list[Path]:
    return sorted(GUI.rglob("*.py"))


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def words_of(node: ast.expr) -> str:
    """Return the words written in an expression itself; what it takes from elsewhere is left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return " ".join(part.value for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.IfExp):
        return f"{words_of(node.body)} {words_of(node.orelse)}"
    if isinstance(node, ast.BinOp):
        return f"{words_of(node.left)} {words_of(node.right)}"
    return ""


def plain_of(text: str) -> str:
    """Return a text without mark-up, places to be filled in, and names of keys."""
    return re.sub(r"<[^>]*(>|$)|&\w+;|\{\w*\}|\b(Ctrl|Shift|Alt)\b", " ", text)


def is_language(text: str) -> bool:
    """Say whether a text has a word: two letters in a row, outside of mark-up, that is no name."""
    plain = plain_of(text)
    return plain.strip() not in NOT_WORDS and re.search(r"[^\W\d_]{2,}", plain) is not None


def bare_words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return line and text of every word that is shown as it is written."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called(node) in TRANSLATING:
            continue
        places = SHOWN.get(called(node), ())
        given = [node.args[place] for place in places if place < len(node.args)]
        if places:
            given += [keyword.value for keyword in node.keywords if keyword.arg in SHOWN_BY_KEYWORD]
        for argument in given:
            if is_language(words_of(argument)):
                yield argument.lineno, words_of(argument)


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(GUI)))
def test_words_go_through_translation(file: Path) -> None:
    found = list(bare_words(ast.parse(file.read_text(encoding="utf-8"))))
    assert found == []


def sentences(tree: ast.Module, tables: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Return line and text of every literal of two words or more that is neither translated nor documentation.

    The title of a station is translated by `Station`, like those of the rail.
    """
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.add(id(node.value))
        if isinstance(node, ast.Call) and (called(node) in TRANSLATING or called(node) in NOT_SHOWN):
            aside |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Raise | ast.Assert | ast.Compare):
            aside |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Dict):
            aside |= {id(key) for key in node.keys}
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in tables:
            aside |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            aside |= {id(part) for part in ast.walk(node)} if node.target.id in {*tables, "title"} else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            plain = plain_of(node.value)
            if re.search(r"[^\W\d_]{2,}[ ,]+[^\W\d_]{2,}", plain) and plain.strip() not in NOT_WORDS:
                yield node.lineno, node.value


NOT_SHOWN = {
    "setStyleSheet",
    "setFamilies",
    "warning",
    "info",
    "debug",
    "error",
    "critical",
    "log",
    "exception",
    "getLogger",
    "Template",
    "compile",
}
"""Functions whose words go into the log, which is not translated, or that are no words of a human language."""


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(GUI)))
def test_no_sentence_stands_outside_translation(file: Path) -> None:
    name = file.relative_to(GUI).as_posix()
    if name not in ELSEWHERE:
        tables = frozenset(TABLES.get(name, ()))
        assert list(sentences(ast.parse(file.read_text(encoding="utf-8")), tables)) == []


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_words_are_there(name: str) -> None:
    source = (GUI / name).read_text(encoding="utf-8")
    assert [table for table in TABLES[name] if source.count(table) < 2] == []


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ('label("Nothing here")', True),
        ('label(self.tr("Nothing here"))', False),
        ('widget.setText(f"{count} rows")', True),
        ('widget.setText(f"{count} · {name}")', False),
        ('accessibility.name(box, "Bar length")', True),
        ('Column("Symbol", text)', True),
        ('button(say("Close"), "dialog.close")', False),
    ],
)
def test_the_check_finds_what_it_must(code: str, caught: bool) -> None:
    assert bool(list(bare_words(ast.parse(code)))) is caught
