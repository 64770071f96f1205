"""A quick try against a training of the saved strategy on the same bars and epochs; it leaves nothing behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished
from ktrdr_app.data.bars import close_times
from ktrdr_app.data.sample import install_sample
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows import quick_training
from ktrdr_app.workflows.backtest_run import simulate_backtest
from ktrdr_app.workflows.live_edit import LiveRequest, LiveSession, open_live
from ktrdr_app.workflows.quick_training import QUICK_BARS, QUICK_EPOCHS, quick_try
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.strategies import save_fuzzy_sets
from tests.workflows.quick import NAME, TEXT, files_below, trained, with_strategy

SYMBOLS = ("AAPL", "IBM")
MOVED = FuzzySet(type="trapezoidal", parameters=[0, 10, 35, 66], shoulder="left")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("quick"))
    install_sample(workspace)
    trained(workspace, epochs=1)
    return workspace


@pytest.fixture(scope="module")
def session(shop: Workspace) -> LiveSession:
    return open_live(LiveRequest(shop, NAME, "GOOG", "1d"))


def edited(session: LiveSession) -> dict[str, FuzzyInput]:
    inputs = session.inputs
    return inputs | {"rsi": inputs["rsi"].model_copy(update={"sets": inputs["rsi"].sets | {"low": MOVED}})}


def test_it_is_the_training_of_the_saved_sets_without_the_model_folder(
    shop: Workspace, session: LiveSession, tmp_path: Path
) -> None:
    before = files_below(shop.root)
    epochs: list[EpochFinished] = []
    found = quick_try(
        session.ground,
        edited(session),
        SYMBOLS,
        lambda event: epochs.append(event) if isinstance(event, EpochFinished) else None,
    )
    assert files_below(shop.root) == before, "a quick try is never saved"
    assert len(epochs) == found.epochs == 4  # those of the strategy, which are fewer than the most

    shutil.copytree(shop.root, tmp_path / "copy", symlinks=True)
    copy = with_strategy(Workspace(tmp_path / "copy"), TEXT)
    save_fuzzy_sets(copy, NAME, {"rsi": edited(session)["rsi"].sets})
    start = session.ground.bars.index[0].date().isoformat()
    request = {"strategy": NAME, "symbols": SYMBOLS, "timeframe": "1d", "start": start}
    from ktrdr_app.workflows.train_run import train
    from tests.workflows.quick import request as training

    saved = train(training(copy, **request))
    papers = simulate_backtest(BacktestRequest(copy, NAME, "GOOG", "1d", model=str(saved.model_path)))
    assert found.equity.tobytes() == papers.result.values.tobytes()
    assert found.rows == sum(saved.document["samples_per_symbol"].values())
    assert found.figures.trades == papers.result.metrics["total_trades"]
    assert not found.in_sample.any()


def test_bars_it_learnt_from_are_told_apart(session: LiveSession, shop: Workspace) -> None:
    own = open_live(LiveRequest(shop, NAME, "AAPL", "1d"))
    found = quick_try(own.ground, own.inputs, SYMBOLS)
    seen = int(found.in_sample.sum())
    assert 0.5 < seen / len(found.equity) < 0.95
    closes = close_times(own.ground.bars.index, "1d")
    assert closes[seen - 1] < closes[seen]
    assert found.figures.unseen_return == pytest.approx(found.equity[-1] / found.equity[seen - 1] - 1)


def test_the_same_seed_gives_the_same_equity(session: LiveSession) -> None:
    first, again = (quick_try(session.ground, edited(session), SYMBOLS, seed=4) for _ in range(2))
    assert first.equity.tobytes() == again.equity.tobytes()


def test_it_takes_no_more_than_its_bars_and_epochs(session: LiveSession, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = quick_try(session.ground, session.inputs, SYMBOLS)
    monkeypatch.setattr(quick_training, "QUICK_BARS", 700)
    monkeypatch.setattr(quick_training, "QUICK_EPOCHS", 2)
    short = quick_try(session.ground, session.inputs, SYMBOLS)
    assert short.epochs == 2
    assert 200 < short.rows < min(whole.rows, 2 * 700)
    assert (QUICK_BARS, QUICK_EPOCHS) == (6_000, 15)


def test_sets_may_come_and_go(session: LiveSession) -> None:
    inputs = session.inputs
    sets = {**inputs["rsi"].sets, "middle": FuzzySet(type="triangular", parameters=[30, 50, 70])}
    found = quick_try(session.ground, inputs | {"rsi": FuzzyInput(sets=sets)}, SYMBOLS)
    assert np.isfinite(found.equity).all()


def test_what_is_missing_is_named(session: LiveSession) -> None:
    with pytest.raises(DataNotFound, match="NOPE"):
        quick_try(session.ground, session.inputs, ("AAPL", "NOPE"))
    with pytest.raises(InvalidValue):
        quick_try(session.ground, session.inputs, ())


def test_it_can_be_cancelled_while_it_trains(session: LiveSession) -> None:
    token = CancelToken("the test")

    def stop(event: object) -> None:
        if isinstance(event, EpochFinished):
            token.cancel()

    with pytest.raises(Cancelled):
        quick_try(session.ground, session.inputs, SYMBOLS, stop, token)
