"""One model over several symbols: the same backtests as one by one, whatever the number of threads and failures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, ClusterProblem, KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Note, ProgressEvent, SymbolDone
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.grid_run import SymbolWork, backtest_grid, placed, run_symbol
from ktrdr_app.workflows.many_requests import GridRequest, ManyOutcome
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, SignalsRequest
from tests.dask_cluster import DaskCluster, WorkerKiller
from tests.workflows.quick import NAME, files_below, trained

SYMBOLS = ("MSFT", "GOOG", "AAPL")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with data and a universal model that never saw GOOG."""
    workspace = Workspace(tmp_path_factory.mktemp("shop"))
    install_sample(workspace)
    trained(workspace)
    return workspace


@pytest.fixture(scope="module")
def grid(shop: Workspace) -> ManyOutcome:
    """Return a finished grid, one of whose symbols has no data."""
    return backtest_grid(_request(shop, "NOPE", *SYMBOLS))


def _each(workspace: Workspace, **changes: object) -> BacktestRequest:
    given = {"start": "2010-01-01"} | changes
    return BacktestRequest(workspace, NAME, "GOOG", "1d", **given)  # type: ignore[arg-type]


def _request(
    workspace: Workspace, *symbols: str, workers: int | None = None, cluster: str | None = None
) -> GridRequest:
    return GridRequest(_each(workspace), symbols, workers=workers, cluster=cluster)


def _figures(document: dict[str, object]) -> dict[str, object]:
    """Return a document without what differs from run to run: times, places, and the trials on record so far."""
    told = {"command", "seconds", "trades_file", "equity_file", "decisions_file", "report_file"}
    statistics = {key: value for key, value in document["statistics"].items() if key not in {"sharpe", "sentences"}}  # type: ignore[attr-defined]
    return {key: value for key, value in document.items() if key not in told} | {"statistics": statistics}


def test_each_symbol_is_the_backtest_that_it_would_be_alone(shop: Workspace, grid: ManyOutcome) -> None:
    assert [one["symbol"] for one in grid.document["backtests"]] == list(SYMBOLS)
    for one in grid.document["backtests"]:
        alone = backtest(BacktestRequest(shop, NAME, one["symbol"], "1d", start="2010-01-01"))
        assert _figures(one) == _figures(alone.document)
        for name in ("equity.csv", "trades.csv", "decisions.csv"):
            assert (grid.folder / one["symbol"] / name).read_bytes() == (alone.folder / name).read_bytes()


def test_a_failure_is_told_by_name_and_costs_no_other(grid: ManyOutcome) -> None:
    assert list(grid.document["failed"]) == ["NOPE"]
    assert grid.document["failed"]["NOPE"]["code"] == "data_not_found"
    assert grid.exit_code == 3
    assert [row["symbol"] for row in grid.document["symbols"]] == ["NOPE", *SYMBOLS]
    assert [row["status"] for row in grid.document["symbols"]] == ["data_not_found", "done", "done", "done"]


def test_the_index_says_the_same_as_the_documents(grid: ManyOutcome) -> None:
    table = pd.read_csv(grid.folder / "grid.csv").set_index("symbol")
    for one in grid.document["backtests"]:
        row = table.loc[one["symbol"]]
        assert row["total_return"] == one["metrics"]["total_return"]
        assert row["buy_and_hold_return"] == one["benchmark"]["buy_and_hold"]["total_return"]
        assert row["total_trades"] == one["metrics"]["total_trades"]
        assert row["seen_in_training"] == one["seen_in_training"]
        assert Path(row["report_file"]).is_file()
    assert json.loads((grid.folder / "grid.json").read_text()) == grid.document


def test_a_symbol_that_the_model_never_saw_is_marked(grid: ManyOutcome) -> None:
    seen = {row["symbol"]: row["seen"] for row in grid.document["symbols"]}
    assert seen == {"NOPE": None, "MSFT": True, "GOOG": False, "AAPL": True}
    done = {one["symbol"]: one for one in grid.document["backtests"]}
    above = {
        symbol: one["metrics"]["total_return"] > one["benchmark"]["buy_and_hold"]["total_return"]
        for symbol, one in done.items()
    }
    summary = grid.document["summary"]
    assert summary["unseen"]["symbols"] == 1
    assert summary["unseen"]["above_buy_and_hold"] == above["GOOG"]
    assert summary["seen"]["above_buy_and_hold"] == above["MSFT"] + above["AAPL"]
    page = (grid.folder / "report.html").read_text()
    assert "unseen, universal, step 1" in page
    assert "no bars for NOPE 1d" in page
    assert all(f'href="{symbol}/report.html"' in page for symbol in SYMBOLS)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_threads_changes_nothing(shop: Workspace, grid: ManyOutcome, workers: int) -> None:
    again = backtest_grid(_request(shop, "NOPE", *SYMBOLS, workers=workers))
    assert [_figures(one) for one in again.document["backtests"]] == [
        _figures(one) for one in grid.document["backtests"]
    ]


def _same_as(grid: ManyOutcome, again: ManyOutcome) -> None:
    """Hold a grid against another one, to the bytes of its tables."""
    assert [_figures(one) for one in again.document["backtests"]] == [
        _figures(one) for one in grid.document["backtests"]
    ]
    assert again.document["failed"] == grid.document["failed"]
    for symbol in SYMBOLS:
        names = sorted(path.name for path in (grid.folder / symbol).iterdir())
        assert sorted(path.name for path in (again.folder / symbol).iterdir()) == names
        for name in ("equity.csv", "trades.csv", "decisions.csv"):
            assert (again.folder / symbol / name).read_bytes() == (grid.folder / symbol / name).read_bytes()
        assert Path(again.document["symbols"][1]["report_file"]).is_file()
    assert [path.name for path in again.folder.iterdir() if path.name.startswith(".")] == []


class TestOnACluster:
    def test_it_is_the_grid_of_this_machine(self, shop: Workspace, grid: ManyOutcome, dask: DaskCluster) -> None:
        _same_as(grid, backtest_grid(_request(shop, "NOPE", *SYMBOLS, cluster=dask.address)))

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_also_where_a_worker_is_killed(self, shop: Workspace, grid: ManyOutcome, dask: DaskCluster) -> None:
        with dask.client() as client:
            client.restart(timeout=60)  # only workers that have imported nothing yet are seconds at a symbol
            killer = WorkerKiller(client)
            killer.start()
            again = backtest_grid(_request(shop, "NOPE", *SYMBOLS, cluster=dask.address))
            killer.check()
        _same_as(grid, again)

    def test_a_scheduler_that_is_not_there_leaves_nothing(
        self, shop: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ktrdr_app.core.cluster.CONNECT_SECONDS", 0.5)
        before = files_below(shop.runs)
        with pytest.raises(ClusterProblem, match="no scheduler answers"):
            backtest_grid(_request(shop, *SYMBOLS, cluster="tcp://127.0.0.1:9"))
        assert files_below(shop.runs) == before


def test_a_symbol_whose_worker_was_taken_for_dead_has_one_folder(shop: Workspace, tmp_path: Path) -> None:
    """Both workers finish: the later one finds the symbol's folder and takes its own away."""
    request = placed(BacktestRequest(shop, NAME, "IBM", "1d", start="2010-01-01"))
    work = SymbolWork(request, tmp_path, tmp_path / "home" / "IBM", CancelToken("the backtests"))
    assert work.subject == "IBM", "who watches the cluster is told so"
    first, second = run_symbol(work), run_symbol(work)
    assert first.document is not None
    assert second.document is not None
    assert _figures(first.document) == _figures(second.document)
    assert [path.name for path in tmp_path.iterdir()] == ["IBM"]


def test_paths_mean_the_same_on_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").touch()
    here = Workspace(Path())
    named = placed(BacktestRequest(here, "quick", "IBM", "1d"))
    assert isinstance(named, BacktestRequest)
    assert (named.strategy, named.model, named.workspace.root) == ("quick", "auto", tmp_path)
    filed = placed(BacktestRequest(here, "mine.yaml", "IBM", "1d", model="models/a/universal_1d_v1"))
    assert isinstance(filed, BacktestRequest)
    assert filed.strategy == str(tmp_path / "mine.yaml")
    assert filed.model == str(tmp_path / "models" / "a" / "universal_1d_v1")
    signals = placed(SignalsRequest(here, Path("s.csv"), "IBM", "1d"))
    assert isinstance(signals, SignalsRequest)
    assert signals.signals == tmp_path / "s.csv"


def test_progress_goes_by_symbol_in_their_order(shop: Workspace) -> None:
    heard = list[ProgressEvent]()
    backtest_grid(_request(shop, "GOOG", "NOPE"), heard.append)
    assert [event for event in heard if isinstance(event, SymbolDone)] == [
        SymbolDone("GOOG", 1, 2),
        SymbolDone("NOPE", 2, 2),
    ]
    assert [event.text for event in heard if isinstance(event, Note)] == ["NOPE: no bars for NOPE 1d"]


def test_cancelling_writes_nothing(shop: Workspace) -> None:
    before = files_below(shop.runs)
    token = CancelToken("the backtests")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, SymbolDone):
            token.cancel()

    with pytest.raises(Cancelled):
        backtest_grid(_request(shop, *SYMBOLS, workers=1), listen, token)
    assert files_below(shop.runs) == before


def test_if_all_fail_it_is_an_error(shop: Workspace) -> None:
    before = files_below(shop.runs)
    with pytest.raises(KtrdrError) as caught:
        backtest_grid(_request(shop, "NOPE", "NADA"))
    assert caught.value.code == "data_not_found"
    assert files_below(shop.runs) == before


def test_a_place_that_is_taken_is_refused(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("keep")
    with pytest.raises(KtrdrError) as caught:
        backtest_grid(GridRequest(_each(shop), SYMBOLS, out=tmp_path / "mine"))
    assert caught.value.code == "storage_problem"


def test_signals_of_a_file_go_over_several_symbols(shop: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2010-06-01T00:00:00Z,SELL\n")
    each = SignalsRequest(shop, path, "IBM", "1d", money=MoneyOptions(commission=0.0, slippage=0.0))
    document = backtest_grid(GridRequest(each, ("IBM", "GOOG"))).document
    for one in document["backtests"]:
        opens = pd.read_csv(shop.data / f"{one['symbol']}_1d.csv", index_col="timestamp")["open"]
        bought, sold = (opens[opens.index.str.startswith(day)].iloc[0] for day in ("2010-01-05", "2010-06-02"))
        assert one["metrics"]["total_return"] == pytest.approx(sold / bought - 1, rel=1e-9)
    assert [row["seen"] for row in document["symbols"]] == [None, None]
    assert document["summary"]["unseen"]["median_return"] is None
