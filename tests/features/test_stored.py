"""Features in a file come back bit for bit, a piece at a time, and a file that is not what was written is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.features import stored as module
from ktrdr_app.features.contract import FeatureContract
from ktrdr_app.features.stored import StoredFeatures, write_features

CONTRACT = FeatureContract(("a", "b", "c"), "digest")


def features(rows: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    values[: rows // 4, 1] = np.nan
    values[random.random(rows) < 0.1, 2] = np.inf
    return values


def written(folder: Path, values: np.ndarray) -> Path:
    path = folder / "x.features"
    write_features(path, values)
    return path


@settings(max_examples=30)
@given(rows=st.integers(0, 40), piece=st.integers(1, 50), data=st.data())
def test_pieces_are_the_rows_from_the_first_asked_for(
    tmp_path_factory: pytest.TempPathFactory, rows: int, piece: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, rows))
    values = features(rows, rows)
    path = written(tmp_path_factory.mktemp("f"), values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", piece)
        stored = StoredFeatures(path, CONTRACT)
        pieces = [part.copy() for part in stored.pieces(first)]
    assert [len(part) for part in pieces[:-1]] == [piece] * (len(pieces) - 1)
    joined = np.concatenate([np.empty((0, 3), np.float32), *pieces])
    assert joined.tobytes() == values[first:].tobytes()
    assert stored.values().tobytes() == values.tobytes()
    assert stored.valid.tolist() == np.isfinite(values).all(axis=1).tolist()


def test_the_file_is_a_sum_and_an_array_that_numpy_reads(tmp_path: Path) -> None:
    values = features(20)
    path = written(tmp_path, values)
    with path.open("rb") as file:
        file.seek(32)
        np.testing.assert_array_equal(np.load(file), values)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:-12],
        lambda raw: raw + b"\0" * 12,
        lambda raw: raw[:40] + b"?" + raw[41:],
        lambda raw: raw[:300] + bytes([raw[300] ^ 1]) + raw[301:],
        lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
        lambda _: b"",
        lambda raw: raw[:100],
    ],
)
def test_a_file_that_is_not_what_was_written_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = written(tmp_path, features(50))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"columns|checksum|too soon"):
        StoredFeatures(path, CONTRACT)


def test_another_number_of_columns_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, features(6))
    with pytest.raises(ValueError, match=r"columns|checksum"):
        StoredFeatures(path, FeatureContract(("a", "b"), "digest"))


def test_a_file_cut_short_after_it_was_proved_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, features(50))
    stored = StoredFeatures(path, CONTRACT)
    with path.open("r+b") as file:
        file.truncate(300)
    with pytest.raises(StorageProblem, match="too soon") as caught:
        list(stored.pieces(0))
    assert caught.value.where == str(path)


@pytest.mark.skipif("os.name == 'nt'", reason="open files stay there")
def test_a_file_removed_meanwhile_is_read_to_its_end(tmp_path: Path) -> None:
    values = features(50)
    path = written(tmp_path, values)
    stored = StoredFeatures(path, CONTRACT)
    path.unlink()
    assert b"".join(part.tobytes() for part in stored.pieces(7)) == values[7:].tobytes()
