"""The signs that are drawn into the shipped fonts: shapes, sizes, and their place in a line."""

from __future__ import annotations

import math
from types import ModuleType

import pytest

from tests.installer.conftest import load


@pytest.fixture
def signs(scripts: None) -> ModuleType:
    """Return ``font_signs.py``."""
    return load("font_signs")


def area(corners: list[tuple[float, float]]) -> float:
    """Return the signed area of a polygon; negative where its corners go round as a clock does."""
    return sum(x * v - u * y for (x, y), (u, v) in zip(corners, [*corners[1:], corners[0]], strict=True)) / 2


def test_a_bar_lies_in_the_middle_of_the_line(signs: ModuleType) -> None:
    corners = signs.bar(100, 400, 60)
    assert -area(corners) == pytest.approx(300 * 60)
    assert sum(y for _, y in corners) / 4 == signs.MIDDLE


@pytest.mark.parametrize("end", [(300.0, 400.0), (300.0, -400.0), (500.0, 0.0)])
def test_a_stroke_has_its_width_and_length_in_any_direction(signs: ModuleType, end: tuple[float, float]) -> None:
    corners = signs.stroke((0.0, 0.0), end, 80)
    assert abs(area(corners)) == pytest.approx(500 * 80)
    assert math.dist(corners[0], corners[1]) == pytest.approx(80)
    assert math.dist(corners[1], corners[2]) == pytest.approx(500)


def test_all_outlines_go_round_the_same_way(signs: ModuleType) -> None:
    """Where two bars of a sign overlap, opposite ways would leave a hole."""
    for sign, (_, contours) in signs.outlines(180.0).items():
        assert all(area(corners) < 0 for corners in contours), sign


def test_a_heavy_cross_is_heavier_than_a_light_one(signs: ModuleType) -> None:
    drawn = signs.outlines(180.0)
    weight = {sign: sum(-area(corners) for corners in contours) for sign, (_, contours) in drawn.items()}
    assert weight["✖"] > 1.5 * weight["✕"]


def test_bolder_fonts_get_bolder_signs_of_the_same_width(signs: ModuleType) -> None:
    thin, bold = signs.outlines(150.0), signs.outlines(210.0)
    assert {sign: width for sign, (width, _) in thin.items()} == {sign: width for sign, (width, _) in bold.items()}
    for sign in thin:
        assert area(bold[sign][1][0]) < area(thin[sign][1][0]) < 0
