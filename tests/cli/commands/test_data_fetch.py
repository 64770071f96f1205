"""``data fetch`` as a command: what it asks, prints and returns, against a gateway on the loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ktrdr_app.cli.command import command, group, take_choices
from ktrdr_app.cli.commands import data_fetch
from ktrdr_app.cli.options import JSON, WORKSPACE
from ktrdr_app.core.errors import BadInput, EnvironmentProblem
from tests.data.ib.gateway import Gateway, running, walk

DAYS = walk("2024-01-01", 60, 86_400)
Run = Callable[..., int]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway(truth=list(DAYS), dates=True)) as found:
        yield found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a runner of an application that has the group ``data`` with this command and one beside it."""
    app = typer.Typer()

    def root(context: typer.Context, **typed: Any) -> None:
        context.obj = {choice.name: choice.value(typed[choice.name]) for choice in (WORKSPACE, JSON)}

    def other(_session: object, _given: dict[str, Any]) -> None:
        """Do nothing."""

    take_choices(root, (WORKSPACE, JSON))
    app.callback()(root)
    data = group(app, "data", "What the workspace holds.")
    command(data, "other")(other)
    data_fetch.add_to_group(data)

    def run_words(*words: str) -> int:
        whole = ["data", "fetch", *words, "--workspace", str(tmp_path)]
        return int(typer.main.get_command(app).main(args=whole, standalone_mode=False) or 0)

    return run_words


def test_one_json_document_tells_all(
    gateway: Gateway, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["AAPL", "1d", "--mode", "full", "--start", "2024-01-01", "--end", "2024-02-29"]
    assert run(*words, "--port", str(gateway.port), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "symbol": "AAPL",
        "timeframe": "1d",
        "mode": "full",
        "path": str(tmp_path / "data" / "AAPL_1d.csv"),
        "added": 60,
        "rows": 60,
        "first": "2024-01-01T00:00:00Z",
        "last": "2024-02-29T00:00:00Z",
        "requests": len(gateway.history),
        "dropped": 0,
    }


def test_a_sentence_for_people(gateway: Gateway, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["AAPL", "1d", "--source", "ib", "--start", "2024-01-01", "--end", "2024-02-29", "--port"]
    assert run(*words, str(gateway.port)) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "60 new bars of AAPL 1d: 60 bars from 2024-01-01T00:00:00Z to 2024-02-29T00:00:00Z" in printed
    assert printed.endswith("in data/AAPL_1d.csv.")
    assert run(*words, str(gateway.port)) == 0
    assert "Nothing new of AAPL 1d" in capsys.readouterr().out


def test_all_options_reach_the_request(gateway: Gateway, run: Run) -> None:
    words = ["AAPL", "1d", "--host", "127.0.0.1", "--port", str(gateway.port), "--client-id", "42"]
    run(*words, "--asset-class", "stock", "--start", "2024-01-01")
    assert gateway.seen[0][2] == "42"


@pytest.mark.parametrize(
    ("words", "error"),
    [(("--source", "yahoo"), BadInput), (("--mode", "up"), BadInput), (("--port", "1"), EnvironmentProblem)],
)
def test_errors_carry_exit_code_two(run: Run, words: tuple[str, ...], error: type) -> None:
    with pytest.raises(error) as raised:
        run("AAPL", "1d", *words)
    assert raised.value.exit_code == 2
