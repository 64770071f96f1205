"""What a model says of a symbol's bars: probabilities, how like its training rows they are, and what to make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import ModelRejected, TooFewRows
from ktrdr_app.data.csv_source import select_range
from ktrdr_app.decision.actions import Action
from ktrdr_app.features.contract import UsablePiece, usable_pieces
from ktrdr_app.features.coverage import CoverageReference
from ktrdr_app.features.drift_tally import DriftTally
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store.reference import read_reference
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.strategy.schema import DecisionSettings
from ktrdr_app.workflows.choose_model import ChosenModel
from ktrdr_app.workflows.coverage_sentences import UNTOLD, UNTOLD_SENTENCE, sentence_of, verdict_of, worst_words
from ktrdr_app.workflows.model_features import model_features
from ktrdr_app.workflows.requests import BacktestRequest

LEAST_BARS = 2
"""Fewest bars of a run: an order needs a next bar."""


@dataclass(frozen=True, eq=False)
class ModelRows:
    """What a backtest decides on.

    Attributes
    ----------
    bars : DataFrame
        Bars of the range, from the first with all features on.
    probabilities : ndarray of float64, shape (n_bars, 3)
        BUY, HOLD, SELL; HOLD is certain where a bar has no features.
    dissimilarity : ndarray of float64, shape (n_bars,), or None
        Distance of each bar's features from the training rows, where the strategy abstains by it and the model keeps
        some of them.
    warm_up_bars : int
        Bars of the range before its first.
    coverage : dict or None
        Verdict and sentence on a symbol that the model has not seen.
    """

    bars: pd.DataFrame
    probabilities: NDArray[np.float64]
    dissimilarity: NDArray[np.float64] | None
    warm_up_bars: int
    coverage: dict[str, Any] | None


def model_rows(
    bars: pd.DataFrame, chosen: ChosenModel, request: BacktestRequest, decision: DecisionSettings
) -> ModelRows:
    """Build features over all bars before the range too, then keep the range without its warm-up bars.

    Parameters
    ----------
    bars : DataFrame
        The whole series up to the end of the range.
    chosen : ChosenModel
        The model.
    request : BacktestRequest
        Symbol, bar length and start of the range.
    decision : DecisionSettings
        Says whether distances from the training rows are needed.

    Raises
    ------
    TooFewRows
        If too few bars have features.
    """
    features = model_features(request.workspace, chosen, request.symbol, request.timeframe, bars)
    where = f"{request.symbol} {request.timeframe}"
    wanted = select_range(bars, request.start, None, where)
    offset = len(bars) - len(wanted)
    valid = features.valid[offset:]
    known = int(np.count_nonzero(valid))
    if known < LEAST_BARS:
        reason = f"{int((~features.valid).sum())} of {len(bars)} bars are the indicators' warm-up"
        raise TooFewRows(where, known, LEAST_BARS, reason)
    first = offset + int(np.argmax(valid))
    judge = _Judge(chosen, request.symbol, len(bars) - first, known, decision.max_dissimilarity is not None)
    for piece in usable_pieces(features, first):
        judge.add(piece)
    return ModelRows(
        bars=bars.iloc[first:],
        probabilities=judge.answers.probabilities,
        dissimilarity=judge.answers.dissimilarity,
        warm_up_bars=first - offset,
        coverage=judge.coverage(),
    )


class BarAnswers:
    """What a model says of bars, piece after piece; rows are scaled once for probabilities and distances.

    Parameters
    ----------
    model : MLPTradingModel
        The model.
    scaler : ScalerState
        The model's.
    symbol : str
        Whose bars they are.
    bars : int
        How many.
    distances : bool
        Whether distances from the training rows are wanted.
    neighbourhood : Neighbourhood, optional
        What is kept of the training rows, scaled.

    Attributes
    ----------
    probabilities : ndarray of float64, shape (n_bars, 3)
        BUY, HOLD, SELL; HOLD is certain where a bar has no features.
    dissimilarity : ndarray of float64, shape (n_bars,), or None
        NaN where it is not known; None where it is not wanted.
    """

    def __init__(
        self,
        model: MLPTradingModel,
        scaler: ScalerState,
        symbol: str,
        bars: int,
        distances: bool,
        neighbourhood: Neighbourhood | None,
    ) -> None:
        self._model, self._scaler, self._symbol, self._neighbourhood = model, scaler, symbol, neighbourhood
        self.probabilities = np.zeros((bars, len(Action)))
        self.probabilities[:, Action.HOLD] = 1.0
        self.dissimilarity = np.full(bars, np.nan) if distances else None

    def add(self, piece: UsablePiece) -> NDArray[np.float32]:
        """Ask about some bars and return their rows scaled.

        Parameters
        ----------
        piece : UsablePiece
            Neighbouring bars.

        Returns
        -------
        ndarray of float32, shape (n_valid, n_features)
            Scaled rows.
        """
        scaled = self._scaler.transform(piece.rows)
        self.probabilities[piece.bars][piece.valid] = self._model.predict_proba_scaled(scaled, self._symbol)
        if self.dissimilarity is not None and self._neighbourhood is not None:
            index = self._neighbourhood.dissimilarity(scaled)
            if index is not None:
                self.dissimilarity[piece.bars][piece.valid] = index
        return scaled


class _Judge:
    """Asks a model and its training rows about bars, piece after piece; coverage stops no run."""

    def __init__(self, chosen: ChosenModel, symbol: str, bars: int, known: int, distances: bool) -> None:
        loaded = chosen.loaded
        self._info, self._symbol = loaded.info, symbol
        self._asked = not (loaded.info.look_ahead or symbol in loaded.info.training_symbols)
        reference, self._reason = _reference(chosen) if self._asked or distances else (None, "")
        self._tally = DriftTally(reference, known) if self._asked and reference else None
        scaler = ScalerState.from_document(loaded.scaler_document)
        kept = reference.neighbourhood if reference else None
        self.answers = BarAnswers(loaded.model, scaler, symbol, bars, distances, kept)

    def add(self, piece: UsablePiece) -> None:
        scaled = self.answers.add(piece)
        if self._tally is not None:
            self._tally.add(piece.rows, scaled)

    def coverage(self) -> dict[str, Any] | None:
        """Return whether the training rows resemble those of a symbol the model has not seen."""
        if not self._asked:
            return None
        if self._tally is None:
            return {"verdict": UNTOLD, "sentence": self._reason, "worst": []}
        drift = self._tally.drift()
        said = sentence_of(self._symbol, drift, self._info.training_symbols)
        return {"verdict": verdict_of(drift), "sentence": said, "worst": worst_words(drift)}


def training_neighbourhood(chosen: ChosenModel) -> Neighbourhood | None:
    """Return what a model's folder keeps of its training rows, to measure distances by; None if nothing.

    Parameters
    ----------
    chosen : ChosenModel
        The model.
    """
    reference, _ = _reference(chosen)
    return None if reference is None else reference.neighbourhood


def _reference(chosen: ChosenModel) -> tuple[CoverageReference | None, str]:
    loaded = chosen.loaded
    try:
        return read_reference(loaded.info.path, loaded.feature_names), UNTOLD_SENTENCE
    except ModelRejected as error:
        return None, f"Coverage cannot be told: {error.reason}."
