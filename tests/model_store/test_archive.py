"""A model goes out and comes in as one file; whatever else claims to be one is refused and leaves nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ktrdr_app.core import sealed_zip
from ktrdr_app.core.errors import (
    FileMissing,
    InvalidValue,
    ModelNotFound,
    ModelRejected,
    StorageProblem,
    WorkspaceReadOnly,
)
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.archive import LABEL, export_model, import_model
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.migration import migrate_step
from ktrdr_app.model_store.migration_plan import plan_migration
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.samples import SampleRows
from ktrdr_app.model_store.verify import verify_model
from tests.core.protected import only_looked_at
from tests.model_store.builders import STRATEGY, edit, pickle_calling, raw_rows, save, write_original

SAMPLES = SampleRows(np.zeros((2, 4), dtype=np.float32), np.zeros(2, dtype=np.int16))


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    file = tmp_path / "model.zip"
    export_model(save(tmp_path / "source", samples=SAMPLES), file)
    return file


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(file: Path, held: dict[str, bytes], *, relabel: bool = False) -> Path:
    """Write a zip with these entries and, as a careful attacker would, their checksums in the label."""
    if relabel:
        label = json.loads(held[LABEL])
        label["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in held.items() if name != LABEL}
        held = held | {LABEL: json.dumps(label).encode()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return file


def refused(file: Path, tmp_path: Path, match: str = "") -> None:
    """Importing is refused, and neither the store nor anything around it has changed."""
    store = tmp_path / "target" / "models"
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(ModelRejected, match=match or None) as caught:
        import_model(file, store)
    assert caught.value.where == str(file)
    left = [path for path in tmp_path.rglob("*") if path not in before]
    assert [path for path in left if path not in (store, store.parent)] == []


class TestThereAndBack:
    @pytest.mark.parametrize("symbol", [None, "MSFT"])
    def test_a_model_predicts_the_same_where_it_comes_in(self, tmp_path: Path, symbol: str | None) -> None:
        source = save(tmp_path / "a", symbol=symbol, samples=SAMPLES)
        done = export_model(source, tmp_path / "out" / "m.zip")
        assert "model_full.pt" in done.left_out
        came = import_model(tmp_path / "out" / "m.zip", tmp_path / "b")
        assert (came.path, came.renumbered) == (tmp_path / "b" / STRATEGY / source.name, False)
        rows = raw_rows()
        before, after = load_model(source).model, load_model(came.path).model
        assert (before.predict_proba(rows) == after.predict_proba(rows)).all()
        assert verify_model(came.path).passed
        assert {check.result for check in verify_model(came.path).checks} == {"passed"}
        assert came.latest == source.name

    def test_nothing_comes_into_a_workspace_that_is_only_looked_at(self, tmp_path: Path, zipped: Path) -> None:
        workspace = Workspace(tmp_path / "guarded")
        workspace.models.mkdir(parents=True)
        with only_looked_at(workspace), pytest.raises(WorkspaceReadOnly):
            import_model(zipped, workspace.models)
        assert import_model(zipped, workspace.models).path.is_dir()

    def test_a_folder_of_the_originals(self, tmp_path: Path) -> None:
        source = write_original(tmp_path / "a", version=4)
        export_model(source, tmp_path / "m.zip")
        came = import_model(tmp_path / "m.zip", tmp_path / "b")
        assert came.path.name == "MSFT_1h_v4"
        rows = raw_rows()
        assert (load_model(source).model.predict_proba(rows) == load_model(came.path).model.predict_proba(rows)).all()

    def test_a_migrated_copy(self, tmp_path: Path) -> None:
        write_original(tmp_path / "a")
        (step,) = (migrate_step(step, tmp_path / "a", "x") for step in plan_migration(tmp_path / "a"))
        done = export_model(step.target, tmp_path / "m.zip")
        assert ("scaler.json" in done.files, "scaler.pkl" in done.left_out) == (True, True)
        came = import_model(tmp_path / "m.zip", tmp_path / "b")
        rows = raw_rows()
        before, after = load_model(step.source).model, load_model(came.path).model
        assert (before.predict_proba(rows) == after.predict_proba(rows)).all()
        assert verify_model(came.path).passed

    def test_the_same_model_gives_the_same_bytes(self, tmp_path: Path) -> None:
        folder = save(tmp_path / "a")
        export_model(folder, tmp_path / "1.zip")
        export_model(folder.with_name("universal_1h_latest"), tmp_path / "2.zip")
        assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()

    def test_no_file_is_overwritten_and_a_damaged_model_does_not_go_out(self, tmp_path: Path, zipped: Path) -> None:
        before = zipped.read_bytes()
        folder = tmp_path / "source" / STRATEGY / "universal_1h_v1"
        with pytest.raises(InvalidValue):
            export_model(folder, zipped)
        assert zipped.read_bytes() == before
        (folder / "model.pt").write_bytes(b"x")
        with pytest.raises(ModelRejected):
            export_model(folder, tmp_path / "other.zip")
        with pytest.raises(ModelNotFound):
            export_model(folder.with_name("universal_1h_v5"), tmp_path / "other.zip")
        assert not list(tmp_path.glob("*other*"))


class TestDisks:
    def test_a_store_that_cannot_be_written_is_named_and_not_the_file(self, tmp_path: Path, zipped: Path) -> None:
        store = tmp_path / "b"
        store.write_text("a file")
        with pytest.raises(StorageProblem) as caught:
            import_model(zipped, store)
        assert caught.value.where == str(store / STRATEGY)

    def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(self, tmp_path: Path) -> None:
        folder = save(tmp_path / "a")
        (tmp_path / "out").write_text("a file")
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(StorageProblem) as caught:
            export_model(folder, tmp_path / "out" / "m.zip")
        assert caught.value.where == str(tmp_path / "out" / "m.zip")
        assert sorted(tmp_path.rglob("*")) == before

    def test_a_latest_that_cannot_be_written_is_logged_and_the_model_is_there(
        self, tmp_path: Path, zipped: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "b" / STRATEGY / "universal_1h_latest").mkdir(parents=True)
        came = import_model(zipped, tmp_path / "b")
        assert (verify_model(came.path).passed, came.latest) == (True, "")
        assert any("universal_1h_latest" in message for message in caplog.messages)


class TestNumbers:
    def test_a_taken_number_gives_the_next_free_one_and_is_told(self, tmp_path: Path, zipped: Path) -> None:
        store = tmp_path / "b"
        for _ in range(3):
            save(store)
        came = import_model(zipped, store)
        assert (came.path.name, came.was, came.renumbered) == ("universal_1h_v4", "universal_1h_v1", True)
        for name in ("metadata.json", "training_manifest.json"):
            assert json.loads((came.path / name).read_text(encoding="utf-8"))["version"] == 4
        assert verify_model(came.path).passed
        assert save(store).name == "universal_1h_v5"

    def test_latest_stays_until_somebody_moves_it(self, tmp_path: Path, zipped: Path) -> None:
        store = tmp_path / "b"
        save(store)
        assert import_model(zipped, store).latest == "universal_1h_v1"
        (store / STRATEGY / "universal_1h_latest").unlink()
        assert import_model(zipped, store).latest == "universal_1h_v2"

    def test_a_higher_number_is_kept_and_every_import_is_a_model_of_its_own(self, tmp_path: Path) -> None:
        for _ in range(3):
            folder = save(tmp_path / "a")
        export_model(folder, tmp_path / "m.zip")
        names = [import_model(tmp_path / "m.zip", tmp_path / "b").path.name for _ in range(2)]
        assert names == ["universal_1h_v3", "universal_1h_v4"]
        assert all(info.complete for info in list_models(tmp_path / "b"))


ESCAPES = [
    "../canary.txt", "../../canary.txt", "/tmp/canary.txt", "C:\\canary.txt", "C:/canary.txt", "..\\canary.txt",
    "a/../../canary.txt", "sub/model.pt", "./model.pt", "model.pt/", "MODEL.PT", "model.pt\0.txt", "model_full.pt",
    ".checksums.json", "canary.txt", "con", "~/canary.txt", "metrics.json:stream",
]  # fmt: skip


class TestHostileNames:
    @pytest.mark.parametrize("name", ESCAPES)
    def test_what_is_no_file_of_a_model_is_refused(self, tmp_path: Path, zipped: Path, name: str) -> None:
        held = contents(zipped) | {name.replace("\0", "?"): b"canary"}
        file = write(tmp_path / "evil.zip", held, relabel=True)
        if "\0" in name:
            file.write_bytes(file.read_bytes().replace(b"model.pt?.txt", b"model.pt\0.txt"))
        refused(file, tmp_path)
        assert not list(tmp_path.parent.glob("canary*"))

    def test_a_link_is_refused(self, tmp_path: Path, zipped: Path) -> None:
        held = contents(zipped)
        canary = tmp_path / "canary.txt"
        canary.write_text("untouched", encoding="utf-8")
        for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR):
            file = tmp_path / "link.zip"
            with zipfile.ZipFile(file, "w") as archive:
                for name, data in held.items():
                    info = zipfile.ZipInfo(name)
                    info.external_attr = ((kind if name == "metrics.json" else stat.S_IFREG) | 0o644) << 16
                    archive.writestr(info, str(canary) if name == "metrics.json" else data)
            refused(file, tmp_path, "link or device")
        assert canary.read_text(encoding="utf-8") == "untouched"

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_name_twice_is_refused(self, tmp_path: Path, zipped: Path) -> None:
        file = tmp_path / "twice.zip"
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in contents(zipped).items():
                archive.writestr(name, data)
            archive.writestr("model.pt", b"another")
        refused(file, tmp_path)

    @pytest.mark.parametrize("strategy", ["../evil", "/evil", "..", ".hidden", "C:evil", "a/b", "con", ""])
    def test_a_label_cannot_lead_out_of_the_store(self, tmp_path: Path, zipped: Path, strategy: str) -> None:
        held = contents(zipped)
        label = json.loads(held[LABEL]) | {"strategy_name": strategy}
        refused(write(tmp_path / "e.zip", held | {LABEL: json.dumps(label).encode()}), tmp_path)

    @pytest.mark.parametrize("folder", ["../universal_1h_v1", "x", "", "universal_1h_v0", "legacy", 5, None, [1]])
    def test_nor_can_its_folder(self, tmp_path: Path, zipped: Path, folder: object) -> None:
        held = contents(zipped)
        label = json.loads(held[LABEL]) | {"folder": folder}
        refused(write(tmp_path / "e.zip", held | {LABEL: json.dumps(label).encode()}), tmp_path)


def declared(file: Path, name: str, size: int) -> Path:
    """Change the size that both headers of an entry declare."""
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo(name)
        at = archive.start_dir
    struct.pack_into("<I", data, info.header_offset + 22, size)
    while data[at : at + 4] == b"PK\x01\x02":
        length = struct.unpack_from("<HHH", data, at + 28)
        if data[at + 46 : at + 46 + length[0]] == name.encode():
            struct.pack_into("<I", data, at + 24, size)
        at += 46 + sum(length)
    file.write_bytes(bytes(data))
    return file


class TestBombs:
    def test_a_declared_size_over_the_limit_is_refused_before_a_byte_is_unpacked(
        self, tmp_path: Path, zipped: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = contents(zipped) | {"metrics.json": b" " * ((16 << 20) + 1)}
        file = write(tmp_path / "bomb.zip", held, relabel=True)
        assert file.stat().st_size < 1 << 20

        def unpack(*arguments: object) -> None:
            pytest.fail("something was unpacked")

        monkeypatch.setattr(sealed_zip.SealedZip, "unpack", unpack)
        refused(file, tmp_path, "larger than 16,384 KiB")

    @pytest.mark.parametrize("name", ["metrics.json", LABEL])
    def test_a_size_that_is_a_lie_is_refused_and_little_is_unpacked(
        self, tmp_path: Path, zipped: Path, name: str
    ) -> None:
        held = contents(zipped) | {name: b" " * (64 << 20)}
        if name != LABEL:
            held = {LABEL: held[LABEL]} | held
        file = declared(write(tmp_path / "lie.zip", held, relabel=name != LABEL), name, 1000)
        refused(file, tmp_path)

    def test_too_many_entries_are_refused_before_they_are_listed(
        self, tmp_path: Path, zipped: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write(tmp_path / "few.zip", contents(zipped) | {f"x{number}": b"" for number in range(5)})
        refused(file, tmp_path)
        file = write(tmp_path / "many.zip", contents(zipped) | {f"x{number}": b"" for number in range(2000)})

        def listed(*arguments: object) -> None:
            pytest.fail("the entries were listed")

        monkeypatch.setattr(sealed_zip.zipfile, "ZipFile", listed)
        refused(file, tmp_path, "too many entries")

    def test_a_zip_in_the_large_format_or_with_a_comment_is_refused(self, tmp_path: Path, zipped: Path) -> None:
        data = zipped.read_bytes()
        commented = tmp_path / "commented.zip"
        commented.write_bytes(data[:-2] + b"\x05\x00hello")
        refused(commented, tmp_path, "as models are exported")
        large = tmp_path / "large.zip"
        large.write_bytes(data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:])
        refused(large, tmp_path, "as models are exported")

    def test_encrypted_and_otherwise_packed_entries_are_refused(self, tmp_path: Path, zipped: Path) -> None:
        for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            file = tmp_path / "packed.zip"
            with zipfile.ZipFile(file, "w", method) as archive:
                for name, data in contents(zipped).items():
                    archive.writestr(name, data)
            refused(file, tmp_path, "packed in a way")


class TestHostileContent:
    @pytest.mark.parametrize("renew", [False, True])
    def test_a_pickle_that_runs_code_runs_nothing(self, tmp_path: Path, renew: bool) -> None:
        canary = tmp_path / "canary"
        folder = save(tmp_path / "source", symbol="MSFT")
        export_model(folder, tmp_path / "m.zip")
        held = contents(tmp_path / "m.zip")
        evil = pickle_calling(os.mkdir, str(canary))
        held["scaler.pkl"] = evil
        if renew:
            listed = json.loads(held["checksums.json"]) | {"scaler.pkl": hashlib.sha256(evil).hexdigest()}
            held["checksums.json"] = json.dumps(listed).encode()
        refused(write(tmp_path / "e.zip", held, relabel=True), tmp_path)
        assert not canary.exists()

    @pytest.mark.parametrize("name", ["model.pt", "config.json", "scaler.json", "samples.json", "metadata.json"])
    def test_a_changed_file_is_refused(self, tmp_path: Path, zipped: Path, name: str) -> None:
        held = contents(zipped)
        held[name] = held[name][:-1] + bytes([held[name][-1] ^ 1])
        refused(write(tmp_path / "e.zip", held), tmp_path, f"checksum of {name}")

    def test_a_model_of_another_name_is_refused(self, tmp_path: Path, zipped: Path) -> None:
        held = contents(zipped)
        label = json.loads(held[LABEL]) | {"strategy_name": "another"}
        refused(write(tmp_path / "e.zip", held | {LABEL: json.dumps(label).encode()}), tmp_path, "metadata say")

    @pytest.mark.parametrize("name", [LABEL, "model.pt", "checksums.json", "features.json", "scaler.json"])
    def test_a_missing_file_is_refused(self, tmp_path: Path, zipped: Path, name: str) -> None:
        held = contents(zipped)
        del held[name]
        refused(write(tmp_path / "e.zip", held, relabel=name != LABEL), tmp_path)

    @pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b'{"files": 5}', b"[" * 60_000])
    def test_a_label_that_is_none_is_refused(self, tmp_path: Path, zipped: Path, text: bytes) -> None:
        refused(write(tmp_path / "e.zip", contents(zipped) | {LABEL: text}), tmp_path)

    def test_a_file_cut_anywhere_is_refused(self, tmp_path: Path, zipped: Path) -> None:
        data = zipped.read_bytes()
        file = tmp_path / "cut.zip"
        for at in [*range(60), *range(60, len(data), len(data) // 25)]:
            file.write_bytes(data[:at])
            refused(file, tmp_path)

    def test_a_byte_turned_over_anywhere_is_refused_or_changes_nothing(self, tmp_path: Path, zipped: Path) -> None:
        data, draw = zipped.read_bytes(), np.random.default_rng(5)
        file = tmp_path / "turned.zip"
        for at in draw.integers(0, len(data), 40):
            file.write_bytes(data[:at] + bytes([data[at] ^ (1 << int(draw.integers(8)))]) + data[at + 1 :])
            try:
                came = import_model(file, tmp_path / "target")
            except ModelRejected:
                continue
            assert verify_model(came.path).passed
        assert all(info.complete for info in list_models(tmp_path / "target"))


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        import_model(tmp_path / "none.zip", tmp_path / "models")
    with pytest.raises(FileMissing):
        import_model(tmp_path, tmp_path / "models")


@pytest.mark.parametrize("change", [lambda d: d.pop("version"), lambda d: d.update(version=77)])
def test_the_number_inside_is_that_of_the_folder(tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    folder = save(tmp_path / "a")
    edit(folder / "metadata.json", change)
    export_model(folder, tmp_path / "m.zip")
    came = import_model(tmp_path / "m.zip", tmp_path / "b")
    assert json.loads((came.path / "metadata.json").read_text(encoding="utf-8"))["version"] == 1
    assert layout.read_pointer(came.path.parent, "universal_1h").target == came.path
    assert verify_model(came.path).passed
