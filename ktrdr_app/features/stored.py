"""Features in a file: written whole, proved by a checksum, and read back piece after piece."""

from __future__ import annotations

import hashlib
import io
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_parts
from ktrdr_app.features.columns import finite_rows
from ktrdr_app.features.contract import PIECE, FeatureContract

_SUM = hashlib.sha256().digest_size
_KIND = np.dtype("<f4")


class StoredFeatures:
    """The features of every bar of one symbol, in a file that is a SHA-256 and then an .npy array.

    The file stays open, so that it may be removed or replaced meanwhile where the system allows that.

    Parameters
    ----------
    path : Path
        What `write_features` wrote.
    contract : FeatureContract
        Names and hash of its columns.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is not what was written, or has other columns.

    Attributes
    ----------
    contract : FeatureContract
        As given.
    valid : ndarray of bool, shape (n_bars,)
        As `FeatureFrame` has it.
    """

    def __init__(self, path: Path, contract: FeatureContract) -> None:
        self.contract = contract
        self._path, self._width = path, len(contract.names)
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        head = len(_header((0, self._width)))
        rows, rest = divmod(path.stat().st_size - _SUM - head, self._width * _KIND.itemsize)
        if rows < 0 or rest:
            raise ValueError(f"it is not of {self._width} columns")
        self._begin = _SUM + head
        self.valid = self._proved(rows)

    def pieces(self, first: int) -> Iterator[NDArray[np.float32]]:
        """Yield the features from one bar on, as `FeatureRows` does.

        Parameters
        ----------
        first : int
            Number of the bar.

        Raises
        ------
        StorageProblem
            If the disk refuses by now.
        """
        buffer = np.empty((min(PIECE, len(self.valid)), self._width), _KIND)
        for begin in range(first, len(self.valid), PIECE):
            piece = buffer[: len(self.valid) - begin]
            try:
                self._read(piece, begin)
            except (OSError, ValueError) as error:
                raise StorageProblem(str(self._path), str(error)) from error
            yield piece

    def values(self) -> NDArray[np.float32]:
        """Return all features, as `FeatureFrame` has them.

        Raises
        ------
        OSError, ValueError
            If the disk refuses by now.
        """
        found = np.empty((len(self.valid), self._width), _KIND)
        self._read(found, 0)
        return found

    def _proved(self, rows: int) -> NDArray[np.bool_]:
        """Return which bars have all features, once the whole file is known to be what was written."""
        checksum, header = self._file.read(_SUM), self._file.read(self._begin - _SUM)
        seen, valid = hashlib.sha256(header), np.empty(rows, np.bool_)
        buffer = np.empty((min(PIECE, rows), self._width), _KIND)
        for begin in range(0, rows, PIECE):
            piece = buffer[: rows - begin]
            self._read(piece, begin)
            seen.update(piece.data)
            valid[begin : begin + PIECE] = finite_rows(piece)
        if seen.digest() != checksum or header != _header((rows, self._width)):
            raise ValueError("its checksum does not match")
        return valid

    def _read(self, out: NDArray[np.float32], begin: int) -> None:
        room = out.reshape(-1).view(np.uint8).data
        self._file.seek(self._begin + begin * self._width * _KIND.itemsize)
        while len(room):
            count = self._file.readinto(room)
            if not count:
                raise ValueError("it ends too soon")
            room = room[count:]


def write_features(path: Path, values: NDArray[np.float32]) -> None:
    """Write features for `StoredFeatures`.

    Parameters
    ----------
    path : Path
        The file.
    values : ndarray of float32, shape (n_bars, n_features), C-contiguous
        Features of every bar.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    content = (_header(values.shape), values.astype(_KIND, copy=False).reshape(-1).view(np.uint8).data)
    checksum = hashlib.sha256()
    for part in content:
        checksum.update(part)
    write_parts(path, (checksum.digest(), *content))


def _header(shape: tuple[int, ...]) -> bytes:
    head = io.BytesIO()
    facts = {"descr": _KIND.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, facts)
    return head.getvalue()
