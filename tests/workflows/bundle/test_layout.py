"""What a bundle may hold: every file of a run has its bound, and refusals name the bundle."""

from __future__ import annotations

from ktrdr_app.workflows.bundle.layout import BARS_FILE, LARGEST, MODEL_FILE, PAGE_HEAD, RUN_FILES, TABLES, rules
from tests.workflows.bundle.conftest import Made


def test_every_file_of_a_run_has_a_bound_and_nothing_else_beside_its_sources() -> None:
    assert set(RUN_FILES) <= set(LARGEST)
    assert len(set(LARGEST) - set(RUN_FILES)) == 3
    assert {BARS_FILE, MODEL_FILE} <= set(LARGEST)
    assert set(TABLES) < set(RUN_FILES)
    assert all(size >= 1 << 20 for size in LARGEST.values())


def test_every_file_that_a_finished_run_leaves_has_a_place(made: Made) -> None:
    left = {path.name for path in made.outcome.folder.iterdir()}
    assert left <= set(RUN_FILES)


def test_names_have_no_folder_and_differ_where_case_does_not_count() -> None:
    names = [*LARGEST, rules("x").label]
    assert all("/" not in name and "\\" not in name and not name.startswith(".") for name in names)
    assert len({name.lower() for name in names}) == len(names)


def test_a_refusal_names_the_file_and_says_what_to_do() -> None:
    plain, helped = rules("b.zip").refused("it is odd", ""), rules("b.zip").refused("it is odd", "ask again")
    for error in (plain, helped):
        assert "b.zip" in f"{error.message} {error.where}"
        assert "it is odd" in error.message
    assert helped.hint == "ask again"
    assert plain.hint, "an empty hint is the error's own"


def test_the_page_of_a_run_begins_as_a_bundle_wants_it(made: Made) -> None:
    page = (made.outcome.folder / "report.html").read_bytes()
    assert page.startswith(PAGE_HEAD)
    assert b"<script" not in page
