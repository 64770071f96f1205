"""Commands made of functions and lists of options."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import typer

from ktrdr_app.cli import options
from ktrdr_app.cli.command import command, group, take_choices
from ktrdr_app.cli.failures import TYPING_MISTAKE
from ktrdr_app.cli.main import build
from ktrdr_app.cli.options import REQUIRED, Choice
from ktrdr_app.cli.session import Session

SIZE = Choice("size", "Size.", "--size", str, "1x1", "WxH", lambda text: tuple(map(int, text.split("x"))))
NAME = Choice("name", "Name.", default=REQUIRED)
EXTRA = Choice("extra", "Extra.", "--extra", list[str], [], "k=v")


def application(*choices: Choice) -> tuple[Any, list[tuple[Session, dict[str, Any]]]]:
    app, calls = typer.Typer(), []

    @app.callback()
    def root(context: typer.Context) -> None:
        context.obj = {"workspace": None, "as_json": False}

    def body(session: Session, given: dict[str, Any]) -> None:
        """Do it.

        Parameters
        ----------
        session : Session
            Not shown in the help.
        """
        calls.append((session, given))

    command(group(app, "things", "Things."), "do", *choices)(body)
    return typer.main.get_command(app), calls


def run(app: Any, *words: str) -> Any:
    return app.main(args=["things", *words], prog_name="tool", standalone_mode=False)


def test_a_command_receives_its_options_by_name_and_read(tmp_path):
    app, calls = application(NAME, SIZE, EXTRA)
    run(app, "do", "it", "--size", "3x4", "--extra", "a=1", "--extra", "b=2", "--workspace", str(tmp_path), "--json")
    ((session, given),) = calls
    assert given == {"name": "it", "size": (3, 4), "extra": ["a=1", "b=2"]}
    assert session.workspace.root == tmp_path
    assert session.as_json


def test_defaults_are_read_too_and_nothing_is_shared():
    app, calls = application(NAME, SIZE, EXTRA)
    run(app, "do", "it")
    ((session, given),) = calls
    assert given == {"name": "it", "size": (1, 1), "extra": []}
    assert session.workspace.root == Path.cwd()
    assert not session.as_json


@pytest.mark.parametrize("words", [["do"], ["do", "a", "b"], ["do", "a", "--size"], ["do", "a", "--odd"], []])
def test_what_cannot_be_read_is_a_typing_mistake(words):
    app, calls = application(NAME, SIZE)
    with pytest.raises(TYPING_MISTAKE):
        run(app, *words)
    assert calls == []


def test_help_is_the_first_line_and_every_option(capsys):
    app, calls = application(NAME, SIZE)
    run(app, "do", "--help")
    shown = capsys.readouterr().out
    assert "Do it." in shown
    assert "Not shown" not in shown
    for word in ("NAME", "--size", "WxH", "1x1", "--workspace", "--json"):
        assert word in shown
    assert calls == []


@pytest.mark.parametrize(
    ("choice", "default", "optional"),
    [(NAME, REQUIRED, False), (SIZE, "1x1", False), (options.START, None, True), (options.EPOCHS, None, True)],
)
def test_a_choice_makes_the_parameter_that_typer_reads(choice, default, optional):
    parameter = choice.parameter()
    assert parameter.name == choice.name
    assert parameter.default is default or parameter.default == default
    kind = parameter.annotation.__origin__
    assert (type(None) in getattr(kind, "__args__", ())) is optional


def test_a_function_takes_on_the_signature_of_its_choices():
    def function(context: typer.Context, **typed: Any) -> None:
        raise AssertionError((context, typed))

    take_choices(function, (NAME, SIZE))
    assert list(inspect.signature(function).parameters) == ["context", "name", "size"]


MODEL_ACTIONS = [
    *("list", "show", "resolve", "verify", "migrate", "rollback", "export", "import", "delete", "restore"),
    *("note", "tag", "pin", "unpin", "compare", "coverage"),
]


def test_all_commands_of_the_contract_are_there():
    root = typer.main.get_command(build())
    found = {
        f"{name} {below}".strip()
        for name, entry in root.commands.items()
        for below in (getattr(entry, "commands", None) or {"": None})
    }
    assert found == {
        "demo",
        "doctor",
        "data list",
        "data import",
        "data check",
        "data repair",
        "data align",
        "data fetch",
        "data delete",
        "data restore",
        "indicators list",
        "indicators compute",
        "fuzzy check",
        "fuzzy evaluate",
        "features",
        "labels",
        "train",
        "certify",
        "backtest",
        "why",
        "sweep",
        *(f"bundle {action}" for action in ("export", "open", "replay")),
        *(f"models {action}" for action in MODEL_ACTIONS),
        "strategies list",
        "strategies validate",
        "strategies upgrade",
        "strategies schema",
        "screenshot",
        "serve",
    }
