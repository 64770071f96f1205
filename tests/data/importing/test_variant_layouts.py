"""What stands around and above the rows: prefaces, footers, headings of every kind, columns in any order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.errors import EmptyData, MalformedBars
from tests.data.importing.variants import BARS, HEADER, Case, Style, asked, attempt, check_accepted

TEXT = Style().text()
ROWS = Style().rows()
REST = HEADER.partition(",")[2]
NO_VOLUME = BARS.assign(volume=np.nan)


def german(value: float) -> str:
    """Return a number with a decimal comma."""
    return repr(float(value)).replace(".", ",")


def added(*cells: str) -> list[str]:
    """Return the rows with cells behind them."""
    return [",".join((row, *cells)) for row in ROWS]


ACCEPTED: dict[str, Case] = {
    "three lines before": Case("Export of EURUSD\nPeriod: 1 hour\n\n" + TEXT),
    "lines with commas before": Case("Symbol,EURUSD\nFrom,2018-02-01,To,2018-02-14\n" + TEXT),
    "thirty lines before": Case("".join(f"line {n}: words, and more, of law\n" for n in range(30)) + TEXT),
    "fifty lines before": Case("".join(f"line {n} of a disclaimer\n" for n in range(50)) + TEXT),
    "an address before": Case("https://www.CryptoDataDownload.com\n" + TEXT),
    "a line as wide as the table before": Case("a,b,c,d,e,f\n" + TEXT),
    "headings behind a hash": Case("#" + TEXT),
    "comments between": Case(Style().text(rows=[*ROWS[:9], "# note", "", "   ", *ROWS[9:]])),
    "units below the headings": Case(Style().text(rows=["UTC,USD,USD,USD,USD,lots", *ROWS]), {"bad_stamp": 1}),
    "types below the headings": Case(Style().text(rows=["time,float,float,float,float,int", *ROWS]), {"bad_stamp": 1}),
    "a rule below the headings": Case(Style().text(rows=["---,---,---,---,---,---", *ROWS]), {"bad_stamp": 1}),
    "words behind": Case(TEXT + "End of data\n", {"broken_row": 1}),
    "Barchart's line behind": Case(
        TEXT + '"Downloaded from Barchart.com as of 02-14-2018 04:00pm CST"\n', {"broken_row": 1}
    ),
    "Barchart's line in cells behind": Case(
        TEXT + "Downloaded from Barchart.com as of 02-14-2018 04:00pm CST,,,,,\n", {"bad_stamp": 1}
    ),
    "totals behind": Case(TEXT + "Total,,,,,123456\n", {"bad_stamp": 1}),
    "averages behind": Case(TEXT + "Average,1.2,1.3,1.1,1.2,123\n", {"bad_stamp": 1}),
    "the end of a web page behind": Case(TEXT + "</pre></body></html>\n", {"broken_row": 1}),
    "empty cells behind": Case(TEXT + ",,,,,\n" * 3, {"bad_stamp": 3}),
    "headings again in the middle": Case(
        TEXT[: len(TEXT) // 2].rpartition("\n")[0]
        + "\n"
        + HEADER
        + TEXT[len(TEXT[: len(TEXT) // 2].rpartition("\n")[0]) :],
        {"bad_stamp": 1},
    ),
    "more columns": Case(Style(head=HEADER + ",rsi,note").text(rows=added("50.5", "ok"))),
    "a row number without a name": Case(
        Style(head="," + HEADER).text(rows=[f"{n},{row}" for n, row in enumerate(ROWS)])
    ),
    "a row number called index": Case(
        Style(head="index," + HEADER).text(rows=[f"{n},{row}" for n, row in enumerate(ROWS)])
    ),
    "a row number of pandas": Case(
        Style(head="Unnamed: 0," + HEADER).text(rows=[f"{n},{row}" for n, row in enumerate(ROWS)])
    ),
    "date and stamp": Case(Style(head="date," + HEADER).text(rows=[f"{row[:10]},{row}" for row in ROWS])),
    "one close twice": Case(Style(order="tohlccv", head="timestamp,open,high,low,close,close,volume").text()),
    "bids and asks": Case(
        Style(head=f"{HEADER},ask_open,ask_high,ask_low,ask_close").text(rows=added("9", "9.1", "8.9", "9"))
    ),
    "no volume": Case(Style(order="tohlc", head="timestamp,open,high,low,close").text(), bars=NO_VOLUME),
}
ORDERS = ("tohlcv", "tochlv", "tcohlv", "tlhocv", "thlocv", "tvohlc", "ohlcvt", "tohlc", "thloc")
HEADINGS = (
    *("Timestamp,Open,High,Low,Close,Volume", "T,O,H,L,C,V", "DATETIME, OPEN ,HIGH,LOW , CLOSE,Vol.", "a,b,c,d,e,f"),
    *("OpenTime,OpenPrice,HighPrice,LowPrice,ClosePrice,Vol", "open_time,open,high,low,close,base_volume"),
    *("bar.time,bar.open,bar.high,bar.low,bar.close,bar.volume", "time,X.Open,X.High,X.Low,X.Close,X.Volume"),
    *(
        "Time (UTC),Open (USD),High (USD),Low (USD),Close (USD),Volume (BTC)",
        "[Time],[Open],[High],[Low],[Close],[Vol]",
    ),
    *("<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>", "time,1. open,2. high,3. low,4. close,5. volume"),
    *('"","X.Open","X.High","X.Low","X.Close","X.Volume"', "Fecha,Apertura,Maximo,Minimo,Cierre,Volumen"),
    *("Date,Ouverture,Plus haut,Plus bas,Clôture,Volume", "Data,Apertura,Massimo,Minimo,Chiusura,Volume"),
)
GERMAN = (
    *("Datum,Erster,Hoch,Tief,Schlusskurs,Stück", "Datum/Zeit,Eröffnungskurs,Tageshoch,Tagestief,Schlusskurs,Umsatz"),
    *("Datum,Eröffnung,Hoch,Tief,Schluss,Volumen", "Zeitstempel,Eröffnung,Höchst,Tiefst,Schluss,Anzahl"),
)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_stands_around_the_rows_changes_nothing(name: str, tmp_path: Path) -> None:
    check_accepted(ACCEPTED[name], tmp_path)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("newest_first", [False, True])
def test_columns_without_names_are_told_by_their_numbers(order: str, newest_first: bool, tmp_path: Path) -> None:
    rows = Style(order=order).rows()
    bars = BARS if "v" in order else NO_VOLUME
    check_accepted(Case(Style(head="").text(rows=rows[::-1] if newest_first else rows), bars=bars), tmp_path)


@pytest.mark.parametrize("before", ["EURUSD,", "EURUSD,60,", "{n},"])
def test_a_symbol_a_period_or_a_number_may_stand_before_rows_without_names(before: str, tmp_path: Path) -> None:
    rows = [before.format(n=n) + row for n, row in enumerate(ROWS)]
    check_accepted(Case(Style(head="").text(rows=rows)), tmp_path)


@pytest.mark.parametrize("head", HEADINGS)
def test_headings_of_many_vendors(head: str, tmp_path: Path) -> None:
    check_accepted(Case(Style(head=head).text()), tmp_path)


@pytest.mark.parametrize("head", GERMAN)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_german_headings(head: str, encoding: str, tmp_path: Path) -> None:
    text = Style("%d.%m.%Y %H:%M", price=german, delimiter=";", head=head).text()
    check_accepted(Case(text.encode(encoding)), tmp_path)


FLAT = BARS.assign(**dict.fromkeys(("open", "high", "low"), BARS["close"]))
BETWEEN = BARS.assign(
    open=BARS["low"] + (BARS["high"] - BARS["low"]) * np.random.default_rng(5).uniform(0, 1, len(BARS)),
    close=BARS["low"] + (BARS["high"] - BARS["low"]) * np.random.default_rng(6).uniform(0, 1, len(BARS)),
)
ANSWER = {"timestamp": "1", "open": "2", "high": "3", "low": "4", "close": "5", "volume": "6"}


@pytest.mark.parametrize(
    "bars", [FLAT, BETWEEN, BARS.iloc[:1], BARS.iloc[:2]], ids=["flat", "opens anywhere", "one row", "two rows"]
)
def test_an_order_that_the_numbers_do_not_tell_is_asked_for(bars: object, tmp_path: Path) -> None:
    case = Case(Style(head="").text(bars), bars=bars, options={"timeframe": "1h"})
    assert asked(case, tmp_path) == ["columns"]
    report = attempt(case, tmp_path, columns=ANSWER)
    assert report.bars.equals(bars)


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("timestamp,open,high,low,close,close,volume", [f"{row.rpartition(',')[0]},9.99,5" for row in ROWS]),
        (
            "Date,A Open,A High,A Low,A Close,B Open,B High,B Low,B Close",
            [f"{row.rpartition(',')[0]},9,9.2,8.8,9.1" for row in ROWS],
        ),
        ("", [f"{row.rpartition(',')[0]},9,9.2,8.8,9.1,5" for row in ROWS]),
    ],
)
def test_two_sets_of_prices_are_asked_about(head: str, rows: list[str], tmp_path: Path) -> None:
    assert asked(Case(Style(head=head).text(rows=rows)), tmp_path) == ["columns"]


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ((0, 4), "open"),
        ((0, 1, 2, 3), "close"),
        ((1, 2, 3, 4), "timestamp"),
        ((0, 1, 3, 4), "high"),
        ((0, 2, 3, 4, 5), "open"),
    ],
)
def test_a_column_that_is_not_there_is_named(cells: tuple[int, ...], missing: str, tmp_path: Path) -> None:
    def some(line: str) -> str:
        return ",".join(line.split(",")[place] for place in cells)

    with pytest.raises(MalformedBars, match=f"no {missing}"):
        attempt(Case("\n".join(map(some, [HEADER, *ROWS])) + "\n"), tmp_path)


@pytest.mark.parametrize("content", ["", "\n\n  \n", "\ufeff", "\x1a", HEADER + "\n", "\ufeff" + HEADER + "\r\n"])
@pytest.mark.parametrize("encode", [str.encode, lambda text: text.encode("utf-16")])
def test_a_file_without_rows_says_so(content: str, encode: Callable[[str], bytes], tmp_path: Path) -> None:
    with pytest.raises(EmptyData):
        attempt(Case(encode(content)), tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "X_1h (1).csv",
        "ü 1h;$&.csv",
        "X'1h.csv",
        "-x.csv",
        "X_1h.CSV",
        "X_1h",
        "a" * 200 + ".csv",
        "%s{0}.csv",
        "^X.csv",
    ],
)
def test_any_file_name(name: str, tmp_path: Path) -> None:
    check_accepted(Case(TEXT, name=name), tmp_path)
