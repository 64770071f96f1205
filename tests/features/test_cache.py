"""What the cache gives is what building gives, bit for bit, and a changed set costs that set alone."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import UnknownName, UnsafeName
from ktrdr_app.features import cache as module
from ktrdr_app.features.build import build_features
from ktrdr_app.features.cache import CacheUse, FeatureCache
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.stored import StoredFeatures
from ktrdr_app.fuzzy import engine as fuzzy_engine
from ktrdr_app.strategy.load import LoadedStrategy
from tests.features.strategies import plan, probe


def bars(rows: int = 300, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(random.normal(0, 0.01, rows)))
    first = np.r_[close[0], close[:-1]]
    spread = 1 + random.uniform(0, 0.01, rows)
    index = pd.date_range("2024-01-01", periods=rows, freq="h", tz="UTC", name="timestamp")
    columns = {"open": first, "high": np.maximum(first, close) * spread, "low": np.minimum(first, close) / spread}
    return pd.DataFrame(columns | {"close": close, "volume": random.uniform(1, 9, rows)}, index=index)


def edited(loaded: LoadedStrategy, fuzzy_input: str, key: str, parameters: list[float]) -> FeaturePlan:
    """Return the plan of a strategy with other numbers in one set."""
    entry = loaded.strategy.fuzzy_sets[fuzzy_input]
    shape = entry.sets[key].model_copy(update={"parameters": parameters})
    inputs = loaded.strategy.fuzzy_sets | {fuzzy_input: entry.model_copy(update={"sets": entry.sets | {key: shape}})}
    strategy = loaded.strategy.model_copy(update={"fuzzy_sets": inputs})
    return FeaturePlan.of(LoadedStrategy(strategy, loaded.where, loaded.text, loaded.marks))


def same(found: FeatureFrame, expected: FeatureFrame) -> bool:
    return (
        found.contract == expected.contract
        and found.values.tobytes() == expected.values.tobytes()
        and (found.valid == expected.valid).all()
        and found.index.equals(expected.index)
    )


def test_the_second_request_comes_from_memory_and_is_the_same_frame() -> None:
    series, cache = bars(), FeatureCache("1h")
    first = cache.features(series, plan())
    assert cache.last_use == CacheUse("built", plan().fuzzy.names)
    assert cache.features(series.copy(), plan()) is first
    assert cache.last_use == CacheUse("memory", ())
    assert same(first, build_features(series, plan(), timeframe="1h"))


def test_other_bars_are_built_anew_even_in_a_frame_of_the_same_shape() -> None:
    cache, changed = FeatureCache("1h"), bars()
    cache.features(bars(), plan())
    changed.iloc[120, 3] *= 1.0001
    assert same(cache.features(changed, plan()), build_features(changed, plan(), timeframe="1h"))
    assert cache.last_use.source == "built"


def test_a_changed_set_evaluates_that_set_only(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, series = FeatureCache("1h"), bars()
    cache.features(series, plan())
    evaluated: list[int] = []
    plain = fuzzy_engine.evaluate_sets

    def counted(values: np.ndarray, table: np.ndarray, out: np.ndarray, first: int) -> None:
        evaluated.append(len(table))
        plain(values, table, out, first)

    monkeypatch.setattr(fuzzy_engine, "evaluate_sets", counted)
    monkeypatch.setattr("ktrdr_app.indicators.engine.IndicatorEngine.calculate", None)
    cache.features(series, edited(probe(), "rsi", "low", [0, 10, 30, 51]))
    assert evaluated == [1]
    assert cache.last_use == CacheUse("edit", ("rsi_low",))


@settings(max_examples=25)
@given(
    peak=st.floats(31, 49), foot=st.floats(50, 90), width=st.floats(0.1, 3), order=st.permutations(["a", "b", "c", "a"])
)
def test_any_walk_of_edits_ends_where_building_ends(peak: float, foot: float, width: float, order: list[str]) -> None:
    series, cache = bars(150), FeatureCache("1h")
    plans = {
        "a": edited(probe(), "rsi", "low", [0, 10, peak, foot]),
        "b": edited(probe(), "signal", "flat", [0, width]),
        "c": plan(),
    }
    for key in order:
        assert same(cache.features(series, plans[key]), build_features(series, plans[key], timeframe="1h"))


def test_a_change_of_anything_else_is_built() -> None:
    cache, series = FeatureCache("1h"), bars()
    cache.features(series, plan())
    other = plan(features="features: {lookback_periods: 2, raw_indicators: true, zscore_window: 50}")
    assert same(cache.features(series, other), build_features(series, other, timeframe="1h"))
    assert cache.last_use.source == "built"


class TestOnDisk:
    def _cache(self, folder: Path) -> FeatureCache:
        return FeatureCache("1h", "EURUSD", folder)

    def _only(self, folder: Path) -> Path:
        (path,) = (folder / "EURUSD_1h").iterdir()
        return path

    def test_another_process_s_features_are_read(self, tmp_path: Path) -> None:
        self._cache(tmp_path).features(bars(), plan())
        later = self._cache(tmp_path)
        assert same(later.features(bars(), plan()), build_features(bars(), plan(), timeframe="1h"))
        assert later.last_use.source == "disk"
        changed = edited(probe(), "mean", "above", [0, 2, 5])
        assert same(later.features(bars(), changed), build_features(bars(), changed, timeframe="1h"))
        assert later.last_use == CacheUse("edit", ("mean_above",))

    def test_rows_of_kept_features_are_read_from_the_file_and_not_held(self, tmp_path: Path) -> None:
        expected = build_features(bars(), plan(), timeframe="1h")
        first = self._cache(tmp_path)
        assert first.rows(bars(), plan()) is first.features(bars(), plan()), "built features are held as before"
        later = self._cache(tmp_path)
        found = later.rows(bars(), plan())
        assert isinstance(found, StoredFeatures)
        assert later.last_use == CacheUse("disk", ())
        assert np.concatenate([part.copy() for part in found.pieces(0)]).tobytes() == expected.values.tobytes()
        assert found.valid.tolist() == expected.valid.tolist()
        assert found.contract == expected.contract
        assert same(later.features(bars(), plan()), expected)
        assert later.rows(bars(), plan()) is later.features(bars(), plan())

    @pytest.mark.parametrize("damage", [lambda raw: raw[:-8], lambda _: b""])
    def test_rows_of_a_damaged_file_are_built(self, tmp_path: Path, damage: object) -> None:
        self._cache(tmp_path).features(bars(), plan())
        path = self._only(tmp_path)
        path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
        cache = self._cache(tmp_path)
        found = cache.rows(bars(), plan())
        assert isinstance(found, FeatureFrame)
        assert same(found, build_features(bars(), plan(), timeframe="1h"))
        assert cache.last_use.source == "built"

    @pytest.mark.parametrize("damage", [lambda raw: raw[:-8], lambda raw: raw[:600] + b"?" + raw[601:], lambda _: b""])
    def test_a_damaged_file_is_passed_over_and_replaced(self, tmp_path: Path, damage: object) -> None:
        self._cache(tmp_path).features(bars(), plan())
        path = self._only(tmp_path)
        path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
        cache = self._cache(tmp_path)
        assert same(cache.features(bars(), plan()), build_features(bars(), plan(), timeframe="1h"))
        assert cache.last_use.source == "built"
        again = self._cache(tmp_path)
        again.features(bars(), plan())
        assert again.last_use.source == "disk"

    def test_a_place_that_is_no_folder_costs_no_more_than_building(self, tmp_path: Path) -> None:
        (tmp_path / "EURUSD_1h").write_text("in the way")
        assert same(self._cache(tmp_path).features(bars(), plan()), build_features(bars(), plan(), timeframe="1h"))

    def test_what_was_used_longest_ago_goes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        cache, plans = self._cache(tmp_path), [edited(probe(), "signal", "flat", [0, w]) for w in (1.0, 2.0, 3.0)]
        self._cache(tmp_path).features(bars(), plans[0])
        first = self._only(tmp_path)
        os.utime(first, ns=(1, 1))
        monkeypatch.setattr(module, "ON_DISK", int(2.5 * first.stat().st_size))
        for number, entry in enumerate(plans[1:], 2):
            self._cache(tmp_path).features(bars(), entry)
            newest = max((tmp_path / "EURUSD_1h").iterdir(), key=lambda path: path.stat().st_mtime_ns)
            os.utime(newest, ns=(number, number))
        assert not first.exists()
        assert len(list((tmp_path / "EURUSD_1h").iterdir())) == 2
        cache.features(bars(), plans[2])
        assert cache.last_use.source == "disk"

    def test_another_library_s_version_is_another_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._cache(tmp_path).features(bars(), plan())
        monkeypatch.setattr(module.packages, "version", lambda name: "0.0")
        cache = self._cache(tmp_path)
        cache.features(bars(), plan())
        assert cache.last_use.source == "built"


def test_large_features_are_kept_one_contract_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [edited(probe(), "signal", "flat", [0, width]) for width in (1.0, 2.0, 3.0)]
    cache, series = FeatureCache("1h"), bars()
    large = cache.features(series, plans[0]).values.nbytes
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 2 * large)
    for entry in plans[1:]:
        cache.features(series, entry)
    cache.features(series, plans[1])
    assert cache.last_use.source == "memory"
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 1)
    cache.features(series, plans[0])
    cache.features(series, plans[0])
    assert cache.last_use.source == "memory"
    cache.features(series, plans[1])
    assert cache.last_use.source != "memory"


def test_the_limit_counts_what_is_held_not_the_newest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cache, series = FeatureCache("1h"), bars()
    narrow = FeaturePlan.of(probe())
    more = probe().strategy.features.model_copy(update={"lookback_periods": 4})
    loaded = probe()
    strategy = loaded.strategy.model_copy(update={"features": more})
    wide = FeaturePlan.of(LoadedStrategy(strategy, loaded.where, loaded.text, loaded.marks))
    sizes = [FeatureCache("1h").features(series, entry).values.nbytes for entry in (wide, narrow)]
    assert sizes[0] > sizes[1] + 1
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 2 * sizes[1])
    for entry in (wide, narrow):
        cache.features(series, entry)
    cache.features(series, narrow)
    assert cache.last_use.source == "memory"
    cache.features(series, wide)
    assert cache.last_use.source != "memory"


def test_names_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownName):
        FeatureCache("7h")
    with pytest.raises(UnsafeName):
        FeatureCache("1h", "../up")
