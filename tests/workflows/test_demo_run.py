"""The demo: three real symbols in, a judged fourth out, from an empty folder."""

from __future__ import annotations

from pathlib import Path

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.demo_run import demo
from ktrdr_app.workflows.requests import DemoRequest
from ktrdr_app.workflows.train_document import library_versions


def test_an_empty_folder_becomes_a_judged_model(tmp_path: Path) -> None:
    result = demo(DemoRequest(Workspace(tmp_path / "fresh")))
    trained, judged = result.train.document, result.backtest.document
    assert trained["training_symbols"] == ["AAPL", "IBM", "MSFT"]
    assert judged["symbol"] == "GOOG"
    assert judged["seen_in_training"] == 0
    assert Path(judged["model"]["path"]) == result.train.model_path.resolve()
    page = result.report.read_text()
    for word in ("AAPL", "IBM", "MSFT", "GOOG", "Buy and hold"):
        assert word.lower() in page.lower()
    assert "src=" not in page
    assert "<script" not in page


def test_the_demo_repeats_itself(tmp_path: Path) -> None:
    first, second = (demo(DemoRequest(Workspace(tmp_path / name), seed=2)) for name in ("a", "b"))
    assert first.train.document["metrics"] == second.train.document["metrics"]
    assert first.backtest.document["final_equity"] == second.backtest.document["final_equity"]


def test_versions_name_what_a_result_depends_on() -> None:
    found = library_versions()
    assert {"ktrdr-app", "python", "numpy", "pandas", "torch", "ta-lib", "numba"} <= set(found)
    assert all(found.values())
