"""Numbers, delimiters and encodings in every dress: the bars that come out are those that went in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app.core.errors import EmptyData, MalformedBars
from tests.data.importing.variants import BARS, HEADER, Case, Style, asked, attempt, check_accepted, forex

LARGE = forex(level=12345.67, decimals=2)
SMALL = forex(level=0.004567, decimals=8)
THREE = forex(level=1.234, decimals=3)
GROUPS: dict[str, Callable[[float], str]] = {
    "1,234.5": lambda value: f"{value:,.2f}",
    "1.234,5": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    "1 234,5": lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ","),
    "1'234.5": lambda value: f"{value:,.2f}".replace(",", "'"),
    "1’234.5": lambda value: f"{value:,.2f}".replace(",", "\u2019"),
    "no-break space": lambda value: f"{value:,.2f}".replace(",", "\u00a0").replace(".", ","),
    "narrow no-break space": lambda value: f"{value:,.2f}".replace(",", "\u202f").replace(".", ","),
}
SEMICOLON = {"delimiter": ";"}


def comma(value: float) -> str:
    """Return a number with a decimal comma."""
    return repr(float(value)).replace(".", ",")


ACCEPTED: dict[str, Case] = {
    **{f"delimiter {sign!r}": Case(Style(delimiter=sign).text()) for sign in (",", ";", "\t", "|", "   ", ", ", "; ")},
    **{f"no headings, {sign!r}": Case(Style(delimiter=sign, head="").text()) for sign in (",", ";", "\t", "|")},
    **{f"decimal comma, {sign!r}": Case(Style(delimiter=sign, price=comma).text()) for sign in (";", "\t", "|", "  ")},
    "decimal comma in quotes between commas": Case(Style(price=lambda value: f'"{comma(value)}"').text()),
    "everything quoted": Case(Style(delimiter='","').text().replace("\n", '"\n"')[:-1].join(('"', ""))),
    "everything in single quotes": Case("'" + Style(delimiter="','").text().replace("\n", "'\n'")[:-1]),
    "a delimiter behind every line": Case(Style(end=",\n").text()),
    "a delimiter behind every row": Case(HEADER + "\n" + Style(end=",\n", head="").text()),
    "a line that names the delimiter": Case("sep=;\n" + Style(delimiter=";").text()),
    **{
        f"{name} between semicolons": Case(Style(price=write, delimiter=";").text(LARGE), bars=LARGE)
        for name, write in GROUPS.items()
    },
    **{
        f"{name}, volumes too": Case(Style(price=write, volume=write, delimiter="\t").text(LARGE), bars=LARGE)
        for name, write in GROUPS.items()
    },
    "1,234.5 in quotes": Case(Style(price=lambda value: f'"{value:,.2f}"').text(LARGE), bars=LARGE),
    "dollars": Case(Style(price=lambda value: f"${value:.2f}").text(LARGE), bars=LARGE),
    "euros behind": Case(Style(price=lambda v: f"{v:.2f} €".replace(".", ","), delimiter=";").text(LARGE), bars=LARGE),
    "scientific": Case(Style(price=lambda value: f"{value:.5e}").text()),
    "scientific, capital": Case(Style(price=lambda value: f"{value:.5E}").text()),
    "plus signs": Case(Style(price=lambda value: f"+{value!r}").text()),
    "seventeen digits": Case(Style(price=lambda value: f"{value:.17g}").text()),
    "no digit before the point": Case(Style(price=lambda value: f"{value:.8f}"[1:]).text(SMALL), bars=SMALL),
    "trailing zeros": Case(Style(price=lambda value: f"{value:.10f}").text()),
    "thousands of units": Case(Style(volume=lambda value: f"{value / 1000:.3f}K").text()),
    "0,756 can only be a decimal comma": Case(
        Style(price=lambda value: f"{value:.3f}".replace(".", ","), delimiter=";").text(forex(level=0.756, decimals=3)),
        bars=forex(level=0.756, decimals=3),
    ),
    "three decimals behind points": Case(Style(price=lambda value: f"{value:.3f}").text(THREE), bars=THREE),
    **{
        f"encoding {name}": Case(Style().text().encode(name))
        for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
    },
    **{
        f"German in {name}": Case(
            Style(delimiter=";", price=comma, head="Datum,Eröffnung,Höchst,Tief,Schluss,Stück").text().encode(name)
        )
        for name in ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16-le", "utf-16-be")
    },
    "UTF-16, big end first, with its mark": Case(b"\xfe\xff" + Style().text().encode("utf-16-be")),
    "UTF-16 that ends within a sign": Case(Style().text().encode("utf-16") + b"\n"),
    "two byte order marks": Case(b"\xef\xbb\xbf" * 2 + Style().text().encode()),
    "blocks of NUL behind the end": Case(Style().text().encode() + bytes(4096)),
    "Ctrl-Z behind the end": Case(Style().text() + "\x1a"),
    **{f"line end {end!r}": Case(Style(end=end).text()) for end in ("\r\n", "\r", "\r\r\n", "\n\r")},
    "mixed line ends": Case(
        Style().text(BARS[:80])
        + Style(end="\r\n", head="").text(BARS[80:160])
        + Style(end="\r", head="").text(BARS[160:])
    ),
    "no last line end": Case(Style().text()[:-1]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_bars_come_out_as_they_went_in(name: str, tmp_path: Path) -> None:
    check_accepted(ACCEPTED[name], tmp_path)


@pytest.mark.parametrize("level", [1.234, 150.123])
def test_a_comma_before_three_digits_is_asked_for_and_the_answer_settles_it(level: float, tmp_path: Path) -> None:
    bars = forex(level=level, decimals=3)
    text = Style(price=lambda value: f"{value:.3f}".replace(".", ","), delimiter=";").text(bars)
    assert asked(Case(text), tmp_path) == ["decimal"]
    check_accepted(Case(text, bars=bars, options={"decimal": ","}), tmp_path)


@pytest.mark.parametrize("cell", ["1_0", "0x10", "True", "=1+1", "1 .2", "1 2", "٣", "--1", "1.2.3", "1e", "1,2,3"])
def test_a_price_that_is_no_number_costs_its_row(cell: str, tmp_path: Path) -> None:
    rows = Style(delimiter=";").rows()
    rows.insert(9, f"2018-02-03T05:00:00Z;{cell};2;1;2;3")
    check_accepted(Case(Style(delimiter=";").text(rows=rows), {"bad_number": 1}), tmp_path)


@pytest.mark.parametrize("place", [0, 1, 5])
def test_a_row_with_a_nul_in_it_is_dropped(place: int, tmp_path: Path) -> None:
    rows = Style().rows()
    cells = rows[7].split(",")
    cells[place] = cells[place][:3] + "\0" + cells[place][3:]
    rows[7] = ",".join(cells)
    check_accepted(Case(Style().text(rows=rows), {"broken_row": 1}, BARS.drop(BARS.index[7])), tmp_path)


def test_a_decimal_mark_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyData):
        attempt(Case(Style(delimiter=";").text(), options={"decimal": ","}), tmp_path)


@pytest.mark.parametrize("sign", ["~", "^", "\u2028"])
def test_a_text_without_a_delimiter_that_is_known_is_refused(sign: str, tmp_path: Path) -> None:
    style = Style(end=sign) if sign == "\u2028" else Style(delimiter=sign)
    with pytest.raises(MalformedBars):
        attempt(Case(style.text()), tmp_path)
