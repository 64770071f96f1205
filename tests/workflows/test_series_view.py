"""What the data station draws is what the files hold, good rows of bad files included."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, MalformedBars
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import map_coverage, view_series
from ktrdr_app.workflows.series_view import SeriesViewRequest


def test_candles_are_those_of_the_file(sample_workspace: Workspace) -> None:
    view = view_series(SeriesViewRequest(sample_workspace, "AAPL", "1d"))
    with open(sample_workspace.data / "AAPL_1d.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for name in ("open", "high", "low", "close"):
        assert getattr(view, name).tolist() == [float(row[name]) for row in rows]
        assert getattr(view, name).flags["C_CONTIGUOUS"]
    assert view.times.tolist() == [pd.Timestamp(row["timestamp"]).value for row in rows]
    assert (view.settings.asset_class, view.settings.calendar) == ("stock", "XNYS")
    assert view.path == sample_workspace.data / "AAPL_1d.csv"


def test_coverage_is_that_of_the_named_calendar(sample_workspace: Workspace) -> None:
    (sample_workspace.root / "symbols.yaml").write_text("AAPL: {calendar: 24/7}\n", encoding="utf-8")
    covered = map_coverage(SeriesViewRequest(sample_workspace, "AAPL", "1d"))
    opens = pd.read_csv(sample_workspace.data / "AAPL_1d.csv")["timestamp"]
    days = pd.date_range(opens.iloc[0], opens.iloc[-1], freq="D")
    assert covered.opens.size == len(days)
    assert covered.missing == len(days) - len(opens)


def test_rows_that_training_refuses_are_shown(sample_workspace: Workspace) -> None:
    file = sample_workspace.data / "IBM_1d.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.insert(10, lines[9])
    lines[20] = lines[20].split(",")[0] + ",0,0,0,0,1"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    view = view_series(SeriesViewRequest(sample_workspace, "IBM", "1d"))
    assert len(view.times) == len(lines) - 3
    assert (np.diff(view.times) > 0).all()
    assert (view.low > 0).all()


def test_what_cannot_be_drawn_is_told(sample_workspace: Workspace) -> None:
    with pytest.raises(DataNotFound):
        view_series(SeriesViewRequest(sample_workspace, "NOPE", "1d"))
    (sample_workspace.data / "IBM_1d.csv").write_text("timestamp,open\n2020-01-01,abc\n", encoding="utf-8")
    with pytest.raises(MalformedBars):
        view_series(SeriesViewRequest(sample_workspace, "IBM", "1d"))
    token = CancelToken("it")
    token.cancel()
    with pytest.raises(Cancelled):
        view_series(SeriesViewRequest(sample_workspace, "AAPL", "1d"), cancel=token)
