"""From bars to the columns that fuzzy sets saw: every stage of the original, and which names it could use."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.errors import StrategyProblem, UnknownName
from ktrdr_app.indicators.legacy import engine_frame, mapped_frame
from ktrdr_app.strategy.legacy import LegacyIndicator, read_legacy
from ktrdr_app.strategy.legacy_names import meant_type
from tests.legacy_reference import folder, raw_bars, table
from tests.shared_data import shared_path

STAGES = "neuro_mean_reversion__MSFT_1h_v2__"


def wave(count: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    close = 50 + np.cumsum(rng.normal(size=count))
    index = pd.date_range("2020-01-01", periods=count, freq="h", tz="UTC")
    columns = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": 100.0}
    return pd.DataFrame(columns, index=index)


@pytest.mark.shared
def test_indicators_and_mapped_columns_are_the_originals() -> None:
    config = json.loads((folder("neuro_mean_reversion/MSFT_1h_v2") / "config.json").read_text(encoding="utf-8"))
    strategy = read_legacy(config, "config.json")
    bars = raw_bars("MSFT_1h")
    np.testing.assert_array_equal(table(f"{STAGES}0_prices").to_numpy(), bars.to_numpy())
    for stage, frame in (
        ("1_indicators_engine_raw", engine_frame(bars, strategy.indicators)),
        ("2_indicators_mapped", mapped_frame(engine_frame(bars, strategy.indicators), strategy.indicators)),
    ):
        reference = table(f"{STAGES}{stage}")
        assert list(frame.columns) == list(reference.columns)
        np.testing.assert_allclose(frame.to_numpy(), reference.to_numpy(), rtol=1e-9, atol=1e-12)
        assert (frame.index == reference.index).all()


@pytest.mark.shared
def test_exactly_the_names_that_the_original_could_use_have_a_column() -> None:
    path = shared_path("legacy_models/reference/indicator_name_matrix.json")
    matrix = json.loads(path.read_text(encoding="utf-8"))
    for name, expected in matrix.items():
        explicit = meant_type(name)
        assert explicit, name
        found = [
            works(LegacyIndicator(name, kind), side) for kind in ("", explicit) for side in ("training", "serving")
        ]
        assert found == expected, name


def works(indicator: LegacyIndicator, side: str) -> bool:
    try:
        frame = engine_frame(wave(), [indicator], side)  # type: ignore[arg-type]
    except StrategyProblem:
        return False
    return indicator.name in mapped_frame(frame, [indicator])


def test_an_unknown_class_is_left_out_as_long_as_another_is_found(caplog: pytest.LogCaptureFixture) -> None:
    frame = engine_frame(wave(), [LegacyIndicator("keltner"), LegacyIndicator("rsi")])
    assert list(frame.columns) == ["open", "high", "low", "close", "volume", "rsi_14"]
    assert "keltner" in caplog.text
    with pytest.raises(StrategyProblem, match="keltner"):
        engine_frame(wave(), [LegacyIndicator("keltner")])
    with pytest.raises(UnknownName, match="std"):
        engine_frame(wave(), [LegacyIndicator("rsi", params={"std": 1})])


def test_means_become_ratios_and_a_warm_up_becomes_zero() -> None:
    bars = wave()
    entries = [LegacyIndicator("sma"), LegacyIndicator("volume_sma", params={"period": 5}), LegacyIndicator("atr")]
    mapped = mapped_frame(engine_frame(bars, entries), entries)
    mean = bars["close"].rolling(20).mean()
    np.testing.assert_allclose(mapped["sma"].iloc[19:], (bars["close"] / mean).iloc[19:])
    assert (mapped["sma"].iloc[:19] == 0).all()
    assert (mapped["atr"].iloc[:13] == 0).all()
    np.testing.assert_allclose(mapped["volume_sma"].iloc[4:], bars["close"].rolling(5).mean().iloc[4:])


def test_the_first_column_that_begins_with_the_name_is_taken_whoever_made_it() -> None:
    entries = [LegacyIndicator("fast", "SMA", {"period": 3}), LegacyIndicator("fas", "RSI")]
    mapped = mapped_frame(engine_frame(wave(), entries), entries)
    np.testing.assert_array_equal(mapped["fas"], mapped["fast"])


def test_a_missing_volume_counts_as_none() -> None:
    bars = wave().assign(volume=np.nan)
    frame = engine_frame(bars, [LegacyIndicator("obv", "OBV"), LegacyIndicator("volume_ratio")])
    assert (frame["OBV"] == 0).all()
    assert (frame["volume_ratio_20"] == 1).all()
