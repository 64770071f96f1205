"""How symbols use sets, counted by hand; and which inputs are advised another scale."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows.symbol_use import compare_use, scale_advice
from tests.workflows.quick import with_strategy

SETS = FuzzyInput(
    sets={
        "low": FuzzySet(type="triangular", parameters=[-1, 0, 1]),
        "high": FuzzySet(type="triangular", parameters=[0, 1, 2]),
    }
)
SCALES = """\
name: scales
indicators:
  rsi: {name: rsi, period: 14}
  macd: {name: macd}
  mean: {name: sma, period: 20}
  obv: {name: obv}
fuzzy_sets:
  rsi: {form: raw, sets: {low: {type: triangular, parameters: [0, 20, 40]}}}
  macd: {form: raw, sets: {low: {type: triangular, parameters: [-2, -1, 0]}}}
  scaled: {input: macd, form: atr, sets: {low: {type: triangular, parameters: [-2, -1, 0]}}}
  mean: {form: raw, sets: {low: {type: triangular, parameters: [10, 20, 40]}}}
  obv: {form: raw, sets: {low: {type: triangular, parameters: [10, 20, 40]}}}
"""


def test_shares_are_those_counted_by_hand() -> None:
    values = {
        "A": np.array([0.0, 0.0, 0.0, 1.0]),  # low on 3 of 4 bars
        "B": np.array([0.0, 0.0, 0.5, 0.5]),  # low on 2 and two halves: 3 of 4
        "C": np.array([1.0, 1.0, 1.0, 1.0]),  # never low
    }
    found = compare_use(SETS, values)
    assert found is not None
    # distances: A to B 0, A to C 3/4, B to C 3/4
    assert found.figure == pytest.approx(1 - (0 + 0.75 + 0.75) / 3)
    low, high = found.sets
    assert (low.key, low.spread, low.least, low.most[1]) == ("low", 0.75, ("C", 0.0), 0.75)
    assert (high.key, high.most) == ("high", ("C", 1.0))
    # from the mean of the others: C is 3/4 away, A and B each 3/8
    assert found.apart == ("C", "A", "B")


def test_symbols_near_each_other_do_not_stand_apart() -> None:
    random = np.random.default_rng(0)
    values = {name: random.uniform(0, 1, 4000) for name in "ABCD"}
    found = compare_use(SETS, values)
    assert found is not None
    assert found.figure > 0.97
    assert found.apart == ()
    values["D"] = np.full(4000, 0.02)
    found = compare_use(SETS, values)
    assert found is not None
    assert found.apart == ("D",)


def test_one_symbol_cannot_be_compared() -> None:
    assert compare_use(SETS, {}) is None
    assert compare_use(SETS, {"A": np.array([0.0, 1.0]), "B": np.empty(0)}) is None


def test_it_can_be_cancelled() -> None:
    token = CancelToken("the test")
    token.cancel()
    with pytest.raises(Cancelled):
        compare_use(SETS, {"A": np.zeros(2), "B": np.zeros(2)}, token)


def test_numbers_in_units_of_price_or_volume_are_advised_another_form(sample_workspace: Workspace) -> None:
    with_strategy(sample_workspace, SCALES, "scales")
    advised = {
        name: scale_advice(sample_workspace, "scales", name)
        for name in ("rsi", "macd", "scaled", "mean", "obv", "gone")
    }
    assert "Write form: atr or percent" in advised["macd"]
    assert "Write form: ratio_to_price in" in advised["mean"]
    assert "units of volume" in advised["obv"]
    assert "Write form: zscore in" in advised["obv"]
    assert advised["rsi"] == advised["scaled"] == advised["gone"] == ""
