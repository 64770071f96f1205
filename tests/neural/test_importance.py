"""Permutation importance: what the model uses, what goes together, and whose rows are shuffled with whose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core import seeds
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue
from ktrdr_app.neural.importance import ImportanceFigure, permutation_importance, permute_within
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.trainer import train_network
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings
from tests.neural.planted import planted


class Linear:
    """A model whose logits are known: BUY gains and SELL loses the weighted sum of the features."""

    def __init__(self, *weights: float) -> None:
        self.weights = np.array(weights)
        self.asked: list[np.ndarray] = []

    def predict_proba_scaled(self, scaled: np.ndarray) -> np.ndarray:
        self.asked.append(scaled.copy())
        signal = scaled.astype(np.float64) @ self.weights
        powers = np.exp(np.stack([signal, np.zeros_like(signal), -signal], axis=1))
        return powers / powers.sum(axis=1, keepdims=True)


def rows(count: int = 600, seed: int = 0, features: int = 3, symbols: int = 2) -> tuple[np.ndarray, ...]:
    """Rows labelled by the first feature alone."""
    x = np.random.default_rng(seed).normal(size=(count, features)).astype(np.float32)
    y = np.where(x[:, 0] > 0.5, 0, np.where(x[:, 0] < -0.5, 2, 1))
    return x, y, (np.arange(count) % symbols).astype(np.int16)


def measure(model: object, data: tuple[np.ndarray, ...], groups: dict[str, list[int]], **more: int) -> dict:
    return permutation_importance(model, *data, groups, more.get("repeats", 5), more.get("seed", 0))


class TestFigures:
    def test_equal_a_loop_over_rows(self) -> None:
        model, (x, y, owner) = Linear(2, -1, 0.5), rows(60)
        figure = measure(model, (x, y, owner), {"pair": [0, 2]}, repeats=4, seed=7)["pair"]
        generator = seeds.generator(7, "importance of pair")
        rises = []
        for _ in range(4):
            order = permute_within(owner, generator)
            mixed = np.array([[x[order[row], 0], x[row, 1], x[order[row], 2]] for row in range(60)])
            before, after = model.predict_proba_scaled(x), model.predict_proba_scaled(mixed)
            rises.append([np.log(before[row, y[row]]) - np.log(after[row, y[row]]) for row in range(60)])
        by_repeat = [sum(rise) / 60 for rise in rises]
        assert figure.mean == pytest.approx(sum(by_repeat) / 4)
        assert figure.low == pytest.approx(np.percentile(by_repeat, 5))
        assert figure.high == pytest.approx(np.percentile(by_repeat, 95))
        for symbol in (0, 1):
            own = [rise[row] for rise in rises for row in range(60) if owner[row] == symbol]
            assert figure.by_symbol[symbol] == pytest.approx(sum(own) / len(own))

    def test_the_planted_feature_of_a_trained_model_dominates(self) -> None:
        fit = TrainingSettings(epochs=25, learning_rate=0.01)
        fitted = train_network(planted(1500, 7), planted(400, 8), NetworkSettings(hidden_layers=[16, 8]), fit, 0)
        model, unseen = MLPTradingModel(fitted.network, None, tuple("abcdef")), planted(500, 9)
        groups = {"rule": [0, 1], "rest": [2, 3], "last": [4, 5]}
        found = measure(model, (unseen.x, unseen.y, unseen.symbol_id), groups)
        assert list(found) == ["rule", "rest", "last"]
        assert found["rule"].mean > 0.5
        assert found["rule"].low > 20 * max(found["rest"].high, found["last"].high)
        assert found["rule"].sign_agreement == 1

    def test_what_the_model_does_not_read_has_exactly_none(self) -> None:
        found = measure(Linear(3, 0, 0), rows(), {"read": [0], "ignored": [1, 2]})
        assert found["ignored"] == ImportanceFigure(0, 0, 0, {0: 0, 1: 0})
        assert found["read"].mean > 0.3
        assert found["ignored"].sign_agreement == 1

    def test_a_model_that_reads_noise_gets_better_without_it(self) -> None:
        x, y, owner = rows()
        assert measure(Linear(-3, 0, 0), (x, y, owner), {"against": [0]})["against"].mean < -0.3

    def test_the_interval_holds_the_mean(self) -> None:
        figure = measure(Linear(2, 1, 0), rows(), {"a": [0]}, repeats=10)["a"]
        assert figure.low < figure.mean < figure.high

    def test_symbols_that_disagree_are_seen(self) -> None:
        figure = ImportanceFigure(0.1, 0.0, 0.2, {0: 0.4, 1: 0.1, 2: -0.2, 3: 0.3})
        assert figure.sign_agreement == 0.75


class TestGroups:
    def test_a_duplicated_column_is_seen_as_one_if_moved_as_one(self) -> None:
        x, y, owner = rows()
        doubled = np.concatenate([x[:, :1], x[:, :1], x[:, 1:2]], axis=1)
        once = measure(Linear(2, 0, 0), (x, y, owner), {"rsi": [0]})["rsi"]
        twice = measure(Linear(1, 1, 0), (doubled, y, owner), {"rsi": [0, 1]})["rsi"]
        assert twice.mean == pytest.approx(once.mean, rel=1e-6)
        halves = measure(Linear(1, 1, 0), (doubled, y, owner), {"first": [0], "second": [1]})
        assert max(half.mean for half in halves.values()) < 0.7 * once.mean

    def test_columns_of_a_group_keep_their_rows_together(self) -> None:
        x, y, owner = rows(50)
        model = Linear(1, 1, 1)
        measure(model, (x, y, owner), {"pair": [0, 2]}, repeats=3)
        together = {(row[0], row[2]) for row in x.tolist()}
        for asked in model.asked[1:]:
            assert {(row[0], row[2]) for row in asked.tolist()} == together
            np.testing.assert_array_equal(asked[:, 1], x[:, 1])
            assert not np.array_equal(asked, x)

    def test_the_groups_before_it_leave_no_trace(self) -> None:
        data = rows()
        together = measure(Linear(2, 1, 1), data, {"a": [0], "b": [1], "c": [2]})
        for name, column in (("a", 0), ("b", 1), ("c", 2)):
            assert measure(Linear(2, 1, 1), data, {name: [column]})[name] == together[name]


class TestPermutation:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.sampled_from([0, 3, 9]), min_size=1, max_size=50), st.integers(0, 99))
    def test_stays_within_each_symbol_and_loses_no_row(self, owners: list[int], seed: int) -> None:
        symbol_id = np.array(owners)
        order = permute_within(symbol_id, np.random.default_rng(seed))
        assert sorted(order.tolist()) == list(range(len(owners)))
        np.testing.assert_array_equal(symbol_id[order], symbol_id)

    def test_values_of_one_symbol_never_reach_another(self) -> None:
        x, y, _ = rows(40)
        owner = np.repeat([4, 1], 20).astype(np.int16)
        x[:20, 0] += 1000
        model = Linear(0.001, 0, 0)
        measure(model, (x, y, owner), {"level": [0]}, repeats=5)
        for asked in model.asked:
            assert (asked[:20, 0] > 500).all()
            assert (asked[20:, 0] < 500).all()

    def test_every_row_may_go_anywhere_in_its_symbol(self) -> None:
        generator = np.random.default_rng(0)
        orders = np.array([permute_within(np.array([0, 0, 0, 1, 1]), generator) for _ in range(200)])
        assert {tuple(order) for order in orders[:, :3].tolist()} == {
            (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0),
        }  # fmt: skip
        assert {tuple(order) for order in orders[:, 3:].tolist()} == {(3, 4), (4, 3)}


class TestSeed:
    def test_the_same_gives_the_same(self) -> None:
        assert measure(Linear(2, 1, 0), rows(), {"a": [0]}) == measure(Linear(2, 1, 0), rows(), {"a": [0]})

    def test_another_gives_another(self) -> None:
        first, second = (measure(Linear(2, 1, 0), rows(), {"a": [0]}, seed=seed)["a"] for seed in (0, 1))
        assert first.mean != second.mean

    def test_global_random_state_does_not_matter(self) -> None:
        first = measure(Linear(2, 1, 0), rows(), {"a": [0]})
        np.random.seed(5)  # noqa: NPY002 - the global generator is what is disturbed
        assert measure(Linear(2, 1, 0), rows(), {"a": [0]}) == first

    def test_repeats_differ_from_each_other(self) -> None:
        model = Linear(2, 1, 0)
        measure(model, rows(), {"a": [0]}, repeats=4)
        assert len({asked.tobytes() for asked in model.asked}) == 5


class TestRefusals:
    def test_no_repeats(self) -> None:
        with pytest.raises(InvalidValue, match="repeats is 0"):
            measure(Linear(1, 1, 1), rows(), {"a": [0]}, repeats=0)

    @pytest.mark.parametrize("columns", [[], [3], [-1], [0, 7]])
    def test_a_group_of_no_column_of_ours(self, columns: list[int]) -> None:
        with pytest.raises(InvalidValue, match="group odd") as caught:
            measure(Linear(1, 1, 1), rows(), {"fine": [0], "odd": columns})
        assert "columns from 0 to 2" in caught.value.hint

    def test_lengths_that_differ(self) -> None:
        x, y, owner = rows(20)
        for data in ((x[:19], y, owner), (x, y[:19], owner), (x, y, owner[:19]), (x[:0], y[:0], owner[:0])):
            with pytest.raises(InvalidValue, match="rows"):
                measure(Linear(1, 1, 1), data, {"a": [0]})

    def test_a_raised_token_ends_it_at_the_next_repeat(self) -> None:
        token = CancelToken("importance")

        class Once(Linear):
            def predict_proba_scaled(self, scaled: np.ndarray) -> np.ndarray:
                if len(self.asked) == 2:
                    token.cancel()
                return super().predict_proba_scaled(scaled)

        model = Once(1, 1, 1)
        with pytest.raises(Cancelled, match="importance was stopped"):
            permutation_importance(model, *rows(), {"a": [0], "b": [1]}, 5, 0, token)
        assert len(model.asked) == 3

    def test_the_rows_are_left_as_they_were(self) -> None:
        x, y, owner = rows()
        before = x.copy()
        measure(Linear(1, 1, 1), (x, y, owner), {"a": [0, 1, 2]})
        np.testing.assert_array_equal(x, before)
