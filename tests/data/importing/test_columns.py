"""Headings of every vendor, told apart by name."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import InvalidValue, MalformedBars
from ktrdr_app.data.importing.columns import by_name, is_heading, place_of, plain_name, role_of

HEADINGS: dict[str, tuple[tuple[int, ...], tuple[int, ...], int | None]] = {
    "timestamp,open,high,low,close,volume": ((0,), (1, 2, 3, 4), 5),
    ",open,high,low,close,volume": ((0,), (1, 2, 3, 4), 5),
    "t,o,h,l,c,v": ((0,), (1, 2, 3, 4), 5),
    " DATETIME , OPEN ,HIGH , LOW,Close ,Vol.": ((0,), (1, 2, 3, 4), 5),
    "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>,<VOL>,<SPREAD>": ((0, 1), (2, 3, 4, 5), 7),
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>": ((2, 3), (4, 5, 6, 7), 8),
    "Date,Open,High,Low,Close,Adj Close,Volume": ((0,), (1, 2, 3, 4), 6),
    "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD": ((0,), (3, 4, 5, 6), 7),
    "date,symbol,open,high,low,close,volume_btc,volume": ((0,), (2, 3, 4, 5), 6),
    "unix,date,symbol,open,high,low,close,volume,Volume USD": ((0,), (3, 4, 5, 6), 7),
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume": ((0,), (1, 2, 3, 4), 5),
    "Time,Open,High,Low,Last,Change,%Chg,Volume": ((0,), (1, 2, 3, 4), 7),
    "time,open,high,low,close,Volume,Volume MA": ((0,), (1, 2, 3, 4), 5),
    "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen": ((0,), (1, 2, 3, 4), 5),
    "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen": ((0,), (1, 2, 3, 4), 5),
    "Datum;Zeit;Eröffn.;Tageshoch;Tagestief;Zuletzt;Umsatz": ((0, 1), (2, 3, 4, 5), 6),
    "Date,Close/Last,Volume,Open,High,Low": ((0,), (3, 4, 5, 1), 2),
    "Gmt time,Open,High,Low,Close,Volume": ((0,), (1, 2, 3, 4), 5),
    "timestamp,1. open,2. high,3. low,4. close,5. volume": ((0,), (1, 2, 3, 4), 5),
    "ticker,volume,open,close,high,low,window_start,transactions": ((6,), (2, 4, 5, 3), 1),
    "Date,Price,Open,High,Low,Vol.,Change %": ((0,), (2, 3, 4, 1), 5),
    "time,open,high,low,close": ((0,), (1, 2, 3, 4), None),
}


def cut(heading: str) -> list[str]:
    """Return the names of a heading."""
    return heading.split(";" if ";" in heading else ",")


@pytest.mark.parametrize("heading", HEADINGS)
def test_columns_are_found_by_name(heading: str) -> None:
    stamp, prices, volume = HEADINGS[heading]
    names = cut(heading)
    assert is_heading(names)
    found = by_name(names, {}, "file")
    assert found.stamp == stamp
    assert found.prices == prices
    assert (found.volumes[0] if found.volumes else None) == volume


@pytest.mark.parametrize(
    "row",
    [
        ["2021-01-01", "1.2", "1.3", "1.1", "1.2", "5"],
        ["a", "b", "c"],
        ["open", "1.5", "high", "2.5"],
        ["see also: open, high"],
        [],
    ],
)
def test_a_row_is_no_heading(row: list[str]) -> None:
    assert not is_heading(row)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("timestamp,open,high,low,volume", "close"),
        ("open,high,low,close,volume", "timestamp"),
        ("timestamp,open,close", "high and no low"),
        ("date,close", "open and no high and no low"),
    ],
)
def test_a_missing_column_is_named(names: str, missing: str) -> None:
    with pytest.raises(MalformedBars, match=f"no {missing} column") as raised:
        by_name(names.split(","), {}, "file.csv")
    assert "--columns" in raised.value.hint
    assert raised.value.where == "file.csv"


def test_what_the_user_says_counts_more_than_names() -> None:
    names = ["date", "open", "high", "low", "close", "adj close", "volume"]
    found = by_name(names, {"close": "Adj Close", "volume": "2", "timestamp": "date"}, "file")
    assert found.prices == (1, 2, 3, 5)
    assert found.volumes == (1,)
    assert found.adjusted is None


def test_date_and_time_may_be_named() -> None:
    found = by_name(["a", "b", "open", "high", "low", "close"], {"date": "a", "time": "b"}, "file")
    assert found.stamp == (0, 1)


@pytest.mark.parametrize(("column", "place"), [("High", 1), ("high", 1), ("1", 0), ("3", 2)])
def test_a_column_is_found_by_name_or_number(column: str, place: int) -> None:
    assert place_of(column, ["Open", "High", ""], "file") == place


@pytest.mark.parametrize("column", ["0", "4", "Low", "-1", "٣"])
def test_a_column_that_is_not_there(column: str) -> None:
    with pytest.raises(InvalidValue):
        place_of(column, ["Open", "High", ""], "file")


@pytest.mark.parametrize(
    ("name", "plain", "role"),
    [
        ("<OPEN>", "open", "open"),
        ("1. open", "open", "open"),
        ("  Vol. ", "vol", "volume"),
        ("Eröffnung", "eroeffnung", "open"),
        ("Höchst", "hoechst", "high"),
        ("Volume (BTC)", "volume btc", "volume of"),
        ("adj_close", "adj close", "adjusted"),
        ("close_time", "close time", ""),
        ("", "", ""),
        ("Stock Splits", "stock splits", ""),
    ],
)
def test_names_are_made_plain(name: str, plain: str, role: str) -> None:
    assert plain_name(name) == plain
    assert role_of(name) == role
