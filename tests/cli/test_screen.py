"""Whether a window could be seen, and what is said when its package fails."""

from __future__ import annotations

import pytest

from ktrdr_app.cli.screen import gui_module, has_display


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, True),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ("linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen:configfile=x"}, False),
        ("win32", {}, True),
        ("darwin", {}, True),
        ("darwin", {"QT_QPA_PLATFORM": "minimal"}, False),
    ],
)
def test_a_display(platform, environment, expected):
    assert has_display(platform, environment) is expected


def test_a_fault_inside_the_window_is_not_taken_for_missing_qt():
    with pytest.raises(ModuleNotFoundError, match="nosuch"):
        gui_module("nosuch")
