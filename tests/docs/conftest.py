"""The workspace that the demo makes, once a process, and a fresh copy of it for each page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.data.ib.gateway import Gateway, running, walk
from tests.docs.given import BEFORE
from tests.docs.reader import Reader, compiled_in, copied, reader_of

BROKERS_PAGE = "docs/how-to/download-from-interactive-brokers.md"
"""Its reader has a gateway, which speaks the broker's protocol on this machine."""


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for compiled Python that all workers of this run share."""
    mine = tmp_path_factory.getbasetemp()
    return (mine.parent if mine.name.startswith("popen-") else mine) / "bytecode"


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> Path:
    """Return the workspace that ``ktrdr-app demo`` leaves; not to be changed."""
    folder = tmp_path_factory.mktemp("demo")
    line = [sys.executable, "-m", "ktrdr_app", "--workspace", str(folder), "demo", "--no-window"]
    variables = {**os.environ, **compiled_in(bytecode), "NO_COLOR": "1"}
    subprocess.run(line, check=True, capture_output=True, env=variables, timeout=240)
    return folder


@pytest.fixture
def reader_for(demonstrated: Path, bytecode: Path, tmp_path: Path) -> Iterator[Callable[[str], Reader]]:
    """Return a function that takes a page and gives its reader, in a fresh workspace with what the page expects."""
    if os.name == "nt":
        pytest.skip("NOT TESTED: the pages' commands are written for a POSIX shell")
    with ExitStack() as left:

        def make(page: str) -> Reader:
            workspace = copied(demonstrated, tmp_path / "workspace")
            for prepare in BEFORE.get(page, ()):
                prepare(workspace)
            reader = left.enter_context(reader_of(tmp_path, workspace, bytecode))
            if page == BROKERS_PAGE:
                gateway = Gateway(truth=list(walk("2024-01-02T14:30", 300, 3600)))
                reader.broker_port = left.enter_context(running(gateway)).port
            return reader

        yield make
