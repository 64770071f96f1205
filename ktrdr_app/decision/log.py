"""The trail of a run that a kernel decided: every filter's verdict, told anew by the filters themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.explain import explain_no_trades
from ktrdr_app.decision.orchestrator import Decision, DecisionOrchestrator

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class DecisionLog:
    """What there was to decide on at each bar, and the position at that moment.

    Attributes
    ----------
    index : DatetimeIndex
        Bar opens.
    shares : ndarray of float64, shape (n_bars, 3)
        Probabilities of BUY, HOLD, SELL.
    ratios : ndarray of float64, shape (n_bars,)
        As `volume_ratio` gives them.
    dissimilarity : ndarray of float64, shape (n_bars,)
        As `Candidate` has it.
    held : ndarray of int8, shape (n_bars,)
        Position at each decision: -1, 0, 1.
    ended : ndarray of int64, shape (n_ends,)
        First bar whose decision knew of each position's end, rising.
    ended_in : ndarray of int64, shape (n_ends,)
        Bar in which it ended.
    closed : ndarray of bool, shape (n_bars,)
        Bars in which the market was closed and nothing was decided.
    orchestrator : DecisionOrchestrator
        The filters.
    """

    index: pd.DatetimeIndex
    shares: NDArray[np.float64]
    ratios: NDArray[np.float64]
    dissimilarity: NDArray[np.float64]
    held: NDArray[np.int8]
    ended: NDArray[np.int64]
    ended_in: NDArray[np.int64]
    closed: NDArray[np.bool_]
    orchestrator: DecisionOrchestrator

    def decisions(self) -> Iterator[Decision]:
        """Yield the decision of every bar on which the model did not say HOLD, with its trail."""
        judge = DecisionOrchestrator(self.orchestrator.settings, self.orchestrator.allow_short)
        stamps = nanoseconds(self.index)
        known = np.searchsorted(self.ended, np.arange(len(self.index)), side="right")
        rows = np.flatnonzero((self.shares.argmax(axis=1) != Action.HOLD) & ~self.closed)
        for bar in rows.tolist():
            last_exit = int(self.ended_in[known[bar] - 1]) if known[bar] else None
            yield judge.decide(
                bar,
                self.shares[bar].tolist(),
                float(self.ratios[bar]),
                Position(int(self.held[bar])),
                time=int(stamps[bar]),
                last_exit=last_exit,
                dissimilarity=float(self.dissimilarity[bar]),
            )

    def table(self) -> pd.DataFrame:
        """Return one row per bar, indexed by its open.

        Columns: ``raw`` (the most probable class), ``confidence`` (its probability), ``buy hold sell``,
        ``volume_ratio``, ``position`` at the decision, ``action`` after the filters, ``refused_by`` (the first filter
        that refused) and ``reason`` (every verdict in words; empty where the model itself said HOLD).
        """
        words = np.array([action.name for action in Action], dtype=object)
        sides = np.array([position.name.lower() for position in Position], dtype=object)
        raw = self.shares.argmax(axis=1)
        action = np.full(len(raw), int(Action.HOLD))
        refused_by, reason = (np.full(len(raw), "", dtype=object) for _ in range(2))
        for decision in self.decisions():
            refusal = decision.refusal
            action[decision.bar] = decision.action
            refused_by[decision.bar] = refusal.name if refusal else ""
            reason[decision.bar] = "; ".join(verdict.reason for verdict in decision.trail)
        columns = {
            "raw": words[raw],
            "confidence": self.shares.max(axis=1),
            "buy": self.shares[:, Action.BUY],
            "hold": self.shares[:, Action.HOLD],
            "sell": self.shares[:, Action.SELL],
            "volume_ratio": self.ratios,
            "position": sides[self.held + 1],
            "action": words[action],
            "refused_by": refused_by,
            "reason": reason,
        }
        return pd.DataFrame(columns, index=self.index)

    def explanation(self) -> str:
        """Return what became of the model's signals, in a sentence."""
        return explain_no_trades(list(self.decisions()), len(self.index))
