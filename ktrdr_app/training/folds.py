"""A fold: one model that some symbols are left out of, and what it and its prior lose on test rows of those."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import TooFewRows
from ktrdr_app.core.files import write_bytes
from ktrdr_app.core.lazy import unpickled
from ktrdr_app.core.progress import silent
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.metrics import class_probabilities_nll
from ktrdr_app.strategy.schema import Strategy
from ktrdr_app.training.combine import parted, pool
from ktrdr_app.training.fitting import fit_rows
from ktrdr_app.training.judging import calibrate, class_prior
from ktrdr_app.training.split import LEAST_PART, Cuts, cuts_of, split_at


@dataclass(frozen=True)
class FoldWork:
    """What every fold of a certificate starts from; it can be sent to another process.

    Attributes
    ----------
    blocks : tuple of FeatureBlock
        Labelled rows before scaling, one block a symbol; they stay as they are.
    strategy : Strategy
        Network, training and label settings.
    cuts : Cuts
        Where all symbols are cut, whichever take part.
    seed : int
        The run's seed.
    weights : mapping of str to float, optional
        Relative rows per symbol, for the ``weighted`` combination.
    device : str
        As `train_network` takes it.
    """

    blocks: tuple[FeatureBlock, ...]
    strategy: Strategy
    cuts: Cuts
    seed: int
    weights: Mapping[str, float] | None = None
    device: str = "auto"

    @classmethod
    def of(
        cls,
        block: FeatureBlock,
        strategy: Strategy,
        seed: int,
        weights: Mapping[str, float] | None = None,
        device: str = "auto",
    ) -> Self:
        """Take a pooled block apart; its symbols are cut where a training of all of them cuts.

        Parameters
        ----------
        block : FeatureBlock
            Labelled rows before scaling, symbol after symbol, each in order of time.
        strategy, seed, weights, device
            As the fields have them.
        """
        return cls(parted(block), strategy, cuts_of(block, strategy.training.split), seed, weights, device)

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols, in order."""
        return tuple(block.symbols[0] for block in self.blocks)


@dataclass(frozen=True)
class Losses:
    """Negative log-likelihood of the test rows of one symbol, in order of time.

    Attributes
    ----------
    model, prior : ndarray of float64, shape (n_rows,)
        Nats: of a model's probabilities, and of the class frequencies of its training rows.
    """

    model: NDArray[np.float64]
    prior: NDArray[np.float64]


@dataclass(frozen=True)
class FoldScores:
    """What came of a fold.

    Attributes
    ----------
    left_out : tuple of str
        Symbols that took no part; empty for the model of all.
    losses : dict of str to Losses
        Of those left out, or of all symbols where none was.
    probabilities : dict of str to ndarray of float64, shape (n_rows, 3)
        What the model states of the same rows.
    rows : int
        Training rows.
    epochs, best_epoch : int
        Epochs that were run, and the one whose weights were kept.
    """

    left_out: tuple[str, ...]
    losses: dict[str, Losses]
    probabilities: dict[str, NDArray[np.float64]]
    rows: int
    epochs: int
    best_epoch: int


def run_fold(left_out: Sequence[str], work: FoldWork, cancel: CancelToken | None = None) -> FoldScores:
    """Fit a model without some symbols and judge it on them.

    Scaler, prior, stopping and calibration are those of the remaining symbols, so nothing of the ones left out is
    known. With none left out it is the model that `train_pooled` fits.

    Parameters
    ----------
    left_out : sequence of str
        Symbols that take no part; none for the model of all.
    work : FoldWork
        Rows and settings.
    cancel : CancelToken, optional
        Stops it within a moment.

    Raises
    ------
    KtrdrError
        As `pool`, `split_at` and `fit_rows` raise them.
    TooFewRows
        If a symbol that is judged has fewer than `LEAST_PART` test rows.
    """
    taken = [block for block in work.blocks if block.symbols[0] not in left_out]
    judged = [block for block in work.blocks if block.symbols[0] in left_out] or taken
    weights = work.weights and {block.symbols[0]: work.weights[block.symbols[0]] for block in taken}
    pooled, settings = pool(taken), work.strategy.training
    split = split_at(pooled, work.cuts)
    fitted = fit_rows(pooled, split, work.strategy, work.seed, weights, silent, cancel, work.device)
    calibrate(fitted.model, pooled.values, pooled, fitted.rows, split, settings)
    prior = class_prior(pooled.label[fitted.rows])
    tests = {block.symbols[0]: (block, rows_to_judge(block, work.cuts)) for block in judged}
    stated = {symbol: fitted.model.predict_proba(block.values[rows], symbol) for symbol, (block, rows) in tests.items()}
    return FoldScores(
        left_out=tuple(left_out),
        losses={symbol: _losses(stated[symbol], prior, block.label[rows]) for symbol, (block, rows) in tests.items()},
        probabilities=stated,
        rows=len(fitted.rows),
        epochs=len(fitted.trained.history),
        best_epoch=fitted.trained.best_epoch,
    )


def keep_work(work: FoldWork, folder: Path) -> Path:
    """Write what every fold starts from once, for workers that would otherwise be sent all rows with each fold.

    Parameters
    ----------
    work : FoldWork
        Rows and settings.
    folder : Path
        A folder that the workers see under the same path.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    path = folder / "folds.work"
    write_bytes(path, pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL))
    return path


def run_kept_fold(left_out: Sequence[str], path: Path, cancel: CancelToken | None = None) -> FoldScores:
    """Do as `run_fold` does, with what `keep_work` wrote for this certificate a moment ago.

    Parameters
    ----------
    left_out : sequence of str
        Symbols that take no part; none for the model of all.
    path : Path
        The file.
    cancel : CancelToken, optional
        Stops it within a moment.

    Raises
    ------
    KtrdrError
        As `run_fold` raises it.
    """
    return run_fold(left_out, unpickled(path.read_bytes()), cancel)


def rows_to_judge(block: FeatureBlock, cuts: Cuts) -> slice:
    """Return which rows of one symbol are test rows: those that became known after the last cut and its embargo.

    Parameters
    ----------
    block : FeatureBlock
        Rows of one symbol in order of time.
    cuts : Cuts
        Where it is cut.

    Raises
    ------
    TooFewRows
        If there are fewer than `LEAST_PART`.
    """
    first = int(np.searchsorted(block.close_time, cuts.test_start, side="right"))
    if len(block) - first < LEAST_PART:
        reason = "a symbol whose bars end before the common test span cannot be judged; leave it out"
        raise TooFewRows(f"the test part of {block.symbols[0]}", len(block) - first, LEAST_PART, reason)
    return slice(first, len(block))


def _losses(p: NDArray[np.float64], prior: NDArray[np.float64], label: NDArray[np.int8]) -> Losses:
    guess = np.broadcast_to(prior, p.shape)
    return Losses(class_probabilities_nll(p, label), class_probabilities_nll(guess, label))
