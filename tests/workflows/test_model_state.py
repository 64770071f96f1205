"""The kind of trouble, from the reasons that the store gives for folders broken in each of these ways."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.model_state import DAMAGED, INCOMPLETE, MISMATCH, UNSAFE, trouble
from tests.model_store.builders import edit, pickle_calling, save, write_original


def _link(folder: Path) -> None:
    (folder / "metrics.json").rename(folder / "elsewhere.json")
    (folder / "metrics.json").symlink_to("elsewhere.json")


def _hostile(folder: Path) -> None:
    (folder / "scaler.pkl").write_bytes(pickle_calling(os.system, "true"))


def _huge(folder: Path) -> None:
    with open(folder / "metrics.json", "r+b") as stream:
        stream.truncate((16 << 20) + 1)


def _other_width(folder: Path) -> None:
    edit(folder / "config.json", lambda config: config["model"].update(input_size=9))


def _other_layers(folder: Path) -> None:
    edit(folder / "config.json", lambda config: config["model"]["architecture"].update(hidden_layers=[6, 4]))


BROKEN: list[tuple[str, Callable[[Path], object]]] = [
    (INCOMPLETE, lambda folder: (folder / "metrics.json").unlink()),
    (INCOMPLETE, lambda folder: (folder / "model.pt").unlink()),
    (UNSAFE, _link),
    (UNSAFE, _hostile),
    (UNSAFE, _huge),
    (MISMATCH, lambda folder: edit(folder / "metadata.json", lambda said: said.update(symbol="IBM"))),
    (MISMATCH, _other_width),
    (MISMATCH, _other_layers),
    (DAMAGED, lambda folder: (folder / "config.json").write_text("{", encoding="utf-8")),
    (DAMAGED, lambda folder: (folder / "model.pt").write_bytes(b"x")),
    (DAMAGED, lambda folder: (folder / "scaler.pkl").write_bytes(b"\x80\x04K")),
]


@pytest.mark.parametrize(("kind", "harm"), BROKEN)
def test_originals(tmp_path: Path, kind: str, harm: Callable[[Path], object]) -> None:
    workspace = Workspace(tmp_path)
    harm(write_original(workspace.models))
    (model,) = workflows.list_models(workspace)
    assert (model.complete, trouble(model.problem)) == (False, kind), model.problem


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        (INCOMPLETE, lambda folder: (folder / "scaler.json").unlink()),
        (MISMATCH, lambda folder: edit(folder / "metadata.json", lambda said: said.update(contract_digest="0"))),
        (MISMATCH, lambda folder: edit(folder / "metadata.json", lambda said: said.update(schema_version=99))),
        (DAMAGED, lambda folder: edit(folder / "metrics.json", lambda held: held.update(x=1), checksum=False)),
    ],
)
def test_our_own(tmp_path: Path, kind: str, harm: Callable[[Path], object]) -> None:
    workspace = Workspace(tmp_path)
    harm(save(workspace.models))
    (model,) = workflows.list_models(workspace)
    assert (model.complete, trouble(model.problem)) == (False, kind), model.problem


def test_a_model_that_can_be_used_has_none(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    save(workspace.models)
    (model,) = workflows.list_models(workspace)
    assert (model.complete, trouble(model.problem)) == (True, "")


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        ("incomplete: scaler.pkl missing", INCOMPLETE),
        ("incomplete: checksums.json, training_manifest.json missing", INCOMPLETE),
        ("it is a link, or reached by one that leads out of the models folder", UNSAFE),
        ("it is a link, not a file", UNSAFE),
        ("it is larger than 16 MiB", UNSAFE),
        ("the weights are larger than 512 MiB", UNSAFE),
        ("unsafe pickle: opcode INST is not allowed", UNSAFE),
        ("unsafe pickle: its memo is too large", UNSAFE),
        ("unsafe or damaged pickle: it names os.system, which is not allowed", UNSAFE),
        ("the scaler is a sklearn.svm.SVC of a kind that cannot be used", UNSAFE),
        ("its metadata say that it is universal_1h_v2 of other", MISMATCH),
        ("the feature contract of features.json is not that of metadata.json", MISMATCH),
        ("it was made with another feature contract", MISMATCH),
        ("the scaler was fitted on other features than features.json names", MISMATCH),
        ("the scaler has 3 and 3 numbers for 4 features", MISMATCH),
        ("its network takes 9 features, but 4 are named", MISMATCH),
        ("the tensors are 0.weight (6, 4), expected 0.weight (6, 5)", MISMATCH),
        ("tensor 0.weight has shape (6, 4), expected (6, 5)", MISMATCH),
        ("its model is a lstm; only mlp can be used", MISMATCH),
        ("schema_version is 2", MISMATCH),
        ("metadata.json lost its schema_version", MISMATCH),
        ("its kind is 'other'", MISMATCH),
        ("damaged: not valid JSON (Expecting value)", DAMAGED),
        ("its checksum does not match: it was changed or is damaged", DAMAGED),
        ("damaged pickle: EOFError()", DAMAGED),
        ("the weights are damaged: File is not a zip file", DAMAGED),
        ("tensor 0.weight holds numbers that are not finite", DAMAGED),
        ("it cannot be read (Permission denied)", DAMAGED),
        ("words that nobody knows yet", DAMAGED),
    ],
)
def test_reasons_of_the_store(problem: str, kind: str) -> None:
    assert trouble(problem) == kind
