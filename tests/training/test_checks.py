"""What a network cannot learn from is told by name: feature, symbol, row, class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.core.errors import NotFinite, OneClass, TrainingFailed
from ktrdr_app.features.columns import measure_columns
from ktrdr_app.training.checks import check_classes, check_finite, constant_features
from ktrdr_app.training.combine import pool
from tests.training.blocks import block

POOLED = pool([block("A", 100), block("B", 80, start=10)])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named_with_its_symbol_and_first_row(bad: float) -> None:
    values = POOLED.values.copy()
    values[[103, 150], 2] = bad
    with pytest.raises(NotFinite) as caught:
        check_finite(replace(POOLED, values=values))
    assert "feature f2 of B is not finite in 2 of 80 rows, first at 1970-01-01T13:00:00+00:00" in caught.value.message
    assert caught.value.hint


def test_large_numbers_and_opposite_signs_are_finite() -> None:
    values = POOLED.values.copy()
    values[:, 1], values[:, 2] = np.finfo(np.float32).max, -np.finfo(np.float32).max
    check_finite(replace(POOLED, values=values))


def test_a_symbol_with_one_class_is_named() -> None:
    label = POOLED.label.copy()
    check_classes(POOLED, np.arange(180))
    label[100:160] = 1
    with pytest.raises(OneClass, match="all 60 training rows of B are HOLD"):
        check_classes(replace(POOLED, label=label), np.arange(160))
    check_classes(replace(POOLED, label=label), np.arange(180))


def test_features_that_do_not_vary_are_named_and_none_that_varies_is_an_error() -> None:
    values = POOLED.values.copy()
    names = POOLED.contract.names
    values[:, 1] = 0.1
    assert constant_features(measure_columns(values), names) == ("f1", "f2")
    with pytest.raises(TrainingFailed, match="none of the 3 features varies"):
        constant_features(measure_columns(np.full((50, 3), 7.5, dtype=np.float32)), names)
