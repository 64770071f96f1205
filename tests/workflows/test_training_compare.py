"""Several trainings beside each other: what was made different is told, what is alike is only counted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.errors import BadInput, ModelRejected
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.workflows.training_compare import ComparedLine, TrainingComparison
from tests.model_store.builders import STRATEGY, write_original
from tests.workflows.quick import NAME, trained

KEYS = [f"models/{NAME}/universal_1d_v{version}" for version in (1, 2, 3)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with three models: two of other seeds, and one of other symbols."""
    made = Workspace(tmp_path_factory.mktemp("compare"))
    made.data.mkdir()
    for symbol in ("AAPL", "IBM"):
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made, epochs=2, symbols=("AAPL", "IBM"), seed=1)
    trained(made, epochs=2, symbols=("AAPL", "IBM"), seed=2)
    trained(made, epochs=3, symbols=("AAPL",), seed=2)
    return made


@pytest.fixture(scope="module")
def compared(workspace: Workspace) -> TrainingComparison:
    """Return the three beside each other."""
    return workflows.compare_trainings(workspace, KEYS)


def line(compared: TrainingComparison, section: str, name: str) -> ComparedLine:
    """Return one line."""
    (found,) = [each for each in compared.lines if (each.section, each.name) == (section, name)]
    return found


def test_all_three_stand_in_the_order_asked_for(compared: TrainingComparison, workspace: Workspace) -> None:
    assert compared.labels == ("universal_1d_v1", "universal_1d_v2", "universal_1d_v3")
    turned = workflows.compare_trainings(workspace, KEYS[::-1])
    assert turned.labels == compared.labels[::-1]
    assert line(turned, "training", "seed").words == ("2", "2", "1")
    assert {each.name for each in turned.lines} == {each.name for each in compared.lines}


def test_what_was_made_different_is_told(compared: TrainingComparison) -> None:
    assert line(compared, "training", "seed") == ComparedLine("training", "seed", ("1", "2", "2"), True)
    assert line(compared, "training", "symbols").words == ("AAPL, IBM", "AAPL, IBM", "AAPL")
    assert line(compared, "settings", "training.epochs").words == ("2", "2", "3")
    assert line(compared, "training", "data of IBM").words[2] == "–"


def test_what_is_alike_is_not_among_what_differs(compared: TrainingComparison) -> None:
    alike = line(compared, "settings", "labels.lookahead")
    assert alike.words == ("10", "10", "10")
    assert not alike.differs
    assert alike not in compared.differing
    assert all(len(set(each.words)) > 1 for each in compared.differing if each.section != "metrics")
    assert len(compared.differing) < len(compared.lines)


def test_of_two_it_says_what_the_comparison_of_models_says(workspace: Workspace) -> None:
    found = workflows.compare_trainings(workspace, KEYS[:2])
    expected = workflows.compare_models(workspace, workspace.root / KEYS[0], workspace.root / KEYS[1])
    told = [(each.section, each.name, each.words) for each in found.differing]
    assert told == [(each.section, each.name, each.words) for each in expected.differences]
    assert found.cautions == expected.cautions


def test_figures_of_other_rows_are_cautioned_of_once(compared: TrainingComparison) -> None:
    assert compared.cautions == ("They were tested on other symbols: their test figures are not of the same rows.",)


def test_names_given_by_the_user_are_the_labels(workspace: Workspace) -> None:
    workflows.say_of_training(workspace, KEYS[0], name="small")
    assert workflows.compare_trainings(workspace, KEYS[:2]).labels == ("small", "universal_1d_v2")
    workflows.say_of_training(workspace, KEYS[0], name="")


@pytest.mark.parametrize("keys", [[], KEYS[:1]])
def test_one_alone_has_nothing_to_be_compared_with(workspace: Workspace, keys: list[str]) -> None:
    with pytest.raises(BadInput, match="nothing to be compared with"):
        workflows.compare_trainings(workspace, keys)


def test_what_is_not_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="universal_1d_v9"):
        workflows.compare_trainings(workspace, [KEYS[0], f"models/{NAME}/universal_1d_v9"])


def test_a_damaged_one_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.root, tmp_path / "copy", symlinks=True)
    copied = Workspace(tmp_path / "copy")
    (copied.root / KEYS[1] / "scaler.json").unlink()
    with pytest.raises((BadInput, ModelRejected), match="universal_1d_v2"):
        workflows.compare_trainings(copied, KEYS[:2])


def test_a_model_of_the_original_can_stand_beside(workspace: Workspace, tmp_path: Path) -> None:
    shutil.copytree(workspace.root, tmp_path / "copy", symlinks=True)
    copied = Workspace(tmp_path / "copy")
    folder = write_original(copied.models)
    found = workflows.compare_trainings(copied, [KEYS[0], f"models/{STRATEGY}/{folder.name}"])
    assert found.labels[1] == folder.name
    assert any("features look ahead" in caution for caution in found.cautions)
