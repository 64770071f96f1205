"""The runner of the checks: names, what a failure does, the table, and the line that CI reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPO = Path(__file__).resolve().parents[2]


def step(checks: ModuleType, name: str, passed: bool, closing: str = "", ran: list[str] | None = None) -> object:
    """Return a step that ends as told."""

    def run() -> object:
        if ran is not None:
            ran.append(name)
        return checks.Outcome(passed, "", closing)

    return checks.Step(name, "a purpose", run)


def test_a_failure_does_not_stop_the_others_and_fails_the_whole(
    checks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []
    steps = [step(checks, "one", False, ran=ran), step(checks, "two", True, ran=ran)]
    assert checks.run_steps(steps) == 1
    assert ran == ["one", "two"]
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["one", "0.0", "FAILED"] in rows
    assert ["two", "0.0", "passed"] in rows


def test_all_passed_is_success_and_the_last_line_is_the_tests_count(
    checks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [step(checks, "without-qt", True, "10 passed in 1s"), step(checks, "tests", True, "30 passed in 9.1s")]
    assert checks.run_steps(steps) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "=== 30 passed in 9.1s ==="


@pytest.mark.parametrize(
    ("line", "closes"),
    [
        ("===== 812 passed, 3 skipped in 120.11s (0:02:00) =====", True),
        ("812 passed in 1.20s\n", True),
        ("1 failed, 811 passed, 2 skipped in 1.20s", True),
        ("2 errors in 0.30s", True),
        ("no tests ran in 2.19s", True),
        ("=========== short test summary info ===========", False),
        ("PASSED tests/test_x.py::test_y", False),
        ("3 passed the gate", False),
    ],
)
def test_the_closing_line_of_pytest_is_recognised(checks: ModuleType, line: str, closes: bool) -> None:
    assert checks._closes(line) is closes


def write_tests(folder: Path, body: str) -> str:
    """Write a test file with its own settings, and return its path."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    file = folder / "test_it.py"
    file.write_text(body, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("body", "passed", "counts"),
    [
        ("def test_a(): pass\ndef test_b(): pass\n", True, "2 passed"),
        ("def test_a(): pass\ndef test_b(): assert 0\n", False, "1 failed, 1 passed"),
        ("", False, "no tests ran"),
    ],
)
def test_pytest_is_run_and_counted(
    checks: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str], body: str, passed: bool, counts: str
) -> None:
    file = write_tests(tmp_path, body)
    outcome = checks.pytest(["-c", str(tmp_path / "pytest.ini"), "-p", "no:cacheprovider", "-n", "0", file])
    assert outcome.passed is passed
    assert outcome.closing.startswith(counts)


@pytest.mark.parametrize(
    ("names", "left_out"),
    [
        ((), ["--ignore=tests/core", "--ignore=tests/workflows"]),
        (("tests", "without-qt"), ["--ignore=tests/core", "--ignore=tests/workflows"]),
        (("tests",), []),
        (("lint", "tests"), []),
    ],
)
def test_no_test_runs_in_both_legs_and_the_leg_alone_runs_all(
    checks: ModuleType, names: tuple[str, ...], left_out: list[str]
) -> None:
    steps = {entry.name: entry for entry in checks.all_steps(["-x"], names)}
    assert steps["tests"].run.args == ([*left_out, "-x"],)
    assert steps["without-qt"].run.args == (["-x"],)


def test_what_the_leg_without_qt_runs_alone_is_not_marked_as_opening_windows(checks: ModuleType) -> None:
    """A test that is left out there because of its mark would run nowhere."""
    for room in checks.USED_WITHOUT_QT:
        files = sorted((REPO / "tests" / room).rglob("*.py"))
        assert len(files) > 10
        assert not [file.name for file in files if "mark.gui" in file.read_text(encoding="utf-8")]


def test_a_failing_command_shows_its_output_and_a_passing_one_does_not(
    checks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checks.command([sys.executable, "-c", "print('fine')"]).passed
    assert capsys.readouterr().out == ""
    assert not checks.command([sys.executable, "-c", "print('the reason'); raise SystemExit(4)"]).passed
    assert "the reason" in capsys.readouterr().out


def test_the_style_limits_are_skipped_loudly_without_their_tool(
    checks: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "STYLE_TOOL", tmp_path / "absent.py")
    outcome = checks.style()
    assert outcome.passed
    assert "SKIPPED" in outcome.note
    assert "SKIPPED" in capsys.readouterr().out


def test_named_checks_run_alone_and_in_order(
    checks: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []
    fakes = tuple(step(checks, name, True, ran=ran) for name in ("lint", "types", "tests"))
    monkeypatch.setattr(checks, "all_steps", lambda extra=(), names=(): fakes)
    assert checks.main(["tests", "lint"]) == 0
    assert ran == ["lint", "tests"]


def test_what_follows_two_dashes_goes_to_pytest(checks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(checks, "pytest", lambda arguments, **changes: given.append(arguments) or checks.Outcome(True))
    assert checks.main(["tests", "--", "-k", "fuzzy"]) == 0
    assert given == [["-k", "fuzzy"]]


def test_an_unknown_check_is_named(checks: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        checks.main(["lnit"])
    assert stop.value.code == 2
    assert "lnit" in capsys.readouterr().err


def test_contributors_are_told_every_check(checks: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.main(["--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed[-1] == "tests"
    page = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in listed)


def without_qt(code: str) -> subprocess.CompletedProcess[str]:
    """Run code on a Python that has no Qt."""
    environment = {**os.environ, "PYTHONPATH": str(REPO / "installer" / "without_qt")}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["PySide6", "PySide6.QtCore", "shiboken6", "pyqtgraph", "qasync"])
def test_qt_is_truly_gone_in_the_leg_without_it(package: str) -> None:
    done = without_qt(f"import {package}")
    assert done.returncode == 1
    assert f"ModuleNotFoundError: No module named '{package.partition('.')[0]}'" in done.stderr


def test_everything_else_is_there_in_the_leg_without_qt() -> None:
    looked = "import importlib.util as u, numpy; print(u.find_spec('PySide6'), u.find_spec('PySideshow'))"
    done = without_qt(looked)
    assert done.stdout.split() == ["None", "None"], done.stderr


def test_children_of_the_leg_without_qt_have_none_either() -> None:
    done = without_qt(
        "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', 'import PySide6']).returncode)"
    )
    assert done.returncode == 1
    assert "No module named 'PySide6'" in done.stderr
