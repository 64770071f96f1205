"""Pictures of the panes that are shown: pixels for the clipboard and PNG, lines and letters for SVG."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator

from ktrdr_app.core.files import write_bytes
from ktrdr_app.gui.charts.figures import chart_words as _t
from ktrdr_app.gui.charts.pane_stack import PaneStack
from ktrdr_app.gui.ui.theme import tokens

SHARPNESS = 2
"""Pixels of a PNG per pixel on the screen."""


def screen_picture(stack: PaneStack) -> QPixmap:
    """Return the panes as they are on the screen, those that are scrolled out of it included.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    """
    return stack.splitter.grab()


def save_picture(stack: PaneStack, path: Path, title: str, words: str) -> None:
    """Write the panes that are shown to a file, of the kind that its suffix says.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    path : Path
        Where to; SVG unless it ends in ``.png``.
    title, words : str
        What the picture is called and what it shows, for those who do not see it.

    Raises
    ------
    StorageProblem
        If the file cannot be written.
    """
    data = png_bytes(stack) if path.suffix.lower() == ".png" else svg_bytes(stack, title, words)
    write_bytes(path, data)


def png_bytes(stack: PaneStack) -> bytes:
    """Return the panes as a PNG, drawn anew at twice the pixels of the screen.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    """
    size = stack.splitter.size()
    image = QImage(size * SHARPNESS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARPNESS)
    painter = QPainter(image)
    paint(stack, painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def svg_bytes(stack: PaneStack, title: str, words: str) -> bytes:
    """Return the panes as SVG.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    title, words : str
        Title and description within the file.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title or _t("Chart"))
    generator.setDescription(words)
    size = stack.splitter.size()
    generator.setResolution(stack.logicalDpiX())  # else the axes, laid out at the screen's, are shrunk
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    painter = QPainter(generator)
    paint(stack, painter)
    painter.end()
    return bytes(buffer.data().data())


def paint(stack: PaneStack, painter: QPainter) -> None:
    """Paint the panes that are shown, one below the other.

    Parameters
    ----------
    stack : PaneStack
        The panes.
    painter : QPainter
        Where to.
    """
    size: QSize = stack.splitter.size()
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), tokens().border)
    for pane in stack.shown:
        port = pane.viewport().rect()
        place = pane.pos() + pane.viewport().pos()
        target = QRectF(place.x(), place.y(), port.width(), port.height())
        painter.fillRect(target, tokens().chart_ground)
        pane.render(painter, target, port)
