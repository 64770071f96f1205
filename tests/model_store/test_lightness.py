"""Listing and resolving start at once: they load neither torch nor scikit-learn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.model_store.builders import STRATEGY, save, write_original

ROOT = Path(__file__).resolve().parents[2]
CHECK = """
import sys
heavy = sorted({"torch", "sklearn", "numba", "pandas", "PySide6"} & set(sys.modules))
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


def run(code: str, *arguments: str) -> None:
    """Run code in a fresh process and fail with what it says."""
    done = subprocess.run(
        [sys.executable, "-c", code + CHECK, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import ktrdr_app.model_store\n",
        "from ktrdr_app.model_store import list_models, resolve, require, show_model, ModelArtifact, ModelInfo\n",
        "import ktrdr_app.model_store.layout, ktrdr_app.model_store.integrity, ktrdr_app.model_store.registry\n",
    ],
)
def test_importing(code: str) -> None:
    run(code)


def test_listing_showing_and_resolving(tmp_path: Path) -> None:
    save(tmp_path)
    write_original(tmp_path)
    code = f"""
from pathlib import Path
from ktrdr_app.model_store import list_models, resolve, show_model
import sys
models = Path(sys.argv[1])
found = list_models(models)
assert [info.complete for info in found] == [True, True], found
assert resolve(models, {STRATEGY!r}, "1h", "MSFT").chosen.version == 1
assert resolve(models, {STRATEGY!r}, "1h", "MSFT", "legacy").chosen.kind == "legacy"
assert show_model(found[1].path)["scaler"]["kind"] == "standard"
"""
    run(code, str(tmp_path))


def test_the_command_that_lists(tmp_path: Path) -> None:
    save(tmp_path / "models")
    code = """
import sys
from ktrdr_app.cli.main import main
for _ in range(2):
    assert main(["models", "list", "--workspace", sys.argv[1]]) == 0
"""
    run(code, str(tmp_path))


def test_the_check_itself_finds_what_is_loaded() -> None:
    with pytest.raises(AssertionError, match=r"loaded: \['sklearn'\]"):
        run("import sys; sys.modules['sklearn'] = sys\n")


def test_unknown_names_are_errors_as_in_any_module() -> None:
    import ktrdr_app.model_store as room

    assert room.__all__ == sorted(room.__all__, key=str)
    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        room.__getattr__("nothing")
