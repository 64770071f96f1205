"""The rows of one symbol as one file, for as long as they go from the machine that made them to the one that trains."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import write_parts
from ktrdr_app.features.contract import FeatureBlock, FeatureContract

_ARRAYS = ("values", "label", "close_time", "label_end")


def write_rows(path: Path, block: FeatureBlock) -> None:
    """Write the rows of one symbol, array after array in NumPy's own format.

    Parameters
    ----------
    path : Path
        Where they go; the file is whole or not there.
    block : FeatureBlock
        Rows of one symbol.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    write_parts(path, _parts(block))


def read_rows(path: Path, contract: FeatureContract, symbol: str) -> FeatureBlock:
    """Return rows that `write_rows` wrote, in memory of their own.

    Parameters
    ----------
    path : Path
        The file.
    contract : FeatureContract
        What its columns are.
    symbol : str
        Whose rows.

    Raises
    ------
    StorageProblem
        If the file is not there, or not whole.
    """
    try:
        with open(path, "rb") as stream:
            arrays: dict[str, Any] = {name: np.load(stream, allow_pickle=False) for name in _ARRAYS}
    except (EOFError, ValueError) as error:
        raise StorageProblem(str(path), f"the rows of {symbol} are damaged: {error}") from error
    except OSError as error:
        raise StorageProblem(str(path), error.strerror or str(error)) from error
    owner = np.zeros(len(arrays["label"]), dtype=np.int16)
    return FeatureBlock(contract=contract, symbols=(symbol,), symbol_id=owner, **arrays)


def _parts(block: FeatureBlock) -> Iterator[bytes | memoryview]:
    for name in _ARRAYS:
        array: NDArray[Any] = np.ascontiguousarray(getattr(block, name))
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
        yield header.getvalue()
        yield array.data.cast("B")
