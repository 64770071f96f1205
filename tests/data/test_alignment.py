"""Joining symbols: what each mode keeps, that nothing is known too early, and why bars are lost."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.alignment import MODES, align_trading_calendars, alignment_report, as_of, known_at
from ktrdr_app.data.calendars.choose import calendar_named
from tests.data.calendars.clocks import forex_may_rest, minutes, new_york_is_open
from tests.data.quality.planted import clean

HOUR = NANOSECONDS["1h"]
STAMPS = st.lists(st.integers(0, 40), min_size=1, max_size=30, unique=True).map(sorted)
CALENDARS = {name: calendar_named(kind) for name, kind in (("EURUSD", "forex"), ("AAPL", "XNYS"), ("BTC", "24/7"))}


def _frame(halves: list[int], **more: float) -> pd.DataFrame:
    """Return bars of an hour at these half hours, the close telling the open."""
    index = pd.DatetimeIndex(np.array(halves, dtype=np.int64) * (HOUR // 2), tz="UTC", name="timestamp")
    close = np.array(halves, dtype=np.float64) + 1
    return pd.DataFrame(
        {"open": close, "high": close, "low": close, "close": close, "volume": 1.0, **more}, index=index
    )


def _markets(timeframe: str = "1h") -> dict[str, pd.DataFrame]:
    return {
        name: clean(kind, timeframe, "2024-01-08", "2024-03-04")
        for name, kind in (("EURUSD", "forex"), ("AAPL", "XNYS"), ("BTC", "24/7"))
    }


@given(parts=st.lists(STAMPS, min_size=1, max_size=4))
def test_an_intersection_is_part_of_each_and_a_union_holds_all(parts: list[list[int]]) -> None:
    bars = {f"S{number}": _frame(part) for number, part in enumerate(parts)}
    common = align_trading_calendars(bars, "1h", "intersection")
    every = align_trading_calendars(bars, "1h", "union")
    sets = [set(frame.index) for frame in bars.values()]
    assert list(common) == sorted(set.intersection(*sets))
    assert list(every) == sorted(set.union(*sets))
    own = align_trading_calendars(bars, "1h", "own")
    assert list(own) == sorted({stamp + pd.Timedelta(hours=1) for stamp in set.union(*sets)})
    for axis in (common, every, own):
        assert axis.is_unique
        assert axis.is_monotonic_increasing
        assert str(axis.dtype) == "datetime64[ns, UTC]"


@given(own=STAMPS, axis=STAMPS)
def test_as_of_takes_the_newest_row_that_was_over(own: list[int], axis: list[int]) -> None:
    frame = _frame(own).assign(feature=lambda rows: rows["close"] * 10)
    index = _frame(axis).index
    found = as_of(frame, index, "1h")
    assert list(found.values.index) == list(index)
    for row, half in enumerate(axis):
        over = [at for at in own if at + 2 <= half + 2]
        assert found.fresh[row] == (half in own)
        feature = found.values["feature"].iloc[row]
        assert (feature == (over[-1] + 1) * 10) if over else np.isnan(feature)
        for name in ("open", "high", "low", "close", "volume"):
            value = found.values[name].iloc[row]
            assert (not np.isnan(value)) == (half in own)
            assert half not in own or value in (half + 1, 1.0)


@given(own=STAMPS, axis=STAMPS, cut=st.integers(0, 40))
def test_the_future_changes_nothing(own: list[int], axis: list[int], cut: int) -> None:
    index = _frame(axis).index
    whole = as_of(_frame(own, feature=0.0).assign(feature=lambda rows: rows["close"]), index, "1h")
    past = [at for at in own if at <= cut]
    early = as_of(_frame(past, feature=0.0).assign(feature=lambda rows: rows["close"]), index, "1h")
    rows = np.array(axis) <= cut
    pd.testing.assert_frame_equal(whole.values[rows], early.values[rows])
    assert (whole.fresh[rows] == early.fresh[rows]).all()


@given(parts=st.lists(STAMPS, min_size=2, max_size=4), mode=st.sampled_from(MODES))
def test_reports_add_up(parts: list[list[int]], mode: str) -> None:
    bars = {f"S{number}": _frame(part) for number, part in enumerate(parts)}
    found = alignment_report(bars, "1h", mode)
    assert found.rows == len(align_trading_calendars(bars, "1h", mode))
    for entry, frame in zip(found.symbols, bars.values(), strict=True):
        assert entry.bars == len(frame)
        assert entry.kept + entry.lost == entry.bars
        if mode == "intersection":
            assert entry.kept == found.rows
            assert (entry.lost > 0) == bool(entry.reasons)
        if mode == "union":
            assert (entry.lost, entry.carried) == (0, found.rows - entry.bars)
            assert (entry.carried > 0) == bool(entry.reasons)
        if mode == "own":
            assert (entry.lost, entry.carried) == (0, 0)


def test_carried_rows_keep_types_that_can_hold_nothing() -> None:
    frame = _frame([0, 2]).assign(feature=np.array([1, 2], dtype=np.float32))
    found = as_of(frame, _frame([0, 1, 2, 3]).index, "1h")
    assert found.values["feature"].tolist() == [1, 1, 2, 2]
    assert found.values["feature"].dtype == np.float32
    assert found.fresh.tolist() == [True, False, True, False]
    assert found.values["close"].isna().tolist() == [False, True, False, True]


def test_as_of_an_empty_frame_knows_nothing() -> None:
    found = as_of(_frame([]), _frame([0, 1]).index, "1h")
    assert found.values.isna().all(axis=None)
    assert not found.fresh.any()
    assert as_of(_frame([0]), _frame([]).index, "1h").values.empty


def test_half_past_and_the_hour_never_meet_and_the_user_is_told() -> None:
    bars = {name: frame for name, frame in _markets().items() if name != "BTC"}
    found = alignment_report(bars, "1h", "intersection", CALENDARS)
    assert found.rows == 0
    assert (found.first, found.last) == ("", "")
    text = " ".join(found.sentences)
    assert "1h bars of EURUSD begin at :00, those of AAPL at :30" in text
    assert "mode own" in text
    for entry in found.symbols:
        assert (entry.kept, entry.lost) == (0, entry.bars)
        assert all(":30" in reason and ":00" in reason for reason in entry.reasons)


def test_a_union_of_both_holds_all_bars_and_carries_features_only() -> None:
    bars = {name: frame for name, frame in _markets().items() if name != "BTC"}
    axis = align_trading_calendars(bars, "1h", "union")
    assert len(axis) == sum(map(len, bars.values()))
    shares = as_of(bars["AAPL"].assign(feature=bars["AAPL"]["close"]), axis, "1h")
    assert int(shares.fresh.sum()) == len(bars["AAPL"])
    assert shares.values["close"].notna().sum() == len(bars["AAPL"])
    # At 15:00 the forex bar ends at 16:00; the share's bar that began at 14:30 was over at 15:30.
    row = shares.values.loc["2024-01-08 15:00+00:00"]
    assert np.isnan(row["close"])
    assert row["feature"] == bars["AAPL"].loc["2024-01-08 14:30+00:00", "close"]
    report = alignment_report(bars, "1h", "union", CALENDARS)
    assert report.symbols[1].carried == len(bars["EURUSD"])
    assert "at :30" in report.symbols[1].reasons[0]


def test_closed_markets_are_told_from_missing_data() -> None:
    bars = {name: frame for name, frame in _markets().items() if name != "AAPL"}
    bars["EURUSD"] = bars["EURUSD"].drop(bars["EURUSD"].index[[30, 31, 32]])
    found = alignment_report(bars, "1h", "intersection", CALENDARS)
    bitcoin = found.symbols[1]
    closed = len(bars["BTC"]) - bitcoin.kept - 3
    inside = bars["BTC"].index <= bars["EURUSD"].index[-1]
    assert bitcoin.lost == closed + 3
    hours = "open from Sunday 17:00 to Friday 17:00 in New York"
    assert bitcoin.reasons[-2:] == (
        f"{closed - int((~inside).sum()):,} while the market of EURUSD is closed ({hours})",
        "3 missing from the data of EURUSD, though its market is open",
    )
    assert found.symbols[0].lost == 0
    assert found.sentences == (f"{found.rows:,} bars are common to all 2 symbols.",)


def test_dates_outside_the_others_range_are_a_reason() -> None:
    bars = {"A": _frame([0, 2, 4, 6, 8]), "B": _frame([4, 6])}
    found = alignment_report(bars, "1h", "intersection")
    assert found.symbols[0].reasons == ("3 before the first or after the last bar of B",)
    holes = alignment_report({"A": _frame([0, 2, 4]), "B": _frame([0, 4])}, "1h", "intersection")
    assert holes.symbols[0].reasons == ("1 at times without a bar of B",)


def test_daily_bars_join_by_date_over_markets() -> None:
    bars = _markets("1d")
    common = align_trading_calendars(bars, "1d", "intersection")
    assert list(common) == list(bars["AAPL"].index)
    found = alignment_report(bars, "1d", "intersection", CALENDARS)
    assert [entry.lost for entry in found.symbols] == [len(frame) - len(common) for frame in bars.values()]
    assert "market of AAPL is closed" in found.symbols[2].reasons[-1] + found.symbols[2].reasons[0]


def test_own_orders_daily_bars_by_the_close_of_their_sessions() -> None:
    bars = {name: _markets("1d")[name] for name in ("AAPL", "BTC")}
    plain = align_trading_calendars(bars, "1d")
    assert set(plain.hour) == {0}
    timed = align_trading_calendars(bars, "1d", "own", CALENDARS)
    assert len(timed) == len(bars["AAPL"]) + len(bars["BTC"])
    assert pd.Timestamp("2024-01-08 21:00", tz="UTC") in timed
    assert pd.Timestamp("2024-01-09 00:00", tz="UTC") in timed
    assert (timed.name, align_trading_calendars(bars, "1d", "union").name) == ("close_time", "timestamp")
    shares = known_at(bars["AAPL"].index, "1d", CALENDARS["AAPL"])
    assert (shares < known_at(bars["AAPL"].index, "1d")).all()
    hours = _markets("1h")["AAPL"].index
    assert (known_at(hours, "1h", CALENDARS["AAPL"]) == known_at(hours, "1h")).all()


@pytest.mark.parametrize(
    ("timeframe", "first", "second", "words"),
    [
        ("4h", "2024-01-08 00:00", "2024-01-08 01:00", "at 00:00 UTC and every 4 h after, those of B at 01:00 UTC"),
        ("1d", "2024-01-08 00:00", "2024-01-08 22:00", "at 00:00 UTC, those of B at 22:00 UTC"),
        ("5m", "2024-01-08 00:00", "2024-01-08 00:02", "at :00, :05, :10, :15"),
    ],
)
def test_other_grids_are_told_in_words(timeframe: str, first: str, second: str, words: str) -> None:
    length = pd.Timedelta(NANOSECONDS[timeframe], unit="ns")
    bars = {
        name: pd.DataFrame({"close": 1.0}, index=pd.date_range(start, periods=300, freq=length, tz="UTC"))
        for name, start in (("A", first), ("B", second))
    }
    if timeframe == "5m":
        words = "at :00, those of B at :02"
    assert words in " ".join(alignment_report(bars, timeframe, "intersection").sentences)


def test_reports_are_documents() -> None:
    document = alignment_report(_markets(), "1h", "intersection", CALENDARS).to_document()
    assert set(document) == {"mode", "timeframe", "rows", "first", "last", "symbols", "sentences"}
    assert document["symbols"][0]["kept_share"] == 0.0
    own = alignment_report(_markets(), "1h").to_document()
    assert [entry["kept_share"] for entry in own["symbols"]] == [1.0, 1.0, 1.0]
    assert own["mode"] == "own"


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(UnknownName) as caught:
        align_trading_calendars({"A": _frame([0])}, "1h", "intersect")
    assert "intersection" in caught.value.hint
    with pytest.raises(UnknownName):
        align_trading_calendars({"A": _frame([0])}, "2h")
    with pytest.raises(InvalidValue):
        align_trading_calendars({}, "1h")


@pytest.mark.parametrize("mode", ["intersection", "union"])
def test_one_symbol_keeps_all_its_bars(mode: str) -> None:
    bars = clean("XNYS", "30m")
    report = alignment_report({"ACME": bars}, "30m", mode)
    assert (report.rows, report.symbols[0].lost, report.symbols[0].reasons) == (len(bars), 0, ())
    if mode == "intersection":
        assert report.sentences == (f"ACME is alone: all its {len(bars):,} bars stay.",)


def test_symbols_of_other_years_are_told_so_with_a_way_out() -> None:
    early, late = clean("XNYS", "1d", "2010-01-04", "2011-01-03"), clean("24/7", "1d", "2017-08-17", "2018-08-17")
    for pair in ({"OLD": early, "NEW": late}, {"NEW": late, "OLD": early}):
        report = alignment_report(pair, "1d", "intersection")
        assert report.rows == 0
        words = "OLD ends on 2010-12-31 and NEW begins on 2017-08-17: their dates do not overlap."
        assert words in report.sentences
        assert "import bars of the same dates" in report.sentences[-1]


def test_shares_and_currencies_meet_in_every_half_hour_of_the_session() -> None:
    """Over changes of clocks on both sides of the ocean, holidays and early closes, by the wall clock of New York."""
    start, end = "2024-02-26", "2024-12-30"
    holidays = {
        date.fromisoformat(f"2024-{day}") for day in ("03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25")
    }
    early = dict.fromkeys((date(2024, 7, 3), date(2024, 11, 29), date(2024, 12, 24)), 13)
    wanted = [at for at in minutes(start, end, 30).tolist() if new_york_is_open(at, holidays, early)]
    pair = {"ACME": clean("XNYS", "30m", start, end), "EURUSD": clean("forex", "30m", start, end)}
    assert align_trading_calendars(pair, "30m", "intersection").asi8.tolist() == wanted
    calendars = {"ACME": calendar_named("XNYS"), "EURUSD": calendar_named("forex")}
    lost = alignment_report(pair, "30m", "intersection", calendars).symbols[1]
    assert lost.lost == len(pair["EURUSD"]) - len(wanted)
    # The last currency bars lie after the last share bar.
    assert sum("market of ACME is closed" in reason for reason in lost.reasons) == 1


def test_new_york_and_london_of_2024_by_the_published_numbers() -> None:
    start, end = pd.Timestamp("2024-01-01").value, pd.Timestamp("2025-01-01").value
    days = {name: calendar_named(name).expected_opens(start, end, "1d") for name in ("XNYS", "XLON")}
    pair = {name: pd.DataFrame(index=pd.DatetimeIndex(opens, tz="UTC")) for name, opens in days.items()}
    assert len(align_trading_calendars(pair, "1d", "intersection")) == 248
    assert len(align_trading_calendars(pair, "1d", "union")) == 258


def test_holidays_of_a_currency_are_a_reason_of_their_own() -> None:
    start, end = "2019-12-02", "2020-02-03"
    coin, pair = clean("24/7", "1h", start, end), clean("forex", "1h", start, end)
    resting = np.array([forex_may_rest(stamp) for stamp in pair.index.asi8.tolist()])
    resting[300] = True
    loaded = {"BTC": coin, "EURUSD": pair[~resting]}
    calendars = {"BTC": calendar_named("24/7"), "EURUSD": calendar_named("forex")}
    said = alignment_report(loaded, "1h", "intersection", calendars).symbols[0].reasons
    assert f"{resting.sum() - 1:,} over holidays, when the market of EURUSD may be closed" in said
    assert "1 missing from the data of EURUSD, though its market is open" in said
