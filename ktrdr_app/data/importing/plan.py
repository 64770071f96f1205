"""Reads a vendor's file as far as it tells itself, and collects what must be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import EmptyData, MalformedBars, UnsafeName
from ktrdr_app.core.paths import safe_name
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.cells import Cells
from ktrdr_app.data.importing.checks import as_frame, look_at, volume_swaps
from ktrdr_app.data.importing.clean import Rows, drop_unusable, merge_repeats, put_in_order
from ktrdr_app.data.importing.clocks import Timed, read_times
from ktrdr_app.data.importing.columns import PRICES, Columns, by_name, is_heading, role_of, said_twice
from ktrdr_app.data.importing.file_names import one_symbol, plain_symbol, read_name
from ktrdr_app.data.importing.findings import Finding, Question, finding
from ktrdr_app.data.importing.infer import asset_class_of, looks_like_crypto, step_of
from ktrdr_app.data.importing.numbers import NumberStyle, is_number, parse_numbers, style_of
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.order import by_content, stamp_columns, with_its_date
from ktrdr_app.data.importing.parquet import ENDINGS, ParquetSource
from ktrdr_app.data.importing.sources import Source, TextSource
from ktrdr_app.data.importing.stamps import date_texts, read_epochs, read_stamps
from ktrdr_app.data.importing.text_column import TextColumn

_MOST_CLASHES = 1 / 3
_FEWEST_COLUMNS = 1 + len(PRICES)


@dataclass(frozen=True)
class Detection:
    """What a file holds, as far as it is known.

    Attributes
    ----------
    file : Path
        The file.
    symbol, timeframe : str
        Name of the series; empty where it is asked for.
    asset_class : str
        As given, or by the bars' hours.
    detected : dict
        Delimiter, encoding, headings, stamp form, time zone, columns and the like, for people and for JSON.
    rows_read : int
        Rows of the table, the unusable ones counted.
    bars : DataFrame
        The series; provisional while a question is open, empty if one hides the rows.
    findings : tuple of Finding
        What the user is told.
    questions : tuple of Question
        What the user must answer before anything is written.
    """

    file: Path
    symbol: str
    timeframe: str
    asset_class: str
    detected: dict[str, Any]
    rows_read: int
    bars: pd.DataFrame
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


def detect(path: Path, options: ImportOptions | None = None) -> Detection:
    """Read a file without writing anything.

    Parameters
    ----------
    path : Path
        CSV or other delimited text, packed or not, or a Parquet file.
    options : ImportOptions, optional
        What the user says of it.

    Raises
    ------
    FileMissing, StorageProblem, EmptyData, MalformedBars
        If it holds no series of bars; the message says what it holds.
    UnknownName, InvalidValue, UnsafeName
        If an option says what cannot be.
    """
    chosen = options or ImportOptions()
    chosen.check()
    return detect_in(open_source(path), path, chosen)


def open_source(path: Path) -> Source:
    """Return the table in a file, not yet understood.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FileMissing, StorageProblem, EmptyData, MalformedBars, EnvironmentProblem
        If it cannot be read, or holds no table.
    """
    return ParquetSource.open(path) if path.suffix.lower() in ENDINGS else TextSource.open(path)


def detect_in(source: Source, path: Path, chosen: ImportOptions) -> Detection:
    """Read a table that is open already.

    Parameters
    ----------
    source : Source
        The table.
    path : Path
        Its file.
    chosen : ImportOptions
        What the user says of it, checked.

    Raises
    ------
    EmptyData, MalformedBars, UnknownName, InvalidValue, UnsafeName
        As `detect` raises them.
    """
    facts = _facts(source)
    columns, question = _columns(source, chosen, path.name)
    if columns is None:
        return _unread(path, chosen, source, facts, question)
    style = _style(source, columns, chosen)
    if style is None:
        words = "A comma in the prices may be the decimal mark or group thousands."
        return _unread(path, chosen, source, facts, (Question("decimal", words, (",", "."), "--decimal"),))
    facts |= {"decimal": style.decimal, "thousands": style.thousands, "columns": _named(columns, source)}
    return _read(path, chosen, source, columns, style, facts)


def _facts(source: Source) -> dict[str, Any]:
    delimiter, encoding, packed = source.written_as
    return {
        "delimiter": delimiter,
        "encoding": encoding,
        "packed": packed,
        "header": source.has_header,
        "preface": list(source.preface[:5]),
        "timestamp_format": "",
        "timezone": "",
        "timeframe": "",
        "columns": {},
    }


def _columns(source: Source, options: ImportOptions, where: str) -> tuple[Columns | None, tuple[Question, ...]]:
    rows = source.sample()
    if (source.has_header and is_heading(source.names)) or set(options.columns) >= {*PRICES}:
        columns = by_name(source.names, options.columns, where)
        twice = said_twice(source.names, options.columns, rows)
        if twice:
            message = f"Columns {' and '.join(str(place + 1) for place in twice)} have one name and other numbers."
            role = role_of(source.names[twice[0]])
            return None, (Question("columns", message, tuple(f"{role}={place + 1}" for place in twice), "--columns"),)
        return replace(columns, stamp=with_its_date(columns.stamp, source.names, rows)), ()
    stamp = stamp_columns(rows)
    if not stamp or len(source.names) < _FEWEST_COLUMNS:
        by_name(source.names, options.columns, where)
    found = by_content(rows, _as_numbers(rows), _runs_backwards(rows, stamp))
    if found is not None:
        return found, ()
    shown = " | ".join(rows[0])[:80]
    message = f"The columns of {shown!r} have no names that are known, and the numbers do not tell their order."
    answers = ("timestamp=1,open=2,high=3,low=4,close=5,volume=6",)
    return None, (Question("columns", message, answers, "--columns"),)


def _as_numbers(rows: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    style = style_of(cell for row in rows for cell in row if is_number(cell)) or NumberStyle(",")
    flat = np.array([cell for row in rows for cell in row], dtype=object)
    return parse_numbers(flat, style)[0].reshape(len(rows), -1)


def _runs_backwards(rows: Sequence[Sequence[str]], stamp: tuple[int, ...]) -> bool:
    if not stamp:
        return False
    cells = TextColumn.of([" ".join(row[place] for place in stamp) for row in rows])
    stamps = read_epochs(cells) or read_stamps(*date_texts(cells), "dmy")
    steps = np.diff(stamps.wall)
    return bool((steps < 0).sum() > (steps > 0).sum())


def _style(source: Source, columns: Columns, options: ImportOptions) -> NumberStyle | None:
    style = style_of(cell for cell in source.figures([*columns.prices, *columns.volumes]) if is_number(cell))
    if options.decimal is not None and (style is None or style.decimal != options.decimal):
        return NumberStyle(options.decimal, "," if options.decimal == "." else ".")
    return style


def _named(columns: Columns, source: Source) -> dict[str, str]:
    def name(place: int) -> str:
        return source.names[place].strip() or str(place + 1)

    named = {"timestamp": " + ".join(name(place) for place in columns.stamp)}
    named |= {role: name(place) for role, place in zip(PRICES, columns.prices, strict=True)}
    return named | ({"volume": name(columns.volumes[0])} if columns.volumes else {})


def _unread(
    path: Path, options: ImportOptions, source: Source, facts: dict[str, Any], questions: tuple[Question, ...]
) -> Detection:
    symbol, timeframe = _symbol(path, options, source, [])[0], options.timeframe or read_name(path)[1]
    none = Rows(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty((0, 4)), np.empty(0))
    return Detection(path, symbol, timeframe, "", facts, source.rows, as_frame(none), (), questions)


def _read(
    path: Path,
    options: ImportOptions,
    source: Source,
    columns: Columns,
    style: NumberStyle,
    facts: dict[str, Any],
) -> Detection:
    cells = source.read(columns, style)
    told = source.findings()
    if columns.adjusted is not None:
        taken, left = source.names[columns.prices[3]].strip(), source.names[columns.adjusted].strip()
        told.append(finding("close_column", f"the closes are those of column {taken}; column {left} was not read"))
    symbol, questions, cells = _one_series(path, options, source, cells)
    headings = [source.names[place] for place in columns.stamp]
    timed = read_times(cells.stamps, cells.line, options, (*source.preface, *headings), path.name)
    volume, about_volume = _volume(cells, columns, source, facts, ~timed.unusable)
    rows, dropped = _series(cells, timed, volume)
    if not questions and not timed.questions:
        _refuse_clashes(dropped, source.rows, path.name)
    told += [*timed.findings, *about_volume, *dropped]
    if not len(rows):
        raise EmptyData(path.name, f"none of its {source.rows} rows can be used: {told[-1].message}")
    timeframe, about_length, asked = _timeframe(path, options, rows)
    asset_class = options.asset_class or asset_class_of(rows.utc, symbol)
    weekends = options.asset_class == "crypto" or looks_like_crypto(symbol)
    told += [*about_length, *look_at(rows, timeframe or None, asset_class, symbol, weekends)]
    questions = (*questions, *timed.questions, *asked)
    zone = {"timestamp_format": timed.form, "timezone": timed.zone, "timeframe": timeframe, "asset_class": asset_class}
    return Detection(
        path, symbol, timeframe, asset_class, facts | zone, source.rows, as_frame(rows), _once(told), questions
    )


def _once(told: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(told))


def _one_series(
    path: Path, options: ImportOptions, source: Source, cells: Cells
) -> tuple[str, tuple[Question, ...], Cells]:
    codes, written = cells.symbols.distinct() if cells.symbols is not None else (np.empty(0, dtype=np.int64), [])
    names = one_symbol(written)
    symbol, question = _symbol(path, options, source, names)
    if len(names) > 1 and symbol:
        wanted = next((name for name in names if name.upper() == symbol.upper()), None)
        if wanted is None:
            question = (Question("symbol", f"The file holds {len(names)} symbols.", tuple(names[:20]), "--symbol"),)
        else:
            meant = np.array([plain_symbol(name) == wanted for name in written], dtype=np.bool_)
            cells = cells.select(meant[codes])
    return symbol, question, cells


def _symbol(
    path: Path, options: ImportOptions, source: Source, names: Sequence[str]
) -> tuple[str, tuple[Question, ...]]:
    if options.symbol is not None:
        return safe_name(options.symbol, "symbol"), ()
    if len(names) > 1:
        words = f"The file holds {len(names)} symbols."
        return "", (Question("symbol", words, tuple(names[:20]), "--symbol"),)
    for name in (*names, plain_symbol(source.ticker), read_name(path)[0]):
        try:
            if name:
                return safe_name(name, "symbol"), ()
        except UnsafeName:
            continue
    words = "Neither the rows nor the file's name tell the symbol."
    return "", (Question("symbol", words, ("the name of the series, such as EURUSD",), "--symbol"),)


def _volume(
    cells: Cells, columns: Columns, source: Source, facts: dict[str, Any], usable: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], list[Finding]]:
    """Return the volume: the first column that may be it and is not 0 in most rows."""
    if not cells.volumes:
        return np.full(len(cells.line), np.nan), []
    share = [float((np.nan_to_num(volume) != 0).mean()) for volume in cells.volumes]
    chosen = next((place for place, filled in enumerate(share) if filled > 0.5), int(np.argmax(share)))
    name = source.names[columns.volumes[chosen]].strip()
    told = []
    if chosen != 0:
        first = source.names[columns.volumes[0]].strip()
        told.append(finding("volume_column", f"column {first} is 0 in most rows; the volumes are those of {name}"))
    elif len(cells.volumes) > 1:
        others = ", ".join(source.names[place].strip() for place in columns.volumes[1:])
        told.append(finding("volume_column", f"the volumes are those of column {name}; not read: {others}"))
    facts["columns"]["volume"] = name or str(columns.volumes[chosen] + 1)
    bad = cells.bad_volume & usable & ~cells.unreadable
    if chosen == 0 and bad.any():
        words = "{n} volumes that are no number were left empty"
        told.append(finding("bad_volume_text", words, cells.line[bad]))
    if len(cells.volumes) > 1:
        swapped = volume_swaps(cells.prices[:, 3], cells.volumes[chosen], cells.volumes[1 - min(chosen, 1)])
        if swapped.any():
            words = "{n} rows have base and quote volume in each other's columns; the volumes are kept as they are"
            told.append(finding("volume_swapped", words, cells.line[swapped]))
    return cells.volumes[chosen], told


def _series(cells: Cells, timed: Timed, volume: NDArray[np.float64]) -> tuple[Rows, list[Finding]]:
    rows, unreadable = Rows(cells.line, timed.utc, cells.prices, volume), cells.unreadable
    if timed.unusable.any():
        rows, unreadable = rows.select(~timed.unusable), unreadable[~timed.unusable]
    rows, dropped = drop_unusable(rows, unreadable)
    rows, sorted_rows = put_in_order(rows)
    rows, merged = merge_repeats(rows)
    return rows, [*dropped, *sorted_rows, *merged]


def _refuse_clashes(told: Sequence[Finding], rows: int, where: str) -> None:
    """Refuse a file of which a third of the rows clash: its stamps do not tell the bars apart."""
    clashes = sum(entry.count for entry in told if entry.code == "duplicate_conflicting")
    if clashes > _MOST_CLASHES * rows:
        found = f"{clashes:,} of {rows:,} rows with the stamp of another row and other numbers"
        expected = "one row per bar; is the time of day missing, or are several series in the file?"
        raise MalformedBars(where, found, expected)


def _timeframe(path: Path, options: ImportOptions, rows: Rows) -> tuple[str, list[Finding], tuple[Question, ...]]:
    named, step = read_name(path)[1], step_of(rows.utc)
    if options.timeframe is not None:
        told = [] if step else _unsettled(rows, options.timeframe)
        return options.timeframe, told, ()
    if step is None and named:
        words = f"the rows do not tell their bar length; {named} was taken from the file's name"
        return named, [finding("timeframe_from_name", words)], ()
    if step is None:
        steps = np.diff(rows.utc)
        seen = f"steps of {np.median(steps) / 60e9:g} minutes" if len(steps) else "one row alone"
        words = f"The bar length is none of ours or cannot be told ({seen})."
        return "", [], (Question("timeframe", words, tuple(NANOSECONDS), "--timeframe"),)
    if named and named != step:
        words = f"the file's name says {named}, but the bars are {step} apart; the series is named {step}"
        return step, [finding("timeframe_clash", words)], ()
    return step, [], ()


def _unsettled(rows: Rows, timeframe: str) -> list[Finding]:
    seen = "there is one row alone" if len(rows) == 1 else "their steps are of no length of ours"
    return [finding("timeframe_given", f"the rows do not tell their bar length ({seen}); {timeframe} was given")]
