"""What a backtest leaves on disk: trades, equity, decisions, the JSON document and the report, in one folder."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.backtesting.metrics import drawdown
from ktrdr_app.backtesting.results import BacktestResult
from ktrdr_app.backtesting.sizing import SIZINGS
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import new_folder, plain, write_bytes, write_json
from ktrdr_app.core.protection import check_writable
from ktrdr_app.data.bars import close_times, fingerprint
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.workflows.backtest_statistics import FinishedRun, with_statistics
from ktrdr_app.workflows.few_trades import leaning_of
from ktrdr_app.workflows.report import ReportInput, write_report
from ktrdr_app.workflows.requests import BacktestRequest, SignalsRequest
from ktrdr_app.workflows.run_folders import RESULT_FILE, run_id
from ktrdr_app.workflows.tables import iso_stamps, write_csv, write_table

STRATEGY_FILE, SIGNALS_FILE = "strategy.yaml", "signals.csv"
"""Names under which a run's folder keeps what decided."""
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class RunPapers:
    """Everything a finished backtest has to say.

    Attributes
    ----------
    request : BacktestRequest or SignalsRequest
        What was asked for.
    strategy_name : str
        The strategy, or the stem of the signal file.
    settings : mapping
        Decision, money and model settings that were in force.
    model : mapping or None
        The ``model`` part of the JSON document; None for signals.
    bars : DataFrame
        Bars that were traded.
    result : BacktestResult
        The run.
    benchmark : BacktestResult
        Buy and hold.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars that the model had seen.
    warm_up_bars : int
        Bars in front that had no features yet.
    train_document : mapping or None
        The training that made the model.
    began : float
        ``time.perf_counter()`` at the start.
    origin : bytes
        Text of the strategy, or of the signals, that decided.
    coverage : mapping, optional
        Whether the model's training rows resemble the bars; None for a symbol it learnt from, and for signals.
    """

    request: BacktestRequest | SignalsRequest
    strategy_name: str
    settings: Mapping[str, Any]
    model: Mapping[str, Any] | None
    bars: pd.DataFrame
    result: BacktestResult
    benchmark: BacktestResult
    in_sample: NDArray[np.bool_]
    warm_up_bars: int
    train_document: Mapping[str, Any] | None
    began: float
    origin: bytes
    coverage: Mapping[str, Any] | None = None


def write_run(papers: RunPapers) -> tuple[Path, dict[str, Any]]:
    """Write a run's folder, whole or not at all.

    Parameters
    ----------
    papers : RunPapers
        What it holds.

    Returns
    -------
    folder : Path
        ``runs/<id>`` of the workspace, or the folder that was asked for.
    document : dict
        What ``backtest --json`` prints, also written as ``result.json``.

    Raises
    ------
    StorageProblem
        If the folder is there already with something in it, or the disk refuses.
    """
    request = papers.request
    final = free_place(request.out or request.workspace.runs / run_id(request.symbol, request.timeframe))
    with new_folder(final) as folder:
        document = write_papers(papers, folder, final)
    return final, document


def free_place(final: Path) -> Path:
    """Return the folder that a run is to have, which is not there: an empty one is taken away.

    Parameters
    ----------
    final : Path
        The folder.

    Raises
    ------
    StorageProblem
        If it is there already with something in it, or the workspace is open read-only.
    """
    check_writable(final)
    if final.is_dir() and not any(final.iterdir()):
        final.rmdir()
    if final.exists():
        raise StorageProblem(str(final), "it is there already; give a new folder")
    return final


def write_papers(papers: RunPapers, folder: Path, home: Path) -> dict[str, Any]:
    """Write a run's files and return its document.

    Parameters
    ----------
    papers : RunPapers
        What they hold.
    folder : Path
        Where they are written.
    home : Path
        Where they will lie in the end, which the document names.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    result = papers.result
    run = FinishedRun(papers.bars, result.config, result.values, result.closed, result.open_trade)
    document = with_statistics(_document(papers, home), run, papers.request.workspace)
    write_table(_equity_table(papers), folder / "equity.csv")
    write_trades(papers.result.trades, folder / "trades.csv")
    if papers.result.decisions is not None:
        write_table(papers.result.decisions, folder / "decisions.csv")
    write_bytes(folder / origin_name(papers.request), papers.origin)
    write_report(_report(papers, document), folder / "report.html")
    write_json(folder / RESULT_FILE, document)
    return document


def _equity_table(papers: RunPapers) -> pd.DataFrame:
    """Return what the account was worth at each bar's close, beside buy and hold, with the bars that were seen."""
    result = papers.result
    return pd.DataFrame(
        {
            "equity": result.equity,
            "drawdown": drawdown(result.equity, result.config.initial_capital),
            "cash": result.cash,
            "position": result.position,
            "buy_and_hold": papers.benchmark.equity,
            "in_sample": papers.in_sample,
        }
    )


def write_trades(trades: pd.DataFrame, path: Path) -> None:
    """Write trades with the entry's bar open first, both times ISO in UTC.

    Parameters
    ----------
    trades : DataFrame
        With columns ``entry_time`` and ``exit_time``.
    path : Path
        CSV file.
    """
    stamped = trades.copy()
    for column in ("entry_time", "exit_time"):
        stamped[column] = iso_stamps(pd.DatetimeIndex(stamped[column]))
    stamped.insert(0, "timestamp", stamped["entry_time"])
    write_csv(stamped, path)


def _document(papers: RunPapers, folder: Path) -> dict[str, Any]:
    result, request, home = papers.result, papers.request, folder.resolve()
    decisions = home / "decisions.csv" if result.log is not None else None
    hold = papers.benchmark
    document: dict[str, Any] = {
        "model": papers.model,
        "strategy_name": papers.strategy_name,
        "symbol": request.symbol,
        "timeframe": request.timeframe,
        "bars": len(papers.bars),
        "warm_up_bars": papers.warm_up_bars,
        "start": papers.bars.index[0].strftime(STAMP),
        "end": papers.bars.index[-1].strftime(STAMP),
        "seen_in_training": int(papers.in_sample.sum()),
        "after_fit": _after_fit(papers),
        "coverage": papers.coverage,
        "initial_capital": result.config.initial_capital,
        "final_equity": result.final_equity,
        "metrics": result.metrics,
        "benchmark": {"buy_and_hold": {"final_equity": hold.final_equity, **hold.metrics}},
        "config": asdict(result.config),
        "decision": papers.settings.get("decision"),
        "open_trade": asdict(result.open_trade) if result.open_trade else None,
        "events": [event.to_dict() for event in result.events],
        "explanation": result.explanation,
        "leaning": _leaning(result),
        "trades_file": home / "trades.csv",
        "equity_file": home / "equity.csv",
        "decisions_file": decisions,
        "report_file": home / "report.html",
        "data_fingerprint": fingerprint(papers.bars),
        "request": _asked(request),
        "command": command_of(request),
        "seconds": time.perf_counter() - papers.began,
    }
    if document["open_trade"]:
        document["open_trade"]["entry_time"] = document["open_trade"]["entry_time"].strftime(STAMP)
    checked: dict[str, Any] = plain(document)
    return checked


def origin_name(request: BacktestRequest | SignalsRequest) -> str:
    """Return the name of the file that keeps what decided, word for word.

    Parameters
    ----------
    request : BacktestRequest or SignalsRequest
        What was asked for.
    """
    return SIGNALS_FILE if isinstance(request, SignalsRequest) else STRATEGY_FILE


def _asked(request: BacktestRequest | SignalsRequest) -> dict[str, Any]:
    """Return what must be known to run the same again, beside the bars, the model and what decided."""
    found: dict[str, Any] = {"start": request.start, "end": request.end, "money": asdict(request.money)}
    if isinstance(request, BacktestRequest):
        found |= {"model": request.model, "allow_any": request.allow_any, "calibrate": request.calibrate}
    return found


def command_of(request: BacktestRequest | SignalsRequest) -> str:
    """Return the exact command that runs the same backtest again.

    Parameters
    ----------
    request : BacktestRequest or SignalsRequest
        What was asked for.
    """
    words = ["ktrdr-app", "backtest"]
    optional: dict[str, Any] = {"--symbol": request.symbol, "--timeframe": request.timeframe}
    if isinstance(request, SignalsRequest):
        optional["--signals"] = request.signals
    else:
        words.append(request.strategy)
        optional["--model"] = request.model if request.model != "auto" else None
    money = {**asdict(request.money), "sizing": None}
    optional |= {"--start": request.start, "--end": request.end}
    optional |= {f"--{name.replace('_', '-')}": value for name, value in money.items() if not isinstance(value, bool)}
    for option, value in optional.items():
        words += [option, str(value)] if value is not None else []
    if request.money.sizing is not None:
        words += ["--sizing", _sizing_word(request.money.sizing)]
    words += ["--no-any"] if isinstance(request, BacktestRequest) and not request.allow_any else []
    words += ["--no-calibration"] if isinstance(request, BacktestRequest) and not request.calibrate else []
    words += ["--short"] if request.money.allow_short else []
    words += ["--close-at-end"] if request.money.close_at_end else []
    return shlex.join(words)


def _leaning(result: BacktestResult) -> dict[str, Any] | None:
    log = result.log
    if not isinstance(log, DecisionLog):
        return None
    return leaning_of(log.shares, float(log.orchestrator.settings.confidence_threshold))


def _sizing_word(sizing: Mapping[str, Any]) -> str:
    """Return a size as the command line takes it: every digit, and first the entry that tells the kind."""
    names = (name for name in SIZINGS[sizing["kind"]].bounds if name in sizing)
    return ",".join(f"{name}={sizing[name]}" for name in names) or "all_in"


def _after_fit(papers: RunPapers) -> dict[str, Any] | None:
    """Return the result on the bars after the span that the model was fitted on, told by any symbol.

    Markets move together, so bars of an unseen symbol within that span are not wholly unseen.
    """
    end = (papers.model or {}).get("fitted_until")
    if end is None:
        return None
    closes = close_times(papers.bars.index, papers.request.timeframe)
    later = int((closes > pd.Timestamp(end).as_unit("ns").value).sum())
    if later == 0:
        return {"from": None, "bars": 0, "total_return": None, "buy_and_hold_return": None}
    return {
        "from": papers.bars.index[-later].strftime(STAMP),
        "bars": later,
        "total_return": _return_of_last(papers.result, later),
        "buy_and_hold_return": _return_of_last(papers.benchmark, later),
    }


def _return_of_last(result: BacktestResult, bars: int) -> float:
    equity = np.concatenate([[result.config.initial_capital], result.equity.to_numpy()])
    return float(equity[-1] / equity[-1 - bars] - 1)


def _report(papers: RunPapers, document: dict[str, Any]) -> ReportInput:
    trained = papers.train_document
    return ReportInput(
        title=f"{papers.strategy_name} on {papers.request.symbol} {papers.request.timeframe}",
        strategy_name=papers.strategy_name,
        train_document=trained,
        backtest_document=document,
        bars=papers.bars,
        equity=papers.result.equity,
        benchmark_equity=papers.benchmark.equity,
        trades=papers.result.trades,
        in_sample=papers.in_sample,
        report_sentences=tuple(trained["report"]) if trained else (),
        settings={**papers.settings, "backtest": document["config"]},
    )
