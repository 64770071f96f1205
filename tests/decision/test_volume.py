"""Volume over its usual amount, against a slow loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.decision.volume import volume_ratio

volumes = st.lists(st.one_of(st.floats(0, 1e9), st.just(math.nan), st.just(0.0)), max_size=70)


def slow_ratio(volume: list[float]) -> list[float]:
    ratios = []
    for bar, here in enumerate(volume):
        before = [value for value in volume[max(0, bar - 20) : bar] if not math.isnan(value)]
        usual = math.fsum(before) / len(before) if bar >= 20 and before else 0.0
        ratios.append(here / usual if usual > 0 else math.nan)
    return ratios


@given(volumes)
def test_against_the_definition(volume: list[float]) -> None:
    np.testing.assert_allclose(volume_ratio(np.array(volume, dtype=float)), slow_ratio(volume), rtol=1e-12)


def test_steady_volume_is_1_after_20_bars() -> None:
    ratio = volume_ratio(np.full(30, 500.0))
    assert np.isnan(ratio[:20]).all()
    np.testing.assert_array_equal(ratio[20:], 1.0)


def test_the_bar_itself_is_not_in_its_usual_volume() -> None:
    volume = np.full(22, 100.0)
    volume[20] = 300.0
    assert volume_ratio(volume)[20] == 3.0
    assert volume_ratio(volume)[21] == pytest.approx(100 / 110)


def test_missing_and_absent_volume() -> None:
    volume = np.full(30, 100.0)
    volume[5] = np.nan
    volume[25] = np.nan
    ratio = volume_ratio(volume)
    assert np.isnan(ratio[25])
    np.testing.assert_array_equal(ratio[[20, 21, 24, 26, 29]], 1.0)
    assert np.isnan(volume_ratio(np.full(40, np.nan))).all()
    assert np.isnan(volume_ratio(np.zeros(40))).all()


@given(volumes, st.integers(0, 60), st.floats(0, 1e6))
def test_the_future_does_not_matter(volume: list[float], now: int, later: float) -> None:
    values = np.array(volume, dtype=float)
    other = values.copy()
    other[now + 1 :] = later
    np.testing.assert_array_equal(volume_ratio(values)[: now + 1], volume_ratio(other)[: now + 1])


@pytest.mark.parametrize("rows", [0, 1, 20])
def test_too_short_for_a_usual_volume(rows: int) -> None:
    ratio = volume_ratio(np.ones(rows))
    assert ratio.shape == (rows,)
    assert np.isnan(ratio).all()
