"""No name that comes over the network leads out of the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.api.names import model_choice, run_path, strategy_name
from ktrdr_app.core.errors import BadInput, InvalidValue, UnsafeName
from ktrdr_app.core.paths import Workspace

ODD = (
    "../x",
    "a/b",
    "/etc/passwd",
    "..",
    ".",
    "",
    ".hidden",
    "a\\b",
    "a\0b",
    "con",
    "x" * 65,
    "a b",
    "~",
    "\u20ac",
    "a.",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "workspace")
    (made.models / "trend" / "legacy" / "IBM_1d_v1").mkdir(parents=True)
    (made.models / "trend" / "universal_1d_v1").mkdir()
    (tmp_path / "outside").mkdir()
    (made.models / "trend" / "linked").symlink_to(tmp_path / "outside")
    return made


@pytest.mark.parametrize("name", ["trend", "EUR_USD-2.1", "a"])
def test_names_of_strategies(name: str) -> None:
    assert strategy_name(name) == name


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_name_of_a_strategy(name: str) -> None:
    with pytest.raises(UnsafeName):
        strategy_name(name)


@pytest.mark.parametrize("name", ["trend.yaml", "trend.YML"])
def test_a_file_is_not_taken_over_the_network(name: str) -> None:
    with pytest.raises(InvalidValue, match="strategy_name"):
        strategy_name(name)


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_name_of_a_run(workspace: Workspace, name: str) -> None:
    with pytest.raises(UnsafeName):
        run_path(workspace, name)


def test_a_run_lies_in_the_workspace(workspace: Workspace) -> None:
    assert run_path(workspace, "20260101T000000Z-train-x-1d-abcdef") == str(
        workspace.runs / "20260101T000000Z-train-x-1d-abcdef"
    )


class TestModels:
    @pytest.mark.parametrize("word", ["auto", "universal", "legacy"])
    def test_words(self, workspace: Workspace, word: str) -> None:
        assert model_choice(workspace, word) == word

    @pytest.mark.parametrize(
        "given", ["trend/universal_1d_v1", "trend/legacy/IBM_1d_v1", "./trend/universal_1d_latest"]
    )
    def test_below_the_store(self, workspace: Workspace, given: str) -> None:
        found = Path(model_choice(workspace, given))
        assert found == (workspace.models / given).resolve()

    def test_the_whole_path_that_the_list_told(self, workspace: Workspace) -> None:
        path = workspace.models / "trend" / "universal_1d_v1"
        assert model_choice(workspace, str(path)) == str(path.resolve())

    @pytest.mark.parametrize(
        "given",
        [
            "../data",
            "trend/../../data",
            "/etc",
            "/",
            "",
            ".",
            "trend/linked",
            "trend/linked/x",
            "a\0b",
            "trend/.x",
            "x" * 999,
        ],
    )
    def test_anywhere_else(self, workspace: Workspace, given: str) -> None:
        with pytest.raises(BadInput):
            model_choice(workspace, given)
