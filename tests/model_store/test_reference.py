"""What a folder keeps of its training rows: there and back, in and out as a file, absent in older folders, hostile."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.features.coverage import CoverageReference
from ktrdr_app.features.distribution import Distribution
from ktrdr_app.features.drift_tally import measure_drift
from ktrdr_app.features.neighbourhood import Neighbourhood
from ktrdr_app.model_store.archive import export_model, import_model
from ktrdr_app.model_store.integrity import check_folder
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.reference import read_reference
from ktrdr_app.model_store.verify import verify_model
from tests.model_store.builders import NAMES, edit, raw_rows, save, write_original

FILE = "coverage.json"


def reference() -> CoverageReference:
    rows, all_rows = raw_rows(200), np.arange(200)
    owner = (all_rows % 2).astype(np.int16)
    distribution = Distribution.of(rows, owner, all_rows, ("AAPL", "MSFT"), NAMES, {"rsi": NAMES[:2]})
    return CoverageReference(distribution, Neighbourhood.of(rows, all_rows, all_rows, 0))


def saved(root: Path, **changes: Any) -> Path:
    return save(root, coverage=reference().to_document(), **changes)


@pytest.mark.parametrize("symbol", [None, "MSFT"])
def test_it_comes_back_as_it_was_saved(tmp_path: Path, symbol: str | None) -> None:
    folder = saved(tmp_path, symbol=symbol)
    read, rows = read_reference(folder, NAMES), raw_rows(50, seed=3)
    assert read is not None
    assert measure_drift(read, rows, rows) == measure_drift(reference(), rows, rows)
    assert FILE in json.loads((folder / "checksums.json").read_text(encoding="utf-8"))
    assert verify_model(folder).passed


def test_it_changes_no_other_file(tmp_path: Path) -> None:
    without, with_it = save(tmp_path / "a"), saved(tmp_path / "b")
    for name in ("model.pt", "config.json", "features.json", "scaler.json", "metrics.json"):
        assert (without / name).read_bytes() == (with_it / name).read_bytes(), name


def test_it_leaves_and_comes_in_with_the_model(tmp_path: Path) -> None:
    done = export_model(saved(tmp_path / "a"), tmp_path / "m.zip")
    assert FILE in done.files
    assert FILE in zipfile.ZipFile(tmp_path / "m.zip").namelist()
    came = import_model(tmp_path / "m.zip", tmp_path / "b").path
    assert read_reference(came, NAMES) is not None
    assert verify_model(came).passed


def test_folders_from_before_and_of_the_original_have_none_and_load(tmp_path: Path) -> None:
    for folder in (save(tmp_path / "a"), write_original(tmp_path / "b")):
        assert read_reference(folder, NAMES) is None
        assert check_folder(folder).feature_names == NAMES
        load_model(folder)


def test_a_file_that_nobody_listed_is_not_read(tmp_path: Path) -> None:
    folder = save(tmp_path)
    (folder / FILE).write_text(json.dumps(reference().to_document()), encoding="utf-8")
    assert read_reference(folder, NAMES) is None


@pytest.mark.parametrize("damage", ["gone", "changed", "link", "no json"])
def test_a_damaged_one_is_refused_and_stops_no_loading(tmp_path: Path, damage: str) -> None:
    folder = saved(tmp_path)
    path = folder / FILE
    if damage == "changed":
        edit(path, lambda document: document.update(rows=[1, 2]), checksum=False)
    elif damage == "no json":
        path.write_bytes(b"\x80\x04.")
    else:
        content = path.read_bytes()
        path.unlink()
        if damage == "link":
            (tmp_path / "elsewhere.json").write_bytes(content)
            path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ModelRejected):
        read_reference(folder, NAMES)
    load_model(folder)
    assert not verify_model(folder).passed


def test_a_forged_one_with_a_good_checksum_is_refused_too(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    edit(folder / FILE, lambda document: document["sample"].update(rows=400))
    with pytest.raises(ModelRejected, match="400 rows"):
        read_reference(folder, NAMES)


def test_that_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRejected, match="other features"):
        read_reference(saved(tmp_path), (*NAMES[:3], "other"))


def test_it_is_no_larger_than_all_else_that_is_read(tmp_path: Path) -> None:
    assert (saved(tmp_path) / FILE).stat().st_size < 16 << 10
