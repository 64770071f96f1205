"""``/symbols`` and ``/data``: the bars of the files, value by value."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from tests.api.conftest import Face, fault


def rows_of(workspace: Workspace, name: str) -> list[dict[str, str]]:
    with open(workspace.data / f"{name}.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_symbols_with_their_series(face: Face) -> None:
    found = {entry["symbol"]: entry for entry in face.get("/symbols").json()["symbols"]}
    assert set(found) == {"AAPL", "EURUSD", "GOOG", "IBM", "MSFT"}
    assert (found["EURUSD"]["asset_class"], found["AAPL"]["asset_class"]) == ("forex", "stock")
    (series,) = found["EURUSD"]["series"]
    assert (series["timeframe"], series["rows"]) == ("1h", len(rows_of(face.workspace, "EURUSD_1h")))


def test_a_symbol_with_two_lengths_is_one_symbol(face: Face) -> None:
    text = (face.workspace.data / "AAPL_1d.csv").read_text(encoding="utf-8")
    (face.workspace.data / "AAPL_1w.csv").write_text(text, encoding="utf-8")
    (apple,) = (entry for entry in face.get("/symbols").json()["symbols"] if entry["symbol"] == "AAPL")
    assert [series["timeframe"] for series in apple["series"]] == ["1d", "1w"]


def test_an_empty_workspace_has_no_symbols(face_of: Callable[..., Face], tmp_path: Path) -> None:
    assert face_of(Workspace(tmp_path)).get("/symbols").json() == {"symbols": []}


class TestBars:
    def test_the_last_ones_as_the_file_has_them(self, face: Face) -> None:
        rows = rows_of(face.workspace, "IBM_1d")
        document = face.get("/data/IBM/1d", params={"limit": 5}).json()
        assert (document["total"], document["rows"]) == (len(rows), 5)
        for place, row in enumerate(rows[-5:]):
            assert document["timestamp"][place][:10] == row["timestamp"][:10]
            for column in ("open", "high", "low", "close", "volume"):
                assert document["values"][column][place] == float(row[column])
        assert "out" not in document

    def test_a_range_with_its_last_day(self, face: Face) -> None:
        rows = [
            row for row in rows_of(face.workspace, "IBM_1d") if "2010-01-04" <= row["timestamp"][:10] <= "2010-01-29"
        ]
        document = face.get("/data/IBM/1d", params={"start": "2010-01-04", "end": "2010-01-29"}).json()
        assert (document["rows"], document["total"]) == (len(rows), len(rows))
        assert (document["first"][:10], document["last"][:10]) == (
            rows[0]["timestamp"][:10],
            rows[-1]["timestamp"][:10],
        )

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("/data/NOSUCH/1d", 404, "data_not_found"),
            ("/data/IBM/9x", 422, "unknown_name"),
            ("/data/IBM/1h", 404, "data_not_found"),
            ("/data/..%2fIBM/1d", 404, "usage"),
            ("/data/%2e%2e/1d", 422, "unsafe_name"),
            ("/data/.hidden/1d", 422, "unsafe_name"),
            ("/data/a%00b/1d", 422, "unsafe_name"),
            ("/data/%ff/1d", 422, "unsafe_name"),
            ("/data/IBM/1d?limit=0", 422, "usage"),
            ("/data/IBM/1d?limit=100001", 422, "usage"),
            ("/data/IBM/1d?start=soon", 422, "invalid_value"),
            ("/data/IBM/1d?start=9999999-01-01", 422, "invalid_value"),
            ("/data/IBM/1d?start=2100-01-01", 422, "empty_data"),
            (f"/data/{'x' * 65}/1d", 422, "usage"),
        ],
    )
    def test_what_is_not_there_or_cannot_be(self, face: Face, path: str, status: int, code: str) -> None:
        fault(face.get(path), status, code)

    def test_a_damaged_file_is_told_with_its_row(self, face: Face) -> None:
        path = face.workspace.data / "IBM_1d.csv"
        path.write_text("timestamp,open,high,low,close,volume\n2020-01-02T00:00:00Z,1,2,0,1,5\n", encoding="utf-8")
        error = fault(face.get("/data/IBM/1d"), 422, "malformed_bars")
        assert "IBM_1d.csv" in error["where"]
