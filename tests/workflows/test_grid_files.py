"""The index of a grid: the CSV, the JSON and the page, read back and held against the symbols' own documents."""

from __future__ import annotations

import csv
import json
import shlex
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import KtrdrError, TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.grid_files import CONVENTIONS, SymbolRun, write_grid
from ktrdr_app.workflows.many_requests import GridRequest
from ktrdr_app.workflows.requests import BacktestRequest
from tests.workflows.many_cases import FIGURES, one_backtest
from tests.workflows.pages import Page

RETURNS = st.floats(-0.99, 5.0, allow_nan=False)


def written(folder: Path, *runs: SymbolRun, home: Path | None = None) -> dict[str, Any]:
    """Write a grid of these runs into a folder."""
    folder.mkdir(exist_ok=True)
    each = BacktestRequest(Workspace(folder), "quick", "", "1d")
    request = GridRequest(each, tuple(run.symbol for run in runs))
    return write_grid(request, runs, folder, home or folder, time.perf_counter())


def done(symbol: str, own: float = 0.1, held: float = 0.2, **changes: Any) -> SymbolRun:
    return SymbolRun(symbol, one_backtest(symbol, own, held, **changes))


def failed(symbol: str) -> SymbolRun:
    return SymbolRun(symbol, None, TooFewRows(f"{symbol} 1d", 1, 2, "all is warm-up"))


def index_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "grid.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_what_each_document_says(tmp_path: Path) -> None:
    runs = [done("GOOG", 0.25, 0.125), done("AAPL", -0.5, 0.75)]
    written(tmp_path, *runs)
    rows = index_of(tmp_path)
    assert [row["symbol"] for row in rows] == ["GOOG", "AAPL"]
    for row, run in zip(rows, runs, strict=True):
        document = run.document or {}
        for name in FIGURES.keys() & row.keys():
            assert float(row[name]) == document["metrics"][name], name
        assert float(row["buy_and_hold_return"]) == document["benchmark"]["buy_and_hold"]["total_return"]
        assert float(row["after_fit_return"]) == document["after_fit"]["total_return"]
        assert float(row["after_fit_buy_and_hold"]) == document["after_fit"]["buy_and_hold_return"]
        assert int(row["after_fit_bars"]) == document["after_fit"]["bars"]
        assert (int(row["bars"]), int(row["seen_in_training"])) == (200, 50)
        assert (row["start"], row["end"]) == (document["start"], document["end"])
        assert float(row["final_equity"]) == document["final_equity"]
        assert int(row["events"]) == 1
        assert row["report_file"] == document["report_file"]
    assert [row["seen"] for row in rows] == ["False", "True"]


def test_every_figure_of_a_backtest_that_can_be_compared_has_a_column(tmp_path: Path) -> None:
    written(tmp_path, done("GOOG"))
    (row,) = index_of(tmp_path)
    assert FIGURES.keys() <= row.keys()


def test_a_failure_keeps_its_row_and_all_its_columns_empty(tmp_path: Path) -> None:
    document = written(tmp_path, failed("NOPE"), done("GOOG"))
    first, second = index_of(tmp_path)
    assert first.keys() == second.keys()
    assert (first["symbol"], first["status"]) == ("NOPE", "too_few_rows")
    assert {value for name, value in first.items() if name not in ("symbol", "status")} == {""}
    assert second["status"] == "done"
    assert list(document["failed"]) == ["NOPE"]
    assert document["failed"]["NOPE"]["code"] == "too_few_rows"
    assert "all is warm-up" in document["failed"]["NOPE"]["message"]
    assert [one["symbol"] for one in document["backtests"]] == ["GOOG"]
    assert document["summary"]["failed"] == 1


def test_the_json_file_is_the_document(tmp_path: Path) -> None:
    document = written(tmp_path, done("GOOG"), failed("NOPE"))
    assert json.loads((tmp_path / "grid.json").read_text(encoding="utf-8")) == document


def test_files_are_named_where_they_will_lie_in_the_end(tmp_path: Path) -> None:
    document = written(tmp_path / "temporary", done("GOOG"), home=tmp_path / "final")
    final = (tmp_path / "final").resolve()
    assert document["grid_file"] == str(final / "grid.csv")
    assert document["report_file"] == str(final / "report.html")
    names = sorted(path.name for path in (tmp_path / "temporary").iterdir())
    assert names == ["grid.csv", "grid.json", "report.html"]


def test_the_command_names_every_symbol_that_was_asked_for(tmp_path: Path) -> None:
    words = shlex.split(written(tmp_path, done("GOOG"), failed("NOPE"), done("AAPL"))["command"])
    assert words[:3] == ["ktrdr-app", "backtest", "quick"]
    assert words[words.index("--symbol") + 1] == "GOOG,NOPE,AAPL"
    assert words[words.index("--timeframe") + 1] == "1d"


@settings(max_examples=12)
@given(pairs=st.lists(st.tuples(st.sampled_from(["AAPL", "IBM", "GOOG", "MSFT"]), RETURNS, RETURNS), max_size=6))
def test_groups_are_counted_as_a_loop_over_the_documents_would(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, float, float]]
) -> None:
    runs = [done("X", 0.0, 0.0), *(done(*pair) for pair in pairs), failed("NOPE")]
    summary = written(tmp_path_factory.mktemp("grid"), *runs)["summary"]
    assert (summary["asked"], summary["done"], summary["failed"]) == (len(runs), len(runs) - 1, 1)
    everyone = [("X", 0.0, 0.0), *pairs]
    groups = {
        "all": everyone,
        "seen": [pair for pair in everyone if pair[0] in ("AAPL", "IBM")],
        "unseen": [pair for pair in everyone if pair[0] not in ("AAPL", "IBM")],
    }
    for name, group in groups.items():
        better = 0
        for _, own, held in group:
            better += own > held
        assert summary[name] == {
            "symbols": len(group),
            "above_buy_and_hold": better,
            "median_return": median([own for _, own, _ in group]) if group else None,
            "median_buy_and_hold": median([held for _, _, held in group]) if group else None,
            "trades": 7 * len(group),
        }


def test_signals_of_a_file_are_neither_seen_nor_unseen(tmp_path: Path) -> None:
    document = written(tmp_path, done("GOOG", model=None, after_fit=None))
    (row,) = document["symbols"]
    assert row["seen"] is None
    assert [row[name] for name in ("model_step", "model_kind", "model_path", "after_fit_bars")] == [None] * 4
    assert document["summary"]["seen"]["symbols"] == document["summary"]["unseen"]["symbols"] == 0
    assert document["summary"]["all"]["symbols"] == 1


def test_the_page_shows_tiles_rows_links_and_how_it_was_counted(tmp_path: Path) -> None:
    written(tmp_path, done("GOOG", 0.25, 0.125), done("AAPL", 0.5, 0.75), failed("NOPE"))
    page = Page.of(tmp_path / "report.html")
    assert page.unclosed == []
    assert "script" not in page.tags
    assert page.texts["h1"] == ["quick on 3 symbols, 1d"]
    tiles = dict(zip(page.texts["dt"], page.texts["dd"][::2], strict=True))
    assert tiles["Symbols"] == "2"
    assert tiles["Above buy and hold"] == "1 of 2"
    assert tiles["Above, unseen"] == "1 of 1"
    assert tiles["Median return"].startswith("+37.5")
    heads = [[row[0] for row in table[1:]] for table in page.tables]
    assert heads[:2] == [["GOOG", "AAPL"], ["NOPE"]]
    assert page.links == {"GOOG": "GOOG/report.html", "AAPL": "AAPL/report.html"}
    assert set(CONVENTIONS) <= set(page.texts["li"])


def test_warnings_of_the_resolver_stand_once_however_many_symbols_they_are_of(tmp_path: Path) -> None:
    warned = {**one_backtest("A")["model"], "step": 3, "warning": "IBM's model was taken"}
    written(tmp_path, done("GOOG", model=warned), done("MSFT", model=warned))
    page = Page.of(tmp_path / "report.html")
    (said,) = [text for text in page.texts["li"] if "IBM's model was taken" in text]
    assert said.startswith("The resolver fell back to /models/quick/universal_1d_v1: IBM's model was taken.")


def test_names_from_outside_are_text_and_no_markup(tmp_path: Path) -> None:
    document = written(tmp_path, done("GOOG", strategy_name="<b>&x"), failed("<i>"))
    page = Page.of(tmp_path / "report.html")
    assert page.texts["h1"] == ["<b>&x on 2 symbols, 1d"]
    assert not {"b", "i"} & set(page.tags)
    assert list(document["failed"]) == ["<i>"]


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "grid.csv").mkdir()
    with pytest.raises(KtrdrError) as caught:
        written(tmp_path, done("GOOG"))
    assert caught.value.code == "storage_problem"
