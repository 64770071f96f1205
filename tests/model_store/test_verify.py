"""Verification names every check, and each way to spoil a folder fails the one that is meant."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ktrdr_app.core.errors import ModelNotFound
from ktrdr_app.model_store import integrity, load
from ktrdr_app.model_store.samples import ROWS, SampleRows, sample_rows
from ktrdr_app.model_store.verify import Verification, verify_model
from tests.model_store.builders import (
    NAMES,
    edit,
    forward,
    network,
    raw_rows,
    renew_checksum,
    save,
    scaled_by_hand,
    scaler_document,
    write_original,
)

SCALED = scaled_by_hand(scaler_document(), raw_rows(ROWS)).astype(np.float32)
SAMPLES = SampleRows(SCALED, np.zeros(ROWS, dtype=np.int16))
NAMES_OF_CHECKS = ["contents", "checksums", "load", "samples"]


def results(found: Verification) -> dict[str, str]:
    return {check.name: check.result for check in found.checks}


def saved(tmp_path: Path, **changes: Any) -> Path:
    return save(tmp_path, **({"samples": SAMPLES} | changes))


@pytest.mark.parametrize("symbol", [None, "MSFT"])
def test_a_model_as_it_was_saved_passes_every_check(tmp_path: Path, symbol: str | None) -> None:
    found = verify_model(saved(tmp_path, symbol=symbol))
    assert [check.name for check in found.checks] == NAMES_OF_CHECKS
    assert set(results(found).values()) == {"passed"}
    assert found.passed
    assert found.to_document()["passed"]


def test_the_stored_probabilities_are_those_of_the_network(tmp_path: Path) -> None:
    document = json.loads((saved(tmp_path) / "samples.json").read_text(encoding="utf-8"))
    np.testing.assert_allclose(document["probabilities"], forward(network(), SCALED), atol=1e-6)
    assert np.asarray(document["scaled"], dtype=np.float32).tobytes() == SCALED.tobytes()


def test_latest_is_verified_as_it_stands(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    assert verify_model(folder.with_name("universal_1h_latest")).path == folder
    with pytest.raises(ModelNotFound):
        verify_model(folder.with_name("universal_1h_v7"))


def test_folders_without_samples_or_checksums_are_told_and_pass(tmp_path: Path) -> None:
    old = verify_model(save(tmp_path))
    assert results(old) == {"contents": "passed", "checksums": "passed", "load": "passed", "samples": "not there"}
    genuine = verify_model(write_original(tmp_path))
    assert (results(genuine)["checksums"], results(genuine)["samples"]) == ("not there", "not there")
    assert old.passed
    assert genuine.passed


def test_the_check_that_names_a_file_that_is_never_read(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    (folder / "model_full.pt").write_bytes(b"something else")
    found = verify_model(folder)
    assert results(found) == {"contents": "passed", "checksums": "failed", "load": "passed", "samples": "passed"}
    assert "model_full.pt was changed" in found.checks[1].detail
    assert not found.passed


def test_what_is_added_or_taken_away_is_named(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    (folder / "extra.txt").write_text("x", encoding="utf-8")
    (folder / "scaler.pkl").unlink()
    detail = verify_model(folder).checks[1].detail
    assert "scaler.pkl is missing" in detail
    assert "extra.txt is not listed" in detail


def test_weights_that_were_swapped_with_their_checksum_fail_the_samples_alone(tmp_path: Path) -> None:
    folder, other = saved(tmp_path), save(tmp_path, network=network(seed=5))
    (folder / "model.pt").write_bytes((other / "model.pt").read_bytes())
    renew_checksum(folder / "model.pt")
    found = verify_model(folder)
    assert results(found) == {"contents": "passed", "checksums": "passed", "load": "passed", "samples": "failed"}
    assert "largest difference" in found.checks[3].detail


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("codes"),
        lambda document: document.update(scaled=[[0.0]]),
        lambda document: document.update(scaled=[[1e400] * len(NAMES)] * ROWS),
        lambda document: document.update(codes=[[1]]),
        lambda document: document.update(codes=[10**9] * ROWS),
        lambda document: document.update(scaled=[], codes=[], probabilities=[]),
        lambda document: document.update(probabilities="none"),
    ],
)
def test_samples_that_are_no_samples_fail(tmp_path: Path, change: Any) -> None:
    folder = saved(tmp_path)
    edit(folder / "samples.json", change)
    assert results(verify_model(folder))["samples"] == "failed"


def test_samples_that_were_changed_or_taken_away_fail(tmp_path: Path) -> None:
    changed, gone, linked = (saved(tmp_path) for _ in range(3))
    edit(changed / "samples.json", lambda document: document.update(format=1, more=2), checksum=False)
    (gone / "samples.json").unlink()
    (linked / "samples.json").rename(tmp_path / "elsewhere.json")
    (linked / "samples.json").symlink_to(tmp_path / "elsewhere.json")
    for folder in (changed, gone, linked):
        assert results(verify_model(folder))["samples"] == "failed"
        assert results(verify_model(folder))["checksums"] == "failed"


def test_a_folder_under_a_wrong_name_fails(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    wrong = folder.rename(folder.with_name("MSFT_1h_v1"))
    assert results(verify_model(wrong))["contents"] == "failed"


def test_a_folder_of_another_strategy_or_behind_a_link_fails(tmp_path: Path) -> None:
    models = tmp_path / "models"
    folder = saved(models)
    moved = shutil.copytree(folder, models / "another" / folder.name)
    assert "of mean_reversion" in verify_model(moved, models).checks[0].detail
    (models / "linked").mkdir()
    linked = models / "linked" / folder.name
    linked.symlink_to(saved(tmp_path / "elsewhere"))
    found = verify_model(linked, models)
    assert (results(found)["contents"], results(found)["load"]) == ("failed", "failed")
    assert "link" in found.checks[0].detail


def test_a_folder_may_lie_in_another_store_or_be_written_in_any_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = saved(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path in (folder, folder.relative_to(tmp_path), tmp_path / "b" / folder.parent.name / folder.name):
        for store in (None, tmp_path / "a", tmp_path / "c"):
            assert verify_model(path, store).passed, (path, store)
    legacy = save(tmp_path / "a", strategy_name="legacy", strategy_document={"name": "legacy"})
    assert verify_model(legacy, tmp_path / "a").passed


def test_the_folder_is_checked_and_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, seen = saved(tmp_path), []
    readable, weights = integrity._readable, load.read_weights
    monkeypatch.setattr(integrity, "_readable", lambda path: seen.append("checked") or readable(path))
    monkeypatch.setattr(load, "read_weights", lambda *asked: seen.append("opened") or weights(*asked))
    assert verify_model(folder).passed
    assert seen == ["checked", "opened"]


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_checksums_that_cannot_be_read_fail_what_needs_them(tmp_path: Path, text: str) -> None:
    folder = saved(tmp_path)
    (folder / "checksums.json").write_text(text, encoding="utf-8")
    assert set(results(verify_model(folder)).values()) == {"failed"}


def test_sample_rows_are_spread_over_the_part_and_nothing_else() -> None:
    values = np.arange(200, dtype=np.float32).reshape(100, 2)
    codes = (np.arange(100) % 3).astype(np.int16)
    part = np.arange(40, 90)
    rows = sample_rows(values, codes, part)
    assert len(rows.scaled) == ROWS
    picked = rows.scaled[:, 0] / 2
    assert (picked[0], picked[-1]) == (40, 89)
    assert np.isin(picked, part).all()
    assert np.diff(picked).min() >= 3
    assert (rows.codes == picked.astype(int) % 3).all()
    assert len(sample_rows(values, codes, part[:5]).scaled) == 5
    values[:] = -1
    assert (rows.scaled >= 0).all()
