"""The tree of models against Qt's own checks and slow twins of filter and order; a thousand models at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.panels.models.tree_model import ModelTree, first_line
from ktrdr_app.gui.ui.theme import apply_theme, color
from ktrdr_app.model_store.registry import ModelInfo

pytestmark = pytest.mark.gui

LATER = [HealthCheck.function_scoped_fixture]


def made(strategy: str, version: int, accuracy: float | None = None, **changes: object) -> ModelInfo:
    """Return a universal model that can be used."""
    path = Path(f"/models/{strategy}/universal_1h_v{version}")
    info = ModelInfo(path, "universal", strategy, None, "1h", version, complete=True, test_accuracy=accuracy)
    return replace(info, **changes)  # type: ignore[arg-type]


MODELS = st.lists(
    st.builds(made, st.sampled_from(["a", "b", "c"]), st.integers(1, 5), st.none() | st.floats(0, 1)), max_size=25
)


def shown(tree: ModelTree) -> dict[str, list[ModelInfo | None]]:
    """Return what a view would find, by walking rows as Qt does."""
    found = {}
    for row in range(tree.rowCount()):
        group = tree.index(row, 0)
        children = [tree.model_at(tree.index(place, 0, group)) for place in range(tree.rowCount(group))]
        found[str(tree.data(group))] = children
    return found


@settings(suppress_health_check=LATER)
@given(models=MODELS, fewest=st.integers(1, 5))
def test_filter_and_grouping_are_those_of_a_plain_loop(dark: object, models: list[ModelInfo], fewest: int) -> None:
    tree = ModelTree()
    tree.set_models(models)
    tree.set_filter(lambda model: model.version >= fewest)
    expected: dict[str, list[ModelInfo]] = {}
    for model in models:
        if model.version >= fewest:
            expected.setdefault(model.strategy_name, []).append(model)
    assert shown(tree) == expected
    assert tree.shown == sum(map(len, expected.values()))


@settings(suppress_health_check=LATER)
@given(models=MODELS)
def test_sorting_by_accuracy_puts_unknown_last_when_best_is_first(dark: object, models: list[ModelInfo]) -> None:
    tree = ModelTree()
    tree.set_models(models)
    tree.sort(2, Qt.SortOrder.DescendingOrder)
    for name, held in shown(tree).items():
        own = [model for model in models if model.strategy_name == name]
        accuracies = [-1.0 if model.test_accuracy is None else model.test_accuracy for model in held if model]
        assert accuracies == sorted((-1.0 if m.test_accuracy is None else m.test_accuracy for m in own), reverse=True)


NAMED = (
    made("a", 2, 0.4, skill=0.1, training_symbols=("IBM",), created_at="2024-01-03", tags=("b",)),
    made("a", 11, 0.5, skill=None, training_symbols=("AAPL", "IBM"), created_at="2024-01-01", note="z"),
    made("a", 1, None, skill=-0.2, training_symbols=(), created_at="2024-01-02", latest=True),
)


@pytest.mark.parametrize(
    ("column", "ascending"),
    [
        (0, [1, 2, 11]),
        (1, [2, 11, 1]),
        (2, [1, 2, 11]),
        (3, [11, 1, 2]),
        (4, [11, 2, 1]),
        (5, [11, 1, 2]),
        (6, [1, 2, 11]),
    ],
)
def test_each_column_is_sorted_by_what_it_means(dark: object, column: int, ascending: list[int]) -> None:
    tree = ModelTree()
    tree.set_models(NAMED)
    for order, expected in (
        (Qt.SortOrder.AscendingOrder, ascending),
        (Qt.SortOrder.DescendingOrder, ascending[::-1]),
    ):
        tree.sort(column, order)
        versions = [model.version for model in shown(tree)["a"] if model]
        if column == 1:
            assert (versions.index(1) == 2) is (order is Qt.SortOrder.AscendingOrder)
        else:
            assert versions == expected
    tree.sort(-1)
    assert [model.version for model in shown(tree)["a"] if model] == [2, 11, 1]


def test_versions_are_sorted_as_numbers(dark: object) -> None:
    tree = ModelTree()
    tree.set_models([made("a", number) for number in (10, 9, 2, 100)])
    tree.sort(0)
    assert [model.version for model in shown(tree)["a"] if model] == [2, 9, 10, 100]


def test_headings_say_what_a_column_means(dark: object) -> None:
    tree = ModelTree()
    horizontal = Qt.Orientation.Horizontal
    titles = [tree.headerData(column, horizontal) for column in range(tree.columnCount())]
    assert titles == ["Model", "State", "Test acc.", "Skill", "Symbols", "Made (UTC)", "Tags, note"]
    assert "archived copy" in str(tree.headerData(0, horizontal, Qt.ItemDataRole.ToolTipRole))
    assert "NLL" in str(tree.headerData(3, horizontal, Qt.ItemDataRole.ToolTipRole))
    right = [
        bool(tree.headerData(column, horizontal, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        for column in range(tree.columnCount())
    ]
    assert right == [False, False, True, True, False, False, False]
    assert tree.headerData(0, Qt.Orientation.Vertical) is None


def test_figures_stand_under_their_headings(dark: object) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1, 0.5)])
    group = tree.index(0, 0)
    for column in range(tree.columnCount()):
        cell = tree.data(tree.index(0, column, group), Qt.ItemDataRole.TextAlignmentRole)
        assert cell == tree.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({"test_accuracy": None}, 2, "–"),
        ({"skill": 0.0123}, 3, "+1.2\N{NARROW NO-BREAK SPACE}%"),
        ({"skill": -0.0123}, 3, "\N{MINUS SIGN}1.2\N{NARROW NO-BREAK SPACE}%"),
        ({"training_symbols": ("AAPL", "IBM")}, 4, "AAPL, IBM"),
        ({"complete": False, "problem": "torn"}, 4, "torn"),
        ({"created_at": "2024-05-06T07:08:09+00:00"}, 5, "2024-05-06"),
        ({"created_at": ""}, 5, "–"),
        ({"tags": ("x", "y")}, 6, "x, y"),
        ({"note": "first\nsecond"}, 6, "first"),
        ({"tags": ("x",), "note": "first"}, 6, "x — first"),
        ({}, 6, ""),
    ],
)
def test_cells(dark: object, changes: dict[str, object], column: int, text: str) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1, **changes) if "test_accuracy" not in changes else made("a", 1)])
    assert tree.data(tree.index(0, column, tree.index(0, 0))) == text


def test_qt_finds_no_fault_in_the_model(dark: object) -> None:
    tree = ModelTree()
    tester = QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Warning)
    tree.set_models([made("a", 1), made("a", 2), made("b", 1)])
    tree.sort(0, Qt.SortOrder.DescendingOrder)
    tree.set_filter(lambda model: model.strategy_name == "a")
    tree.set_models([])
    assert tester.model() is tree


def test_a_row_is_found_by_its_folder_and_knows_its_strategy(dark: object) -> None:
    tree = ModelTree()
    models = [made("a", 1), made("b", 1), made("b", 2)]
    tree.set_models(models)
    for model in models:
        index = tree.index_of(model.path)
        assert tree.model_at(index) == model
        assert tree.data(index.parent()) == model.strategy_name
    assert not tree.index_of(Path("/nowhere")).isValid()
    assert not tree.index_of(None).isValid()
    assert tree.model_at(QModelIndex()) is None


def test_strategies_are_not_chosen(dark: object) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1)])
    group = tree.index(0, 0)
    assert not tree.flags(group) & Qt.ItemFlag.ItemIsSelectable
    assert tree.flags(tree.index(0, 0, group)) & Qt.ItemFlag.ItemIsSelectable


@pytest.mark.parametrize(
    ("changes", "name", "state", "token"),
    [
        ({}, "[U] universal_1h_v1", "", None),
        ({"latest": True}, "[U] universal_1h_v1", "latest", "success"),
        ({"pinned": True, "latest": True}, "[U] universal_1h_v1", "★ pinned · latest", "accent"),
        ({"kind": "legacy", "look_ahead": True}, "[L] universal_1h_v1", "looks ahead", "warning"),
        ({"path": Path("/models/a/legacy/X_1h_v1"), "kind": "legacy"}, "[C] X_1h_v1", "", None),
        (
            {"complete": False, "problem": "incomplete: x missing", "fault": "incomplete"},
            "[!] universal_1h_v1",
            "incomplete",
            "danger",
        ),
        (
            {"complete": False, "problem": "unsafe pickle: x", "fault": "unsafe"},
            "[!] universal_1h_v1",
            "unsafe",
            "danger",
        ),
    ],
)
def test_a_state_is_letters_and_words_before_it_is_a_colour(
    dark: object, changes: dict[str, object], name: str, state: str, token: str | None
) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1, **changes)])
    row = [tree.index(0, column, tree.index(0, 0)) for column in range(2)]
    assert [tree.data(index) for index in row] == [name, state]
    assert tree.data(row[1], Qt.ItemDataRole.ForegroundRole) == (color(token) if token else None)


def test_a_screen_reader_hears_all_of_it(dark: object) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1, pinned=True, note="mine")])
    index = tree.index(0, 0, tree.index(0, 0))
    assert tree.data(index, Qt.ItemDataRole.AccessibleTextRole) == "universal_1h_v1, universal, ★ pinned, mine"
    assert tree.data(index, Qt.ItemDataRole.ToolTipRole) == "universal_1h_v1, universal, ★ pinned, mine"


def test_icons_follow_the_theme(dark: QApplication) -> None:
    tree = ModelTree()
    tree.set_models([made("a", 1)])
    index = tree.index(0, 0, tree.index(0, 0))

    def colours() -> set[str]:
        image = tree.data(index, Qt.ItemDataRole.DecorationRole).pixmap(20, 20).toImage()  # type: ignore[union-attr]
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
        return {pixel.name() for pixel in pixels if pixel.alpha() == 255}

    before = colours()
    apply_theme(dark, "light")
    assert colours() != before


def test_a_thousand_models_are_arranged_at_once(dark: object) -> None:
    tree = ModelTree()
    resets: list[int] = []
    tree.modelReset.connect(lambda: resets.append(tree.shown))
    tree.set_models([made(f"s{number % 20}", number + 1) for number in range(1000)])
    assert resets == [1000], "one reset, not one insertion a row"


@pytest.mark.parametrize(("text", "line"), [("", ""), ("one", "one"), ("one\ntwo", "one")])
def test_a_note_is_shown_by_its_first_line(text: str, line: str) -> None:
    assert first_line(text) == line
