"""The original's membership rule against the values it gave, edge by edge."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import BadInput, InvalidValue, UnknownName
from ktrdr_app.fuzzy.legacy import legacy_membership
from ktrdr_app.fuzzy.shapes import membership
from tests.shared_data import shared_path


@pytest.mark.shared
def test_every_golden_value_and_error_is_the_originals() -> None:
    path = shared_path("legacy_models/reference/intermediate/membership_golden.json")
    cases = json.loads(path.read_text(encoding="utf-8"))
    assert len(cases) > 15
    for case in cases:
        if "error" in case:
            kind = UnknownName if case["error"].endswith("UnknownType") else InvalidValue
            with pytest.raises(kind):
                legacy_membership(case["type"], case["params"], [0.0])
            continue
        found = legacy_membership(case["type"], case["params"], case["x"])
        np.testing.assert_allclose(found, case["scalar"], rtol=1e-14, atol=0, err_msg=str(case["params"]))


@pytest.mark.parametrize(
    ("kind", "parameters", "x", "grade"),
    [
        ("triangular", [0, 0, 2], 0, 1.0),
        ("triangular", [0, 2, 2], 2, 1.0),
        ("triangular", [1, 1, 1], 1, 1.0),
        ("trapezoidal", [0, 0, 20, 30], 0, 0.0),
        ("trapezoidal", [0, 1, 3, 3], 3, 0.0),
        ("trapezoidal", [0, 1, 3, 3], 2.99, 1.0),
        ("Triangular", [0, 1, 2], 0.5, 0.5),
        ("gaussian", [0, 1], 1, np.exp(-0.5)),
        ("gaussian", [0, 1], np.inf, 0.0),
        ("triangular", [0, 1, 2], -np.inf, 0.0),
        ("trapezoidal", [0, 1, 2, 3], np.nan, np.nan),
    ],
)
def test_vertical_edges_and_odd_values(kind: str, parameters: list[float], x: float, grade: float) -> None:
    np.testing.assert_allclose(legacy_membership(kind, parameters, [x]), [grade])


numbers = st.lists(st.floats(-50, 50), min_size=4, max_size=4, unique=True).map(sorted)


@given(numbers, st.lists(st.floats(-60, 60), min_size=1, max_size=20))
def test_sets_without_vertical_edges_are_the_same_as_ours(corners: list[float], x: list[float]) -> None:
    gaps = np.diff(corners)
    if (gaps < 1e-6).any():
        return
    for kind, count in (("triangular", 3), ("trapezoidal", 4)):
        expected = membership(kind, corners[:count], x)
        np.testing.assert_allclose(legacy_membership(kind, corners[:count], x), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("bell", [1, 2, 3]), ("triangular", [1, 2]), ("triangular", [2, 1, 3]), ("gaussian", [0, 0]), ("gaussian", [0])],
)
def test_what_makes_no_set_is_refused(kind: str, parameters: list[float]) -> None:
    with pytest.raises(BadInput):
        legacy_membership(kind, parameters, [0.0])
