"""Fills a models folder as tests of the resolver want it: saved, pointed, damaged, pinned, migrated."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ktrdr_app.model_store.migration import migrate_step, point_archive
from ktrdr_app.model_store.migration_plan import plan_migration
from ktrdr_app.model_store.notes import pin
from tests.model_store.builders import STRATEGY, edit, link_latest, pickle_calling, save, write_original

Fill = Callable[[Path], object]


def place(models: Path) -> Path:
    return models / STRATEGY


def remove(path: Path) -> None:
    path.unlink()


def universal(*versions: int) -> Fill:
    """Save so many universal models and keep these versions; ``_latest`` names the highest saved."""

    def fill(models: Path) -> None:
        for _ in range(max(versions)):
            save(models)
        for version in range(1, max(versions) + 1):
            if version not in versions:
                shutil.rmtree(place(models) / f"universal_1h_v{version}")

    return fill


def original(symbol: str, version: int = 1, latest: bool = True, **changes: Any) -> Fill:
    """Write a folder as the original does, with the ``_latest`` beside it."""

    def fill(models: Path) -> None:
        folder = write_original(models, symbol=symbol, version=version, **changes)
        if latest:
            link_latest(folder)

    return fill


def all_of(*fills: Fill) -> Fill:
    """Do one after the other."""

    def fill(models: Path) -> None:
        for each in fills:
            each(models)

    return fill


def then(fill: Fill, change: Callable[[Path], object]) -> Fill:
    """Fill, then change the strategy's folder."""

    def filled(models: Path) -> None:
        fill(models)
        change(place(models))

    return filled


def preferring_legacy(models: Path) -> None:
    """Say in the workspace's settings that legacy models go first."""
    settings = models.parent / "configs" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("models:\n  prefer: legacy\n", encoding="utf-8")


def migrated(models: Path) -> None:
    """Copy all originals into the archive, as ``models migrate`` does."""
    for step in plan_migration(models):
        done = migrate_step(step, models, "a-migration")
        point_archive(done.target.parent, done.target.name.rpartition("_v")[0])


def pinned(name: str) -> Callable[[Path], object]:
    """Return a change that pins a folder."""
    return lambda folder: pin(folder / name, folder.parent)


def without_file(name: str, file: str = "model.pt") -> Callable[[Path], object]:
    """Return a change that takes a file out of a model."""
    return lambda folder: remove(folder / name / file)


def gone(name: str) -> Callable[[Path], object]:
    """Return a change that removes a model."""
    return lambda folder: shutil.rmtree(folder / name)


def link_out(folder: Path) -> None:
    """Turn a version into a link that leads out of the store."""
    outside = folder.parent.parent / "outside"
    shutil.copytree(folder / "universal_1h_v1", outside / STRATEGY / "universal_1h_v1")
    shutil.rmtree(folder / "universal_1h_v1")
    (folder / "universal_1h_v1").symlink_to(outside / STRATEGY / "universal_1h_v1")


def point_out(folder: Path) -> None:
    """Let ``_latest`` lead out of the store."""
    remove(folder / "universal_1h_latest")
    (folder / "universal_1h_latest").symlink_to("../../outside/universal_1h_v1")


def text_latest(folder: Path) -> None:
    """Let ``_latest`` be a text file that names the first version."""
    remove(folder / "universal_1h_latest")
    (folder / "universal_1h_latest").write_text("universal_1h_v1\n")


def linked_latest(folder: Path) -> None:
    """Let ``_latest`` be a link to the first version."""
    link_latest(folder / "universal_1h_v1")


def other_contract(folder: Path) -> None:
    """Say in a model's papers that its features are others than those it names, checksums and all."""
    edit(folder / "universal_1h_v1" / "metadata.json", lambda papers: papers.update(contract_digest="cd" * 32))


def hostile_scaler(folder: Path) -> None:
    """Put a pickle that runs a command in place of a scaler."""
    canary = folder.parent / "canary"
    (folder / "MSFT_1h_v1" / "scaler.pkl").write_bytes(pickle_calling(os.system, f"touch {canary}"))


def change_weights(folder: Path) -> None:
    """Turn over one bit of a universal model's weights."""
    path = folder / "universal_1h_v1" / "model.pt"
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)
