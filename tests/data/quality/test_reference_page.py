"""The page on data quality lists exactly the findings and repairs that there are."""

from __future__ import annotations

import re
from pathlib import Path

from ktrdr_app.data.quality.repairs import HELPS, REPAIRS

REPO = Path(__file__).resolve().parents[3]
MADE = re.compile(r"(?:finding|about_lines|Finding)\(\s*\"([a-z_]+)\"")


def _rows(heading: str) -> list[list[str]]:
    page = (REPO / "docs/reference/data-quality.md").read_text(encoding="utf-8")
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"]


def test_every_finding_is_listed_with_the_repairs_that_help() -> None:
    sources = (REPO / "ktrdr_app/data/quality").glob("*.py")
    made = {code for source in sources for code in MADE.findall(source.read_text(encoding="utf-8"))}
    listed = {row[0].strip("`"): row for row in _rows("Findings")}
    assert set(listed) == made
    assert {row[1] for row in listed.values()} == {"error", "warning", "info"}
    for code, row in listed.items():
        assert {name for name in REPAIRS if f"`{name}`" in row[3]} == set(HELPS.get(code, ())), code


def test_every_repair_is_listed_in_its_order() -> None:
    assert [row[0].strip("`") for row in _rows("Repairs")] == list(REPAIRS)
