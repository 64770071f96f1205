"""Every pair of colours that the window uses for text keeps its contrast, for every kind of sight."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields

import pytest

from ktrdr_app.gui.ui.tokens import CONTRAST, DARK, LIGHT, TEXT_PAIRS, THEMES, Tokens, contrast, luminance

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


# Viénot, Brettel and Mollon (1999), linear RGB as a dichromat sees it
SIGHTS = {
    "protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def seen(colour: str, sight: str) -> list[float]:
    return [sum(weight * part for weight, part in zip(line, linear(colour), strict=True)) for line in SIGHTS[sight]]


def apart(first: str, second: str, sight: str) -> float:
    """Distance in a space that is roughly even to the eye: cube roots of linear light."""
    pair = [[max(part, 0.0) ** (1 / 3) for part in seen(colour, sight)] for colour in (first, second)]
    return sum((left - right) ** 2 for left, right in zip(*pair, strict=True)) ** 0.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHTS)
def test_up_and_down_differ_for_the_colour_blind(theme: Tokens, sight: str) -> None:
    assert apart(theme.up, theme.down, sight) > 0.25
    assert apart("#d62728", "#2ca02c", sight) < apart(theme.up, theme.down, sight)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_curves_differ_from_each_other(theme: Tokens) -> None:
    curves = [getattr(theme, f"series_{number}") for number in range(1, 9)]
    assert all(first != second for first, second in itertools.combinations(curves, 2))
