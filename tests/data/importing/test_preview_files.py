"""Previews of real files agree with their imports, and no damaged file breaks one."""

from __future__ import annotations

import gzip
import random
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.preview import EXAMPLES, ImportPreview, look_at_file
from ktrdr_app.data.importing.run import import_file, stamp_text
from tests.data.importing.vendors import VENDORS, series
from tests.shared_data import SHARED, shared_path

KEYS = {"symbol", "timeframe", "asset_class", "timezone", "date_order", "decimal", "columns"}
DIRTY = sorted(path.name for path in (SHARED / "data/dirty").glob("*.csv"))
DEV = sorted(path.name for path in (SHARED / "data/dev").glob("*.csv"))[::6]
ANSWERS = {"symbol": "ABC", "timeframe": "1h", "timezone": "UTC"}


def answered(path: Path, target: Path) -> tuple[ImportPreview, ImportOptions]:
    """Return the preview once everything is answered that was asked."""
    said: dict[str, str] = {}
    while True:
        options = ImportOptions(**said)  # type: ignore[arg-type]
        seen = look_at_file(path, options, target)
        asked = {question.key for question in seen.questions} - set(said)
        if not asked:
            return seen, options
        said |= {key: ANSWERS[key] for key in asked}


@pytest.mark.shared
@pytest.mark.parametrize("name", DIRTY or ["m00_clean_reference.csv"])
def test_what_a_preview_promises_is_what_an_import_does(name: str, tmp_path: Path) -> None:
    path = shared_path("data/dirty") / name
    try:
        seen, options = answered(path, tmp_path)
    except KtrdrError as error:
        with pytest.raises(type(error), match=re.escape(error.message)):
            import_file(path, ImportOptions(), tmp_path)
        return
    assert seen.ready is (seen.problem is None)
    if seen.problem is not None:
        with pytest.raises(type(seen.problem)):
            import_file(path, options, tmp_path)
        return
    document = import_file(path, options, tmp_path, dry_run=True).to_document()
    assert seen.span is not None
    assert (seen.symbol, seen.timeframe) == (document["symbol"], document["timeframe"])
    assert seen.span.bars == document["rows_written"]
    whole = pd.concat([seen.span.first, seen.span.last])
    assert (stamp_text(whole.index[0]), stamp_text(whole.index[-1])) == (document["first"], document["last"])
    assert [entry.to_document() for entry in seen.findings] == document["warnings"]
    assert set(seen.settings) == KEYS
    assert all(known.words for known in seen.settings.values())
    assert {"date", "open", "high", "low", "close"} <= set(seen.columns)


@pytest.mark.shared
@pytest.mark.parametrize("name", DEV or ["none.csv"])
def test_the_edges_of_a_series_of_ours_are_its_own_lines(name: str, tmp_path: Path) -> None:
    path = shared_path("data/dev") / name
    lines = path.read_text(encoding="utf-8").splitlines()
    seen, _ = answered(path, tmp_path)
    for number, cells in (*seen.raw.first, *seen.raw.last):
        assert ",".join(cells) == lines[number - 1]
    assert seen.raw.last[-1][0] == len(lines)
    assert seen.raw.names == tuple(lines[0].split(","))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["m17_nan_tokens.csv", "m21_unsorted.csv", "m23_dup_identical.csv", "m20_spikes.csv"])
def test_examples_are_lines_of_the_file(name: str, tmp_path: Path) -> None:
    path = shared_path("data/dirty") / name
    lines = path.read_text(encoding="utf-8").splitlines()
    seen, _ = answered(path, tmp_path)
    wanted = {row for entry in seen.findings for row in entry.rows[:EXAMPLES]}
    assert seen.examples == {row: lines[row - 1] for row in wanted}


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.sampled_from(sorted(VENDORS)))
def test_a_damaged_file_is_read_asked_about_or_refused(
    tmp_path_factory: pytest.TempPathFactory, seed: int, vendor: str
) -> None:
    chance = random.Random(seed)
    maker = VENDORS[vendor]
    content = bytearray(maker.text(series(25, "1D" if maker.daily else "1h")).encode())
    for _ in range(chance.randint(1, 25)):
        content[chance.randrange(len(content))] = chance.choice(b'0123456789.,;:-"\n\t\xffaZ ')
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "ABC_1h.csv"
    path.write_bytes(bytes(content[: chance.randint(1, len(content))]))
    try:
        seen = look_at_file(path, ImportOptions(timezone="UTC"), folder / "data")
    except KtrdrError:
        return
    if not seen.ready:
        assert seen.questions or seen.problem is not None
        return
    report = import_file(path, ImportOptions(timezone="UTC"), folder / "data", dry_run=True)
    assert seen.span is not None
    assert report.rows_written == seen.span.bars


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_packed_files_show_their_rows(tmp_path: Path, kind: str) -> None:
    bars = series(60, "1D")
    text = VENDORS["yahoo"].text(bars)
    path = tmp_path / f"XYZ_1d.csv.{kind}"
    if kind == "gzip":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("XYZ_1d.csv", text)
    seen = look_at_file(path, ImportOptions(symbol="XYZ"), tmp_path / "data")
    assert seen.ready
    assert seen.raw.packed == kind
    assert seen.raw.rows == 60
    assert seen.span is not None
    pd.testing.assert_frame_equal(seen.span.first, bars.head(5), check_freq=False)
    pd.testing.assert_frame_equal(seen.span.last, bars.tail(5), check_freq=False)
