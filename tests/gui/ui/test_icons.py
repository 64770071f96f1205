"""Every icon draws something, in the colour asked for, and follows the theme."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.ui.icons import APP_SIZES, app_icon, app_picture, icon, pixmap, refresh_icons, set_icon
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES

pytestmark = pytest.mark.gui

FILES = sorted((shipped("resources") / "icons").glob("*.svg"))


def strongest(image: QImage) -> str:
    """Return the colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda colour: colour.alpha()).name()


def opaque(image: QImage) -> int:
    """Count the pixels that are more than faint."""
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(image.pixelColor(x, y).alpha() > 100 for x, y in places)


def test_every_icon_is_drawn(dressed: QApplication) -> None:
    drawn = {path.stem: opaque(pixmap(path.stem, "#ff8800", 24).toImage()) for path in FILES}
    assert len(drawn) > 20
    assert {name: count for name, count in drawn.items() if not 15 < count < 400} == {}


def test_icons_are_ours_and_plain() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert 'viewBox="0 0 24 24"' in text
        assert len(text) < 1000
        assert not re.search(r"<script|href|http://(?!www\.w3\.org/2000/svg)", text)


def test_the_colour_is_the_one_asked_for(dressed: QApplication) -> None:
    assert strongest(pixmap("play", "#12ab34", 32).toImage()) == "#12ab34"


def test_sharp_screens_get_more_pixels(dressed: QApplication) -> None:
    picture = pixmap("data", "#ffffff", 20, 2.0)
    assert picture.size() == QSize(40, 40)
    assert picture.devicePixelRatio() == 2.0


def test_an_unknown_icon_is_named(dressed: QApplication) -> None:
    with pytest.raises(UnknownName, match="pllay") as caught:
        pixmap("pllay", "#ffffff", 16)
    assert "play" in caught.value.hint


def test_a_disabled_icon_is_pale(dark: QApplication) -> None:
    from PySide6.QtGui import QIcon

    made = icon("stop", "danger")
    usual = made.pixmap(QSize(32, 32), QIcon.Mode.Normal).toImage()
    disabled = made.pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
    assert strongest(usual) == THEMES["dark"].danger
    assert strongest(disabled) == THEMES["dark"].text_disabled


def test_icons_follow_the_theme(dark: QApplication, qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    press, act = QPushButton(root), QAction("act", root)
    set_icon(press, "stop")
    set_icon(act, "stop", "accent")
    apply_theme(dark, "light")
    refresh_icons(root)
    size = QSize(24, 24)
    assert strongest(press.icon().pixmap(size).toImage()) == THEMES["light"].text_muted
    assert strongest(act.icon().pixmap(size).toImage()) == THEMES["light"].accent


def test_the_programs_own_sign_is_drawn_at_every_size(dressed: QApplication) -> None:
    for pixels in APP_SIZES:
        picture = app_picture(pixels)
        assert picture.size() == QSize(pixels, pixels)
        shades = {picture.pixelColor(x, y).name() for x in range(pixels) for y in range(pixels)}
        assert len(shades) > 10, f"at {pixels} pixels there is nothing to see"
        assert picture.pixelColor(0, 0).alpha() == 0, "its corners are round"


def test_the_programs_own_sign_stands_for_rise_and_fall_in_the_charts_colours(dressed: QApplication) -> None:
    picture = app_picture(256)
    shades = {picture.pixelColor(x, y).name() for x in range(256) for y in range(256)}
    assert {THEMES["dark"].up, THEMES["dark"].down} <= shades


def test_window_managers_get_a_sharp_sign_for_each_size(dressed: QApplication) -> None:
    sizes = sorted(size.width() for size in app_icon().availableSizes())
    assert sizes == sorted(APP_SIZES)
