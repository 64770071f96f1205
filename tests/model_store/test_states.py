"""What is wrong with a folder in one word, for folders broken in each of these ways."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.model_store.layout import DAMAGED, INCOMPLETE, MISMATCH, UNSAFE
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
    assert (model.complete, model.state) == (False, kind), model.problem


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
    assert (model.complete, model.state) == (False, kind), model.problem


def test_a_model_that_can_be_used_has_none(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    save(workspace.models)
    (model,) = workflows.list_models(workspace)
    assert (model.complete, model.state) == (True, "usable")
