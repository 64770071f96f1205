"""The broker's bars and errors in our terms."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from ib_async import BarData

from ktrdr_app.core.errors import DataProblem
from ktrdr_app.data.bars import check_bars
from ktrdr_app.data.ib.answers import RefusedError, answer_of, refusal
from ktrdr_app.data.ib.markets import market_of
from ktrdr_app.data.ib.plan import DAY, Span

STOCK, PAIR = market_of("AAPL"), market_of("EURUSD")
EVER = Span(0, 20_000 * DAY)


def bar(date: dt.date | dt.datetime, close: float = 2.0, volume: float = 7.0) -> BarData:
    return BarData(date=date, open=close, high=close, low=close, close=close, volume=volume)


def at(*when: int, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    return dt.datetime(*when, tzinfo=zone)  # type: ignore[arg-type, misc]


def test_bars_keep_the_contract_of_a_series() -> None:
    found = [bar(at(2024, 3, 1, hour), hour + 0.1) for hour in (5, 4, 6, 4)]
    answer = answer_of(found, EVER, STOCK, "1h")
    check_bars(answer.bars, "the answer")
    assert answer.bars["close"].tolist() == [4.1, 5.1, 6.1]
    assert answer.bars.index[0].isoformat() == "2024-03-01T04:00:00+00:00"
    assert answer.dropped == 0


def test_no_bars_are_an_empty_frame_of_the_same_form() -> None:
    full, empty = (answer_of(found, EVER, STOCK, "1h").bars for found in ([bar(at(2024, 3, 1))], []))
    assert list(full.columns) == list(empty.columns)
    assert full.dtypes.tolist() == empty.dtypes.tolist()
    assert full.index.dtype == empty.index.dtype


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (dt.date(2024, 3, 1), "2024-03-01T00:00:00+00:00"),
        (at(2024, 3, 1, 9, 30, zone=ZoneInfo("America/New_York")), "2024-03-01T14:30:00+00:00"),
        (at(2024, 7, 1, 9, 30, zone=ZoneInfo("America/New_York")), "2024-07-01T13:30:00+00:00"),
        (dt.datetime(2024, 3, 1, 9, 30), "2024-03-01T09:30:00+00:00"),  # noqa: DTZ001
    ],
)
def test_stamps_are_utc(date: dt.date, expected: str) -> None:
    assert answer_of([bar(date)], EVER, STOCK, "1h").bars.index[0].isoformat() == expected


@pytest.mark.parametrize("day", [dt.date(2024, 3, 4) + dt.timedelta(days=n) for n in range(7)])
def test_any_day_of_a_week_is_its_monday(day: dt.date) -> None:
    answer = answer_of([bar(day)], EVER, STOCK, "1w")
    assert answer.bars.index[0].isoformat() == "2024-03-04T00:00:00+00:00"
    assert answer_of([bar(day)], EVER, STOCK, "1d").bars.index[0].day == day.day


def test_only_the_span_is_taken_its_end_left_out() -> None:
    hours = [bar(at(2024, 3, 1, hour)) for hour in range(24)]
    begin = int(at(2024, 3, 1, 5).timestamp()) * 10**9
    answer = answer_of(hours, Span(begin, begin + 3 * 3600 * 10**9), STOCK, "1h")
    assert answer.bars.index.hour.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("market", "volume", "expected"),
    [(STOCK, -1, np.nan), (STOCK, 0, 0), (STOCK, 12.5, 12.5), (PAIR, -1, np.nan), (PAIR, 0, np.nan), (PAIR, 3, np.nan)],
)
def test_a_volume_below_zero_or_of_a_midpoint_is_missing(market: object, volume: float, expected: float) -> None:
    answer = answer_of([bar(at(2024, 3, 1), volume=volume)], EVER, market, "1h")  # type: ignore[arg-type]
    np.testing.assert_array_equal(answer.bars["volume"], [expected])


@pytest.mark.parametrize("price", [-1.0, 0.0, float("nan"), float("inf")])
def test_a_price_that_is_none_drops_its_bar(price: float) -> None:
    found = [bar(at(2024, 3, 1, 1)), bar(at(2024, 3, 1, 2), price), bar(at(2024, 3, 1, 3))]
    answer = answer_of(found, EVER, STOCK, "1h")
    assert answer.dropped == 1
    assert answer.bars.index.hour.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("code", "text", "pacing", "nothing"),
    [
        (
            162,
            "Historical Market Data Service error message:HMDS query returned no data: AAPL@SMART Trades",
            False,
            True,
        ),
        (162, "Historical Market Data Service error message:Historical data request pacing violation", True, False),
        (420, "Invalid Real-time Query", True, False),
        (354, "no data", False, False),
        (162, "API historical data query cancelled", False, False),
    ],
)
def test_errors_are_sorted(code: int, text: str, pacing: bool, nothing: bool) -> None:
    error = RefusedError(code, text)
    assert (error.means_pacing, error.means_no_bars) == (pacing, nothing)


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        (200, "No security definition", "there is no AAPL USD"),
        (10168, "Requested market data is not subscribed", "may not see AAPL"),
        (321, "Error validating request", "Error validating request"),
    ],
)
def test_every_refusal_is_a_data_problem_with_the_brokers_number(code: int, text: str, message: str) -> None:
    error = refusal(RefusedError(code, text), STOCK)
    assert isinstance(error, DataProblem)
    assert message in error.message
    assert error.hint
    assert error.where == f"Interactive Brokers {code}"
