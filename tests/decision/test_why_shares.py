"""Shapley values against their definition: a mean over every order in which groups can join."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.decision.why_shares import EXACT, shapley_values

Answer = Callable[[np.ndarray], np.ndarray]


def network(features: int, seed: int = 0) -> Answer:
    """Return a small network with softmax over three classes."""
    random = np.random.default_rng(seed)
    first, second = random.normal(size=(features, 9)), random.normal(size=(9, 3))

    def answer(rows: np.ndarray) -> np.ndarray:
        logits = np.maximum(rows.astype(np.float64) @ first, 0.0) @ second
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return answer


def by_definition(answer: Answer, row: np.ndarray, reference: np.ndarray, groups: dict[str, list[int]]) -> np.ndarray:
    total = np.zeros((len(groups), 3))
    orders = list(permutations(range(len(groups))))
    columns = list(groups.values())
    for order in orders:
        mixed = reference.copy()
        before = answer(mixed[np.newaxis])[0]
        for place in order:
            mixed[columns[place]] = row[columns[place]]
            after = answer(mixed[np.newaxis])[0]
            total[place] += after - before
            before = after
    return total / len(orders)


def split(features: int, groups: int) -> dict[str, list[int]]:
    return {f"g{number}": list(range(number, features, groups)) for number in range(groups)}


def rows(features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(size=features).astype(np.float32), random.normal(size=features).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_they_are_the_mean_over_every_order(count: int) -> None:
    answer, groups = network(11), split(11, count)
    row, reference = rows(11, count)
    found = shapley_values(answer, row, reference, groups)
    assert list(found) == list(groups)
    expected = by_definition(answer, row, reference, groups)
    np.testing.assert_allclose(np.array(list(found.values())), expected, rtol=0, atol=1e-12)


@given(st.integers(0, 1000), st.integers(1, EXACT + 4))
def test_they_add_up_to_the_whole_difference(seed: int, count: int) -> None:
    answer = network(17, seed)
    row, reference = rows(17, seed)
    found = sum(shapley_values(answer, row, reference, split(17, count)).values())
    difference = answer(row[np.newaxis])[0] - answer(reference[np.newaxis])[0]
    np.testing.assert_allclose(found, difference, rtol=0, atol=1e-12)


def test_of_a_sum_each_group_gets_its_own_part() -> None:
    weights = np.arange(15.0)[:, np.newaxis] * np.array([1.0, -2.0, 0.5])
    groups = split(15, 15)
    row, reference = rows(15, 3)
    found = shapley_values(lambda asked: asked.astype(np.float64) @ weights, row, reference, groups)
    for name, columns in groups.items():
        own = (row[columns].astype(np.float64) - reference[columns]) @ weights[columns]
        np.testing.assert_allclose(found[name], own, atol=1e-6)


def test_a_group_that_nothing_depends_on_gets_nothing_and_twins_get_the_same() -> None:
    def product(asked: np.ndarray) -> np.ndarray:
        plain = asked.astype(np.float64)
        return np.column_stack([plain[:, 0] * plain[:, 1], plain[:, 0], plain[:, 1]])

    row, reference = np.array([2, 2, 9], np.float32), np.array([0, 0, 1], np.float32)
    found = shapley_values(product, row, reference, {"a": [0], "b": [1], "idle": [2]})
    assert found["idle"].tolist() == [0.0, 0.0, 0.0]
    assert found["a"].tolist() == [2.0, 2.0, 0.0], "half of the product, and its own column"
    assert found["b"].tolist() == [2.0, 0.0, 2.0]


def test_a_bar_like_the_reference_owes_nothing_to_anything() -> None:
    row, _ = rows(8, 1)
    found = shapley_values(network(8), row, row.copy(), split(8, 4))
    assert all((shares == 0.0).all() for shares in found.values())


def test_many_groups_come_near_what_all_coalitions_give() -> None:
    answer = network(14, 5)
    row, reference = rows(14, 5)
    fine = shapley_values(answer, row, reference, split(14, 14))
    again = shapley_values(answer, row, reference, split(14, 14))
    for name, shares in fine.items():
        np.testing.assert_array_equal(again[name], shares, err_msg="the same question has the same answer")
    coarse = shapley_values(answer, row, reference, {"g0": [0], "rest": list(range(1, 14))})
    assert np.abs(fine["g0"]).max() < 1.0
    assert sum(fine.values()) == pytest.approx(sum(coarse.values()), abs=1e-12)


def test_one_group_of_everything_gets_the_whole() -> None:
    answer = network(6)
    row, reference = rows(6, 2)
    found = shapley_values(answer, row, reference, {"all": list(range(6))})
    np.testing.assert_allclose(found["all"], answer(row[None])[0] - answer(reference[None])[0], atol=1e-15)


@given(st.integers(0, 1000), st.floats(-3, 3), st.floats(-3, 3))
def test_of_a_mix_of_answers_they_are_the_mix(seed: int, first: float, second: float) -> None:
    """Linearity: what is explained of a sum is the sum of what is explained of its parts."""
    one, two, groups = network(9, seed), network(9, seed + 1), split(9, 4)
    row, reference = rows(9, seed)
    mixed = shapley_values(lambda asked: first * one(asked) + second * two(asked), row, reference, groups)
    parts = (shapley_values(answer, row, reference, groups) for answer in (one, two))
    for name, (left, right) in zip(groups, zip(*(found.values() for found in parts), strict=True), strict=True):
        np.testing.assert_allclose(mixed[name], first * left + second * right, rtol=0, atol=1e-12)


@given(st.integers(0, 1000))
def test_the_order_of_groups_does_not_matter(seed: int) -> None:
    answer, groups = network(10, seed), split(10, 5)
    row, reference = rows(10, seed)
    turned = dict(reversed(groups.items()))
    found, again = (shapley_values(answer, row, reference, each) for each in (groups, turned))
    assert list(again) == list(turned)
    for name in groups:
        np.testing.assert_allclose(again[name], found[name], rtol=0, atol=1e-12)


@given(st.integers(0, 1000))
def test_seen_from_the_other_side_they_change_their_sign(seed: int) -> None:
    answer, groups = network(10, seed), split(10, 5)
    row, reference = rows(10, seed)
    there, back = shapley_values(answer, row, reference, groups), shapley_values(answer, reference, row, groups)
    for name in groups:
        np.testing.assert_allclose(back[name], -there[name], rtol=0, atol=1e-12)


@given(st.integers(0, 1000))
def test_of_probabilities_what_one_class_gains_the_others_lose(seed: int) -> None:
    row, reference = rows(12, seed)
    for shares in shapley_values(network(12, seed), row, reference, split(12, 6)).values():
        assert shares.sum() == pytest.approx(0.0, abs=1e-12)
        assert np.abs(shares).max() <= 1.0


@pytest.mark.parametrize("count", [EXACT, EXACT + 1])
def test_few_rows_are_asked(count: int) -> None:
    asked: list[int] = []
    answer = network(20)

    def counted(scaled: np.ndarray) -> np.ndarray:
        assert scaled.dtype == np.float32
        asked.append(len(scaled))
        return answer(scaled)

    row, reference = rows(20, 1)
    shapley_values(counted, row, reference, split(20, count))
    assert sum(asked) <= 4096
