"""What every indicator must hold to; each check raises AssertionError, and the tests prove that each can."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose, assert_array_equal

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.indicators.definition import IndicatorInfo, Lines, Parameters
from tests.indicators.bars import shifted, times


def lines_of(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> Lines:
    """Calculate without the frame around it."""
    return info.calculate(PriceArrays.of(bars), params)


def parameter_sets(info: IndicatorInfo) -> list[Parameters]:
    """Return the defaults, every least value, and the defaults with 3 added to each whole number."""
    table = info.parameter_table()
    least = {row["name"]: row["minimum"] for row in table if row["minimum"] is not None}
    more = {row["name"]: row["default"] + 3 for row in table if row["type"] == "integer"}
    return [info.parameters(), info.parameters(**least), info.parameters(**more)]


def check_prefix(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """Bars that are appended must not change, in a single bit, what came before them; lines for charts only may."""
    whole = lines_of(info, params, bars)
    warm_up = info.warm_up(params)
    for rows in sorted({0, 1, 2, warm_up, warm_up + 1, warm_up + 7, len(bars) // 2, len(bars) - 1}):
        for output, line, expected in zip(info.outputs, lines_of(info, params, bars.iloc[:rows]), whole, strict=True):
            if not output.charts_only:
                assert_array_equal(line, expected[:rows], err_msg=f"{info.name} changes the past at {rows} rows")


def check_future(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame, cut: int, seed: int) -> None:
    """Whatever bars come from ``cut`` on, not a bit of what came before them may differ."""
    rng = np.random.default_rng(seed)
    other = bars.copy()
    other.iloc[cut:, :4] *= rng.uniform(0.5, 2.0, (len(bars) - cut, 1))
    other.iloc[cut:, 4] = rng.integers(0, 50_000, len(bars) - cut)
    for line, expected in zip(lines_of(info, params, other), lines_of(info, params, bars), strict=True):
        assert_array_equal(line[:cut], expected[:cut], err_msg=f"{info.name} sees bars after {cut}")


def check_warm_up(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """Every output is NaN exactly before the warm-up ends, or the event it waits for, and finite ever after."""
    warm_up = info.warm_up(params)
    lines = lines_of(info, params, bars)
    first = warm_up
    if info.waits_for:
        spoken = np.flatnonzero(np.isfinite(lines[0]))
        first = int(spoken[0]) if len(spoken) else len(bars)
    for output, line in zip(info.outputs, lines, strict=True):
        assert np.isnan(line[: max(first, warm_up)]).all(), f"{info.name}.{output.name} speaks before bar {warm_up}"
        assert np.isfinite(line[first:]).all(), f"{info.name}.{output.name} is silent after bar {first}"


def check_shape(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """One float64 array per output, as long as the bars, at any length."""
    warm_up = info.warm_up(params)
    for rows in (0, 1, 2, warm_up, warm_up + 1, len(bars)):
        lines = lines_of(info, params, bars.iloc[:rows])
        assert len(lines) == len(info.outputs)
        for line in lines:
            assert line.dtype == np.float64
            assert line.flags.c_contiguous
            assert line.flags.writeable
            assert line.shape == (min(rows, len(bars)),)
            assert rows > warm_up or np.isnan(line).all()


def check_scale(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame, price: float, volume: float) -> None:
    """Multiplied prices and volumes act on an output as its unit says."""
    expected_factor = {"price": price, "price_difference": price, "oscillator": 1.0, "ratio": 1.0, "volume": volume}
    before = lines_of(info, params, bars)
    after = lines_of(info, params, times(bars, price, volume))
    for output, old, new in zip(info.outputs, before, after, strict=True):
        wanted = old * expected_factor[output.unit]
        tolerance = 1e-9 * float(np.nanmax(np.abs(wanted), initial=0.0))
        assert_allclose(
            new, wanted, rtol=1e-9, atol=tolerance, err_msg=f"{info.name}.{output.name} is no {output.unit}"
        )


def check_shift(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame, by: float) -> None:
    """Prices moved by an amount move a price by it, and leave a difference of prices alone."""
    if not info.shifts:
        return
    before = lines_of(info, params, bars)
    after = lines_of(info, params, shifted(bars, by))
    for output, old, new in zip(info.outputs, before, after, strict=True):
        if output.unit in ("price", "price_difference"):
            wanted = old + (by if output.unit == "price" else 0.0)
            assert_allclose(
                new, wanted, rtol=0, atol=1e-9 * by, err_msg=f"{info.name}.{output.name} is no {output.unit}"
            )


def check_bounds(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """A line with bounds stays between them; bounds come in pairs."""
    for output, line in zip(info.outputs, lines_of(info, params, bars), strict=True):
        assert (output.low is None) == (output.high is None)
        if output.low is not None and output.high is not None:
            assert np.nanmin(line, initial=output.low) >= output.low
            assert np.nanmax(line, initial=output.high) <= output.high


def check_equal(
    info: IndicatorInfo, params: Parameters, bars: pd.DataFrame, expected: Sequence[Sequence[float]]
) -> None:
    """Every output equals what was worked out elsewhere, to 1e-9; NaN only meets NaN.

    Near 0 a difference of prices has the digits of the prices, not of itself: 1e-12 of them may differ, and 1e-11 of
    an oscillator or ratio, which divides such differences by each other.
    """
    size = float(np.abs(bars["close"]).max()) if len(bars) else 0.0
    lines = lines_of(info, params, bars)
    assert len(lines) == len(expected)
    for output, line, other in zip(info.outputs, lines, expected, strict=True):
        lost = {"price_difference": 1e-12 * size, "oscillator": 1e-11, "ratio": 1e-11}.get(output.unit, 0.0)
        assert_allclose(line, other, rtol=1e-9, atol=lost, err_msg=f"{info.name}.{output.name}")


def check_volume(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """Other volumes change at least one line of an indicator that says it uses volume, and none of another."""
    before = lines_of(info, params, bars)
    after = lines_of(info, params, bars.assign(volume=bars["volume"].to_numpy()[::-1] ** 2))
    same = all(np.array_equal(old, new, equal_nan=True) for old, new in zip(before, after, strict=True))
    assert same != info.uses_volume, f"{info.name} is wrong about its use of volume"


def check_input_untouched(info: IndicatorInfo, params: Parameters, bars: pd.DataFrame) -> None:
    """Prices that may not be written to do, and come back as they were."""
    prices = PriceArrays.of(bars.copy())
    for array in (prices.open, prices.high, prices.low, prices.close, prices.volume):
        array.flags.writeable = False
    for line in info.calculate(prices, params):
        assert not np.shares_memory(line, prices.close)
    assert_array_equal(prices.close, bars["close"])
