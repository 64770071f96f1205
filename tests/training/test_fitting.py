"""Fitting apart from judging: scaled by training rows, uncalibrated, and nothing measured."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, OneClass
from ktrdr_app.core.progress import EpochFinished, Note
from ktrdr_app.features.contract import FeatureBlock
from ktrdr_app.neural.calibration import UNCALIBRATED
from ktrdr_app.training.combine import pool
from ktrdr_app.training.fitting import FLAGS, fit_rows
from ktrdr_app.training.split import split_by_time
from tests.features.strategies import probe
from tests.training.blocks import planted

STRATEGY = probe().strategy


def _pooled() -> FeatureBlock:
    return pool([planted("A", 500, seed=1), planted("B", 400, seed=2)])


def test_rows_are_scaled_where_they_lie_by_the_training_rows() -> None:
    block, raw = _pooled(), _pooled().values
    split = split_by_time(block, STRATEGY.training.split)
    fitted = fit_rows(block, split, STRATEGY, 0)
    peer = StandardScaler().fit(raw[split.train].astype(np.float64))
    np.testing.assert_allclose(block.values, peer.transform(raw), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(np.sort(fitted.rows), split.train)
    assert fitted.model.calibration == UNCALIBRATED
    assert len(fitted.trained.history) == STRATEGY.training.epochs
    assert fitted.constant == ()


def test_a_feature_that_never_varies_is_told_unless_it_is_a_flag() -> None:
    block, notes = _pooled(), []
    block.values[:, 2] = 4.0
    split = split_by_time(block, STRATEGY.training.split)
    fitted = fit_rows(block, split, STRATEGY, 0, progress=notes.append)
    assert fitted.constant == ("f2",)
    assert any(isinstance(event, Note) and "f2" in event.text for event in notes)
    assert "f2" not in FLAGS
    assert [event.epoch for event in notes if isinstance(event, EpochFinished)] == [1, 2, 3]


def test_one_class_and_a_raised_token_end_it() -> None:
    block = _pooled()
    block.label[block.symbol_id == 1] = 1
    split = split_by_time(block, STRATEGY.training.split)
    with pytest.raises(OneClass, match="B"):
        fit_rows(block, split, STRATEGY, 0)
    token = CancelToken("training")
    token.cancel()
    with pytest.raises(Cancelled):
        fit_rows(_pooled(), split, STRATEGY, 0, cancel=token)
