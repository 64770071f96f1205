"""A live step against the whole pipeline from nothing and the plain engine; what a model keeps its own sets for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktrdr_app.backtesting.engine import BacktestingEngine
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, ModelNotFound, ModelRejected, TooFewRows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.decision.orchestrator import DecisionOrchestrator
from ktrdr_app.features.build import build_features
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.strategy.load import LoadedStrategy
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows.backtest_run import simulate_backtest
from ktrdr_app.workflows.live_edit import LiveRequest, LiveSession, open_live
from ktrdr_app.workflows.requests import BacktestRequest
from tests.workflows.originals import original_folder
from tests.workflows.quick import NAME, TEXT, trained, with_strategy

MEMORY = TEXT.replace("labels:", "features: {lookback_periods: 3}\nlabels:")
"""The quick strategy with two bars of memory, so that a moved vertex changes columns of lags too."""


@dataclass(frozen=True)
class Shop:
    """A workspace with a model of the quick strategy, and one whose indicators end late."""

    workspace: Workspace

    def opened(self, symbol: str = "GOOG", **changes: object) -> LiveSession:
        return open_live(LiveRequest(self.workspace, NAME, symbol, "1d", **changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace = Workspace(tmp_path_factory.mktemp("live"))
    install_sample(workspace)
    trained(with_strategy(workspace, MEMORY), epochs=2)
    with_strategy(workspace, MEMORY)
    return Shop(workspace)


@pytest.fixture(scope="module")
def session(shop: Shop) -> LiveSession:
    return shop.opened()


@pytest.fixture
def copy(shop: Shop, tmp_path: Path) -> Shop:
    """Return a copy whose strategy may be changed."""
    shutil.copytree(shop.workspace.root, tmp_path / "copy", symlinks=True)
    return Shop(Workspace(tmp_path / "copy"))


def with_set(inputs: dict[str, FuzzyInput], name: str, key: str, entry: FuzzySet) -> dict[str, FuzzyInput]:
    return inputs | {name: inputs[name].model_copy(update={"sets": inputs[name].sets | {key: entry}})}


def slowly(session: LiveSession, inputs: dict[str, FuzzyInput]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return equity and probabilities by features from nothing and the plain engine."""
    ground, model, plan = session.ground, session.chosen.loaded.model, session.chosen.plan
    assert plan is not None
    strategy = plan.strategy.model_copy(update={"fuzzy_sets": inputs})
    frame = build_features(ground.series, FeaturePlan.of(LoadedStrategy(strategy, "")), timeframe="1d")
    assert frame.valid[ground.first :].all()
    shares = model.predict_proba(frame.values[ground.first :], ground.request.symbol)
    filters = DecisionOrchestrator(ground.decision, ground.config.allow_short)
    return BacktestingEngine(ground.config).run(ground.bars, shares, filters).values, shares


EDITS = {
    "a foot": ("rsi", "low", FuzzySet(type="trapezoidal", parameters=[0, 10, 30, 71.5], shoulder="left")),
    "a peak": ("mean", "above", FuzzySet(type="triangular", parameters=[0, 0.3, 4], shoulder="right")),
    "another shape": ("rsi", "high", FuzzySet(type="gaussian", parameters=[58, 9])),
    "a set that nothing reaches": ("mean", "below", FuzzySet(type="triangular", parameters=[-900, -800, -700])),
}


def test_the_own_sets_give_the_backtest_of_the_model(session: LiveSession, shop: Shop) -> None:
    papers = simulate_backtest(BacktestRequest(shop.workspace, NAME, "GOOG", "1d"))
    assert session.own.equity.tobytes() == papers.result.values.tobytes()
    assert (session.times == papers.bars.index.as_unit("ns").asi8).all()  # type: ignore[attr-defined]
    figures, metrics = session.own.figures, papers.result.metrics
    assert figures.trades == metrics["total_trades"] > 5
    assert (figures.total_return, figures.max_drawdown) == (metrics["total_return"], metrics["max_drawdown"])
    assert figures.win_rate == metrics["win_rate"]
    assert not session.in_sample.any()
    assert figures.unseen_return == pytest.approx(figures.total_return, rel=1e-12)


@pytest.mark.parametrize("edit", EDITS)
def test_a_step_is_the_pipeline_from_nothing_to_the_last_bit(session: LiveSession, edit: str) -> None:
    inputs = with_set(session.inputs, *EDITS[edit])
    found = session.step(inputs)
    equity, shares = slowly(session, inputs)
    assert found.equity.tobytes() == equity.tobytes()
    own = slowly(session, session.inputs)[1]
    assert found.otherwise == sum(int(a.argmax() != b.argmax()) for a, b in zip(shares, own, strict=True)) > 0
    moved = [sum(abs(x - y) for x, y in zip(a, b, strict=True)) / 2 for a, b in zip(shares, own, strict=True)]
    assert found.shift == pytest.approx(sum(moved) / len(moved))
    assert found.kept == {}


def test_steps_after_each_other_leave_no_trace(session: LiveSession) -> None:
    random = np.random.default_rng(3)
    inputs = session.inputs
    for _ in range(12):
        numbers = np.sort(random.uniform(5, 95, 4)).tolist()
        entry = FuzzySet(type="trapezoidal", parameters=numbers, shoulder="left")
        inputs = with_set(inputs, "rsi", "low", entry)
        found = session.step(inputs)
    assert found.equity.tobytes() == slowly(session, inputs)[0].tobytes()
    back = session.step(session.inputs)
    assert back.equity.tobytes() == session.own.equity.tobytes()
    assert (back.otherwise, back.shift) == (0, 0.0)


def test_the_newest_bars_are_traded_with_features_of_all_before(shop: Shop) -> None:
    session = shop.opened(bars=300)
    assert len(session.times) == 300
    start = session.ground.bars.index[0].isoformat()
    papers = simulate_backtest(BacktestRequest(shop.workspace, NAME, "GOOG", "1d", start=start))
    assert session.own.equity.tobytes() == papers.result.values.tobytes()


def test_bars_that_the_model_learnt_from_do_not_count_as_unseen(shop: Shop) -> None:
    session = shop.opened("AAPL")
    seen = int(session.in_sample.sum())
    assert 0 < seen < len(session.times)
    assert session.in_sample[:seen].all()
    equity = session.own.equity
    assert session.own.figures.unseen_return == pytest.approx(equity[-1] / equity[seen - 1] - 1)


def test_inputs_that_are_not_named_keep_the_models_sets(session: LiveSession) -> None:
    inputs = with_set(session.inputs, *EDITS["a foot"])
    alone = session.step({"rsi": inputs["rsi"]})
    assert alone.equity.tobytes() == session.step(inputs).equity.tobytes()


def test_an_input_that_the_model_does_not_read_is_said(session: LiveSession) -> None:
    found = session.step(session.inputs | {"volume": session.inputs["rsi"]})
    assert found.kept == {"volume": "the model does not read volume"}
    assert found.equity.tobytes() == session.own.equity.tobytes()


def test_other_names_of_sets_need_another_model(session: LiveSession) -> None:
    sets = dict(session.inputs["rsi"].sets)
    renamed = FuzzyInput(sets={"cheap": sets["low"], "high": sets["high"]})
    found = session.step(session.inputs | {"rsi": renamed})
    assert found.kept == {"rsi": "the model knows the sets low, high of rsi, not cheap, high"}
    assert found.equity.tobytes() == session.own.equity.tobytes()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{name: rsi, period: 14}", "{name: rsi, period: 9}", "other settings by now than the model's"),
        ("form: atr_distance", "form: ratio_to_price", "reads mean as atr_distance of mean, the strategy by now as"),
    ],
)
def test_numbers_of_another_unit_are_not_given_to_the_model(copy: Shop, old: str, new: str, words: str) -> None:
    assert old in MEMORY
    with_strategy(copy.workspace, MEMORY.replace(old, new))
    session = copy.opened()
    name = "rsi" if "rsi" in old else "mean"
    found = session.step(with_set(session.inputs, *EDITS["a peak" if name == "mean" else "a foot"]))
    assert words in found.kept[name]
    assert found.equity.tobytes() == session.own.equity.tobytes()


def test_distances_are_measured_where_the_strategy_abstains_by_them(
    copy: Shop, session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_strategy(
        copy.workspace, MEMORY.replace("min_signal_separation: 1", "min_signal_separation: 1, max_dissimilarity: 0.25")
    )
    shy = copy.opened()
    papers = simulate_backtest(BacktestRequest(copy.workspace, NAME, "GOOG", "1d"))
    assert shy.own.equity.tobytes() == papers.result.values.tobytes()
    assert shy.own.equity.tobytes() != session.own.equity.tobytes()
    scaled: list[int] = []
    genuine = ScalerState.transform

    def counting(scaler: ScalerState, features: NDArray[np.float32]) -> NDArray[np.float32]:
        scaled.append(len(features))
        return genuine(scaler, features)

    monkeypatch.setattr(ScalerState, "transform", counting)
    assert shy.step(shy.inputs).equity.tobytes() == shy.own.equity.tobytes()
    assert sum(scaled) == len(shy.ground.bars), "every row is scaled once, for the network and for its distance"


def test_without_a_model_there_is_no_session(copy: Shop) -> None:
    shutil.rmtree(copy.workspace.models)
    with pytest.raises(ModelNotFound):
        copy.opened()


def test_a_model_of_the_original_cannot_be_edited_set_by_set(copy: Shop) -> None:
    shutil.rmtree(copy.workspace.models)
    original_folder(copy.workspace, "GOOG")
    with pytest.raises(ModelRejected, match="model of the original"):
        copy.opened()


def test_too_short_a_series_is_named(copy: Shop) -> None:
    path = copy.workspace.data / "GOOG_1d.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:15]) + "\n", encoding="utf-8")
    with pytest.raises(TooFewRows, match="GOOG 1d"):
        copy.opened()


def test_a_raised_token_stops_opening_and_stepping(shop: Shop, session: LiveSession) -> None:
    token = CancelToken("the test")
    token.cancel()
    with pytest.raises(Cancelled):
        open_live(LiveRequest(shop.workspace, NAME, "GOOG", "1d"), cancel=token)
    with pytest.raises(Cancelled):
        session.step(session.inputs, token)
    assert session.step(session.inputs).otherwise == 0


@st.composite
def edits(draw: st.DrawFn) -> dict[str, dict[str, FuzzySet]]:
    """Draw other sets for some or all inputs: every shape, any open side, cliffs, far off or tiny."""
    found: dict[str, dict[str, FuzzySet]] = {}
    for name, keys, low, high in (("rsi", ("low", "high"), 0, 100), ("mean", ("below", "above"), -6, 6)):
        if draw(st.booleans()):
            at = st.floats(low, high, allow_subnormal=False)
            found[name] = {key: draw(shape_within(at)) for key in keys}
    return found


@st.composite
def shape_within(draw: st.DrawFn, at: st.SearchStrategy[float]) -> FuzzySet:
    kind, shoulder = (
        draw(st.sampled_from(["triangular", "trapezoidal", "gaussian"])),
        draw(st.sampled_from(["none", "left", "right"])),
    )
    if kind == "gaussian":
        numbers = [draw(at), draw(st.floats(0.01, 50))]
    else:
        numbers = sorted(draw(st.lists(at, min_size=3 if kind == "triangular" else 4, max_size=4)))[
            : 3 if kind == "triangular" else 4
        ]
        if numbers[0] == numbers[-1]:
            numbers[-1] += 1.0
    return FuzzySet(type=kind, parameters=numbers, shoulder=shoulder)  # type: ignore[arg-type]


@settings(max_examples=20)
@given(st.lists(edits(), min_size=1, max_size=3))
def test_any_steps_end_where_the_whole_pipeline_ends(
    session: LiveSession, drawn: list[dict[str, dict[str, FuzzySet]]]
) -> None:
    for step in drawn:  # a drag: what the steps before left in the cache must not show
        inputs = session.inputs
        for name, sets in step.items():
            inputs |= {name: inputs[name].model_copy(update={"sets": sets})}
        found = session.step({name: inputs[name] for name in step})
    equity, shares = slowly(session, inputs)
    assert found.equity.tobytes() == equity.tobytes()
    assert found.kept == {}
    own = slowly(session, session.inputs)[1]
    assert found.otherwise == int((shares.argmax(axis=1) != own.argmax(axis=1)).sum())
    drawdown = float(
        (equity / np.maximum.accumulate(np.append(session.ground.config.initial_capital, equity))[1:] - 1).min()
    )
    assert found.figures.max_drawdown == pytest.approx(min(drawdown, 0.0), abs=1e-12)
    assert found.figures.total_return == pytest.approx(equity[-1] / session.ground.config.initial_capital - 1)
    assert 0 <= found.shift <= 1


def test_sets_in_another_order_are_kept_out(session: LiveSession) -> None:
    sets = session.inputs["rsi"].sets
    found = session.step({"rsi": FuzzyInput(sets=dict(reversed(sets.items())))})
    assert found.kept == {"rsi": "the model knows the sets low, high of rsi, not high, low"}
    assert found.equity.tobytes() == session.own.equity.tobytes()
