"""A session: which workspace, what is printed, and how Ctrl-C stops it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from ktrdr_app.cli.session import Session
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.paths import Workspace

NOTHING = {"workspace": None, "as_json": False}


def test_what_stands_nearer_counts_more():
    near, far = Path("/near"), Path("/far")
    assert Session.of({**NOTHING, "workspace": far}, {**NOTHING, "workspace": near}).workspace.root == near
    assert Session.of({**NOTHING, "workspace": far}, NOTHING).workspace.root == far
    assert Session.of(NOTHING, NOTHING).workspace.root == Path.cwd()
    for outer, inner in ((True, False), (False, True), (True, True)):
        assert Session.of({**NOTHING, "as_json": outer}, {**NOTHING, "as_json": inner}).as_json
    assert not Session.of(NOTHING, NOTHING).as_json


def test_json_is_one_document_and_the_tables_are_not_even_made(capsys):
    session = Session(Workspace(Path("/w")), as_json=True)
    session.show({"a": [1.5, None, float("nan")], "é": Path("p")}, lambda: pytest.fail("tables were made"))
    assert json.loads(capsys.readouterr().out) == {"a": [1.5, None, None], "é": "p"}


def test_people_get_what_the_command_shows(capsys):
    Session(Workspace(Path("/w")), as_json=False).show({"a": 1}, lambda: ["One sentence [bold]as it is[/]."])
    assert capsys.readouterr().out == "One sentence [bold]as it is[/].\n"


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_the_first_interrupt_asks_and_the_second_would_kill():
    before = signal.getsignal(signal.SIGINT)
    with Session(Workspace(Path("/w")), as_json=True).running("the test") as (_, token):
        assert not token.cancelled
        os.kill(os.getpid(), signal.SIGINT)
        assert token.cancelled
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        with pytest.raises(Cancelled, match="the test was stopped"):
            token.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_handler_is_put_back_after_a_failure():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="broken"), Session(Workspace(Path("/w")), as_json=True).running("it"):
        raise ValueError("broken")
    assert signal.getsignal(signal.SIGINT) is before
