"""Every vendor's spelling of the same bars gives the same bars."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.importing.findings import ImportQuestions
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.run import import_file
from tests.data.importing.vendors import VENDORS, series

INFORMING = {
    "newest_first",
    "volume_column",
    "close_column",
    "naive_as_utc",
    "date_order_inferred",
    "broken_row",
    "weekend_bars",
    "timeframe_from_name",
}
"""Findings that tell how a whole file was read."""


def _bars(name: str) -> pd.DataFrame:
    return series(120, "1D", start="2021-01-01") if VENDORS[name].daily else series()


def _given(name: str) -> ImportOptions:
    return ImportOptions(asset_class="crypto", **VENDORS[name].options)


def _write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / VENDORS[name].name
    path.write_bytes(text.encode(encoding))
    return path


def _same(found: pd.DataFrame, wanted: pd.DataFrame, volume: bool) -> None:
    assert found.index.equals(wanted.index)
    for column in ("open", "high", "low", "close"):
        assert found[column].tolist() == wanted[column].tolist(), column
    assert found["volume"].tolist() == wanted["volume"].tolist() if volume else found["volume"].isna().all()


@pytest.mark.parametrize("name", VENDORS)
def test_bars_are_those_that_the_vendor_wrote(name: str, tmp_path: Path) -> None:
    bars, vendor = _bars(name), VENDORS[name]
    report = import_file(_write(tmp_path, name, vendor.text(bars)), _given(name), tmp_path / "data")
    timeframe = "1d" if vendor.daily else "1h"
    assert report.detection.symbol == "XYZ"
    assert report.detection.timeframe == timeframe
    assert report.path == tmp_path / "data" / f"XYZ_{timeframe}.csv"
    assert {found.code for found in report.findings} <= INFORMING
    _same(report.bars, bars, vendor.volume)
    _same(CSVDataSource(tmp_path / "data").load("XYZ", timeframe), bars, vendor.volume)


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_the_encoding_does_not_matter(name: str, encoding: str, tmp_path: Path) -> None:
    bars, vendor = _bars(name), VENDORS[name]
    path = _write(tmp_path, name, vendor.text(bars), encoding)
    report = import_file(path, _given(name), tmp_path / "data", dry_run=True)
    _same(report.bars, bars, vendor.volume)


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_the_line_ends_do_not_matter(name: str, end: str, tmp_path: Path) -> None:
    bars, vendor = _bars(name), VENDORS[name]
    path = _write(tmp_path, name, vendor.text(bars).replace("\n", end))
    report = import_file(path, _given(name), tmp_path / "data", dry_run=True)
    _same(report.bars, bars, vendor.volume)


@pytest.mark.parametrize("name", ["yahoo", "histdata", "german broker"])
@pytest.mark.parametrize("packer", ["gzip", "zip"])
def test_packed_files_are_opened(name: str, packer: str, tmp_path: Path) -> None:
    bars, vendor = _bars(name), VENDORS[name]
    text = vendor.text(bars).encode()
    if packer == "gzip":
        content = gzip.compress(text)
    else:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.csv", text)
            archive.writestr("readme.pdf", b"%PDF")
        content = stream.getvalue()
    path = tmp_path / f"{vendor.name}.{packer[:3] if packer == 'zip' else 'gz'}"
    path.write_bytes(content)
    report = import_file(path, _given(name), tmp_path / "data", dry_run=True)
    assert report.detection.detected["packed"] == packer
    assert "packed" not in {found.code for found in report.findings}
    _same(report.bars, bars, vendor.volume)


@pytest.mark.parametrize("name", [name for name, vendor in VENDORS.items() if "timezone" in vendor.options])
def test_naive_stamps_are_asked_for_their_clock(name: str, tmp_path: Path) -> None:
    path = _write(tmp_path, name, VENDORS[name].text(_bars(name)))
    with pytest.raises(ImportQuestions) as raised:
        import_file(path, ImportOptions(symbol="XYZ"), tmp_path / "data")
    assert [question.key for question in raised.value.questions] == ["timezone"]
    assert raised.value.questions[0].flag == "--timezone"
    assert raised.value.exit_code == 2
    assert "--timezone" in raised.value.hint
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_whole_year_of_a_zone_comes_back(zone: str, newest_first: bool, tmp_path: Path) -> None:
    bars = series(24 * 365, "1h", start="2022-01-01")
    order = bars.iloc[::-1] if newest_first else bars
    stamps = order.index.tz_convert(zone).strftime("%Y-%m-%d %H:%M")
    lines = ["time,open,high,low,close,volume"]
    lines += [
        f"{stamp},{o!r},{h!r},{low!r},{c!r},{v!r}"
        for stamp, (o, h, low, c, v) in zip(stamps, order.to_numpy().tolist(), strict=True)
    ]
    path = tmp_path / "XYZ_1h.csv"
    path.write_text("\n".join(lines) + "\n")
    options = ImportOptions(timezone=zone, asset_class="crypto")
    report = import_file(path, options, tmp_path / "data", dry_run=True)
    _same(report.bars, bars, True)
    assert {found.code for found in report.findings} <= {"newest_first"}


def test_a_two_symbol_file_is_asked_which(tmp_path: Path) -> None:
    bars = series(30)
    lines = ["ticker,time,open,high,low,close,volume"]
    for symbol, factor in (("AAA", 1.0), ("BBB", 2.0)):
        for stamp, bar in (bars * factor).iterrows():
            numbers = ",".join(repr(float(value)) for value in bar)
            lines.append(f"{symbol},{stamp.isoformat()},{numbers}")
    path = tmp_path / "both.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ImportQuestions) as raised:
        import_file(path, ImportOptions(), tmp_path / "data")
    assert raised.value.questions[0].options == ("AAA", "BBB")
    report = import_file(path, ImportOptions(symbol="BBB"), tmp_path / "data")
    assert report.bars["close"].tolist() == (bars["close"] * 2.0).tolist()
    assert len(report.bars) == 30


def test_decimal_commas_under_a_comma_delimiter_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    rows = [f"2021-01-01T{hour:02d}:00:00Z,1,25,1,26,1,24,1,25,10" for hour in range(10)]
    path.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]) + "\n")
    with pytest.raises(MalformedBars, match="10 cells under 6 headings"):
        import_file(path, ImportOptions(), tmp_path / "data")


@pytest.mark.parametrize(("mark", "factor"), [(",", 1.0), (".", 1000.0)])
def test_a_comma_before_three_digits_is_asked_for(mark: str, factor: float, tmp_path: Path) -> None:
    path = tmp_path / "X_1h.csv"
    rows = [f"2021-01-04T{hour:02d}:00:00Z;13,250;13,270;13,240;13,260" for hour in range(10)]
    path.write_text("\n".join(["timestamp;open;high;low;close", *rows]) + "\n")
    with pytest.raises(ImportQuestions) as raised:
        import_file(path, ImportOptions(), tmp_path / "data")
    assert [question.key for question in raised.value.questions] == ["decimal"]
    report = import_file(path, ImportOptions(decimal=mark), tmp_path / "data")
    np.testing.assert_allclose(report.bars["open"], 13.25 * factor)
