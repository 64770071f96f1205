"""The features that a chosen model reads: by our plan and the cache, or as the original's training computed them."""

from __future__ import annotations

import pandas as pd

from ktrdr_app.core.errors import BadInput, ModelRejected, StrategyProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.contract import FeatureRows
from ktrdr_app.features.legacy import legacy_features
from ktrdr_app.workflows.choose_model import ChosenModel
from ktrdr_app.workflows.feature_caches import feature_cache


def model_features(
    workspace: Workspace, chosen: ChosenModel, symbol: str, timeframe: str, bars: pd.DataFrame
) -> FeatureRows:
    """Return a model's features of every bar, before scaling.

    Parameters
    ----------
    workspace : Workspace
        Whose cache keeps features built by our own plan.
    chosen : ChosenModel
        The model.
    symbol, timeframe : str
        The series.
    bars : DataFrame, shape (n_bars, 5)
        The whole series. Features of the original's models use means and deviations of all of it (look-ahead).

    Raises
    ------
    ModelRejected
        If this program computes other features than a model of the original was trained on.
    """
    if chosen.plan is not None:
        return feature_cache(workspace, symbol, timeframe).rows(bars, chosen.plan)
    try:
        frame = legacy_features(bars, chosen.loaded.strategy_document, f"{chosen.path.name}/config.json")
    except (StrategyProblem, BadInput) as error:
        raise ModelRejected(str(chosen.path), f"its features cannot be built here ({error.message})") from error
    if frame.contract.names != chosen.loaded.feature_names:
        raise ModelRejected(str(chosen.path), "features.json does not name the features that its config.json gives")
    return frame
