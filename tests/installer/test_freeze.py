"""The builder of what users install: its steps, when it makes its environment anew, and what makes it fail."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests.installer.conftest import load

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def freeze(scripts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return ``freeze.py`` at work in folders of its own; it lists its steps instead of running them."""
    module = load("freeze")
    places = {
        "BUILD": tmp_path / "build",
        "DIST": tmp_path / "dist",
        "ENVIRONMENT": tmp_path / "build" / "env",
        "STAMP": tmp_path / "build" / "env" / "stamp",
        "FOLDER": tmp_path / "dist" / "ktrdr-app",
        "LISTING": tmp_path / "build" / "listing.json",
    }
    for name, path in places.items():
        monkeypatch.setattr(module, name, path)
    return module


@pytest.fixture
def steps(freeze: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Return the list that steps are written into; the venv and the folder appear as they would."""
    ran: list[tuple[str, list[str]]] = []

    def step(title: str, arguments: list[object]) -> None:
        ran.append((title, [str(word) for word in arguments]))
        if title == "making an environment":
            freeze.ENVIRONMENT.mkdir(parents=True)
            python = freeze.environment_python()
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
        if title == "freezing":
            (freeze.FOLDER / "_internal").mkdir(parents=True)
            (freeze.FOLDER / "ktrdr-app").write_bytes(b"x" * 1000)

    monkeypatch.setattr(freeze, "step", step)
    return ran


def test_a_build_goes_through_every_step_in_order(freeze: ModuleType, steps: list[tuple[str, list[str]]]) -> None:
    freeze.freeze()
    assert [title for title, _ in steps] == [
        "making an environment",
        "installing PyTorch",
        "installing the libraries",
        "installing the tools",
        "installing the program",
        "drawing the icons",
        "freezing",
        *(["trimming the libraries"] if sys.platform.startswith("linux") else []),
        "compiling the program's modules",
        "listing the parts",
        "judging the bill of materials",
    ]


def test_the_environment_is_made_by_the_pins_and_holds_the_extras(
    freeze: ModuleType, steps: list[tuple[str, list[str]]]
) -> None:
    freeze.prepare()
    ran = dict(steps)
    for title in ("installing PyTorch", "installing the libraries", "installing the tools"):
        assert ran[title].count("-c") == 2, "constraints.txt and release-tools.txt"
    assert ran["installing the libraries"][-1] == f"{REPO}[api,ib,cluster,sweep]"
    assert any(re.fullmatch(r"torch==[\d.]+", word) for word in ran["installing PyTorch"])
    assert "--no-deps" in ran["installing the program"], "it goes in as it stands, without another look at libraries"


def test_a_second_build_uses_the_environment_again(freeze: ModuleType, steps: list[tuple[str, list[str]]]) -> None:
    freeze.prepare()
    steps.clear()
    freeze.prepare()
    assert [title for title, _ in steps] == ["installing the program"]


def test_another_pin_or_index_makes_it_anew(
    freeze: ModuleType, steps: list[tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = freeze.wanted()
    monkeypatch.setenv("KTRDR_TORCH_INDEX", "https://download.pytorch.org/whl/cu128")
    assert freeze.wanted() != before
    monkeypatch.delenv("KTRDR_TORCH_INDEX")
    pins = tmp_path / "constraints.txt"
    pins.write_text(freeze.CONSTRAINTS.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    monkeypatch.setattr(freeze, "CONSTRAINTS", pins)
    assert freeze.wanted() != before


def test_the_checkout_is_not_on_the_path_of_the_freezer(freeze: ModuleType, steps: list[tuple[str, list[str]]]) -> None:
    freeze.freeze()
    line = dict(steps)["freezing"]
    assert line.index("-P") < line.index("-m"), "or the checkout would be packed in place of the installed program"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the budget is one for Linux")
def test_a_folder_above_its_budget_is_refused(
    freeze: ModuleType,
    steps: list[tuple[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(freeze, "BUDGET", 999)
    assert freeze.main(["folder"]) == 1
    assert "SIZES.txt" in capsys.readouterr().err
    monkeypatch.setattr(freeze, "BUDGET", 1000)
    freeze.FOLDER.joinpath("ktrdr-app").unlink()
    freeze.FOLDER.joinpath("_internal").rmdir()
    freeze.FOLDER.rmdir()
    assert freeze.main(["folder"]) == 0


def test_the_budget_is_the_one_that_users_are_told(freeze: ModuleType) -> None:
    page = (REPO / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    assert f"{freeze.BUDGET / 1e9:.2f} GB" in page


def test_a_step_that_fails_ends_the_build_with_its_name(scripts: None, capsys: pytest.CaptureFixture[str]) -> None:
    module = load("freeze")
    with pytest.raises(module.FreezeFailed, match="trying: exit code 7"):
        module.step("trying", [sys.executable, "-c", "raise SystemExit(7)"])


def test_steps_do_not_see_the_callers_own_python_settings(
    scripts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code = "import os, sys; sys.exit('PYTHONPATH' in os.environ)"
    load("freeze").step("looking", [sys.executable, "-c", code])


def test_a_package_of_the_folder_that_is_there_needs_no_new_build(
    freeze: ModuleType,
    steps: list[tuple[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(freeze.debian_package, "build", lambda folder, dist: asked.append(folder) or dist / "x.deb")
    assert freeze.main(["deb", "--again"]) == 0
    assert (steps, asked) == ([], [freeze.FOLDER])
    assert "x.deb" in capsys.readouterr().out


def test_packing_what_is_not_there_is_told_in_one_line(freeze: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert freeze.main(["deb", "--again"]) == 1
    assert capsys.readouterr().err.startswith("error: there is no program in")


def test_an_unknown_kind_is_refused(freeze: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        freeze.main(["rpm"])
    assert stop.value.code == 2
    assert "rpm" in capsys.readouterr().err


def pins(name: str) -> dict[str, str]:
    """Return the pins of a file of the installer."""
    text = (REPO / "installer" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)$", text, flags=re.MULTILINE))


def test_the_tools_are_pinned_once_and_not_beside_the_program(freeze: ModuleType) -> None:
    tools, program = pins("release-tools.txt"), pins("constraints.txt")
    assert set(tools) & set(program) == set(), "two pins of one package may contradict each other"
    assert {Requirement(name).name for name in freeze.TOOL_NAMES} <= set(tools)
    lines = (REPO / "installer" / "release-tools.txt").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) == len(tools), "a line is no plain pin"


def test_the_program_does_not_ask_for_the_tools() -> None:
    asked = {Requirement(text).name.lower() for text in importlib.metadata.requires("ktrdr-app") or []}
    assert asked & set(pins("release-tools.txt")) == set()


def test_the_recipe_is_python_and_uses_the_tested_lists() -> None:
    recipe = (REPO / "installer" / "desktop.spec").read_text(encoding="utf-8")
    compile(recipe, "desktop.spec", "exec")
    for name in (
        "LOADED_BY_NAME",
        "WITH_FILES",
        "named_in",
        "wanted_modules",
        "UNUSED_MODULES",
        "kept_libraries(analysis.binaries",
        "kept(analysis.datas)",
        "write_listing",
    ):
        assert name in recipe
    assert '"ktrdr_app": "py"' in recipe, "without its source numba keeps no kernel, and each start takes minutes"


def test_the_entry_answers_worker_processes_first_and_passes_the_words_on() -> None:
    entry = REPO / "installer" / "desktop_entry.py"
    done = subprocess.run([sys.executable, entry, "--version"], cwd=REPO, env=None, capture_output=True, text=True)
    assert done.stdout.startswith("ktrdr-app "), done.stderr
    lines = [line.strip() for line in entry.read_text(encoding="utf-8").splitlines()]
    assert lines.index("multiprocessing.freeze_support()") < lines.index("from ktrdr_app.cli.start import main")
