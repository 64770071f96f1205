"""All sets of a strategy at once."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.fuzzy import FuzzyEngine
from ktrdr_app.strategy import load_strategy
from tests.fuzzy.shapes import Shape, by_scikit_fuzzy, fuzzy_input, shapes

RSI = fuzzy_input(
    oversold=("trapezoidal", [0, 10, 25, 40], "left"),
    neutral=("triangular", [25, 50, 75], "none"),
    overbought=("trapezoidal", [60, 75, 90, 100], "right"),
)
FLOW = fuzzy_input(calm=("gaussian", [0, 0.5], "none"), wild=("gaussian", [2, 0.5], "right"))
ENGINE = FuzzyEngine({"rsi": RSI, "flow": FLOW})
NAMES = ("rsi_oversold", "rsi_neutral", "rsi_overbought", "flow_calm", "flow_wild")


def _values(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    index = pd.date_range("2024-01-01", periods=rows, freq="h", tz="UTC")
    frame = pd.DataFrame({"flow": rng.normal(0, 2, rows), "rsi": rng.uniform(0, 100, rows)}, index=index)
    frame.iloc[:14] = math.nan
    return frame


def test_names_are_input_and_set_in_declared_order() -> None:
    assert ENGINE.names == NAMES
    assert ENGINE.inputs == ("rsi", "flow")


def test_batch_equals_scikit_fuzzy_set_by_set() -> None:
    values = _values()
    result = ENGINE.evaluate_batch(values)
    assert tuple(result.columns) == NAMES
    assert (result.dtypes == np.float32).all()
    assert result.index.equals(values.index)
    for name, entry in (("rsi", RSI), ("flow", FLOW)):
        for key, fuzzy_set in entry.sets.items():
            expected = by_scikit_fuzzy(
                fuzzy_set.type, fuzzy_set.parameters, values[name].to_numpy(), fuzzy_set.shoulder
            )
            np.testing.assert_allclose(result[f"{name}_{key}"], expected, rtol=0, atol=1e-7)


@settings(max_examples=50, deadline=None)
@given(drawn=st.lists(shapes(), min_size=1, max_size=6), seed=st.integers(0, 100))
def test_batch_equals_scikit_fuzzy_for_any_sets(drawn: list[Shape], seed: int) -> None:
    engine = FuzzyEngine({"x": fuzzy_input(**{f"s{i}": shape for i, shape in enumerate(drawn)})})
    values = np.random.default_rng(seed).normal(drawn[0][1][0], 100, 40)
    result = engine.evaluate_batch(pd.DataFrame({"x": values}))
    for i, (kind, parameters, shoulder) in enumerate(drawn):
        expected = by_scikit_fuzzy(kind, parameters, values, shoulder)
        np.testing.assert_allclose(result[f"x_s{i}"], expected, rtol=0, atol=1e-7)


def test_nan_reaches_every_set_of_its_input_and_no_other() -> None:
    values = _values(20).fillna(1.0)
    values.iloc[5, values.columns.get_loc("rsi")] = math.nan
    row = ENGINE.evaluate_batch(values).iloc[5]
    assert row.isna().tolist() == [True, True, True, False, False]


def test_evaluate_into_writes_the_columns_of_a_block_in_place() -> None:
    values = _values()
    arrays = {name: values[name].to_numpy() for name in values}
    block = np.full((len(values), 9), -5.0, np.float32)
    ENGINE.evaluate_into(arrays, block[:, 3:8])
    np.testing.assert_array_equal(block[:, 3:8], ENGINE.evaluate_batch(values).to_numpy())
    assert (block[:, [0, 1, 2, 8]] == -5).all()


@pytest.mark.parametrize("rows", [1, 4095, 4096, 4097, 9000])
def test_blocks_in_row_order_equal_columns_at_any_length(rows: int) -> None:
    values = {name: column.to_numpy() for name, column in _values(rows).items()}
    block, columns = np.full((rows, 7), -1.0, np.float32), np.zeros((5, rows), np.float32).T
    ENGINE.evaluate_into(values, block[:, 1:6])
    ENGINE.evaluate_into(values, columns)
    np.testing.assert_array_equal(block[:, 1:6], columns)
    assert (block[:, [0, 6]] == -1).all()


def test_one_set_alone_is_the_column_it_has_among_all() -> None:
    values = _values()
    block = np.full((len(values), len(NAMES)), -1.0, np.float32)
    everything = ENGINE.evaluate_batch(values)
    for place, name in enumerate(NAMES):
        fuzzy_input, key = name.split("_")
        ENGINE.evaluate_one(fuzzy_input, key, values[fuzzy_input].to_numpy(), block[:, place])
        np.testing.assert_array_equal(block[:, place], everything[name])
        assert (block[:, place + 1 :] == -1).all()


def test_one_set_in_double_precision_equals_scikit_fuzzy() -> None:
    x = _values()["rsi"].to_numpy()
    out = np.empty(len(x))
    ENGINE.evaluate_one("rsi", "neutral", x, out)
    np.testing.assert_allclose(out, by_scikit_fuzzy("triangular", [25, 50, 75], x), rtol=0, atol=1e-12)


def test_one_set_that_is_not_there_or_does_not_fit_is_refused() -> None:
    x, out = np.zeros(4), np.zeros(4, np.float32)
    with pytest.raises(UnknownName, match="rsj"):
        ENGINE.evaluate_one("rsj", "neutral", x, out)
    with pytest.raises(UnknownName, match="neutrl"):
        ENGINE.evaluate_one("rsi", "neutrl", x, out)
    with pytest.raises(InvalidValue, match="out"):
        ENGINE.evaluate_one("rsi", "neutral", x, out[:3])


def test_appended_rows_do_not_change_earlier_ones() -> None:
    values = _values()
    whole = ENGINE.evaluate_batch(values)
    for rows in (0, 1, 14, 15, 256, 599):
        assert ENGINE.evaluate_batch(values.iloc[:rows]).equals(whole.iloc[:rows])


def test_threads_give_what_one_thread_gives() -> None:
    values = _values(5_000)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(ENGINE.evaluate_batch, [values] * 8))
    expected = ENGINE.evaluate_batch(values)
    assert all(result.equals(expected) for result in results)


def test_integers_and_read_only_columns_will_do() -> None:
    rsi = np.array([20, 50, 80])
    rsi.flags.writeable = False
    out = np.empty((3, 3), np.float32)
    FuzzyEngine({"rsi": RSI}).evaluate_into({"rsi": rsi}, out)  # type: ignore[dict-item]
    np.testing.assert_array_equal(out, [[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def test_further_columns_are_ignored() -> None:
    values = _values(50)
    assert ENGINE.evaluate_batch(values.assign(extra="text")).equals(ENGINE.evaluate_batch(values))


def test_no_rows_give_no_rows() -> None:
    assert ENGINE.evaluate_batch(_values(600).iloc[:0]).shape == (0, 5)


def test_missing_input_is_named() -> None:
    with pytest.raises(UnknownName, match="'flow'"):
        ENGINE.evaluate_batch(_values(10).drop(columns="flow"))


def test_columns_that_would_have_one_name_are_refused() -> None:
    low: Shape = ("triangular", [0, 1, 2], "none")
    with pytest.raises(InvalidValue, match="macd_line_low"):
        FuzzyEngine({"macd": fuzzy_input(line_low=low), "macd_line": fuzzy_input(low=low)})


@pytest.mark.parametrize(
    "out",
    [
        np.empty((10, 4), np.float32),
        np.empty((10, 6), np.float32),
        np.empty((10, 5), np.float64),
        np.empty(10, np.float32),
    ],
)
def test_a_block_that_does_not_fit_is_refused(out: np.ndarray) -> None:
    arrays = {"rsi": np.zeros(10), "flow": np.zeros(10)}
    with pytest.raises(InvalidValue, match="out is") as caught:
        ENGINE.evaluate_into(arrays, out)
    assert caught.value.hint == "give a float32 array with 5 columns"


def test_values_of_another_length_are_refused() -> None:
    arrays = {"rsi": np.zeros(10), "flow": np.zeros(9)}
    with pytest.raises(InvalidValue, match="values of flow"):
        ENGINE.evaluate_into(arrays, np.empty((10, 5), np.float32))


@pytest.mark.parametrize("name", ["neuro_mean_reversion", "trend_momentum"])
def test_shipped_strategies_run(name: str, tmp_path: object) -> None:
    strategy = load_strategy(name, Workspace(tmp_path)).strategy  # type: ignore[arg-type]
    engine = FuzzyEngine(strategy.fuzzy_sets)
    values = pd.DataFrame(np.linspace(-10, 110, 300)[:, None].repeat(len(engine.inputs), 1), columns=engine.inputs)
    result = engine.evaluate_batch(values)
    assert result.shape == (300, sum(len(entry.sets) for entry in strategy.fuzzy_sets.values()))
    assert result.to_numpy().min() >= 0
    assert result.to_numpy().max() == 1
