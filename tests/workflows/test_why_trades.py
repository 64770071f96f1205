"""Closed trades of a run as its folder has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.workflows.why_trades import read_trades

DAY = "2020-01-02T00:00:00Z"


@pytest.mark.parametrize("symbols", [["NA", "nan", "GOOG"], ["0700", "7203", "9984"]])
def test_symbols_are_read_as_they_are_written_whatever_they_look_like(tmp_path: Path, symbols: list[str]) -> None:
    lines = ["timestamp,symbol,entry_time,exit_time,mfe"]
    lines += [f"{DAY},{symbol},{DAY},{DAY},{mfe}" for symbol, mfe in zip(symbols, ("0.5", "", "0.25"), strict=True)]
    (tmp_path / "trades.csv").write_text("\n".join(lines), encoding="utf-8")
    table = read_trades(tmp_path)
    assert table["symbol"].tolist() == symbols
    assert table["mfe"].isna().tolist() == [False, True, False]
