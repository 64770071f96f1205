"""Verdicts on sets: shares from sorted values against counting memberships, words against what the values are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.fuzzy import SortedValues, set_verdicts
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet
from tests.fuzzy.shapes import by_scikit_fuzzy

RSI = FuzzyInput(
    sets={
        "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left"),
        "middle": FuzzySet(type="triangular", parameters=[25, 50, 75]),
        "bell": FuzzySet(type="gaussian", parameters=[70, 6]),
        "high": FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right"),
    }
)


@given(st.integers(0, 200), st.sampled_from(list(RSI.sets)), st.floats(0.011, 0.99))
def test_shares_are_what_counting_memberships_gives(seed: int, key: str, level: float) -> None:
    random = np.random.default_rng(seed)
    by_symbol = {"A": random.normal(50, 15, 300), "B": random.normal(60, 15, 200)}
    values, entry = SortedValues(by_symbol), RSI.sets[key]
    for symbol, array in {**by_symbol, "": np.concatenate(list(by_symbol.values()))}.items():
        wanted = np.mean(by_scikit_fuzzy(entry.type, entry.parameters, array, entry.shoulder) >= level)
        assert values.share(entry, level, symbol) == pytest.approx(wanted, abs=1e-12)


def test_without_values_nothing_is_said_of_activity() -> None:
    values = SortedValues({"A": np.empty(0)})
    assert values.share(RSI.sets["low"], 0.5) is None
    assert values.share(RSI.sets["low"], 0.5, "A") is None
    verdicts = set_verdicts(FuzzyInput(sets={"low": RSI.sets["low"], "middle": RSI.sets["middle"]}), values)
    assert [(verdict.active, verdict.concerns) for verdict in verdicts.values()] == [(None, ()), (None, ())]
    assert verdicts["low"].overlap == verdicts["middle"].overlap == pytest.approx(0.375)


def test_a_set_that_some_symbols_never_reach_names_them() -> None:
    sets = FuzzyInput(sets={key: RSI.sets[key] for key in ("low", "middle", "high")})
    calm, wild = np.linspace(45, 55, 1000), np.linspace(10, 90, 1000)
    few = np.append(calm, [30.0] * 5)
    found = set_verdicts(sets, SortedValues({"CALM": calm, "WILD": wild, "FEW": few}))
    assert found["low"].concerns == ("never active on CALM", "nearly never active on FEW")
    assert found["middle"].concerns == ()
    assert found["high"].concerns == ("never active on CALM, FEW",)
    nobody = set_verdicts(sets, SortedValues({"CALM": calm, "ALSO": calm}))
    assert nobody["low"].concerns == ("never active on any symbol",)
    assert "tells little" in nobody["middle"].concerns[0]
    many = set_verdicts(sets, SortedValues({**{f"S{n}": calm for n in range(5)}, "WILD": wild}))
    assert many["low"].concerns == ("never active on S0, S1 and 3 more",)


def test_shapes_that_do_not_fit_together_are_told_at_both_sets() -> None:
    gap = FuzzyInput(
        sets={
            "a": FuzzySet(type="triangular", parameters=[0, 10, 20]),
            "b": FuzzySet(type="triangular", parameters=[30, 40, 50]),
            "c": FuzzySet(type="triangular", parameters=[30, 39, 50]),
        }
    )
    found = set_verdicts(gap, SortedValues({}))
    assert any(words.startswith("gap to") for words in found["a"].concerns)
    assert found["c"].concerns == ("out of order with b", "much like b")
    assert found["a"].overlap == 0.0
    assert found["b"].overlap > 0.9


@given(st.permutations(list(RSI.sets)))
def test_the_overlap_is_the_greatest_common_membership_in_any_order(order: list[str]) -> None:
    found = set_verdicts(FuzzyInput(sets={key: RSI.sets[key] for key in order}), SortedValues({}))
    x = np.linspace(-50, 150, 80_001)
    grades = {key: by_scikit_fuzzy(e.type, e.parameters, x, e.shoulder) for key, e in RSI.sets.items()}
    for place, key in enumerate(order):
        beside = order[max(place - 1, 0) : place] + order[place + 1 : place + 2]
        best = max(float(np.minimum(grades[key], grades[other]).max()) for other in beside)
        assert found[key].overlap == pytest.approx(best, abs=2e-3)
