"""The inventory of the real files, line by line, against their quality reports."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.quality.inspect import QualityReport, inspect_file
from ktrdr_app.data.quality.raw import read_raw
from tests.shared_data import SHARED, shared_path

pytestmark = pytest.mark.shared
COLUMNS = (
    "file", "class", "rows", "first", "last", "gaps", "longest", "nan", "zero", "crossed", "flat", "below", "weekend",
    "step", "source",
)  # fmt: skip


def _inventory() -> dict[str, dict[str, str]]:
    page = SHARED / "data" / "dev" / "README.md"
    if not page.is_file():
        return {}
    lines = page.read_text(encoding="utf-8").split("## Facts")[1].split("## Notes")[0].splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "_" in line.partition("|")[2][:20]
    ]
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows}


INVENTORY = _inventory()


@lru_cache
def _report(name: str) -> QualityReport:
    symbol, _, timeframe = name.rpartition("_")
    return inspect_file(_path(name), symbol, timeframe)


def _path(name: str) -> Path:
    return shared_path(f"data/dev/{name}.csv")


def _share(text: str) -> float:
    return float(text.rstrip("%")) / 100


@pytest.fixture(params=sorted(INVENTORY) or ["AAPL_1d"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a file, skipping where the inventory is not there."""
    shared_path("data/dev/README.md")
    return str(request.param)


def test_the_inventory_was_read_whole() -> None:
    assert set(INVENTORY) == {path.stem for path in shared_path("data/dev").glob("*.csv")}
    assert len(INVENTORY) == 58


def test_class_rows_and_ends(name: str) -> None:
    facts, found = INVENTORY[name], _report(name)
    assert found.settings.asset_class == facts["class"]
    assert (found.rows, found.bars) == (int(facts["rows"]), int(facts["rows"]))
    assert (found.first[:16] + "Z", found.last[:16] + "Z") == (facts["first"], facts["last"])


def test_every_gap_is_in_one_of_the_two_kinds(name: str) -> None:
    total = int(INVENTORY[name]["gaps"].split()[0])
    found = _report(name)
    assert found.count("gaps_expected") + found.count("gaps_unexpected") == total


def test_prices(name: str) -> None:
    facts, found = INVENTORY[name], _report(name)
    assert found.count("ohlc_violations") == int(facts["crossed"])
    assert found.count("nonpositive_prices") == int(facts["below"]) == 0
    assert (found.count("missing_prices") == 0) == (facts["nan"] == "0")
    flat = _share(facts["flat"])
    if flat >= 0.02:
        assert found.count("flat_bars") / found.bars == pytest.approx(flat, abs=0.006)
    else:
        assert found.count("flat_bars") == 0


def test_volume(name: str) -> None:
    told, found = INVENTORY[name]["zero"], _report(name)
    if told == "no volume":
        assert found.count("no_volume") == found.bars
        return
    share = found.count("zero_volume") / found.bars
    assert share == (0.0 if told == "0" else pytest.approx(_share(told), abs=0.0001))
    assert found.count("missing_volume") == found.count("negative_volume") == 0


def test_weekends(name: str) -> None:
    """Saturdays and Sundays in a market that is shut then would be told; Sunday evenings of currencies are not."""
    saturdays, sundays = (int(part) for part in INVENTORY[name]["weekend"].split("/"))
    found = _report(name)
    weekday = (read_raw(_path(name)).stamp // NANOSECONDS["1d"] + 3) % 7
    assert ((weekday == 5).sum(), (weekday == 6).sum()) == (saturdays, sundays)
    if found.settings.calendar == "forex":
        assert saturdays == 0
        assert found.count("sunday_bars") == (sundays if name.endswith("_1d") else 0)
    if found.settings.calendar == "XNYS":
        assert saturdays + sundays == found.count("closed_market") == 0
