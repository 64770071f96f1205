"""Lines and rectangles: the quick way and the list draw the same pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.charts import primitives
from ktrdr_app.gui.charts.primitives import LineBatch, RectBatch

pytestmark = pytest.mark.gui


def picture(draw: object) -> QImage:
    """Return a picture of 60 by 40 pixels that a function drew on white."""
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    draw(painter)  # type: ignore[operator]
    painter.end()
    return image


def dark_pixels(image: QImage) -> int:
    return sum(image.pixelColor(x, y).lightness() < 128 for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize("use_memory", [True, False])
def test_lines_are_drawn_where_they_are(use_memory: bool, qapp: QApplication) -> None:
    batch = LineBatch(use_memory=use_memory)
    batch.fill([5, 20], [5, 10], [5, 30], [15, 10])
    image = picture(batch.draw)
    assert len(batch) == 2
    assert all(image.pixelColor(5, y).lightness() == 0 for y in range(6, 15))
    assert all(image.pixelColor(x, 10).lightness() == 0 for x in range(21, 30))
    assert image.pixelColor(40, 30).lightness() == 255


@pytest.mark.parametrize("use_memory", [True, False])
def test_rectangles_are_drawn_where_they_are(use_memory: bool, qapp: QApplication) -> None:
    batch = RectBatch(use_memory=use_memory)
    batch.fill(np.array([2.0]), np.array([3.0]), np.array([10.0]), np.array([6.0]))
    image = picture(batch.draw)
    assert image.pixelColor(2, 3).lightness() == 0
    assert image.pixelColor(12, 9).lightness() == 0
    assert image.pixelColor(7, 6).lightness() == 255, "a rectangle without a brush is hollow"


@pytest.mark.parametrize("kind", ["LineBatch", "RectBatch"])
def test_both_ways_draw_the_same(kind: str, qapp: QApplication) -> None:
    random = np.random.default_rng(3)
    numbers = [random.uniform(0, 30, 25) for _ in range(4)]
    pictures = []
    for use_memory in (True, False):
        batch = getattr(primitives, kind)(use_memory=use_memory)
        batch.fill(*numbers)
        pictures.append(picture(batch.draw))
    assert pictures[0] == pictures[1]
    assert dark_pixels(pictures[0]) > 50


@pytest.mark.parametrize("use_memory", [True, False])
def test_a_batch_can_shrink_and_grow(use_memory: bool, qapp: QApplication) -> None:
    batch = LineBatch(use_memory=use_memory)
    sizes = []
    for size in (30, 3, 0, 12):
        line = np.arange(size, dtype=np.float64)
        batch.fill(line, np.zeros(size), line, np.full(size, 20.0))
        sizes.append(sum(dark_pixels(picture(batch.draw)) // 21 for _ in range(1)))
        assert len(batch) == size
    assert sizes == [30, 3, 0, 12], "shapes of an earlier, larger batch must not be drawn again"


def test_the_quick_way_is_taken_where_pyqtgraph_has_it(qapp: QApplication) -> None:
    assert primitives.LineBatch().uses_memory is (primitives.PrimitiveArray is not None)
    assert not primitives.LineBatch(use_memory=False).uses_memory


def test_without_pyqtgraphs_helper_the_list_is_used(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    monkeypatch.setattr(primitives, "PrimitiveArray", None)
    batch = primitives.RectBatch()
    batch.fill([2], [2], [20], [20])
    assert not batch.uses_memory
    assert dark_pixels(picture(batch.draw)) == 80
