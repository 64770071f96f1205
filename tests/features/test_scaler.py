"""The scaler against scikit-learn, its JSON form to the last bit, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from ktrdr_app.core.errors import InvalidValue, ModelRejected, TrainingFailed
from ktrdr_app.core.files import json_text
from ktrdr_app.features.scaler import ScalerState, fit_scaler

ROWS = np.random.default_rng(0).normal(5, 3, (200, 4)).astype(np.float32)
NAMES = ("a", "b", "c", "d")


@pytest.mark.parametrize(("kind", "peer"), [("standard", StandardScaler), ("minmax", MinMaxScaler)])
def test_scaling_equals_scikit_learn(kind: str, peer: type) -> None:
    state = fit_scaler(kind, ROWS, NAMES)
    expected = peer().fit(ROWS.astype(np.float64)).transform(ROWS.astype(np.float64))
    found = state.transform(ROWS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["standard", "minmax"])
def test_figures_through_row_numbers_are_scikit_learns(kind: str) -> None:
    random = np.random.default_rng(3)
    features = random.normal([0, 1e3, -5, 1e-4], [1, 0.01, 40, 1e-6], (20_000, 4)).astype(np.float32)
    rows = random.permutation(20_000)[:13_000]
    state = fit_scaler(kind, features, NAMES, rows)
    chosen = features[rows].astype(np.float64)
    if kind == "standard":
        standard = StandardScaler().fit(chosen)
        np.testing.assert_allclose(state.offset, standard.mean_, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(state.scale, standard.scale_, rtol=1e-9)
    else:
        minmax = MinMaxScaler().fit(chosen)
        np.testing.assert_array_equal(state.offset, minmax.data_min_)
        np.testing.assert_allclose(state.scale, minmax.data_range_, rtol=1e-15)


@pytest.mark.parametrize("kind", ["standard", "minmax", "none"])
def test_scaling_in_place_gives_the_same_bytes(kind: str) -> None:
    state, rows = fit_scaler(kind, ROWS, NAMES), ROWS.copy()
    state.transform_in_place(rows)
    assert rows.tobytes() == state.transform(ROWS).tobytes()
    with pytest.raises(InvalidValue, match="features"):
        state.transform_in_place(ROWS[:, :3].copy())


def test_none_leaves_the_rows_as_they_are() -> None:
    np.testing.assert_array_equal(fit_scaler("none", ROWS, NAMES).transform(ROWS), ROWS)


@pytest.mark.parametrize("kind", ["standard", "minmax"])
def test_a_constant_feature_does_not_divide_by_zero(kind: str) -> None:
    rows = ROWS.copy()
    rows[:, 2] = 0.1
    assert (fit_scaler(kind, rows, NAMES).transform(rows)[:, 2] == 0).all()


@pytest.mark.parametrize("kind", ["standard", "minmax", "none"])
@given(rows=arrays(np.float32, (8, 2), elements=st.floats(-1e4, 1e4, width=32)))
def test_the_json_form_gives_back_the_same_numbers(kind: str, rows: np.ndarray) -> None:
    state = fit_scaler(kind, rows, ("x", "y"))
    again = ScalerState.from_document(json.loads(json_text(state.to_document())))
    assert again.names == state.names
    np.testing.assert_array_equal(again.transform(rows), state.transform(rows))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "robust"}, "robust"),
        ({"mean": [1.0]}, "1"),
        ({"scale": [1.0, 0.0, 1.0, 1.0]}, "scale of 0"),
        ({"mean": [None, 0, 0, 0]}, "not"),
        ({"mean": ["x", 0, 0, 0]}, "not readable"),
        ({"feature_names": None}, "not readable"),
    ],
)
def test_a_damaged_document_is_refused(change: dict[str, object], word: str) -> None:
    document = fit_scaler("standard", ROWS, NAMES).to_document() | change
    with pytest.raises(ModelRejected, match=word):
        ScalerState.from_document(document)


def test_wrong_shapes_kinds_and_numbers_are_named() -> None:
    state = fit_scaler("standard", ROWS, NAMES)
    with pytest.raises(InvalidValue, match="features"):
        state.transform(ROWS[:, :3])
    with pytest.raises(InvalidValue, match="robust"):
        fit_scaler("robust", ROWS, NAMES)
    spoiled = ROWS.copy()
    spoiled[3, 1] = np.nan
    with pytest.raises(TrainingFailed, match="feature b"):
        fit_scaler("standard", spoiled, NAMES)
