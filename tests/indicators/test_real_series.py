"""Every indicator on real markets against its slow twin, and our kernels against TA-Lib and pandas-ta-classic.

The development series: a currency pair with weekend gaps, one without any volume, a share whose file breaks the order
of prices, a coin that stands still in two bars of five, and minutes with missing and flat bars.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
import talib

from ktrdr_app.indicators import available, compute, get_indicator
from ktrdr_app.indicators.definition import IndicatorInfo
from tests.indicators import checks
from tests.indicators.bars import SERIES, sample_bars
from tests.reference.indicators import reference
from tests.shared_data import shared_path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it still uses names that pandas is about to drop
    import pandas_ta_classic as peer

DEVELOPMENT = ("USDJPY_1h", "EURUSD_1m", "CAT_1d", "DOGEUSDT_1h", "SPY_1m")
ROWS = 1000
Frame = pd.DataFrame


@lru_cache
def series(name: str) -> pd.DataFrame:
    """Read a shipped or a development series by pandas alone."""
    if name in SERIES:
        return sample_bars(name)
    frame = pd.read_csv(shared_path(f"data/dev/{name}.csv"), index_col="timestamp", parse_dates=True)
    return frame.astype(np.float64)


REAL = [*SERIES, *(pytest.param(name, marks=pytest.mark.shared) for name in DEVELOPMENT)]


@pytest.mark.shared
def test_the_chosen_series_are_what_they_are_chosen_for() -> None:
    yen, euro, share, coin, minutes = (series(name) for name in DEVELOPMENT)
    assert (yen.index.to_series().diff() > pd.Timedelta("36h")).sum() > 100
    assert (euro["volume"] == 0).all()
    assert (share["open"] > share["high"]).any() or (share["open"] < share["low"]).any()
    assert (coin["high"] == coin["low"]).mean() > 0.4
    assert (minutes.index.to_series().diff() > pd.Timedelta("1min")).sum() > 400


@pytest.mark.shared
@pytest.mark.parametrize("name", DEVELOPMENT)
@pytest.mark.parametrize("info", available(), ids=lambda info: info.name)
def test_equals_its_slow_twin(info: IndicatorInfo, name: str) -> None:
    bars, params = series(name).iloc[-ROWS:], info.parameters()
    checks.check_equal(info, params, bars, reference(info.name, bars, params.model_dump()))


@pytest.mark.shared
@pytest.mark.parametrize("name", DEVELOPMENT)
@pytest.mark.parametrize("info", available(), ids=lambda info: info.name)
def test_real_markets_give_finite_values_within_bounds(info: IndicatorInfo, name: str) -> None:
    checks.check_warm_up(info, info.parameters(), series(name))
    checks.check_bounds(info, info.parameters(), series(name))


def _arrays(bars: pd.DataFrame) -> list[np.ndarray]:
    return [bars[name].to_numpy(copy=True) for name in ("high", "low", "close")]


BY_TALIB: dict[str, Callable[[Frame], dict[str, np.ndarray]]] = {
    "adx": lambda bars: {
        "adx": talib.ADX(*_arrays(bars), 14),
        "plus_di": talib.PLUS_DI(*_arrays(bars), 14),
        "minus_di": talib.MINUS_DI(*_arrays(bars), 14),
    },
    "aroon": lambda bars: {
        "up": talib.AROON(*_arrays(bars)[:2], 14)[1],
        "down": talib.AROON(*_arrays(bars)[:2], 14)[0],
        "oscillator": talib.AROONOSC(*_arrays(bars)[:2], 14),
    },
    "parabolic_sar": lambda bars: {"parabolic_sar": talib.SAR(*_arrays(bars)[:2], 0.02, 0.2)},
    "stochastic": lambda bars: dict(zip("kd", talib.STOCH(*_arrays(bars), 14, 3, 0, 3, 0), strict=True)),
    "williams_r": lambda bars: {"williams_r": talib.WILLR(*_arrays(bars), 14)},
    "cci": lambda bars: {"cci": talib.CCI(*_arrays(bars), 20)},
    "donchian_channels": lambda bars: {
        "upper": talib.MAX(_arrays(bars)[0], 20),
        "lower": talib.MIN(_arrays(bars)[1], 20),
        "middle": talib.MIDPRICE(*_arrays(bars)[:2], 20),
    },
    "keltner_channels": lambda bars: {
        "middle": talib.EMA(_arrays(bars)[2], 20),
        "upper": talib.EMA(_arrays(bars)[2], 20) + 2 * talib.ATR(*_arrays(bars), 10),
    },
    "bollinger_width": lambda bars: {
        "bollinger_width": 4 * talib.STDDEV(_arrays(bars)[2], 20) / talib.SMA(_arrays(bars)[2], 20)
    },
}


def _comparable(bars: pd.DataFrame) -> np.ndarray:
    """Return the bars whose last 20, smoothing included, had a range and closed inside it: there all agree."""
    top, bottom = bars["high"].rolling(14).max(), bars["low"].rolling(14).min()
    sound = (top > bottom) & (bars["close"] <= bars["high"]) & (bars["close"] >= bars["low"])
    typical = bars[["high", "low", "close"]].mean(axis=1).rolling(20)
    return (sound.rolling(5).min().eq(1) & (typical.max() - typical.min() > 1e-9 * bars["close"])).to_numpy()


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("indicator", BY_TALIB)
def test_kernels_agree_with_talib(indicator: str, name: str) -> None:
    bars = series(name)
    ours, comparable = compute(indicator, bars), _comparable(bars)
    assert comparable.mean() > 0.6
    for output, theirs in BY_TALIB[indicator](bars).items():
        line = ours[output].to_numpy()
        assert np.isnan(line).sum() == get_indicator(indicator).warm_up(get_indicator(indicator).parameters())
        rows = comparable & ~np.isnan(line)
        np.testing.assert_allclose(line[rows], theirs[rows], rtol=1e-9, atol=1e-9, err_msg=output)


BY_PEER: dict[str, Callable[[Frame], dict[str, pd.Series]]] = {
    "rvi": lambda bars: dict(
        zip(
            ("rvi", "signal"),
            (
                column
                for _, column in peer.rvgi(*(bars[k] for k in ("open", "high", "low", "close")), 10).iloc[:, 1:].items()
            ),
            strict=True,
        )
    ),
    "donchian_channels": lambda bars: dict(
        zip(
            ("lower", "middle", "upper"),
            (column for _, column in peer.donchian(bars["high"], bars["low"], 20, 20).items()),
            strict=True,
        )
    ),
    "aroon": lambda bars: dict(
        zip(
            ("down", "up", "oscillator"),
            (column for _, column in peer.aroon(bars["high"], bars["low"], 14).items()),
            strict=True,
        )
    ),
    "bollinger_width": lambda bars: {"bollinger_width": peer.bbands(bars["close"], 20, 2).iloc[:, 3] / 100},
    "keltner_channels": lambda bars: {
        "middle": peer.kc(*(bars[k] for k in ("high", "low", "close")), 20, 2).iloc[:, 1]
    },
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("indicator", BY_PEER)
def test_kernels_agree_with_pandas_ta_classic(indicator: str, name: str) -> None:
    bars = series(name)
    ours = compute(indicator, bars)
    for output, theirs in BY_PEER[indicator](bars).items():
        rows = ours[output].notna()
        np.testing.assert_allclose(ours[output][rows], theirs[rows], rtol=1e-9, atol=1e-11, err_msg=output)


@pytest.mark.parametrize("name", SERIES)
def test_supertrend_turns_where_pandas_ta_classic_does(name: str) -> None:
    # It begins on the other side, and lets the band that is not in force go; from the first turn on the sides agree.
    bars = series(name)
    theirs = peer.supertrend(bars["high"], bars["low"], bars["close"], 10, 3).iloc[:, 1].to_numpy()
    ours = compute("supertrend", bars)["direction"].to_numpy()
    agreed = int(np.argmax(ours == theirs))
    np.testing.assert_array_equal(ours[agreed:], theirs[agreed:])
    assert agreed < len(bars) // 10
    assert {-1.0, 1.0} == set(ours[agreed:])
