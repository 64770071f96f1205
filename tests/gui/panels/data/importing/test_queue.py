"""The queue of an import: the last change wins, files are written one by one, a stop is honoured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.gui.panels.data.importing.entry import State
from ktrdr_app.gui.panels.data.importing.importer import Importer
from tests.data.importing.vendors import VENDORS, series
from tests.gui.helpers import child, click, settle
from tests.gui.panels.data.importing.conftest import Opener

pytestmark = pytest.mark.gui

Still = Callable[[], None]


def daily(folder: Path, *names: str) -> list[Path]:
    paths = []
    for days, name in enumerate(names, start=60):
        path = folder / f"{name}_1d.csv"
        path.write_text(VENDORS["yahoo"].text(series(days, "1D")))
        paths.append(path)
    return paths


def states(importer: Importer) -> list[State]:
    return [entry.state for entry in importer.queue.entries]


def test_three_files_are_imported_together_and_the_others_wait(
    qtbot: QtBot,
    importer: Importer,
    open_files: Opener,
    still: Still,
    empty_workspace: Workspace,
    naive: Path,
    page: Path,
    tmp_path: Path,
) -> None:
    files = daily(tmp_path, "AAA", "BBB", "CCC")
    dialog = open_files([naive, *files, page])
    assert states(importer) == [State.ASKS, State.READY, State.READY, State.READY, State.FAILED]
    words = [dialog.files.words(entry) for entry in importer.queue.entries]
    assert words[:2] == ["needs an answer", "ready"]
    assert words[4] == "failed: found a web page (HTML)"
    assert dialog.files.heading.text() == "5 files, 3 ready"
    with qtbot.waitSignal(importer.imported, timeout=60_000) as announced:
        click(qtbot, child(dialog, QPushButton, "importDialog.importAll"))
    assert [document["symbol"] for document in announced.args[0]] == ["AAA", "BBB", "CCC"]
    still()
    assert states(importer) == [State.ASKS, *[State.IMPORTED] * 3, State.FAILED]
    assert dialog.isVisible()
    for days, name in enumerate(("AAA", "BBB", "CCC"), start=60):
        assert len(CSVDataSource(empty_workspace.data).load(name, "1d")) == days


def test_the_last_of_quick_changes_wins(importer: Importer, open_files: Opener, still: Still, naive: Path) -> None:
    open_files([naive])
    (entry,) = importer.queue.entries
    for zone in ("Asia/Tokyo", "Europe/London", "America/New_York"):
        importer.queue.answer(entry, "timezone", zone)
        importer.queue._read_next()
    assert entry.state is State.READING
    still()
    assert entry.preview is not None
    assert entry.preview.settings["timezone"].value == "America/New_York"
    assert entry.preview.span is not None
    wall = int(naive.read_text().split(",")[1][:2])
    assert entry.preview.span.first.index[0].hour == wall + 5


def test_a_stop_leaves_the_rest_unwritten(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    dialog = open_files(daily(tmp_path, "AAA", "BBB", "CCC"))
    dialog.import_all()
    assert states(importer) == [State.IMPORTING] * 3
    assert dialog.footer.reason.text() == "Importing AAA_1d.csv (1 of 3)…"
    assert not dialog.footer.progress.isHidden()
    click(qtbot, child(dialog, QPushButton, "importDialog.cancel"))
    settle(qtbot, importer._context.tasks)
    still()
    assert states(importer)[1:] == [State.READY, State.READY]
    assert dialog.footer.progress.isHidden()
    names = {path.name for path in empty_workspace.data.glob("*")} if empty_workspace.data.exists() else set()
    assert names == ({"AAA_1d.csv"} if states(importer)[0] is State.IMPORTED else set())


def test_two_files_of_one_series_are_not_laid_over_each_other_unasked(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    files = [*daily(tmp_path / "one", "AAA"), *daily(tmp_path / "two", "AAA")]
    dialog = open_files(files)
    assert states(importer) == [State.READY, State.READY]
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        dialog.import_all()
    still()
    assert states(importer) == [State.IMPORTED, State.ASKS]
    assert [question.key for question in importer.queue.entries[1].open_questions] == ["on_conflict"]
    assert dialog.current is importer.queue.entries[1]


def test_an_answer_for_all_reaches_the_files_that_are_left(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, tmp_path: Path
) -> None:
    files = []
    for name in ("ABC60", "DEF60", "GHI60"):
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text(VENDORS["metatrader 4"].text(series(60)))
    dialog = open_files(files)
    assert states(importer) == [State.ASKS] * 3
    assert not dialog.footer.for_all.isEnabled()
    importer.queue.answer(importer.queue.entries[0], "timezone", "Europe/Athens")
    importer.queue.answer(importer.queue.entries[0], "symbol", "OTHER")
    still()
    click(qtbot, dialog.footer.for_all)
    still()
    assert states(importer) == [State.READY] * 3
    assert [entry.preview.symbol for entry in importer.queue.entries if entry.preview] == ["OTHER", "DEF", "GHI"]
    assert all(entry.answers["timezone"] == "Europe/Athens" for entry in importer.queue.entries)


def test_a_file_can_be_left_out_but_not_while_it_is_written(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, tmp_path: Path
) -> None:
    files = daily(tmp_path, "AAA", "BBB", "CCC")
    dialog = open_files(files)
    click(qtbot, child(dialog, QPushButton, "importDialog.remove"))
    assert [entry.path for entry in importer.queue.entries] == files[1:]
    assert files[0].exists()
    assert dialog.current is importer.queue.entries[0]
    dialog.import_current()
    importer.queue.remove(importer.queue.entries[0])
    assert len(importer.queue.entries) == 2
    still()


def test_a_file_is_taken_once_and_again_after_it_was_imported(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, plain: Path, naive: Path
) -> None:
    dialog = open_files([plain, naive])
    importer.queue.add([plain])
    assert len(importer.queue.entries) == 2
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        dialog.import_current()
    importer.queue.add([plain])
    still()
    assert states(importer) == [State.IMPORTED, State.ASKS, State.ASKS]


def test_many_files_are_read_a_few_at_a_time(qtbot: QtBot, importer: Importer, tmp_path: Path) -> None:
    files = daily(tmp_path, *(f"S{number:02d}" for number in range(12)))
    seen: list[int] = []
    importer.queue.entryChanged.connect(lambda _entry: seen.append(len(importer.queue._reads)))
    importer.queue.add(files)
    qtbot.waitUntil(lambda: states(importer) == [State.READY] * 12, timeout=60_000)
    assert max(seen) <= 2


def test_chosen_columns_go_to_the_files_with_the_same_headings(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, tmp_path: Path
) -> None:
    rows = "\n".join(f"2020-01-{day:02d},10,12,9,11,11.5,7" for day in range(1, 29))
    heads = {"AAA": "Date,Open,High,Low,Close,Fixing,Volume", "CCC": "Date,Open,High,Low,Fixing,Close,Volume"}
    files = []
    for name in ("AAA", "BBB", "CCC"):
        files.append(tmp_path / f"{name}_1d.csv")
        files[-1].write_text(f"{heads.get(name, heads['AAA'])}\n{rows}\n")
    dialog = open_files(files)
    first, same, other = importer.queue.entries
    importer.queue.choose_column(first, "close", 5)
    still()
    click(qtbot, dialog.footer.for_all)
    still()
    assert (same.columns, other.columns) == ({"close": 5}, {})
    closes = [entry.preview.span.closes[0] for entry in (first, same, other) if entry.preview and entry.preview.span]
    assert closes == [11.5, 11.5, 11.5]
    importer.queue.choose_column(first, "close", None)
    still()
    assert first.preview is not None
    assert first.preview.columns["close"] == 4


def test_each_file_keeps_its_own_answers(
    importer: Importer, open_files: Opener, still: Still, naive: Path, plain: Path
) -> None:
    dialog = open_files([naive, plain])
    asking, clear = importer.queue.entries
    importer.queue.answer(asking, "timezone", "Europe/Athens")
    still()
    dialog.show_entry(clear)
    assert dialog.questions.isHidden()
    assert dialog.form.fields["symbol"].text() == "XYZ"  # type: ignore[union-attr]
    assert clear.answers == {}
    dialog.show_entry(asking)
    assert dialog.questions.rows["timezone"].field.currentText() == "Europe/Athens"  # type: ignore[union-attr]
    assert dialog.form.fields["symbol"].text() == "ABC"  # type: ignore[union-attr]
    assert dialog._name.accessibleName() == naive.name
