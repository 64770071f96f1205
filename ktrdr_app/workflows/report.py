"""Writes a run's report: one HTML file that needs no script, no network and no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from numpy.typing import NDArray

from ktrdr_app import __version__
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import shipped
from ktrdr_app.workflows import report_figures as figures
from ktrdr_app.workflows import report_tables as tables
from ktrdr_app.workflows import svg_charts, svg_training, wording
from ktrdr_app.workflows.coverage_sentences import coverage_note
from ktrdr_app.workflows.few_trades import few_trades_note
from ktrdr_app.workflows.report_statistics import luck_table, periods_table

if TYPE_CHECKING:
    import pandas as pd


MODEL_TABLES = (
    figures.figures_table,
    figures.confusion_table,
    figures.reliability_table,
    figures.importance_table,
)
"""Tables of a model that are shown where its papers have the figures."""


@dataclass(frozen=True)
class ReportInput:
    """Everything a report shows.

    Attributes
    ----------
    title : str
        Heading of the page.
    strategy_name : str
        Name of the strategy.
    train_document : mapping or None
        The ``train`` document, if a model was trained in this run.
    backtest_document : mapping
        The ``backtest`` document.
    bars : DataFrame
        The bars that were traded.
    equity : Series
        Account value at each bar's close, by UTC open time.
    benchmark_equity : Series or None
        Buy and hold with the same capital and costs.
    trades : DataFrame
        Closed trades, columns as in the trades file.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars of the model's training or validation span on this symbol.
    report_sentences : sequence of str
        What happened, in plain words.
    settings : mapping
        Nested settings of the run.
    """

    title: str
    strategy_name: str
    train_document: Mapping[str, Any] | None
    backtest_document: Mapping[str, Any]
    bars: pd.DataFrame
    equity: pd.Series[float]
    benchmark_equity: pd.Series[float] | None
    trades: pd.DataFrame
    in_sample: NDArray[np.bool_]
    report_sentences: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def write_report(report: ReportInput, path: Path) -> Path:
    """Write the report and return its path.

    Parameters
    ----------
    report : ReportInput
        What it shows.
    path : Path
        HTML file to write.

    Raises
    ------
    StorageProblem
        If the disk refuses; no half-written file stays.
    """
    write_text(path, render_report(report))
    return path


def render_report(report: ReportInput) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    report : ReportInput
        What it shows; every text in it is escaped.
    """
    return str(report_templates().get_template("report.html.j2").render(_context(report)))


def report_templates() -> jinja2.Environment:
    """Return the templates of all pages; what they are given is escaped, and its signs are typographic by ``signs``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("resources") / "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["signs"] = wording.typographic
    return environment


def _context(report: ReportInput) -> dict[str, Any]:
    backtest, train = report.backtest_document, report.train_document
    initial = float(backtest["initial_capital"])
    fitted, left = (backtest.get("after_fit") or {}).get("from"), backtest.get("open_trade")
    verdicts = [wording.backtest_verdict(backtest)]
    if train is not None:
        verdicts.insert(0, wording.model_verdict(train))
    return {
        "title": report.title,
        "strategy": report.strategy_name,
        "version": __version__,
        "backtest": backtest,
        "span": tables.spans(backtest),
        "verdicts": verdicts,
        "tiles": _tiles(train, backtest),
        "warnings": _warnings(report),
        "sentences": report.report_sentences,
        "certainty": _certainty(backtest),
        "model": None if train is None else _model_part(train),
        "metrics": tables.metrics_table(backtest),
        "monthly": tables.monthly_table(report.equity, report.benchmark_equity, initial),
        "trades": tables.trades_table(report.trades),
        "trace": _trace(backtest),
        "settings": tables.settings_table(report.settings) if report.settings else None,
        "commands": _commands(train, backtest),
        "price": svg_charts.price_chart(report.bars, report.trades, report.in_sample, fitted, left),
        "still_open": left is not None,
        "most_markers": svg_charts.MOST_MARKERS if len(report.trades) > svg_charts.MOST_MARKERS else 0,
        "equity": svg_charts.equity_chart(report.equity, report.benchmark_equity, report.in_sample, fitted),
        "drawdown": svg_charts.drawdown_chart(report.equity, report.benchmark_equity, initial),
        "shaded": bool(report.in_sample.any()),
    }


def _model_part(train: Mapping[str, Any]) -> dict[str, Any]:
    history, importance, balance = (train.get(key) for key in ("history", "importance", "class_balance"))
    prior = train["metrics"].get("prior_nll")
    return {
        "facts": tables.facts_table(train),
        "table": figures.model_table(train),
        "more": [table for make in MODEL_TABLES if (table := make(train)) is not None],
        "scatter": _scatter(train.get("bootstrap")),
        "loss": svg_training.loss_chart(history, int(train["best_epoch"]), prior) if history else "",
        "importance": svg_training.importance_chart(importance) if importance else "",
        "balance": svg_training.class_balance_chart(balance) if balance else "",
    }


def _certainty(backtest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how sure the figures are; None for a run from before that was told."""
    statistics = backtest.get("statistics")
    if not statistics:
        return None
    initial = float(backtest["initial_capital"])
    return {
        "sentences": statistics["sentences"],
        "tables": (luck_table(backtest["benchmark"], initial), periods_table(statistics)),
    }


def _scatter(bootstrap: Mapping[str, Any] | None) -> str:
    """Return how the intervals were made, for the note under the tables."""
    if not bootstrap:
        return ""
    length = wording.number(bootstrap["block_slots"]["test"], 0)
    return (
        f"Intervals hold {wording.percent(bootstrap['coverage'], 0)} of {bootstrap['repeats']:,} resamplings of the "
        f"test span in blocks of {length} bars on average (stationary bootstrap, the same blocks for every symbol)."
    )


def _tiles(train: Mapping[str, Any] | None, backtest: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, figure and comparison of the few numbers that are read first."""
    own, held = backtest["metrics"], backtest.get("benchmark", {}).get("buy_and_hold") or {}
    earned, kept = (wording.percent(figures.get("total_return"), signed=True) for figures in (own, held))
    tiles = [
        ("Return", earned, f"buy and hold {kept}"),
        ("Worst drawdown", _share(own, "max_drawdown"), f"buy and hold {_share(held, 'max_drawdown')}"),
        ("Sharpe ratio", _ratio(own, "sharpe_ratio"), f"buy and hold {_ratio(held, 'sharpe_ratio')}"),
        ("Trades", wording.number(own.get("total_trades"), 0), f"in the market {_share(own, 'exposure')} of bars"),
    ]
    if train is not None:
        measured = train["metrics"]
        skill = wording.percent(measured.get("skill"), signed=True)
        majority = f"majority class {_share(measured, 'majority_accuracy')}"
        tiles.insert(0, ("Skill", skill, "0 % is as good as the class shares"))
        tiles.insert(1, ("Test accuracy", _share(measured, "test_accuracy"), majority))
    return tiles


def _share(figures: Mapping[str, Any], key: str) -> str:
    return wording.percent(figures.get(key))


def _ratio(figures: Mapping[str, Any], key: str) -> str:
    return wording.number(figures.get(key))


def _warnings(report: ReportInput) -> list[str]:
    backtest = report.backtest_document
    warnings = [wording.fallback_warning(backtest), wording.look_ahead_note(backtest), coverage_note(backtest)]
    warnings += [str(backtest.get("explanation") or ""), few_trades_note(backtest)]
    seen = float(np.mean(report.in_sample)) if report.in_sample.size else 0.0
    if seen > 0:
        warnings.append(
            f"{wording.percent(seen)} of these bars lie in the span that the model was trained or tuned on "
            "(shaded in the charts); results there say nothing about new data."
        )
    warnings += [wording.open_trade_note(backtest), *wording.event_notes(backtest)]
    return [text for text in warnings if text]


def _trace(backtest: Mapping[str, Any]) -> tables.Table | None:
    trace = (backtest.get("model") or {}).get("trace")
    return tables.trace_table(trace) if trace else None


def _commands(train: Mapping[str, Any] | None, backtest: Mapping[str, Any]) -> list[str]:
    return [str(part["command"]) for part in (train, backtest) if part is not None and part.get("command")]
