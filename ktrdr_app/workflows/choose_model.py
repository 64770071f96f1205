"""Which model a backtest uses: the resolver's choice, one kind only, or the folder that was named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelNotFound, ModelRejected, StrategyProblem
from ktrdr_app.data.bars import close_times
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.model_store.layout import KINDS
from ktrdr_app.model_store.load import LoadedModel, load_model
from ktrdr_app.model_store.resolver import Resolution, require, resolve
from ktrdr_app.neural.calibration import UNCALIBRATED
from ktrdr_app.strategy.legacy import read_legacy
from ktrdr_app.workflows.model_plan import model_plan
from ktrdr_app.workflows.models import model_folder
from ktrdr_app.workflows.requests import BacktestRequest


@dataclass(frozen=True)
class ChosenModel:
    """A loaded model, how it was chosen, and the plan of the features it was trained on.

    Attributes
    ----------
    loaded : LoadedModel
        The model and its papers.
    path : Path
        Its folder.
    step : int or str
        Step of the resolver, or ``path`` where the folder was named.
    trace : tuple of dict
        What was looked at.
    warning : str
        What must be shown beside its results; empty if nothing.
    plan : FeaturePlan or None
        Features as it was trained on them, whatever the strategy file says by now; None for a model of the original,
        whose features `model_features` builds from its own strategy.
    """

    loaded: LoadedModel
    path: Path
    step: int | str
    trace: tuple[dict[str, Any], ...]
    warning: str
    plan: FeaturePlan | None

    @property
    def fitted_until(self) -> pd.Timestamp | None:
        """End of the span it was fitted and tuned on, whatever the symbol; None where its papers do not say."""
        end = self.loaded.manifest.get("split", {}).get("validation_end")
        return None if end is None else pd.Timestamp(end).as_unit("ns")

    def document(self) -> dict[str, Any]:
        """Return the ``model`` part of a backtest's JSON."""
        info = self.loaded.info
        return {
            "path": str(self.path.resolve()),
            "kind": info.kind,
            "version": info.version,
            "step": self.step,
            "look_ahead": info.look_ahead,
            "training_symbols": list(info.training_symbols),
            "fitted_until": None if self.fitted_until is None else self.fitted_until.isoformat(),
            "calibration": self.loaded.model.calibration.to_document(),
            "warning": self.warning,
            "trace": list(self.trace),
        }


def choose_model(request: BacktestRequest, strategy_name: str) -> ChosenModel:
    """Find and load the model of a backtest.

    Parameters
    ----------
    request : BacktestRequest
        ``model`` is ``auto``, ``universal``, ``legacy`` or a folder.
    strategy_name : str
        The strategy's ``name``.

    Raises
    ------
    ModelNotFound
        If none serves.
    ModelRejected
        If it is damaged, or its features cannot be built by this program.
    """
    if request.model not in ("auto", *KINDS):
        path = model_folder(request.workspace, request.model)
        return _loaded(path, "path", (), "", request.calibrate)
    resolution = _resolved(request, strategy_name)
    chosen = require(resolution)
    trace = tuple(entry.to_document() for entry in resolution.trace)
    if request.model in KINDS and chosen.kind != request.model:
        wanted = f"{strategy_name} {request.timeframe}, {request.model} only"
        patterns = [entry.pattern for entry in resolution.trace]
        raise ModelNotFound(wanted, patterns, resolution.present, where=resolution.where)
    return _loaded(chosen.path, chosen.step, trace, resolution.warning, request.calibrate)


def in_sample_bars(chosen: ChosenModel, symbol: str, timeframe: str, index: pd.Index) -> NDArray[np.bool_]:
    """Mark the bars that the model learnt from or was tuned on.

    Parameters
    ----------
    chosen : ChosenModel
        The model.
    symbol : str
        Symbol that is traded.
    timeframe : str
        Bar length.
    index : DatetimeIndex
        Bar opens.

    Returns
    -------
    ndarray of bool, shape (n_bars,)
        Bars up to the end of the validation part, if the symbol was trained on; none otherwise.
    """
    end = chosen.fitted_until
    if symbol not in chosen.loaded.info.training_symbols or end is None:
        return np.zeros(len(index), dtype=np.bool_)
    return np.asarray(close_times(index, timeframe) <= end.value)


def _resolved(request: BacktestRequest, strategy_name: str) -> Resolution:
    only = request.model in KINDS
    return resolve(
        request.workspace.models,
        strategy_name,
        request.timeframe,
        symbol=request.symbol,
        prefer=request.model if only else None,
        allow_any=request.allow_any and not only,
        pins=not only,
    )


def _loaded(
    path: Path, step: int | str, trace: tuple[dict[str, Any], ...], warning: str, calibrate: bool
) -> ChosenModel:
    loaded = load_model(path)
    if not calibrate:
        loaded.model.calibration = UNCALIBRATED
    return ChosenModel(loaded, path, step, trace, warning, _plan(loaded, path))


def _plan(loaded: LoadedModel, path: Path) -> FeaturePlan | None:
    """Return the plan of a model's features; a model of the original has none, but its strategy must be readable."""
    if not loaded.info.look_ahead:
        return model_plan(path, loaded.strategy_document, loaded.contract_digest, loaded.feature_names)
    try:
        read_legacy(loaded.strategy_document, f"{path.name}/config.json")
    except StrategyProblem as error:
        raise ModelRejected(str(path), f"its features cannot be built here ({error.message})") from error
    return None
