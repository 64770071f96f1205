"""Notes, tags and pins lie beside the folders, which stay as they were saved; a pin is the resolver's step 0."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktrdr_app.core.errors import InvalidValue, ModelRejected, StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import notes
from ktrdr_app.model_store.deletion import delete_model, restore_model
from ktrdr_app.model_store.loaders import ModelLoader, UniversalModelLoader
from ktrdr_app.model_store.notes import LONGEST_NOTE, PinSet, RemarksSet, annotate, pin, read_notes, tag, unpin
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import Resolution, resolve
from tests.model_store.builders import STRATEGY, link_latest, save, write_original


def chosen(resolution: Resolution) -> tuple[str, int]:
    assert resolution.chosen is not None
    return resolution.chosen.path.name, resolution.chosen.step


class TestRemarks:
    def test_they_are_kept_beside_and_listed(self, tmp_path: Path) -> None:
        folder, other = save(tmp_path), save(tmp_path)
        before = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()}
        annotate(folder, tmp_path, "tried with µ ≤ 3\nsecond line")
        assert tag(folder, tmp_path, add=("good", "best")).tags == ("best", "good")
        assert tag(folder, tmp_path, add=("new",), remove=("best", "never")).tags == ("good", "new")
        assert {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()} == before
        found = {info.path: (info.note, info.tags) for info in list_models(tmp_path)}
        assert found == {folder: ("tried with µ ≤ 3\nsecond line", ("good", "new")), other: ("", ())}

    def test_what_is_taken_away_leaves_nothing(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        annotate(folder, tmp_path, "x")
        tag(folder, tmp_path, add=("a",))
        annotate(folder, tmp_path, "")
        assert tag(folder, tmp_path, remove=("a",)) == RemarksSet(folder, "", ())
        assert read_notes(folder.parent).models == {}

    def test_they_wait_for_a_deleted_model(self, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path)
        folder = save(workspace.models)
        annotate(folder, workspace.models, "kept")
        delete_model(workspace, folder)
        restore_model(workspace)
        assert [info.note for info in list_models(workspace.models)] == ["kept"]

    @pytest.mark.parametrize("word", ["", "two words", "a,b", "x" * 41, "line\n"])
    def test_a_tag_is_one_word(self, tmp_path: Path, word: str) -> None:
        with pytest.raises(InvalidValue):
            tag(save(tmp_path), tmp_path, add=(word,))

    def test_a_note_has_a_limit_and_a_model_a_place(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValue):
            annotate(save(tmp_path / "a"), tmp_path / "a", "x" * (LONGEST_NOTE + 1))
        with pytest.raises(InvalidValue):
            annotate(save(tmp_path / "b"), tmp_path / "a", "of another store")

    def test_threads_that_write_at_once_lose_nothing(self, tmp_path: Path) -> None:
        folder = save(tmp_path)
        words = [f"w{number}" for number in range(24)]

        def work(own: list[str]) -> None:
            for word in own:
                tag(folder, tmp_path, add=(word,))

        threads = [threading.Thread(target=work, args=(words[start::4],)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert read_notes(folder.parent).of(folder.name).tags == tuple(sorted(words))

    @pytest.mark.parametrize("text", ["", "[]", '{"pins": []}', '{"pins": {}, "models": {"a": 5}}', "[" * 99_999])
    def test_a_damaged_file_is_told_and_never_overwritten(self, tmp_path: Path, text: str) -> None:
        folder = save(tmp_path)
        (folder.parent / "notes.json").write_text(text, encoding="utf-8")
        with pytest.raises(StorageProblem):
            annotate(folder, tmp_path, "x")
        assert (folder.parent / "notes.json").read_text(encoding="utf-8") == text
        assert [info.complete for info in list_models(tmp_path)] == [True]
        resolution = resolve(tmp_path, STRATEGY, "1h")
        assert chosen(resolution) == ("universal_1h_v1", 1)
        assert [entry.result for entry in resolution.trace] == ["rejected", "chosen"]


class TestPins:
    def test_a_pin_goes_before_every_step_and_the_trace_says_so(self, tmp_path: Path) -> None:
        first = save(tmp_path)
        save(tmp_path)
        link_latest(write_original(tmp_path, symbol="IBM"))
        assert pin(first, tmp_path).before == ""
        for symbol, prefer in ((None, None), ("IBM", "legacy"), ("IBM", "universal"), ("TSLA", None)):
            resolution = resolve(tmp_path, STRATEGY, "1h", symbol, prefer)
            assert chosen(resolution) == ("universal_1h_v1", 0)
            assert [(entry.step, entry.result, entry.reason) for entry in resolution.trace] == [
                (0, "chosen", "it is pinned")
            ]
            assert resolution.warning == ""
        _, info = UniversalModelLoader(tmp_path).load_model_for_strategy(STRATEGY, "1h")
        assert (info["version"], info["step"]) == (1, 0)
        assert [(info.version, info.pinned, info.latest) for info in list_models(tmp_path) if not info.symbol] == [
            (2, False, True),
            (1, True, False),
        ]

    def test_who_asks_for_a_symbols_own_gets_it(self, tmp_path: Path) -> None:
        pin(save(tmp_path), tmp_path)
        write_original(tmp_path, symbol="IBM")
        _, info = ModelLoader(tmp_path).load_model(STRATEGY, "IBM", "1h")
        assert info["kind"] == "legacy"

    def test_one_pin_per_time_frame(self, tmp_path: Path) -> None:
        first, second, daily = save(tmp_path), save(tmp_path), save(tmp_path, timeframe="1d")
        pin(first, tmp_path)
        pin(daily, tmp_path)
        assert pin(second, tmp_path).before == "universal_1h_v1"
        assert chosen(resolve(tmp_path, STRATEGY, "1h")) == ("universal_1h_v2", 0)
        assert chosen(resolve(tmp_path, STRATEGY, "1d")) == ("universal_1d_v1", 0)
        with pytest.raises(InvalidValue):
            unpin(first, tmp_path)
        assert unpin(second, tmp_path).before == "universal_1h_v2"
        assert chosen(resolve(tmp_path, STRATEGY, "1h")) == ("universal_1h_v2", 1)

    def test_a_path_may_be_written_in_any_way(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        models = tmp_path / "models"
        folder = save(models)
        (tmp_path / "linked").symlink_to(models)
        monkeypatch.chdir(tmp_path)
        for path in (Path("models") / STRATEGY / folder.name, tmp_path / "linked" / STRATEGY / folder.name):
            assert pin(path, models) == PinSet(STRATEGY, "1h", "", folder.name)
            assert annotate(path, models, "x").path == folder
            assert unpin(path, models) == PinSet(STRATEGY, "1h", folder.name, "")
        with pytest.raises(InvalidValue):
            pin(save(tmp_path / "elsewhere"), models)

    def test_a_pin_that_another_process_moved_meanwhile_is_not_taken_away(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = save(tmp_path), save(tmp_path)
        pin(first, tmp_path)
        locked = notes.locked

        @contextlib.contextmanager
        def late(strategy: Path) -> Iterator[None]:
            document = {"format": 1, "pins": {"1h": second.name}, "models": {}}
            (strategy / "notes.json").write_text(json.dumps(document), encoding="utf-8")
            with locked(strategy):
                yield

        monkeypatch.setattr(notes, "locked", late)
        with pytest.raises(InvalidValue):
            unpin(first, tmp_path)
        assert read_notes(first.parent).pins == {"1h": second.name}

    def test_another_symbols_pinned_model_warns_and_needs_allow_any(self, tmp_path: Path) -> None:
        save(tmp_path)
        pin(write_original(tmp_path, symbol="IBM", folder="legacy"), tmp_path)
        own = resolve(tmp_path, STRATEGY, "1h", "IBM")
        assert (chosen(own), own.warning) == (("IBM_1h_v1", 0), "")
        foreign = resolve(tmp_path, STRATEGY, "1h", "AAPL")
        assert chosen(foreign) == ("IBM_1h_v1", 0)
        assert "pinned" in foreign.warning
        strict = resolve(tmp_path, STRATEGY, "1h", "AAPL", allow_any=False)
        assert chosen(strict) == ("universal_1h_v1", 1)
        assert (strict.trace[0].step, strict.trace[0].result) == (0, "skipped")

    def test_a_pinned_model_that_is_damaged_or_gone_is_told_and_the_steps_decide(self, tmp_path: Path) -> None:
        first, second = save(tmp_path), save(tmp_path)
        pin(first, tmp_path)
        (first / "model.pt").write_bytes(b"x")
        damaged = resolve(tmp_path, STRATEGY, "1h")
        assert chosen(damaged) == (second.name, 1)
        assert (damaged.trace[0].step, damaged.trace[0].result) == (0, "rejected")
        first.rename(tmp_path / "gone")
        gone = resolve(tmp_path, STRATEGY, "1h")
        assert chosen(gone) == (second.name, 1)
        assert (gone.trace[0].step, gone.trace[0].result) == (0, "absent")
        assert unpin(first, tmp_path).before == first.name
        (second / "config.json").unlink()
        with pytest.raises(ModelRejected):
            pin(second, tmp_path)

    @pytest.mark.parametrize("key", ["../../x/universal_1h_v1", "universal_1d_v1", "/universal_1h_v1", "", "x", 5])
    def test_a_pin_written_by_hand_cannot_lead_astray(self, tmp_path: Path, key: object) -> None:
        folder = save(tmp_path)
        document = {"format": 1, "pins": {"1h": key}, "models": {}}
        (folder.parent / "notes.json").write_text(json.dumps(document), encoding="utf-8")
        resolution = resolve(tmp_path, STRATEGY, "1h")
        assert chosen(resolution) == (folder.name, 1)
        assert all(entry.result == "rejected" for entry in resolution.trace[:-1])
