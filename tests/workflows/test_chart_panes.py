"""What the panes show is what the run saw: indicators, memberships, probabilities and the threshold."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.features.build import build_features
from ktrdr_app.workflows.backtest_run import backtest, backtest_signals
from ktrdr_app.workflows.chart_panes import RunPanes, run_panes
from ktrdr_app.workflows.choose_model import choose_model
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.reopen import reopen_run
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, SignalsRequest
from tests.workflows.quick import NAME, TEXT, trained

Ran = tuple[Workspace, BacktestOutcome]

WITH_BANDS = TEXT.replace(
    "  mean: {name: sma, period: 20}",
    "  mean: {name: sma, period: 20}\n  bands: {name: bollinger_bands, period: 10}\n  macd: {name: macd}",
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Return a workspace and a backtest on a symbol that the model has not seen."""
    from tests.workflows.quick import request, train, with_strategy

    workspace = Workspace(tmp_path_factory.mktemp("panes"))
    install_sample(workspace)
    with_strategy(workspace, WITH_BANDS)
    train(request(workspace))
    return workspace, backtest(BacktestRequest(workspace, NAME, "GOOG", "1d", start="2010-01-01"))


@pytest.fixture(scope="module")
def panes(ran: Ran) -> RunPanes:
    return run_panes(*ran)


def test_every_array_is_as_long_as_the_run(ran: Ran, panes: RunPanes) -> None:
    count = len(ran[1].bars)
    assert panes.volume.shape == panes.position.shape == (count,)
    assert panes.probabilities.shape == (count, 3)
    for indicator in panes.indicators:
        assert {len(values) for values in indicator.lines.values()} == {count}
    assert {len(values) for sets in panes.memberships.values() for values in sets.values()} == {count}
    assert panes.reason == ""


def test_indicators_agree_with_pandas_and_are_warm_at_the_first_bar(ran: Ran, panes: RunPanes) -> None:
    workspace, outcome = ran
    bars = source_of(workspace).load("GOOG", "1d")
    mean = next(each for each in panes.indicators if each.key == "mean")
    expected = bars["close"].rolling(20).mean().loc[outcome.bars.index]
    np.testing.assert_allclose(mean.lines["mean"], expected, rtol=1e-12)
    assert np.isfinite(mean.lines["mean"]).all()


def test_prices_lie_over_the_candles_and_the_rest_below(panes: RunPanes) -> None:
    over = {each.key for each in panes.indicators if each.on_price}
    assert over == {"mean", "bands"}
    below = {each.key: each for each in panes.indicators if not each.on_price}
    assert {"rsi", "macd"} <= set(below)
    assert below["rsi"].bounds == (0.0, 100.0)
    assert below["macd"].bounds is None
    assert set(below["macd"].lines) >= {"macd", "macd.signal"}
    assert below["rsi"].title == "rsi (14)"
    assert next(each for each in panes.indicators if each.key == "mean").title == "mean · sma (20)"


def test_helpers_of_other_features_are_no_indicators_of_the_strategy(panes: RunPanes) -> None:
    assert {each.key for each in panes.indicators} == {"rsi", "mean", "bands", "macd"}


def test_memberships_are_the_features_that_the_run_saw(ran: Ran, panes: RunPanes) -> None:
    workspace, outcome = ran
    chosen = choose_model(BacktestRequest(workspace, NAME, "GOOG", "1d"), NAME)
    assert chosen.plan is not None
    frame = build_features(source_of(workspace).load("GOOG", "1d"), chosen.plan)
    tail = frame.values[-len(outcome.bars) :]
    flat = {f"{name}_{key}": values for name, sets in panes.memberships.items() for key, values in sets.items()}
    assert list(panes.memberships) == ["rsi", "mean"]
    for column, name in enumerate(chosen.plan.fuzzy.names):
        np.testing.assert_array_equal(flat[name].astype(np.float32), tail[:, column])


def test_position_volume_and_probabilities_are_the_runs_own(ran: Ran, panes: RunPanes) -> None:
    outcome = ran[1]
    np.testing.assert_array_equal(panes.position, outcome.result.position.to_numpy())
    np.testing.assert_array_equal(panes.volume, outcome.bars["volume"].to_numpy())
    table = outcome.result.decisions
    assert table is not None
    np.testing.assert_array_equal(panes.probabilities, table[["buy", "hold", "sell"]].to_numpy())
    np.testing.assert_allclose(panes.probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert panes.threshold == 0.3


def test_a_run_read_back_has_the_same_panes(ran: Ran, panes: RunPanes) -> None:
    workspace, outcome = ran
    again = run_panes(workspace, reopen_run(workspace, outcome.folder))
    for name in ("volume", "position", "probabilities"):
        np.testing.assert_array_equal(getattr(again, name), getattr(panes, name))
    assert [each.title for each in again.indicators] == [each.title for each in panes.indicators]
    assert again.threshold == 0.3


@pytest.mark.parametrize("changed", ["0.9", "0.0"])
def test_a_threshold_that_the_decisions_contradict_is_not_told(changed: str, ran: Ran, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    shutil.copytree(ran[0].root, other.root, symlinks=True)
    file = other.strategies / f"{NAME}.yaml"
    file.write_text(file.read_text().replace("confidence_threshold: 0.3", f"confidence_threshold: {changed}"))
    found = run_panes(other, reopen_run(other, ran[1].folder)).threshold
    refused = (ran[1].result.decisions["refused_by"] == "confidence").any()  # type: ignore[index]
    assert found is None or (changed == "0.0" and not refused)


def test_a_strategy_that_is_gone_takes_only_the_threshold_along(ran: Ran, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    shutil.copytree(ran[0].root, other.root, symlinks=True)
    (other.strategies / f"{NAME}.yaml").unlink()
    found = run_panes(other, reopen_run(other, ran[1].folder))
    assert found.threshold is None
    assert found.indicators


def test_without_its_model_a_run_keeps_what_it_wrote_down(ran: Ran) -> None:
    workspace, outcome = ran
    model = {**outcome.document["model"], "path": str(workspace.models / "gone")}
    found = run_panes(workspace, replace(outcome, document={**outcome.document, "model": model}))
    assert found.indicators == ()
    assert not found.memberships
    assert found.reason.startswith("The run's model cannot be read")
    assert len(found.probabilities) == len(outcome.bars)


def test_bars_that_are_gone_or_changed_are_said(ran: Ran, tmp_path: Path) -> None:
    _, outcome = ran
    assert "cannot be read" in run_panes(Workspace(tmp_path), outcome).reason
    moved = outcome.bars.copy()
    moved.index = moved.index + pd.Timedelta("1s")
    assert "have changed" in run_panes(ran[0], replace(outcome, bars=moved)).reason


def test_signals_from_a_file_have_no_probabilities(ran: Ran, tmp_path: Path) -> None:
    workspace, _ = ran
    (tmp_path / "s.csv").write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2011-03-01T00:00:00Z,SELL\n")
    outcome = backtest_signals(SignalsRequest(workspace, tmp_path / "s.csv", "GOOG", "1d", out=tmp_path / "run"))
    found = run_panes(workspace, outcome)
    assert found.probabilities.shape == (0, 3)
    assert found.threshold is None
    assert "signals from a file" in found.reason
    assert np.count_nonzero(found.position) > 100


def test_a_model_of_the_original_shows_its_own_memberships(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "original")
    install_sample(workspace)
    trained(workspace, kind="legacy", symbols=("IBM",))
    outcome = backtest(BacktestRequest(workspace, NAME, "IBM", "1d", model="legacy"))
    found = run_panes(workspace, outcome)
    assert found.memberships, found.reason
    for sets in found.memberships.values():
        for values in sets.values():
            assert len(values) == len(outcome.bars)
            assert np.nanmin(values) >= 0
            assert np.nanmax(values) <= 1


def test_it_stops_when_asked(ran: Ran) -> None:
    token = CancelToken("the panes")
    token.cancel()
    with pytest.raises(Cancelled):
        run_panes(*ran, cancel=token)
