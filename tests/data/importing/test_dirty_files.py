"""The bad-input files: each is imported, asked about or refused as its manifest says, and says why."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import DataProblem, KtrdrError
from ktrdr_app.core.files import json_text
from ktrdr_app.data.csv_source import CSVDataSource, read_bars
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import ImportReport, import_file
from tests.shared_data import shared_path

pytestmark = pytest.mark.shared

FIRST, LAST = "2018-02-01T00:00:00Z", "2018-02-14T23:00:00Z"


@dataclass(frozen=True)
class Accepted:
    """A file that is imported.

    Attributes
    ----------
    read, written : int
        Rows.
    findings : dict
        Code to count.
    options : dict
        What the user says.
    timeframe : str
        Bar length.
    span : tuple of str
        First and last stamp; not looked at where empty.
    """

    read: int
    written: int
    findings: dict[str, int] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    timeframe: str = "1h"
    span: tuple[str, str] | tuple[()] = (FIRST, LAST)


ACCEPTED: dict[str, Accepted] = {
    "m00_clean_reference.csv": Accepted(240, 240),
    "m01_utf8_bom.csv": Accepted(240, 240),
    "m02_utf16.csv": Accepted(240, 240),
    "m03_semicolon_decimal_comma.csv": Accepted(240, 240),
    "m04_dd_mm_yyyy.csv": Accepted(240, 240, {"naive_as_utc": 0}),
    "m05_dd_mm_yyyy_ambiguous.csv": Accepted(
        150,
        150,
        {"naive_as_utc": 0, "date_order_inferred": 0},
        span=(FIRST, "2018-02-09T05:00:00Z"),
    ),
    "m06_epoch_seconds.csv": Accepted(240, 240),
    "m07_epoch_ms.csv": Accepted(240, 240),
    "m09_mixed_offsets.csv": Accepted(240, 240, {"naive_among_offsets": 80}),
    "m10_dst_repeated_hour_local.csv": Accepted(
        72,
        72,
        {},
        {"timezone": "Europe/Berlin", "asset_class": "crypto"},
        span=("2020-10-24T00:00:00Z", "2020-10-26T23:00:00Z"),
    ),
    "m11_dst_skipped_hour_local.csv": Accepted(
        72,
        72,
        {},
        {"timezone": "Europe/Berlin", "asset_class": "crypto"},
        span=("2020-03-28T00:00:00Z", "2020-03-30T23:00:00Z"),
    ),
    "m12_no_volume.csv": Accepted(240, 240),
    "m13_yahoo_header.csv": Accepted(240, 240, {"close_column": 0}),
    "m14_header_upper_spaces.csv": Accepted(240, 240),
    "m15_header_short.csv": Accepted(240, 240),
    "m17_nan_tokens.csv": Accepted(240, 232, {"missing_price": 8}),
    "m18_negative_and_zero.csv": Accepted(240, 238, {"non_positive": 2, "bad_volume": 1}),
    "m19_high_below_low.csv": Accepted(240, 240, {"ohlc_violation": 3}),
    "m20_spikes.csv": Accepted(240, 240, {"spike": 2}),
    "m21_unsorted.csv": Accepted(240, 240, {"unsorted": 231}),
    "m23_dup_identical.csv": Accepted(250, 240, {"duplicate_identical": 10, "unsorted": 9}),
    "m24_dup_conflicting.csv": Accepted(
        250,
        240,
        {"duplicate_conflicting": 10, "unsorted": 9, "ohlc_violation": 2},
    ),
    "m25_truncated_last_line.csv": Accepted(
        240,
        239,
        {"cut_row": 1},
        span=(FIRST, "2018-02-14T22:00:00Z"),
    ),
    "m27_comments_blanks.csv": Accepted(240, 240),
    "m28_thousands_quotes.csv": Accepted(
        200,
        200,
        {},
        {"asset_class": "crypto"},
        span=("2020-01-01T00:00:00Z", "2020-01-09T07:00:00Z"),
    ),
    "m30_cr_only.csv": Accepted(240, 240),
    "m34_one_row.csv": Accepted(1, 1, {"timeframe_given": 0}, {"timeframe": "1h"}, span=(FIRST, FIRST)),
    "m38_named_MSFT_1h_holds_5m.csv": Accepted(300, 300, {"timeframe_clash": 0}, timeframe="5m", span=()),
    "m39_two_timeframes.csv": Accepted(180, 180, {"mixed_step": 59, "hole": 1}, span=(FIRST, "2018-05-09T00:00:00Z")),
    "m40_1970_and_2099.csv": Accepted(
        240,
        240,
        {"implausible_time": 2, "hole": 2},
        span=("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
    ),
    "m42_infinities.csv": Accepted(240, 237, {"not_finite": 3}),
    "m44_date_and_time_columns.csv": Accepted(240, 240, {"naive_as_utc": 0}),
    "m47_gzip_named_csv.csv": Accepted(240, 240, {"packed": 0}),
    "m50_constant_price.csv": Accepted(240, 240),
    "m51_five_year_hole.csv": Accepted(
        240,
        240,
        {"hole": 1, "weekend_bars": 28},
        span=(FIRST, "2023-02-14T23:00:00Z"),
    ),
    "r01_mt5_tab_crlf.csv": Accepted(
        2000,
        2000,
        {"volume_column": 0},
        {"timezone": "Europe/Athens"},
        span=("2015-01-01T22:00:00Z", "2015-04-29T15:00:00Z"),
    ),
    "r02_mt5_angle_brackets.csv": Accepted(
        2000,
        2000,
        {"volume_column": 0},
        {"timezone": "Europe/Athens"},
        span=("2015-01-01T22:00:00Z", "2015-04-29T15:00:00Z"),
    ),
    "r03_mt4_no_header.csv": Accepted(
        1500,
        1500,
        timeframe="1d",
        span=("2007-01-24T00:00:00Z", "2011-11-10T00:00:00Z"),
    ),
    "r04_histdata_semicolon_no_header.csv": Accepted(
        3000,
        3000,
        {},
        {"timezone": "America/New_York"},
        timeframe="1m",
        span=("2017-03-01T05:00:00Z", "2017-03-03T07:01:00Z"),
    ),
    "r05_cdd_preface_ampm_desc.csv": Accepted(
        1498,
        1498,
        {"naive_as_utc": 0, "volume_column": 0, "newest_first": 0},
        {"symbol": "BTCUSD"},
        span=("2019-08-16T00:00:00Z", "2019-10-17T09:00:00Z"),
    ),
    "r06_cdd_unix_and_swapped_volume.csv": Accepted(
        1599,
        1599,
        {"volume_column": 0, "volume_swapped": 800, "newest_first": 0, "hole": 1},
        {"symbol": "BTCUSD"},
        span=("2018-05-15T06:00:00Z", "2022-03-01T00:00:00Z"),
    ),
    "r08_yahoo_adj_close.csv": Accepted(
        252,
        252,
        {"close_column": 0},
        timeframe="1d",
        span=("2014-01-02T00:00:00Z", "2014-12-31T00:00:00Z"),
    ),
    "r11_mixed_offsets_over_dst.csv": Accepted(
        182,
        182,
        span=("2023-10-16T13:30:00Z", "2023-11-20T20:30:00Z"),
    ),
    "r13_tz_poisoned_MSFT_1h.csv": Accepted(
        3000,
        3000,
        {"mixed_step": 430, "weekend_bars": 421, "outside_session": 1676},
        span=("2013-12-31T00:30:00Z", "2015-09-15T02:00:00Z"),
    ),
    "r14_prices_in_points.csv": Accepted(
        1500,
        1500,
        {"price_scale": 0},
        {"timezone": "Europe/Athens"},
        span=("2012-11-16T16:00:00Z", "2013-02-17T23:00:00Z"),
    ),
    "r15_unadjusted_splits_AAPL_1d.csv": Accepted(
        3270,
        3270,
        {"close_column": 0, "suspected_split": 3},
        timeframe="1d",
        span=("2000-03-01T00:00:00Z", "2013-03-01T00:00:00Z"),
    ),
    "r17_fake_AAPL_1d.csv": Accepted(
        50,
        50,
        {"weekend_bars": 15},
        timeframe="1d",
        span=("2023-01-01T00:00:00Z", "2023-02-19T00:00:00Z"),
    ),
    "r18_huge_BTCUSD_1m.csv.gz": Accepted(
        1_091_782,
        1_091_782,
        {"spike": 3, "hole": 3},
        {"symbol": "BTCUSD"},
        timeframe="1m",
        span=("2013-04-01T00:07:00Z", "2016-12-31T23:58:00Z"),
    ),
}

REFUSED: dict[str, tuple[str, str]] = {
    "m32_header_only.csv": ("empty_data", "no rows"),
    "m33_empty.csv": ("empty_data", "the file is empty"),
    "m36_no_close.csv": ("malformed_bars", "no close column"),
    "m37_no_timestamp.csv": ("malformed_bars", "no timestamp column"),
    "m46_parquet_named_csv.csv": ("malformed_bars", "a Parquet file"),
    "m52_random_bytes.csv": ("malformed_bars", "binary data"),
    "m53_html_error_page.csv": ("malformed_bars", "a web page"),
}

ASKED: dict[str, str] = {
    "m10_dst_repeated_hour_local.csv": "timezone",
    "m11_dst_skipped_hour_local.csv": "timezone",
    "m34_one_row.csv": "timeframe",
    "r01_mt5_tab_crlf.csv": "timezone",
    "r02_mt5_angle_brackets.csv": "timezone",
    "r04_histdata_semicolon_no_header.csv": "timezone",
    "r14_prices_in_points.csv": "timezone",
}

REFERENCE = [
    name
    for name, case in ACCEPTED.items()
    if name.startswith("m") and (case.read, case.written, case.span) == (240, 240, (FIRST, LAST))
]
"""Files that hold the bars of the clean reference and nothing else, or faults that are kept as they are."""

CHANGED_PRICES = {"m19_high_below_low.csv", "m20_spikes.csv", "m50_constant_price.csv"}


def dirty(name: str) -> Path:
    """Return one of the files."""
    return shared_path("data/dirty") / name


def imported(name: str, folder: Path) -> ImportReport:
    """Import a file as its table entry says."""
    return import_file(dirty(name), ImportOptions(**{"symbol": "X", **ACCEPTED[name].options}), folder)


def test_every_file_of_the_manifest_is_in_a_table() -> None:
    manifest = json.loads(dirty("manifest.json").read_text())
    verdicts = {entry["file"]: entry["verdict"] for entry in manifest}
    assert set(verdicts) == {*ACCEPTED, *REFUSED}
    assert {name for name, verdict in verdicts.items() if verdict == "reject"} == set(REFUSED)


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_file(name: str, tmp_path: Path) -> None:
    case = ACCEPTED[name]
    report = imported(name, tmp_path)
    document = report.to_document()
    assert {entry["code"]: entry["count"] for entry in document["warnings"]} == case.findings
    assert (document["rows_read"], document["rows_written"]) == (case.read, case.written)
    assert document["timeframe"] == case.timeframe
    assert report.path.name == f"{document['symbol']}_{case.timeframe}.csv"
    if case.span:
        assert (document["first"], document["last"]) == case.span
    back = CSVDataSource(tmp_path).load(document["symbol"], case.timeframe)
    pd.testing.assert_frame_equal(back, report.bars, check_exact=True, check_freq=False)


@pytest.mark.parametrize("name", sorted(set(REFERENCE) - CHANGED_PRICES))
def test_a_spelling_of_the_reference_gives_its_bars(name: str, tmp_path: Path) -> None:
    wanted = read_bars(dirty("m00_clean_reference.csv"))
    if name == "m12_no_volume.csv":
        wanted["volume"] = np.nan
    if name == "m24_dup_conflicting.csv":
        pytest.skip("its prices differ on purpose")
    found = imported(name, tmp_path).bars
    pd.testing.assert_frame_equal(found, wanted, check_exact=True, check_freq=False)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_says_what_it_is(name: str, tmp_path: Path) -> None:
    code, words = REFUSED[name]
    with pytest.raises(DataProblem) as raised:
        import_file(dirty(name), ImportOptions(symbol="X", timeframe="1h"), tmp_path)
    assert raised.value.code == code
    assert words in f"{raised.value.message} {raised.value.hint}"
    assert name in raised.value.where
    assert raised.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ASKED)
def test_what_a_file_does_not_tell_is_asked(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImportQuestions) as raised:
        import_file(dirty(name), ImportOptions(symbol="X"), tmp_path)
    assert [question.key for question in raised.value.questions] == [ASKED[name]]
    assert raised.value.questions[0].options
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(name for name in ACCEPTED if not name.startswith("r18")))
def test_a_dry_run_tells_the_same_and_writes_nothing(name: str, tmp_path: Path) -> None:
    options = ImportOptions(**{"symbol": "X", **ACCEPTED[name].options})
    dry = import_file(dirty(name), options, tmp_path / "dry", dry_run=True).to_document()
    wet = import_file(dirty(name), options, tmp_path / "wet").to_document()
    assert not (tmp_path / "dry").exists()
    same = ("rows_read", "rows_written", "first", "last", "detected", "warnings", "preview")
    assert json_text({key: dry[key] for key in same}) == json_text({key: wet[key] for key in same})
    assert (dry["dry_run"], wet["dry_run"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "code", "rows"),
    [
        ("m17_nan_tokens.csv", "missing_price", [12, 32, 52, 72, 92, 112, 132, 152]),
        ("m18_negative_and_zero.csv", "non_positive", [32, 62]),
        ("m18_negative_and_zero.csv", "bad_volume", [92]),
        ("m19_high_below_low.csv", "ohlc_violation", [42, 43, 44]),
        ("m20_spikes.csv", "spike", [102, 103]),
        ("m25_truncated_last_line.csv", "cut_row", [241]),
        ("m40_1970_and_2099.csv", "implausible_time", [2, 241]),
        ("m42_infinities.csv", "not_finite", [22, 23, 24]),
    ],
)
def test_findings_name_the_lines_of_the_file(name: str, code: str, rows: list[int], tmp_path: Path) -> None:
    found = {entry.code: entry for entry in imported(name, tmp_path).findings}
    assert list(found[code].rows) == rows


def test_the_repeated_hour_of_a_zone_is_two_hours(tmp_path: Path) -> None:
    bars = imported("m10_dst_repeated_hour_local.csv", tmp_path).bars
    assert (np.diff(bars.index.asi8) == 3_600_000_000_000).all()


def test_the_repeated_hour_read_as_utc_does_not_vanish_in_silence(tmp_path: Path) -> None:
    options = ImportOptions(symbol="X", timezone="UTC", asset_class="crypto")
    report = import_file(dirty("m10_dst_repeated_hour_local.csv"), options, tmp_path)
    assert [(entry.code, entry.count) for entry in report.findings] == [("duplicate_conflicting", 1)]


def test_the_clock_of_a_broker_is_the_first_answer_offered(tmp_path: Path) -> None:
    with pytest.raises(ImportQuestions) as raised:
        import_file(dirty("r01_mt5_tab_crlf.csv"), ImportOptions(symbol="X"), tmp_path)
    question = raised.value.questions[0]
    assert "Europe/Athens" in question.options[:2]
    assert "would fit" in question.message


def test_both_exports_of_one_terminal_give_the_same_bars(tmp_path: Path) -> None:
    first = imported("r01_mt5_tab_crlf.csv", tmp_path / "a").bars
    second = imported("r02_mt5_angle_brackets.csv", tmp_path / "b").bars
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert first["volume"].iloc[0] == 93697


def test_the_base_volume_is_taken(tmp_path: Path) -> None:
    bars = imported("r05_cdd_preface_ampm_desc.csv", tmp_path).bars
    assert bars["volume"].iloc[-1] == 61.25


def test_a_series_given_another_length_than_its_rows_is_told(tmp_path: Path) -> None:
    options = ImportOptions(symbol="MSFT", timeframe="1h")
    report = import_file(dirty("m38_named_MSFT_1h_holds_5m.csv"), options, tmp_path)
    assert [entry.code for entry in report.findings] == ["timeframe_clash"]
    assert "5m apart" in report.findings[0].message


def test_a_damaged_copy_of_the_packed_file_is_refused(tmp_path: Path) -> None:
    content = dirty("m47_gzip_named_csv.csv").read_bytes()
    path = tmp_path / "X_1h.csv"
    for size in (20, len(content) // 2, len(content) - 4):
        path.write_bytes(content[:size])
        with pytest.raises(KtrdrError, match="damaged gzip"):
            import_file(path, ImportOptions(), tmp_path / "data")
