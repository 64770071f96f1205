"""Which class the original took for a name, on each of its two sides."""

from __future__ import annotations

import pytest

from ktrdr_app.strategy.legacy_names import TYPES, meant_type, type_of

# name, explicit type, in training, in backtests
CASES = [
    ("rsi", "", "RSI", "RSI"),
    ("momentum", "", "Momentum", None),
    ("volume_sma", "", "SMA", None),
    ("stochastic", "", "Stochastic", None),
    ("bollinger_bands", "", "BollingerBands", None),
    ("bollinger_band_width", "", "BollingerBandWidth", None),
    ("obv", "", None, "OBV"),
    ("cci", "", None, "CCI"),
    ("williams_r", "", "WilliamsR", None),
    ("nothing", "", None, None),
    ("anything", "SimpleMovingAverage", "SMA", "SMA"),
    ("anything", "RSIIndicator", "RSI", "RSI"),
    ("anything", "rsi", None, None),
]


@pytest.mark.parametrize(("name", "explicit", "training", "serving"), CASES)
def test_each_side_looks_in_its_own_way(name: str, explicit: str, training: str | None, serving: str | None) -> None:
    assert type_of(name, explicit) == training
    assert type_of(name, explicit, "serving") == serving


@pytest.mark.parametrize("kind", TYPES)
def test_the_names_that_people_write_are_understood(kind: str) -> None:
    assert meant_type("any", kind) == kind
    assert meant_type(kind.lower()) == kind
    assert meant_type("zzz", "zzz") is None


def test_a_name_with_a_number_is_understood() -> None:
    assert meant_type("rsi_14") == "RSI"
    assert meant_type("ema_fast", "") == "EMA"
    assert meant_type("volume_sma") == "SMA"
