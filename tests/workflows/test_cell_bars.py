"""The bars behind a confusion matrix: the very same rows that other code finds, and what is said when they changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled, DataNotFound, ModelNotFound
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.progress import ProgressEvent, StageFinished
from ktrdr_app.workflows.cell_bars import CHANGED, DIFFERENT, JudgedBars
from ktrdr_app.workflows.train_run import train
from tests.model_store.builders import edit, write_original
from tests.workflows.cells import cells_of, matrix_of
from tests.workflows.quick import NAME, TEXT, request, trained, with_strategy

MODEL = f"{NAME}/universal_1d_v1"
CELLS = [(label, answer) for label in range(3) for answer in range(3)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with one trained model; copy it to change it."""
    made = Workspace(tmp_path_factory.mktemp("cells"))
    made.data.mkdir()
    for symbol in ("AAPL", "IBM", "MSFT"):
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made)
    return made


@pytest.fixture(scope="module")
def judged(workspace: Workspace) -> JudgedBars:
    """Return the test rows of one symbol."""
    return workflows.judged_bars(workspace, MODEL, "IBM")


@pytest.fixture
def copied(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the workspace that a test may change."""
    shutil.copytree(workspace.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


@pytest.mark.parametrize("symbol", ["AAPL", "IBM"])
def test_each_cell_has_the_bars_that_other_code_finds(workspace: Workspace, symbol: str) -> None:
    judged = workflows.judged_bars(workspace, MODEL, symbol)
    expected = cells_of(workspace, NAME, symbol, atrs=1.5, lookahead=10)
    for cell in CELLS:
        opens = judged.bars.index[judged.place[judged.cell(*cell)]]
        assert list(opens.to_pydatetime()) == expected.get(cell, []), cell
    assert sum(map(len, expected.values())) > 200
    assert len(expected) > 3, "the model of the test must err in several ways"


def test_the_counts_are_those_of_the_papers(workspace: Workspace, judged: JudgedBars) -> None:
    metrics = workflows.show_model(workspace, MODEL)["metrics"]
    assert judged.confusion.tolist() == metrics["per_symbol_test"]["IBM"]["confusion"]
    assert judged.confusion.tolist() == matrix_of(cells_of(workspace, NAME, "IBM", atrs=1.5, lookahead=10))
    assert judged.caution == ""


def test_rows_rise_and_their_cells_part_them(judged: JudgedBars) -> None:
    assert (np.diff(judged.place) > 0).all()
    parted = np.concatenate([judged.cell(*cell) for cell in CELLS])
    assert sorted(parted.tolist()) == list(range(len(judged.place)))
    assert judged.probabilities.sum(axis=1) == pytest.approx(1.0)
    assert len(judged.times) == len(judged.bars)


def test_only_test_rows_are_told(workspace: Workspace, judged: JudgedBars) -> None:
    split = workflows.show_model(workspace, MODEL)["training_manifest"]["split"]
    opens = judged.bars.index[judged.place]
    assert opens[0].isoformat() >= split["test_start"]
    assert len(opens) * 3 == split["rows"]["test"]


def test_a_relative_path_and_the_latest_serve_as_well(workspace: Workspace, judged: JudgedBars) -> None:
    for path in (workspace.models / MODEL, f"models/{NAME}/universal_1d_latest"):
        again = workflows.judged_bars(workspace, path, "IBM")
        np.testing.assert_array_equal(again.probabilities, judged.probabilities)


def test_bars_that_were_added_later_change_nothing(copied: Workspace, judged: JudgedBars) -> None:
    with open(copied.data / "IBM_1d.csv", "a", encoding="utf-8") as stream:
        stream.write("2013-03-04T00:00:00Z,200,201,199,200.5,1000\n")
    again = workflows.judged_bars(copied, MODEL, "IBM")
    assert again.caution == ""
    np.testing.assert_array_equal(again.place, judged.place)


def test_changed_bars_are_shown_with_a_caution(copied: Workspace) -> None:
    path = copied.data / "IBM_1d.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = len(lines) // 2
    stamp, *prices = lines[place].split(",")
    lines[place] = ",".join([stamp, *(f"{float(price) * 1.001:.4f}" for price in prices)])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    again = workflows.judged_bars(copied, MODEL, "IBM")
    assert again.caution == CHANGED
    assert "changed since the training" in again.caution


def test_figures_of_other_rows_are_told(copied: Workspace) -> None:
    def one_more(metrics: dict[str, Any]) -> None:
        metrics["per_symbol_test"]["IBM"]["confusion"][0][0] += 1

    edit(copied.models / MODEL / "metrics.json", one_more)
    assert workflows.judged_bars(copied, MODEL, "IBM").caution == DIFFERENT
    assert workflows.judged_bars(copied, MODEL, "AAPL").caution == ""


def test_papers_that_count_nothing_contradict_nothing(copied: Workspace) -> None:
    edit(copied.models / MODEL / "metrics.json", lambda metrics: metrics.pop("per_symbol_test"))
    assert workflows.judged_bars(copied, MODEL, "IBM").caution == ""


def test_a_series_that_is_gone_is_named(copied: Workspace) -> None:
    (copied.data / "IBM_1d.csv").unlink()
    with pytest.raises(DataNotFound, match="IBM 1d"):
        workflows.judged_bars(copied, MODEL, "IBM")


def test_a_symbol_that_took_no_part_is_refused_with_those_that_did(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="no test rows of GOOG") as caught:
        workflows.judged_bars(workspace, MODEL, "GOOG")
    assert "AAPL, IBM, MSFT" in caught.value.hint


def test_a_model_that_is_not_there_is_told(workspace: Workspace) -> None:
    with pytest.raises(ModelNotFound):
        workflows.judged_bars(workspace, f"{NAME}/universal_1d_v9", "IBM")


def test_a_model_of_the_original_does_not_say_its_test_bars(copied: Workspace) -> None:
    folder = write_original(copied.models)
    with pytest.raises(BadInput, match="does not say on which bars it was tested"):
        workflows.judged_bars(copied, folder, "AAPL")


def test_it_stops_when_it_is_told_to(workspace: Workspace) -> None:
    token = CancelToken("test")
    token.cancel()
    with pytest.raises(Cancelled):
        workflows.judged_bars(workspace, MODEL, "IBM", cancel=token)


def test_its_stages_are_told(workspace: Workspace) -> None:
    heard: list[ProgressEvent] = []
    workflows.judged_bars(workspace, MODEL, "IBM", progress=heard.append)
    assert [event.stage for event in heard if isinstance(event, StageFinished)] == ["load", "features", "test"]


class TestOtherTrainings:
    """Models of other kinds, other ranges and other strategies are asked in the same way."""

    def test_all_symbols_together_are_the_pooled_matrix(self, workspace: Workspace) -> None:
        parts = [workflows.judged_bars(workspace, MODEL, symbol).confusion for symbol in ("AAPL", "IBM", "MSFT")]
        pooled = workflows.show_model(workspace, MODEL)["metrics"]["test"]["confusion"]
        assert sum(parts).tolist() == pooled

    def test_a_second_look_from_the_cache_is_the_same(self, copied: Workspace) -> None:
        first = workflows.judged_bars(copied, MODEL, "IBM")
        again = workflows.judged_bars(copied, MODEL, "IBM")
        shutil.rmtree(copied.cache)
        without = workflows.judged_bars(copied, MODEL, "IBM")
        for other in (again, without):
            np.testing.assert_array_equal(other.probabilities, first.probabilities)
            np.testing.assert_array_equal(other.place, first.place)

    def test_a_legacy_model_of_one_symbol(self, copied: Workspace) -> None:
        made = trained(copied, kind="legacy", symbols=("IBM",), epochs=2)
        judged = workflows.judged_bars(copied, made.model_path, "IBM")
        metrics = workflows.show_model(copied, made.model_path)["metrics"]
        assert judged.caution == ""
        assert judged.confusion.tolist() == metrics["test"]["confusion"]

    def test_a_training_on_a_part_of_the_bars(self, copied: Workspace) -> None:
        made = trained(copied, start="2007-01-01", end="2011-12-31", epochs=2)
        judged = workflows.judged_bars(copied, made.model_path, "MSFT")
        assert judged.caution == ""
        assert judged.bars.index[0].year == 2007
        assert judged.bars.index[-1].year == 2011
        metrics = workflows.show_model(copied, made.model_path)["metrics"]
        assert judged.confusion.tolist() == metrics["per_symbol_test"]["MSFT"]["confusion"]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("network:", "features: {symbol_embedding: true}\nnetwork:"),
            ("class_weights: balanced", "class_weights: none, calibration: none"),
            ("labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}", "labels: {threshold: 0.02, lookahead: 3}"),
            ("epochs: 4", "epochs: 4, split: {train: 0.5, validation: 0.2, test: 0.3, embargo: 0.01}"),
        ],
        ids=["embedding", "uncalibrated", "fixed threshold", "embargo"],
    )
    def test_a_training_by_another_strategy(self, copied: Workspace, old: str, new: str) -> None:
        assert old in TEXT
        with_strategy(copied, TEXT.replace(old, new), "other")
        made = train(request(copied, strategy="other", epochs=2))
        for symbol in ("AAPL", "MSFT"):
            judged = workflows.judged_bars(copied, made.model_path, symbol)
            metrics = workflows.show_model(copied, made.model_path)["metrics"]
            assert judged.caution == ""
            assert judged.confusion.tolist() == metrics["per_symbol_test"][symbol]["confusion"]

    def test_a_strategy_file_that_has_changed_since_changes_nothing(
        self, copied: Workspace, judged: JudgedBars
    ) -> None:
        file = copied.strategies / f"{NAME}.yaml"
        file.write_text(TEXT.replace("period: 14", "period: 5").replace("threshold: 1.5", "threshold: 3"), "utf-8")
        again = workflows.judged_bars(copied, MODEL, "IBM")
        np.testing.assert_array_equal(again.probabilities, judged.probabilities)
        np.testing.assert_array_equal(again.label, judged.label)
        file.unlink()
        assert workflows.judged_bars(copied, MODEL, "IBM").caution == ""
