"""What a training accepts, what each row weighs, and that rows stay paired."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.neural.rows import Tensors, TrainingData, balanced_class_weights, row_weights
from tests.neural.planted import planted

DATA = planted(40, 0)


def changed(**fields: object) -> TrainingData:
    return dataclasses.replace(DATA, **fields)


def failure(data: TrainingData, part: str = "training") -> TrainingFailed:
    with pytest.raises(TrainingFailed) as caught:
        data.check(part)
    return caught.value


class TestCheck:
    def test_good_rows_pass(self) -> None:
        DATA.check("training")
        changed(weight=np.full(40, 0.5, dtype=np.float32)).check("training")
        assert len(DATA) == 40

    @pytest.mark.parametrize("shape", [(0, 6), (40, 0), (40,)])
    def test_no_rows_or_no_features(self, shape: tuple[int, ...]) -> None:
        error = failure(changed(x=np.zeros(shape, dtype=np.float32)), "validation")
        assert f"validation rows have shape {shape}" in error.message

    @pytest.mark.parametrize(("field", "words"), [("y", "labels"), ("symbol_id", "symbol ids"), ("weight", "weights")])
    def test_lengths_that_differ(self, field: str, words: str) -> None:
        error = failure(changed(**{field: np.ones(39, dtype=np.int64)}))
        assert f"40 training rows have {words} of shape (39,)" in error.message

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_a_feature_that_is_not_finite_is_named(self, bad: float) -> None:
        x = DATA.x.copy()
        x[3:8, 4] = bad
        named = failure(changed(x=x, feature_names=tuple(f"f{number}" for number in range(6))))
        assert "feature f4 is not finite in 5 of 40 training rows" in named.message
        assert "more features" not in named.message
        assert "feature in column 4 is not finite" in failure(changed(x=x)).message

    def test_further_features_are_counted(self) -> None:
        x = DATA.x.copy()
        x[0, [1, 3, 5]] = np.nan
        assert "column 1 is not finite in 1 of 40 training rows, and 2 more" in failure(changed(x=x)).message

    @pytest.mark.parametrize("label", [-1, 3, 100])
    def test_a_label_of_no_class(self, label: int) -> None:
        y = DATA.y.copy()
        y[17] = label
        assert f"label of the training rows is {label}" in failure(changed(y=y)).message

    @pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
    def test_a_weight_not_above_zero(self, bad: float) -> None:
        weight = np.ones(40, dtype=np.float32)
        weight[2] = bad
        assert "weight of the training rows" in failure(changed(weight=weight)).message

    def test_every_refusal_is_of_the_training_and_advises(self) -> None:
        error = failure(changed(x=np.full_like(DATA.x, np.nan)))
        assert (error.where, error.exit_code) == ("train", 2)
        assert error.hint


class TestRowNumbers:
    ROWS = np.array([7, 3, 30, 12, 3])

    def test_labels_owners_and_weights_are_those_of_the_named_rows(self) -> None:
        own = np.linspace(1, 2, 40, dtype=np.float32)
        data = changed(rows=self.ROWS, weight=own)
        assert len(data) == 5
        np.testing.assert_array_equal(data.labels, DATA.y[self.ROWS])
        np.testing.assert_array_equal(data.owners, DATA.symbol_id[self.ROWS])
        np.testing.assert_array_equal(data.weights, own[self.ROWS])
        np.testing.assert_array_equal(row_weights(data, "none"), own[self.ROWS])
        tensors = Tensors.of(data)
        np.testing.assert_array_equal(tensors.x.numpy(), DATA.x[self.ROWS])
        np.testing.assert_array_equal(tensors.y.numpy(), DATA.y[self.ROWS])

    def test_balanced_weights_count_the_named_rows_only(self) -> None:
        counts = np.bincount(DATA.y[self.ROWS], minlength=3)
        reference = [5 / (3 * counts[label]) for label in DATA.y[self.ROWS]]
        np.testing.assert_allclose(row_weights(changed(rows=self.ROWS), "balanced"), reference, rtol=1e-6)

    def test_what_is_wrong_in_other_rows_does_not_matter_and_in_these_does(self) -> None:
        x, y = DATA.x.copy(), DATA.y.copy()
        x[5], y[6] = np.nan, 9
        changed(x=x, y=y, rows=self.ROWS).check("training")
        x[12, 2] = np.inf
        assert "column 2 is not finite in 1 of 5 training rows" in failure(changed(x=x, y=y, rows=self.ROWS)).message
        assert "label of the training rows is 9" in failure(changed(y=y, rows=np.array([1, 6]))).message

    @pytest.mark.parametrize("rows", [[-1, 2], [3, 40]])
    def test_rows_that_are_not_there_are_refused(self, rows: list[int]) -> None:
        assert "of 40" in failure(changed(rows=np.array(rows))).message

    def test_no_rows_are_refused(self) -> None:
        assert failure(changed(rows=np.array([], dtype=np.intp)))

    def test_long_parts_are_looked_at_to_the_end(self) -> None:
        x = np.zeros((70_000, 2), dtype=np.float32)
        x[69_999, 1] = np.nan
        long = TrainingData(x, np.zeros(70_000, dtype=np.int8), np.zeros(70_000, dtype=np.int16))
        assert "column 1 is not finite in 1 of 70000" in failure(long).message


class TestWeights:
    @given(st.lists(st.integers(0, 2), min_size=1, max_size=60).filter(lambda y: set(y) == {0, 1, 2}))
    def test_balanced_is_scikit_learns(self, y: list[int]) -> None:
        reference = compute_class_weight("balanced", classes=np.arange(3), y=np.array(y))
        np.testing.assert_allclose(balanced_class_weights(np.array(y)), reference, rtol=1e-6)

    def test_balanced_by_hand(self) -> None:
        weights = balanced_class_weights(np.array([0, 1, 1, 1, 1, 1, 2, 2]))
        np.testing.assert_allclose(weights, [8 / 3, 8 / 15, 8 / 6], rtol=1e-6)
        assert weights.dtype == np.float32

    def test_an_absent_class_weighs_nothing(self) -> None:
        np.testing.assert_allclose(balanced_class_weights(np.array([1, 1, 2])), [0, 0.5, 1], rtol=1e-6)

    def test_classes_weigh_the_same_in_sum(self) -> None:
        weights = row_weights(DATA, "balanced")
        assert weights is not None
        sums = [weights[DATA.y == label].sum() for label in range(3)]
        np.testing.assert_allclose(sums, [40 / 3] * 3, rtol=1e-5)

    def test_none_leaves_the_rows_own_weights(self) -> None:
        own = np.linspace(1, 2, 40, dtype=np.float32)
        assert row_weights(DATA, "none") is None
        assert row_weights(changed(weight=own), "none") is own

    def test_class_and_row_weights_multiply(self) -> None:
        own = np.linspace(1, 2, 40, dtype=np.float32)
        both = row_weights(changed(weight=own), "balanced")
        counts = [int((DATA.y == label).sum()) for label in range(3)]
        reference = [40 / (3 * counts[label]) * weight for label, weight in zip(DATA.y, own, strict=True)]
        np.testing.assert_allclose(both, reference, rtol=1e-6)


class TestTensors:
    def test_hold_the_rows_in_the_types_torch_wants(self) -> None:
        tensors = Tensors.of(changed(x=DATA.x.astype(np.float64), y=DATA.y.astype(np.int8)))
        assert (tensors.x.dtype, tensors.y.dtype, tensors.weight) == (torch.float32, torch.int64, None)
        np.testing.assert_array_equal(tensors.x.numpy(), DATA.x)
        np.testing.assert_array_equal(tensors.y.numpy(), DATA.y)

    def test_are_copies(self) -> None:
        data = changed(x=DATA.x.copy())
        tensors = Tensors.of(data, np.ones(40, dtype=np.float32))
        data.x[:] = 0
        np.testing.assert_array_equal(tensors.x.numpy(), DATA.x)

    @given(st.permutations(range(40)))
    def test_another_order_keeps_rows_paired(self, order: list[int]) -> None:
        weight = np.arange(40, dtype=np.float32)
        moved = Tensors.of(DATA, weight).ordered(torch.tensor(order))
        assert moved.weight is not None
        for place, row in enumerate(order):
            np.testing.assert_array_equal(moved.x[place].numpy(), DATA.x[row])
            assert (moved.y[place].item(), moved.weight[place].item()) == (DATA.y[row], row)
