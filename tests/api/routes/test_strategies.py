"""``/strategies``: which are there, and every problem of one that is sent."""

from __future__ import annotations

import pytest

from tests.api.conftest import Face, fault
from tests.workflows.quick import NAME, TEXT


def test_the_list_has_the_shipped_and_the_workspaces_own(face: Face) -> None:
    found = {entry["name"]: entry for entry in face.get("/strategies/").json()["strategies"]}
    assert found[NAME]["shipped"] is False
    assert found["neuro_mean_reversion"]["shipped"] is True
    assert all({"name", "path", "description", "problem"} <= set(entry) for entry in found.values())


def test_one_with_a_fault_is_listed_with_it(face: Face) -> None:
    (face.workspace.strategies / "odd.yaml").write_text("name: odd\nfuzzy: {}\n", encoding="utf-8")
    (entry,) = (entry for entry in face.get("/strategies").json()["strategies"] if entry["name"] == "odd")
    assert "odd.yaml:" in entry["problem"]


class TestValidate:
    @pytest.mark.parametrize("body", [{"text": TEXT}, {"name": NAME}, {"name": "neuro_mean_reversion"}])
    def test_a_good_one(self, face: Face, body: dict[str, str]) -> None:
        answer = face.post("/strategies/validate", body)
        assert (answer.status_code, answer.json()["valid"]) == (200, True)

    def test_every_problem_has_its_place(self, face: Face) -> None:
        text = TEXT.replace("lookahead:", "lookahed:").replace("dropout: 0.1", "dropout: 3")
        error = fault(face.post("/strategies/validate", {"text": text}), 422, "strategy_problem")
        lines = text.splitlines()
        places = {problem["path"]: problem for problem in error["problems"]}
        for path, word in (("labels.lookahed", "lookahed"), ("network.dropout", "dropout")):
            assert word in lines[places[path]["line"] - 1]
        assert places["labels.lookahed"]["suggestion"] == "lookahead"

    def test_a_name_that_is_not_there(self, face: Face) -> None:
        error = fault(face.post("/strategies/validate", {"name": "quik"}), 404, "strategy_not_found")
        assert "quick" in error["hint"]

    @pytest.mark.parametrize("name", ["../secret", "secret.yaml", "/etc/passwd"])
    def test_no_file_is_read_by_its_path(self, face: Face, name: str) -> None:
        answer = face.post("/strategies/validate", {"name": name})
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] in ("unsafe_name", "invalid_value")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\t",
            "- 1",
            "a: [",
            "a: *b",
            "\x00",
            "a: !!python/object/apply:os.system ['true']",
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
            "x" * 100_000,
            "[" * 5000,
            "name: \U0001f600",
        ],
    )
    def test_what_is_no_strategy(self, face: Face, text: str) -> None:
        fault(face.post("/strategies/validate", {"text": text}), 422, "strategy_problem")
