"""Two models on the same bars, compared month by month against pandas; also ours against a folder of the original's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, ModelNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.duel_run import Duel, duel, duel_of
from ktrdr_app.workflows.many_requests import DuelRequest
from ktrdr_app.workflows.requests import BacktestRequest
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, trained


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with a universal model and, outside its store, a folder of the original's."""
    made = Workspace(tmp_path_factory.mktemp("ring"))
    install_sample(made)
    trained(made)
    return made


@pytest.fixture(scope="module")
def fought(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Duel:
    """Return the universal model against the original's."""
    elsewhere = Workspace(tmp_path_factory.mktemp("elsewhere"))
    folder = original_folder(elsewhere, "GOOG")
    return duel(DuelRequest(BacktestRequest(workspace, NAME, "GOOG", "1d"), str(folder)))


def test_both_are_runs_of_their_own(fought: Duel, workspace: Workspace) -> None:
    assert fought.names == ("universal", "legacy")
    assert fought.first.folder != fought.second.folder
    for outcome in (fought.first, fought.second):
        assert (outcome.folder / "result.json").is_file()
        assert outcome.document["symbol"] == "GOOG"
        assert outcome.document["config"] == fought.first.document["config"]
    alone = backtest(BacktestRequest(workspace, NAME, "GOOG", "1d"))
    assert alone.document["metrics"] == fought.first.document["metrics"]


def test_months_are_those_of_pandas_over_the_time_both_cover(fought: Duel) -> None:
    start = max(fought.first.bars.index[0], fought.second.bars.index[0])
    returns = []
    for outcome in (fought.first, fought.second):
        equity = outcome.result.equity
        before = equity[equity.index < start]
        base = before.iloc[-1] if len(before) else outcome.document["initial_capital"]
        last = equity[equity.index >= start].groupby(lambda stamp: stamp.strftime("%Y-%m")).last()
        returns.append(last / last.shift(1, fill_value=base) - 1)
    np.testing.assert_allclose(fought.paired.first, returns[0])
    np.testing.assert_allclose(fought.paired.second, returns[1])
    assert fought.paired.mean_difference == pytest.approx((returns[0] - returns[1]).mean())


def test_the_sentence_names_both_and_how_sure_it_is(fought: Duel) -> None:
    assert "universal" in fought.sentence
    assert "legacy" in fought.sentence
    assert "90 % interval" in fought.sentence


def test_the_originals_look_ahead_is_a_caution(fought: Duel) -> None:
    assert len(fought.cautions) == 1
    assert fought.cautions[0].startswith("LOOK-AHEAD")


def test_the_second_account_is_laid_over_the_firsts_bars(fought: Duel) -> None:
    laid = fought.second_equity
    pd.testing.assert_index_equal(laid.index, fought.first.bars.index)
    shared = laid.index.intersection(fought.second.bars.index)
    np.testing.assert_array_equal(laid[shared], fought.second.result.equity[shared])
    assert laid[laid.index < fought.second.bars.index[0]].isna().all()


def test_its_document_is_json(fought: Duel) -> None:
    document = json.loads(json.dumps(fought.to_document()))
    assert document["paired"]["verdict"] == fought.paired.verdict
    assert [one["final_equity"] for one in document["backtests"]] == [
        fought.first.document["final_equity"],
        fought.second.document["final_equity"],
    ]


def test_a_model_against_itself_is_the_same_in_every_month(fought: Duel) -> None:
    again = duel_of(fought.first, fought.first)
    assert again.paired.verdict == "same"
    assert again.names == ("universal_1d_v1 (first)", "universal_1d_v1 (second)")
    assert "earned the same" in again.sentence


def test_the_same_seed_gives_the_same_interval(fought: Duel) -> None:
    first, second = (duel_of(fought.first, fought.second, seed=5).paired for _ in range(2))
    assert (first.low, first.high) == (second.low, second.high)


def test_other_series_are_cautioned_of(fought: Duel, workspace: Workspace) -> None:
    other = backtest(BacktestRequest(workspace, NAME, "IBM", "1d"))
    cautions = duel_of(fought.first, other).cautions
    assert any("GOOG 1d and IBM 1d" in caution for caution in cautions)


def test_a_rival_that_is_not_there_is_told(workspace: Workspace, tmp_path: Path) -> None:
    request = BacktestRequest(workspace, NAME, "GOOG", "1d", out=tmp_path / "first")
    with pytest.raises(ModelNotFound):
        duel(DuelRequest(request, "legacy"))
    assert (tmp_path / "first" / "result.json").is_file(), "the first run is finished and stays"


def test_a_raised_token_stops_it(workspace: Workspace) -> None:
    token = CancelToken("the duel")
    token.cancel()
    request = BacktestRequest(workspace, NAME, "GOOG", "1d")
    with pytest.raises(Cancelled):
        duel(DuelRequest(request, "legacy"), cancel=token)
