"""Coverage: is a symbol one that a model learnt from, and do its bars look like what it learnt from?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue, TooFewRows
from ktrdr_app.core.files import plain
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import close_times
from ktrdr_app.data.csv_source import select_range
from ktrdr_app.features.contract import usable_pieces
from ktrdr_app.features.coverage import CoverageReference, Drift, FeatureDrift
from ktrdr_app.features.drift_tally import DriftTally
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store.integrity import CheckedFolder
from ktrdr_app.model_store.reference import read_reference
from ktrdr_app.model_store.registry import info_of
from ktrdr_app.model_store.resolver import check_path, require, resolve
from ktrdr_app.workflows import coverage_sentences as words
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.model_plan import model_plan
from ktrdr_app.workflows.model_requests import CoverageRequest
from ktrdr_app.workflows.models import model_folder
from ktrdr_app.workflows.prepare import source_of


@dataclass(frozen=True)
class ModelCoverage:
    """Whether a model's training rows resemble the bars of a symbol.

    Attributes
    ----------
    path : Path
        The model.
    symbol, timeframe : str
        Whose bars were compared.
    training_symbols : tuple of str
        Symbols that the model learnt from.
    verdict : str
        ``covered``, ``partly covered``, ``not covered`` or ``unknown``.
    sentence : str
        The verdict with its figures.
    notes : tuple of str
        What else must be known.
    hint : str
        What to do where it cannot be told; else empty.
    drift : Drift or None
        The figures; None where there is nothing to compare with.
    training_rows : int
        Training rows that the figures rest on.
    start, end : str or None
        Opens of the first and last bar compared, ISO UTC.
    seen : int
        Bars among them that the model was fitted or tuned on.
    """

    path: Path
    symbol: str
    timeframe: str
    training_symbols: tuple[str, ...]
    verdict: str
    sentence: str
    notes: tuple[str, ...] = ()
    hint: str = ""
    drift: Drift | None = None
    training_rows: int = 0
    start: str | None = None
    end: str | None = None
    seen: int = 0

    @property
    def in_training_set(self) -> bool:
        """Whether the model learnt from the symbol."""
        return self.symbol in self.training_symbols

    @property
    def worst(self) -> list[str]:
        """The features that depart most, in words."""
        return [] if self.drift is None else words.worst_words(self.drift)

    def words_of(self, feature: FeatureDrift) -> str:
        """Return where one of its features departs most from the training rows.

        Parameters
        ----------
        feature : FeatureDrift
            The feature.
        """
        return words.feature_words(feature)

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        drift = plain(asdict(self.drift)) if self.drift else {"rows": 0, "features": [], "inputs": [], "distance": None}
        return {
            "path": str(self.path),
            "symbol": self.symbol,
            "timeframe": self.timeframe,
            "training_symbols": list(self.training_symbols),
            "in_training_set": self.in_training_set,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "worst": self.worst,
            "notes": list(self.notes),
            "hint": self.hint,
            "start": self.start,
            "end": self.end,
            "seen_in_training": self.seen,
            "training_rows": self.training_rows,
            **drift,
        }


def model_coverage(
    request: CoverageRequest, progress: Progress = silent, cancel: CancelToken | None = None
) -> ModelCoverage:
    """Compare the bars of a symbol with what a model keeps of its training rows.

    Parameters
    ----------
    request : CoverageRequest
        Model, symbol and range.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked before the bars, the features and the comparison.

    Raises
    ------
    ModelNotFound, ModelRejected
        If there is no such model, it must not be used, or its reference is damaged.
    InvalidValue
        If neither a model nor a strategy is named.
    DataNotFound, TooFewRows
        If the series is not there, or no bar of the range has all features.
    """
    token = cancel or CancelToken("coverage")
    token.check()
    folder, warning = _folder(request)
    checked = check_path(folder)
    told = _Told(checked, request.symbol, request.timeframe or checked.timeframe, warning)
    reference = None if checked.original else read_reference(checked.path, checked.feature_names)
    if reference is None:
        return told.unknown(words.UNTOLD_ORIGINAL if checked.original else words.UNTOLD_SENTENCE, words.UNTOLD_HINT)
    with stage("load", progress):
        plan = model_plan(checked.path, checked.strategy_document, checked.contract_digest, checked.feature_names)
        bars = source_of(request.workspace).load(told.symbol, told.timeframe, end=request.end)
    token.check()
    with stage("features", progress):
        features = feature_cache(request.workspace, told.symbol, told.timeframe).rows(bars, plan)
    token.check()
    where = f"{told.symbol} {told.timeframe}"
    first = len(bars) - len(select_range(bars, request.start, None, where))
    rows = np.flatnonzero(features.valid[first:]) + first
    if not len(rows):
        raise TooFewRows(where, 0, 1, f"all of {len(bars) - first} bars are the indicators' warm-up")
    with stage("compare", progress):
        scaler, tally = ScalerState.from_document(checked.scaler_document), DriftTally(reference, len(rows))
        for piece in usable_pieces(features, first):
            tally.add(piece.rows, scaler.transform(piece.rows))
        return told.of(reference, tally.drift(), pd.DatetimeIndex(bars.index[rows]))


def _folder(request: CoverageRequest) -> tuple[Path, str]:
    """Return the model that is meant, and what the resolver warns of."""
    if request.path:
        return model_folder(request.workspace, request.path), ""
    if not request.strategy or request.timeframe is None:
        raise InvalidValue("path", "nothing", "a model's folder, or a strategy and a time frame")
    found = resolve(request.workspace.models, request.strategy, request.timeframe, symbol=request.symbol)
    return require(found).path, found.warning


@dataclass(frozen=True)
class _Told:
    """What is said of one model and series, whatever is found."""

    checked: CheckedFolder
    symbol: str
    timeframe: str
    warning: str

    def unknown(self, sentence: str, hint: str) -> ModelCoverage:
        info = info_of(self.checked)
        symbols = info.training_symbols
        known = f"{self.symbol} is one of the symbols it learnt from. " if self.symbol in symbols else ""
        return ModelCoverage(
            info.path,
            self.symbol,
            self.timeframe,
            symbols,
            words.UNTOLD,
            known + sentence,
            tuple(self._warnings()),
            hint,
        )

    def of(self, reference: CoverageReference, drift: Drift, index: pd.DatetimeIndex) -> ModelCoverage:
        symbols = info_of(self.checked).training_symbols
        notes = [*self._warnings(), *words.drift_notes(drift)]
        first, last = (index[place].strftime("%Y-%m-%dT%H:%M:%SZ") for place in (0, -1))
        return ModelCoverage(
            path=self.checked.path,
            symbol=self.symbol,
            timeframe=self.timeframe,
            training_symbols=symbols,
            verdict=words.verdict_of(drift),
            sentence=words.sentence_of(self.symbol, drift, symbols),
            notes=tuple(notes),
            drift=drift,
            training_rows=int(reference.distribution.rows.sum()),
            start=first,
            end=last,
            seen=self._seen(index) if self.symbol in symbols else 0,
        )

    def _warnings(self) -> list[str]:
        found = [self.warning] if self.warning else []
        if self.timeframe != self.checked.timeframe:
            found.append(f"The model learnt from bars of {self.checked.timeframe}, not of {self.timeframe}.")
        return found

    def _seen(self, index: pd.DatetimeIndex) -> int:
        end = self.checked.manifest.get("split", {}).get("validation_end")
        if end is None:
            return 0
        return int((close_times(index, self.timeframe) <= pd.Timestamp(end).as_unit("ns").value).sum())
