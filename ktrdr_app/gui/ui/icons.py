"""Line icons from ``resources/icons``, coloured at run time for every theme, and the program's own sign."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.ui.theme import tokens

_SIZES = (16, 20, 24, 32)
APP_SIZES = (16, 24, 32, 48, 64, 128, 256)
"""Edges of the program's own sign that window managers ask for."""
_NAME = "iconName"
_TOKEN = "iconToken"


@cache
def _drawing(name: str) -> str:
    folder = shipped("resources") / "icons"
    path = folder / f"{name}.svg"
    if not path.is_file():
        raise UnknownName("icon", name, [each.stem for each in folder.glob("*.svg")])
    return path.read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return one icon as a picture.

    Parameters
    ----------
    name : str
        Stem of a file in ``resources/icons``.
    colour : str
        ``#rrggbb`` of its lines.
    size : int
        Edge in device-independent pixels.
    ratio : float
        Device pixels per such pixel.

    Raises
    ------
    UnknownName
        If there is no such icon.
    """
    return QPixmap.fromImage(_drawn(name, colour, size, ratio))


@lru_cache(maxsize=1024)
def _drawn(name: str, colour: str, size: int, ratio: float) -> QImage:
    """Return an icon's picture; images, unlike pixmaps, may outlive the application."""
    picture = _rendered(_drawing(name).replace("currentColor", colour), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    return picture


def _rendered(drawing: str, pixels: int) -> QImage:
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    picture = QImage(QSize(pixels, pixels), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return picture


def app_picture(pixels: int) -> QImage:
    """Return the program's own sign, ``resources/app.svg``; its colours are those of every theme.

    Parameters
    ----------
    pixels : int
        Edge.
    """
    return _rendered((shipped("resources") / "app.svg").read_text(encoding="utf-8"), pixels)


def app_icon() -> QIcon:
    """Return the program's own sign in the sizes that window managers ask for."""
    made = QIcon()
    for pixels in APP_SIZES:
        made.addPixmap(QPixmap.fromImage(app_picture(pixels)))
    return made


def icon(name: str, token: str = "text_muted") -> QIcon:
    """Return one icon in the colours of the current theme.

    Parameters
    ----------
    name : str
        Stem of a file in ``resources/icons``.
    token : str
        Colour field of `Tokens` for its lines.
    """
    theme = tokens()
    made = QIcon()
    colours = {
        (QIcon.Mode.Normal, QIcon.State.Off): getattr(theme, token),
        (QIcon.Mode.Normal, QIcon.State.On): theme.info if token == "text_muted" else getattr(theme, token),
        (QIcon.Mode.Selected, QIcon.State.Off): getattr(theme, token),
        (QIcon.Mode.Disabled, QIcon.State.Off): theme.text_disabled,
    }
    for (mode, state), colour in colours.items():
        for size in _SIZES:
            for ratio in (1.0, 2.0):
                made.addPixmap(pixmap(name, colour, size, ratio), mode, state)
    return made


def set_icon(target: QAbstractButton | QAction, name: str, token: str = "text_muted") -> None:
    """Give a button or action an icon that `refresh_icons` colours anew with the theme.

    Parameters
    ----------
    target : QAbstractButton or QAction
        What shows it.
    name : str
        Stem of a file in ``resources/icons``.
    token : str
        Colour field of `Tokens`.
    """
    target.setProperty(_NAME, name)
    target.setProperty(_TOKEN, token)
    target.setIcon(icon(name, token))


def refresh_icons(root: QWidget) -> None:
    """Colour every icon below a widget in the current theme.

    Parameters
    ----------
    root : QWidget
        Usually the window.
    """
    made: dict[tuple[str, str], QIcon] = {}
    for child in root.findChildren(QObject):
        name = child.property(_NAME)
        if name and isinstance(child, (QAbstractButton, QAction)):
            key = (name, child.property(_TOKEN))
            if key not in made:
                made[key] = icon(*key)
            child.setIcon(made[key])
