"""Tables in files: what is looked at, shown and told of them, against Python's own csv."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import EmptyData, FileMissing
from ktrdr_app.data.importing.columns import Columns
from ktrdr_app.data.importing.numbers import NumberStyle, style_of
from ktrdr_app.data.importing.parquet import ParquetSource
from ktrdr_app.data.importing.sources import SAMPLE, Source, TextSource

HEAD = "timestamp,open,high,low,close,volume"


def rows_of(count: int) -> list[str]:
    """Return lines of daily bars, each with numbers of its own."""
    days = pd.date_range("2000-01-01", periods=count)
    return [f"{day:%Y-%m-%d},{n}.5,{n + 1}.25,{n}.25,{n}.75,{100 + n}" for n, day in enumerate(days, start=10)]


def opened(folder: Path, lines: Sequence[str], name: str = "X_1d.csv", end: str = "\n") -> TextSource:
    """Return the table of lines that were written to a file."""
    path = folder / name
    path.write_text("\n".join(lines) + end, encoding="utf-8")
    return TextSource.open(path)


def told(source: Source) -> dict[str, tuple[int, ...]]:
    """Return the lines of each finding by its code."""
    return {entry.code: entry.rows for entry in source.findings()}


def test_a_file_is_told_as_it_is_written(tmp_path: Path) -> None:
    lines = ["Exported by X", "All times in UTC", HEAD.replace(",", ";"), *(r.replace(",", ";") for r in rows_of(20))]
    source = opened(tmp_path, lines)
    assert source.names == tuple(HEAD.split(","))
    assert source.preface == tuple(lines[:2])
    assert (source.written_as[0], source.written_as[2]) == (";", "")
    assert (source.rows, source.has_header, source.ticker) == (20, True, "")
    assert source.findings() == []


def test_the_symbol_of_a_heading_line_is_the_ticker(tmp_path: Path) -> None:
    lines = ["Price,Close,High,Low,Open,Volume", "Ticker,MSFT,MSFT,MSFT,MSFT,MSFT", "Date,,,,,", *rows_of(9)]
    source = opened(tmp_path, lines)
    assert source.ticker == "MSFT"
    assert source.names[:2] == ("Date", "Close")
    assert source.edges(1)[0][0][0] == 4


def test_the_sample_is_the_first_rows_with_every_cell_cut_out(tmp_path: Path) -> None:
    rows = rows_of(SAMPLE + 40)
    rows[3] = '"2000-01-04", "13.5" ,14.25, 13.25,13.75,"1,113"'
    sample = opened(tmp_path, [HEAD, *rows]).sample()
    wanted = [[cell.strip() for cell in row] for row in csv.reader(rows[:SAMPLE], skipinitialspace=True)]
    assert sample == wanted


def test_figures_are_looked_at_in_all_of_a_long_file(tmp_path: Path) -> None:
    rows = rows_of(6000)
    rows[4000:] = [",".join([row.split(",")[0], '"7,234.5"', *row.split(",")[2:]]) for row in rows[4000:]]
    figures = opened(tmp_path, [HEAD, *rows]).figures([1, 5])
    cells = [row[place] for row in csv.reader(rows) for place in (1, 5)]
    assert set(figures) <= set(cells)
    assert figures[: 2 * SAMPLE] == cells[: 2 * SAMPLE]
    assert len(figures) < len(cells) / 2
    assert style_of(figures) == NumberStyle(".", ",")
    assert set(figures) & set(cells[2 * 5980 + 1 :: 2])


@pytest.mark.parametrize("count", [0, 1, 3, 6, 9])
def test_edges_are_lines_of_the_file_and_none_is_in_both(tmp_path: Path, count: int) -> None:
    rows = rows_of(7)
    rows[2] = rows[2].replace("2000-01-03", '"2000-01-03"')
    lines = ["# made by hand", HEAD, *rows[:4], "", "1,2,3", *rows[4:]]
    head, tail = opened(tmp_path, lines).edges(count)
    whole = [(at, tuple(next(csv.reader([line])))) for at, line in enumerate(lines, start=1) if line.count(",") == 5]
    whole = whole[1:]
    assert head == whole[:count]
    assert tail == whole[max(len(whole) - count, count) :]


@pytest.mark.parametrize("packing", ["", "gzip", "zip"])
def test_written_lines_are_those_of_the_text_inside(tmp_path: Path, packing: str) -> None:
    lines = ["a preface", HEAD, *rows_of(6), "", "broken", *rows_of(2)]
    content = ("\n".join(lines) + "\n").encode()
    path = tmp_path / "X_1d.csv"
    if packing == "zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("X.csv", content)
        content = stream.getvalue()
    path.write_bytes(gzip.compress(content) if packing == "gzip" else content)
    source = TextSource.open(path)
    assert source.written_lines([1, 2, 5, 9, 10, 12, 13, 4000]) == {at: lines[at - 1] for at in (1, 2, 5, 10, 12)}
    assert source.written_lines([]) == {}
    assert source.written_as[2] == packing
    assert ("packed" in told(source)) is bool(packing)


def test_a_packed_file_whose_name_says_so_is_nothing_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "X_1d.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEAD, *rows_of(9), ""]).encode()))
    assert TextSource.open(path).findings() == []


def test_text_of_windows_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "X_1d.csv"
    lines = ["Währung;€;;;;", "Datum;Eröffnung;Hoch;Tief;Schluss;Stück", *(r.replace(",", ";") for r in rows_of(9))]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    source = TextSource.open(path)
    assert source.names[1] == "Eröffnung"
    assert source.written_lines([1])[1].strip() == lines[0]
    assert (source.written_as[1], list(told(source))) == ("cp1252", ["encoding"])


ROWS = rows_of(9)
ENDS: dict[str, tuple[list[str], str, dict[str, tuple[int, ...]]]] = {
    "whole": (ROWS, "\n", {}),
    "whole without a last line end": (ROWS, "", {}),
    "a row too short and one too long": ([*ROWS[:3], "a,b", *ROWS[3:], ROWS[0] + ",1"], "\n", {"broken_row": (5, 12)}),
    "breaks off between cells": ([*ROWS, "2000-01-10,19.5,20"], "", {"cut_row": (11,)}),
    "the same with a line end is a broken row": ([*ROWS, "2000-01-10,19.5,20"], "\n", {"broken_row": (11,)}),
    "breaks off before the last cell": ([*ROWS, "2000-01-10,19.5,20,19,19,"], "", {"cut_row": (11,)}),
    "breaks off within the last cell": ([*ROWS, "2000-01-10,19.5,20,19,19,1"], "", {"cut_cell": (11,)}),
    "an empty last cell with a line end": ([*ROWS, "2000-01-10,19.5,20,19,19,"], "\n", {}),
}


@pytest.mark.parametrize("name", ENDS)
def test_rows_that_are_not_whole_are_told_by_their_lines(tmp_path: Path, name: str) -> None:
    rows, end, wanted = ENDS[name]
    source = opened(tmp_path, [HEAD, *rows], end=end)
    assert told(source) == wanted
    assert source.rows == len(rows)
    dropped = sum(len(lines) for code, lines in wanted.items() if code != "cut_cell")
    assert len(source.read(Columns((0,), (1, 2, 3, 4)), NumberStyle()).line) == len(rows) - dropped


def test_no_file_and_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        TextSource.open(tmp_path / "X_1d.csv")
    with pytest.raises(EmptyData):
        opened(tmp_path, [HEAD])


def test_both_kinds_of_source_say_the_same_of_the_same_table(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "date": [f"2020-01-{day:02d}" for day in range(1, 31)],
            **{name: np.arange(30) + step for step, name in enumerate(("open", "high", "low", "close"), start=5)},
            "volume": np.arange(30) * 3,
            "symbol": ["A", "B", "C"] * 10,
        }
    )
    frame.to_csv(tmp_path / "X_1d.csv", index=False)
    frame.to_parquet(tmp_path / "X_1d.parquet")
    sources: list[Source] = [TextSource.open(tmp_path / "X_1d.csv"), ParquetSource.open(tmp_path / "X_1d.parquet")]
    columns = Columns((0,), (1, 2, 3, 4), (5,), 6)
    text, stored = sources
    assert (text.names, text.rows, text.preface, text.ticker) == (stored.names, 30, stored.preface, stored.ticker)
    assert text.sample() == stored.sample()
    for mine, other in zip(text.edges(4), stored.edges(4), strict=True):
        assert [cells for _, cells in mine] == [cells for _, cells in other]
    assert stored.written_lines([0, 1, 30, 31]) == {
        1: "2020-01-01, 5, 6, 7, 8, 0, A",
        30: "2020-01-30, 34, 35, 36, 37, 87, C",
    }
    one, two = (source.read(columns, NumberStyle()) for source in sources)
    assert one.prices.tolist() == two.prices.tolist() == frame.iloc[:, 1:5].astype(float).to_numpy().tolist()
    assert one.volumes[0].tolist() == two.volumes[0].tolist()
    assert one.symbols is not None
    assert two.symbols is not None
    assert one.symbols.texts() == two.symbols.texts() == frame["symbol"].tolist()
    assert text.findings() == stored.findings() == []
