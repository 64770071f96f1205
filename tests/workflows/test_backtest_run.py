"""Backtests end to end: the model chosen, the files written, nothing from the future, and every refusal."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.signals import run_signals
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, KtrdrError, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import BarsDone, StageFinished
from ktrdr_app.workflows.backtest_files import command_of, free_place
from ktrdr_app.workflows.backtest_run import backtest, backtest_signals
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, MoneyOptions, SignalsRequest
from tests.core.protected import only_looked_at
from tests.workflows.quick import NAME, TEXT, files_below, trained, with_strategy

METRICS = {
    "total_return",
    "annualized_return",
    "volatility",
    "sharpe_ratio",
    "sortino_ratio",
    "max_drawdown",
    "calmar_ratio",
    "win_rate",
    "profit_factor",
    "expectancy",
    "avg_win",
    "avg_loss",
    "total_trades",
    "exposure",
    "turnover",
    "total_commission",
    "total_slippage",
    "total_financing",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with data, a universal model and a legacy model, not to be changed."""
    from ktrdr_app.data.sample import install_sample

    workspace = Workspace(tmp_path_factory.mktemp("shop"))
    install_sample(workspace)
    trained(workspace)
    trained(workspace, symbols=("IBM",), kind="legacy")
    return workspace


def _request(workspace: Workspace, symbol: str = "GOOG", **changes: Any) -> BacktestRequest:
    return BacktestRequest(workspace=workspace, strategy=NAME, symbol=symbol, timeframe="1d", **changes)


def _run(workspace: Workspace, symbol: str = "GOOG", **changes: Any) -> BacktestOutcome:
    return backtest(_request(workspace, symbol, **changes))


def test_the_document_and_its_files_agree(shop: Workspace) -> None:
    outcome = _run(shop)
    document = outcome.document
    assert set(document["metrics"]) >= METRICS
    assert set(document["benchmark"]["buy_and_hold"]) >= METRICS
    equity = pd.read_csv(document["equity_file"])
    assert equity.columns[0] == "timestamp"
    assert (equity["timestamp"].iloc[0], equity["timestamp"].iloc[-1]) == (document["start"], document["end"])
    assert len(equity) == document["bars"]
    assert equity["equity"].iloc[-1] == document["final_equity"]
    trades = pd.read_csv(document["trades_file"])
    assert len(trades) == document["metrics"]["total_trades"]
    decisions = pd.read_csv(document["decisions_file"])
    assert len(decisions) == document["bars"]
    assert json.loads((outcome.folder / "result.json").read_text()) == document
    assert Path(document["report_file"]).read_text().startswith("<!doctype html>")
    assert outcome.folder.parent == shop.runs


def test_decisions_on_file_replayed_as_signals_give_the_same_money(shop: Workspace) -> None:
    outcome = _run(shop)
    decisions = pd.read_csv(outcome.document["decisions_file"])
    signals = decisions["action"].map({"BUY": 0, "HOLD": 1, "SELL": 2}).to_numpy(dtype=np.int8)
    again = run_signals(outcome.bars, signals, BacktestConfig())
    assert again.final_equity == outcome.document["final_equity"]
    assert (signals != 1).any()


@pytest.mark.parametrize(
    ("model", "symbol", "kind", "step"),
    [
        ("auto", "GOOG", "universal", 1),
        ("auto", "IBM", "universal", 1),
        ("universal", "GOOG", "universal", 1),
        ("legacy", "IBM", "legacy", 1),
        (f"models/{NAME}/universal_1d_v1", "GOOG", "universal", "path"),
        (f"{NAME}/IBM_1d_v1", "GOOG", "legacy", "path"),
    ],
)
def test_the_model_is_the_one_asked_for(shop: Workspace, model: str, symbol: str, kind: str, step: object) -> None:
    found = _run(shop, symbol, model=model).document["model"]
    assert (found["kind"], found["step"]) == (kind, step)
    assert Path(found["path"]).is_dir()


def test_bars_seen_in_training_are_marked(shop: Workspace) -> None:
    unseen = _run(shop, "GOOG")
    assert not unseen.in_sample.any()
    assert unseen.document["seen_in_training"] == 0
    seen = _run(shop, "IBM")
    cut = pd.Timestamp("2011-12-01", tz="UTC")
    assert seen.in_sample[seen.bars.index < cut].all()
    assert not seen.in_sample[-250:].any()


def test_a_step_three_model_carries_its_warning(shop: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(shop.data, workspace.data)
    shutil.copytree(shop.strategies, workspace.strategies)
    shutil.copytree(shop.models / NAME / "IBM_1d_v1", workspace.models / NAME / "IBM_1d_v1")
    document = _run(workspace, "GOOG").document
    assert document["model"]["step"] == 3
    assert "IBM_1d_v1" in document["model"]["warning"]
    assert "IBM_1d_v1" in Path(document["report_file"]).read_text()
    with pytest.raises(KtrdrError) as caught:
        _run(workspace, "GOOG", allow_any=False)
    assert (caught.value.code, caught.value.exit_code) == ("model_not_found", 3)
    with pytest.raises(KtrdrError) as other:
        _run(workspace, "GOOG", model="universal")
    assert other.value.code == "model_not_found"


@pytest.mark.parametrize("share", [0.35, 0.6, 0.85])
@pytest.mark.parametrize("symbol", ["GOOG", "AAPL"])
def test_prices_after_t_change_nothing_known_at_t(shop: Workspace, tmp_path: Path, symbol: str, share: float) -> None:
    before = _run(shop, symbol)
    t = int(share * len(before.bars))
    moment = before.bars.index[t]
    workspace = Workspace(tmp_path)
    for part in ("models", "configs"):
        shutil.copytree(shop.root / part, workspace.root / part, symlinks=True)
    workspace.data.mkdir()
    table = pd.read_csv(shop.data / f"{symbol}_1d.csv")
    late = pd.to_datetime(table["timestamp"]) > moment
    wild = np.random.default_rng(t).uniform(0.3, 3.0, int(late.sum()))
    for column in ("open", "high", "low", "close"):
        table.loc[late, column] *= wild
    table.to_csv(workspace.data / f"{symbol}_1d.csv", index=False)
    after = _run(workspace, symbol)
    pd.testing.assert_series_equal(after.result.equity[: t + 1], before.result.equity[: t + 1])
    pd.testing.assert_frame_equal(after.result.decisions[: t + 1], before.result.decisions[: t + 1])
    done = [frame[frame["exit_time"] <= moment] for frame in (before.result.trades, after.result.trades)]
    pd.testing.assert_frame_equal(done[0], done[1])
    assert not np.allclose(after.result.equity[t + 1 :], before.result.equity[t + 1 :])


def test_a_range_uses_the_bars_before_it_as_warm_up(shop: Workspace) -> None:
    whole, part = _run(shop), _run(shop, start="2010-01-01", end="2011-12-31")
    assert part.document["start"] == "2010-01-04T00:00:00Z"
    assert part.document["end"] == "2011-12-30T00:00:00Z"
    assert part.document["warm_up_bars"] == 0
    assert whole.document["warm_up_bars"] > 0
    same = whole.result.decisions.loc[part.bars.index, ["buy", "hold", "sell"]]
    pd.testing.assert_frame_equal(part.result.decisions[["buy", "hold", "sell"]], same)


def test_money_options_override_the_strategy(shop: Workspace) -> None:
    money = MoneyOptions(capital=5000.0, commission=0.0, slippage=0.0, sizing={"kind": "fixed_units", "units": 2})
    document = _run(shop, money=money).document
    assert document["initial_capital"] == 5000.0
    assert document["metrics"]["total_commission"] == 0
    assert set(pd.read_csv(document["trades_file"])["quantity"]) <= {2.0}
    assert document["config"]["sizing"] == {"kind": "fixed_units", "units": 2}


def test_zero_trades_are_explained(shop: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for part in ("models", "data"):
        shutil.copytree(shop.root / part, workspace.root / part, symlinks=True)
    with_strategy(workspace, TEXT.replace("confidence_threshold: 0.3", "confidence_threshold: 0.99"))
    outcome = _run(workspace)
    assert outcome.document["metrics"]["total_trades"] == 0
    assert "below confidence 0.99" in outcome.document["explanation"]
    assert outcome.document["explanation"] in (outcome.folder / "report.html").read_text()


def test_a_trained_model_keeps_its_own_sets(shop: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for part in ("models", "data"):
        shutil.copytree(shop.root / part, workspace.root / part, symlinks=True)
    with_strategy(workspace, TEXT.replace("[0, 10, 30, 50]", "[0, 10, 20, 30]"))
    assert _run(workspace).document["final_equity"] == _run(shop).document["final_equity"]


def test_cancelling_writes_no_run(shop: Workspace) -> None:
    before = files_below(shop.runs)
    token = CancelToken("the backtest")

    def listen(event: object) -> None:
        if isinstance(event, BarsDone | StageFinished):
            token.cancel()

    with pytest.raises(Cancelled):
        backtest(_request(shop), listen, token)
    assert files_below(shop.runs) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "NOPE"}, "data_not_found"),
        ({"start": "2030-01-01"}, "empty_data"),
        ({"end": "2005-03-10"}, "too_few_rows"),
        ({"model": "models/nowhere"}, "model_not_found"),
        ({"money": MoneyOptions(commission=1.5)}, "invalid_value"),
        ({"money": MoneyOptions(capital=-1.0)}, "invalid_value"),
        ({"money": MoneyOptions(fill="yesterday")}, "invalid_value"),
        ({"money": MoneyOptions(sizing={"kind": "fraction", "fraction": 3})}, "invalid_value"),
    ],
)
def test_bad_requests_are_named_and_write_nothing(shop: Workspace, changes: dict[str, Any], code: str) -> None:
    before = files_below(shop.root)
    with pytest.raises(KtrdrError) as caught:
        backtest(replace(_request(shop), **changes))
    assert caught.value.code == code
    assert files_below(shop.root) == before


def test_a_changed_contract_is_refused(shop: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for part in ("models", "data", "configs"):
        shutil.copytree(shop.root / part, workspace.root / part, symlinks=True)
    config = workspace.models / NAME / "universal_1d_v1" / "config.json"
    config.write_text(config.read_text().replace('"period": 14', '"period": 15'))
    with pytest.raises(KtrdrError) as caught:
        _run(workspace, model=f"{NAME}/universal_1d_v1")
    assert (caught.value.code, caught.value.exit_code) == ("model_rejected", 4)


def test_an_out_folder_with_something_in_it_is_not_touched(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("keep")
    with pytest.raises(KtrdrError) as caught:
        _run(shop, out=tmp_path / "mine")
    assert caught.value.code == "storage_problem"
    assert files_below(tmp_path / "mine") == ["note.txt"]
    assert _run(shop, out=tmp_path / "new").folder == tmp_path / "new"


def test_an_empty_out_folder_of_a_protected_workspace_stays(tmp_path: Path) -> None:
    out = Workspace(tmp_path).runs / "mine"
    out.mkdir(parents=True)
    with only_looked_at(Workspace(tmp_path)), pytest.raises(WorkspaceReadOnly):
        free_place(out)
    assert free_place(out) == out
    assert not out.exists()


def test_signals_from_a_file_run_through_the_same_engine(shop: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2010-06-01T00:00:00Z,SELL\n")
    outcome = backtest_signals(SignalsRequest(shop, path, "IBM", "1d", money=MoneyOptions(slippage=0.0)))
    trade = outcome.result.trades.iloc[0]
    bars = outcome.bars["open"]
    bought, sold = bars["2010-01-05T00:00Z"], bars["2010-06-02T00:00Z"]
    assert (trade["entry_price"], trade["exit_price"]) == (bought, sold)
    units = 100_000 / (bought * 1.001)
    assert outcome.document["final_equity"] == pytest.approx(units * sold * 0.999, abs=0.005)
    assert outcome.document["model"] is None
    assert outcome.document["decisions_file"] is None
    assert Path(outcome.document["report_file"]).is_file()


def test_signals_that_do_not_match_the_bars_are_named(shop: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("timestamp,signal\n2010-01-02T00:00:00Z,BUY\n")
    with pytest.raises(KtrdrError) as caught:
        backtest_signals(SignalsRequest(shop, path, "IBM", "1d"))
    assert caught.value.code == "signals_mismatch"
    assert "line 2" in caught.value.where


def test_what_came_after_the_fit_is_told_apart(shop: Workspace) -> None:
    document = _run(shop).document
    after = document["after_fit"]
    equity = pd.read_csv(document["equity_file"])
    first = equity.index[equity["timestamp"] == after["from"]][0]
    assert pd.Timestamp(after["from"]) + pd.Timedelta(days=1) > pd.Timestamp(document["model"]["fitted_until"])
    assert pd.Timestamp(equity["timestamp"][first - 1]) < pd.Timestamp(document["model"]["fitted_until"])
    assert after["bars"] == len(equity) - first
    assert after["total_return"] == pytest.approx(equity["equity"].iloc[-1] / equity["equity"][first - 1] - 1)
    signals = backtest_signals(SignalsRequest(shop, _signals(shop), "IBM", "1d")).document
    assert signals["after_fit"] is None


def test_a_range_within_the_fit_has_nothing_after_it(shop: Workspace) -> None:
    after = _run(shop, end="2009-12-31").document["after_fit"]
    assert (after["bars"], after["total_return"]) == (0, None)


def _signals(workspace: Workspace) -> Path:
    path = workspace.root / "signals.csv"
    path.write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n")
    return path


def test_decisions_are_made_on_calibrated_probabilities_unless_it_is_switched_off(shop: Workspace) -> None:
    used, plain = _run(shop).document, _run(shop, calibrate=False).document
    made = used["model"]["calibration"]
    assert plain["model"]["calibration"] == {"temperature": 1.0, "shift": [0.0, 0.0, 0.0]}
    assert made != plain["model"]["calibration"]
    shares = []
    for document in (used, plain):
        table = pd.read_csv(document["decisions_file"])
        shares.append(table[["buy", "hold", "sell"]].to_numpy())
    powers = (shares[1] * np.exp(made["shift"])) ** (1 / made["temperature"])
    np.testing.assert_allclose(shares[0], powers / powers.sum(axis=1, keepdims=True), atol=1e-6)


def test_the_report_of_any_backtest_judges_the_model_too(shop: Workspace) -> None:
    page = Path(_run(shop).document["report_file"]).read_text()
    for word in ("Majority accuracy", "Prior NLL", "AAPL", "MSFT", "ktrdr-app backtest quick"):
        assert word in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "ktrdr-app backtest quick --symbol GOOG --timeframe 1d"),
        (
            {"model": "legacy", "allow_any": False, "start": "2010-01-01"},
            "ktrdr-app backtest quick --symbol GOOG --timeframe 1d --model legacy --start 2010-01-01 --no-any",
        ),
        ({"calibrate": False}, "ktrdr-app backtest quick --symbol GOOG --timeframe 1d --no-calibration"),
        (
            {"money": MoneyOptions(capital=500.0, fill="close", sizing={"kind": "fraction", "fraction": 0.5})},
            "ktrdr-app backtest quick --symbol GOOG --timeframe 1d --capital 500.0 --fill close --sizing fraction=0.5",
        ),
        (
            {"money": MoneyOptions(sizing={"kind": "fixed_units", "units": 3}, allow_short=True)},
            "ktrdr-app backtest quick --symbol GOOG --timeframe 1d --sizing units=3 --short",
        ),
    ],
)
def test_the_command_repeats_every_choice(shop: Workspace, changes: dict[str, Any], words: str) -> None:
    assert command_of(_request(shop, **changes)) == words
