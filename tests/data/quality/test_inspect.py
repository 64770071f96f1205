"""The report as a whole: verdict, order, JSON form, coverage, settings, cancelling."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, MalformedBars
from ktrdr_app.core.files import json_text
from ktrdr_app.data import quality
from ktrdr_app.data.quality.findings import SHOWN, counted, percent
from ktrdr_app.data.quality.inspect import CHECKS, inspect_file, inspect_series
from ktrdr_app.data.quality.raw import RawSeries
from ktrdr_app.data.symbols import SymbolBook
from tests.data.quality.planted import clean, codes, context, only, report, write


def _faulty() -> pd.DataFrame:
    frame = clean()
    frame.iloc[30, 3] = -1.0
    frame.iloc[60, 4] = 0.0
    frame.iloc[90, 1] *= 10
    return frame.drop(frame.index[200:210])


def test_the_gravest_finding_comes_first_and_gives_the_verdict() -> None:
    found = report(_faulty())
    order = [entry.severity for entry in found.findings]
    assert order == sorted(order, key=["error", "warning", "info"].index)
    assert found.verdict == "error"
    mild = clean()
    mild.iloc[60, 4] = 0.0
    assert report(mild).verdict == "clean"
    assert report(clean().drop(clean().index[5])).verdict == "warning"


def test_the_document_is_json_and_complete() -> None:
    found = report(_faulty())
    document = json.loads(json_text(found.to_document()))
    assert document["symbol"] == "BTCUSDT"
    assert (document["timeframe"], document["calendar"], document["asset_class"]) == ("1h", "24/7", "crypto")
    assert document["rows"] == document["bars"] == len(_faulty())
    assert document["gaps"] == {"expected": 0, "unexpected": 1}
    assert document["missing_bars"] == 10
    assert document["expected_bars"] == len(clean())
    assert (document["first"], document["last"]) == ("2024-01-08T00:00:00Z", "2024-03-03T23:00:00Z")
    by_code = {entry["code"]: entry for entry in document["findings"]}
    assert set(by_code) == codes(found)
    assert by_code["nonpositive_prices"]["examples"] == [
        {
            "line": 32,
            "timestamp": "2024-01-09T06:00:00Z",
            "detail": by_code["nonpositive_prices"]["examples"][0]["detail"],
        }
    ]
    assert "close -1" in by_code["nonpositive_prices"]["examples"][0]["detail"]


def test_coverage_counts_each_month() -> None:
    frame = clean(start="2023-11-15", end="2024-03-04")
    gone = (frame.index.year == 2024) & (frame.index.month == 1)
    half = (frame.index.month == 2) & (frame.index.hour < 12)
    covered = report(frame[~gone & ~half]).coverage
    assert covered.months == ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03")
    wanted = [(frame.index.month == month).sum() for month in (11, 12, 1, 2, 3)]
    assert covered.expected.tolist() == wanted
    assert covered.share.tolist() == [1.0, 1.0, 0.0, 0.5, 1.0]
    document = covered.to_document()
    assert document["present"].tolist() == [16 * 24, 31 * 24, 0, 29 * 12, 3 * 24]


def test_a_month_without_an_expected_bar_has_no_share() -> None:
    frame = clean("XNYS", "1w", "2024-01-01", "2024-12-30")
    assert report(frame, "XNYS", "1w").coverage.expected.sum() == len(frame)
    few = clean("XNYS", "1d", "2024-02-26", "2024-03-06")
    assert report(few, "XNYS", "1d").coverage.share.tolist() == [1.0, 1.0]
    weekend = clean("24/7", "1d", "2024-06-01", "2024-06-03")
    assert np.isnan(report(weekend, "XNYS", "1d").coverage.share).all()


def test_examples_are_few_and_counts_are_whole() -> None:
    frame = clean()
    frame.iloc[10:60, 3] = -1.0
    found = only(report(frame), "nonpositive_prices")
    assert (found.count, len(found.examples)) == (50, SHOWN)


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (1.0, "100%"), (0.5, "50%"), (0.0123, "1.23%"), (0.000049, "0.00%")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_counted() -> None:
    assert [counted(number, "bar") for number in (0, 1, 1200)] == ["0 bars", "1 bar", "1,200 bars"]


def test_a_file_is_held_against_the_settings_of_its_symbol(tmp_path: Path) -> None:
    path = write(tmp_path / "ODD_1h.csv", clean("forex"))
    guessed = inspect_file(path, "ODD", "1h")
    assert guessed.settings.calendar == "forex"
    told = inspect_file(path, "ODD", "1h", SymbolBook({"ODD": {"asset_class": "crypto"}}))
    assert told.settings.calendar == "24/7"
    assert guessed.count("gaps_unexpected") == 0
    assert told.count("gaps_unexpected") == told.count("weekly_closure") == 8


def test_a_bad_file_is_reported_on_and_left_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "BTCUSDT_1h.csv", _faulty())
    path.write_text(path.read_text() + "rubbish,1,1,1,1,1\n2024-03-04T00:00:00Z,x,1,1,1,1\n")
    before = path.read_bytes()
    found = inspect_file(path, "BTCUSDT", "1h")
    assert {"unreadable_stamps", "not_numbers", "missing_prices"} <= codes(found)
    assert path.read_bytes() == before
    with pytest.raises(MalformedBars):
        inspect_file(_page(tmp_path), "BTCUSDT", "1h")


def _page(tmp_path: Path) -> Path:
    path = tmp_path / "page.csv"
    path.write_text("<html>no</html>")
    return path


def test_it_can_be_stopped() -> None:
    token = CancelToken("the check")
    token.cancel()
    with pytest.raises(Cancelled):
        inspect_series(RawSeries.of(clean()), "BTCUSDT", "1h", None, token)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_check_changes_what_it_looks_at(check: object) -> None:
    looked = context(_faulty())
    before = (looked.rows.stamp.copy(), looked.rows.prices.copy(), looked.rows.volume.copy())
    check(looked)  # type: ignore[operator]
    after = (looked.rows.stamp, looked.rows.prices, looked.rows.volume)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_prices_of_every_kind_of_rubbish_are_survived() -> None:
    random = np.random.default_rng(9)
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1e300, 1.0])
    for rows in (1, 2, 3, 5, 50):
        frame = clean().iloc[:rows].copy()
        frame.iloc[:, :] = random.choice(odd, (rows, 5))
        assert report(frame).bars == rows


def test_the_package_exports_what_it_says() -> None:
    assert quality.inspect_file is inspect_file
    assert all(getattr(quality, name) for name in quality.__all__)
