"""``indicators list`` and ``indicators compute``: the catalogue, values against TA-Lib and pandas, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import talib

from tests.cli.commands.conftest import Run, error_of, files_of, table_rows


@pytest.fixture
def ibm(workspace: Path) -> pd.DataFrame:
    return pd.read_csv(workspace / "data" / "IBM_1d.csv", index_col="timestamp")


def test_the_catalogue_tells_what_a_program_needs_to_call_each(run: Run) -> None:
    found = {entry["name"]: entry for entry in run("indicators", "list", json=True).document["indicators"]}
    promised = (
        "sma ema wma rsi atr momentum roc williams_r cci mfi cmf aroon adx rvi donchian_channels volume_ratio macd "
        "stochastic bollinger_bands bollinger_width keltner_channels parabolic_sar supertrend squeeze_intensity obv "
        "ad_line vwap pivot_points fibonacci_retracements fisher_transform ichimoku zigzag"
    )
    assert set(promised.split()) <= set(found)
    assert [output["name"] for output in found["adx"]["outputs"]] == ["adx", "plus_di", "minus_di"]
    parameters = {
        "stochastic": {"k_period", "d_period", "smooth_k"},
        "keltner_channels": {"period", "atr_period", "multiplier"},
        "parabolic_sar": {"initial_af", "step_af", "max_af"},
        "ichimoku": {"tenkan", "kijun", "senkou_b", "displacement"},
    }
    for name, wanted in parameters.items():
        assert wanted <= {entry["name"] for entry in found[name]["parameters"]}
    for entry in found.values():
        for parameter in entry["parameters"]:
            if parameter["minimum"] is not None:
                assert parameter["minimum"] <= parameter["default"] <= parameter["maximum"], entry["name"]


def test_the_catalogue_for_people_shows_defaults_with_their_bounds(run: Run) -> None:
    ended = run("indicators", "list")
    assert ended.code == 0
    assert "period 14 (2 to 5000)" in " ".join(ended.out.split())
    for name in ("bollinger_bands", "macd", "obv"):
        assert name in ended.out


def test_values_are_those_of_talib_and_unknown_ones_are_null(run: Run, ibm: pd.DataFrame) -> None:
    document = run("indicators", "compute", "rsi", "IBM", "1d", "--param", "period=9", json=True).document
    wanted = talib.RSI(ibm["close"].to_numpy(), 9)
    assert document["params"] == {"period": 9}
    assert (document["rows"], document["columns"]) == (len(ibm), ["rsi"])
    assert (document["first"], document["last"]) == (ibm.index[0], ibm.index[-1])
    assert document["timestamp"] == list(ibm.index)
    values = document["values"]["rsi"]
    assert [place for place, value in enumerate(values) if value is None] == np.flatnonzero(np.isnan(wanted)).tolist()
    assert values[9:] == pytest.approx(wanted[9:].tolist(), rel=1e-9)


def test_several_parameters_reach_several_outputs(run: Run, ibm: pd.DataFrame) -> None:
    words = ("--param", "period=30", "--param", "multiplier=1.5")
    document = run("indicators", "compute", "bollinger_bands", "IBM", "1d", *words, json=True).document
    mean = ibm["close"].rolling(30).mean()
    spread = ibm["close"].rolling(30).std(ddof=0)
    assert document["params"] == {"period": 30, "multiplier": 1.5}
    bands = {"upper": mean + 1.5 * spread, "middle": mean, "lower": mean - 1.5 * spread}
    assert set(document["columns"]) >= set(bands)
    for name, wanted in bands.items():
        assert document["values"][name][29:] == pytest.approx(wanted.iloc[29:].tolist(), rel=1e-9)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_holds_every_row_and_begins_with_the_stamp(
    run: Run, workspace: Path, ibm: pd.DataFrame, suffix: str
) -> None:
    before = files_of(workspace)
    file = Path("made") / f"atr.{suffix}"
    document = run("indicators", "compute", "atr", "IBM", "1d", "--out", str(file), json=True).document
    assert (document["out"], document["rows"]) == (str(file), len(ibm))
    assert not {"values", "timestamp"} & set(document)
    assert set(files_of(workspace)) - set(before) == {file.as_posix()}
    table = pd.read_csv(file) if suffix == "csv" else pd.read_parquet(file)
    assert list(table.columns) == ["timestamp", "atr"]
    assert table["timestamp"].tolist() == list(ibm.index)
    wanted = talib.ATR(*(ibm[name].to_numpy() for name in ("high", "low", "close")), 14)
    assert table["atr"].to_numpy()[-500:] == pytest.approx(wanted[-500:], rel=1e-6)


def test_people_see_the_ten_last_bars_with_their_values(run: Run, ibm: pd.DataFrame) -> None:
    ended = run("indicators", "compute", "ema", "IBM", "1d", "--param", "period=3")
    assert "ema on IBM 1d: last 10 of 2,015 rows" in ended.out
    wanted = talib.EMA(ibm["close"].to_numpy(), 3)
    rows = {stamp: cells for stamp, cells in table_rows(ended.out).items() if stamp.startswith("20")}
    assert rows == {
        f"{stamp[:10]} 00:00": [f"{value:.6g}"] for stamp, value in zip(ibm.index[-10:], wanted[-10:], strict=True)
    }


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("rsi", "IBM", "1d", "--param", "period=1"), 2, "invalid_value", "2 to 5000"),
        (("rsi", "IBM", "1d", "--param", "period=2.5"), 2, "invalid_value", "whole number"),
        (("rsi", "IBM", "1d", "--param", "period=long"), 2, "invalid_value", "whole number"),
        (("rsi", "IBM", "1d", "--param", "=14"), 2, "invalid_value", "period=14"),
        (("bollinger_bands", "IBM", "1d", "--param", "multipler=2"), 2, "unknown_name", "multiplier"),
        (("bolinger_bands", "IBM", "1d"), 2, "unknown_name", "bollinger_bands"),
        (("rsi", "IBM", "4h"), 3, "data_not_found", "no 4h bars"),
        (("rsi", "I/BM", "1d"), 2, "unsafe_name", "letters"),
        (("rsi", "IBM", "1d", "--out", "made.xlsx"), 2, "invalid_value", ".parquet"),
        (("rsi", "IBM"), 2, "usage", "indicators compute --help"),
    ],
)
def test_what_cannot_be_computed_is_said_and_nothing_is_written(
    run: Run, workspace: Path, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    before = files_of(workspace)
    error = error_of(run("indicators", "compute", *words, json=True), exit_code, code)
    assert hint in error["hint"]
    assert files_of(workspace) == before
