"""The certificate of a model: found where it fits, told where it does not, and made with what the model was made of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, Cancelled, InvalidValue, ModelNotFound
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.progress import FoldDone, ProgressEvent
from ktrdr_app.workflows.certify_lookup import FoundCertificate, certification
from ktrdr_app.workflows.request_checks import trained_strategy
from tests.model_store.builders import edit, write_original
from tests.workflows.quick import NAME, SYMBOLS, TEXT, trained

MODEL = f"{NAME}/universal_1d_v1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with a trained model and no certificate; copy it to change it."""
    made = Workspace(tmp_path_factory.mktemp("certified"))
    made.data.mkdir()
    for symbol in SYMBOLS:
        shutil.copy(shipped("resources") / "sample" / f"{symbol}_1d.csv", made.data)
    trained(made, epochs=2, seed=5)
    return made


@pytest.fixture
def copied(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Return a copy of the workspace that a test may change."""
    shutil.copytree(workspace.root, tmp_path / "copy", symlinks=True)
    return Workspace(tmp_path / "copy")


@pytest.fixture(scope="module")
def certified(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, FoundCertificate]:
    """Return a copy with a certificate, and what was made."""
    folder = tmp_path_factory.mktemp("made") / "copy"
    shutil.copytree(workspace.root, folder, symlinks=True)
    return Workspace(folder), workflows.certify_model(Workspace(folder), MODEL)


def document_for(workspace: Workspace, **changes: Any) -> dict[str, Any]:
    """Return a certificate as `certify` writes it for the model, with changes."""
    shown = workflows.show_model(workspace, MODEL)
    manifest = shown["training_manifest"]
    estimate = {"value": 0.1, "low": 0.05, "high": 0.15}
    return {
        "strategy_name": NAME,
        "symbols": list(SYMBOLS),
        "timeframe": "1d",
        "seed": manifest["seed"],
        "verdict": "pass",
        "required": 0.8,
        "retention": {"value": 0.9, "low": 0.85, "high": 0.95},
        "report": ["Pass: it holds."],
        "per_symbol": {
            name: {"rows": 100, "effective_rows": 50.0, "weight": 1 / 3, "skill": estimate, "unseen_skill": estimate}
            for name in SYMBOLS
        },
        "strategy": shown["strategy"],
        "data_fingerprints": manifest["data_fingerprints"],
    } | changes


def put(workspace: Workspace, name: str, document: object) -> Path:
    """Write a certificate into a run of that name."""
    path = workspace.runs / name / "certificate.json"
    path.parent.mkdir(parents=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_without_a_certificate_there_is_none(workspace: Workspace) -> None:
    assert workflows.model_certificate(workspace, MODEL) is None


def test_what_is_made_fits_the_model_and_is_found_again(certified: tuple[Workspace, FoundCertificate]) -> None:
    workspace, made = certified
    assert made.differences == ()
    assert workflows.model_certificate(workspace, MODEL) == made
    told = json.loads(made.path.read_text(encoding="utf-8"))
    assert told["verdict"] == made.verdict
    assert tuple(told["report"]) == made.sentences
    assert [entry.symbol for entry in made.symbols] == list(SYMBOLS)
    for entry in made.symbols:
        own = told["per_symbol"][entry.symbol]
        assert (entry.rows, entry.weight) == (own["rows"], own["weight"])
        assert vars(entry.seen) == own["skill"]
        assert vars(entry.unseen) == own["unseen_skill"]
    assert sum(entry.weight for entry in made.symbols) == pytest.approx(1.0)


def test_the_model_of_all_symbols_is_this_very_model(certified: tuple[Workspace, FoundCertificate]) -> None:
    workspace, made = certified
    told = json.loads(made.path.read_text(encoding="utf-8"))
    shown = workflows.show_model(workspace, MODEL)
    (whole,) = [fold for fold in told["folds"] if not fold["left_out"]]
    assert whole["best_epoch"] == shown["metrics"]["best_epoch"]
    assert whole["training_rows"] == shown["training_manifest"]["split"]["rows"]["train"]


def test_one_that_passes_is_read_with_what_it_kept(copied: Workspace) -> None:
    path = put(copied, "20240101T000000Z-certify-a", document_for(copied))
    found = workflows.model_certificate(copied, MODEL)
    assert found is not None
    assert (found.path, found.verdict, found.required) == (path, "pass", 0.8)
    assert found.retention is not None
    assert (found.retention.value, found.retention.low) == (0.9, 0.85)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbols": ["AAPL", "IBM", "GOOG"]}, "other symbols"),
        ({"seed": 6}, "another seed"),
        ({"data_fingerprints": {"AAPL": "0" * 64}}, "other bars"),
        ({"strategy": {"name": NAME}}, "other settings"),
        ({"strategy": None}, "other settings"),
    ],
)
def test_one_made_for_something_else_says_for_what(copied: Workspace, changes: dict[str, Any], words: str) -> None:
    put(copied, "20240101T000000Z-certify-a", document_for(copied, **changes))
    found = workflows.model_certificate(copied, MODEL)
    assert found is not None
    assert found.differences == (words,)


def test_what_a_training_does_not_read_makes_no_other_certificate(copied: Workspace) -> None:
    strategy = workflows.show_model(copied, MODEL)["strategy"] | {"description": "another", "backtest": {}}
    put(copied, "20240101T000000Z-certify-a", document_for(copied, strategy=strategy))
    found = workflows.model_certificate(copied, MODEL)
    assert found is not None
    assert found.differences == ()


def test_the_order_of_symbols_does_not_matter(copied: Workspace) -> None:
    put(copied, "20240101T000000Z-certify-a", document_for(copied, symbols=list(reversed(SYMBOLS))))
    found = workflows.model_certificate(copied, MODEL)
    assert found is not None
    assert found.differences == ()


@pytest.mark.parametrize("changes", [{"timeframe": "1h"}, {"strategy_name": "other"}])
def test_one_of_another_strategy_or_bar_length_is_none(copied: Workspace, changes: dict[str, Any]) -> None:
    put(copied, "20240101T000000Z-certify-a", document_for(copied, **changes))
    assert workflows.model_certificate(copied, MODEL) is None


def test_the_best_fit_wins_then_the_newest(copied: Workspace) -> None:
    put(copied, "20240101T000000Z-certify-a", document_for(copied, verdict="fail"))
    own = put(copied, "20240102T000000Z-certify-b", document_for(copied))
    put(copied, "20240103T000000Z-certify-c", document_for(copied, seed=99))
    found = workflows.model_certificate(copied, MODEL)
    assert found is not None
    assert found.path == own


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"strategy_name": "quick", "timeframe": "1d"}'])
def test_a_damaged_one_is_passed_over(copied: Workspace, content: str) -> None:
    put(copied, "20240101T000000Z-certify-a", content)
    assert workflows.model_certificate(copied, MODEL) is None


def test_a_damaged_entry_of_a_symbol_is_no_certificate(copied: Workspace) -> None:
    document = document_for(copied)
    del document["per_symbol"]["IBM"]["skill"]
    put(copied, "20240101T000000Z-certify-a", document)
    assert workflows.model_certificate(copied, MODEL) is None


def test_the_request_is_what_the_model_was_trained_by(workspace: Workspace) -> None:
    request = certification(workspace, MODEL)
    assert (request.strategy, request.symbols, request.timeframe) == (NAME, SYMBOLS, "1d")
    assert (request.seed, request.epochs, request.kind, request.weights) == (5, 2, "universal", None)
    assert trained_strategy(request).strategy.training.epochs == 2


def test_a_strategy_that_has_changed_since_is_not_used(copied: Workspace) -> None:
    file = copied.strategies / f"{NAME}.yaml"
    file.write_text(TEXT.replace("period: 14", "period: 9"), encoding="utf-8")
    request = certification(copied, MODEL)
    assert Path(request.strategy).is_relative_to(copied.cache)
    loaded = trained_strategy(request).strategy
    assert loaded.indicators["rsi"].model_dump()["period"] == 14
    assert loaded.name == NAME


def test_a_strategy_file_that_is_gone_or_faulty_is_no_obstacle(copied: Workspace) -> None:
    file = copied.strategies / f"{NAME}.yaml"
    for change in (lambda: file.write_text("name: [", encoding="utf-8"), file.unlink):
        change()
        assert trained_strategy(certification(copied, MODEL)).strategy.name == NAME


@pytest.mark.parametrize("lost", ["combination_weights", "command"])
def test_weights_of_the_symbols_are_the_manifests_or_those_of_its_command(copied: Workspace, lost: str) -> None:
    weights = {"AAPL": 2.0, "IBM": 1 / 3, "MSFT": 1.0}
    path = trained(copied, epochs=1, combination="weighted", weights=weights).model_path / "training_manifest.json"
    edit(path, lambda manifest: manifest.pop(lost))
    request = certification(copied, f"{NAME}/universal_1d_v2")
    assert (request.combination, request.weights) == ("weighted", weights)


def test_its_models_are_fitted_where_one_says(copied: Workspace) -> None:
    with pytest.raises(InvalidValue, match="cluster is 'nowhere'"):
        workflows.certify_model(copied, MODEL, cluster="nowhere")
    assert list(copied.runs.glob("*/certificate.json")) == []


def test_too_few_symbols_and_models_of_the_original_are_refused(copied: Workspace) -> None:
    trained(copied, epochs=1, symbols=("AAPL", "IBM"))
    with pytest.raises(BadInput, match="3 symbols or more"):
        certification(copied, f"{NAME}/universal_1d_v2")
    with pytest.raises(BadInput, match="3 symbols or more"):
        certification(copied, write_original(copied.models))


def test_it_tells_of_every_model_and_stops_with_nothing_written(copied: Workspace) -> None:
    token, heard = CancelToken("test"), []

    def listen(event: ProgressEvent) -> None:
        heard.append(event)
        if isinstance(event, FoldDone):
            token.cancel()

    with pytest.raises(Cancelled):
        workflows.certify_model(copied, MODEL, listen, token)
    assert any(isinstance(event, FoldDone) for event in heard)
    assert list(copied.runs.glob("*/certificate.json")) == []


def test_a_model_that_is_not_there_is_told(workspace: Workspace) -> None:
    for ask in (workflows.model_certificate, certification):
        with pytest.raises(ModelNotFound):
            ask(workspace, f"{NAME}/universal_1d_v9")
