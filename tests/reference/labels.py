"""Slow twins of the labelers and their figures, written from the definitions, bar by bar."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass


def fixed_horizon(close: list[float], threshold: list[float], lookahead: int) -> list[int]:
    """Return the sign of the return over the horizon beyond the threshold: 0 BUY, 1 HOLD, 2 SELL, -1 none."""
    labels = []
    for row, price in enumerate(close):
        if row + lookahead >= len(close) or not threshold[row] > 0:
            labels.append(-1)
            continue
        move = (close[row + lookahead] - price) / price
        labels.append(0 if move >= threshold[row] else 2 if move <= -threshold[row] else 1)
    return labels


def original_segments(close: list[float], threshold: float) -> tuple[list[int], list[int]]:
    """Return the original's labels and its turns, the last of which is not confirmed: it may still move."""
    turns, side = [0], 0
    for row in range(1, len(close)):
        here, there = close[row], close[turns[-1]]
        change = (here - there) / there
        if side == 0:
            if abs(change) >= threshold:
                side = 1 if change > 0 else -1
                turns.append(row)
        elif (side > 0 and here > there) or (side < 0 and here < there):
            turns[-1] = row
        elif (side > 0 and change <= -threshold) or (side < 0 and change >= threshold):
            side = -side
            turns.append(row)
    labels = [1] * len(close)
    for left, right in itertools.pairwise(turns):
        for row in range(left + 1, right):
            labels[row] = 0 if close[right] > close[left] else 2
    return labels, turns


@dataclass
class Trade:
    """One of the two trades of a triple barrier; ``side`` is 1 for long."""

    side: int
    profit: float
    loss: float
    won_at: float = math.inf
    ended: int | None = None
    unclear_at: float = math.inf
    exit: float = math.nan

    def wins(self, move: float) -> bool:
        """Tell whether a move of the price reaches the take-profit."""
        return move >= self.profit if self.side > 0 else move <= -self.profit

    def fails(self, move: float) -> bool:
        """Tell whether a move of the price reaches the stop."""
        return move <= -self.loss if self.side > 0 else move >= self.loss

    def step(self, bar: int, opened: float, reached: tuple[float, float]) -> None:
        """Go through one bar: its open first, then its high and low, whose order nobody knows."""
        if self.ended is not None:
            return
        if self.wins(opened):
            self.won_at, self.ended, self.exit = bar - 0.5, bar, opened
        elif self.fails(opened):
            self.ended = bar
        elif any(map(self.wins, reached)) and any(map(self.fails, reached)):
            self.ended, self.unclear_at = bar, bar
        elif any(map(self.wins, reached)):
            self.won_at, self.ended, self.exit = bar, bar, self.side * self.profit
        elif any(map(self.fails, reached)):
            self.ended = bar


Row = tuple[float, float, float, float]


def triple_barrier(
    bars: list[Row], threshold: list[float], lookahead: int, multiples: tuple[float, float], both: str
) -> list[tuple[int, int, float]]:
    """Return label, deciding row and realised return of each bar, by following a long and a short trade.

    ``bars`` are open, high, low and close; ``multiples`` take-profit and stop.
    """
    found = []
    for row in range(len(bars)):
        if row + lookahead >= len(bars) or not threshold[row] > 0:
            found.append((-1, row, math.nan))
            continue
        entry = bars[row + 1][0]
        profit, loss = (multiple * threshold[row] for multiple in multiples)
        long, short = Trade(1, profit, loss), Trade(-1, profit, loss)
        for step in range(1, lookahead + 1):
            opened, high, low = ((price - entry) / entry for price in bars[row + step][:3])
            for trade in (long, short):
                trade.step(step, opened, (high, low))
        found.append(_verdict(row, long, short, lookahead, both, [(bar[3] - entry) / entry for bar in bars]))
    return found


def _verdict(
    row: int, long: Trade, short: Trade, lookahead: int, both: str, closes: list[float]
) -> tuple[int, int, float]:
    first = min(long.won_at, short.won_at)
    doubt = min(long.unclear_at, short.unclear_at) if both == "hold" else math.inf
    if first < doubt and long.won_at != short.won_at:
        winner, label = (long, 0) if long.won_at < short.won_at else (short, 2)
        return label, row + math.ceil(first), winner.exit
    if min(first, doubt) < math.inf:
        end = math.ceil(min(first, doubt))
    elif long.ended is not None and short.ended is not None:
        end = max(long.ended, short.ended)
    else:
        end = lookahead
    return 1, row + end, closes[row + end]


def uniqueness(label: list[int], end: list[int]) -> list[float]:
    """Return the mean over each label's bars of one over the labels alive on them."""
    spans = [range(row, end[row] + 1) if label[row] >= 0 else range(0) for row in range(len(label))]
    alive = [sum(bar in span for span in spans) for bar in range(len(label))]
    return [sum(1 / alive[bar] for bar in span) / len(span) if span else math.nan for span in spans]


def run_lengths(label: list[int]) -> list[int]:
    """Return the lengths of the stretches of one class."""
    return [len(list(group)) for name, group in itertools.groupby(label) if name >= 0]


def last_known(label: list[int], end: list[int]) -> list[int]:
    """Return at each bar the label of the latest bar whose label is known by then."""
    found = []
    for now in range(len(label)):
        known = [row for row in range(now + 1) if label[row] >= 0 and end[row] <= now]
        found.append(label[max(known)] if known else -1)
    return found


def tally(guess: list[int], label: list[int], close: list[float], horizon: int) -> tuple[int, int, int, int]:
    """Return hits and rows of a rule against the labels, and against the returns over the horizon."""
    pairs = [(g, lab) for g, lab in zip(guess, label, strict=True) if g >= 0 and lab >= 0]
    moves = [
        (close[row + horizon] > close[row]) == (guess[row] == 0)
        for row in range(len(close) - horizon)
        if guess[row] in (0, 2) and label[row] >= 0 and close[row + horizon] != close[row]
    ]
    return sum(g == lab for g, lab in pairs), len(pairs), sum(moves), len(moves)
