"""Keeps requests for history within the broker's pacing limits, whoever in this process makes them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

SAME_SECONDS = 15.5
"""Least time between two identical requests: 15 s are a violation, half a second is for the way."""
BURST, BURST_SECONDS = 5, 2.2
"""Requests for one contract within two seconds: six are a violation."""
MANY, MANY_SECONDS = 60, 602.0
"""Requests within ten minutes."""
PENALTIES = (15.0, 60.0, 300.0)
"""Seconds of silence after the first, second and third violation in a row."""


class Pacer:
    """Gives out the moments at which requests may be sent.

    Parameters
    ----------
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._all: deque[float] = deque(maxlen=MANY)
        self._by_contract: dict[Hashable, deque[float]] = {}
        self._same: dict[Hashable, float] = {}
        self._not_before = float("-inf")

    def reserve(self, request: Hashable, contract: Hashable) -> float:
        """Take the next free moment and return the seconds until then.

        Parameters
        ----------
        request : hashable
            All that makes a request the same as another.
        contract : hashable
            Contract, exchange and kind of price.

        Returns
        -------
        float
            0 if the request may be sent now.
        """
        with self._guard:
            now = self._clock()
            recent = self._by_contract.setdefault(contract, deque(maxlen=BURST))
            at = max(now, self._not_before, self._same.get(request, float("-inf")) + SAME_SECONDS)
            if self._all:
                at = max(at, self._all[-1])
            if len(recent) == BURST:
                at = max(at, recent[0] + BURST_SECONDS)
            if len(self._all) == MANY:
                at = max(at, self._all[0] + MANY_SECONDS)
            self._all.append(at)
            recent.append(at)
            self._same = {key: last for key, last in self._same.items() if last + SAME_SECONDS > now} | {request: at}
            return max(0.0, at - now)

    def penalize(self, violations: int) -> None:
        """Keep silent for a while, because the broker has complained.

        Parameters
        ----------
        violations : int
            How many in a row, 1 or more; the silence grows with it.
        """
        with self._guard:
            silence = PENALTIES[min(violations, len(PENALTIES)) - 1]
            self._not_before = max(self._not_before, self._clock() + silence)


SHARED = Pacer()
"""The pacer of this process: the limits are the account's, not one download's."""
