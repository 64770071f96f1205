"""Where a workspace keeps features that were built once; apart, so that listing data loads no indicator library."""

from __future__ import annotations

from ktrdr_app.core.paths import Workspace
from ktrdr_app.features.cache import FeatureCache


def feature_cache(workspace: Workspace, symbol: str, timeframe: str) -> FeatureCache:
    """Return the workspace's cache of a symbol's features.

    Parameters
    ----------
    workspace : Workspace
        Whose ``.cache`` is used; it may be deleted at any time.
    symbol, timeframe : str
        The series.
    """
    return FeatureCache(timeframe, symbol, workspace.cache / "features")
