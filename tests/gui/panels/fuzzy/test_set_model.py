"""The table as a model: always the document's numbers, whatever was done to them; names are never mark-up."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt

from ktrdr_app.fuzzy import SetVerdict
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_lists import added, removed, shuffled
from ktrdr_app.gui.panels.fuzzy.set_model import (
    ACTIVE,
    FIRST_NUMBER,
    NAME,
    OPEN,
    OVERLAP,
    SHAPE,
    STATUS,
    SetModel,
)
from ktrdr_app.strategy.schema import FuzzySet, parameter_fault
from tests.gui.panels.fuzzy.conftest import every_kind

pytestmark = pytest.mark.gui

Role = Qt.ItemDataRole


@pytest.fixture
def model(document: FuzzyDocument) -> SetModel:
    made = SetModel()
    made.set_document(document)
    return made


HIDDEN = {
    ("triangular", "left"): (0,),
    ("triangular", "right"): (2,),
    ("trapezoidal", "left"): (0, 1),
    ("trapezoidal", "right"): (2, 3),
}
"""Numbers that an open side takes out of play."""


def seen(entry: FuzzySet) -> list[str]:
    """Return the four cells of a set's numbers, as they are to be."""
    texts = [f"{value:.10g}".replace("-", "\N{MINUS SIGN}") for value in entry.parameters]
    hidden = HIDDEN.get((entry.type, entry.shoulder), ())
    return [texts[place] if place < len(texts) and place not in hidden else "" for place in range(4)]


def same(model: SetModel, document: FuzzyDocument) -> None:
    """Compare every cell with the document."""
    assert model.keys == tuple(document.sets())
    for row, (key, entry) in enumerate(document.sets().items()):
        cells = [model.index(row, column).data() for column in range(ACTIVE)]
        side = {"none": "–", "left": "left", "right": "right"}[entry.shoulder]
        assert cells == [key, entry.type, side, *seen(entry)]


WHAT = st.lists(
    st.tuples(st.sampled_from(["number", "shape", "open", "name", "add", "remove", "move", "undo", "redo", "show"]),
              st.integers(0, 5), st.integers(0, 3), st.floats(-20, 120)),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=WHAT)
def test_after_any_editing_the_table_says_what_the_document_holds(
    steps: list[tuple[str, int, int, float]], qapp: object
) -> None:
    document, model = FuzzyDocument("test", every_kind()), SetModel()
    model.set_document(document)
    for what, which, place, x in steps:
        row, sets = which % model.rowCount(), document.sets()
        key = model.keys[row]
        if what == "number":
            model.setData(model.index(row, FIRST_NUMBER + place), x)
        elif what == "shape":
            model.setData(model.index(row, SHAPE), ("triangular", "trapezoidal", "gaussian")[place % 3])
        elif what == "open":
            model.setData(model.index(row, OPEN), ("none", "left", "right")[place % 3])
        elif what == "name":
            model.setData(model.index(row, NAME), ("a", "b", "low", "not a name")[place])
        elif what == "add":
            document.change_sets(added(sets, x, 5, 0.1)[0], "add")
        elif what == "remove" and len(sets) > 1:
            document.change_sets(removed(sets, key), "remove")
        elif what == "move":
            document.change_sets(shuffled(sets, key, place - 1), "move")
        elif what == "show":
            document.show(document.inputs[which % 2])
        elif what in ("undo", "redo"):
            getattr(document, what)()
        same(model, document)
        for entry in document.sets().values():
            assert parameter_fault(entry.type, entry.parameters) == ""
    while document.undo_stack.canUndo():
        document.undo()
    assert {name: document.sets(name) for name in document.inputs} == {
        name: entry.sets for name, entry in every_kind().items()
    }
    same(model, document)
    document.deleteLater()
    model.deleteLater()


def test_a_change_of_another_input_touches_nothing(model: SetModel, document: FuzzyDocument) -> None:
    document.show("macd")
    heard: list[object] = []
    model.dataChanged.connect(lambda *where: heard.append(where))
    document.setChanged.emit("rsi", "middle")
    document.setsChanged.emit("rsi")
    assert heard == []
    assert model.keys == ("flat", "wide")


def test_another_document_is_followed_and_the_first_is_left(model: SetModel, document: FuzzyDocument) -> None:
    other = FuzzyDocument("other", every_kind())
    model.set_document(other)
    document.set_numbers("middle", [1, 2, 3])
    same(model, other)
    other.set_numbers("middle", [10, 50, 75])
    same(model, other)
    model.set_document(None)
    assert (model.rowCount(), model.columnCount()) == (0, STATUS + 1)
    other.deleteLater()


@pytest.mark.parametrize(
    ("column", "value"),
    [(NAME, "low"), (NAME, "a b"), (FIRST_NUMBER, 60.0), (FIRST_NUMBER, float("nan")), (FIRST_NUMBER, float("inf"))],
)
def test_what_makes_no_set_is_refused_with_its_place(
    column: int, value: object, model: SetModel, document: FuzzyDocument
) -> None:
    told: list[object] = []
    model.rejected.connect(told.append)
    assert not model.setData(model.index(1, column), value)
    assert len(told) == 1
    assert not document.dirty
    same(model, document)


def test_only_the_edit_role_and_only_with_a_document_changes_anything(model: SetModel, document: FuzzyDocument) -> None:
    assert not model.setData(model.index(1, FIRST_NUMBER), 30.0, Role.DisplayRole)
    assert not model.setData(QModelIndex(), 30.0)
    assert not document.dirty
    assert model.setData(model.index(1, FIRST_NUMBER), 30.0)
    assert document.dirty


def test_numbers_are_edited_with_all_their_digits(model: SetModel, document: FuzzyDocument) -> None:
    document.set_numbers("middle", [100 / 3, 50, 75])
    index = model.index(1, FIRST_NUMBER)
    assert index.data(Role.EditRole) == 100 / 3
    assert index.data() == "33.33333333"
    assert model.index(1, FIRST_NUMBER + 3).data(Role.EditRole) is None


def test_names_that_look_like_mark_up_are_shown_as_they_are_written(document: FuzzyDocument, model: SetModel) -> None:
    """A strategy file may call a set whatever YAML allows."""
    evil = '<img src="x">'
    document.change_sets({evil: FuzzySet(type="triangular", parameters=[0, 1, 2]), **document.sets()}, "evil")
    model.set_verdicts({evil: SetVerdict(0.1, 0.2, (f"never active on {evil}",))})
    assert model.index(0, NAME).data() == evil
    for column in (NAME, FIRST_NUMBER, STATUS):
        tip = model.index(0, column).data(Role.ToolTipRole)
        assert "&lt;img" in tip
        assert "<img" not in tip
    assert model.index(1, NAME).data(Role.ToolTipRole) == "low"


def test_verdicts_are_told_for_their_columns_and_go_with_the_list(model: SetModel, document: FuzzyDocument) -> None:
    heard: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b: heard.append((a.row(), a.column(), b.row(), b.column())))
    model.set_verdicts({"low": SetVerdict(0.5, 0.25, ("rare", "flat"))})
    assert heard == [(0, ACTIVE, 2, STATUS)]
    assert [model.index(0, column).data() for column in (ACTIVE, OVERLAP, STATUS)] == [
        "50.0\u202f%",
        "0.25",
        "⚠ rare; flat",
    ]
    document.show("macd")
    assert [model.index(0, column).data() for column in (ACTIVE, OVERLAP, STATUS)] == ["–", "–", ""]


def test_every_column_has_a_title_and_figures_stand_at_the_right(model: SetModel) -> None:
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert len(set(titles)) == len(titles) == STATUS + 1
    for column, right in itertools.chain(
        ((column, True) for column in range(FIRST_NUMBER, STATUS)),
        ((column, False) for column in (NAME, SHAPE, OPEN, STATUS)),
    ):
        for side in (
            model.index(0, column).data(Role.TextAlignmentRole),
            model.headerData(column, Qt.Orientation.Horizontal, Role.TextAlignmentRole),
        ):
            assert bool(side & Qt.AlignmentFlag.AlignRight) is right
    assert "however far" in model.headerData(OPEN, Qt.Orientation.Horizontal, Role.ToolTipRole)
