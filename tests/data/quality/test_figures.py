"""Figures of a series are kept for one content, one calendar and one program, and for nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ktrdr_app.core.errors import EmptyData
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.column_cache import Note
from ktrdr_app.data.quality import figures as module
from ktrdr_app.data.quality.figures import FigureCache, QualityFigures
from ktrdr_app.data.quality.inspect import inspect_file
from ktrdr_app.data.symbols import SymbolBook


@pytest.fixture
def source(sample_workspace: Workspace) -> Path:
    return sample_workspace.data / "AAPL_1d.csv"


@pytest.fixture
def cache(sample_workspace: Workspace) -> FigureCache:
    return FigureCache(sample_workspace.cache / "quality")


def counted(source: Path, book: SymbolBook | None = None) -> QualityFigures:
    return QualityFigures.of(inspect_file(source, "AAPL", "1d", book))


def test_figures_are_those_of_the_report(source: Path) -> None:
    document = inspect_file(source, "AAPL", "1d").to_document()
    found = counted(source)
    assert (found.expected, found.expected - found.present) == (document["expected_bars"], document["missing_bars"])
    assert {"expected": found.gaps_expected, "unexpected": found.gaps_unexpected} == document["gaps"]
    assert (found.verdict, found.bars, found.asset_class) == (document["verdict"], document["bars"], "stock")
    grave = [entry["message"] for entry in document["findings"] if entry["severity"] != "info"]
    assert found.worst == (grave[0] if grave else "")
    assert found.share == pytest.approx(found.present / found.expected)


def test_what_was_kept_is_found_again(cache: FigureCache, source: Path) -> None:
    assert cache.read(source, {}) is None
    figures = counted(source)
    cache.keep(source, Note.of(source, 0), {}, figures)
    assert cache.read(source, {}) == figures
    assert FigureCache(cache.folder).read(source, {}) == figures


def test_a_changed_file_is_not_found(cache: FigureCache, source: Path) -> None:
    cache.keep(source, Note.of(source, 0), {}, counted(source))
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("2005-03-01", "2005-03-02", 1), encoding="utf-8")
    assert cache.read(source, {}) is None


def test_a_touched_file_is_found_by_its_content(cache: FigureCache, source: Path) -> None:
    figures = counted(source)
    cache.keep(source, Note.of(source, 0), {}, figures)
    os.utime(source, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
    assert cache.read(source, {}) == figures
    held = json.loads((cache.folder / "AAPL_1d.json").read_text(encoding="utf-8"))
    assert held["note"]["mtime_ns"] == 1_700_000_000_000_000_000


def test_a_file_that_changed_while_it_was_counted_is_not_kept(cache: FigureCache, source: Path) -> None:
    note = Note.of(source, 0)
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    cache.keep(source, note, {}, counted(source))
    assert cache.read(source, {}) is None


@pytest.mark.parametrize("given", [{"calendar": "XLON"}, {"asset_class": "forex"}])
def test_another_calendar_needs_another_count(cache: FigureCache, source: Path, given: dict[str, str]) -> None:
    cache.keep(source, Note.of(source, 0), {}, counted(source))
    assert cache.read(source, given) is None
    assert cache.read(source, {"tick": 0.5}) is not None


def test_another_program_counts_anew(cache: FigureCache, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.keep(source, Note.of(source, 0), {}, counted(source))
    monkeypatch.setattr(module, "__version__", "0.0.0")
    assert cache.read(source, {}) is None


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"note": 3}', '{"note": {"format": 1}}'])
def test_a_damaged_note_is_passed_over(cache: FigureCache, source: Path, text: str) -> None:
    cache.folder.mkdir(parents=True)
    (cache.folder / "AAPL_1d.json").write_text(text, encoding="utf-8")
    assert cache.read(source, {}) is None


def test_figures_of_another_form_are_passed_over(cache: FigureCache, source: Path) -> None:
    cache.keep(source, Note.of(source, 0), {}, counted(source))
    file = cache.folder / "AAPL_1d.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["figures"]["bars"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert cache.read(source, {}) is None


def test_a_cache_that_cannot_be_written_is_done_without(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    blocked = FigureCache(tmp_path / "file")
    blocked.keep(source, Note.of(source, 0), {}, counted(source))
    assert blocked.read(source, {}) is None


def test_an_unreadable_file_says_why() -> None:
    found = QualityFigures.unreadable("AAPL", "1d", EmptyData("AAPL_1d.csv"))
    assert found.verdict == "unreadable"
    assert "AAPL_1d.csv" in found.worst
    assert found.share != found.share
