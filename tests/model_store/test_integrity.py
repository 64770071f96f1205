"""Folders that must not be used are refused with the reason, without torch and without running anything."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import ModelNotFound, ModelRejected
from ktrdr_app.model_store import folder_files
from ktrdr_app.model_store.integrity import check_folder, check_in_store
from ktrdr_app.model_store.load import load_model
from tests.model_store.builders import (
    DIGEST,
    HIDDEN,
    NAMES,
    STRATEGY,
    edit,
    network,
    pickle_calling,
    renew_checksum,
    save,
    scaler_document,
    strategy_document,
    write_original,
)

READ_UNIVERSAL = (
    "model.pt",
    "config.json",
    "features.json",
    "metrics.json",
    "metadata.json",
    "training_manifest.json",
    "scaler.json",
)
READ_LEGACY = ("model.pt", "config.json", "features.json", "metrics.json", "metadata.json", "scaler.pkl")
Maker = Callable[[Path], Path]


def own_universal(models: Path) -> Path:
    return save(models)


def own_legacy(models: Path) -> Path:
    return save(models, symbol="MSFT")


def genuine_legacy(models: Path) -> Path:
    return write_original(models)


MAKERS: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "universal": (own_universal, READ_UNIVERSAL),
    "own legacy": (own_legacy, (*READ_LEGACY, "training_manifest.json")),
    "original": (genuine_legacy, READ_LEGACY),
}
EACH_FILE = [(kind, file) for kind, (_, files) in MAKERS.items() for file in files]


def refused(folder: Path) -> ModelRejected:
    """Return the rejection, which the quick check and the loader must agree on."""
    with pytest.raises(ModelRejected) as quick:
        check_folder(folder)
    with pytest.raises(ModelRejected) as full:
        load_model(folder)
    assert full.value.reason == quick.value.reason
    assert str(folder) in quick.value.where
    return quick.value


class TestWhatPasses:
    def test_universal(self, tmp_path: Path) -> None:
        checked = check_folder(own_universal(tmp_path))
        assert (checked.kind, checked.strategy_name, checked.timeframe) == ("universal", STRATEGY, "1h")
        assert (checked.symbol, checked.version) == (None, 1)
        assert (checked.feature_names, checked.contract_digest) == (NAMES, DIGEST)
        assert (checked.shape.inputs, checked.shape.hidden) == (len(NAMES), HIDDEN)
        assert checked.strategy_document == strategy_document()
        assert checked.scaler_document == scaler_document()
        assert checked.manifest["seed"] == 7

    def test_own_legacy(self, tmp_path: Path) -> None:
        checked = check_folder(own_legacy(tmp_path))
        assert (checked.kind, checked.symbol, checked.version) == ("legacy", "MSFT", 1)
        assert checked.strategy_document == strategy_document()
        assert checked.scaler_document["mean"] == pytest.approx(scaler_document()["mean"], rel=1e-12)

    def test_original(self, tmp_path: Path) -> None:
        checked = check_folder(genuine_legacy(tmp_path))
        assert (checked.kind, checked.symbol, checked.version) == ("legacy", "MSFT", 1)
        assert (checked.manifest, checked.contract_digest) == ({}, "")
        assert checked.strategy_document["indicators"] == [{"name": "rsi", "period": 14}]

    def test_a_copy_under_another_name_keeps_its_identity(self, tmp_path: Path) -> None:
        copy = tmp_path / "elsewhere"
        shutil.copytree(own_universal(tmp_path / "models"), copy)
        checked = check_folder(copy)
        assert (checked.kind, checked.strategy_name, checked.version) == ("universal", STRATEGY, 1)

    def test_a_copy_of_an_original_under_another_name_has_no_version(self, tmp_path: Path) -> None:
        copy = tmp_path / "elsewhere"
        shutil.copytree(genuine_legacy(tmp_path / "models"), copy)
        assert check_folder(copy).version == 0

    def test_an_unscaled_original_needs_no_pickle(self, tmp_path: Path) -> None:
        folder = write_original(tmp_path, scaling="none")
        assert check_folder(folder).scaler_document == {"kind": "none", "feature_names": list(NAMES)}

    @pytest.mark.parametrize("make", [own_universal, own_legacy, genuine_legacy])
    def test_the_whole_object_is_not_needed(self, tmp_path: Path, make: Maker) -> None:
        folder = make(tmp_path)
        (folder / "model_full.pt").unlink()
        assert load_model(folder).info.complete


class TestDamage:
    @pytest.mark.parametrize(("kind", "file"), EACH_FILE)
    def test_a_missing_file(self, tmp_path: Path, kind: str, file: str) -> None:
        folder = MAKERS[kind][0](tmp_path)
        (folder / file).unlink()
        assert refused(folder).reason == f"incomplete: {file} missing"

    @pytest.mark.parametrize(("kind", "file"), EACH_FILE)
    @pytest.mark.parametrize("keep", [0.0, 0.5, 0.97])
    def test_a_truncated_file(self, tmp_path: Path, kind: str, file: str, keep: float) -> None:
        folder = MAKERS[kind][0](tmp_path)
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: int(len(content) * keep)])
        assert file in refused(folder).where

    @pytest.mark.parametrize(
        ("kind", "file"), [(kind, file) for kind, file in EACH_FILE if kind != "original" and file != "metadata.json"]
    )
    def test_a_changed_byte(self, tmp_path: Path, kind: str, file: str) -> None:
        folder = MAKERS[kind][0](tmp_path)
        content = bytearray((folder / file).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / file).write_bytes(content)
        found = refused(folder)
        assert "checksum does not match" in found.reason
        assert found.where == str(folder / file)

    @pytest.mark.parametrize("make", [own_universal, own_legacy])
    def test_changed_metadata(self, tmp_path: Path, make: Maker) -> None:
        folder = make(tmp_path)
        edit(folder / "metadata.json", lambda document: document.update(created_at="1999-01-01"), checksum=False)
        assert "checksum does not match" in refused(folder).reason

    def test_other_weights_of_the_same_shape(self, tmp_path: Path) -> None:
        folder = own_universal(tmp_path)
        torch.save(network(seed=99).state_dict(), folder / "model.pt")
        assert "checksum does not match" in refused(folder).reason

    @pytest.mark.parametrize(
        "content", ["", "[1, 2]", "null", "{", '{"a": 1,}', "[" * 200_000, "\x00", '{"a": ' + "9" * 5000]
    )
    @pytest.mark.parametrize("file", ["config.json", "features.json", "metrics.json", "metadata.json"])
    def test_json_that_is_none(self, tmp_path: Path, content: str, file: str) -> None:
        folder = genuine_legacy(tmp_path)
        (folder / file).write_text(content, encoding="utf-8")
        found = refused(folder)
        assert found.reason.startswith("damaged")
        assert found.where == str(folder / file)

    def test_json_of_another_encoding(self, tmp_path: Path) -> None:
        folder = genuine_legacy(tmp_path)
        (folder / "config.json").write_bytes(b'{"name": "\xff\xfe"}')
        assert "not valid JSON" in refused(folder).reason

    def test_no_folder(self, tmp_path: Path) -> None:
        save(tmp_path)
        with pytest.raises(ModelNotFound) as found:
            load_model(tmp_path / STRATEGY / "universal_1h_v9")
        assert found.value.exit_code == 3
        assert "universal_1h_v1" in found.value.present

    def test_an_unreadable_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = own_universal(tmp_path)

        def refuse(path: Path) -> str:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(folder_files, "sha256", refuse)
        with pytest.raises(ModelRejected, match="cannot be read"):
            check_folder(folder)


class TestDisagreement:
    """Files that are whole but do not belong together, with checksums that a careful attacker renewed."""

    @pytest.mark.parametrize(
        ("file", "change", "said"),
        [
            ("metadata.json", lambda d: d.update(schema_version=2), "schema_version is 2"),
            ("metadata.json", lambda d: d.update(kind="other"), "its kind is 'other'"),
            ("metadata.json", lambda d: d.update(kind=["universal"]), "its kind is"),
            ("metadata.json", lambda d: d.pop("kind"), "its kind is None"),
            ("metadata.json", lambda d: d.pop("schema_version"), "lost its schema_version"),
            ("metadata.json", lambda d: d.pop("strategy_name"), "does not say strategy_name"),
            ("metadata.json", lambda d: d.update(timeframe=5), "does not say timeframe"),
            ("metadata.json", lambda d: d.update(contract_digest="cd" * 32), "feature contract"),
            ("features.json", lambda d: d.update(contract_digest="cd" * 32), "feature contract"),
            ("features.json", lambda d: d.update(feature_names=[]), "does not name the features"),
            ("features.json", lambda d: d.update(feature_names="abcd"), "does not name the features"),
            ("features.json", lambda d: d.update(feature_names=[1, 2, 3, 4]), "does not name the features"),
            ("features.json", lambda d: d.update(feature_names=["a", "a", "b", "c"]), "names a feature twice"),
            ("features.json", lambda d: d.update(feature_names=["a", "b", "c"]), "takes 4 features, but 3"),
            ("features.json", lambda d: d["feature_names"].reverse(), "fitted on other features"),
            ("scaler.json", lambda d: d.update(feature_names=["a", "b", "c", "d"]), "fitted on other features"),
            ("config.json", lambda d: d.pop("model"), "model section is not readable"),
            ("config.json", lambda d: d["model"]["architecture"].update(hidden_layers=[6, 4]), "has shape"),
            ("config.json", lambda d: d["model"]["architecture"].update(hidden_layers=[6]), "the tensors are"),
            ("config.json", lambda d: d["model"]["calibration"].update(temperature=0), "its temperature is 0.0"),
            ("config.json", lambda d: d["model"]["calibration"].pop("shift"), "calibration is not readable"),
            ("config.json", lambda d: d["model"].update(calibration=[1.0]), "calibration is not readable"),
            ("checksums.json", lambda d: d.pop("model.pt"), "does not list model.pt"),
            ("checksums.json", lambda d: d.pop("scaler.json"), "does not list scaler.json"),
        ],
    )
    def test_universal(self, tmp_path: Path, file: str, change: Callable[[dict[str, Any]], Any], said: str) -> None:
        folder = own_universal(tmp_path)
        edit(folder / file, change, checksum=file != "checksums.json")
        assert said in refused(folder).reason

    @pytest.mark.parametrize(
        "change",
        [
            lambda d: d.update(mean=[1.0, 2.0]),
            lambda d: d.update(scale=[0.0, 1.0, 1.0, 1.0]),
            lambda d: d.update(mean=["x"] * 4),
            lambda d: d.update(kind="robust"),
            lambda d: d.pop("mean"),
        ],
    )
    def test_a_scaler_without_sense(self, tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
        folder = own_universal(tmp_path)
        edit(folder / "scaler.json", change)
        assert "scaler" in refused(folder).reason
        with pytest.raises(ModelRejected, match="scaler"):
            load_model(folder)

    @pytest.mark.parametrize("file", ["checksums.json", "training_manifest.json", "scaler.json"])
    def test_what_only_our_folders_have_must_be_there(self, tmp_path: Path, file: str) -> None:
        folder = own_universal(tmp_path)
        (folder / file).unlink()
        assert refused(folder).reason == f"incomplete: {file} missing"

    def test_an_original_without_a_symbol(self, tmp_path: Path) -> None:
        folder = genuine_legacy(tmp_path)
        edit(folder / "metadata.json", lambda document: document.pop("symbol"))
        assert "does not say symbol" in refused(folder).reason

    def test_an_original_cannot_call_itself_universal(self, tmp_path: Path) -> None:
        folder = genuine_legacy(tmp_path)
        edit(folder / "metadata.json", lambda document: document.update(kind="universal"))
        assert check_folder(folder).kind == "legacy"

    def test_a_legacy_pickle_that_is_not_in_the_checksums(self, tmp_path: Path) -> None:
        folder = own_legacy(tmp_path)
        edit(folder / "checksums.json", lambda document: document.pop("scaler.pkl"))
        assert "does not list scaler.pkl" in refused(folder).reason

    def test_wrong_shapes_with_a_renewed_checksum(self, tmp_path: Path) -> None:
        folder = own_universal(tmp_path)
        torch.save(network(hidden=(6, 6)).state_dict(), folder / "model.pt")
        renew_checksum(folder / "model.pt")
        assert "has shape (6, 6), expected (5, 6)" in refused(folder).reason


class TestHostile:
    """A folder from a stranger must not be able to do anything at all."""

    ATTACKS = (
        ("os.system", lambda canary: pickle_calling(os.system, f"touch {canary}")),
        ("builtins.eval", lambda canary: pickle_calling(eval, f"open({str(canary)!r}, 'w')")),
        ("os.mkdir", lambda canary: pickle_calling(os.mkdir, str(canary))),
    )

    @pytest.mark.parametrize("make", [own_legacy, genuine_legacy])
    @pytest.mark.parametrize(("name", "attack"), ATTACKS)
    def test_scaler_of_a_legacy_folder(
        self, tmp_path: Path, make: Maker, name: str, attack: Callable[[Path], bytes]
    ) -> None:
        folder, canary = make(tmp_path), tmp_path / "canary"
        (folder / "scaler.pkl").write_bytes(attack(canary))
        renew_checksum(folder / "scaler.pkl")
        assert "not allowed" in refused(folder).reason
        assert not canary.exists()

    @pytest.mark.parametrize("make", [own_universal, own_legacy, genuine_legacy])
    @pytest.mark.parametrize(("name", "attack"), ATTACKS)
    def test_weights(self, tmp_path: Path, make: Maker, name: str, attack: Callable[[Path], bytes]) -> None:
        folder, canary = make(tmp_path), tmp_path / "canary"
        state = dict(network().state_dict())
        torch.save(state | {"0.bias": _Call(str(canary))}, folder / "model.pt")
        renew_checksum(folder / "model.pt")
        assert "not allowed" in refused(folder).reason
        (folder / "model.pt").write_bytes(attack(canary))
        renew_checksum(folder / "model.pt")
        assert "damaged" in refused(folder).reason
        assert not canary.exists()

    def test_what_is_never_read_may_hold_anything(self, tmp_path: Path) -> None:
        folder, canary = own_universal(tmp_path), tmp_path / "canary"
        for name in ("scaler.pkl", "model_full.pt"):
            (folder / name).write_bytes(pickle_calling(os.system, f"touch {canary}"))
        assert load_model(folder).info.complete
        assert not canary.exists()

    def test_the_unread_files_are_not_even_opened(self, tmp_path: Path) -> None:
        folder = own_universal(tmp_path)
        opened: list[str] = []
        listening = [True]

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if listening and event == "open":
                opened.append(str(arguments[0]))

        sys.addaudithook(hook)
        load_model(folder)
        listening.clear()
        names = {Path(path).name for path in opened if path.startswith(str(folder))}
        assert names >= {"model.pt", "scaler.json", "checksums.json"}
        assert names.isdisjoint({"model_full.pt", "scaler.pkl"})

    @pytest.mark.parametrize(("kind", "file"), EACH_FILE)
    def test_a_link_in_place_of_a_file(self, tmp_path: Path, kind: str, file: str) -> None:
        folder = MAKERS[kind][0](tmp_path / "models")
        outside = tmp_path / file
        (folder / file).rename(outside)
        (folder / file).symlink_to(outside)
        assert refused(folder).reason == "it is a link, not a file"

    @pytest.mark.parametrize(
        ("file", "most"), [("scaler.pkl", 1 << 20), ("config.json", 16 << 20), ("model.pt", 1 << 30)]
    )
    def test_files_that_are_too_large(self, tmp_path: Path, file: str, most: int) -> None:
        folder = genuine_legacy(tmp_path)
        with open(folder / file, "r+b") as stream:
            stream.truncate(most + 1)  # a sparse file: large in name only
        assert refused(folder).reason == f"it is larger than {most >> 20} MiB"

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        folder = genuine_legacy(tmp_path)
        (folder / "model.pt").unlink()
        (folder / "model.pt").mkdir()
        assert refused(folder).reason == "incomplete: model.pt missing"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
    @given(file=st.sampled_from(READ_LEGACY), data=st.data())
    def test_any_damage_ends_in_a_rejection(self, tmp_path: Path, file: str, data: st.DataObject) -> None:
        folder = tmp_path / STRATEGY / "MSFT_1h_v1"
        shutil.rmtree(tmp_path / STRATEGY, ignore_errors=True)
        write_original(tmp_path)
        content = bytearray((folder / file).read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        (folder / file).write_bytes(content)
        with contextlib.suppress(ModelRejected):  # any other error fails the test
            load_model(folder)


class _Call:
    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.canary,)


class TestInStore:
    """In the store a folder must lie where it says, under the name that it has inside."""

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("universal_1h_v1", ""),
            ("universal_5m_v1", "say that it is universal_1h_v1 of"),
            ("AAPL_1h_v1", "say that it is universal_1h_v1 of"),
            ("universal_1h_v2", ""),
        ],
    )
    def test_name_and_content(self, tmp_path: Path, name: str, said: str) -> None:
        folder = own_universal(tmp_path).rename(tmp_path / STRATEGY / name)
        if not said:
            assert check_in_store(folder, tmp_path).path == folder
            return
        with pytest.raises(ModelRejected, match=said):
            check_in_store(folder, tmp_path)

    def test_another_strategy_s_folder(self, tmp_path: Path) -> None:
        folder = own_universal(tmp_path)
        (tmp_path / "other").mkdir()
        with pytest.raises(ModelRejected, match=f"of {STRATEGY}"):
            check_in_store(folder.rename(tmp_path / "other" / folder.name), tmp_path)

    def test_a_link_out_of_the_store(self, tmp_path: Path) -> None:
        outside = own_universal(tmp_path / "outside")
        inside = tmp_path / "models" / STRATEGY / "universal_1h_v1"
        inside.parent.mkdir(parents=True)
        inside.symlink_to(outside)
        with pytest.raises(ModelRejected, match="leads out"):
            check_in_store(inside, tmp_path / "models")

    def test_a_strategy_that_is_a_link_out_of_the_store(self, tmp_path: Path) -> None:
        own_universal(tmp_path / "outside")
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / STRATEGY).symlink_to(tmp_path / "outside" / STRATEGY)
        with pytest.raises(ModelRejected, match="leads out"):
            check_in_store(tmp_path / "models" / STRATEGY / "universal_1h_v1", tmp_path / "models")

    def test_a_store_that_is_a_link_itself_is_fine(self, tmp_path: Path) -> None:
        own_universal(tmp_path / "real")
        (tmp_path / "models").symlink_to(tmp_path / "real")
        assert check_in_store(tmp_path / "models" / STRATEGY / "universal_1h_v1", tmp_path / "models").version == 1

    def test_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(ModelRejected, match="incomplete"):
            check_in_store(tmp_path / STRATEGY / "universal_1h_v1", tmp_path)

    def test_the_archive(self, tmp_path: Path) -> None:
        folder = write_original(tmp_path, folder="legacy")
        assert json.loads((folder / "metadata.json").read_text())["symbol"] == "MSFT"
        assert check_in_store(folder, tmp_path).symbol == "MSFT"
