"""Remembers which spans of a series the broker has answered for, so that a download goes on where it was cut."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.files import write_json
from ktrdr_app.data.ib.plan import Span

logger = logging.getLogger(__name__)


class Journal:
    """The finished spans of one series, with the number of bars that the file had in each.

    Parameters
    ----------
    path : Path
        JSON file in the workspace's cache.
    market : str
        What was asked for; the journal of another contract is passed over.
    """

    def __init__(self, path: Path, market: str) -> None:
        self.path = path
        self.market = market
        self._rows = _read(path, market)

    def covered(self, stamps: NDArray[np.int64]) -> list[Span]:
        """Return the spans that need not be asked for again.

        A span whose bars have since been taken out of the file does not count.

        Parameters
        ----------
        stamps : ndarray of int64
            Bar opens of the file, rising, nanoseconds UTC.
        """
        return [span for span, rows in sorted(self._rows.items()) if count_within(stamps, span) >= rows]

    def add(self, span: Span, stamps: NDArray[np.int64]) -> None:
        """Note a finished span, after its bars were written.

        Parameters
        ----------
        span : Span
            The span.
        stamps : ndarray of int64
            Bar opens of the file as it is now.

        Raises
        ------
        StorageProblem
            If the disk refuses.
        """
        self._rows[span] = count_within(stamps, span)
        spans = [{"start": one.start, "end": one.end, "rows": rows} for one, rows in sorted(self._rows.items())]
        write_json(self.path, {"market": self.market, "spans": spans})


def count_within(stamps: NDArray[np.int64], span: Span) -> int:
    """Return how many stamps lie in a span.

    Parameters
    ----------
    stamps : ndarray of int64
        Rising, nanoseconds UTC.
    span : Span
        The span.
    """
    return int(np.searchsorted(stamps, span.end) - np.searchsorted(stamps, span.start))


def _read(path: Path, market: str) -> dict[Span, int]:
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        if document["market"] != market:
            return {}
        return {Span(int(one["start"]), int(one["end"])): int(one["rows"]) for one in document["spans"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("the journal %s is passed over, finished spans are asked for again: %s", path.name, error)
        return {}
