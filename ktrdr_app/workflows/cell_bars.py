"""The very bars behind a confusion matrix: what a model answers on the test rows of a symbol, computed again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent, stage
from ktrdr_app.data.bars import close_times, nanoseconds
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.features.scaler import ScalerState
from ktrdr_app.model_store.load import LoadedModel
from ktrdr_app.neural.metrics import confusion_matrix
from ktrdr_app.training.process import process_symbol
from ktrdr_app.workflows.choose_model import ChosenModel, choose_model
from ktrdr_app.workflows.feature_caches import feature_cache
from ktrdr_app.workflows.models import model_folder
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestRequest

CHANGED = "the bars have changed since the training, so rows and answers may not be those of the figures"
DIFFERENT = "this program counts other rows than the training did: figures and bars are not of the same rows"


@dataclass(frozen=True, eq=False)
class JudgedBars:
    """What a model answers on the test rows of one symbol.

    Attributes
    ----------
    symbol, timeframe : str
        The series.
    bars : DataFrame
        All of its bars that the training had.
    place : ndarray of int, shape (n_rows,)
        Which of them the test rows are, rising.
    label : ndarray of int8, shape (n_rows,)
        BUY 0, HOLD 1, SELL 2.
    probabilities : ndarray of float64, shape (n_rows, 3)
        As the model states them.
    caution : str
        Why these may not be the rows of the figures; empty if they are.
    """

    symbol: str
    timeframe: str
    bars: pd.DataFrame
    place: NDArray[np.intp]
    label: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    caution: str

    @property
    def times(self) -> NDArray[np.int64]:
        """Opens of the bars, nanoseconds UTC."""
        return nanoseconds(self.bars.index)

    @property
    def answer(self) -> NDArray[np.intp]:
        """The most probable class of each row."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.intp)

    @property
    def confusion(self) -> NDArray[np.intp]:
        """Rows by label (down) and answer (across)."""
        return confusion_matrix(self.probabilities, self.label)

    def cell(self, label: int, answer: int) -> NDArray[np.intp]:
        """Return the rows of one cell of the confusion matrix: numbers into ``place``.

        Parameters
        ----------
        label, answer : int
            BUY 0, HOLD 1, SELL 2.
        """
        return np.flatnonzero((self.label == label) & (self.answer == answer))


def judged_bars(
    workspace: Workspace,
    path: Path | str,
    symbol: str,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> JudgedBars:
    """Build the features of a symbol's bars again, and ask the model about its test rows.

    Parameters
    ----------
    workspace : Workspace
        Whose bars are read.
    path : Path or str
        The model's folder, or its ``_latest``.
    symbol : str
        A symbol that it learnt from.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Checked between the steps.

    Raises
    ------
    BadInput
        If the model does not say where its test rows begin, as models of the original do not, or does not know the
        symbol.
    KtrdrError
        As loading models and bars, and building features, raise them.
    """
    token = cancel or CancelToken("the test rows")
    folder = model_folder(workspace, path)
    with stage("load", progress):
        chosen = choose_model(BacktestRequest(workspace, "", symbol, "", model=str(folder)), "")
        loaded, timeframe = chosen.loaded, chosen.loaded.info.timeframe
        begin = _test_begin(chosen, symbol)
        span = loaded.manifest.get("data_date_range") or {}
        bars = source_of(workspace).load(symbol, timeframe, span.get("start"), span.get("end"))
    token.check()
    with stage("features", progress):
        assert chosen.plan is not None, "a model that says where its test begins is ours"
        made = process_symbol(symbol, bars, timeframe, chosen.plan, feature_cache(workspace, symbol, timeframe))
    token.check()
    with stage("test", progress):
        block = made.block
        rows = np.flatnonzero(block.close_time > begin)
        answers = _probabilities(loaded, symbol, block, rows)
    label = block.label[rows]
    place = np.searchsorted(close_times(bars.index, timeframe), block.close_time[rows])
    known = loaded.manifest.get("data_fingerprints") or {}
    caution = CHANGED if known.get(symbol) != made.fingerprint else ""
    if not caution and not _agrees(loaded.metrics, symbol, confusion_matrix(answers, label)):
        caution = DIFFERENT
    return JudgedBars(symbol, timeframe, bars, place.astype(np.intp), label, answers, caution)


def _test_begin(chosen: ChosenModel, symbol: str) -> int:
    """Return the instant after which a symbol's test rows became known, nanoseconds UTC."""
    loaded = chosen.loaded
    begin = (loaded.manifest.get("split") or {}).get("test_start")
    if begin is None or chosen.plan is None:
        message = f"{chosen.path.name} does not say on which bars it was tested"
        raise BadInput(message, hint="train it anew to see them", where=str(chosen.path))
    if symbol not in loaded.info.training_symbols:
        known = ", ".join(loaded.info.training_symbols)
        raise BadInput(f"{chosen.path.name} has no test rows of {symbol}", hint=f"it knows {known}", where="symbol")
    return int(pd.Timestamp(begin).as_unit("ns").value)


def _probabilities(
    loaded: LoadedModel, symbol: str, block: FeatureBlock, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    scaler = ScalerState.from_document(loaded.scaler_document)
    scaled = scaler.transform(block.values[rows])
    return np.asarray(loaded.model.predict_proba_scaled(scaled, symbol), dtype=np.float64)


def _agrees(metrics: dict[str, Any], symbol: str, counted: NDArray[np.intp]) -> bool:
    """Say whether the rows fall into the cells as they did when the model was judged."""
    told = ((metrics.get("per_symbol_test") or {}).get(symbol) or {}).get("confusion")
    return told is None or bool(np.array_equal(np.asarray(told), counted))
