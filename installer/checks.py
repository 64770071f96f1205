"""Every check of the project by name, each one local command: ``python installer/checks.py NAME...``.

Without a name all run, in order, the tests last; a failure does not stop the others. ``--list`` names them;
what follows ``--`` goes to pytest. Run it with the environment's Python (`installer/bootstrap.py test` does).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
STYLE_TOOL = REPO.parent / "shared" / "tools" / "measure_style.py"
USED_WITHOUT_QT = ("core", "workflows")
"""Folders of tests that run where Qt cannot be imported."""
BLOCKER = REPO / "installer" / "without_qt"
PYTHON = [sys.executable]
COUNTS = re.compile(r"^(\d+ (passed|failed|errors?|skipped|deselected)\b.*|no tests ran) in [\d.]+s")
SUMMARY = re.compile(r"^=+ .*\b(passed|failed|error|errors|no tests ran)\b.* =+$")


@dataclass(frozen=True)
class Outcome:
    """How a step ended.

    Attributes
    ----------
    passed : bool
        Whether nothing was wrong.
    note : str
        A few words for the table.
    closing : str
        pytest's closing line, where the step ran it.
    """

    passed: bool
    note: str = ""
    closing: str = ""


@dataclass(frozen=True)
class Step:
    """One named check.

    Attributes
    ----------
    name : str
        Its name on the command line.
    purpose : str
        What it holds the project to.
    run : callable
        Takes nothing and returns an `Outcome`.
    """

    name: str
    purpose: str
    run: Callable[[], Outcome]


def environment(**changes: str) -> dict[str, str]:
    """Return the variables that checks run under: no display is used and no colour is printed.

    Parameters
    ----------
    **changes : str
        Variables to set on top.
    """
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1", "NO_COLOR": "1", **changes}


def command(arguments: Sequence[str], **changes: str) -> Outcome:
    """Run a program in the repository and show its output only if it fails.

    Parameters
    ----------
    arguments : sequence of str
        Program and arguments.
    **changes : str
        Environment variables to set.
    """
    done = subprocess.run(
        arguments,
        cwd=REPO,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(f"$ {' '.join(arguments)}\n{done.stdout.rstrip()}", flush=True)
    return Outcome(done.returncode == 0)


def module(*arguments: str) -> Callable[[], Outcome]:
    """Return a step that runs a module of the environment.

    Parameters
    ----------
    *arguments : str
        Module name and its arguments.
    """
    return lambda: command([*PYTHON, "-m", *arguments])


def types() -> Outcome:
    """Type-check the package and the installer's scripts."""
    package = command([*PYTHON, "-m", "mypy"])
    scripts = [str(path) for path in sorted((REPO / "installer").glob("*.py"))]
    return Outcome(package.passed and command([*PYTHON, "-m", "mypy", *scripts]).passed)


def imports() -> Outcome:
    """Hold the layers: every room imports only from rooms below, none of the core imports Qt."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return command([*PYTHON, "-c", code, "--no-cache"])


def docs() -> Outcome:
    """Build the documentation; a dead link is a failure."""
    with tempfile.TemporaryDirectory() as site:
        return command([*PYTHON, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site])


def style() -> Outcome:
    """Hold the limits on lengths, docstrings, cycles and tests, where the tool that measures them is at hand."""
    if not STYLE_TOOL.is_file():
        print(f"SKIPPED: the style limits are not checked, there is no {STYLE_TOOL}", flush=True)
        return Outcome(True, "SKIPPED, no tool")
    return command([*PYTHON, str(STYLE_TOOL), str(REPO), "--package", "ktrdr_app", "--header", "--detail", "--check"])


def pytest(arguments: Sequence[str], **changes: str) -> Outcome:
    """Run pytest over both cores, its output shown as it comes.

    Parameters
    ----------
    arguments : sequence of str
        Arguments on top of the project's own.
    **changes : str
        Environment variables to set.

    Returns
    -------
    Outcome
        With pytest's closing line; "no tests ran" counts as a failure.
    """
    workers = str(min(4, os.cpu_count() or 1))
    line = [*PYTHON, "-m", "pytest", "-q", "-n", workers, "--dist", "loadfile", *arguments]
    closing = ""
    with subprocess.Popen(
        line,
        cwd=REPO,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for text in process.stdout or ():
            print(text, end="", flush=True)
            closing = text.strip() if _closes(text) else closing
    counts = closing.strip("= ")
    return Outcome(process.returncode == 0, counts or "no closing line", counts)


def _closes(line: str) -> bool:
    plain = line.strip()
    return bool(SUMMARY.match(plain) or COUNTS.match(plain))


def core_without_qt(extra: Sequence[str]) -> Outcome:
    """Import every room of the core, and run the tests of the use cases, where Qt cannot be imported.

    The use cases reach into every room below them; the tests of those rooms run with all the others. No test here
    needs Qt, so none of them runs again there.

    Parameters
    ----------
    extra : sequence of str
        Passed on to pytest.
    """
    code = (
        "import importlib, pkgutil, ktrdr_app as p\n"
        "for m in pkgutil.walk_packages(p.__path__, 'ktrdr_app.', onerror=lambda n: None):\n"
        "    if not m.name.startswith(('ktrdr_app.gui', 'ktrdr_app.__main__')): importlib.import_module(m.name)\n"
    )
    path = os.pathsep.join([str(BLOCKER), *filter(None, [os.environ.get("PYTHONPATH")])])
    imported = command([*PYTHON, "-c", code], PYTHONPATH=path)
    folders = [f"tests/{room}" for room in USED_WITHOUT_QT]
    tested = pytest(["-p", "no:pytest-qt", "-m", "not gui", *extra, *folders], PYTHONPATH=path)
    return Outcome(imported.passed and tested.passed, tested.note if imported.passed else "an import needs Qt")


def wheel() -> Outcome:
    """Build the wheel, install it into an empty folder, and run it there, away from the checkout."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if not command([*PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]).passed:
            return Outcome(False, "the wheel does not build")
        built = next(place.glob("*.whl"))
        target, workspace = place / "site", place / "workspace"
        workspace.mkdir()
        pip = [*PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target), str(built)]
        if not command(pip).passed:
            return Outcome(False, "the wheel does not install")
        problem = _wheel_problem(target, workspace)
        if problem:
            print(problem, flush=True)
        return Outcome(not problem, f"{built.stat().st_size / 1e6:.1f} MB")


def _wheel_problem(target: Path, workspace: Path) -> str:
    start = [*PYTHON, "-P", "-m", "ktrdr_app", "--workspace", str(workspace)]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        variables = environment(PYTHONPATH=str(target))
        return subprocess.run(
            arguments,
            cwd=workspace,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    where = run(*PYTHON, "-P", "-c", "import ktrdr_app; print(ktrdr_app.__file__)").stdout.strip()
    if not where.startswith(str(target)):
        return f"the wheel is not what was imported: {where}"
    for part in ("_resources/sample/GOOG_1d.csv", "_configs/strategies/neuro_mean_reversion.yaml"):
        if not (target / "ktrdr_app" / part).is_file():
            return f"the wheel lacks {part}"
    listed = run(*start, "strategies", "list", "--json")
    if listed.returncode != 0 or "neuro_mean_reversion" not in json.dumps(json.loads(listed.stdout or "null")):
        return f"`strategies list` from the wheel: exit {listed.returncode}\n{listed.stdout}{listed.stderr}"
    doctor = run(*start, "doctor", "--json")
    if not doctor.stdout.strip().startswith(("{", "[")):
        return f"`doctor` from the wheel: exit {doctor.returncode}\n{doctor.stdout}{doctor.stderr}"
    return ""


def all_steps(pytest_arguments: Sequence[str] = (), names: Sequence[str] = ()) -> tuple[Step, ...]:
    """Return every check in the order in which they run, the quick ones first.

    Parameters
    ----------
    pytest_arguments : sequence of str
        Arguments for the steps that run pytest.
    names : sequence of str
        The checks that are wanted; none for all. Where both legs of tests are, no test runs in both.
    """
    both = not names or {"without-qt", "tests"} <= set(names)
    left_out = [f"--ignore=tests/{room}" for room in USED_WITHOUT_QT if both]
    return (
        Step("lint", "ruff's rules", module("ruff", "check", ".")),
        Step("format", "one layout of code", module("ruff", "format", "--check", ".")),
        Step("types", "mypy, strict for the core", types),
        Step("imports", "layers, and no Qt below the faces", imports),
        Step("docs", "the documentation builds, no dead link", docs),
        Step("style", "limits on lengths, docstrings, cycles, tests", style),
        Step("wheel", "the built wheel works away from the checkout", wheel),
        Step(
            "without-qt",
            "the core imports, and its use cases pass, without Qt",
            partial(core_without_qt, pytest_arguments),
        ),
        Step(
            "tests",
            "every test, or those that the leg without Qt leaves",
            partial(pytest, [*left_out, *pytest_arguments]),
        ),
    )


def table(results: Sequence[tuple[Step, Outcome, float]]) -> str:
    """Return the steps with their seconds and results, one line each.

    Parameters
    ----------
    results : sequence of (Step, Outcome, float)
        What ran, how it ended, and its seconds.
    """
    lines = [f"{'step':<12}{'seconds':>8}  result"]
    for step, outcome, seconds in results:
        word = "passed" if outcome.passed else "FAILED"
        lines.append(f"{step.name:<12}{seconds:>8.1f}  {word}" + (f"  ({outcome.note})" if outcome.note else ""))
    return "\n".join(lines)


def run_steps(steps: Sequence[Step]) -> int:
    """Run the steps in order, print the table and pytest's counts, and return 0 if all passed.

    Parameters
    ----------
    steps : sequence of Step
        What to run.
    """
    results = []
    for step in steps:
        print(f"--> {step.name}: {step.purpose}", flush=True)
        began = time.monotonic()
        outcome = step.run()
        results.append((step, outcome, time.monotonic() - began))
    print("\n" + table(results), flush=True)
    closing = [outcome.closing for _, outcome, _ in results if outcome.closing]
    if closing:
        print(f"\n=== {closing[-1]} ===", flush=True)
    return 0 if all(outcome.passed for _, outcome, _ in results) else 1


def main(argv: Sequence[str] | None = None) -> int:
    """Read which checks are wanted and run them.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; the process's own by default.

    Returns
    -------
    int
        0 if every check passed, 1 if one failed, 2 for an unknown name.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    extra = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    arguments = arguments[: arguments.index("--")] if "--" in arguments else arguments
    names = [step.name for step in all_steps()]
    parser = argparse.ArgumentParser(prog="checks.py", description="Run the project's checks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="name the checks and end")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(names))
    if unknown:
        parser.error(f"no check named {', '.join(unknown)}; there are: {', '.join(names)}")
    if options.list:
        print("\n".join(f"{step.name:<12}{step.purpose}" for step in all_steps()))
        return 0
    wanted = all_steps(extra, options.names)
    return run_steps([step for step in wanted if not options.names or step.name in options.names])


if __name__ == "__main__":
    sys.exit(main())
