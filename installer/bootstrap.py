"""Set up ``.venv/`` in this repository, then run the demo or the tests in it.

    python3 installer/bootstrap.py setup | demo | test [arguments for them]

Standard library only, on Linux, Windows and macOS. A second run finds its stamp and starts at once.
``KTRDR_TORCH_INDEX`` names the package index to take PyTorch from (``pypi`` for PyPI's own build).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import system_libraries

REPO = Path(__file__).resolve().parent.parent
VENV = REPO / ".venv"
STAMP = VENV / "bootstrap-stamp.json"
LOG = VENV / "bootstrap.log"
CONSTRAINTS = REPO / "installer" / "constraints.txt"
OLDEST, NEWEST = (3, 11), (3, 13)
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TAIL_LINES = 25
NOT_CONTENT = 2
"""Exit code of ``doctor`` when a check fails that does not keep the program from running."""


class SetUpFailed(Exception):
    """A step that cannot be done here; its text is for the user."""


def suitable(version: tuple[Any, ...]) -> bool:
    """Return whether a Python can run the program.

    Parameters
    ----------
    version : tuple of int
        Major and minor number come first.
    """
    return OLDEST <= version[:2] <= NEWEST


def other_python(which: Callable[[str], str | None] = shutil.which) -> str | None:
    """Return a suitable Python from the path, newest first, or None.

    Parameters
    ----------
    which : callable
        Finds a program's path by name.
    """
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return None


def venv_python() -> Path:
    """Return the path of the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_version() -> str:
    """Return the Python version that the environment was made with, empty where there is none."""
    settings = VENV / "pyvenv.cfg"
    if not settings.is_file() or not venv_python().exists():
        return ""
    pairs = dict(line.split(" = ", 1) for line in settings.read_text(encoding="utf-8").splitlines() if " = " in line)
    return pairs.get("version", pairs.get("version_info", ""))


def install_digest() -> str:
    """Return the digest of everything that decides what has to be installed."""
    content = hashlib.sha256(f"{REPO}\n{venv_version()}\n{os.environ.get('KTRDR_TORCH_INDEX', '')}\n".encode())
    for file in (REPO / "pyproject.toml", CONSTRAINTS):
        content.update(file.read_bytes())
    return content.hexdigest()


def kernel_digest() -> str:
    """Return the digest of every module that holds compiled kernels."""
    content = hashlib.sha256(install_digest().encode())
    for file in sorted((REPO / "ktrdr_app").rglob("*.py")):
        source = file.read_bytes()
        if b"core.kernels" in source:
            content.update(source)
    return content.hexdigest()


def read_stamp() -> dict[str, Any]:
    """Return what earlier runs finished; empty where nothing is known."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(**facts: Any) -> None:
    """Add facts to the stamp.

    Parameters
    ----------
    **facts
        What is done now, by name; values must be JSON.
    """
    STAMP.write_text(json.dumps({**read_stamp(), **facts}, indent=1), encoding="utf-8")


def is_installed(extras: Sequence[str]) -> bool:
    """Return whether the environment holds the program with these extras, as of now.

    Parameters
    ----------
    extras : sequence of str
        Extras of ``pyproject.toml``.
    """
    stamp = read_stamp()
    return stamp.get("installed") == install_digest() and set(extras) <= set(stamp.get("extras", []))


def say(text: str) -> None:
    """Print one line at once.

    Parameters
    ----------
    text : str
        The line.
    """
    print(text, flush=True)


def last_output(lines: int = TAIL_LINES) -> str:
    """Return the end of what the last command of the log printed.

    Parameters
    ----------
    lines : int
        How many lines at most.
    """
    text = LOG.read_text(encoding="utf-8", errors="replace").splitlines()
    begins = max((number for number, line in enumerate(text) if line.startswith("$ ")), default=-1)
    return "\n".join(text[begins + 1 :][-lines:])


def quietly(title: str, command: Sequence[str]) -> int:
    """Run one step under one line of text, its output going to the log.

    Parameters
    ----------
    title : str
        What is being done.
    command : sequence of str
        Program and arguments.

    Returns
    -------
    int
        Its exit code.
    """
    shows_time = sys.stdout.isatty()
    print(f"==> {title} ...", end="" if shows_time else "\n", flush=True)
    began = time.monotonic()
    LOG.parent.mkdir(exist_ok=True)
    with open(LOG, "a", encoding="utf-8") as output:
        output.write(f"$ {' '.join(command)}\n")
        output.flush()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=str(REPO)
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=1)
                    break
                except subprocess.TimeoutExpired:
                    if shows_time:
                        print(f"\r==> {title} ... {time.monotonic() - began:.0f} s", end="", flush=True)
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            raise
    if shows_time:
        print(f"\r==> {title} ... {'done' if code == 0 else 'FAILED'}, {time.monotonic() - began:.1f} s", flush=True)
    return code


def must(title: str, command: Sequence[str]) -> None:
    """Run one step that everything after it needs.

    Parameters
    ----------
    title : str
        What is being done.
    command : sequence of str
        Program and arguments.

    Raises
    ------
    SetUpFailed
        With the end of the step's output, and where the whole of it lies.
    """
    if quietly(title, command) != 0:
        raise SetUpFailed(f"{title}: failed.\n{last_output()}\nThe whole output is in {LOG}")


def make_environment() -> None:
    """Make ``.venv/`` where there is none that works, with pip in it.

    Raises
    ------
    SetUpFailed
        If this Python cannot make environments and the missing package cannot be installed.
    """
    python = venv_python()
    works = python.exists() and subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True)
    if works and works.returncode == 0 and suitable(_numbers(venv_version())):
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        LOG.parent.mkdir(exist_ok=True)
        say(f"==> installing {package}, which this Python lacks ...")
        if not system_libraries.apt_install([package], LOG):
            raise SetUpFailed(
                f"this Python cannot make virtual environments. Give this command, then start again:\n"
                f"    sudo apt-get install -y {package}"
            )
    version = ".".join(map(str, sys.version_info[:3]))
    must(f"making .venv with Python {version}", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else (0, 0)


def torch_options(pip_settings: str, environment: Mapping[str, str], platform: str) -> list[str]:
    """Return pip's options that choose the build of PyTorch.

    Parameters
    ----------
    pip_settings : str
        What ``pip config list`` prints.
    environment : mapping
        Environment variables.
    platform : str
        ``sys.platform``.

    Returns
    -------
    list of str
        An extra index with CPU builds on Linux and Windows, where PyPI's own may be a CUDA build of
        several GB; nothing where pip is already told where to look, and on macOS.
    """
    chosen = environment.get("KTRDR_TORCH_INDEX", "")
    if chosen:
        return [] if chosen.lower() == "pypi" else ["--extra-index-url", chosen]
    named = {line.split("=", 1)[0].strip().rsplit(".", 1)[-1] for line in pip_settings.splitlines() if "=" in line}
    if named & {"index-url", "extra-index-url", "find-links", "no-index"}:
        return []
    return ["--extra-index-url", CPU_INDEX] if platform.startswith("linux") or platform == "win32" else []


def pinned(package: str) -> str:
    """Return the requirement that the constraints pin for a package.

    Parameters
    ----------
    package : str
        Its name, as the constraints write it.

    Raises
    ------
    SetUpFailed
        If it is not pinned.
    """
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        if line.startswith(package + "=="):
            return line.strip()
    raise SetUpFailed(f"{CONSTRAINTS} does not pin {package}")


def install(extras: Sequence[str]) -> None:
    """Install the program and its libraries by the constraints, unless the stamp says they are there.

    Parameters
    ----------
    extras : sequence of str
        Extras of ``pyproject.toml``.

    Raises
    ------
    SetUpFailed
        If a step fails.
    """
    if is_installed(extras):
        return
    make_environment()
    pip = [str(venv_python()), "-m", "pip"]
    settings = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    quick = ["--no-compile", "--disable-pip-version-check", "--progress-bar", "off"]
    add = [*pip, "install", *quick, "-c", str(CONSTRAINTS)]
    torch, tools = pinned("torch"), [pinned("hatchling"), pinned("editables"), pinned("setuptools")]
    options = torch_options(settings, os.environ, sys.platform)
    must(f"installing PyTorch ({torch}; about 200 MB the first time)", [*add, *options, torch, *tools])
    target = f"{REPO}[{','.join(extras)}]" if extras else str(REPO)
    must("installing the program and its libraries", [*add, "--no-build-isolation", "-e", target])
    known = read_stamp()
    kept = known.get("extras", []) if known.get("installed") == install_digest() else []
    write_stamp(installed=install_digest(), extras=sorted({*kept, *extras}))


def provide_libraries() -> system_libraries.Missing:
    """Install the system libraries that Qt lacks, or say how; return what is still missing.

    Nothing here stops the set-up: training, backtests and reports run without Qt.
    """
    missing = system_libraries.find_missing()
    if not missing.packages:
        return missing
    before = [*missing.always, *missing.display]
    if system_libraries.is_root() and shutil.which("apt-get") and read_stamp().get("lacking") != before:
        say(f"==> installing the system's part of Qt: {' '.join(missing.packages)} ...")
        system_libraries.apt_install(missing.packages, LOG)
        missing = system_libraries.find_missing()
    if missing.packages:
        lacking = [*missing.always, *missing.display]
        write_stamp(lacking=lacking)
        effect = "the window cannot be drawn at all" if missing.always else "the window cannot open on a display"
        say(f"warning: {effect}: missing {', '.join(lacking)}. To mend it:")
        say(f"    {system_libraries.install_command(missing.packages, lacking)}")
    return missing


def warm_kernels() -> None:
    """Compile the numeric kernels once, so that the first run is as quick as later ones."""
    if read_stamp().get("kernels") == kernel_digest():
        return
    code = quietly("compiling the numeric kernels", [str(venv_python()), "-m", "ktrdr_app", "doctor", "--warm"])
    if code in (0, NOT_CONTENT):
        write_stamp(kernels=kernel_digest())
    if code != 0:
        say(f"warning: `ktrdr-app doctor` is not content; the end of its answer:\n{last_output(12)}")


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether a window can be shown.

    Parameters
    ----------
    environment : mapping
        Environment variables.
    platform : str
        ``sys.platform``.
    """
    if not platform.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def demo_arguments(rest: Sequence[str], window: bool) -> list[str]:
    """Return the arguments of ``ktrdr_app demo``.

    Parameters
    ----------
    rest : sequence of str
        What the user added.
    window : bool
        Whether a window can open.
    """
    return [*rest] if window or "--no-window" in rest else ["--no-window", *rest]


def run_inside(arguments: Sequence[str]) -> int:
    """Run the environment's Python in the repository, its output shown, and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``python``.
    """
    return subprocess.run([str(venv_python()), *arguments], cwd=str(REPO), check=False).returncode


def carry_out(command: str, rest: Sequence[str]) -> int:
    """Set up what the command needs, run it, and return its exit code.

    Parameters
    ----------
    command : str
        ``setup``, ``demo`` or ``test``.
    rest : sequence of str
        Arguments for the demo or the tests.
    """
    install([] if command == "demo" else ["dev"])
    missing = provide_libraries()
    warm_kernels()
    if command == "demo":
        window = has_display(os.environ, sys.platform) and not (missing.always or missing.display)
        say("==> running the demo" + ("" if window else " without a window"))
        return run_inside(["-m", "ktrdr_app", "demo", *demo_arguments(rest, window)])
    if command == "test":
        say("==> running the checks and tests")
        return run_inside(["installer/checks.py", *rest])
    say(f"==> ready: {venv_python()} -m ktrdr_app")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and carry it out.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; the process's own by default.

    Returns
    -------
    int
        Exit code.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    if not suitable(sys.version_info):
        return _with_another_python(argv)
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Set up .venv and run the demo or the tests.")
    parser.add_argument("command", choices=["setup", "demo", "test"])
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments for the demo or the tests")
    options = parser.parse_args(argv)
    try:
        return carry_out(options.command, options.rest)
    except SetUpFailed as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; start it again when you like", file=sys.stderr)
        return 130


def _with_another_python(argv: Sequence[str]) -> int:
    found = other_python()
    if found:
        say(f"==> using {found}")
        return subprocess.run([found, str(Path(__file__).resolve()), *argv], check=False).returncode
    have = ".".join(map(str, sys.version_info[:3]))
    text = (
        f"error: this is Python {have}; Python 3.{OLDEST[1]} to 3.{NEWEST[1]} is needed and none is on the path.\n"
        "On Debian 12, Ubuntu 24.04 or newer: sudo apt-get install -y python3 python3-venv; "
        "elsewhere see https://www.python.org/downloads/"
    )
    print(text, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
