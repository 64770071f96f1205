"""What training hands over to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ktrdr_app.model_store.samples import SampleRows
from ktrdr_app.neural.calibration import UNCALIBRATED, Calibration

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ModelArtifact:
    """A fitted network with everything that must be known to use it again.

    Attributes
    ----------
    kind : str
        ``universal`` or ``legacy``.
    strategy_name : str
        Name of the models' folder.
    timeframe : str
        Bar length.
    symbol : str or None
        The one symbol of a legacy model; None for a universal one.
    network : torch.nn.Sequential
        Linear, activation, dropout in blocks, then a last Linear to 3 logits; float32.
    strategy_document : dict
        The strategy as `strategy.load.from_document` reads it back.
    feature_names : tuple of str
        Input columns in order.
    contract_digest : str
        Hash of the feature contract.
    scaler_document : dict
        As `ScalerState.to_document` returns it.
    metrics : mapping
        Figures; ``test_accuracy`` and ``skill`` are shown in lists.
    manifest : mapping
        How it was trained; ``training_symbols`` is shown in lists.
    importance : mapping of str to float
        Importance by feature or group.
    embedded : tuple of str
        Symbols with a learned vector, whose columns the network takes behind the features.
    calibration : Calibration
        How logits become probabilities.
    samples : SampleRows, optional
        Test rows whose probabilities are kept, so that ``models verify`` can ask for them again.
    coverage : mapping, optional
        What is kept of the training rows, as `CoverageReference.to_document` returns it.
    """

    kind: str
    strategy_name: str
    timeframe: str
    symbol: str | None
    network: torch.nn.Sequential
    strategy_document: dict[str, Any]
    feature_names: tuple[str, ...]
    contract_digest: str
    scaler_document: dict[str, Any]
    metrics: Mapping[str, Any]
    manifest: Mapping[str, Any]
    importance: Mapping[str, float]
    embedded: tuple[str, ...] = ()
    calibration: Calibration = UNCALIBRATED
    samples: SampleRows | None = None
    coverage: Mapping[str, Any] | None = None
