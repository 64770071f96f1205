"""``/models``: what the command line lists, and which model would be loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.files import plain
from ktrdr_app.core.paths import Workspace
from tests.api.conftest import Face, fault
from tests.workflows.quick import NAME


def test_the_list_is_that_of_the_use_case(trained_face: Face, trained_workspace: Workspace) -> None:
    answer = trained_face.get("/models")
    assert answer.status_code == 200
    (model,) = answer.json()["models"]
    (expected,) = workflows.list_models(trained_workspace)
    assert model == plain(expected.to_document())
    assert (model["complete"], model["latest"], model["training_symbols"]) == (True, True, ["AAPL", "IBM", "MSFT"])


def test_an_empty_workspace_has_none_and_gets_none(face_of: Callable[..., Face], sample_workspace: Workspace) -> None:
    assert face_of(sample_workspace).get("/models").json() == {"models": []}
    assert not sample_workspace.models.exists()


@pytest.mark.parametrize("word", ["strategy_name", "strategy"])
def test_the_strategy_goes_by_either_name(trained_face: Face, word: str) -> None:
    answer = trained_face.get("/models/resolve", params={word: NAME, "timeframe": "1d", "symbol": "GOOG"})
    chosen = answer.json()["chosen"]
    assert (chosen["kind"], chosen["version"], chosen["step"], chosen["foreign"]) == ("universal", 1, 1, False)


def test_the_kind_that_is_preferred(trained_face: Face) -> None:
    asked = {"strategy_name": NAME, "timeframe": "1d", "symbol": "GOOG", "prefer": "legacy"}
    document = trained_face.get("/models/resolve", params=asked).json()
    assert document["chosen"]["step"] == 2
    assert document["trace"][0]["pattern"] == "GOOG_1d_latest"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"timeframe": "1d"}, "invalid_value"),
        ({"strategy_name": NAME}, "usage"),
        ({"strategy_name": "../data", "timeframe": "1d"}, "unsafe_name"),
        ({"strategy_name": NAME, "timeframe": "1d", "symbol": "a/b"}, "unsafe_name"),
        ({"strategy_name": NAME, "timeframe": "9x"}, "unknown_name"),
        ({"strategy_name": NAME, "timeframe": "1d", "prefer": "newest"}, "usage"),
        ({"strategy_name": NAME, "timeframe": "1d", "allow_any": "maybe"}, "usage"),
        ({"strategy_name": NAME, "timeframe": "1d", "symbol": "universal"}, "invalid_value"),
        ({"strategy_name": "x" * 65, "timeframe": "1d"}, "usage"),
    ],
)
def test_what_cannot_be_asked(trained_face: Face, asked: dict[str, str], code: str) -> None:
    fault(trained_face.get("/models/resolve", params=asked), 422, code)
