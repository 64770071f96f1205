"""Every colour of the window and its charts, one table per theme; text colours keep 4.5:1 on their grounds."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Tokens:
    """One theme's colours as ``#rrggbb``; field names say what a colour is for, not what it looks like.

    Attributes
    ----------
    name : str
        ``dark``, ``light`` or ``contrast``.
    dark : bool
        Whether the ground is dark.
    window, panel, raised, field : str
        Grounds: behind everything, of cards and tables, of headers and buttons, of inputs.
    border, border_strong : str
        Hairlines, and outlines of inputs (3:1 or more on ``panel``).
    text, text_muted, text_disabled : str
        Body text, secondary text, text of what cannot be used.
    accent, accent_text, accent_soft : str
        Main actions, text on them, and the ground of what is chosen.
    focus : str
        Outline of the widget that has the keyboard.
    info, success, warning, danger : str
        Words and signs of state, fit for text on every ground.
    chart_ground, grid, axis, crosshair, shade : str
        Charts: ground, grid lines, axis text, crosshair, ground of bars the model has seen.
    up, down, flat : str
        Rising, falling and unmoved; blue and orange, so that every kind of colour vision tells them apart.
    series_1 to series_8 : str
        Curves in the order they are added; each pair stays apart for every kind of colour vision.
    """

    name: str
    dark: bool
    window: str
    panel: str
    raised: str
    field: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_disabled: str
    accent: str
    accent_text: str
    accent_soft: str
    focus: str
    info: str
    success: str
    warning: str
    danger: str
    chart_ground: str
    grid: str
    axis: str
    crosshair: str
    shade: str
    up: str
    down: str
    flat: str
    series_1: str
    series_2: str
    series_3: str
    series_4: str
    series_5: str
    series_6: str
    series_7: str
    series_8: str


DARK = Tokens(
    name="dark",
    dark=True,
    window="#12161c",
    panel="#181d25",
    raised="#212832",
    field="#10141a",
    border="#2b3440",
    border_strong="#677587",
    text="#e4e9f0",
    text_muted="#a3afbe",
    text_disabled="#7d8998",
    accent="#4a9eff",
    accent_text="#071523",
    accent_soft="#1d3450",
    focus="#7ab8ff",
    info="#7ab8ff",
    success="#5fcfa8",
    warning="#f2b45c",
    danger="#ff8b7e",
    chart_ground="#141920",
    grid="#28303b",
    axis="#a3afbe",
    crosshair="#c3ccd8",
    shade="#1d2936",
    up="#4aa3ff",
    down="#f59a3c",
    flat="#98a4b3",
    series_1="#4aa3ff",
    series_2="#f59a3c",
    series_3="#62ddb3",
    series_4="#cb7bc2",
    series_5="#f7d860",
    series_6="#f37b70",
    series_7="#96def9",
    series_8="#b7c0cd",
)

LIGHT = Tokens(
    name="light",
    dark=False,
    window="#eef1f5",
    panel="#ffffff",
    raised="#f5f7fa",
    field="#ffffff",
    border="#d5dbe3",
    border_strong="#7e8b9b",
    text="#18212c",
    text_muted="#4f5d6d",
    text_disabled="#616d7c",
    accent="#0b62c1",
    accent_text="#ffffff",
    accent_soft="#dbe9fa",
    focus="#0b62c1",
    info="#0b5db8",
    success="#0b6e4f",
    warning="#8a5200",
    danger="#b3261e",
    chart_ground="#ffffff",
    grid="#e3e8ee",
    axis="#4f5d6d",
    crosshair="#3a4756",
    shade="#e9f0f8",
    up="#0b62c1",
    down="#b85a00",
    flat="#667383",
    series_1="#0b62c1",
    series_2="#b85a00",
    series_3="#004224",
    series_4="#711e82",
    series_5="#654f00",
    series_6="#c2372c",
    series_7="#175870",
    series_8="#5f676f",
)

CONTRAST = Tokens(
    name="contrast",
    dark=True,
    window="#000000",
    panel="#000000",
    raised="#101010",
    field="#000000",
    border="#707070",
    border_strong="#ffffff",
    text="#ffffff",
    text_muted="#e6e6e6",
    text_disabled="#b0b0b0",
    accent="#ffd84d",
    accent_text="#000000",
    accent_soft="#3d3300",
    focus="#00e5ff",
    info="#8fd3ff",
    success="#6dffb0",
    warning="#ffd84d",
    danger="#ffa59c",
    chart_ground="#000000",
    grid="#3a3a3a",
    axis="#ffffff",
    crosshair="#ffffff",
    shade="#1c2b3a",
    up="#5cc8ff",
    down="#ffb000",
    flat="#d0d0d0",
    series_1="#5cc8ff",
    series_2="#ffb000",
    series_3="#3cffa9",
    series_4="#d770c5",
    series_5="#fff176",
    series_6="#ed8c87",
    series_7="#aaeefe",
    series_8="#ffffff",
)

THEMES: dict[str, Tokens] = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}

DIRECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "blue_orange": {theme.name: (theme.up, theme.down) for theme in THEMES.values()},
    "green_red": {
        "dark": ("#7be0a0", "#f0524a"),
        "light": ("#004d2c", "#d42b21"),
        "contrast": ("#80ffbb", "#ff5a4d"),
    },
    "red_green": {
        "dark": ("#f0524a", "#7be0a0"),
        "light": ("#d42b21", "#004d2c"),
        "contrast": ("#ff5a4d", "#80ffbb"),
    },
}
"""Colours of rising and falling by name and theme: the default for every kind of colour vision, the habit of the
West, and that of East Asia, where rising is red. Lightness and shape tell green and red apart as well."""


def with_directions(theme: Tokens, directions: str) -> Tokens:
    """Return a theme with other colours for rising and falling.

    Parameters
    ----------
    theme : Tokens
        One of `THEMES`.
    directions : str
        A name in `DIRECTIONS`.
    """
    up, down = DIRECTIONS[directions][theme.name]
    return replace(theme, up=up, down=down)


TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (word, ground)
        for word in ("text", "text_muted", "info", "success", "warning", "danger")
        for ground in ("window", "panel", "raised", "field")
    ),
    *(("text_disabled", ground) for ground in ("window", "panel", "field")),
    *((word, "accent_soft") for word in ("text", "text_muted")),
    *((word, "chart_ground") for word in ("text", "axis", "crosshair", "up", "down", "flat")),
    *((f"series_{number}", "chart_ground") for number in range(1, 9)),
    ("text", "shade"),
    ("accent_text", "accent"),
)
"""Every pair (text colour, ground) that the window uses; each keeps at least 4.5:1."""


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2, sRGB), 0 to 1.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.
    """
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21.

    Parameters
    ----------
    first, second : str
        ``#rrggbb``, in either order.
    """
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)
