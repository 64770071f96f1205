"""Findings and questions in the words and documents that users and scripts get."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.importing.findings import LISTED_ROWS, ImportQuestions, Question, finding
from ktrdr_app.data.importing.options import ImportOptions

ASKED = (
    Question("timezone", "The stamps tell no time zone.", ("UTC", "Europe/Berlin"), "--timezone"),
    Question("decimal", "A comma may be either.", (",", "."), "--decimal"),
)


def test_a_finding_counts_all_its_rows_and_lists_the_first() -> None:
    found = finding("spike", "{n} bars", range(2000, 0, -1))
    assert found.message == "2,000 bars"
    assert found.rows == tuple(range(1, LISTED_ROWS + 1))
    assert found.to_document() == {"code": "spike", "message": "2,000 bars", "rows": [*range(1, 21)], "count": 2000}


def test_a_finding_about_the_file_has_no_rows() -> None:
    assert finding("packed", "the file is packed").to_document()["count"] == 0


def test_questions_say_how_they_are_answered() -> None:
    error = ImportQuestions("X.csv", ASKED)
    assert error.exit_code == 2
    assert error.hint == "answer with --timezone (UTC, Europe/Berlin); --decimal (,, .)"
    assert error.lines()[0] == "The stamps tell no time zone. Answer with --timezone: UTC, Europe/Berlin"
    assert [entry["key"] for entry in error.details()["questions"]] == ["timezone", "decimal"]
    assert error.details()["questions"][1]["options"] == (",", ".")


@pytest.mark.parametrize(
    "given",
    [
        {"timeframe": "1x"},
        {"asset_class": "bond"},
        {"on_conflict": "merge"},
        {"date_order": "ydm"},
        {"decimal": ";"},
        {"columns": {"middle": "1"}},
    ],
)
def test_a_word_that_is_in_no_list_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UnknownName):
        ImportOptions(**given).check()


def test_what_may_be_said_passes() -> None:
    ImportOptions("X", "1h", "UTC", "forex", {"open": "2"}, "append", "dmy", ",").check()
    ImportOptions().check()
