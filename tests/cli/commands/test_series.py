"""``features`` and ``labels``: the block before scaling and the classes, against pandas and a walk bar by bar."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib

from tests.cli.commands.conftest import Run, error_of, files_of, table_rows
from tests.cli.conftest import STRATEGY
from tests.dask_cluster import DaskCluster

PLAIN = """\
name: plain
indicators:
  rsi: {name: rsi, period: 14}
fuzzy_sets:
  rsi:
    form: raw
    sets:
      low: {type: triangular, parameters: [0, 25, 50]}
      high: {type: triangular, parameters: [50, 75, 100]}
features: {price_context: false, volume_context: false, lookback_periods: 2, scaling: standard}
labels: {method: zigzag, threshold: 0.03, threshold_unit: fraction, lookahead: 15}
"""


@pytest.fixture
def ibm(workspace: Path) -> pd.DataFrame:
    (workspace / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    return pd.read_csv(workspace / "data" / "IBM_1d.csv", index_col="timestamp")


def first_touches(close: list[float], threshold: float, lookahead: int) -> list[str]:
    """Return BUY where the rise comes first, SELL where the fall does, HOLD for neither, '' past the horizon."""
    found = []
    for here, price in enumerate(close):
        coming = close[here + 1 : here + 1 + lookahead]
        moves = [(later - price) / price for later in coming]
        touched = next((move for move in moves if abs(move) >= threshold), None)
        if len(coming) < lookahead:
            found.append("")
        elif touched is None:
            found.append("HOLD")
        else:
            found.append("BUY" if touched > 0 else "SELL")
    return found


def test_features_are_memberships_of_now_and_of_the_bar_before(run: Run, ibm: pd.DataFrame) -> None:
    document = run("features", "plain.yaml", "IBM", "1d", json=True).document
    values = talib.RSI(ibm["close"].to_numpy(), 14)
    low = np.interp(values, [0, 25, 50], [0, 1, 0])
    first = 15
    assert (document["strategy"], document["symbol"], document["timeframe"]) == ("plain.yaml", "IBM", "1d")
    assert (document["rows"], document["dropped_rows"]) == (len(ibm) - first, first)
    assert document["first"] == ibm.index[first]
    assert document["columns"][:2] == ["rsi_low", "rsi_high"]
    assert len(document["columns"]) == 4
    assert document["values"]["rsi_low"] == pytest.approx(low[first:].tolist(), abs=1e-6)
    lagged = next(name for name in document["columns"][2:] if "low" in name)
    assert document["values"][lagged] == pytest.approx(low[first - 1 : -1].tolist(), abs=1e-6)


def test_the_contract_changes_with_the_features_and_not_with_the_symbol(
    run: Run, workspace: Path, ibm: pd.DataFrame
) -> None:
    def contract(strategy: str, symbol: str) -> str:
        document = run("features", strategy, symbol, "1d", "--out", "f.csv", json=True).document
        return str(document["contract_sha256"])

    (workspace / "moved.yaml").write_text(PLAIN.replace("[0, 25, 50]", "[0, 30, 50]"), encoding="utf-8")
    assert contract("plain.yaml", "IBM") == contract("plain.yaml", "MSFT")
    assert contract("moved.yaml", "IBM") != contract("plain.yaml", "IBM")


def test_features_on_disk_are_those_that_are_printed(run: Run, workspace: Path, ibm: pd.DataFrame) -> None:
    printed = run("features", "plain.yaml", "IBM", "1d", json=True).document
    before = files_of(workspace)
    named = run("features", "plain.yaml", "IBM", "1d", "--out", "block.parquet", json=True).document
    assert set(files_of(workspace)) - set(before) == {"block.parquet"}
    table = pd.read_parquet("block.parquet")
    assert list(table.columns) == ["timestamp", *printed["columns"]]
    assert table["timestamp"].tolist() == printed["timestamp"]
    for name in named["columns"]:
        assert table[name].tolist() == pytest.approx(printed["values"][name], abs=1e-7)


def test_people_see_least_mean_and_most_of_each_feature(run: Run, ibm: pd.DataFrame) -> None:
    ended = run("features", "plain.yaml", "IBM", "1d")
    low = np.interp(talib.RSI(ibm["close"].to_numpy(), 14), [0, 25, 50], [0, 1, 0])[15:]
    assert "plain.yaml on IBM 1d: 2,000 rows after 15 warm-up rows" in ended.out
    assert [float(cell) for cell in table_rows(ended.out)["rsi_low"]] == pytest.approx(
        [low.min(), low.mean(), low.max()], abs=6e-5
    )


def test_several_symbols_are_built_side_by_side(run: Run, workspace: Path, ibm: pd.DataFrame) -> None:
    before = files_of(workspace)
    document = run("features", "plain.yaml", "IBM,MSFT,IBM", "1d", json=True).document
    assert files_of(workspace) == before
    alone = run("features", "plain.yaml", "IBM", "1d", json=True).document
    assert list(document["symbols"]) == ["IBM", "MSFT"]
    for name in ("columns", "contract_sha256", "strategy", "timeframe"):
        assert document[name] == alone[name]
    entry = document["symbols"]["IBM"]
    for name in ("rows", "dropped_rows", "first", "last"):
        assert entry[name] == alone[name]
    values = np.array([alone["values"][name] for name in alone["columns"]], "<f4").T
    assert entry["values_sha256"] == hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def test_tables_of_several_symbols_are_those_of_each(run: Run, workspace: Path, ibm: pd.DataFrame) -> None:
    document = run("features", "plain.yaml", "IBM,MSFT", "1d", "--out", "tables", json=True).document
    assert document["out"] == str(workspace / "tables")
    for symbol in ("IBM", "MSFT"):
        run("features", "plain.yaml", symbol, "1d", "--out", "alone.csv")
        written = Path(document["symbols"][symbol]["file"])
        assert written.read_bytes() == (workspace / "alone.csv").read_bytes()


def test_people_see_the_rows_of_each_symbol(run: Run, ibm: pd.DataFrame) -> None:
    ended = run("features", "plain.yaml", "IBM,MSFT", "1d")
    assert "plain.yaml 1d: 4 features of each symbol" in ended.out
    assert table_rows(ended.out)["IBM"] == [ibm.index[15], ibm.index[-1], "2,000", "15"]
    assert "cache" in ended.out.splitlines()[-1]
    assert "Tables: " in run("features", "plain.yaml", "IBM,MSFT", "1d", "--out", "t").out


@pytest.mark.parametrize("symbols", ["IBM", "IBM,MSFT"])
def test_features_of_a_cluster_are_those_of_this_machine(
    symbols: str, run: Run, workspace: Path, ibm: pd.DataFrame, dask: DaskCluster
) -> None:
    there = run("features", "plain.yaml", symbols, "1d", "--cluster", dask.address, json=True).document
    shutil.rmtree(workspace / ".cache")
    assert run("features", "plain.yaml", symbols, "1d", json=True).document == there


def test_a_table_of_one_symbol_is_a_file_with_a_cluster_too(
    run: Run, workspace: Path, ibm: pd.DataFrame, dask: DaskCluster
) -> None:
    run("features", "plain.yaml", "IBM", "1d", "--out", "here.csv")
    assert run("features", "plain.yaml", "IBM", "1d", "--out", "there.csv", "--cluster", dask.address).code == 0
    assert (workspace / "there.csv").read_bytes() == (workspace / "here.csv").read_bytes()


def test_a_cluster_that_is_no_address_is_told(run: Run, ibm: pd.DataFrame) -> None:
    ended = run("features", "plain.yaml", "IBM", "1d", "--cluster", "north", json=True)
    assert "cluster is 'north'" in error_of(ended, 2, "invalid_value")["message"]


@pytest.mark.parametrize("symbols", [",", " "])
def test_no_symbol_is_told(symbols: str, run: Run, ibm: pd.DataFrame) -> None:
    assert "AAPL,MSFT" in error_of(run("features", "plain.yaml", symbols, "1d", json=True), 2, "invalid_value")["hint"]


def test_labels_are_the_first_touch_and_the_end_is_the_touching_bar(run: Run, ibm: pd.DataFrame) -> None:
    document = run("labels", "plain.yaml", "IBM", "1d", json=True).document
    close = ibm["close"].tolist()
    wanted = first_touches(close, 0.03, 15)
    assert document["values"]["label"] == wanted
    known = [label for label in wanted if label]
    assert document["balance"] == pytest.approx({name: known.count(name) / len(known) for name in document["balance"]})
    assert sum(document["balance"].values()) == pytest.approx(1.0)
    for here, (label, end) in enumerate(zip(wanted, document["values"]["label_end"], strict=True)):
        if label == "BUY":
            there = next(place for place in range(here + 1, len(close)) if close[place] >= close[here] * 1.03)
            assert end >= ibm.index[there]
        assert bool(end) is bool(label)


def test_the_table_of_labels_counts_each_class(run: Run, ibm: pd.DataFrame) -> None:
    counts = pd.Series(first_touches(ibm["close"].tolist(), 0.03, 15)).value_counts()
    rows = table_rows(run("labels", "plain.yaml", "IBM", "1d").out)
    for name in ("BUY", "HOLD", "SELL"):
        assert rows[name] == [f"{counts[name]:,}", f"{counts[name] / (len(ibm) - 15) * 100:.1f} %"]
    assert rows["no label"] == ["15"]


def test_the_report_goes_with_the_labels(run: Run, ibm: pd.DataFrame) -> None:
    document = run("labels", "plain.yaml", "IBM", "1d", json=True).document
    report = document["report"]
    assert report["symbols"] == {"IBM": report["pooled"]}
    assert report["pooled"]["balance"] == document["balance"]
    assert (report["method"], report["hindsight"]) == ("zigzag", False)
    close = ibm["close"].to_numpy()
    labels = first_touches(close.tolist(), 0.03, 15)
    rows = [row for row in range(20, len(close)) if labels[row]]
    hits = [labels[row] == ("BUY" if close[row] > close[row - 20] else "SELL") for row in rows]
    assert report["pooled"]["rules"]["momentum_20"]["hit_rate"] == pytest.approx(np.mean(hits))
    assert report["suggestion"] is None


def test_a_rare_class_is_told_with_the_threshold_that_would_help(run: Run, workspace: Path) -> None:
    (workspace / "far.yaml").write_text(PLAIN.replace("threshold: 0.03", "threshold: 0.4"), encoding="utf-8")
    suggestion = run("labels", "far.yaml", "IBM", "1d", "--out", "l.csv", json=True).document["report"]["suggestion"]
    assert min(suggestion["balance"].values()) > 0.05
    assert f"A threshold of {suggestion['threshold']:g} would give" in run("labels", "far.yaml", "IBM", "1d").out


def test_swings_of_the_original_are_shown_as_hindsight(run: Run, workspace: Path) -> None:
    text = PLAIN.replace("method: zigzag", "method: segment").replace(", lookahead: 15", "")
    (workspace / "swings.yaml").write_text(text, encoding="utf-8")
    ended = run("labels", "swings.yaml", "IBM", "1d")
    assert "HINDSIGHT" in ended.out.splitlines()[0]
    assert "segment labels are hindsight" in ended.out
    assert run("labels", "swings.yaml", "IBM", "1d", json=True).document["report"]["hindsight"] is True


def test_labels_on_disk_keep_the_empty_ones(run: Run, ibm: pd.DataFrame) -> None:
    document = run("labels", "plain.yaml", "IBM", "1d", "--out", "labels.csv", json=True).document
    table = pd.read_csv("labels.csv", keep_default_na=False)
    assert list(table.columns) == ["timestamp", *document["columns"]] == ["timestamp", "label", "label_end"]
    assert table["label"].tolist() == first_touches(ibm["close"].tolist(), 0.03, 15)


@pytest.mark.parametrize("verb", ["features", "labels"])
@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("plian", "IBM", "1d"), 3, "strategy_not_found", "known strategies"),
        ((STRATEGY, "IMB", "1d"), 3, "data_not_found", "did you mean IBM?"),
        ((STRATEGY, "IBM", "1x"), 2, "unknown_name", "1d"),
        ((STRATEGY, "IBM", "1d", "--out", "table.json"), 2, "invalid_value", ".csv"),
        ((STRATEGY,), 2, "usage", "--help"),
    ],
)
def test_refusals_write_nothing(
    run: Run, workspace: Path, verb: str, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    before = files_of(workspace)
    assert hint in error_of(run(verb, *words, json=True), exit_code, code)["hint"]
    assert files_of(workspace) == before


def test_a_fault_of_the_strategy_names_its_line(run: Run, workspace: Path) -> None:
    (workspace / "odd.yaml").write_text(PLAIN.replace("lookahead: 15", "lookahead: 0"), encoding="utf-8")
    error = error_of(run("labels", "odd.yaml", "IBM", "1d", json=True), 2, "strategy_problem")
    assert [(one["path"], one["line"]) for one in error["problems"]] == [("labels.lookahead", 11)]
    shown = run("labels", "odd.yaml", "IBM", "1d")
    assert (shown.code, shown.out) == (2, "")
    assert "labels.lookahead" in shown.err
