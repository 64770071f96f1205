"""A finished run's model and bars, opened again, so that any of its answers can be asked for anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.bars import fingerprint
from ktrdr_app.decision.why_bar import BarJudge
from ktrdr_app.decision.why_flip import Outcomes
from ktrdr_app.features.contract import FeatureFrame, FeatureRows
from ktrdr_app.features.legacy_inputs import LegacyInputs
from ktrdr_app.features.plan_inputs import PlanInputs
from ktrdr_app.features.raw_inputs import BarInputs
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.neural.calibration import Calibration
from ktrdr_app.workflows.choose_model import ChosenModel, choose_model
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.model_features import model_features
from ktrdr_app.workflows.model_rows import training_neighbourhood
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestRequest
from ktrdr_app.workflows.why_record import RunRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ktrdr_app.decision.actions import Action
    from ktrdr_app.features.neighbourhood import Neighbourhood

MEAN_WORDS = "an average training bar"
SAMPLE_WORDS = "the mean of the training bars that the model keeps"
RUN_WORDS = "the mean of this run's bars (the model keeps none of its training)"


@dataclass(frozen=True, eq=False)
class RunModel:
    """The model of a run, and the inputs behind its features.

    Attributes
    ----------
    chosen : ChosenModel
        The model, calibrated as the run had it.
    symbol : str
        Whose bars they are.
    inputs : PlanInputs or LegacyInputs
        Inputs of all bars of the series up to the run's end.
    scaler : ScalerState
        The model's.
    neighbourhood : Neighbourhood or None
        What is kept of its training rows, where the run's filters need it.
    reference : ndarray of float32, shape (n_features,)
        Scaled features that contributions are counted from.
    reference_words : str
        What they are.
    places : ndarray of int, shape (n_bars,)
        Row in the series of each bar of the run; -1 where today's series has no such bar.
    notes : tuple of str
        What has changed since the run.
    """

    chosen: ChosenModel
    symbol: str
    inputs: BarInputs
    scaler: ScalerState
    neighbourhood: Neighbourhood | None
    reference: NDArray[np.float32]
    reference_words: str
    places: NDArray[np.intp]
    notes: tuple[str, ...]

    def answer(self, scaled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probabilities of BUY, HOLD, SELL for scaled rows.

        Parameters
        ----------
        scaled : ndarray of float32, shape (n, n_features)
            Rows.
        """
        return self.chosen.loaded.model.predict_proba_scaled(scaled, self.symbol)

    def dissimilarity(self, scaled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the distance of scaled rows from the training rows; NaN where the run's filters did not ask for it.

        Parameters
        ----------
        scaled : ndarray of float32, shape (n, n_features)
            Rows.
        """
        found = self.neighbourhood.dissimilarity(scaled) if self.neighbourhood else None
        return np.full(len(scaled), np.nan) if found is None else found

    def outcomes(self, rows: NDArray[np.float32], judge: BarJudge, taken: Action) -> Outcomes:
        """Return what unscaled rows would have led to at a bar; rows that no network takes keep the action.

        Parameters
        ----------
        rows : ndarray of float32, shape (n, n_features)
            Features before scaling.
        judge : BarJudge
            The filters at the bar.
        taken : Action
            The action that was taken.
        """
        sound = np.asarray(np.isfinite(rows).all(axis=1))
        usable = np.where(np.isfinite(rows), rows, np.float32(0.0))
        scaled = self.scaler.transform(usable)
        shares, distance = self.answer(scaled), self.dissimilarity(scaled)
        actions, slack = judge.actions(shares, distance), judge.slack(taken, shares, distance)
        return Outcomes(np.where(sound, actions, np.int8(taken)), np.where(sound, slack, np.inf))


def open_model(workspace: Workspace, record: RunRecord) -> RunModel:
    """Open the model and the bars of a finished run.

    Parameters
    ----------
    workspace : Workspace
        Whose data and models.
    record : RunRecord
        The run.

    Raises
    ------
    ModelNotFound, ModelRejected
        If the model is gone or cannot be used.
    DataNotFound
        If the series is gone.
    """
    document = record.document
    symbol, timeframe = document["symbol"], document["timeframe"]
    chosen = _chosen(workspace, document)
    bars = source_of(workspace).load(symbol, timeframe, end=document["end"])
    places = pd.DatetimeIndex(bars.index).get_indexer(record.index)
    rows = model_features(workspace, chosen, symbol, timeframe, bars)
    frame = _frame(workspace, chosen, symbol, timeframe, bars, rows)
    scaler = ScalerState.from_document(chosen.loaded.scaler_document)
    kept = training_neighbourhood(chosen)
    asked = record.orchestrator.settings.max_dissimilarity is not None
    reference, words = _reference(scaler, kept, frame, places)
    return RunModel(
        chosen=chosen,
        symbol=symbol,
        inputs=_inputs(chosen, bars, frame, timeframe),
        scaler=scaler,
        neighbourhood=kept if asked else None,
        reference=reference,
        reference_words=words,
        places=places,
        notes=_notes(document, bars, places),
    )


def _chosen(workspace: Workspace, document: dict[str, Any]) -> ChosenModel:
    """Open the run's model where the run had it or, in a workspace that was moved, where it lies below the models."""
    model = document["model"]
    path = Path(model["path"])
    below = [Path(*path.parts[-count:]) for count in (3, 2)]
    moved = [workspace.models / place for place in below if not path.is_dir() and (workspace.models / place).is_dir()]
    place = str(moved[0] if moved else path)
    asked = BacktestRequest(workspace, document["strategy_name"], document["symbol"], document["timeframe"], place)
    chosen = choose_model(asked, document["strategy_name"])
    chosen.loaded.model.calibration = Calibration.from_document(model.get("calibration"), place)
    return chosen


def _frame(
    workspace: Workspace, chosen: ChosenModel, symbol: str, timeframe: str, bars: pd.DataFrame, rows: FeatureRows
) -> FeatureFrame:
    """Return features as one block, whether they were read from a file or built."""
    if isinstance(rows, FeatureFrame):
        return rows
    assert chosen.plan is not None, "only features of our own plan are kept in files"
    return feature_cache(workspace, symbol, timeframe).features(bars, chosen.plan)


def _inputs(chosen: ChosenModel, bars: pd.DataFrame, frame: FeatureFrame, timeframe: str) -> BarInputs:
    if chosen.plan is not None:
        return PlanInputs(bars, chosen.plan, frame, timeframe)
    return LegacyInputs(bars, chosen.loaded.strategy_document, frame, f"{chosen.path.name}/config.json")


def _reference(
    scaler: ScalerState, kept: Neighbourhood | None, frame: FeatureFrame, places: NDArray[np.intp]
) -> tuple[NDArray[np.float32], str]:
    """Return the scaled row that stands for a usual bar, and what it is."""
    if scaler.kind == "standard":
        return np.zeros(len(scaler.names), dtype=np.float32), MEAN_WORDS
    if kept is not None:
        return kept.rows.mean(axis=0, dtype=np.float64).astype(np.float32), SAMPLE_WORDS
    own = places[places >= 0]
    scaled = scaler.transform(frame.values[own[frame.valid[own]]])
    return scaled.mean(axis=0, dtype=np.float64).astype(np.float32), RUN_WORDS


def _notes(document: dict[str, Any], bars: pd.DataFrame, places: NDArray[np.intp]) -> tuple[str, ...]:
    missing = int((places < 0).sum())
    if missing:
        return (f"{missing:,} of the run's {len(places):,} bars are not in today's series",)
    if fingerprint(bars.iloc[places[0] :]) != document["data_fingerprint"]:
        return ("today's bars are not those of the run",)
    return ()
