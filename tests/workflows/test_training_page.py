"""The page of a training: one file of its own, its figures those of the papers, its text escaped."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import BadInput, ModelNotFound, StorageProblem
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.workflows.wording import percent, typographic
from tests.model_store.builders import edit, write_original
from tests.workflows.pages import Page
from tests.workflows.quick import NAME, trained

MODEL = f"{NAME}/universal_1d_v1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with one trained model."""
    made = Workspace(tmp_path_factory.mktemp("page"))
    made.data.mkdir()
    for symbol in ("AAPL", "IBM"):
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made, symbols=("AAPL", "IBM"), epochs=2)
    return made


@pytest.fixture(scope="module")
def page(workspace: Workspace) -> Page:
    """Return the page of the model, which is taken away again."""
    page = Page.of(workflows.write_training_page(workspace, MODEL))
    shutil.rmtree(workspace.runs)
    return page


@pytest.fixture
def copied(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the workspace that a test may change."""
    shutil.copytree(workspace.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


def told(workspace: Workspace) -> dict[str, Any]:
    """Return what the papers say of the model."""
    return workflows.show_model(workspace, MODEL)["metrics"]["judgement"]


def shown(text: str) -> str:
    """Return a text as the page has it, blanks of every width made one."""
    return " ".join(typographic(text).split())


def test_it_lies_among_the_runs_and_is_written_over(copied: Workspace) -> None:
    first = workflows.write_training_page(copied, MODEL)
    assert first == copied.runs / "training-reports" / NAME / "universal_1d_v1.html"
    before = first.read_text(encoding="utf-8")
    assert workflows.write_training_page(copied, f"{NAME}/universal_1d_latest") == first
    assert first.read_text(encoding="utf-8") == before


def test_the_page_is_whole_and_needs_nothing_else(page: Page, workspace: Workspace) -> None:
    assert page.unclosed == []
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert "img" not in page.tags
    assert page.tags.count("svg") == 3, "loss, importance and class balance"


def test_the_tables_have_the_figures_of_the_papers(page: Page, workspace: Workspace) -> None:
    judged = told(workspace)
    by_name = {row[0]: row for table in page.tables for row in table}
    for symbol, figures in judged["per_symbol_test"].items():
        rows = [row for table in page.tables for row in table if row[0] == symbol and "test" in row[1:2]]
        assert shown(percent(figures["accuracy"])) in rows[0]
        assert shown(percent(figures["majority_accuracy"])) in rows[0]
    counts = workflows.show_model(workspace, MODEL)["metrics"]["test"]["confusion"]
    for name, line in zip(("BUY", "HOLD", "SELL"), counts, strict=True):
        assert by_name[name][2:5] == [f"{count:,}" for count in line]


def test_words_and_command_are_told(page: Page, workspace: Workspace) -> None:
    paragraphs = " ".join(page.texts["p"])
    for sentence in told(workspace)["report"]:
        assert shown(sentence) in paragraphs
    assert page.texts["code"] == [workflows.show_model(workspace, MODEL)["training_manifest"]["command"]]
    assert page.texts["h1"] == ["Training universal_1d_v1"]


def test_text_of_the_papers_cannot_bring_mark_up(copied: Workspace) -> None:
    def hostile(metrics: dict[str, Any]) -> None:
        metrics["judgement"]["report"] = ["<script>alert(1)</script>"]

    edit(copied.models / MODEL / "metrics.json", hostile)
    page = Page.of(workflows.write_training_page(copied, MODEL))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.texts["p"]


def test_papers_without_curves_and_importance_make_a_shorter_page(copied: Workspace) -> None:
    def shorter(metrics: dict[str, Any]) -> None:
        metrics["judgement"]["history"], metrics["judgement"]["importance"] = [], {}

    edit(copied.models / MODEL / "metrics.json", shorter)
    page = Page.of(workflows.write_training_page(copied, MODEL))
    assert page.tags.count("svg") == 1
    assert page.unclosed == []


def test_a_model_of_the_original_has_no_page(copied: Workspace) -> None:
    folder = write_original(copied.models)
    with pytest.raises(BadInput, match="measured nothing"):
        workflows.write_training_page(copied, folder)
    assert not (copied.runs / "training-reports").exists()


def test_a_model_that_is_not_there_is_told(workspace: Workspace) -> None:
    with pytest.raises(ModelNotFound):
        workflows.write_training_page(workspace, f"{NAME}/universal_1d_v9")


def test_a_disk_that_refuses_leaves_nothing_half_written(copied: Workspace) -> None:
    copied.runs.mkdir(exist_ok=True)
    (copied.runs / "training-reports").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageProblem):
        workflows.write_training_page(copied, MODEL)
    assert (copied.runs / "training-reports").read_text(encoding="utf-8") == "a file where the folder should be"
