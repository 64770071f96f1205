"""``data delete``, ``data restore`` and ``data list``: what is printed for people and for programs."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from ktrdr_app.cli.commands import data
from ktrdr_app.core.errors import InvalidValue, NothingInTrash
from ktrdr_app.core.paths import Workspace


def run(workspace: Workspace, *words: str) -> str:
    app = typer.Typer()

    def root(context: typer.Context) -> None:
        context.obj = {"workspace": None, "as_json": False}

    app.callback()(root)
    data.add_to(app)
    ended = CliRunner().invoke(app, ["data", *words, "--workspace", str(workspace.root)])
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.stdout


def test_a_series_goes_and_comes_back(sample_workspace: Workspace) -> None:
    said = run(sample_workspace, "delete", "IBM", "1d")
    assert "IBM_1d.csv" in said
    assert "ktrdr-app data restore IBM 1d" in said
    assert "IBM" in run(sample_workspace, "restore")
    assert not (sample_workspace.data / "IBM_1d.csv").exists()
    assert "back into the data folder" in run(sample_workspace, "restore", "IBM", "1d")
    assert (sample_workspace.data / "IBM_1d.csv").exists()
    assert run(sample_workspace, "restore").strip() == "The trash is empty."


def test_programs_get_one_document_each(sample_workspace: Workspace) -> None:
    gone = json.loads(run(sample_workspace, "delete", "IBM", "1d", "--json"))
    held = json.loads(run(sample_workspace, "restore", "--json"))
    assert held == {"trash": [gone]}
    assert json.loads(run(sample_workspace, "restore", "IBM", "1d", "--json")) == gone


def test_what_cannot_be_done_is_an_error(sample_workspace: Workspace) -> None:
    with pytest.raises(NothingInTrash):
        run(sample_workspace, "restore", "IBM", "1d")
    with pytest.raises(InvalidValue, match="timeframe"):
        run(sample_workspace, "restore", "IBM")


def test_the_list_shows_what_a_check_has_found(sample_workspace: Workspace) -> None:
    assert "5 of 5 not looked at yet" in run(sample_workspace, "list")
    report = json.loads(run(sample_workspace, "check", "EURUSD", "1h", "--json"))
    listed = {entry["symbol"]: entry for entry in json.loads(run(sample_workspace, "list", "--json"))["series"]}
    quality = listed["EURUSD"]["quality"]
    assert quality["expected"] == report["expected_bars"]
    assert quality["expected"] - quality["present"] == report["missing_bars"]
    assert listed["IBM"]["quality"] is None
    assert listed["IBM"]["asset_class"] == "stock"
    assert "4 of 5 not looked at yet" in run(sample_workspace, "list")
