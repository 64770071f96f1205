"""The set-up: which Python, which PyTorch, what is stamped, and what a failure says."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

REPO = Path(__file__).resolve().parents[2]


def make_environment(module: ModuleType, version: str = "3.11.7") -> None:
    """Make a folder that looks like a finished virtual environment."""
    python = module.venv_python()
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("", encoding="utf-8")
    (module.VENV / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n", encoding="utf-8")


class Recorder:
    """Stands in for `bootstrap.quietly`: keeps every command and answers as told."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.commands: list[list[str]] = []

    def __call__(self, title: str, command: list[str]) -> int:
        self.commands.append(list(command))
        return self.code


@pytest.fixture
def quiet(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Keep every step from running, and pip from being asked for its settings."""
    recorder = Recorder()
    monkeypatch.setattr(bootstrap, "quietly", recorder)
    monkeypatch.setattr(bootstrap, "make_environment", lambda: make_environment(bootstrap))
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *a, **k: SimpleNamespace(stdout="", returncode=0))
    monkeypatch.delenv("KTRDR_TORCH_INDEX", raising=False)
    return recorder


@pytest.mark.parametrize(
    ("version", "good"),
    [((3, 10, 13), False), ((3, 11, 0), True), ((3, 13, 9), True), ((3, 14, 0), False), ((2, 7, 18), False)],
)
def test_suitable_pythons(bootstrap: ModuleType, version: tuple[int, ...], good: bool) -> None:
    assert bootstrap.suitable(version) is good


def test_an_unsuitable_python_names_itself_and_what_is_needed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(bootstrap, "other_python", lambda: None)
    assert bootstrap.main(["setup"]) == 1
    complaint = capsys.readouterr().err
    assert "this is Python 3.9.2" in complaint
    assert "3.11 to 3.13" in complaint


def test_an_unsuitable_python_hands_over_to_a_suitable_one(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def run(command: list[str], check: bool) -> SimpleNamespace:
        started.append(command)
        return SimpleNamespace(returncode=7)

    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 0, "final", 0))
    monkeypatch.setattr(bootstrap, "other_python", lambda: "/usr/bin/python3.12")
    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    assert bootstrap.main(["demo", "--seed", "3"]) == 7
    assert started[0][0] == "/usr/bin/python3.12"
    assert started[0][1].endswith("bootstrap.py")
    assert started[0][2:] == ["demo", "--seed", "3"]


def test_the_newest_python_that_runs_is_taken(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bootstrap.subprocess, "run", lambda command, **k: SimpleNamespace(returncode=127 if "3.13" in command[0] else 0)
    )
    assert bootstrap.other_python(lambda name: f"/opt/{name}") == "/opt/python3.12"
    assert bootstrap.other_python(lambda name: None) is None


@pytest.mark.parametrize("name", ["bootstrap.py", "system_libraries.py"])
def test_old_pythons_can_read_the_file_far_enough_to_complain(name: str) -> None:
    source = (REPO / "installer" / name).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    first = next(node for node in tree.body if isinstance(node, ast.ImportFrom))
    assert (first.module, first.names[0].name) == ("__future__", "annotations")


NOTHING_NAMED = "global.timeout='60'\n:env:.disable-pip-version-check='1'\n"


@pytest.mark.parametrize(
    ("settings", "environment", "platform", "expected"),
    [
        (NOTHING_NAMED, {}, "linux", ["--extra-index-url", "CPU"]),
        ("", {}, "win32", ["--extra-index-url", "CPU"]),
        ("", {}, "darwin", []),
        ("global.find-links='/opt/wheels'\n", {}, "linux", []),
        (":env:.extra-index-url='https://mirror'\n", {}, "linux", []),
        ("global.index-url='https://mirror'\n", {}, "win32", []),
        ("install.no-index='true'\n", {}, "linux", []),
        ("", {"KTRDR_TORCH_INDEX": "https://cuda"}, "linux", ["--extra-index-url", "https://cuda"]),
        (
            "global.find-links='/w'\n",
            {"KTRDR_TORCH_INDEX": "https://cuda"},
            "darwin",
            ["--extra-index-url", "https://cuda"],
        ),
        ("", {"KTRDR_TORCH_INDEX": "PyPI"}, "linux", []),
    ],
)
def test_where_pytorch_comes_from(
    bootstrap: ModuleType, settings: str, environment: dict[str, str], platform: str, expected: list[str]
) -> None:
    wanted = [bootstrap.CPU_INDEX if part == "CPU" else part for part in expected]
    assert bootstrap.torch_options(settings, environment, platform) == wanted


def test_pytorch_is_installed_first_by_its_pin_and_the_rest_by_the_constraints(
    bootstrap: ModuleType, quiet: Recorder
) -> None:
    bootstrap.install(["dev"])
    first, second = quiet.commands
    assert "torch==2.13.0" in first
    assert "hatchling==1.0" in first
    assert "--no-build-isolation" in second
    assert second[-2:] == ["-e", f"{bootstrap.REPO}[dev]"]
    for command in quiet.commands:
        assert command[command.index("-c") + 1] == str(bootstrap.CONSTRAINTS)


def test_a_second_install_does_nothing(bootstrap: ModuleType, quiet: Recorder) -> None:
    bootstrap.install(["dev"])
    quiet.commands.clear()
    bootstrap.install(["dev"])
    bootstrap.install([])
    assert quiet.commands == []


def test_the_tests_add_their_extra_to_a_demo_environment_and_keep_it(bootstrap: ModuleType, quiet: Recorder) -> None:
    bootstrap.install([])
    assert not bootstrap.is_installed(["dev"])
    bootstrap.install(["dev"])
    assert bootstrap.is_installed(["dev"])
    assert bootstrap.is_installed([])


@pytest.mark.parametrize("change", ["pins", "project", "python", "index", "interpreter gone"])
def test_whatever_decides_the_set_makes_it_install_again(
    bootstrap: ModuleType, quiet: Recorder, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    bootstrap.install(["dev"])
    if change == "pins":
        bootstrap.CONSTRAINTS.write_text("torch==2.14.0\n", encoding="utf-8")
    elif change == "project":
        (bootstrap.REPO / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    elif change == "python":
        make_environment(bootstrap, "3.12.1")
    elif change == "index":
        monkeypatch.setenv("KTRDR_TORCH_INDEX", "https://cuda")
    else:
        bootstrap.venv_python().unlink()
    assert not bootstrap.is_installed(["dev"])


def test_a_moved_checkout_installs_again(
    bootstrap: ModuleType, quiet: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bootstrap.install([])
    moved = tmp_path / "moved"
    bootstrap.REPO.rename(moved)
    for name in ("REPO", "VENV", "STAMP", "LOG", "CONSTRAINTS"):
        old = getattr(bootstrap, name)
        monkeypatch.setattr(bootstrap, name, moved / old.relative_to(tmp_path / "repository"))
    assert bootstrap.read_stamp()["extras"] == []
    assert not bootstrap.is_installed([])


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null"])
def test_a_damaged_stamp_counts_as_none(bootstrap: ModuleType, content: str) -> None:
    bootstrap.VENV.mkdir()
    bootstrap.STAMP.write_text(content, encoding="utf-8")
    assert bootstrap.read_stamp() == {}


def test_a_failed_step_shows_the_end_of_its_output_and_where_the_rest_is(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "install", lambda extras: bootstrap.must("counting", [sys.executable, "-c", CHATTY]))
    assert bootstrap.main(["setup"]) == 1
    complaint = capsys.readouterr().err
    assert "counting: failed" in complaint
    assert "line 99" in complaint
    assert "line 2\n" not in complaint
    assert str(bootstrap.LOG) in complaint
    assert "line 2\n" in bootstrap.LOG.read_text(encoding="utf-8")


CHATTY = "import sys; [print('line', n) for n in range(100)]; sys.exit(3)"


def test_a_step_that_failed_is_not_stamped(bootstrap: ModuleType, quiet: Recorder) -> None:
    quiet.code = 1
    bootstrap.LOG.parent.mkdir()
    bootstrap.LOG.write_text("$ pip\nno such version\n", encoding="utf-8")
    with pytest.raises(bootstrap.SetUpFailed, match="no such version"):
        bootstrap.install([])
    assert not bootstrap.is_installed([])


def test_only_the_last_commands_output_is_shown(bootstrap: ModuleType) -> None:
    bootstrap.LOG.parent.mkdir()
    bootstrap.LOG.write_text("$ one\nold news\n$ two\nthe reason\n", encoding="utf-8")
    assert bootstrap.last_output() == "the reason"


def test_a_step_is_one_line_on_the_screen(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.quietly("counting", [sys.executable, "-c", "print('noise')"]) == 0
    assert capsys.readouterr().out == "==> counting ...\n"
    assert "noise" in bootstrap.LOG.read_text(encoding="utf-8")


def test_a_working_environment_is_left_alone(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    make_environment(bootstrap)
    monkeypatch.setattr(bootstrap, "quietly", recorder)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *a, **k: SimpleNamespace(returncode=0))
    bootstrap.make_environment()
    assert recorder.commands == []


@pytest.mark.parametrize("version", ["3.10.4", "3.14.0", "nonsense"])
def test_an_environment_of_a_wrong_python_is_made_anew(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    recorder = Recorder()
    make_environment(bootstrap, version)
    monkeypatch.setattr(bootstrap, "quietly", recorder)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *a, **k: SimpleNamespace(returncode=0))
    bootstrap.make_environment()
    assert recorder.commands == [[sys.executable, "-m", "venv", "--clear", str(bootstrap.VENV)]]


def test_a_real_environment_is_made_and_recognised(bootstrap: ModuleType) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bootstrap.VENV)], check=True)
    assert bootstrap.venv_python().exists()
    assert bootstrap.venv_version() == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize("root", [True, False])
def test_a_python_without_ensurepip_gets_debians_package_or_says_which(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    asked: list[str] = []

    def apt_install(packages: list[str], log: Path) -> bool:
        asked.extend(packages)
        return root

    recorder = Recorder()
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    monkeypatch.setattr(bootstrap, "quietly", recorder)
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    monkeypatch.setattr(bootstrap.system_libraries, "apt_install", apt_install)
    if root:
        bootstrap.make_environment()
        assert recorder.commands[0][1:3] == ["-m", "venv"]
    else:
        with pytest.raises(bootstrap.SetUpFailed, match=f"apt-get install -y {package}"):
            bootstrap.make_environment()
    assert asked == [package]


def missing(bootstrap: ModuleType, always: tuple[str, ...] = (), display: tuple[str, ...] = ()) -> object:
    """Return what the system lacks, as the search would."""
    return bootstrap.system_libraries.Missing(always, display)


@pytest.fixture
def apt(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Be root on a Debian whose package source answers nothing."""
    asked: list[list[str]] = []
    lacking = missing(bootstrap, display=("libxcb-icccm.so.4",))
    bootstrap.VENV.mkdir()
    monkeypatch.setattr(bootstrap.system_libraries, "is_root", lambda: True)
    monkeypatch.setattr(bootstrap.system_libraries, "find_missing", lambda: lacking)
    monkeypatch.setattr(bootstrap.system_libraries, "apt_install", lambda packages, log: asked.append(packages))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    return asked


def test_missing_libraries_are_installed_or_the_command_is_given(
    bootstrap: ModuleType, apt: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.provide_libraries().display == ("libxcb-icccm.so.4",)
    assert apt == [["libxcb-icccm4"]]
    assert "sudo apt-get install -y libxcb-icccm4" in capsys.readouterr().out


def test_an_install_that_did_not_help_is_not_tried_on_every_start(bootstrap: ModuleType, apt: list[list[str]]) -> None:
    bootstrap.provide_libraries()
    bootstrap.provide_libraries()
    assert len(apt) == 1


def test_without_the_right_nothing_is_installed(
    bootstrap: ModuleType, apt: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.system_libraries, "is_root", lambda: False)
    assert bootstrap.provide_libraries().packages == ["libxcb-icccm4"]
    assert apt == []


def test_a_complete_system_is_silent(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.system_libraries, "find_missing", lambda: missing(bootstrap))
    assert bootstrap.provide_libraries().packages == []
    assert capsys.readouterr().out == ""


def test_kernels_are_compiled_once_and_again_when_one_changes(bootstrap: ModuleType, quiet: Recorder) -> None:
    kernels = bootstrap.REPO / "ktrdr_app" / "shapes.py"
    kernels.write_text("from ktrdr_app.core.kernels import kernel\n", encoding="utf-8")
    make_environment(bootstrap)
    bootstrap.warm_kernels()
    bootstrap.warm_kernels()
    assert len(quiet.commands) == 1
    assert quiet.commands[0][1:] == ["-m", "ktrdr_app", "doctor", "--warm"]
    (bootstrap.REPO / "ktrdr_app" / "other.py").write_text("x = 1\n", encoding="utf-8")
    bootstrap.warm_kernels()
    assert len(quiet.commands) == 1
    kernels.write_text("from ktrdr_app.core.kernels import kernel\nx = 1\n", encoding="utf-8")
    bootstrap.warm_kernels()
    assert len(quiet.commands) == 2


@pytest.mark.parametrize(("code", "again"), [(0, False), (2, False), (1, True), (-6, True)])
def test_a_doctor_that_could_not_answer_is_asked_again(
    bootstrap: ModuleType, quiet: Recorder, capsys: pytest.CaptureFixture[str], code: int, again: bool
) -> None:
    make_environment(bootstrap)
    bootstrap.LOG.write_text("$ doctor\nfonts: none\n", encoding="utf-8")
    quiet.code = code
    bootstrap.warm_kernels()
    bootstrap.warm_kernels()
    assert (len(quiet.commands) == 2) is again
    assert ("fonts: none" in capsys.readouterr().out) is (code != 0)


@pytest.mark.parametrize(
    ("environment", "platform", "shows"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_displays(bootstrap: ModuleType, environment: dict[str, str], platform: str, shows: bool) -> None:
    assert bootstrap.has_display(environment, platform) is shows


@pytest.mark.parametrize(
    ("window", "rest", "expected"),
    [
        (True, ["--seed", "1"], ["--seed", "1"]),
        (False, ["--seed", "1"], ["--no-window", "--seed", "1"]),
        (False, ["--no-window"], ["--no-window"]),
    ],
)
def test_demo_arguments(bootstrap: ModuleType, window: bool, rest: list[str], expected: list[str]) -> None:
    assert bootstrap.demo_arguments(rest, window) == expected


@pytest.fixture
def journey(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Keep every part of the set-up from running and note the order."""
    steps: list[tuple[str, object]] = []
    monkeypatch.setattr(bootstrap, "install", lambda extras: steps.append(("install", extras)))
    monkeypatch.setattr(
        bootstrap, "provide_libraries", lambda: (steps.append(("libraries", None)), missing(bootstrap))[1]
    )
    monkeypatch.setattr(bootstrap, "warm_kernels", lambda: steps.append(("kernels", None)))
    monkeypatch.setattr(bootstrap, "run_inside", lambda arguments: (steps.append(("run", arguments)), 5)[1])
    monkeypatch.setattr(bootstrap, "has_display", lambda environment, platform: False)
    return steps


def test_demo_sets_up_without_the_developers_tools_and_runs(
    bootstrap: ModuleType, journey: list[tuple[str, object]]
) -> None:
    assert bootstrap.main(["demo", "--seed", "2"]) == 5
    assert journey == [
        ("install", []),
        ("libraries", None),
        ("kernels", None),
        ("run", ["-m", "ktrdr_app", "demo", "--no-window", "--seed", "2"]),
    ]


def test_test_sets_up_with_the_developers_tools_and_passes_arguments_on(
    bootstrap: ModuleType, journey: list[tuple[str, object]]
) -> None:
    assert bootstrap.main(["test", "lint", "types"]) == 5
    assert journey[0] == ("install", ["dev"])
    assert journey[-1] == ("run", ["installer/checks.py", "lint", "types"])


def test_setup_runs_nothing_afterwards(bootstrap: ModuleType, journey: list[tuple[str, object]]) -> None:
    assert bootstrap.main(["setup"]) == 0
    assert [name for name, _ in journey] == ["install", "libraries", "kernels"]


def test_ctrl_c_ends_with_130_and_one_line(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(extras: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "install", interrupt)
    assert bootstrap.main(["setup"]) == 130
    assert capsys.readouterr().err.strip() == "stopped; start it again when you like"


def test_an_unknown_command_is_a_usage_error(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        bootstrap.main(["deploy"])
    assert stop.value.code == 2
    assert "setup" in capsys.readouterr().err


def test_ci_and_make_call_the_same_script() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    assert "$(PYTHON) installer/bootstrap.py demo" in makefile
    assert "$(PYTHON) installer/bootstrap.py test" in makefile
    script = REPO / ".ci" / "run"
    assert script.read_text(encoding="utf-8").splitlines()[-1].endswith("exec make test")
    assert os.access(script, os.X_OK)
