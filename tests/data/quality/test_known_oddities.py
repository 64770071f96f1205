"""The oddities that are known of real files appear in their reports, and good files stay clean."""

from __future__ import annotations

import contextlib
import shutil
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import DataProblem
from ktrdr_app.data.calendars import calendar_named
from ktrdr_app.data.quality.context import Context
from ktrdr_app.data.quality.inspect import QualityReport, inspect_file
from ktrdr_app.data.quality.raw import read_raw
from ktrdr_app.data.quality.timing import missing_by_gap
from tests.data.quality.planted import codes, lines_of, only, slow_crossed
from tests.shared_data import shared_path

pytestmark = pytest.mark.shared

CROSSED = {
    "AAPL_1d": 1, "AMZN_1d": 1, "BA_1d": 4, "CAT_1d": 10, "GE_1d": 9, "GS_1d": 9, "IBM_1d": 4, "JPM_1d": 3, "KO_1d": 5,
    "MSFT_1d": 2, "SPY_1d": 0, "GOOG_1d": 0, "AAPL_1h": 0, "EURUSD_1h": 0,
}  # fmt: skip
ROUND_THE_CLOCK = {
    "ETHUSDT_1h": 27, "LTCUSDT_1h": 26, "ADAUSDT_1h": 24, "XRPUSDT_1h": 24, "DOGEUSDT_1h": 17, "BTCUSD_1h": 297,
    "BTCUSDT_1h": 0, "ETHUSDT_1d": 0, "LTCUSDT_1d": 0, "ETHBTC_5m": 0, "XMRBTC_5m": 2, "DASHBTC_5m": 2, "BTCUSD_1m": 2,
    "ETHUSD_1m": 2,
}  # fmt: skip
ALL_GAPS = {
    "GBPUSD_1h": 351, "EURUSD_1h": 641, "EURUSD_4h": 652, "EURUSD_1d": 643, "EURUSD_1m": 116, "AAPL_1d": 491,
    "SPY_1d": 926, "AAPL_1h": 1865, "TSLA_30m": 739, "AAPL_5m": 20, "SPY_1m": 446, "DEUIDXEUR_1h": 1375,
}  # fmt: skip


@lru_cache
def _report(name: str, folder: str = "dev") -> QualityReport:
    symbol, _, timeframe = name.rpartition("_")
    return inspect_file(shared_path(f"data/{folder}/{name}.csv"), symbol, timeframe)


@pytest.mark.parametrize(("name", "count"), CROSSED.items())
def test_crossed_prices_are_those_of_the_inventory(name: str, count: int) -> None:
    found = _report(name)
    assert found.count("ohlc_violations") == count
    frame = pd.read_csv(shared_path(f"data/dev/{name}.csv"))
    if len(frame) < 5000:
        rows = slow_crossed(frame)
        assert len(rows) == count
        assert not count or lines_of(only(found, "ohlc_violations")) == [row + 2 for row in rows[:5]]


@pytest.mark.parametrize(("name", "count"), ROUND_THE_CLOCK.items())
def test_every_gap_of_a_market_that_never_closes_is_unexpected(name: str, count: int) -> None:
    found = _report(name)
    assert found.settings.calendar == "24/7"
    assert (found.count("gaps_unexpected"), found.count("gaps_expected")) == (count, 0)


@pytest.mark.parametrize(("name", "count"), ALL_GAPS.items())
def test_gaps_add_up_to_those_of_the_inventory(name: str, count: int) -> None:
    found = _report(name)
    assert found.count("gaps_unexpected") + found.count("gaps_expected") == count


@pytest.mark.parametrize("name", ["AAPL_1d", "AMZN_1d", "MSFT_1d"])
def test_one_session_is_missing_from_three_daily_files(name: str) -> None:
    gap = only(_report(name), "gaps_unexpected")
    assert gap.count == 1
    assert gap.examples[0].timestamp == "2010-03-31T00:00:00Z"
    assert "2010-04-05T00:00:00Z, 1 expected" in gap.examples[0].detail


@pytest.mark.parametrize("name", ["SPY_1d", "GOOG_1d", "IBM_1d", "BAC_1h", "IBM_1h", "SPY_1h", "SPY_1m", "TSLA_5m"])
def test_shares_that_lack_no_bar(name: str) -> None:
    assert _report(name).count("gaps_unexpected") == 0


def test_hourly_shares_begin_at_nine_and_are_complete() -> None:
    found = _report("AAPL_1h")
    assert found.count("closed_market") == 0
    assert found.to_document()["missing_bars"] == 2
    assert only(found, "gaps_unexpected").examples[0].timestamp == "2013-08-22T16:00:00Z"


def test_volume_that_is_not_there() -> None:
    assert only(_report("EURUSD_1h"), "zero_volume").count == 74439
    assert only(_report("EURUSD_1m"), "zero_volume").count == 92939
    assert only(_report("GBPUSD_1m"), "no_volume").count == 30117


@pytest.mark.parametrize(("name", "zeros"), [("AAPL_5m", 4), ("AMZN_5m", 3), ("MSFT_5m", 6), ("TSLA_5m", 4)])
def test_a_bar_after_the_close_ends_five_minute_files(name: str, zeros: int) -> None:
    found = _report(name)
    assert only(found, "zero_volume").count == zeros
    assert [example.timestamp for example in only(found, "extended_hours").examples] == ["2026-05-29T20:00:00Z"]


def test_the_seven_for_one_split_of_2014() -> None:
    split = only(_report("AAPL_1m"), "suspected_splits")
    assert split.count == 1
    assert split.examples[0].timestamp == "2014-06-09T08:00:00Z"
    assert split.examples[0].detail.startswith("7 for 1")


def test_no_other_file_seems_to_have_a_split() -> None:
    names = [path.stem for path in shared_path("data/dev").glob("*.csv")]
    assert len(names) == 58
    assert {name for name in names if _report(name).count("suspected_splits")} == {"AAPL_1m"}


def test_no_file_seems_to_be_in_another_time_zone_or_time_frame() -> None:
    wrong = {"wrong_time_zone", "wrong_timeframe", "mixed_timeframes", "stray_stamps", "duplicates", "unsorted"}
    for path in shared_path("data/dev").glob("*.csv"):
        assert not codes(_report(path.stem)) & wrong, path.stem


@pytest.mark.parametrize(
    ("name", "share"), [("ADAUSDT_1h", 0.19), ("DOGEUSDT_1h", 0.43), ("SPY_1m", 0.16), ("AAPL_1m", 0.15)]
)
def test_prices_that_stand_still(name: str, share: float) -> None:
    found = _report(name)
    assert only(found, "flat_bars").count / found.bars == pytest.approx(share, abs=0.006)


def test_extended_hours_of_minute_files() -> None:
    for name in ("SPY_1m", "AAPL_1m"):
        assert only(_report(name), "extended_hours").count > 1000
        assert _report(name).count("closed_market") == 0


def test_a_crypto_contract_that_rests_at_weekends() -> None:
    found = _report("BTCUSD_1h")
    assert only(found, "weekly_closure").count == 240
    assert "Fri 21:00 to Sun 22:00 UTC" in only(found, "weekly_closure").message
    assert "as forex has" in found.settings.reason


@pytest.mark.parametrize(
    ("name", "sundays"), [("EURUSD_1d", 642), ("GBPUSD_1d", 641), ("USDJPY_1d", 643), ("AUDUSD_1d", 648)]
)
def test_short_sunday_bars(name: str, sundays: int) -> None:
    found = _report(name)
    assert only(found, "sunday_bars").count == sundays
    assert found.count("closed_market") == 0


def test_sunday_evenings_of_four_hour_files_are_expected() -> None:
    found = _report("EURUSD_4h")
    assert found.count("closed_market") == 0
    assert found.to_document()["missing_bars"] == 0
    assert found.verdict == "clean"


MISSING_AFTER = {
    "GBPUSD_1h": {"2014-05-01T01:00", "2016-10-13T12:00", "2017-11-02T13:00"},
    "USDCHF_1h": {"2014-05-01T01:00", "2015-01-15T18:00", "2015-06-03T21:00", "2016-10-13T12:00", "2017-11-02T13:00"},
    "EURUSD_1h": {
        "2007-01-08T22:00", "2015-08-20T18:00", "2016-12-09T21:00", "2017-03-31T03:00", "2017-10-06T03:00",
        "2018-06-08T03:00", "2018-10-26T20:00", "2018-12-24T21:00",
    },
    "USDJPY_1d": {"2009-06-12T00:00", "2009-05-01T00:00"},
    "EURUSD_1d": set(), "EURUSD_4h": set(),
    "GBPUSD_1d": {"2019-05-24T00:00"}, "AUDUSD_1d": {"2007-12-25T00:00", "2019-05-24T00:00"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "moments"), MISSING_AFTER.items())
def test_what_forex_files_lack_apart_from_holidays_and_late_sundays(name: str, moments: set[str]) -> None:
    timeframe = name.rpartition("_")[2]
    looked = Context(read_raw(shared_path(f"data/dev/{name}.csv")), timeframe, calendar_named("forex"))
    rows, _ = missing_by_gap(looked)
    before = pd.DatetimeIndex(looked.bars.stamp[rows], tz="UTC")
    weekday = before[before.day_of_week != 4]
    fridays = pd.DatetimeIndex([at for at in before if at.day_of_week == 4 and f"{at:%Y-%m-%dT%H:%M}" in moments])
    assert {f"{at:%Y-%m-%dT%H:%M}" for at in weekday.union(fridays)} == moments
    late = before.difference(weekday).difference(fridays)
    opens = looked.bars.stamp[np.searchsorted(looked.bars.stamp, late.asi8) + 1]
    assert {pd.Timestamp(at).day_of_week for at in opens} <= {6}


def test_brokers_that_opened_late_on_sundays_for_a_year_are_told() -> None:
    late = only(_report("GBPUSD_1h"), "weekly_closure")
    assert 50 < late.count < 93
    assert "Sun 21:00 to Sun 23:00 UTC" in late.message


@pytest.mark.parametrize(
    ("name", "value"), [("TSLA_30m", 30), ("TSLA_15m", 15), ("DEUIDXEUR_1h", 60), ("BTCUSD_1h", 2)]
)
def test_volume_that_counts_bars_not_shares(name: str, value: int) -> None:
    assert f"the volume is {value}, the same in all of them" in only(_report(name), "constant_volume").message


def test_no_other_volume_is_constant() -> None:
    names = [path.stem for path in shared_path("data/dev").glob("*.csv")]
    found = {name for name in names if _report(name).count("constant_volume")}
    assert found == {"TSLA_30m", "TSLA_15m", "DEUIDXEUR_1h", "BTCUSD_1h"}


def test_an_index_contract_that_rested_at_night_for_three_years() -> None:
    assert only(_report("DEUIDXEUR_1h"), "weekly_closure").count > 700


def test_bad_prints_of_real_files() -> None:
    spikes = only(_report("AAPL_1h"), "spikes")
    assert spikes.examples[0].timestamp == "2009-09-21T13:00:00Z"
    assert "low 10.59" in spikes.examples[0].detail
    assert only(_report("ETHUSDT_1d"), "spikes").examples[0].timestamp == "2017-08-22T00:00:00Z"


def test_shares_in_the_wrong_time_zone_are_flagged() -> None:
    for folder, name in (("legacy_raw", "MSFT_1h"),):
        found = _report(name, folder)
        zone = only(found, "wrong_time_zone")
        assert found.verdict == "error"
        assert found.findings[0] is zone
        assert zone.count > 13000
        assert "-10 h in winter and -8 h in summer" in zone.message


@pytest.mark.parametrize("name", ["AAPL_5m", "GOOGL_1d", "NVDA_1h", "RBLX_1d"])
def test_the_sound_ones_beside_them_are_not(name: str) -> None:
    assert _report(name, "legacy_raw").count("wrong_time_zone") == 0


def test_a_year_without_bars_and_stamps_at_a_quarter_past() -> None:
    hole = only(_report("RBLX_1d", "legacy_raw"), "gaps_unexpected")
    assert hole.examples[0].timestamp == "2021-12-30T00:00:00Z"
    assert "249 expected" in hole.examples[0].detail
    early = only(_report("EURUSD_1h", "legacy_raw"), "overlapping_bars")
    assert (early.count, early.examples[0].timestamp[11:16]) == (108, "22:15")


DIRTY = {
    "m18_negative_and_zero": {"nonpositive_prices": 2, "negative_volume": 1},
    "m19_high_below_low": {"ohlc_violations": 3},
    "m20_spikes": {"spikes": 2},
    "m21_unsorted": {"unsorted": 125},
    "m23_dup_identical": {"duplicates": 10},
    "m24_dup_conflicting": {"conflicting_duplicates": 10},
    "m25_truncated_last_line": {"missing_prices": 1},
    "m17_nan_tokens": {"missing_prices": 8, "not_numbers": 1},
    "m38_named_MSFT_1h_holds_5m": {"wrong_timeframe": 299},
    "m39_two_timeframes": {"mixed_timeframes": 45},
    "m40_1970_and_2099": {"stray_stamps": 2, "gaps_unexpected": 0},
    "m42_infinities": {"infinite_prices": 3},
    "m50_constant_price": {"flat_runs": 1, "flat_bars": 240},
    "m51_five_year_hole": {"gaps_unexpected": 2},
    "m12_no_volume": {"no_volume": 240},
    "m00_clean_reference": {"gaps_expected": 2},
    "r13_tz_poisoned_MSFT_1h": {"wrong_time_zone": 1979},
    "r15_unadjusted_splits_AAPL_1d": {"suspected_splits": 2},
    "r17_fake_AAPL_1d": {"closed_market": 17},
}


@pytest.mark.parametrize(("name", "wanted"), DIRTY.items())
def test_planted_faults_are_counted(name: str, wanted: dict[str, int]) -> None:
    symbol = next((known for known in ("MSFT_1h", "AAPL_1d") if known in name), "EURUSD_1h")
    ticker, _, timeframe = symbol.partition("_")
    found = inspect_file(shared_path(f"data/dirty/{name}.csv"), ticker, timeframe)
    assert {code: found.count(code) for code in wanted} == wanted
    milder = name in ("m12_no_volume", "m00_clean_reference")
    assert (found.verdict == "clean") == milder


def test_every_bad_file_gives_a_report_or_a_reason(tmp_path: Path) -> None:
    refused = []
    for path in sorted(shared_path("data/dirty").glob("*.csv")):
        copy = shutil.copy(path, tmp_path / "EURUSD_1h.csv")
        try:
            found = inspect_file(Path(copy), "EURUSD", "1h")
        except DataProblem as error:
            refused.append((path.name, error.where))
            continue
        assert found.bars >= 1
        assert found.to_document()["verdict"] in ("error", "warning", "clean")
    assert all(where for _, where in refused)
    refused = [name for name, _ in refused]
    assert {"m32_header_only.csv", "m33_empty.csv", "m36_no_close.csv", "m37_no_timestamp.csv"} <= set(refused)
    assert {"m46_parquet_named_csv.csv", "m52_random_bytes.csv", "m53_html_error_page.csv"} <= set(refused)


def test_bytes_changed_at_random_never_break_the_check(tmp_path: Path) -> None:
    random = np.random.default_rng(17)
    text = shared_path("data/dirty/m00_clean_reference.csv").read_bytes()[:4000]
    path = tmp_path / "EURUSD_1h.csv"
    for _ in range(150):
        data = bytearray(text)
        for _ in range(int(random.integers(1, 12))):
            data[random.integers(0, len(data))] = random.integers(0, 256)
        path.write_bytes(bytes(data[: random.integers(40, len(data))]))
        with contextlib.suppress(DataProblem):
            assert inspect_file(path, "EURUSD", "1h").bars >= 1
