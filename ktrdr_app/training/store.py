"""Collects the rows of many symbols into one block, on disk where they would take too much memory."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, ModelRejected, StorageProblem
from ktrdr_app.features.contract import FeatureBlock

IN_MEMORY = 256 << 20
"""Most bytes of features that a block keeps in memory; a larger one lives in a mapped file."""

ROW_BYTES = 27
"""Bytes that a row takes beside 4 a feature: label 1, symbol 2, two instants 16, its number in its part 8."""


class RowStore:
    """Rows of symbol after symbol, each written as it comes and let go.

    The file has no name while it is open (on Windows: is deleted when it is closed), so nothing is left of it after
    an error, a cancel or a killed process.

    Parameters
    ----------
    folder : Path, optional
        Where the file goes; the system's folder for temporary files by default.
    limit : int
        Bytes of features up to which there is none.
    """

    def __init__(self, folder: Path | None = None, limit: int = IN_MEMORY) -> None:
        self._folder = folder
        self._limit = limit
        self._file: IO[bytes] | None = None
        self._values: list[NDArray[np.float32]] = []
        self._blocks: list[FeatureBlock] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all rows; a block that was handed out keeps its own."""
        self._values.clear()
        self._blocks.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def append(self, block: FeatureBlock) -> None:
        """Add the rows of one symbol.

        Parameters
        ----------
        block : FeatureBlock
            Rows of one symbol, of the same contract as those before.

        Raises
        ------
        ModelRejected
            If its contract is another.
        StorageProblem
            If the disk refuses; nothing is left of the rows on it.
        """
        if self._blocks and block.contract != self._blocks[0].contract:
            raise ModelRejected(", ".join(block.symbols), "its features differ from those of the other symbols")
        self._blocks.append(block.without_values())
        self._values.append(block.values)
        if (
            self._file is not None
            or sum(len(entry) for entry in self._blocks) * block.values.shape[1] * 4 > self._limit
        ):
            self._write()

    def pooled(self) -> FeatureBlock:
        """Return all rows as one block of its own memory, and begin anew.

        Raises
        ------
        InvalidValue
            If there are none.
        """
        if not self._blocks:
            raise InvalidValue("blocks", "nothing", "the rows of at least one symbol")
        blocks = self._blocks
        owner = np.concatenate([np.full(len(block), number, dtype=np.int16) for number, block in enumerate(blocks)])
        pooled = FeatureBlock(
            contract=blocks[0].contract,
            symbols=tuple(block.symbols[0] for block in blocks),
            values=self._all_values(len(owner), len(blocks[0].contract.names)),
            label=np.concatenate([block.label for block in blocks]),
            symbol_id=owner,
            close_time=np.concatenate([block.close_time for block in blocks]),
            label_end=np.concatenate([block.label_end for block in blocks]),
        )
        self.close()
        return pooled

    def _write(self) -> None:
        """Move the rows that are in memory to the end of the file; written, not mapped, so that a full disk is told."""
        place = self._folder or Path(tempfile.gettempdir())
        try:
            if self._file is None:
                place.mkdir(parents=True, exist_ok=True)
                # Without a buffer, so that nothing is left to be written when it is closed.
                self._file = tempfile.TemporaryFile(dir=place, buffering=0)  # noqa: SIM115 (closed by `close`)
            for values in self._values:
                rest = np.ascontiguousarray(values).data.cast("B")
                while len(rest):
                    rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise StorageProblem(str(place), error.strerror or str(error)) from error
        self._values.clear()

    def _all_values(self, rows: int, features: int) -> NDArray[np.float32]:
        if self._file is not None:
            mapped: Any = mmap.mmap(self._file.fileno(), rows * features * 4)
            return np.frombuffer(mapped, dtype=np.float32).reshape(rows, features)
        values = np.empty((rows, features), dtype=np.float32)
        place = 0
        while self._values:
            part = self._values.pop(0)
            values[place : place + len(part)] = part
            place += len(part)
        return values


def let_pages_go(block: FeatureBlock) -> None:
    """Hand the pages of a mapped block back to the system; whoever reads a row again gets it as it was left.

    Parameters
    ----------
    block : FeatureBlock
        Rows; nothing happens to those that are not mapped, or on a system that cannot.
    """
    base: Any = block.values
    while isinstance(base, np.ndarray | memoryview):
        base = base.obj if isinstance(base, memoryview) else base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
