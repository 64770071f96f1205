"""What a training accepts, what each row weighs, and that rows stay paired."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from ktrdr_app.core.errors import TrainingFailed
from ktrdr_app.neural.rows import TrainingData, class_weights
from ktrdr_app.strategy.schema import TrainingSettings
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
        assert len(DATA) == 40

    @pytest.mark.parametrize("shape", [(0, 6), (40, 0), (40,)])
    def test_no_rows_or_no_features(self, shape: tuple[int, ...]) -> None:
        error = failure(changed(x=np.zeros(shape, dtype=np.float32)), "validation")
        assert f"validation rows have shape {shape}" in error.message

    @pytest.mark.parametrize(("field", "words"), [("y", "labels"), ("symbol_id", "symbol ids")])
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

    def test_every_refusal_is_of_the_training_and_advises(self) -> None:
        error = failure(changed(x=np.full_like(DATA.x, np.nan)))
        assert (error.where, error.exit_code) == ("train", 2)
        assert error.hint


class TestChosenRows:
    def test_all_take_part_unless_told(self) -> None:
        assert DATA.chosen.tolist() == list(range(40))
        chosen = changed(rows=np.array([7, 3]))
        assert (len(chosen), chosen.chosen.tolist()) == (2, [7, 3])

    def test_no_chosen_row(self) -> None:
        error = failure(changed(rows=np.empty(0, np.int64)), "validation")
        assert error.message.endswith("no row is chosen as validation row")

    ROWS = np.array([7, 3, 30, 12, 3])

    def test_labels_and_owners_are_those_of_the_named_rows(self) -> None:
        data = changed(rows=self.ROWS)
        np.testing.assert_array_equal(data.labels, DATA.y[self.ROWS])
        np.testing.assert_array_equal(data.owners, DATA.symbol_id[self.ROWS])

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

    def test_the_symbols_columns_count_as_inputs(self) -> None:
        assert DATA.inputs == 6
        assert changed(symbol_columns=3, codes=np.zeros(40, np.int16)).inputs == 9

    def test_codes_of_another_length(self) -> None:
        assert "have symbol codes of shape (39,)" in failure(changed(codes=np.zeros(39, np.int16))).message

    def test_a_block_larger_than_one_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ktrdr_app.neural.rows._ROWS_AT_ONCE", 7)
        x = DATA.x.copy()
        x[[0, 20, 39], 2] = np.inf
        assert "column 2 is not finite in 3 of 40 training rows" in failure(changed(x=x)).message


def weights(y: list[int] | np.ndarray, **fields: object) -> np.ndarray:
    return class_weights(np.asarray(y), TrainingSettings(**fields))


class TestClassWeights:
    @given(st.lists(st.integers(0, 2), min_size=1, max_size=60).filter(lambda y: set(y) == {0, 1, 2}))
    def test_balanced_is_scikit_learns(self, y: list[int]) -> None:
        reference = compute_class_weight("balanced", classes=np.arange(3), y=np.array(y))
        np.testing.assert_allclose(weights(y, class_weights="balanced"), reference, rtol=1e-6)

    def test_balanced_by_hand(self) -> None:
        found = weights([0, 1, 1, 1, 1, 1, 2, 2], class_weights="balanced")
        np.testing.assert_allclose(found, [8 / 3, 8 / 15, 8 / 6], rtol=1e-6)
        assert found.dtype == np.float32

    def test_an_absent_class_weighs_nothing(self) -> None:
        np.testing.assert_allclose(weights([1, 1, 2], class_weights="balanced")[0], 0)
        np.testing.assert_allclose(weights([1, 1, 2], class_weights="effective")[0], 0)

    @given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.sampled_from(["balanced", "effective"]))
    def test_the_rows_weigh_1_on_average(self, y: list[int], name: str) -> None:
        found = weights(y, class_weights=name)
        assert found[np.array(y)].mean() == pytest.approx(1, rel=1e-5)

    def test_none_weighs_all_the_same(self) -> None:
        np.testing.assert_array_equal(weights([0, 0, 1]), [1, 1, 1])

    @pytest.mark.parametrize("beta", [0.0, 0.9, 0.999])
    def test_effective_as_published(self, beta: float) -> None:
        counts = [5, 400, 60]
        found = weights(np.repeat([0, 1, 2], counts), class_weights="effective", effective_beta=beta)
        published = [(1 - beta) / (1 - beta**count) for count in counts]
        np.testing.assert_allclose(found / found[1], np.array(published) / published[1], rtol=1e-5)

    def test_effective_lies_between_none_and_balanced(self) -> None:
        y = np.repeat([0, 1, 2], [5, 400, 60])
        shares = [weights(y, class_weights=name, effective_beta=0.99) for name in ("none", "effective", "balanced")]
        rare = [found[0] / found[1] for found in shares]
        assert rare[0] < rare[1] < rare[2]
