"""Features that a workspace keeps: found again by the next run, apart per series, and never needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ktrdr_app.core.errors import UnknownName, UnsafeName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.build import build_features
from ktrdr_app.workflows.feature_caches import feature_cache
from tests.conftest import make_bars
from tests.features.strategies import plan

SETS = {"features:": "features: {price_context: true, volume_context: false}"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def kept(workspace: Workspace) -> list[str]:
    """Return the files of the workspace, as paths within it."""
    return sorted(path.relative_to(workspace.root).as_posix() for path in workspace.root.rglob("*") if path.is_file())


def test_making_one_writes_nothing(workspace: Workspace) -> None:
    feature_cache(workspace, "AAPL", "1h")
    assert not workspace.root.exists()


def test_the_next_run_reads_what_this_one_built(workspace: Workspace) -> None:
    bars = make_bars(300)
    first, second = (feature_cache(workspace, "AAPL", "1h") for _ in range(2))
    built = first.features(bars, plan())
    read = second.features(bars.copy(), plan())
    assert (first.last_use.source, second.last_use.source) == ("built", "disk")
    expected = build_features(bars, plan(), timeframe="1h")
    for frame in (built, read):
        np.testing.assert_array_equal(frame.values, expected.values)
        np.testing.assert_array_equal(frame.valid, expected.valid)
        assert frame.index.equals(bars.index)


def test_files_lie_under_the_cache_in_a_folder_of_their_series(workspace: Workspace) -> None:
    for symbol, timeframe in (("AAPL", "1h"), ("BRK.B", "1d")):
        feature_cache(workspace, symbol, timeframe).features(make_bars(300), plan())
    folders = [Path(name).parent.as_posix() for name in kept(workspace)]
    assert folders == [".cache/features/AAPL_1h", ".cache/features/BRK.B_1d"]
    assert workspace.cache == workspace.root / ".cache"


@pytest.mark.parametrize(("symbol", "timeframe"), [("MSFT", "1h"), ("AAPL", "30m")])
def test_another_series_does_not_find_them(workspace: Workspace, symbol: str, timeframe: str) -> None:
    bars = make_bars(300)
    feature_cache(workspace, "AAPL", "1h").features(bars, plan())
    other = feature_cache(workspace, symbol, timeframe)
    other.features(bars, plan())
    assert other.last_use.source == "built"
    assert len(kept(workspace)) == 2


def test_bars_that_were_repaired_and_other_features_are_built_anew(workspace: Workspace) -> None:
    bars = make_bars(300)
    feature_cache(workspace, "AAPL", "1h").features(bars, plan())
    repaired = bars.assign(close=bars["close"].where(bars.index != bars.index[150], bars["open"]))
    for series, made in ((repaired, plan()), (bars, plan(**SETS))):
        cache = feature_cache(workspace, "AAPL", "1h")
        found = cache.features(series, made)
        assert cache.last_use.source == "built"
        np.testing.assert_array_equal(found.values, build_features(series, made, timeframe="1h").values)


def test_the_cache_may_be_deleted_between_runs_and_within_one(workspace: Workspace) -> None:
    bars, cache = make_bars(300), feature_cache(workspace, "AAPL", "1h")
    cache.features(bars, plan())
    shutil.rmtree(workspace.cache)
    cache.features(bars, plan(**SETS))
    assert len(kept(workspace)) == 1
    again = feature_cache(workspace, "AAPL", "1h")
    again.features(bars, plan())
    assert again.last_use.source == "built"


def test_a_damaged_file_is_told_and_replaced(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    bars = make_bars(300)
    expected = feature_cache(workspace, "AAPL", "1h").features(bars, plan()).values
    (name,) = kept(workspace)
    whole = (workspace.root / name).read_bytes()
    (workspace.root / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    cache = feature_cache(workspace, "AAPL", "1h")
    np.testing.assert_array_equal(cache.features(bars, plan()).values, expected)
    assert (cache.last_use.source, "built anew" in caplog.text) == ("built", True)
    assert (workspace.root / name).read_bytes() == whole


@pytest.mark.parametrize("symbol", ["../AAPL", "", "A/B", ".."])
def test_a_symbol_cannot_lead_out_of_the_workspace(workspace: Workspace, symbol: str) -> None:
    with pytest.raises(UnsafeName):
        feature_cache(workspace, symbol, "1h")


def test_a_time_frame_that_is_none_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UnknownName, match="1hh"):
        feature_cache(workspace, "AAPL", "1hh")
