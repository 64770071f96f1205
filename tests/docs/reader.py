"""A newcomer who follows one page in a fresh folder: each command is a process, each file is saved where it says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ktrdr_app.core.paths import user_cache
from tests.docs.pages import REPO, Block

PATIENCE = 240.0
"""Seconds after which a command is given up; reached only by a failure."""
WINDOW = re.compile(r"^((?:\.venv/bin/)?ktrdr-app(?: --workspace \S+)?)(?: +#.*)?$")
"""Opens the window. Where there is no display it says so, which is as far as a test can follow it."""
SERVER = re.compile(r"^(ktrdr-app serve|dask scheduler|dask worker)\b")
"""Goes on until it is ended."""
PORTS = ("8732", "8786")
"""Ports that pages name; others are taken for them, as several readers work on this machine."""
SMALLER = {
    "--trials 30": "--trials 4",
    "--trials 40": "--trials 5",
    "--start 2024-01-01": "--start 2024-01-01 --end 2024-01-12",
}
"""What is done in small here: settings of which there are only fewer."""
NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?(e[-+]\d+)?")


class Reader:
    """Follows a page.

    Parameters
    ----------
    home : Path
        A fresh folder: the workspace in it, the reader's own settings and caches beside it.
    workspace : Path
        Where commands are typed.
    bytecode : Path
        Where Python keeps what it has compiled; a newcomer's keeps it beside the sources.
    """

    def __init__(self, home: Path, workspace: Path, bytecode: Path) -> None:
        self.home, self.workspace = home, workspace
        self.shown: str | None = None
        self.broker_port = 0
        self._servers: list[subprocess.Popen[str]] = []
        self._ports = {port: str(_free_port()) for port in PORTS}
        tools = _tools(home / "tools")
        _tools(workspace / ".venv" / "bin")
        self._environment = {**_environment(home, tools), **compiled_in(bytecode)}

    def follow(self, block: Block) -> None:
        """Do what a block says.

        Parameters
        ----------
        block : Block
            Commands, a file to save, or a program.
        """
        text = self._mine(block.text)
        if block.title:
            self._save(block.title, text)
        if block.language == "python":
            self._save("snippet.py", text)
            self.shown = self._run("python snippet.py", block)
        elif block.language == "sh" and SERVER.match(text):
            self._start(text.strip(), block)
        elif block.language == "sh":
            self._type(text, block)

    def _type(self, text: str, block: Block) -> None:
        """Run a block's lines; those that open the window by themselves."""
        typed: list[str] = []
        for line in text.splitlines():
            window = WINDOW.match(line)
            typed += [f"({window[1]} || true) 2>&1 | grep 'there is none to open a window on'" if window else line]
        self.shown = self._run("\n".join(typed), block)

    def _run(self, script: str, block: Block) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.workspace,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{block.place}\n{script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    def _start(self, line: str, block: Block) -> None:
        log = self.home / f"server-{len(self._servers)}.log"
        with open(log, "w", encoding="utf-8") as stream:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.workspace,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self._servers.append(process)
        port = re.search(r"(?:--port |:)(\d+)", line)
        wanted = port[1] if port else self._ports["8732"]
        end = time.monotonic() + PATIENCE
        while not _listening(int(wanted)):
            said = log.read_text(encoding="utf-8")
            going = process.poll() is None and time.monotonic() < end
            assert going, f"{block.place}\n{line}\n{said[-3000:]}"
            time.sleep(0.05)

    def _mine(self, text: str) -> str:
        """Return what is typed here: other ports, and less of what costs time."""
        for port, free in self._ports.items():
            text = text.replace(port, free)
        if re.search(r"^ktrdr-app serve$", text, flags=re.MULTILINE):
            text = text.replace("ktrdr-app serve", f"ktrdr-app serve --port {self._ports['8732']}")
        if self.broker_port:
            text = re.sub(r"^(ktrdr-app data fetch .*)$", rf"\1 --port {self.broker_port}", text, flags=re.MULTILINE)
        for much, less in SMALLER.items():
            text = text.replace(much, less)
        return text

    def _save(self, title: str, text: str) -> None:
        path = Path(title.replace("~", str(self.home / "user"), 1)) if title.startswith("~") else self.workspace / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def leave(self) -> None:
        """End what was started, as Ctrl-C would."""
        for process in self._servers:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
        for process in self._servers:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise


@contextmanager
def reader_of(home: Path, workspace: Path, bytecode: Path) -> Iterator[Reader]:
    """Let a reader work for the length of a block.

    Parameters
    ----------
    home : Path
        A fresh folder for what is the reader's own.
    workspace : Path
        Where commands are typed.
    bytecode : Path
        As `Reader` takes it.
    """
    reader = Reader(home, workspace, bytecode)
    try:
        yield reader
    finally:
        reader.leave()


def shapes(text: str) -> list[str]:
    """Return the lines of an output without what differs from machine to machine: numbers, blanks and frames.

    Parameters
    ----------
    text : str
        What a command printed, or what a page says that it prints.
    """
    bare = (" ".join(NUMBER.sub("#", line).split()) for line in text.splitlines())
    return [line for line in bare if line]


def unlike(shown: str, printed: str) -> list[str]:
    """Return the lines that a page shows and the command did not print.

    Parameters
    ----------
    shown : str
        The page's block.
    printed : str
        What the command printed.
    """
    there = set(shapes(printed))
    return [line for line in shapes(shown) if line not in there]


def compiled_in(folder: Path) -> dict[str, str]:
    """Return the variables that let Python keep what it compiles, whatever the tests themselves run under.

    Parameters
    ----------
    folder : Path
        Where it is kept.
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder)}


def _environment(home: Path, tools: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    user = home / "user"
    user.mkdir(parents=True, exist_ok=True)
    kept |= {
        "HOME": str(user),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPO),
        "COLUMNS": "250",
        "NO_COLOR": "1",
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR") or str(user_cache() / "numba"),
    }
    return kept


def _tools(folder: Path) -> Path:
    """Write the programs that an installation puts onto the path."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = {"ktrdr-app": "-m ktrdr_app", "dask": "-m dask", "python": "", "python3": ""}
    for name, module in modules.items():
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        file.chmod(0o755)
    return folder


def _free_port() -> int:
    with closing(socket.socket()) as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _listening(port: int) -> bool:
    with closing(socket.socket()) as place:
        place.settimeout(0.5)
        return place.connect_ex(("127.0.0.1", port)) == 0


def copied(workspace: Path, target: Path) -> Path:
    """Return a copy of a workspace.

    Parameters
    ----------
    workspace : Path
        Which one.
    target : Path
        A folder that is not there yet.
    """
    shutil.copytree(workspace, target, symlinks=True)
    return target
