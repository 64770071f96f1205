"""The workspace's settings say which kind is looked for first; whoever asks may say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.model_store.loaders import UniversalModelLoader
from ktrdr_app.model_store.preference import preferred_kind
from ktrdr_app.model_store.resolver import resolve
from tests.model_store.builders import STRATEGY, save, write_original


def settings(root: Path, text: str) -> None:
    (root / "configs").mkdir(exist_ok=True)
    (root / "configs" / "settings.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("text", ["", "# nothing\n", "models:\n", "models: {}\n", "other: 1\n", None])
def test_universal_is_first_where_nothing_is_said(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        settings(tmp_path, text)
    assert preferred_kind(tmp_path / "models") == "universal"


def test_it_swaps_the_first_two_steps_for_every_caller(tmp_path: Path) -> None:
    models = tmp_path / "models"
    save(models)
    write_original(models)
    settings(tmp_path, "models:\n  prefer: legacy\n")
    resolution = resolve(models, STRATEGY, "1h", "MSFT")
    assert resolution.chosen is not None
    assert (resolution.chosen.kind, resolution.chosen.step) == ("legacy", 1)
    assert UniversalModelLoader(models).load_model_for_strategy(STRATEGY, "1h", "MSFT")[1]["kind"] == "legacy"
    said = resolve(models, STRATEGY, "1h", "MSFT", prefer="universal").chosen
    assert said is not None
    assert said.kind == "universal"


@pytest.mark.parametrize(
    "text", ["models: {prefer: newest}", "models: {prefer: [legacy]}", "models: 5", "[1]", "a: [", "models: {prefer: }"]
)
def test_what_cannot_be_meant_is_told_with_its_file(tmp_path: Path, text: str) -> None:
    settings(tmp_path, text)
    with pytest.raises(InvalidValue) as caught:
        preferred_kind(tmp_path / "models")
    assert caught.value.where.endswith("settings.yaml")


def test_nothing_in_the_settings_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    settings(tmp_path, f"models: !!python/object/apply:os.mkdir ['{canary}']")
    with pytest.raises(InvalidValue):
        preferred_kind(tmp_path / "models")
    assert not canary.exists()
