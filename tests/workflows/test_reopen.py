"""A finished backtest read back is the one that was run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest, backtest_signals
from ktrdr_app.workflows.reopen import reopen_run
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, SignalsRequest
from ktrdr_app.workflows.run_folders import newest_run
from tests.workflows.quick import NAME, trained


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, BacktestOutcome]:
    """Return a workspace and a backtest on a symbol that was trained on."""
    workspace = Workspace(tmp_path_factory.mktemp("ran"))
    install_sample(workspace)
    trained(workspace)
    return workspace, backtest(BacktestRequest(workspace, NAME, "IBM", "1d"))


def test_everything_that_is_shown_comes_back(ran: tuple[Workspace, BacktestOutcome]) -> None:
    workspace, before = ran
    after = reopen_run(workspace, before.folder)
    assert after.document == before.document
    pd.testing.assert_frame_equal(after.bars, before.bars)
    for name in ("equity", "cash", "position"):
        found, expected = getattr(after.result, name), getattr(before.result, name)
        np.testing.assert_array_equal(found, expected)
        pd.testing.assert_index_equal(found.index, expected.index)
    pd.testing.assert_frame_equal(after.result.trades, before.result.trades, check_dtype=False)
    pd.testing.assert_frame_equal(after.result.decisions, before.result.decisions, check_dtype=False)
    np.testing.assert_array_equal(after.benchmark_equity, before.benchmark_equity)
    np.testing.assert_array_equal(after.in_sample, before.in_sample)
    assert after.in_sample.any()
    assert after.result.open_trade == before.result.open_trade
    assert after.result.events == before.result.events
    assert after.result.config == before.result.config
    assert (after.result.metrics, after.result.explanation) == (before.result.metrics, before.result.explanation)


def test_signals_come_back_without_decisions(ran: tuple[Workspace, BacktestOutcome], tmp_path: Path) -> None:
    workspace, _ = ran
    (tmp_path / "s.csv").write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2013-03-01T00:00:00Z,SELL\n")
    before = backtest_signals(SignalsRequest(workspace, tmp_path / "s.csv", "IBM", "1d", out=tmp_path / "run"))
    after = reopen_run(workspace, tmp_path / "run")
    assert after.result.decisions is None
    assert after.result.events == before.result.events
    assert after.result.events[0].code == "order_not_filled"
    assert after.result.final_equity == before.result.final_equity


def test_the_newest_run_is_found_without_reading_any(ran: tuple[Workspace, BacktestOutcome], tmp_path: Path) -> None:
    workspace, before = ran
    assert newest_run(workspace) == before.folder
    assert newest_run(Workspace(tmp_path)) is None
    (tmp_path / "runs" / "20990101T000000Z-half").mkdir(parents=True)
    assert newest_run(Workspace(tmp_path)) is None


def test_bars_that_changed_since_are_told(ran: tuple[Workspace, BacktestOutcome], tmp_path: Path) -> None:
    workspace, before = ran
    other = Workspace(tmp_path)
    shutil.copytree(workspace.data, other.data)
    path = other.data / "IBM_1d.csv"
    path.write_text(path.read_text().replace("92.64,93.43", "92.65,93.43"))
    assert reopen_run(other, before.folder).document == before.document, "bars before the run do not matter"
    text = path.read_text()
    path.write_text(text.replace("2010-01-04T00:00:00Z,131.18", "2010-01-04T00:00:00Z,131.19"))
    assert path.read_text() != text
    with pytest.raises(MalformedBars, match="differ"):
        reopen_run(other, before.folder)
    path.unlink()
    with pytest.raises(DataNotFound):
        reopen_run(other, before.folder)


def test_a_raised_token_stops_it(ran: tuple[Workspace, BacktestOutcome]) -> None:
    workspace, before = ran
    token = CancelToken("reading")
    token.cancel()
    with pytest.raises(Cancelled):
        reopen_run(workspace, before.folder, cancel=token)
