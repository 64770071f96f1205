"""Every pair of colours that the window uses for text keeps its contrast, for every kind of sight."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import fields

import pytest
from PySide6.QtGui import QPalette

from ktrdr_app.gui.ui.theme import palette
from ktrdr_app.gui.ui.tokens import (
    CONTRAST,
    DARK,
    DIRECTIONS,
    LIGHT,
    TEXT_PAIRS,
    THEMES,
    Tokens,
    contrast,
    luminance,
    with_directions,
)

pytestmark = pytest.mark.gui

COLOURS = [field.name for field in fields(Tokens) if field.name not in ("name", "dark")]


def test_there_are_three_themes_under_their_names() -> None:
    assert THEMES == {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_colour_is_written_in_full(theme: Tokens) -> None:
    assert [name for name in COLOURS if not re.fullmatch(r"#[0-9a-f]{6}", getattr(theme, name))] == []


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_is_readable(theme: Tokens) -> None:
    ratios = {pair: contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_outlines_and_focus_stand_out(theme: Tokens) -> None:
    for ground in (theme.window, theme.panel, theme.field):
        assert contrast(theme.border_strong, ground) >= 3
        assert contrast(theme.focus, ground) >= 3


def test_every_word_colour_is_checked_on_every_ground_it_may_lie_on() -> None:
    for words in ("text", "text_muted", "info", "success", "warning", "danger"):
        for ground in ("window", "panel", "raised", "field"):
            assert (words, ground) in TEXT_PAIRS


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    """Published values of WCAG's own formula."""
    assert contrast(first, second) == pytest.approx(ratio, abs=0.01)
    assert contrast(second, first) == contrast(first, second)


def test_luminance_of_the_primaries() -> None:
    assert luminance("#ff0000") == pytest.approx(0.2126)
    assert luminance("#00ff00") == pytest.approx(0.7152)
    assert luminance("#0000ff") == pytest.approx(0.0722)


def linear(colour: str) -> list[float]:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


# Machado, Oliveira and Fernandes (2009), severity 1.0: linear RGB as the three kinds of dichromats see it
SIGHTS = {
    "full": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
WHITE = (0.95047, 1.0, 1.08883)


def lab(colour: str, sight: str) -> list[float]:
    """Return a colour in CIE L*a*b* as a kind of sight has it."""
    seen = [sum(w * part for w, part in zip(line, linear(colour), strict=True)) for line in SIGHTS[sight]]
    seen = [min(max(part, 0.0), 1.0) for part in seen]
    xyz = [sum(w * part for w, part in zip(line, seen, strict=True)) for line in TO_XYZ]
    bent = [
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for t in (value / white for value, white in zip(xyz, WHITE, strict=True))
    ]
    return [116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])]


def apart(first: str, second: str, sight: str) -> float:
    """Return the distance of two colours, CIE 1976; 2.3 is just noticeable side by side."""
    return math.dist(lab(first, sight), lab(second, sight))


def test_the_simulation_knows_what_is_hard_to_tell() -> None:
    """The usual red and green of charts nearly fall together for deutans, blue and orange do not for anyone."""
    assert apart("#d62728", "#2ca02c", "full") > 100
    assert apart("#d62728", "#2ca02c", "deutan") < 25
    assert apart("#1f77b4", "#ff7f0e", "deutan") > 60
    assert lab("#ffffff", "full") == pytest.approx([100, 0, 0], abs=0.01)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHTS)
def test_up_and_down_of_the_default_are_far_apart_for_every_sight(theme: Tokens, sight: str) -> None:
    assert apart(theme.up, theme.down, sight) > 60


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("directions", DIRECTIONS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_every_choice_of_directions_can_be_told_apart_and_read(theme: Tokens, directions: str, sight: str) -> None:
    """Red and green differ in lightness as well; shape is the second channel in any case."""
    dressed = with_directions(theme, directions)
    assert apart(dressed.up, dressed.down, sight) > 15
    for word in (dressed.up, dressed.down):
        assert contrast(word, dressed.chart_ground) >= 4.5
        assert contrast(word, dressed.shade) >= 3


def test_the_choices_are_what_they_are_called() -> None:
    for theme in THEMES.values():
        assert with_directions(theme, "blue_orange") == theme
        western, eastern = (with_directions(theme, name) for name in ("green_red", "red_green"))
        assert (western.up, western.down) == (eastern.down, eastern.up)
        red, green, _blue = linear(western.up)
        assert green > red
        red, green, _blue = linear(eastern.up)
        assert red > green


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_curves_can_be_told_apart_by_every_sight(theme: Tokens, sight: str) -> None:
    curves = [getattr(theme, f"series_{number}") for number in range(1, 9)]
    near = {pair: apart(*pair, sight) for pair in itertools.combinations(curves, 2) if apart(*pair, sight) < 13}
    assert near == {}
    assert min(apart(*pair, sight) for pair in itertools.combinations(curves[:4], 2)) > 19


def ratio_of(first: str, second: str) -> float:
    """Return WCAG 2.2's contrast ratio by its own formula, without the program's."""
    light = sorted(
        sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear(each), strict=True)) for each in (first, second)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


WORDS = ("text", "text_muted", "info", "success", "warning", "danger")
GROUNDS = ("window", "panel", "raised", "field", "chart_ground")
DRAWN = ("axis", "crosshair", "up", "down", "flat", *(f"series_{number}" for number in range(1, 9)))


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_token_that_is_read_keeps_its_ratio_by_the_formula(theme: Tokens) -> None:
    pairs = [*itertools.product(WORDS, GROUNDS), *((each, "chart_ground") for each in DRAWN)]
    pairs += [("text", "accent_soft"), ("text_muted", "accent_soft"), ("text", "shade"), ("accent_text", "accent")]
    pairs += [("text_disabled", ground) for ground in ("window", "panel", "field")]
    faint = {pair: round(ratio_of(*(getattr(theme, name) for name in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}
    assert set(TEXT_PAIRS) - set(pairs) == set(), "a pair that the window uses is not looked at here"
    for first, second in pairs:
        assert contrast(getattr(theme, first), getattr(theme, second)) == pytest.approx(faint[first, second], abs=0.01)


def test_high_contrast_is_higher_than_that() -> None:
    """WCAG's AAA, 7:1, for all words but those of what cannot be used."""
    for words, ground in itertools.product(WORDS, GROUNDS):
        assert ratio_of(getattr(CONTRAST, words), getattr(CONTRAST, ground)) >= 7


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_what_qt_draws_itself_can_be_read_as_well(theme: Tokens) -> None:
    """Menus of the platform, tool tips and links take their colours from the palette, not from the style sheet."""
    role, group, made = QPalette.ColorRole, QPalette.ColorGroup, palette(theme)
    pairs = [
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
        (role.Link, role.Base),
        (role.LinkVisited, role.Window),
        (role.BrightText, role.Window),
    ]
    for words, ground in pairs:
        for state in (group.Active, group.Inactive):
            ratio = ratio_of(made.color(state, words).name(), made.color(state, ground).name())
            assert ratio >= 4.5, (words, ground)
