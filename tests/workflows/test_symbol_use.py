"""How symbols use sets, counted by hand; and which inputs are advised another scale."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from ktrdr_app.workflows.symbol_use import compare_use, scale_advice
from tests.fuzzy.shapes import Shape, by_scikit_fuzzy, fuzzy_input, shapes
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
    # the median of the shares is that of A and B: C is 3/4 away from it, they are not at all
    assert found.apart == ("C",)


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


@pytest.mark.parametrize("others", [2, 3, 6])
def test_an_outlier_does_not_make_the_others_stand_apart(others: int) -> None:
    values = {f"S{number}": np.array([0.0, 0.0, 0.0, 1.0]) for number in range(others)}
    found = compare_use(SETS, {"FAR": np.ones(4), **values})
    assert found is not None
    assert found.apart == ("FAR",)


def test_of_two_symbols_none_is_the_odd_one() -> None:
    found = compare_use(SETS, {"A": np.zeros(4), "B": np.ones(4)})
    assert found is not None
    assert (found.figure, found.apart) == (0.0, ())


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


def slowly(entry: FuzzyInput, values: dict[str, NDArray[np.float64]]) -> tuple[float, pd.DataFrame]:
    """Return universality and shares by pandas, bar by bar, with memberships of scikit-fuzzy."""
    table = {}
    for symbol, column in values.items():
        grades = pd.DataFrame(
            {key: by_scikit_fuzzy(e.type, e.parameters, column, e.shoulder) for key, e in entry.sets.items()}
        )
        total = grades.sum(axis=1)
        shares = grades.div(total.where(total > 1, 1.0), axis=0)
        shares["none"] = (1 - total).clip(lower=0)
        table[symbol] = shares.mean()
    frame = pd.DataFrame(table).T
    pairs = list(itertools.combinations(frame.index, 2))
    return 1 - sum((frame.loc[a] - frame.loc[b]).abs().sum() / 2 for a, b in pairs) / len(pairs), frame


def distances_from_the_middle(shares: pd.DataFrame) -> dict[str, float]:
    """Return how far each symbol is from the middle of the sorted shares, set by set; nobody of two."""
    count = len(shares)
    ordered = np.sort(shares.to_numpy(), axis=0)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return {name: 0.0 if count < 3 else float(np.abs(row - middle).sum()) / 2 for name, row in shares.iterrows()}


@settings(max_examples=40)
@given(st.lists(shapes(), min_size=1, max_size=4), st.integers(2, 5), st.integers(0, 10**6))
def test_the_figure_is_that_of_a_slow_count_in_pandas(drawn: list[Shape], symbols: int, seed: int) -> None:
    entry = fuzzy_input(**{f"s{place}": shape for place, shape in enumerate(drawn)})
    random = np.random.default_rng(seed)
    corners = np.concatenate([numbers for _, numbers, _ in drawn])
    spread = max(float(np.ptp(corners)), 1.0)
    values = {
        f"S{n}": np.append(random.normal(random.choice(corners), spread * random.uniform(0.01, 1), 40), corners)
        for n in range(symbols)
    }
    found = compare_use(entry, values)
    assert found is not None
    figure, shares = slowly(entry, values)
    assert found.figure == pytest.approx(figure, abs=2e-5)
    for use in found.sets:
        assert use.spread == pytest.approx(np.ptp(shares[use.key].to_numpy()), abs=5e-5)
        assert use.most[1] == pytest.approx(shares[use.key].max(), abs=5e-5)
        assert shares[use.key][use.least[0]] == pytest.approx(shares[use.key].min(), abs=5e-5)
    far = distances_from_the_middle(shares)
    assert {name for name in far if far[name] > 0.2 + 1e-4} <= set(found.apart)
    assert set(found.apart) <= {name for name in far if far[name] > 0.2 - 1e-4}
    distances = [far[name] for name in found.apart]
    assert all(one >= other - 1e-4 for one, other in itertools.pairwise(distances)), "farthest first"


@given(st.permutations(["A", "B", "C", "D"]))
def test_the_order_of_the_symbols_does_not_matter(order: list[str]) -> None:
    values = {name: np.linspace(0, 1, 9) ** (place + 1) for place, name in enumerate("ABCD")}
    first, again = compare_use(SETS, values), compare_use(SETS, {name: values[name] for name in order})
    assert first is not None
    assert again is not None
    assert again.figure == pytest.approx(first.figure, abs=1e-12)
    assert set(again.apart) == set(first.apart)
