"""The inventory parses no file, knows what was counted before, and counts each series once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, DataNotFound, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.data.quality.inspect import inspect_file
from ktrdr_app.workflows import data_inventory
from ktrdr_app.workflows.data_inventory import (
    QualityBatch,
    QualityRequest,
    list_inventory,
    measure_quality,
    measure_some,
)
from ktrdr_app.workflows.inspect_data import DataCheckRequest


def refuse(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("a file was parsed")


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whoever parses a series file, by the strict way or the forgiving one."""
    monkeypatch.setattr("ktrdr_app.data.quick_parse.parse_bars", refuse)
    monkeypatch.setattr("ktrdr_app.data.column_cache.parse_bars", refuse)
    monkeypatch.setattr("ktrdr_app.data.quality.inspect.read_raw", refuse)
    monkeypatch.setattr("pandas.read_csv", refuse)


def test_listing_parses_nothing(sample_workspace: Workspace, unparsed: None) -> None:
    found = list_inventory(sample_workspace)
    assert [entry.series for entry in found] == workflows.list_data(sample_workspace)
    assert {entry.series.symbol: entry.asset_class for entry in found} == {
        "AAPL": "stock",
        "EURUSD": "forex",
        "GOOG": "stock",
        "IBM": "stock",
        "MSFT": "stock",
    }
    assert all(entry.quality is None for entry in found)


def test_measured_figures_are_listed_from_then_on(sample_workspace: Workspace, request: pytest.FixtureRequest) -> None:
    said: list[object] = []
    figures = measure_quality(QualityRequest(sample_workspace, "EURUSD", "1h"), said.append)
    assert said == [SymbolDone("EURUSD", 1, 1)]
    report = inspect_file(sample_workspace.data / "EURUSD_1h.csv", "EURUSD", "1h")
    assert figures == QualityFigures.of(report)
    request.getfixturevalue("unparsed")
    known = {entry.series.symbol: entry.quality for entry in list_inventory(sample_workspace)}
    assert known.pop("EURUSD") == figures
    assert set(known.values()) == {None}
    assert measure_quality(QualityRequest(sample_workspace, "EURUSD", "1h")) == figures


def test_a_check_makes_the_figures_known(sample_workspace: Workspace) -> None:
    report = workflows.check_data(DataCheckRequest(sample_workspace, "IBM", "1d"))
    known = {entry.series.symbol: entry.quality for entry in list_inventory(sample_workspace)}
    assert known["IBM"] == QualityFigures.of(report)


def test_symbols_yaml_counts_more_than_names(sample_workspace: Workspace) -> None:
    (sample_workspace.root / "symbols.yaml").write_text("IBM: {asset_class: forex}\n", encoding="utf-8")
    classes = {entry.series.symbol: entry.asset_class for entry in list_inventory(sample_workspace)}
    assert classes["IBM"] == "forex"
    assert measure_quality(QualityRequest(sample_workspace, "IBM", "1d")).calendar == "forex"


def test_a_file_that_is_no_series_is_listed_as_such(sample_workspace: Workspace) -> None:
    (sample_workspace.data / "BAD_1d.csv").write_text("<html></html>\n<p>\n", encoding="utf-8")
    figures = measure_quality(QualityRequest(sample_workspace, "BAD", "1d"))
    assert figures.verdict == "unreadable"
    assert "BAD_1d.csv" in figures.worst
    known = {entry.series.symbol: entry for entry in list_inventory(sample_workspace)}
    assert known["BAD"].quality == figures
    assert known["BAD"].asset_class == "stock"


def test_what_is_missing_or_wrong_is_told(sample_workspace: Workspace) -> None:
    with pytest.raises(DataNotFound):
        measure_quality(QualityRequest(sample_workspace, "NOPE", "1d"))
    (sample_workspace.root / "symbols.yaml").write_text("IBM: {asset_class: house}\n", encoding="utf-8")
    with pytest.raises(InvalidValue):
        list_inventory(sample_workspace)


def test_both_can_be_stopped(sample_workspace: Workspace) -> None:
    token = CancelToken("it")
    token.cancel()
    with pytest.raises(Cancelled):
        list_inventory(sample_workspace, cancel=token)
    with pytest.raises(Cancelled):
        measure_quality(QualityRequest(sample_workspace, "IBM", "1d"), cancel=token)


def test_a_batch_begins_nothing_after_its_time(sample_workspace: Workspace) -> None:
    names = (("IBM", "1d"), ("NOPE", "1d"), ("MSFT", "1d"))
    assert [found.symbol for found in measure_some(QualityBatch(sample_workspace, names, 0.0))] == ["IBM"]
    found = measure_some(QualityBatch(sample_workspace, names, 600.0))
    assert [(entry.symbol, entry.verdict == "unreadable") for entry in found] == [
        ("IBM", False),
        ("NOPE", True),
        ("MSFT", False),
    ]
    assert found[0] == measure_quality(QualityRequest(sample_workspace, "IBM", "1d"))


def test_the_document_has_the_figures(sample_workspace: Workspace) -> None:
    measure_quality(QualityRequest(sample_workspace, "IBM", "1d"))
    documents = {entry.series.symbol: entry.to_document() for entry in list_inventory(sample_workspace)}
    assert documents["AAPL"]["quality"] is None
    assert documents["IBM"]["quality"]["verdict"] in ("clean", "warning", "error")
    assert documents["IBM"]["path"] == sample_workspace.data / "IBM_1d.csv"


def test_an_empty_workspace_has_an_empty_list(tmp_path: Path) -> None:
    assert list_inventory(Workspace(tmp_path)) == ()
    assert not (tmp_path / ".cache").exists()
    assert data_inventory.figure_cache(Workspace(tmp_path)).folder == tmp_path / ".cache" / "quality"
