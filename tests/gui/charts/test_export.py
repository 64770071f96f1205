"""Pictures in files: well-formed, and with everything that is in sight."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.charts.export import png_bytes, screen_picture, svg_bytes
from ktrdr_app.gui.charts.study import Curve, Study
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def shown(filled: LinkedCharts) -> LinkedCharts:
    """Return charts with a pane of columns and one bar's values read out."""
    held = Study("position", "Position held", "columns", (Curve("units", np.repeat([3.0, -2.0], 300)),))
    filled.set_panes((held,))
    filled.show_panes({"price", "equity", "position"})
    filled.show_range(100, 260)
    filled._on_crosshair(150)
    filled.grab()
    return filled


def texts(document: ET.Element) -> str:
    return " ".join("".join(node.itertext()) for node in document.iter(f"{SVG}text"))


def test_the_svg_is_well_formed_and_says_what_it_is(shown: LinkedCharts) -> None:
    root = ET.fromstring(svg_bytes(shown.stack, "TEST <1d>", "600 bars & more"))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "TEST <1d>"
    assert root.findtext(f"{SVG}desc") == "600 bars & more"
    assert root.get("viewBox") == f"0 0 {shown.splitter.width()} {shown.splitter.height()}"


def test_the_svg_has_the_headings_the_axes_and_the_shapes_of_the_panes_in_sight(shown: LinkedCharts) -> None:
    root = ET.fromstring(svg_bytes(shown.stack, "T", ""))
    written = texts(root)
    for pane in shown.stack.shown:
        for word in pane.heading.toPlainText().split():
            assert word in written
    assert "Drawdown" not in written, "a pane that is hidden is in the picture"
    left, right = shown.visible_range
    dates = shown.axes[0].tickStrings(shown.axes[0].tickValues(left, right, 800)[0][1], 1.0, 1.0)
    assert sum(date in written for date in dates) >= len(dates) - 1
    content = svg_bytes(shown.stack, "T", "").decode()
    for colour in (tokens().up, tokens().down, tokens().series_1, tokens().chart_ground):
        assert colour in content
    shapes = sum(len(list(root.iter(f"{SVG}{kind}"))) for kind in ("path", "rect", "polyline", "polygon", "line"))
    candles = shown.candles.painted
    assert shapes >= candles.lines + candles.bodies


def test_the_svg_looks_like_the_screen(shown: LinkedCharts) -> None:
    shown.crosshair.hide()
    renderer = QSvgRenderer(svg_bytes(shown.stack, "T", ""))
    assert renderer.isValid()
    screen = screen_picture(shown.stack).toImage()
    image = QImage(screen.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    for pane in shown.stack.shown:
        # the middle of the plot: letters of another font and frames are left out
        corner = pane.mapTo(shown.splitter, pane.view_point(110, 0).toPoint())
        found = [
            abs(image.pixelColor(x, y).lightness() - screen.pixelColor(x, y).lightness())
            for x in range(corner.x(), corner.x() + 500, 5)
            for y in range(pane.y() + 40, pane.y() + pane.height() - 30, 3)
        ]
        assert np.mean(np.array(found) > 60) < 0.12, pane.key


def test_the_png_is_as_sharp_as_promised(shown: LinkedCharts) -> None:
    image = QImage.fromData(png_bytes(shown.stack))
    assert (image.width(), image.height()) == (2 * shown.splitter.width(), 2 * shown.splitter.height())
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert {tokens().up, tokens().down, tokens().chart_ground} <= colours


def test_the_buttons_are_not_in_the_picture(shown: LinkedCharts) -> None:
    assert not shown.splitter.isAncestorOf(shown.tools)
    with_buttons = shown.grab().toImage()
    without = screen_picture(shown.stack).toImage()
    place = shown.tools.geometry().center()
    region = [(place.x() + dx, place.y() + dy) for dx in range(-20, 20) for dy in range(-8, 8)]
    assert any(with_buttons.pixel(*spot) != without.pixel(*spot) for spot in region)
    shown.copy_picture()
    assert QGuiApplication.clipboard().image().size() == without.size()
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize(
    ("name", "start"), [("picture.svg", b"<?xml"), ("picture.png", b"\x89PNG"), ("new/a.SVG", b"<?xml")]
)
def test_the_menu_asks_for_a_file_and_writes_it(
    name: str, start: bytes, shown: LinkedCharts, qtbot: QtBot, tmp_path: Path
) -> None:
    shown.tools.save.trigger()
    chooser = shown.window().findChild(QFileDialog, "charts.saveDialog")
    assert chooser.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert chooser.selectedFiles()[0].endswith("TEST_1d.svg")
    with qtbot.waitSignal(shown.pictures.saved, timeout=5000) as told:
        chooser.fileSelected.emit(str(tmp_path / name))
    chooser.close()
    assert told.args == [tmp_path / name]
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_disk_that_refuses_is_told(shown: LinkedCharts, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with qtbot.waitSignal(shown.pictures.failed, timeout=5000) as told:
        shown.pictures.write(tmp_path / "file" / "picture.svg")
    assert isinstance(told.args[0], KtrdrError)


def test_the_key_for_the_picture_works_in_any_pane(shown: LinkedCharts, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    pane = shown.shelf.panes["position"]
    pane.setFocus()
    qtbot.keyClick(pane, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not clipboard.image().isNull()
    clipboard.clear()
