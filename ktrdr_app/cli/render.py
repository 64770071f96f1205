"""Tables and sentences on stdout; every text is shown as it is, never read as markup."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ktrdr_app.workflows.coverage_sentences import coverage_note
from ktrdr_app.workflows.few_trades import few_trades_note
from ktrdr_app.workflows.report_figures import confusion_table, figures_table, judgement_of, model_table
from ktrdr_app.workflows.report_tables import Cell, Table, metrics_table, trace_table
from ktrdr_app.workflows.wording import (
    MISSING,
    Verdict,
    backtest_verdict,
    cut,
    event_notes,
    fallback_warning,
    look_ahead_note,
    model_verdict,
    number,
    open_trade_note,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.indicators.definition import IndicatorInfo
    from ktrdr_app.model_store.registry import ModelInfo
    from ktrdr_app.workflows.data_inventory import InventoryEntry
    from ktrdr_app.workflows.requests import Check, StrategyInfo
    from ktrdr_app.workflows.upgrade_run import UpgradeResult

Part = Table | Text | str

PIPE_WIDTH = 160
"""Columns of a line where stdout is no terminal."""
SHOWN_ROWS = 10
"""Last rows of a long table that are shown."""

_STYLES = {"good": "green", "bad": "red"}


def print_parts(parts: Iterable[Part]) -> None:
    """Print tables and sentences, one after the other.

    Parameters
    ----------
    parts : iterable of Table, Text or str
        What is printed.
    """
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)
    for part in parts:
        if isinstance(part, Table):
            console.print(Text(part.caption, style="bold"), soft_wrap=True)
            console.print(_rich(part))
        else:
            console.print(part if isinstance(part, Text) else Text(part), soft_wrap=True)


def _rich(table: Table) -> RichTable:
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(table.columns):
        shown.add_column(Text(name), justify="left" if place < table.words else "right", overflow="fold")
    for row in table.rows:
        shown.add_row(*(Text(cell.text, style=_STYLES.get(cell.mark, "")) for cell in row))
    return shown


def words_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], figures: int = 0) -> Table:
    """Return a table of plain cells.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : sequence of str
        Headings.
    rows : iterable of sequence of str
        Cells.
    figures : int
        Columns from the right that hold figures.
    """
    cells = tuple(tuple(Cell(text) for text in row) for row in rows)
    return Table(caption, tuple(columns), cells, words=len(columns) - figures)


def headline(verdict: Verdict) -> Text:
    """Return a verdict in a few words.

    Parameters
    ----------
    verdict : Verdict
        The judgement.
    """
    return Text(f"{verdict.headline}.", style="bold green" if verdict.good else "bold red")


def trained(document: Mapping[str, Any]) -> list[Part]:
    """Return what is shown of a training run.

    Parameters
    ----------
    document : mapping
        The ``train`` document.
    """
    return [*_worth(document), *document["report"], f"Model: {document['model_path']}"]


def _worth(document: Mapping[str, Any]) -> list[Part]:
    """Return a model's figures beside the baselines, then the judgement."""
    pooled, answers = figures_table(document), confusion_table(document)
    narrow = (
        [] if pooled is None else [Table(pooled.caption, pooled.columns[:-1], tuple(row[:-1] for row in pooled.rows))]
    )
    more = [] if answers is None else [answers]
    return [model_table(document), *narrow, *more, headline(model_verdict(document))]


def backtested(document: Mapping[str, Any]) -> list[Part]:
    """Return what is shown of a backtest.

    Parameters
    ----------
    document : mapping
        The ``backtest`` document.
    """
    figures, verdict = metrics_table(document), backtest_verdict(document)
    narrow = Table(figures.caption, figures.columns[:3], tuple(row[:3] for row in figures.rows))
    why = str(document.get("explanation") or "")
    notes = [fallback_warning(document), look_ahead_note(document), coverage_note(document), why]
    notes += [few_trades_note(document), open_trade_note(document), *event_notes(document)]
    model = document.get("model")
    return [
        narrow,
        headline(verdict),
        verdict.detail,
        *(Text(note, style="yellow") for note in notes if note),
        *(document.get("statistics") or {}).get("sentences", ()),
        *([f"Model: {model['path']} ({model['kind']}, {_step(model['step'])})"] if model else []),
        f"Report with pictures: {document['report_file']}",
        f"Trades: {document['trades_file']}",
    ]


def _step(step: object) -> str:
    return f"step {step} of the resolver" if isinstance(step, int) else "as it was named"


def series_list(found: Sequence[InventoryEntry]) -> list[Part]:
    """Return the inventory of a workspace.

    Parameters
    ----------
    found : sequence of InventoryEntry
        Its series.
    """
    if not found:
        return ["No data yet: put {SYMBOL}_{timeframe}.csv files into the data folder, or run ktrdr-app demo."]
    rows = [
        (
            entry.series.symbol,
            entry.series.timeframe,
            entry.asset_class,
            entry.series.first,
            entry.series.last,
            f"{entry.series.rows:,}",
            f"{entry.quality.gaps_unexpected:,}" if entry.quality else "",
            percent(cut(entry.quality.share), 2) if entry.quality and entry.quality.expected else "",
        )
        for entry in found
    ]
    columns = ("Symbol", "Time frame", "Class", "First bar", "Last bar", "Bars", "Unexpected gaps", "Bars there")
    table = words_table("Series", columns, rows, figures=3)
    unknown = sum(entry.quality is None for entry in found)
    hint = "ktrdr-app data check SYMBOL TF tells what is wrong with a series."
    return [table, *([f"{unknown} of {len(found)} not looked at yet: {hint}"] if unknown else [])]


def indicator_list(found: Sequence[IndicatorInfo]) -> list[Part]:
    """Return the catalogue of indicators.

    Parameters
    ----------
    found : sequence of IndicatorInfo
        The catalogue.
    """
    rows = [
        (
            info.name,
            info.category,
            ", ".join(_parameter(entry) for entry in info.parameter_table()) or "none",
            ", ".join(output.name for output in info.outputs),
            info.description,
        )
        for info in found
    ]
    columns = ("Name", "Category", "Parameters: default (least to most)", "Outputs", "Description")
    return [words_table("Indicators", columns, rows)]


def _parameter(entry: Mapping[str, Any]) -> str:
    bounds = f" ({entry['minimum']} to {entry['maximum']})" if entry["minimum"] is not None else ""
    return f"{entry['name']} {entry['default']}{bounds}"


def last_rows(frame: pd.DataFrame, caption: str) -> list[Part]:
    """Return the last rows of a table by time.

    Parameters
    ----------
    frame : DataFrame
        Indexed by UTC bar opens.
    caption : str
        What it shows.
    """
    tail = frame.tail(SHOWN_ROWS)
    rows = [
        (f"{moment:%Y-%m-%d %H:%M}", *map(_value, row)) for moment, row in zip(tail.index, tail.to_numpy(), strict=True)
    ]
    name = f"{caption}: last {len(tail)} of {len(frame):,} rows"
    return [words_table(name, ("Bar, UTC", *map(str, frame.columns)), rows, figures=len(frame.columns))]


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def feature_list(frame: pd.DataFrame, caption: str, dropped: int) -> list[Part]:
    """Return the spread of each feature.

    Parameters
    ----------
    frame : DataFrame of float32
        One column per feature.
    caption : str
        What it shows.
    dropped : int
        Warm-up rows that were left out.
    """
    figures = zip(frame.columns, frame.min(), frame.mean(), frame.max(), strict=True)
    rows = [(str(name), *(number(float(value), 4) for value in spread)) for name, *spread in figures]
    rest = f"{len(frame):,} rows after {dropped:,} warm-up rows"
    return [words_table(f"{caption}: {rest}", ("Feature", "Least", "Mean", "Most"), rows, figures=3)]


def built_features(document: Mapping[str, Any]) -> list[Part]:
    """Return what was built of several symbols.

    Parameters
    ----------
    document : mapping
        The ``features`` document of several symbols.
    """
    rows = [
        (
            symbol,
            entry["first"] or MISSING,
            entry["last"] or MISSING,
            f"{entry['rows']:,}",
            f"{entry['dropped_rows']:,}",
        )
        for symbol, entry in document["symbols"].items()
    ]
    caption = f"{document['strategy']} {document['timeframe']}: {len(document['columns'])} features of each symbol"
    written = (
        f"Tables: {document['out']}" if document["out"] else "They are in the workspace's cache; --out DIR writes them"
    )
    return [words_table(caption, ("Symbol", "First", "Last", "Rows", "Warm-up rows"), rows, figures=2), written]


def model_list(found: Sequence[ModelInfo]) -> list[Part]:
    """Return the models of a workspace.

    Parameters
    ----------
    found : sequence of ModelInfo
        Its models.
    """
    if not found:
        return ["No model yet: train one with ktrdr-app train."]
    rows = [
        (
            info.label,
            info.strategy_name,
            info.kind,
            info.created_at[:16].replace("T", " "),
            ", ".join(info.training_symbols),
            info.problem
            or ", ".join(
                [
                    "usable",
                    *(["latest"] if info.latest else []),
                    *(["pinned"] if info.pinned else []),
                    *(["looks ahead"] if info.look_ahead else []),
                ]
            ),
            ", ".join(info.tags),
            "" if info.rows is None else f"{info.rows:,}",
            percent(info.test_accuracy),
            number(info.test_nll, 4),
            percent(info.skill, signed=True),
        )
        for info in found
    ]
    columns = ("Model", "Strategy", "Kind", "Made, UTC", "Learnt from", "State", "Tags", "Rows", "Test accuracy",
               "Test NLL", "Skill")  # fmt: skip
    return [words_table("Models", columns, rows, figures=4)]


def model_facts(document: Mapping[str, Any]) -> list[Part]:
    """Return what a model says of itself, without its long documents.

    Parameters
    ----------
    document : mapping
        What ``models show --json`` prints.
    """
    plain = [(name, value) for name, value in document.items() if not isinstance(value, dict | None)]
    rows = [(name.replace("_", " "), _listed(value)) for name, value in plain]
    rows.append(("network", ", ".join(f"{name} {_listed(value)}" for name, value in document["network"].items())))
    files = [(name, f"{size:,}") for name, size in document["files"].items()]
    rows.append(
        ("calibration", ", ".join(f"{name} {_listed(value)}" for name, value in document["calibration"].items()))
    )
    worth = judgement_of(document)
    told = [] if worth is None else [*_worth(worth), *worth["report"]]
    tables = [words_table("Model", ("Fact", "Value"), rows), words_table("Files", ("Name", "Bytes"), files, figures=1)]
    return [*tables, *told, _coverage_hint(document)]


def _coverage_hint(document: Mapping[str, Any]) -> str:
    if "coverage.json" not in document["files"]:
        return "Coverage: it keeps no reference of its training rows, so what they resemble cannot be told."
    asked = f"`ktrdr-app models coverage {document['path']} --symbol S`"
    return f"Coverage: {asked} says whether a symbol looks like what it learnt from."


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def resolution(document: Mapping[str, Any]) -> list[Part]:
    """Return which model would be loaded, and all that was looked at.

    Parameters
    ----------
    document : mapping
        What ``models resolve --json`` prints.
    """
    chosen = document["chosen"]
    answer = f"Chosen: {chosen['path']} ({chosen['kind']}, {_step(chosen['step'])})" if chosen else "No model serves."
    warning = document["warning"]
    return [trace_table(document["trace"]), answer, *([Text(warning, style="yellow")] if warning else [])]


def strategy_list(found: Sequence[StrategyInfo]) -> list[Part]:
    """Return the strategies of a workspace.

    Parameters
    ----------
    found : sequence of StrategyInfo
        The workspace's own and the shipped ones.
    """
    rows = [
        (info.name, "shipped" if info.shipped else "workspace", info.problem or "valid", info.description)
        for info in found
    ]
    return [words_table("Strategies", ("Name", "From", "State", "Description"), rows)]


def upgraded(result: UpgradeResult) -> list[Part]:
    """Return what an upgrade changed.

    Parameters
    ----------
    result : UpgradeResult
        The new file and its notes.
    """
    rows = [(note.path, note.sentence) for note in result.notes]
    caption = f"Changes of meaning in {result.name}"
    return [words_table(caption, ("Entry", "What changed"), rows), f"Strategy: {result.path}"]


def check_list(checks: Sequence[Check]) -> list[Part]:
    """Return the lines of the doctor.

    Parameters
    ----------
    checks : sequence of Check
        What was looked at.
    """
    rows = tuple(
        (
            Cell("ok" if check.ok else "FAILS", "good" if check.ok else "bad"),
            Cell(check.name),
            Cell(check.detail),
            Cell("" if check.ok else check.advice),
        )
        for check in checks
    )
    failing = sum(not check.ok for check in checks)
    ending = "All is well." if not failing else f"{failing} of {len(checks)} lines need attention."
    return [Table("This machine", ("State", "What", "Found", "What to do"), rows, words=4), ending]
