"""Features that were built once: kept in memory and on disk, and changed set by set where only sets changed."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata as packages
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import ktrdr_app
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import digest
from ktrdr_app.core.paths import safe_name
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.features.build import all_fuzzy_inputs, build_with_inputs
from ktrdr_app.features.contract import FeatureFrame, FeatureRows
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.stored import StoredFeatures, write_features
from ktrdr_app.fuzzy.engine import FuzzyEngine

logger = logging.getLogger(__name__)

IN_MEMORY = 4
"""Contracts whose features are kept for the series at hand."""
BYTES_IN_MEMORY = 256 << 20
"""Most bytes of theirs; those of the last contract are kept however large they are."""
ON_DISK = 256 << 20
"""Most bytes kept for one series; the least recently used features go first."""


@dataclass(frozen=True)
class CacheUse:
    """Where a request was answered from.

    Attributes
    ----------
    source : str
        ``memory``, ``disk``, ``edit`` (only changed sets were evaluated) or ``built``.
    evaluated : tuple of str
        Memberships that were evaluated; all of them where the features were built.
    """

    source: str
    evaluated: tuple[str, ...]


class FeatureCache:
    """The features of one symbol's bars, under as many contracts as are asked for.

    Frames of bars that were handed in, and features that were handed out, must not be changed.

    Parameters
    ----------
    timeframe : str
        Length of the bars.
    symbol_for_data : str, optional
        Whose bars they are; names the folder on disk. A universal model needs none.
    folder : Path, optional
        Where features are kept from run to run, such as the workspace's ``.cache/features``; nowhere by default.

    Raises
    ------
    UnknownName
        If there is no such time frame.
    UnsafeName
        If the symbol cannot name a folder.
    """

    def __init__(self, timeframe: str, symbol_for_data: str | None = None, folder: Path | None = None) -> None:
        bar_length(timeframe)
        self.timeframe = timeframe
        self.symbol = None if symbol_for_data is None else safe_name(symbol_for_data, "symbol")
        self.last_use = CacheUse("built", ())
        self._folder = folder / f"{self.symbol or 'any'}_{timeframe}" if folder else None
        self._bars: pd.DataFrame | None = None
        self._data = ""
        self._inputs: dict[str, dict[str, NDArray[np.float64]]] = {}
        self._frames: OrderedDict[str, tuple[FeaturePlan, FeatureFrame]] = OrderedDict()

    def features(self, bars: pd.DataFrame, plan: FeaturePlan, seconds: dict[str, float] | None = None) -> FeatureFrame:
        """Return what `build_features` returns, bit for bit, with as little work as possible.

        Parameters
        ----------
        bars : DataFrame
            Bars of the symbol.
        plan : FeaturePlan
            What to compute.
        seconds : dict, optional
            As `build_features` takes it; told only of features that were built.

        Raises
        ------
        InvalidValue
            As `build_features` raises it.
        """
        self._take(bars)
        known = self._frames.get(plan.contract.digest)
        if known is not None:
            self._frames.move_to_end(plan.contract.digest)
            self.last_use = CacheUse("memory", ())
            return known[1]
        frame = self._edited(bars, plan) or self._read(bars, plan)
        if frame is None:
            frame, inputs = build_with_inputs(bars, plan, seconds, self.timeframe)
            self._inputs = {plan.skeleton: inputs}
            self.last_use = CacheUse("built", plan.fuzzy.names)
            self._write(plan, frame)
        self._frames[plan.contract.digest] = (plan, frame)
        while len(self._frames) > 1 and (len(self._frames) > IN_MEMORY or self._held() > BYTES_IN_MEMORY):
            self._frames.popitem(last=False)
        return frame

    def rows(self, bars: pd.DataFrame, plan: FeaturePlan) -> FeatureRows:
        """Return the same features for reading once, in order: those on disk are left there, and not kept in memory.

        Parameters
        ----------
        bars : DataFrame
            Bars of the symbol.
        plan : FeaturePlan
            What to compute.

        Raises
        ------
        InvalidValue
            As `build_features` raises it.
        """
        self._take(bars)
        if not self._frames:
            stored = self._stored(plan)
            if stored is not None:
                self.last_use = CacheUse("disk", ())
                return stored
        return self.features(bars, plan)

    def _take(self, bars: pd.DataFrame) -> None:
        """Forget the last series where another one comes; its fingerprint is taken once per frame."""
        if bars is self._bars:
            return
        data = fingerprint(bars)
        if data != self._data:
            self._frames.clear()
            self._inputs.clear()
        self._bars, self._data = bars, data

    def _edited(self, bars: pd.DataFrame, plan: FeaturePlan) -> FeatureFrame | None:
        """Return features made from those of a plan that differs in the numbers of its sets alone."""
        alike = [pair for pair in self._frames.values() if pair[0].skeleton == plan.skeleton]
        if not alike:
            return None
        if plan.skeleton not in self._inputs:
            self._inputs = {plan.skeleton: all_fuzzy_inputs(bars, plan, self.timeframe)}
        other, frame = alike[-1]
        values = frame.values.copy()
        changed: list[str] = []
        for fuzzy_input, entry in plan.strategy.fuzzy_sets.items():
            before = other.strategy.fuzzy_sets[fuzzy_input].sets
            edited = {key: shape for key, shape in entry.sets.items() if shape != before[key]}
            if edited:
                engine = FuzzyEngine({fuzzy_input: entry.model_copy(update={"sets": edited})})
                _rewrite(values, plan, engine, self._inputs[plan.skeleton])
                changed += engine.names
        self.last_use = CacheUse("edit", tuple(changed))
        return FeatureFrame(plan.contract, values, frame.valid, frame.index)

    def _path(self, plan: FeaturePlan) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{digest([self._data, plan.contract.digest, _versions()])[:40]}.features"

    def _read(self, bars: pd.DataFrame, plan: FeaturePlan) -> FeatureFrame | None:
        stored = self._stored(plan)
        if stored is None:
            return None
        try:
            values = stored.values()
        except (OSError, ValueError) as error:
            logger.warning("the features of %s cannot be read (%s) and are built anew", plan.contract.digest, error)
            return None
        self.last_use = CacheUse("disk", ())
        return FeatureFrame(plan.contract, values, stored.valid, pd.DatetimeIndex(bars.index))

    def _stored(self, plan: FeaturePlan) -> StoredFeatures | None:
        path = self._path(plan)
        if path is None or not path.is_file():
            return None
        try:
            stored = StoredFeatures(path, plan.contract)
            os.utime(path)
        except (OSError, ValueError) as error:
            logger.warning("the features in %s cannot be used (%s) and are built anew", path, error)
            return None
        return stored

    def _held(self) -> int:
        return sum(frame.values.nbytes for _, frame in self._frames.values())

    def _write(self, plan: FeaturePlan, frame: FeatureFrame) -> None:
        """Keep features for the next run; a disk that refuses costs no more than building them again."""
        path = self._path(plan)
        if path is None:
            return
        try:
            write_features(path, frame.values)
            _prune(path.parent)
        except (OSError, StorageProblem) as error:
            logger.warning("the features of %s are not kept: %s", path.parent.name, error)


def _rewrite(
    values: NDArray[np.float32], plan: FeaturePlan, engine: FuzzyEngine, inputs: Mapping[str, NDArray[np.float64]]
) -> None:
    """Evaluate the sets of a small engine again, in the columns and lags that they have in the plan."""
    fresh = np.empty((len(engine.names), len(values)), np.float32).T
    engine.evaluate_into(inputs, fresh)
    for place, name in enumerate(engine.names):
        values[:, plan.contract.names.index(name)] = fresh[:, place]
        for lag in range(1, plan.strategy.features.lookback_periods):
            values[lag:, plan.contract.names.index(f"{name}_lag{lag}")] = fresh[:-lag, place]


def _versions() -> list[str]:
    """Return what may change a number though bars and contract are the same."""
    return [ktrdr_app.__version__, *(packages.version(name) for name in ("numpy", "numba", "ta-lib"))]


def _prune(folder: Path) -> None:
    """Remove the least recently used files beyond `ON_DISK` bytes; another process may be at it too."""
    files = [(path, path.stat()) for path in folder.glob("*.features")]
    kept = 0
    for path, facts in sorted(files, key=lambda entry: entry[1].st_mtime_ns, reverse=True):
        kept += facts.st_size
        if kept > ON_DISK:
            path.unlink(missing_ok=True)
