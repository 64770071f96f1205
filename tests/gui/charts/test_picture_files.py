"""Pictures as files: a name from the title, the kind from the filter, and a word when it is written or cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.gui.charts.view import LinkedCharts

pytestmark = pytest.mark.gui


@pytest.fixture
def asked(filled: LinkedCharts) -> Iterator[list[QFileDialog]]:
    """Return a list that takes the dialogs a test opens; they are closed after it."""
    opened: list[QFileDialog] = []
    yield opened
    for chooser in opened:
        chooser.close()


def ask(charts: LinkedCharts, opened: list[QFileDialog]) -> QFileDialog:
    charts.pictures.ask()
    chooser = charts.window().findChild(QFileDialog, "charts.saveDialog")
    assert chooser is not None
    opened.append(chooser)
    return chooser


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("EURUSD 1h", "EURUSD_1h.svg"),
        ("BRK.B 1d", "BRK.B_1d.svg"),
        ("a/b\\c: d*?", "a_b_c_d.svg"),
        ("Größe · 1d", "Größe_1d.svg"),
        ("///", "chart.svg"),
        ("", "chart.svg"),
    ],
)
def test_the_file_is_named_after_the_chart_without_odd_signs(
    filled: LinkedCharts, asked: list[QFileDialog], title: str, name: str
) -> None:
    filled.pictures.title = title
    (file,) = ask(filled, asked).selectedFiles()
    assert Path(file).name == name


def test_the_filter_decides_the_suffix(filled: LinkedCharts, asked: list[QFileDialog]) -> None:
    chooser = ask(filled, asked)
    svg, png = chooser.nameFilters()
    assert chooser.defaultSuffix() == "svg"
    for kind, suffix in ((png, "png"), (svg, "svg")):
        chooser.selectNameFilter(kind)
        chooser.filterSelected.emit(kind)
        assert chooser.defaultSuffix() == suffix


@pytest.mark.parametrize(("name", "start"), [("a.PNG", b"\x89PNG"), ("a.png", b"\x89PNG"), ("b", b"<?xml")])
def test_the_suffix_decides_the_kind(
    filled: LinkedCharts, qtbot: QtBot, tmp_path: Path, name: str, start: bytes
) -> None:
    with qtbot.waitSignal(filled.pictures.saved, timeout=5000) as told:
        filled.pictures.write(tmp_path / name)
    assert told.args == [tmp_path / name]
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_file_says_what_it_shows(filled: LinkedCharts, tmp_path: Path) -> None:
    filled.pictures.write(tmp_path / "a.svg")
    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<title>TEST 1d</title>" in written
    assert "600 bars from 2020-01-01" in written


def test_a_place_that_refuses_is_told_and_leaves_what_was_there(
    filled: LinkedCharts, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "taken.svg").mkdir()
    (tmp_path / "taken.svg" / "kept").write_text("x", encoding="utf-8")
    with qtbot.assertNotEmitted(filled.pictures.saved), qtbot.waitSignal(filled.pictures.failed) as told:
        filled.pictures.write(tmp_path / "taken.svg")
    assert isinstance(told.args[0], StorageProblem)
    assert (tmp_path / "taken.svg" / "kept").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["taken.svg"], "a half-written file is left"
