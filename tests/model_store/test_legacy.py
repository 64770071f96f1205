"""The original's scalers: read as plain numbers from their pickles, and written so that scikit-learn reads them."""

from __future__ import annotations

import builtins
import os
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store.legacy import read_scaler, scaler_pickle
from tests.model_store.builders import NAMES, pickle_calling, raw_rows, scaler_document


def written(folder: Path, content: bytes) -> Path:
    path = folder / "scaler.pkl"
    path.write_bytes(content)
    return path


def read_state(folder: Path, scaler: Any, protocol: int = 4) -> ScalerState:
    path = written(folder, pickle.dumps(scaler, protocol=protocol))
    return ScalerState.from_document(read_scaler(path, NAMES))


def with_a_constant_column(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    changed = rows.copy()
    changed[:, 2] = 7.0
    return changed


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        StandardScaler(with_mean=False, with_std=False),
        MinMaxScaler(),
        MinMaxScaler(feature_range=(-1, 1)),
        MinMaxScaler(feature_range=(0.2, 3.0)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("prepare", [lambda rows: rows, with_a_constant_column], ids=["varied", "constant column"])
def test_the_numbers_transform_as_scikit_learn_does(
    tmp_path: Path, scaler: Any, prepare: Callable[[NDArray[np.float32]], NDArray[np.float32]], dtype: Any
) -> None:
    scaler.fit(prepare(raw_rows()).astype(dtype))
    fresh = raw_rows(seed=5)
    expected = scaler.transform(fresh.astype(np.float64))
    np.testing.assert_allclose(read_state(tmp_path, scaler).transform(fresh), expected, rtol=1e-6, atol=1e-6)


def test_both_spellings_of_numpy_are_read(tmp_path: Path) -> None:
    scaler = StandardScaler().fit(raw_rows())
    modern = pickle.dumps(scaler, protocol=4)
    assert b"numpy._core.multiarray" in modern
    old = modern.replace(b"\x8c\x16numpy._core.multiarray", b"\x8c\x15numpy.core.multiarray")
    old = old.replace(old[3:11], (len(old) - 11).to_bytes(8, "little"), 1)
    from_modern = read_scaler(written(tmp_path, modern), NAMES)
    assert read_scaler(written(tmp_path, old), NAMES) == from_modern
    np.testing.assert_array_equal(from_modern["mean"], scaler.mean_)
    np.testing.assert_array_equal(from_modern["scale"], scaler.scale_)


def test_big_endian_numbers_are_read(tmp_path: Path) -> None:
    scaler = StandardScaler().fit(raw_rows())
    expected = scaler.mean_.tolist()
    scaler.mean_ = scaler.mean_.astype(">f8")
    assert read_state(tmp_path, scaler).offset.tolist() == expected


REFUSED = {
    "another scaler": lambda: MaxAbsScaler().fit(raw_rows()),
    "a robust scaler": lambda: RobustScaler().fit(raw_rows()),
    "not fitted": StandardScaler,
    "a clipping scaler": lambda: MinMaxScaler(clip=True).fit(raw_rows()),
    "an array": lambda: np.ones(4),
    "a number": lambda: 3,
    "a dict": lambda: {"mean_": [1.0]},
    "another width": lambda: StandardScaler().fit(raw_rows(inputs=3)),
    "a list for the mean": lambda: changed(mean_=[1.0, 2.0, 3.0, 4.0]),
    "no mean": lambda: changed(mean_=None),
    "integers": lambda: changed(mean_=np.ones(4, np.int64)),
    "two dimensions": lambda: changed(mean_=np.ones((2, 2))),
    "objects": lambda: changed(mean_=np.array([1.0, 2.0, 3.0, "x"], dtype=object)),
    "a NaN": lambda: changed(mean_=np.array([1.0, np.nan, 1.0, 1.0])),
    "a scale of zero": lambda: changed(scale_=np.zeros(4)),
    "a scale below zero": lambda: changed(scale_=-np.ones(4)),
}


def changed(**attributes: Any) -> StandardScaler:
    scaler = StandardScaler().fit(raw_rows())
    for name, value in attributes.items():
        setattr(scaler, name, value)
    return scaler


@pytest.mark.parametrize("name", REFUSED)
def test_scalers_that_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelRejected):
        read_state(tmp_path, REFUSED[name]())


HOSTILE = {
    "os.system": (os.system, "touch {}"),
    "builtins.eval": (builtins.eval, "open({!r}, 'w')"),
    "builtins.exec": (builtins.exec, "open({!r}, 'w')"),
    "subprocess.check_call": (subprocess.check_call, "touch {}"),
    "os.mkdir": (os.mkdir, "{}"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", ["alone", "in the state", "in an array"])
def test_hostile_scalers_are_rejected_and_do_nothing(tmp_path: Path, name: str, place: str) -> None:
    canary = tmp_path / "canary"
    function, template = HOSTILE[name]
    content = pickle_calling(function, template.format(str(canary)))
    if place != "alone":
        payload = _Payload(function, template.format(str(canary)))
        scaler = changed(mean_=np.array([payload] * 4, dtype=object) if place == "in an array" else payload)
        content = pickle.dumps(scaler, protocol=4)
    with pytest.raises(ModelRejected, match="not allowed"):
        read_scaler(written(tmp_path, content), NAMES)
    assert not canary.exists()


class _Payload:
    def __init__(self, function: Any, argument: str) -> None:
        self.function = function
        self.argument = argument

    def __reduce__(self) -> tuple[Any, ...]:
        return self.function, (self.argument,)


def test_an_array_that_says_it_is_huge_is_rejected_at_no_cost(tmp_path: Path) -> None:
    class Huge:
        def __reduce__(self) -> tuple[Any, ...]:
            reconstruct = np.ones(1).__reduce__()[0]
            state = (1, (10**15,), np.dtype("f8"), False, b"\0" * 8)
            return reconstruct, (np.ndarray, (10**15,), b"b"), state

    with pytest.raises(ModelRejected, match="numbers for shape"):
        read_scaler(written(tmp_path, pickle.dumps(changed(mean_=Huge()), protocol=4)), NAMES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_changed_gives_numbers_or_a_rejection(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(pickle.dumps(StandardScaler().fit(raw_rows()), protocol=4))
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = read_scaler(written(tmp_path, bytes(good)), NAMES)
    except ModelRejected:
        return
    assert document["kind"] == "standard"


@pytest.mark.parametrize("kind", ["standard", "minmax"])
def test_the_pickle_for_the_original_is_a_fitted_scaler(tmp_path: Path, kind: str) -> None:
    document = scaler_document(kind)
    content = scaler_pickle(document, rows=40)
    assert content is not None
    scaler = pickle.loads(content)
    fitted = (StandardScaler() if kind == "standard" else MinMaxScaler()).fit(raw_rows().astype(np.float64))
    assert type(scaler) is type(fitted)
    assert set(vars(scaler)) == set(vars(fitted))
    for name, value in vars(fitted).items():
        np.testing.assert_allclose(getattr(scaler, name), value, rtol=1e-12)
    fresh = raw_rows(seed=9).astype(np.float64)
    np.testing.assert_allclose(scaler.transform(fresh), fitted.transform(fresh), rtol=1e-12)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(fresh)), fresh, rtol=1e-9)
    assert content[:2] == b"\x80\x04"


@pytest.mark.parametrize("kind", ["standard", "minmax"])
def test_our_own_pickles_are_read_by_the_same_code(tmp_path: Path, kind: str) -> None:
    document = scaler_document(kind)
    again = read_scaler(written(tmp_path, scaler_pickle(document, rows=40) or b""), NAMES)
    assert again.keys() == document.keys()
    assert (again["kind"], again["feature_names"]) == (kind, list(NAMES))
    for name in again.keys() - {"kind", "feature_names"}:
        np.testing.assert_allclose(again[name], document[name], rtol=1e-12)


def test_no_pickle_where_nothing_is_scaled() -> None:
    assert scaler_pickle(scaler_document("none"), rows=40) is None
