"""The development series: each comes back unchanged, told by its own name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.data.bars import COLUMNS
from ktrdr_app.data.csv_source import read_bars
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import import_file
from tests.shared_data import SHARED, shared_path

pytestmark = pytest.mark.shared

NAMES = sorted(path.name for path in (SHARED / "data" / "dev").glob("*.csv")) or ["none"]

VIOLATIONS = {
    "AAPL_1d.csv": 1,
    "AMZN_1d.csv": 1,
    "BA_1d.csv": 4,
    "CAT_1d.csv": 10,
    "GE_1d.csv": 9,
    "GS_1d.csv": 9,
    "IBM_1d.csv": 4,
    "JPM_1d.csv": 3,
    "KO_1d.csv": 5,
    "MSFT_1d.csv": 2,
}

CLASSES = {
    "GOOG": "stock",
    "SPY": "stock",
    "EURUSD": "forex",
    "USDCAD": "forex",
    "BTCUSDT": "crypto",
    "DASHBTC": "crypto",
    "DEUIDXEUR": "index",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_series_comes_back_unchanged(name: str, tmp_path: Path) -> None:
    path = shared_path("data/dev") / name
    report = import_file(path, ImportOptions(), tmp_path)
    assert report.path.name == name
    before, after = read_bars(path), read_bars(report.path)
    assert after.index.equals(before.index)
    assert np.array_equal(after[list(COLUMNS)].to_numpy(), before[list(COLUMNS)].to_numpy(), equal_nan=True)
    assert report.rows_written == report.detection.rows_read == len(before)


@pytest.mark.parametrize("name", NAMES)
def test_oddities_are_told_and_nothing_else_is_dropped(name: str, tmp_path: Path) -> None:
    report = import_file(shared_path("data/dev") / name, ImportOptions(), tmp_path, dry_run=True)
    found = {entry.code: entry.count for entry in report.findings}
    assert found.get("ohlc_violation", 0) == VIOLATIONS.get(name, 0)
    assert set(found) <= {"ohlc_violation", "spike"}


@pytest.mark.parametrize("name", NAMES)
def test_the_market_is_told_by_the_hours_of_the_bars(name: str, tmp_path: Path) -> None:
    report = import_file(shared_path("data/dev") / name, ImportOptions(), tmp_path, dry_run=True)
    symbol = name.partition("_")[0]
    assert report.detection.asset_class == CLASSES.get(symbol, report.detection.asset_class)


def test_a_file_that_we_wrote_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    path = shared_path("data/dev") / "EURUSD_4h.csv"
    first = import_file(path, ImportOptions(), tmp_path / "a").path
    second = import_file(first, ImportOptions(), tmp_path / "b").path
    assert second.read_bytes() == first.read_bytes()


def test_the_wrong_clock_of_a_legacy_series_is_suspected(tmp_path: Path) -> None:
    path = shared_path("data/legacy_raw") / "MSFT_1h.csv"
    report = import_file(path, ImportOptions(), tmp_path)
    assert {"outside_session", "weekend_bars"} & {entry.code for entry in report.findings}
