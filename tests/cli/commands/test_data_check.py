"""``data check`` and ``data align``: what is printed for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from ktrdr_app.cli.commands import data_check
from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.alignment import alignment_report
from ktrdr_app.workflows.report_tables import Table
from tests.cli.commands.conftest import Run, error_of, files_of
from tests.data.quality.planted import clean, report, write


@pytest.fixture
def markets(sample_workspace: Workspace) -> Workspace:
    """Return a workspace with hourly bars of a share and a currency pair, the pair with faults."""
    write(sample_workspace.data / "ACME_1h.csv", clean("XNYS"))
    frame = clean("forex").drop(clean("forex").index[100:110])
    frame.iloc[50, 3] = -1.0
    write(sample_workspace.data / "GBPUSD_1h.csv", frame)
    return sample_workspace


def _run(workspace: Workspace, *words: str) -> str:
    app = typer.Typer()
    group = typer.Typer()
    app.add_typer(group, name="data")

    def root(context: typer.Context) -> None:
        context.obj = {"workspace": None, "as_json": False}

    app.callback()(root)
    data_check.add_to(group)
    ended = CliRunner().invoke(app, ["data", *words, "--workspace", str(workspace.root)])
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.stdout


def test_check_prints_one_document(markets: Workspace) -> None:
    document = json.loads(_run(markets, "check", "GBPUSD", "1h", "--json"))
    assert (document["symbol"], document["calendar"], document["verdict"]) == ("GBPUSD", "forex", "error")
    assert document["gaps"]["unexpected"] == 1
    assert document["missing_bars"] == 10
    assert {entry["code"] for entry in document["findings"]} >= {"nonpositive_prices", "gaps_unexpected"}
    assert len(document["coverage"]["months"]) == len(document["coverage"]["share"]) == 3


def test_check_prints_tables(markets: Workspace) -> None:
    text = _run(markets, "check", "GBPUSD", "1h")
    for word in ("GBPUSD 1h", "forex", "Verdict", "error", "nonpositive_prices", "gaps_unexpected", "2024", "line 52"):
        assert word in text


def test_align_prints_one_document(markets: Workspace) -> None:
    frames = [clean("XNYS"), clean("forex")]
    document = json.loads(_run(markets, "align", "ACME,EURUSD", "1h", "--mode", "union", "--json"))
    assert document["mode"] == "union"
    assert document["symbols"][0]["bars"] == len(frames[0])
    write(markets.data / "GBPUSD_1h.csv", frames[1])
    document = json.loads(_run(markets, "align", "ACME,GBPUSD", "1h", "--json"))
    assert (document["mode"], document["symbols"][1]["kept_share"]) == ("own", 1.0)


def test_align_says_why_nothing_is_left(markets: Workspace) -> None:
    write(markets.data / "GBPUSD_1h.csv", clean("forex"))
    text = _run(markets, "align", "ACME,GBPUSD", "1h", "--mode", "intersection")
    flat = " ".join(text.split())
    assert "Not one bar is common to all symbols." in flat
    assert "1h bars of ACME begin at :30, those of GBPUSD at :00" in flat
    assert "Use the mode own" in flat


def test_unknown_modes_are_refused(markets: Workspace) -> None:
    with pytest.raises(UnknownName):
        _run(markets, "align", "ACME,GBPUSD", "1h", "--mode", "outer")


def test_a_strip_has_a_row_per_year_and_a_sign_per_month() -> None:
    frame = clean(start="2023-11-01", end="2024-04-01")
    gone = (frame.index.month == 1) | ((frame.index.month == 2) & (frame.index.day > 3))
    few = (frame.index.month == 3) & (frame.index.day == 9) & (frame.index.hour < 5)
    tables = [part for part in data_check.quality(report(frame[~gone & ~few])) if isinstance(part, Table)]
    rows = [[cell.text for cell in row] for row in tables[-1].rows]
    assert rows == [
        ["2023", "|··········██|", "100.0 %"],
        ["2024", "| ░▓·········|", rows[1][2]],
    ]
    share = (3 * 24 + 31 * 24 - 5) / (91 * 24)
    assert rows[1][2] == f"{share * 100:.1f} %"


def test_a_clean_series_says_so() -> None:
    parts = data_check.quality(report(clean()))
    assert "Nothing was found." in parts
    assert len([part for part in parts if isinstance(part, Table)]) == 2


def test_grave_findings_are_marked() -> None:
    frame = clean()
    frame.iloc[3, 3] = -1.0
    frame.iloc[5, 4] = 0.0
    tables = [part for part in data_check.quality(report(frame)) if isinstance(part, Table)]
    findings = next(table for table in tables if table.caption == "Findings")
    marks = {row[1].text: row[0].mark for row in findings.rows}
    assert marks["nonpositive_prices"] == "bad"
    assert marks["zero_volume"] == ""
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)


def test_an_alignment_has_a_row_per_symbol() -> None:
    frames = {"ACME": clean("XNYS"), "GBPUSD": clean("forex")}
    parts = data_check.alignment(alignment_report(frames, "1h", "union"))
    table = parts[0]
    assert isinstance(table, Table)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert [row[0] for row in rows] == ["ACME", "GBPUSD"]
    assert rows[0][2:] == [f"{len(frames['ACME']):,}", f"{len(frames['ACME']):,}", "0", f"{len(frames['GBPUSD']):,}"]
    assert all(isinstance(part, str) for part in parts[1:])


def test_the_session_shows_the_document_or_the_tables(markets: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    given: dict[str, Any] = {"symbol": "ACME", "timeframe": "1h"}
    data_check.check(Session(markets, True), given)
    assert json.loads(capsys.readouterr().out)["symbol"] == "ACME"
    data_check.align(Session(markets, False), {"symbols": ("ACME",), "timeframe": "1h", "mode": "own"})
    assert "own of 1 symbols" in capsys.readouterr().out


def test_a_check_and_an_alignment_change_no_file_of_the_user(run: Run, workspace: Path) -> None:
    before = files_of(workspace)
    for words in (("check", "IBM", "1d"), ("align", "IBM,AAPL", "1d", "--mode", "union")):
        ended = run("data", *words, json=True)
        assert (ended.code, ended.err) == (0, "")
    assert files_of(workspace) == before


def test_the_report_agrees_with_pandas(run: Run, workspace: Path) -> None:
    path = workspace / "data" / "IBM_1d.csv"
    frame = pd.read_csv(path)
    dropped = frame.drop(index=[500, 501, 900])
    doubled = pd.concat([dropped.iloc[:50], dropped.iloc[49:]])
    doubled.iloc[700, 5] = 0.0
    doubled.to_csv(path, index=False)
    document = run("data", "check", "IBM", "1d", json=True).document
    assert (document["rows"], document["bars"]) == (len(doubled), len(dropped))
    assert (document["missing_bars"], document["gaps"]["unexpected"]) == (3, 2)
    months = pd.to_datetime(frame["timestamp"]).dt.strftime("%Y-%m")
    present = pd.to_datetime(dropped["timestamp"]).dt.strftime("%Y-%m").value_counts()
    share = present.reindex(sorted(set(months)), fill_value=0) / months.value_counts().sort_index()
    assert document["coverage"]["months"] == list(share.index)
    assert document["coverage"]["share"] == pytest.approx(share.tolist())
    counts = {entry["code"]: entry["count"] for entry in document["findings"]}
    assert counts["zero_volume"] == 1
    assert any("duplicate" in code for code in counts)


def test_an_intersection_keeps_the_days_that_pandas_keeps(run: Run, workspace: Path) -> None:
    frames = {name: pd.read_csv(workspace / "data" / f"{name}_1d.csv") for name in ("AAPL", "IBM")}
    frames["IBM"] = frames["IBM"].drop(index=range(100, 140))
    frames["IBM"].to_csv(workspace / "data" / "IBM_1d.csv", index=False)
    document = run("data", "align", "AAPL,IBM", "1d", "--mode", "intersection", json=True).document
    both = set(frames["AAPL"]["timestamp"]) & set(frames["IBM"]["timestamp"])
    assert document["rows"] == len(both)
    found = {entry["symbol"]: (entry["bars"], entry["kept"], entry["lost"]) for entry in document["symbols"]}
    assert found == {
        name: (len(frame), len(both), len(frame) - len(both)) for name, frame in frames.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "hint"),
    [
        (("check", "IMB", "1d"), 3, "data_not_found", "did you mean IBM?"),
        (("check", "IBM", "1y"), 2, "unknown_name", "1d"),
        (("check", "IBM"), 2, "usage", "data check --help"),
        (("align", "IBM,NOPE", "1d"), 3, "data_not_found", "AAPL"),
        (("align", ",", "1d"), 2, "invalid_value", "AAPL,MSFT"),
        (("align", "IBM,AAPL", "1d", "--mode", "outer"), 2, "unknown_name", "union"),
    ],
)
def test_refusals_have_their_code_and_a_hint(
    run: Run, workspace: Path, words: tuple[str, ...], exit_code: int, code: str, hint: str
) -> None:
    assert hint in error_of(run("data", *words, json=True), exit_code, code)["hint"]
