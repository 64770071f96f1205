"""Labels of a series: ATR thresholds, the end of every horizon, the balance of the classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import talib

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.labels.decided import Decided
from ktrdr_app.labels.labelers import LABELERS, Labels, label_bars, labeler, settings_without_effect
from ktrdr_app.strategy.schema import LabelSettings
from tests.conftest import make_bars
from tests.reference import features as slow
from tests.reference import labels as slow_labels
from tests.shared_data import shared_path

HOUR = 3_600_000_000_000


def test_a_threshold_in_atr_is_that_bars_own() -> None:
    bars = make_bars(120, seed=4)
    found = label_bars(bars, "1h", LabelSettings(threshold=1.5, threshold_unit="atr", lookahead=6, atr_period=10))
    close = bars["close"].to_numpy()
    atr = talib.ATR(bars["high"].to_numpy(), bars["low"].to_numpy(), close, 10)
    for row in range(10, 114):
        alone = slow.first_touch(close[row:].tolist(), 1.5 * atr[row] / close[row], 6)[0]
        assert found.label[row] == alone
    assert (found.label[:10] == -1).all()


def test_label_end_is_the_close_of_the_last_bar_looked_at() -> None:
    bars = make_bars(50)
    found = label_bars(bars, "1h", LabelSettings(threshold=0.02, lookahead=7))
    opened = bars.index.asi8
    np.testing.assert_array_equal(found.label_end[:43], opened[7:] + HOUR)
    np.testing.assert_array_equal(found.label_end[43:], opened[43:] + HOUR)


def test_label_end_follows_the_bars_over_a_gap() -> None:
    bars = make_bars(20)
    bars.index = bars.index[:10].append(bars.index[10:] + np.timedelta64(60, "h"))
    found = label_bars(bars, "1h", LabelSettings(threshold=0.02, lookahead=3))
    assert found.label_end[8] == bars.index.asi8[11] + HOUR


def test_balance_counts_labelled_bars_only() -> None:
    bars = make_bars(300, seed=6)
    found = label_bars(bars, "1h", LabelSettings(threshold=0.02, lookahead=5))
    labelled = found.label[found.label >= 0]
    balance = found.balance()
    assert list(balance) == ["BUY", "HOLD", "SELL"]
    assert sum(balance.values()) == pytest.approx(1)
    assert balance["SELL"] == pytest.approx((labelled == 2).mean())


def test_balance_of_nothing_is_zero() -> None:
    assert set(label_bars(make_bars(5), "1h", LabelSettings(lookahead=9)).balance().values()) == {0.0}


def test_unknown_methods_are_named() -> None:
    with pytest.raises(UnknownName, match="zigzog") as caught:
        label_bars(make_bars(5), "1h", LabelSettings(method="zigzog"))
    assert "zigzag" in caught.value.hint


def test_a_labeler_joins_by_its_name_alone() -> None:
    @labeler("always_hold_for_a_test", hindsight=True)
    def hold(prices: object, threshold: np.ndarray, settings: LabelSettings) -> Decided:
        n = len(threshold)
        return Decided(np.ones(n, dtype=np.int8), np.full(n, n - 1), np.zeros(n))

    assert LABELERS.get("always_hold_for_a_test").hindsight
    bars = make_bars(8)
    found = label_bars(bars, "1h", LabelSettings(method="always_hold_for_a_test"))
    assert (found.label == 1).all()
    assert (found.label_end == bars.index.asi8[-1] + HOUR).all()


METHODS = ("zigzag", "triple_barrier", "fixed_horizon", "segment")
UNITS = ({"threshold": 1.0, "threshold_unit": "atr", "atr_period": 10}, {"threshold": 0.012})


def settings_of(method: str, unit: dict, **more: object) -> LabelSettings:
    return LabelSettings(method=method, lookahead=6, **unit, **more)


def test_the_shipped_methods_and_which_of_them_is_hindsight() -> None:
    assert {name: LABELERS.get(name).hindsight for name in METHODS} == {
        "zigzag": False,
        "triple_barrier": False,
        "fixed_horizon": False,
        "segment": True,
    }
    assert all(LABELERS.get(name).summary for name in METHODS)
    assert set().union(*(LABELERS.get(name).settings for name in METHODS)) <= set(LabelSettings.model_fields)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", UNITS, ids=["atr", "fraction"])
@pytest.mark.parametrize("t", [60, 90, 140])
def test_prices_after_a_labels_end_do_not_change_it(t: int, unit: dict, method: str) -> None:
    bars = make_bars(160, seed=8)
    settings = settings_of(method, unit)
    before = label_bars(bars, "1h", settings)
    for factor in (2.5, 0.4):
        changed = bars.copy()
        changed.iloc[t + 1 :] *= factor
        after = label_bars(changed, "1h", settings)
        known = (before.label >= 0) & (before.label_end <= bars.index.asi8[t] + HOUR)
        assert known.sum() > 15
        for part in ("label", "label_end", "realised"):
            np.testing.assert_array_equal(getattr(after, part)[known], getattr(before, part)[known])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", UNITS, ids=["atr", "fraction"])
def test_a_series_cut_short_keeps_the_labels_that_it_has(unit: dict, method: str) -> None:
    bars, settings = make_bars(160, seed=9), settings_of(method, unit)
    whole, cut = label_bars(bars, "1h", settings), label_bars(bars.iloc[:100], "1h", settings)
    has = cut.label >= 0
    assert has.sum() > 60
    np.testing.assert_array_equal(cut.label[has], whole.label[:100][has])
    np.testing.assert_array_equal(cut.label_end[has], whole.label_end[:100][has])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", UNITS, ids=["atr", "fraction"])
def test_the_price_level_is_not_seen(unit: dict, method: str) -> None:
    bars, settings = make_bars(300, seed=10), settings_of(method, unit)
    scaled = bars.copy()
    scaled[["open", "high", "low", "close"]] *= 1024.0
    one, other = label_bars(bars, "1h", settings), label_bars(scaled, "1h", settings)
    assert set(one.label.tolist()) == {-1, 0, 1, 2}
    for part in ("label", "label_end", "realised"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


@pytest.mark.parametrize("method", METHODS)
def test_bars_before_the_first_atr_have_no_label(method: str) -> None:
    bars = make_bars(160, seed=11)
    found = label_bars(bars, "1h", settings_of(method, UNITS[0]))
    assert (found.label[:10] == -1).all()
    assert found.label[10] >= 0
    assert np.isnan(found.realised[found.label < 0]).all()
    np.testing.assert_array_equal(found.label_end, bars.index.asi8[found.end_row] + HOUR)
    assert (found.end_row >= np.arange(160)).all()
    np.testing.assert_array_equal(found.end_row[found.label < 0], np.arange(160)[found.label < 0])


@pytest.mark.parametrize("file", ["EURUSD_1h.csv", "BTCUSDT_1h.csv", "AAPL_1d.csv"])
def test_real_series_in_atr_equal_the_slow_twins(file: str) -> None:
    bars = pd.read_csv(shared_path(f"data/dev/{file}")).rename(columns=str.lower).tail(500)
    bars.index = pd.date_range("2020-01-01", periods=500, freq="h", tz="UTC", name="timestamp")
    prices = bars[["open", "high", "low", "close"]].astype(np.float64)
    bars = prices.assign(volume=1.0)
    atr = talib.ATR(*(prices[name].to_numpy() for name in ("high", "low", "close")), 14)
    threshold = (1.5 * atr / prices["close"].to_numpy()).tolist()
    rows = [tuple(row) for row in prices.to_numpy().tolist()]
    settings = {"threshold": 1.5, "threshold_unit": "atr", "lookahead": 12}
    barriers = label_bars(bars, "1h", LabelSettings(method="triple_barrier", take_profit=2, **settings))
    wanted = slow_labels.triple_barrier(rows, threshold, 12, (2.0, 1.0), "pessimistic")
    assert list(zip(barriers.label.tolist(), barriers.end_row.tolist(), strict=True)) == [one[:2] for one in wanted]
    horizon = label_bars(bars, "1h", LabelSettings(method="fixed_horizon", **settings))
    assert horizon.label.tolist() == slow_labels.fixed_horizon([row[3] for row in rows], threshold, 12)
    touches = label_bars(bars, "1h", LabelSettings(method="zigzag", **settings))
    for row in range(14, 488):
        close = [bar[3] for bar in rows[row : row + 13]]
        assert touches.label[row] == slow.first_touch(close, threshold[row], 12)[0]


def test_realised_is_the_return_to_the_touch_or_to_the_horizons_end() -> None:
    bars = make_bars(4)
    bars["close"] = [100.0, 104.0, 90.0, 101.0]
    found = label_bars(bars, "1h", LabelSettings(threshold=0.05, lookahead=2))
    assert found.label.tolist() == [2, 2, -1, -1]
    np.testing.assert_allclose(found.realised, [-0.1, 90 / 104 - 1, np.nan, np.nan])
    held = label_bars(bars, "1h", LabelSettings(threshold=0.5, lookahead=3))
    np.testing.assert_allclose(held.realised, [0.01, np.nan, np.nan, np.nan])
    ends = label_bars(bars, "1h", LabelSettings(method="fixed_horizon", threshold=0.01, lookahead=3))
    assert (ends.label[0], ends.realised[0]) == (0, 0.01)


def test_the_multiples_and_the_rule_for_one_bar_reach_the_barriers() -> None:
    bars = make_bars(400, seed=12)
    rows = [tuple(row) for row in bars[["open", "high", "low", "close"]].to_numpy().tolist()]
    base = {"method": "triple_barrier", "threshold": 0.01, "lookahead": 8, "take_profit": 0.5, "stop_loss": 1.5}
    found: list[Labels] = []
    for both in ("pessimistic", "hold"):
        found.append(label_bars(bars, "1h", LabelSettings(both_touched=both, **base)))
        wanted = slow_labels.triple_barrier(rows, [0.01] * 400, 8, (0.5, 1.5), both)
        assert found[-1].label.tolist() == [label for label, _, _ in wanted]
    assert found[0].counts().sum() == 392


@pytest.mark.parametrize(
    ("written", "idle"),
    [
        ({}, []),
        ({"method": "zigzag", "lookahead": 5}, []),
        ({"lookahead": 5, "take_profit": 2}, ["take_profit"]),
        ({"both_touched": "hold", "stop_loss": 3.0}, ["both_touched", "stop_loss"]),
        ({"method": "segment", "lookahead": 5, "threshold": 0.1}, ["lookahead"]),
        ({"method": "segment", "lookahead": 20, "take_profit": 1}, []),
        ({"method": "triple_barrier", "take_profit": 2, "stop_loss": 1.5, "both_touched": "hold"}, []),
        ({"method": "fixed_horizon", "lookahead": 3, "stop_loss": 2}, ["stop_loss"]),
        ({"atr_period": 20}, ["atr_period"]),
        ({"atr_period": 20, "threshold_unit": "atr"}, []),
        ({"method": "zigzog", "take_profit": 2}, []),
        ({"method": ["zigzag"], "take_profit": 2}, []),
        ({"no_such_field": 2}, []),
    ],
)
def test_what_a_method_does_not_read_is_named(written: dict, idle: list[str]) -> None:
    assert settings_without_effect(written) == idle
