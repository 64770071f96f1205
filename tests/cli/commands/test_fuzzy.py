"""``fuzzy check`` and ``fuzzy evaluate``, against values computed here from the sample files."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skfuzzy
import talib

from ktrdr_app.core.paths import shipped
from tests.cli.commands.conftest import Run, error_of, files_of
from tests.cli.conftest import STRATEGY

PLAIN = """\
name: plain
indicators:
  rsi: {name: rsi, period: 14}
fuzzy_sets:
  rsi:
    form: raw
    sets:
      low: {type: trapezoidal, parameters: [10, 20, 25, 40]}
      mid: {type: triangular, parameters: [45, 50, 60]}
      high: {type: gaussian, parameters: [80, 8]}
"""


@pytest.fixture(scope="module")
def rsi() -> np.ndarray:
    bars = pd.read_csv(shipped("resources") / "sample" / "AAPL_1d.csv", index_col=0)
    return talib.RSI(bars["close"].to_numpy(), 14)


def test_shapes_alone_are_checked_without_data(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = run("fuzzy", "check", STRATEGY, json=True).document
    assert document["timeframe"] is None
    assert [entry["input"] for entry in document["inputs"]] == ["rsi", "sma", "lower_band", "macd"]
    assert all(entry["problems"] == [] and entry["symbols"] == {} for entry in document["inputs"])


def test_activity_per_symbol_is_counted(run: Run, workspace: Path, rsi: np.ndarray) -> None:
    document = run("fuzzy", "check", STRATEGY, "--symbols", "AAPL,IBM", "--timeframe", "1d", json=True).document
    found = next(entry for entry in document["inputs"] if entry["input"] == "rsi")["symbols"]
    assert list(found) == ["AAPL", "IBM"]
    known = rsi[np.isfinite(rsi)]
    oversold = np.where(known <= 25, 1.0, skfuzzy.trapmf(known, [0, 10, 25, 40]))
    first = found["AAPL"]["sets"][0]
    assert (first["name"], found["AAPL"]["values"]) == ("oversold", len(known))
    assert first["strong"] == pytest.approx(np.mean(oversold >= 0.5))
    assert found["AAPL"]["median"] == pytest.approx(np.median(known))


def test_the_check_for_people_shows_a_table_per_input_and_every_doubt(run: Run, workspace: Path) -> None:
    shown = run("fuzzy", "check", STRATEGY, "--timeframe", "1d").out
    assert all(symbol in shown for symbol in ("AAPL", "GOOG", "IBM", "MSFT"))
    assert "oversold ≥ 0.5" in shown
    assert "rsi: share of bars in each set" in shown


def test_memberships_are_those_of_scikit_fuzzy(run: Run, workspace: Path, rsi: np.ndarray) -> None:
    document = run("fuzzy", "evaluate", STRATEGY, "AAPL", "1d", json=True).document
    expected = skfuzzy.trimf(rsi[14:], [25, 50, 75])
    assert document["values"]["rsi_neutral"][14:] == pytest.approx(expected.tolist(), abs=1e-6)
    assert document["values"]["rsi_neutral"][:14] == [None] * 14
    assert f"last 10 of {document['rows']:,} rows" in run("fuzzy", "evaluate", STRATEGY, "AAPL", "1d").out


def test_symbols_without_a_time_frame_are_a_usage_error(run: Run, workspace: Path) -> None:
    ended = run("fuzzy", "check", STRATEGY, "--symbols", "AAPL", json=True)
    assert ended.code == 2
    assert "--timeframe" in ended.document["error"]["hint"]


@pytest.fixture
def apple(workspace: Path) -> pd.DataFrame:
    (workspace / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    return pd.read_csv(workspace / "data" / "AAPL_1d.csv", index_col="timestamp")


def shapes(values: np.ndarray) -> dict[str, np.ndarray]:
    """Return the memberships of the plain strategy, as scikit-fuzzy computes them."""
    known = np.nan_to_num(values, nan=50.0)
    found = {
        "low": skfuzzy.trapmf(known, [10, 20, 25, 40]),
        "mid": skfuzzy.trimf(known, [45, 50, 60]),
        "high": skfuzzy.gaussmf(known, 80, 8),
    }
    return {name: np.where(np.isnan(values), np.nan, grades) for name, grades in found.items()}


def test_a_gap_is_told_with_its_borders_and_the_sets_beside_it(run: Run, apple: pd.DataFrame) -> None:
    (entry,) = run("fuzzy", "check", "plain.yaml", json=True).document["inputs"]
    assert "gap" not in {problem["code"] for problem in entry["problems"]}, "a Gaussian set reaches everywhere"
    text = PLAIN.replace("{type: gaussian, parameters: [80, 8]}", "{type: triangular, parameters: [60, 75, 100]}")
    Path("gap.yaml").write_text(text, encoding="utf-8")
    (entry,) = run("fuzzy", "check", "gap.yaml", json=True).document["inputs"]
    gaps = [problem for problem in entry["problems"] if problem["code"] == "gap"]
    assert [problem["sets"] for problem in gaps] == [["low", "mid"], ["mid", "high"]]
    assert "40 to 45" in gaps[0]["message"]
    assert gaps[0]["message"] in " ".join(run("fuzzy", "check", "gap.yaml").out.split())


def test_activity_is_counted_as_numpy_counts_it(run: Run, apple: pd.DataFrame) -> None:
    document = run("fuzzy", "check", "plain.yaml", "--symbols", "AAPL", "--timeframe", "1d", json=True).document
    assert (document["strategy"], document["timeframe"]) == ("plain.yaml", "1d")
    (entry,) = document["inputs"]
    assert entry["universality"] is None
    values = talib.RSI(apple["close"].to_numpy(), 14)
    known = values[np.isfinite(values)]
    grades = shapes(known)
    found = entry["symbols"]["AAPL"]
    assert [found["low"], found["median"], found["high"]] == pytest.approx(np.percentile(known, [1, 50, 99]).tolist())
    for one in found["sets"]:
        mine = grades[one["name"]]
        assert one["active"] == pytest.approx(np.mean(mine >= 0.01))
        assert one["strong"] == pytest.approx(np.mean(mine >= 0.5))
        assert one["mean"] == pytest.approx(mine.mean(), abs=1e-9)
    total = sum(grades.values())
    assert found["sum_mean_deviation"] == pytest.approx(np.abs(total - 1).mean())
    assert found["sum_max_deviation"] == pytest.approx(np.abs(total - 1).max())
    assert found["faint"] == pytest.approx(np.mean(total < 0.2))


def test_universality_is_one_minus_the_distance_of_the_shares(run: Run, apple: pd.DataFrame) -> None:
    symbols = ("AAPL", "IBM", "MSFT")
    words = ("--symbols", ",".join(symbols), "--timeframe", "1d")
    found = run("fuzzy", "check", "plain.yaml", *words, json=True).document["inputs"][0]["universality"]
    shares = {}
    for symbol in symbols:
        values = talib.RSI(pd.read_csv(f"data/{symbol}_1d.csv")["close"].to_numpy(), 14)
        table = np.column_stack([*shapes(values[14:]).values()])
        total = table.sum(axis=1)
        shares[symbol] = [*(table / np.maximum(total, 1)[:, None]).mean(axis=0), np.maximum(1 - total, 0).mean()]
    pairs = {
        pair: sum(abs(a - b) for a, b in zip(shares[pair[0]], shares[pair[1]], strict=True)) / 2
        for pair in itertools.combinations(symbols, 2)
    }
    assert found["figure"] == pytest.approx(1 - sum(pairs.values()) / 3, abs=1e-6)
    assert tuple(found["farthest"]) == max(pairs, key=pairs.__getitem__)
    for symbol in symbols:
        assert list(found["shares"][symbol].values()) == pytest.approx(shares[symbol], abs=1e-6)


def test_memberships_on_disk_are_those_of_scikit_fuzzy(run: Run, workspace: Path, apple: pd.DataFrame) -> None:
    before = files_of(workspace)
    document = run("fuzzy", "evaluate", "plain.yaml", "AAPL", "1d", "--out", "m.csv", json=True).document
    assert set(files_of(workspace)) - set(before) == {"m.csv"}
    table = pd.read_csv("m.csv")
    assert list(table.columns) == ["timestamp", "rsi_low", "rsi_mid", "rsi_high"]
    assert (document["columns"], document["rows"]) == (list(table.columns[1:]), len(apple))
    assert table["timestamp"].tolist() == list(apple.index)
    for name, wanted in shapes(talib.RSI(apple["close"].to_numpy(), 14)).items():
        assert table[f"rsi_{name}"].to_numpy() == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_a_longer_bar_counts_only_once_it_has_ended(run: Run, workspace: Path) -> None:
    text = PLAIN.replace("  rsi:\n    form: raw", "  rsi:\n    timeframe: 4h\n    form: raw")
    (workspace / "longer.yaml").write_text(text, encoding="utf-8")
    values = run("fuzzy", "evaluate", "longer.yaml", "EURUSD", "1h", json=True).document["values"]
    assert list(values) == ["rsi_low_4h", "rsi_mid_4h", "rsi_high_4h"]
    close = pd.read_csv("data/EURUSD_1h.csv", index_col="timestamp", parse_dates=True)["close"]
    longer = close.resample("4h").last().dropna().iloc[1:]  # the data begin within the first window
    known = pd.Series(talib.RSI(longer.to_numpy(), 14), longer.index + pd.Timedelta("4h"))
    seen = known.reindex(close.index + pd.Timedelta("1h"), method="ffill").to_numpy()
    assert values["rsi_mid_4h"][200:] == pytest.approx(shapes(seen)["mid"][200:].tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("check", "plian.yaml"), 3, "strategy_not_found", "known strategies"),
        (("check", "plain.yaml", "--symbols", ","), 2, "invalid_value", "AAPL,MSFT"),
        (("check", "plain.yaml", "--symbols", "AAPL,APPL", "--timeframe", "1d"), 3, "data_not_found", "AAPL"),
        (("check", "plain.yaml", "--timeframe", "1y"), 2, "unknown_name", "1w"),
        (("check", "multi_timeframe", "--symbols", "AAPL", "--timeframe", "1d"), 2, "invalid_value", "longer than"),
        (("evaluate", "multi_timeframe", "AAPL", "1d"), 2, "invalid_value", "longer than"),
        (("evaluate", "plain.yaml", "AAPL", "1d", "--out", "m.txt"), 2, "invalid_value", ".parquet"),
        (("evaluate", "plain.yaml", "AAPL"), 2, "usage", "fuzzy evaluate --help"),
    ],
)
def test_refusals_write_nothing(
    run: Run, workspace: Path, apple: pd.DataFrame, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    before = files_of(workspace)
    assert hint in error_of(run("fuzzy", *words, json=True), exit_code, code)["hint"]
    assert files_of(workspace) == before
