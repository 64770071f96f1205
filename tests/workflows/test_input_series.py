"""Closes and fuzzy inputs beside each other: as the data file and the editor's values have them."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.input_series import load_inputs
from ktrdr_app.workflows.inspect_series import load_fuzzy_view
from ktrdr_app.workflows.requests import FuzzyViewRequest, SeriesRequest

STRATEGY = "neuro_mean_reversion"


def test_every_bar_has_its_close_and_its_values(sample_workspace: Workspace) -> None:
    found = load_inputs(SeriesRequest(sample_workspace, STRATEGY, "GOOG", "1d"))
    with (sample_workspace.data / "GOOG_1d.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert found.close.tolist() == [float(row["close"]) for row in rows]
    stamps = [np.datetime64(next(iter(row.values())).removesuffix("Z").removesuffix("+00:00"), "ns") for row in rows]
    assert found.times.tolist() == [int(stamp.astype(np.int64)) for stamp in stamps]
    assert set(found.inputs) == {"rsi", "sma", "lower_band", "macd"}
    for name, values in found.inputs.items():
        known = load_fuzzy_view(FuzzyViewRequest(sample_workspace, STRATEGY, name, ("GOOG",), "1d")).values["GOOG"]
        assert len(values) == len(found.close)
        assert values[np.isfinite(values)].tobytes() == known.tobytes()
        assert np.isnan(values[0])


def test_what_is_not_there_is_said(sample_workspace: Workspace) -> None:
    with pytest.raises(DataNotFound):
        load_inputs(SeriesRequest(sample_workspace, STRATEGY, "NOPE", "1d"))


def test_it_can_be_cancelled(sample_workspace: Workspace) -> None:
    token = CancelToken("the test")
    token.cancel()
    with pytest.raises(Cancelled):
        load_inputs(SeriesRequest(sample_workspace, STRATEGY, "GOOG", "1d"), cancel=token)
