"""From bars to the matrix a network reads: feature groups, contract, scaler, blocks."""

from ktrdr_app.features.build import build_features
from ktrdr_app.features.cache import FeatureCache
from ktrdr_app.features.contract import FeatureBlock, FeatureContract, FeatureFrame
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.features.scaler import ScalerState, fit_scaler

__all__ = [
    "FeatureBlock",
    "FeatureCache",
    "FeatureContract",
    "FeatureFrame",
    "FeaturePlan",
    "ScalerState",
    "build_features",
    "fit_scaler",
]
