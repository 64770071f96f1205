"""New York's sessions against its published holidays of 2024, and exchanges with other habits."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ktrdr_app.core.errors import EnvironmentProblem, UnknownName
from ktrdr_app.data.calendars.sessions import ExchangeSessions, exchange_names
from tests.data.calendars.clocks import DAY, HOUR, MINUTE, iso, minutes, new_york_is_open, ns, weekdays

HOLIDAYS = {
    date(2024, 1, 1),
    date(2024, 1, 15),
    date(2024, 2, 19),
    date(2024, 3, 29),
    date(2024, 5, 27),
    date(2024, 6, 19),
    date(2024, 7, 4),
    date(2024, 9, 2),
    date(2024, 11, 28),
    date(2024, 12, 25),
}
EARLY = {date(2024, 7, 3): 13, date(2024, 11, 29): 13, date(2024, 12, 24): 13}
YEAR = (ns("2024-01-01"), ns("2025-01-01"))


@pytest.fixture(scope="module")
def new_york() -> ExchangeSessions:
    return ExchangeSessions("XNYS")


def test_2024_has_252_sessions_on_the_published_days(new_york: ExchangeSessions) -> None:
    found = iso(new_york.expected_opens(*YEAR, "1d"))
    assert len(found) == 252
    wanted = weekdays(date(2024, 1, 1), date(2024, 12, 31), HOLIDAYS)
    assert found == [f"{day} 00:00" for day in wanted]


def test_2024_has_1755_hourly_bars_all_at_half_past(new_york: ExchangeSessions) -> None:
    found = new_york.expected_opens(*YEAR, "1h")
    assert found.size == 1755
    assert set((found % HOUR // MINUTE).tolist()) == {30}


def test_every_quarter_of_an_hour_of_2024_is_as_the_wall_clock_says(new_york: ExchangeSessions) -> None:
    moments = minutes("2024-01-01", "2025-01-01", step=15)
    slow = [new_york_is_open(stamp, HOLIDAYS, EARLY) for stamp in moments.tolist()]
    assert new_york.is_open(moments).tolist() == slow


@pytest.mark.parametrize("step", [1, 5, 15, 30])
def test_minute_bars_fill_the_sessions(step: int, new_york: ExchangeSessions) -> None:
    found = new_york.expected_opens(ns("2024-07-01"), ns("2024-07-08"), f"{step}m")
    moments = minutes("2024-07-01", "2024-07-08", step=step).tolist()
    assert found.tolist() == [at for at in moments if new_york_is_open(at, HOLIDAYS, EARLY)]


@pytest.mark.parametrize("day", ["2024-07-03", "2024-11-29", "2024-12-24"])
def test_early_closes(day: str, new_york: ExchangeSessions) -> None:
    opens = np.array([ns(day)])
    hour = 17 if day == "2024-07-03" else 18
    assert iso(new_york.session_close(opens, "1d")) == [f"{day} {hour}:00"]
    hourly = new_york.expected_opens(ns(day), ns(day) + DAY, "1h")
    assert hourly.size == 4


def test_daily_closes_of_2024_follow_summer_time(new_york: ExchangeSessions) -> None:
    days = new_york.expected_opens(*YEAR, "1d")
    closes = new_york.session_close(days, "1d")
    for day, close in zip(days.tolist(), closes.tolist(), strict=True):
        last = close - MINUTE
        assert new_york_is_open(last, HOLIDAYS, EARLY)
        assert not new_york_is_open(close, HOLIDAYS, EARLY)
        assert day < close < day + DAY


def test_a_stamp_at_new_yorks_midnight_means_the_same_day(new_york: ExchangeSessions) -> None:
    opens = np.array([ns("2024-07-02 04:00"), ns("2024-01-02 05:00")])
    assert iso(new_york.session_close(opens, "1d")) == ["2024-07-02 20:00", "2024-01-02 21:00"]


def test_a_closed_day_is_known_at_its_end_and_a_week_at_its_last_session(new_york: ExchangeSessions) -> None:
    saturday, monday, good_friday_week = ns("2024-01-06"), ns("2024-01-08"), ns("2024-03-25")
    assert iso(new_york.session_close(np.array([saturday]), "1d")) == ["2024-01-07 00:00"]
    weeks = np.array([monday, good_friday_week])
    assert iso(new_york.session_close(weeks, "1w")) == ["2024-01-12 21:00", "2024-03-28 20:00"]


def test_hours_on_the_hour_meet_the_session_too(new_york: ExchangeSessions) -> None:
    start, end = ns("2024-07-02"), ns("2024-07-03")
    found = iso(new_york.expected_opens(start, end, "1h", phase=0))
    assert found == [f"2024-07-02 {hour}:00" for hour in range(13, 20)]
    own = iso(new_york.expected_opens(start, end, "1h"))
    assert own == [f"2024-07-02 {hour}:30" for hour in range(13, 20)]


def test_four_hour_bars_count_from_the_open_and_the_last_is_cut_short(new_york: ExchangeSessions) -> None:
    found = iso(new_york.expected_opens(ns("2024-07-02"), ns("2024-07-04"), "4h"))
    assert found == ["2024-07-02 13:30", "2024-07-02 17:30", "2024-07-03 13:30"]


def test_extended_hours_are_from_four_to_eight_in_new_york(new_york: ExchangeSessions) -> None:
    wide = new_york.wide_spans(ns("2024-07-02"), ns("2024-07-03"))
    inside = [span for span in zip(iso(wide.opens), iso(wide.closes), strict=True) if span[0] > "2024-07-02 01"]
    assert inside == [("2024-07-02 08:00", "2024-07-03 00:00")]


def test_lunch_breaks_are_closed() -> None:
    hong_kong = ExchangeSessions("XHKG")
    found = iso(hong_kong.expected_opens(ns("2024-01-02"), ns("2024-01-03"), "1h"))
    assert [text[11:] for text in found] == ["01:30", "02:30", "03:30", "05:00", "06:00", "07:00"]
    noon = np.array([ns("2024-01-02 04:00"), ns("2024-01-02 04:59"), ns("2024-01-02 05:00")])
    assert hong_kong.is_open(noon).tolist() == [False, False, True]


def test_a_session_that_begins_the_day_before_in_utc_closes_on_its_own_day() -> None:
    sydney = ExchangeSessions("XASX")
    assert iso(sydney.session_close(np.array([ns("2024-01-03")]), "1d")) == ["2024-01-03 05:00"]
    assert sydney.is_open(np.array([ns("2024-01-02 23:30")])).tolist() == [True]


def test_new_york_and_london_share_248_of_258_days(new_york: ExchangeSessions) -> None:
    here, there = new_york.expected_opens(*YEAR, "1d"), ExchangeSessions("XLON").expected_opens(*YEAR, "1d")
    assert np.intersect1d(here, there).size == 248
    assert np.union1d(here, there).size == 258


def test_bars_per_year(new_york: ExchangeSessions) -> None:
    # Sessions of the years 2016 to 2023, as the exchange published them.
    assert new_york.bars_per_year("1d") == np.mean([252, 251, 251, 252, 253, 252, 251, 250])
    assert 1740 < new_york.bars_per_year("1h") < 252 * 7


def test_old_years_and_years_to_come_are_known(new_york: ExchangeSessions) -> None:
    crash = iso(new_york.expected_opens(ns("1987-10-16"), ns("1987-10-21"), "1d"))
    assert [text[8:10] for text in crash] == ["16", "19", "20"]
    assert new_york.expected_opens(ns("2029-01-01"), ns("2029-02-01"), "1d").size > 18
    after_the_attacks = iso(new_york.expected_opens(ns("2001-09-10"), ns("2001-09-18"), "1d"))
    assert [text[8:10] for text in after_the_attacks] == ["10", "17"]


def test_years_before_the_library_knows_an_exchange_have_no_session() -> None:
    assert ExchangeSessions("XHKG").expected_opens(ns("1920-01-01"), ns("1921-01-01"), "1d").size == 0
    assert not ExchangeSessions("XHKG").is_open(np.array([ns("1920-01-05 03:00")])).any()


def test_unknown_exchanges_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName) as caught:
        ExchangeSessions("XNYSE")
    assert "XNYS" in caught.value.hint
    assert "XNYS" in exchange_names()
    assert "24/7" not in exchange_names()


def test_an_exchange_that_the_library_cannot_build_is_named() -> None:
    with pytest.raises(EnvironmentProblem, match="ASEX"):
        ExchangeSessions("ASEX").expected_opens(*YEAR, "1d")
