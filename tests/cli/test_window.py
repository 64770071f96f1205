"""The window's commands: when there is a display, and pictures without one."""

from __future__ import annotations

from pathlib import Path

import pytest


def png_size(picture: Path) -> tuple[int, int]:
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


@pytest.mark.gui
@pytest.mark.parametrize(("panel", "theme"), [("backtest", "dark"), ("models", "light"), ("window", "light")])
def test_a_panel_is_drawn_without_a_display(cli, tmp_path, panel, theme):
    picture = tmp_path / "panel.png"
    words = ["screenshot", panel, "--out", str(picture), "--theme", theme, "--size", "1024x700"]
    ended = cli(*words, json=True, QT_QPA_PLATFORM=None)
    assert ended.code == 0, ended.err
    width, height = png_size(picture)
    assert 400 <= width <= 1024
    assert 300 <= height <= 700
    assert panel != "window" or (width, height) == (1024, 700)
    told = {"panel": panel, "path": str(picture), "theme": theme, "width": 1024, "height": 700, "scale": 1.0}
    assert ended.document == told


@pytest.mark.gui
def test_where_the_picture_lies_is_told_to_people(cli, tmp_path):
    ended = cli("screenshot", "log", "--out", str(tmp_path / "p.png"))
    assert (ended.code, ended.out) == (0, f"Written: {tmp_path / 'p.png'}\n")


@pytest.mark.gui
@pytest.mark.parametrize(
    ("words", "meant"), [(["backtst"], "backtest"), (["log", "--theme", "lihgt"], "light")], ids=["panel", "theme"]
)
def test_an_unknown_name_is_answered_with_the_nearest(cli, tmp_path, words, meant):
    ended = cli("screenshot", *words, "--out", str(tmp_path / "p.png"), json=True)
    assert ended.code == 2
    assert ended.document["error"]["code"] == "unknown_name"
    assert meant in ended.document["error"]["hint"]
    assert list(tmp_path.iterdir()) == []
