"""What a file tells of itself and what must be asked: symbol, bar length, volume, columns, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.errors import EmptyData, FileMissing, MalformedBars, UnknownName, UnsafeName
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.parquet import ParquetSource
from ktrdr_app.data.importing.plan import Detection, detect, open_source
from ktrdr_app.data.importing.sources import TextSource
from tests.data.importing.variants import BARS, HEADER, NAMES, Style, forex

ROWS = Style().rows()
FRAME = BARS.reset_index()


def seen(folder: Path, text: str, name: str = "some file.csv", **said: object) -> Detection:
    """Return what a file of a text tells."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return detect(path, ImportOptions(**said))  # type: ignore[arg-type]


def table(folder: Path, frame: pd.DataFrame, name: str = "some file.csv", **said: object) -> Detection:
    """Return what a frame as a file tells."""
    return seen(folder, frame.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ"), name, **said)


def told(found: Detection) -> dict[str, int]:
    """Return the count of each finding by its code."""
    assert len(set(found.findings)) == len(found.findings)
    return {entry.code: entry.count for entry in found.findings}


def asked(found: Detection) -> list[str]:
    """Return what is asked, by the option that answers it."""
    return [question.key for question in found.questions]


def test_a_plain_file_needs_no_answer_and_looking_writes_nothing(tmp_path: Path) -> None:
    found = seen(tmp_path, Style().text(), "EURUSD_1h.csv")
    assert (found.symbol, found.timeframe, found.asset_class) == ("EURUSD", "1h", "forex")
    assert (found.findings, found.questions, found.rows_read) == ((), (), len(BARS))
    pd.testing.assert_frame_equal(found.bars, BARS, check_freq=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["EURUSD_1h.csv"]
    assert found.detected["columns"] == {name: name for name in HEADER.split(",")}
    assert (found.detected["delimiter"], found.detected["decimal"], found.detected["timezone"]) == (",", ".", "UTC")


@pytest.mark.parametrize("name", ["X.parquet", "X.PARQUET", "X.pq", "X.csv", "X.txt"])
def test_the_ending_tells_what_reads_a_file(tmp_path: Path, name: str) -> None:
    stored = "p" in name.rpartition(".")[2].lower()
    path = tmp_path / name
    if stored:
        BARS.to_parquet(path)
    else:
        path.write_text(Style().text())
    source = open_source(path)
    assert isinstance(source, ParquetSource if stored else TextSource)
    assert source.names == tuple(HEADER.split(","))


def test_options_are_checked_before_the_file_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        detect(tmp_path / "none.csv", ImportOptions(asset_class="bonds"))
    with pytest.raises(FileMissing):
        detect(tmp_path / "none.csv")


PRICE_LINES = ("Price,Close,High,Low,Open,Volume", "Ticker,MSFT,MSFT,MSFT,MSFT,MSFT", "Datetime,,,,,")
TICKER = "\n".join([*PRICE_LINES, *Style(order="tchlov").rows()]) + "\n"
NAMED = FRAME.assign(symbol="BTC/USD")


@pytest.mark.parametrize(
    ("text", "name", "said", "symbol"),
    [
        (TICKER, "AAPL_1h.csv", "GOOG", "GOOG"),
        (TICKER, "AAPL_1h.csv", None, "MSFT"),
        (NAMED.to_csv(index=False), "AAPL_1h.csv", None, "BTCUSD"),
        (FRAME.assign(symbol="NYSE:BRK.B").to_csv(index=False), "AAPL_1h.csv", None, "BRK.B"),
        (FRAME.assign(symbol="..").to_csv(index=False), "AAPL_1h.csv", None, "AAPL"),
        (Style().text(), "AAPL_1h.csv", None, "AAPL"),
    ],
)
def test_the_symbol_is_told_by_the_user_then_the_rows_then_the_name(
    tmp_path: Path, text: str, name: str, said: str | None, symbol: str
) -> None:
    found = seen(tmp_path, text, name, **({"symbol": said} if said else {}))
    assert (found.symbol, asked(found)) == (symbol, [])


def test_a_symbol_that_nothing_tells_is_asked_with_the_bars_at_hand(tmp_path: Path) -> None:
    found = seen(tmp_path, Style().text(), "some export (3).csv")
    assert (found.symbol, asked(found), len(found.bars)) == ("", ["symbol"], len(BARS))
    with pytest.raises(UnsafeName):
        seen(tmp_path, Style().text(), symbol="../EURUSD")


def test_of_many_symbols_twenty_are_offered_and_the_one_that_is_chosen_is_read(tmp_path: Path) -> None:
    names = [f"S{number:02d}" for number in range(25)]
    frame = pd.concat(
        [FRAME.iloc[:40].assign(symbol=name, close=FRAME["high"] - 1e-5 * n) for n, name in enumerate(names)]
    )
    found = table(tmp_path, frame)
    (question,) = found.questions
    assert question.options == tuple(names[:20])
    assert "25 symbols" in question.message
    chosen = table(tmp_path, frame, symbol="s07")
    assert asked(chosen) == []
    assert chosen.bars["close"].tolist() == frame[frame["symbol"] == "S07"]["close"].tolist()
    assert asked(table(tmp_path, frame, symbol="EURUSD")) == ["symbol"]


WITHOUT_VOLUME = FRAME.drop(columns="volume")


def test_a_first_volume_of_zeros_gives_way_to_one_that_is_filled(tmp_path: Path) -> None:
    mostly = [0.0 if row % 10 else 5.0 for row in range(len(FRAME))]
    found = table(tmp_path, WITHOUT_VOLUME.assign(volume=mostly, tickvol=FRAME["volume"]))
    assert found.bars["volume"].tolist() == FRAME["volume"].tolist()
    assert found.detected["columns"]["volume"] == "tickvol"
    assert "column volume is 0" in next(e.message for e in found.findings if e.code == "volume_column")


def test_a_first_volume_that_is_filled_is_kept_and_the_other_named(tmp_path: Path) -> None:
    found = table(tmp_path, WITHOUT_VOLUME.assign(volume=FRAME["volume"], tickvol=9.0))
    assert found.bars["volume"].tolist() == FRAME["volume"].tolist()
    assert "not read: tickvol" in next(e.message for e in found.findings if e.code == "volume_column")


def test_words_for_a_volume_count_only_in_rows_that_are_kept(tmp_path: Path) -> None:
    rows = list(ROWS)
    rows[4] = rows[4].rpartition(",")[0] + ",many"
    rows[9] = "soon," + rows[9].partition(",")[2].rpartition(",")[0] + ",many"
    rows[14] = ",".join([rows[14].split(",")[0], "x", *rows[14].split(",")[2:5], "many"])
    found = seen(tmp_path, Style().text(rows=rows))
    assert told(found) == {"bad_stamp": 1, "bad_number": 1, "bad_volume_text": 1}
    (bad,) = [entry for entry in found.findings if entry.code == "bad_volume_text"]
    assert bad.rows == (6,)
    assert found.bars["volume"].isna().sum() == 1


def test_adjusted_closes_are_left_and_named(tmp_path: Path) -> None:
    frame = FRAME.rename(columns={"close": "Close"}).assign(**{"Adj Close": FRAME["close"] / 2})
    found = table(tmp_path, frame)
    assert found.bars["close"].tolist() == FRAME["close"].tolist()
    assert "column Adj Close was not read" in next(e.message for e in found.findings if e.code == "close_column")


@pytest.mark.parametrize(("rows", "refused"), [(9, False), (8, True)])
def test_a_third_of_clashing_rows_is_borne_and_more_is_not(tmp_path: Path, rows: int, refused: bool) -> None:
    own = ROWS[: rows - 3]
    clashing = [row.rpartition(",")[0] + ",77" for row in own[:3]]
    text = Style().text(rows=[*own, *clashing])
    if refused:
        with pytest.raises(MalformedBars, match="3 of 8 rows"):
            seen(tmp_path, text, "X_1h.csv")
        return
    found = seen(tmp_path, text, "X_1h.csv")
    assert told(found)["duplicate_conflicting"] == 3
    assert found.bars["volume"].tolist()[:3] == [77.0] * 3


def test_clashes_wait_for_the_answer_that_may_cure_them(tmp_path: Path) -> None:
    frame = pd.concat(
        [FRAME.assign(symbol=name, **{n: FRAME[n] * k for n in NAMES}) for k, name in ((1, "A"), (2, "B"))]
    )
    assert asked(table(tmp_path, frame)) == ["symbol"]
    with pytest.raises(MalformedBars, match="240 of 480 rows"):
        table(tmp_path, frame.drop(columns="symbol"), symbol="A")


@pytest.mark.parametrize(
    ("step", "name", "said", "timeframe", "code"),
    [
        ("1h", "X_1h.csv", None, "1h", ""),
        ("4h", "X_1h.csv", None, "4h", "timeframe_clash"),
        ("2h", "X_1h.csv", None, "1h", "timeframe_from_name"),
        ("2h", "X_4h.csv", "1h", "1h", "timeframe_given"),
        ("2h", "X.csv", None, "", ""),
    ],
)
def test_the_bar_length_is_told_by_the_user_then_the_rows_then_the_name(
    tmp_path: Path, step: str, name: str, said: str | None, timeframe: str, code: str
) -> None:
    moments = pd.date_range("2018-02-01", periods=60, freq=step, tz="UTC", name="timestamp").as_unit("ns")
    bars = BARS.iloc[:60].set_axis(moments)
    found = seen(tmp_path, Style().text(bars), name, **({"timeframe": said} if said else {}))
    assert found.timeframe == timeframe
    assert {entry for entry in told(found) if entry.startswith("timeframe")} == ({code} if code else set())
    assert asked(found) == ([] if timeframe else ["timeframe"])


def test_one_row_alone_tells_no_length(tmp_path: Path) -> None:
    one = Style().text(rows=ROWS[:1])
    (question,) = seen(tmp_path, one, "X.csv").questions
    assert "one row alone" in question.message
    given = seen(tmp_path, one, "X.csv", timeframe="1d")
    assert "one row alone" in next(e.message for e in given.findings if e.code == "timeframe_given")


def test_a_comma_that_may_be_either_mark_hides_the_rows_until_it_is_told(tmp_path: Path) -> None:
    bars = BARS.iloc[:40].assign(**{name: (BARS[name] * 1000).round() for name in NAMES})
    text = Style(price=lambda value: f"{value:,.0f}", delimiter=";").text(bars)
    found = seen(tmp_path, text, "X_1h.csv")
    assert (asked(found), len(found.bars), found.symbol, found.timeframe) == (["decimal"], 0, "X", "1h")
    assert found.rows_read == 40
    for mark, size in ((".", 1.0), (",", 1000.0)):
        read = seen(tmp_path, text, "X_1h.csv", decimal=mark)
        assert read.bars["close"].tolist() == (bars["close"] / size).tolist()
        assert read.detected["decimal"] == mark


def test_two_columns_of_one_name_and_other_numbers_are_asked_about(tmp_path: Path) -> None:
    head = HEADER + ",Close"
    rows = [f"{row},{row.split(',')[2]}" for row in ROWS]
    (question,) = seen(tmp_path, Style(head=head).text(rows=rows)).questions
    assert (question.key, question.options) == ("columns", ("close=5", "close=7"))
    for answer, column in (("5", "close"), ("7", "high")):
        found = seen(tmp_path, Style(head=head).text(rows=rows), symbol="X", columns={"close": answer})
        assert (found.bars["close"].tolist(), asked(found)) == (BARS[column].tolist(), [])
    same = [f"{row},{row.split(',')[4]}" for row in ROWS]
    assert asked(seen(tmp_path, Style(head=head).text(rows=same), symbol="X")) == []


def test_a_file_without_headings_names_its_columns_by_number(tmp_path: Path) -> None:
    found = seen(tmp_path, Style("%Y-%m-%d,%H:%M", head="", order="tlohcv").text(), symbol="X", timezone="UTC")
    roles = {"timestamp": "1 + 2", "open": "4", "high": "5", "low": "3", "close": "6", "volume": "7"}
    assert found.detected["columns"] == roles
    pd.testing.assert_frame_equal(found.bars, BARS, check_freq=False)


def test_the_asset_class_that_is_given_stays(tmp_path: Path) -> None:
    assert seen(tmp_path, Style().text(), symbol="EURUSD", asset_class="metal").asset_class == "metal"
    days = pd.date_range("2021-01-01", periods=90, freq="1D", tz="UTC", name="timestamp").as_unit("ns")
    coins = forex(90).set_axis(days)
    assert seen(tmp_path, Style().text(coins), symbol="ABC").asset_class == "crypto"


def test_the_reason_stands_in_the_refusal_of_a_file_without_one_good_row(tmp_path: Path) -> None:
    with pytest.raises(EmptyData) as raised:
        seen(tmp_path, Style(price=lambda value: "0").text())
    assert "none of its 240 rows can be used: 240 rows" in raised.value.hint
