"""Suggested thresholds against a search over many, and their absence where none would help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.labels.suggestion import RARE, suggest
from ktrdr_app.strategy.schema import LabelSettings
from tests.conftest import make_bars

ATR = {"threshold_unit": "atr", "lookahead": 12}


def balance(bars: list[pd.DataFrame], settings: LabelSettings) -> np.ndarray:
    label = np.concatenate([label_bars(frame, "1h", settings).label for frame in bars])
    counts = np.bincount(label[label >= 0], minlength=3)
    return counts / counts.sum()


@pytest.mark.parametrize(
    "settings",
    [
        LabelSettings(threshold=0.9, lookahead=12),
        LabelSettings(threshold=0.0001, lookahead=12),
        LabelSettings(threshold=40, **ATR),
        LabelSettings(threshold=900, method="fixed_horizon", **ATR),
        LabelSettings(threshold=30, method="triple_barrier", take_profit=2, **ATR),
    ],
    ids=lambda settings: f"{settings.method}-{settings.threshold}-{settings.threshold_unit}",
)
def test_a_suggestion_is_as_near_to_even_as_the_best_of_many(settings: LabelSettings) -> None:
    frames = [make_bars(700, seed=1), make_bars(900, seed=2)]
    assert balance(frames, settings).min() < RARE
    found = suggest([PriceArrays.of(frame) for frame in frames], settings)
    assert found is not None
    assert found.unit == settings.threshold_unit
    assert float(f"{found.threshold:.3g}") == found.threshold
    there = balance(frames, settings.model_copy(update={"threshold": found.threshold}))
    assert list(found.balance.values()) == pytest.approx(there.tolist())
    assert there.min() >= RARE
    many = np.geomspace(0.3, 8, 60) if found.unit == "atr" else np.geomspace(0.003, 0.2, 60)
    each = [balance(frames, settings.model_copy(update={"threshold": float(value)})) for value in many]
    best = min(np.abs(shares - 1 / 3).sum() for shares in each)
    assert np.abs(there - 1 / 3).sum() <= best + 0.08


def test_no_threshold_makes_a_rising_market_fall() -> None:
    bars = make_bars(200)
    for name in ("open", "high", "low", "close"):
        bars[name] = 100.0 * 1.01 ** np.arange(200)
    assert suggest([PriceArrays.of(bars)], LabelSettings(threshold=0.02)) is None


def test_a_series_too_short_for_any_label_has_no_suggestion() -> None:
    assert suggest([PriceArrays.of(make_bars(5))], LabelSettings()) is None
