"""The bars of a cell of a confusion matrix by another road: the file, slow labels, and the loader that scripts use."""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store import UniversalModelLoader
from ktrdr_app.workflows.requests import SeriesRequest
from tests.reference.indicators import atr


def first_touch(close: list[float], threshold: list[float], lookahead: int) -> list[int]:
    """Return 0 where the first move beyond the threshold within the horizon is up, 2 where it is down, 1 for none."""
    labels = []
    for row, price in enumerate(close):
        if row + lookahead >= len(close) or not threshold[row] > 0:
            labels.append(-1)
            continue
        moves = [(later - price) / price for later in close[row + 1 : row + 1 + lookahead]]
        touched = [0 if move > 0 else 2 for move in moves if abs(move) >= threshold[row]]
        labels.append(touched[0] if touched else 1)
    return labels


def daily_bars(workspace: Workspace, symbol: str) -> tuple[list[datetime], list[list[float]]]:
    """Return opens and highs, lows, closes of a daily series, read from its file line by line."""
    stamps, prices = [], []
    with open(workspace.data / f"{symbol}_1d.csv", newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            stamps.append(datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00")).replace(tzinfo=UTC))
            prices.append([float(line[name]) for name in ("high", "low", "close")])
    return stamps, [list(column) for column in zip(*prices, strict=True)]


def cells_of(
    workspace: Workspace, strategy: str, symbol: str, atrs: float, lookahead: int
) -> dict[tuple[int, int], list[datetime]]:
    """Return the opens of the daily test bars of the strategy's latest model, by label and answer."""
    folder = (workspace.models / strategy / "universal_1d_latest").resolve()
    stamps, (high, low, close) = daily_bars(workspace, symbol)
    sizes = [atrs * size / price for size, price in zip(atr(high, low, close, 14), close, strict=True)]
    labels = dict(zip(stamps, first_touch(close, sizes, lookahead), strict=True))
    features = workflows.features(SeriesRequest(workspace, strategy, symbol, "1d")).frame
    model, _ = UniversalModelLoader(workspace.models).load_model_for_strategy(strategy, "1d")
    probabilities = model.predict_proba(features.to_numpy())
    manifest = json.loads((folder / "training_manifest.json").read_text(encoding="utf-8"))
    begin = datetime.fromisoformat(manifest["split"]["test_start"])
    found: dict[tuple[int, int], list[datetime]] = {}
    for stamp, shares in zip(features.index.to_pydatetime(), probabilities, strict=True):
        known = stamp + timedelta(days=1)
        if known > begin and labels[stamp] != -1:
            found.setdefault((labels[stamp], int(np.argmax(shares))), []).append(stamp)
    return found


def matrix_of(cells: dict[tuple[int, int], list[datetime]]) -> list[list[int]]:
    """Return how many bars each cell has."""
    return [[len(cells.get((label, answer), [])) for answer in range(3)] for label in range(3)]


def score_interval(right: int, rows: int) -> tuple[float, float]:
    """Return Wilson's 90 % interval as the roots of (x/n - p)² = z² p (1 - p) / n."""
    z, share = 1.6448536269514722, right / rows
    a, b, c = 1 + z * z / rows, -(2 * share + z * z / rows), share * share
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
