"""Labels of a series: ATR thresholds, the end of every horizon, the balance of the classes."""

from __future__ import annotations

import numpy as np
import pytest
import talib

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.labels.labelers import LABELERS, label_bars, labeler
from ktrdr_app.strategy.schema import LabelSettings
from tests.conftest import make_bars
from tests.reference import features as slow

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
    @labeler("always_hold_for_a_test")
    def hold(prices: object, threshold: np.ndarray, settings: LabelSettings) -> np.ndarray:
        return np.ones(len(threshold), dtype=np.int8)

    assert "always_hold_for_a_test" in LABELERS
    found = label_bars(make_bars(8), "1h", LabelSettings(method="always_hold_for_a_test"))
    assert (found.label == 1).all()


@pytest.mark.parametrize("t", [60, 90, 140])
def test_prices_after_a_labels_end_do_not_change_it(t: int) -> None:
    bars = make_bars(160, seed=8)
    settings = LabelSettings(threshold=1.0, threshold_unit="atr", lookahead=6)
    before = label_bars(bars, "1h", settings)
    changed = bars.copy()
    changed.iloc[t + 1 :] *= 2.5
    after = label_bars(changed, "1h", settings)
    complete = before.label_end <= bars.index.asi8[t] + HOUR
    labelled = complete & (before.label >= 0)
    assert labelled.sum() > 20
    np.testing.assert_array_equal(after.label[labelled], before.label[labelled])
