"""Every trade of real runs explained, against the engine's own log and the model asked by another way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.trades import REASONS
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, FileMissing, InvalidValue, MalformedBars, ModelNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.decision import Action, Decision
from ktrdr_app.model_store.load import load_model
from ktrdr_app.workflows import backtest, explain_trade, open_why
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy
from ktrdr_app.workflows.why_run import WhyRequest, WhyRun
from ktrdr_app.workflows.why_sentences import chain
from tests.legacy_reference import MODELS, folder, raw_bars
from tests.why_runs import DEMO, LONGER, ORIGINAL, STERN, WhyRuns

RUNS = (DEMO, LONGER, STERN, ORIGINAL)
ROUNDING = 1e-6
"""What an answer of torch may differ by, whose sums depend on the rows that are asked together; our own do not."""


@pytest.fixture(scope="module")
def opened(why_runs: WhyRuns) -> dict[str, WhyRun]:
    return {name: open_why(why_runs.workspace, why_runs.folder(name)) for name in RUNS}


@pytest.fixture(scope="module")
def explained(opened: dict[str, WhyRun]) -> dict[str, list[TradeWhy]]:
    """Return every trade of every run, explained."""
    return {name: [run.trade(number) for number in range(1, run.trades + 1)] for name, run in opened.items()}


def logged(why_runs: WhyRuns, name: str) -> dict[int, Decision]:
    """Return the decisions that the engine itself made, by bar; those of the model's own HOLD are not in it."""
    return {decision.bar: decision for decision in why_runs.outcomes[name].result.log.decisions()}


def decided(why: TradeWhy) -> list[BarWhy]:
    return [why.bought] if why.sold is None else [why.bought, why.sold]


@pytest.mark.parametrize("name", RUNS)
def test_of_every_trade_contributions_and_filters_are_those_of_the_run(
    why_runs: WhyRuns, opened: dict[str, WhyRun], explained: dict[str, list[TradeWhy]], name: str
) -> None:
    run, outcome, log = opened[name], why_runs.outcomes[name], logged(why_runs, name)
    table = outcome.result.trades
    assert run.trades == len(table) + (outcome.result.open_trade is not None)
    assert len(table) >= 8, "enough trades to show it"
    shares = outcome.result.decisions[["buy", "hold", "sell"]].to_numpy()
    model = load_model(Path(outcome.document["model"]["path"])).model
    mean = np.array([run.model.scaler.offset]) if run.model.scaler.kind == "standard" else None
    for why, row in zip(explained[name], table.to_dict("records"), strict=False):
        assert (why.side, why.exit_reason, why.return_pct) == (row["side"], row["exit_reason"], row["return_pct"])
        assert (why.entry.time, why.entry.price) == (row["entry_time"], row["entry_price"])
        assert (why.exit.time, why.exit.price) == (row["exit_time"], row["exit_price"])
        wanted = Action.BUY if row["side"] == "long" else Action.SELL
        assert why.bought.decision.action is wanted
        assert (why.sold is not None) == (row["exit_reason"] in ("signal", "reversal"))
        for bar in decided(why):
            assert bar.notes == (), "nothing differs from the run"
            assert bar.decision == log[bar.bar], "every filter's verdict is the engine's"
            np.testing.assert_array_equal(bar.logged, shares[bar.bar])
            same, sums = (ROUNDING, ROUNDING) if name == STERN else (0.0, 1e-12)
            np.testing.assert_allclose(bar.today, shares[bar.bar], rtol=0, atol=same)
            added = np.sum([share.shares for share in bar.shares], axis=0)
            np.testing.assert_allclose(added, np.array(bar.logged) - bar.base, rtol=0, atol=sums)
            if mean is not None:
                usual = model.predict_proba(mean.astype(np.float32), outcome.document["symbol"])[0]
                np.testing.assert_allclose(bar.base, usual, atol=1e-6)


@pytest.mark.parametrize("name", RUNS)
def test_entries_were_decided_on_the_bar_that_ordered_them(
    why_runs: WhyRuns, explained: dict[str, list[TradeWhy]], name: str
) -> None:
    outcome = why_runs.outcomes[name]
    at_close = outcome.result.config.fill == "close"
    for why in explained[name]:
        for bar, fill in ((why.bought, why.entry), (why.sold, why.exit)):
            if bar is not None:
                assert outcome.bars.index.get_loc(fill.time) - bar.bar == (0 if at_close else 1)


@pytest.mark.parametrize("name", RUNS)
def test_bars_without_a_trade_are_those_of_the_run_too(why_runs: WhyRuns, opened: dict[str, WhyRun], name: str) -> None:
    run, log = opened[name], logged(why_runs, name)
    decisions = why_runs.outcomes[name].result.decisions
    refused = {key: rows.index[0] for key, rows in decisions.groupby("refused_by") if key}
    assert refused, "filters that refused"
    for reason, moment in refused.items():
        why = run.bar_at(moment)
        assert why.decision == log[why.bar]
        assert why.decision.refusal.name == reason
        assert why.notes == ()
    held = decisions.index[decisions["raw"] == "HOLD"]
    for moment in held[:2]:
        why = run.bar_at(moment.isoformat())
        assert (why.decision.action, why.decision.trail) == (Action.HOLD, ())
        assert why.time == moment


def test_the_stern_run_shows_every_filter_and_end(why_runs: WhyRuns) -> None:
    outcome = why_runs.outcomes[STERN]
    seen = set(outcome.result.decisions["refused_by"])
    assert {"confidence", "position", "separation", "hours", "volume", "cooldown", "drift"} <= seen
    assert {"stop_loss", "take_profit"} <= set(outcome.result.trades["exit_reason"]) <= set(REASONS)
    assert set(outcome.result.trades["side"]) == {"long", "short"}


def test_stops_tell_how_far_they_were(explained: dict[str, list[TradeWhy]]) -> None:
    trades = explained[STERN]
    words = {why.exit_reason: why.stop_words for why in trades}
    assert words["stop_loss"] == "the stop, 3.0 % against the entry price"
    assert words["take_profit"] == "the target, 5.0 % from the entry price"
    assert all(why.stop_words == "" for why in trades if why.exit_reason in ("reversal", "end_of_data"))
    assert all(why.entry.at_close for why in trades)


def test_a_position_still_open_is_the_last_trade(why_runs: WhyRuns, tmp_path: Path) -> None:
    trade = why_runs.outcomes[LONGER].result.trades.iloc[3]
    half = trade["entry_time"] + (trade["exit_time"] - trade["entry_time"]) / 2
    request = BacktestRequest(
        *(why_runs.workspace, "multi_timeframe", "EURUSD", "1h"),
        start="2017-06-01",
        end=half.isoformat(),
        out=tmp_path / "run",
    )
    held = backtest(request).result.open_trade
    run = open_why(why_runs.workspace, tmp_path / "run")
    why = run.trade(run.trades)
    assert (why.number, why.exit, why.sold, why.exit_reason) == (4, None, None, "open")
    assert why.entry.time == held.entry_time == trade["entry_time"]
    assert why.return_pct == pytest.approx(held.unrealized_pnl / (held.quantity * held.entry_price))
    assert why.bought.decision.action is Action.BUY
    assert why.bought.notes == ()


class TestFlips:
    """Against looking at many values of every input, by the model's own `predict_proba` and the filters."""

    @pytest.mark.parametrize("name", RUNS)
    def test_no_smaller_change_flips(self, opened: dict[str, WhyRun], name: str) -> None:
        run = opened[name]
        for number in (1, run.trades // 2):
            why = run.trade(number).bought
            place = int(run.model.places[why.bar])
            found = {flip.key: flip for flip in why.flips}
            for entry in run.model.inputs.raw_inputs(place):
                least = self.brute_force(run, why, entry)
                flip = found.get(entry.key)
                if least is None:
                    assert flip is None or self.action_at(run, why, entry, flip.needed) is flip.action, entry.key
                    continue
                assert flip is not None, f"{entry.key} flips at a change of {least}"
                assert abs(flip.change) <= least * (1 + 1e-9)
                assert self.action_at(run, why, entry, flip.needed) is flip.action is not why.decision.action
            assert why.tried == len(run.model.inputs.raw_inputs(place))
            sizes = [abs(flip.deviations) for flip in why.flips]
            assert sizes == sorted(sizes)

    def brute_force(self, run: WhyRun, why: BarWhy, entry: object) -> float | None:
        """Return the least change of any of 401 values over the range that flips."""
        if not entry.spread.low < entry.spread.high:
            return None
        values = np.linspace(entry.spread.low, entry.spread.high, 401)
        actions = self.actions(run, why, entry, values)
        flipped = values[actions != why.decision.action]
        return float(np.abs(flipped - entry.value).min()) if len(flipped) else None

    def actions(self, run: WhyRun, why: BarWhy, entry: object, values: np.ndarray) -> np.ndarray:
        loaded = run.model.chosen.loaded
        rows = entry.rows(values)
        shares = loaded.model.predict_proba(rows, run.model.symbol)
        kept, far = run.model.neighbourhood, np.full(len(rows), np.nan)
        if kept is not None:
            scaled = (rows.astype(np.float64) - run.model.scaler.offset) / run.model.scaler.scale
            apart = np.linalg.norm(scaled[:, np.newaxis] - kept.rows[np.newaxis].astype(np.float64), axis=2)
            far = apart.min(axis=1) / kept.mean_distance
        judge = run.record.judge(why.bar)
        return np.array([judge.decide(0, row, strange).action for row, strange in zip(shares, far, strict=True)])

    def action_at(self, run: WhyRun, why: BarWhy, entry: object, value: float) -> Action:
        beyond = value + np.copysign(1e-5 * entry.spread.deviation, value - entry.value)
        return Action(self.actions(run, why, entry, np.array([beyond]))[0])

    def test_deviations_are_changes_in_the_inputs_own(self, opened: dict[str, WhyRun]) -> None:
        run = opened[DEMO]
        why = run.trade(1).bought
        spreads = {entry.key: entry.spread for entry in run.model.inputs.raw_inputs(int(run.model.places[why.bar]))}
        assert why.flip is why.flips[0]
        for flip in why.flips:
            assert flip.deviations == pytest.approx(flip.change / spreads[flip.key].deviation)
            assert spreads[flip.key].low <= flip.needed <= spreads[flip.key].high

    def test_no_input_can_flip_what_another_filter_refuses(self, why_runs: WhyRuns, opened: dict[str, WhyRun]) -> None:
        decisions = why_runs.outcomes[STERN].result.decisions
        soon = decisions.index[decisions["refused_by"] == "hours"][0]
        why = opened[STERN].bar_at(soon)
        assert why.flips == ()
        assert any("hours after the last signal" in reason for reason in why.refused_outside)


@pytest.mark.shared
@pytest.mark.parametrize(
    "model",
    ["neuro_mean_reversion/EURUSD_1h_v2", "neuro_mean_reversion/AAPL_5m_v1", "bollinger_squeeze_volume/MSFT_1h_v1"],
)
def test_genuine_models_of_the_original_are_explained(model: str, tmp_path: Path) -> None:
    workspace, series = Workspace(tmp_path), MODELS[model]
    shutil.copytree(folder(model), workspace.models / model)
    workspace.data.mkdir()
    bars = raw_bars(series)
    bars.index = bars.index.strftime("%Y-%m-%dT%H:%M:%SZ")
    bars.to_csv(workspace.data / f"{series}.csv", index_label="timestamp")
    symbol, timeframe = series.split("_")
    outcome = backtest(BacktestRequest(workspace, "neuro_mean_reversion", symbol, timeframe, model))
    run = open_why(workspace, outcome.folder)
    log = {decision.bar: decision for decision in outcome.result.log.decisions()}
    shares = outcome.result.decisions[["buy", "hold", "sell"]].to_numpy()
    for bar in [*list(log)[:3], len(shares) // 2, len(shares) - 1]:
        why = run.bar(bar)
        assert why.notes == ()
        assert why.decision == log.get(bar, why.decision)
        assert (why.decision.raw is Action.HOLD) == (bar not in log)
        np.testing.assert_array_equal(why.today, shares[bar])
        added = np.sum([share.shares for share in why.shares], axis=0)
        np.testing.assert_allclose(added, shares[bar] - why.base, rtol=0, atol=1e-12)
        assert why.readings
        assert why.tried >= 8
        assert "nan" not in chain(why)


class TestQuestions:
    def test_a_trade_and_a_bar_by_the_use_case(self, why_runs: WhyRuns, opened: dict[str, WhyRun]) -> None:
        folder = why_runs.folder(LONGER)
        by_name = explain_trade(WhyRequest(why_runs.workspace, folder.name, trade=2))
        assert by_name == opened[LONGER].trade(2)
        moment = by_name.bought.time + pd.Timedelta("20min")
        bar = explain_trade(WhyRequest(why_runs.workspace, folder, time=moment.isoformat()))
        assert bar == by_name.bought

    @pytest.mark.parametrize("given", [{}, {"trade": 1, "time": "2017-06-05"}])
    def test_one_of_both_is_asked_for(self, why_runs: WhyRuns, given: dict[str, object]) -> None:
        with pytest.raises(InvalidValue, match="trade"):
            explain_trade(WhyRequest(why_runs.workspace, why_runs.folder(DEMO), **given))

    @pytest.mark.parametrize("number", [0, -1, 10_000])
    def test_no_such_trade(self, opened: dict[str, WhyRun], number: int) -> None:
        with pytest.raises(InvalidValue, match="trade") as caught:
            opened[DEMO].trade(number)
        assert f"1 to {opened[DEMO].trades}" in caught.value.hint

    def test_no_such_run(self, why_runs: WhyRuns) -> None:
        with pytest.raises(FileMissing, match="nowhere"):
            open_why(why_runs.workspace, "nowhere")

    def test_a_raised_token_stops_it(self, why_runs: WhyRuns, opened: dict[str, WhyRun]) -> None:
        token = CancelToken("asking")
        token.cancel()
        with pytest.raises(Cancelled):
            open_why(why_runs.workspace, why_runs.folder(DEMO), cancel=token)
        with pytest.raises(Cancelled):
            opened[DEMO].trade(1, token)

    def test_the_documents_are_json(self, opened: dict[str, WhyRun]) -> None:
        for run in opened.values():
            document = json.loads(json.dumps(run.trade(1).to_document(), allow_nan=False))
            assert document["trade"] == 1
            entry = document["entry_decision"]
            assert entry["action"] in ("BUY", "SELL")
            total = entry["base"]["buy"] + sum(share["buy"] for share in entry["contributions"])
            assert total == pytest.approx(entry["probabilities"]["buy"], abs=ROUNDING)
            assert [feature["name"] for feature in entry["features"]] == list(run.model.inputs.names)


class TestChanges:
    """What is no longer as it was when the run was made is told, figure by figure."""

    @pytest.fixture
    def moved(self, why_runs: WhyRuns, tmp_path: Path) -> Workspace:
        """Return a copy of the workspace, in another place."""
        workspace = Workspace(tmp_path / "moved")
        for name in ("data", "models", "configs"):
            shutil.copytree(why_runs.workspace.root / name, workspace.root / name, symlinks=True)
        shutil.copytree(why_runs.folder(DEMO), workspace.runs / "demo")
        return workspace

    def edit(self, workspace: Workspace, **changes: object) -> None:
        path = workspace.runs / "demo" / "result.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        document |= changes
        document["model"]["path"] = document["model"]["path"].replace("/why", "/gone")
        path.write_text(json.dumps(document), encoding="utf-8")

    def test_a_workspace_that_was_moved_uses_its_own_model(self, moved: Workspace, opened: dict[str, WhyRun]) -> None:
        self.edit(moved)
        run = open_why(moved, "demo")
        assert moved.root in run.model.chosen.path.parents
        assert run.trade(1) == opened[DEMO].trade(1)

    def test_a_model_that_is_gone_is_named(self, moved: Workspace) -> None:
        self.edit(moved)
        shutil.rmtree(moved.models)
        with pytest.raises(ModelNotFound):
            open_why(moved, "demo")

    def test_a_price_that_changed_is_told_by_what_it_does(self, moved: Workspace, opened: dict[str, WhyRun]) -> None:
        before = opened[DEMO].trade(2).bought
        path = moved.data / "EURUSD_1h.csv"
        lines = path.read_text().splitlines()
        stamp = before.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        place = next(number for number, line in enumerate(lines) if line.startswith(stamp))
        fields = lines[place].split(",")
        fields[4] = f"{float(fields[4]) * 0.99:.5f}"
        fields[3] = min(fields[3], fields[4])
        lines[place] = ",".join(fields)
        path.write_text("\n".join(lines) + "\n")
        why = open_why(moved, "demo").trade(2).bought
        assert "today's bars are not those of the run" in why.notes
        assert any("today's data gives" in note and "the run logged" in note for note in why.notes)
        assert why.logged == before.logged, "the run's own answer stays what is told"
        assert why.decision == before.decision
        assert why.today != before.today
        added = np.sum([share.shares for share in why.shares], axis=0)
        np.testing.assert_allclose(added, np.array(why.today) - why.base, atol=1e-12)

    def test_bars_that_are_missing_are_told(self, moved: Workspace, opened: dict[str, WhyRun]) -> None:
        bought = opened[DEMO].trade(1).bought
        path = moved.data / "EURUSD_1h.csv"
        stamp = bought.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(stamp)))
        run = open_why(moved, "demo")
        with pytest.raises(MalformedBars, match="no bar of"):
            run.trade(1)
        assert any("not in today's series" in note for note in run.trade(run.trades).bought.notes)

    def test_filters_that_were_not_written_down_come_from_the_strategy(
        self, moved: Workspace, opened: dict[str, WhyRun]
    ) -> None:
        self.edit(moved, decision=None)
        why = open_why(moved, "demo").trade(1).bought
        assert why.decision == opened[DEMO].trade(1).bought.decision
        assert why.notes == (
            "the run did not write its filters down; those of neuro_mean_reversion as it is now are shown",
        )
        path = moved.strategies / "neuro_mean_reversion.yaml"
        path.write_text(path.read_text().replace("confidence_threshold: 0.34", "confidence_threshold: 0.99"))
        stricter = open_why(moved, "demo").trade(1).bought
        assert stricter.decision.refusal.name == "confidence"
        assert any("the filters now say HOLD" in note for note in stricter.notes)
