"""``certify``: one JSON document, tables and a verdict for people, exit codes for what cannot be certified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands.conftest import Run
from tests.training.planted_market import MARKETS
from tests.workflows.planted import planted_workspace

WORDS = ("certify", "planted", "--symbols", ",".join(MARKETS), "--timeframe", "1h")


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with the planted markets, which is the current folder."""
    root = planted_workspace(tmp_path).root
    monkeypatch.chdir(root)
    return root


def test_json_is_the_document_that_lies_in_the_run(run: Run, planted: Path) -> None:
    ended = run(*WORDS, "--seed", "2", json=True)
    assert ended.code == 0
    document = ended.document
    file = Path(document.pop("certificate_file"))
    assert json.loads(file.read_text(encoding="utf-8")) == document
    assert file.is_relative_to(planted / "runs")
    assert (document["verdict"], document["seed"]) == ("pass", 2)


def test_people_see_symbols_groups_and_the_verdict(run: Run, planted: Path) -> None:
    ended = run(*WORDS)
    assert ended.code == 0
    document = json.loads(next((planted / "runs").glob("*/certificate.json")).read_text(encoding="utf-8"))
    rows = {line.split()[0]: line for line in ended.out.splitlines() if line.strip()}
    for symbol in MARKETS:
        assert f"{100 * document['per_symbol'][symbol]['unseen_skill']['value']:+.2f} %" in rows[symbol]
    assert "Generalisation: pass." in ended.out.splitlines()
    assert "currency USD" in ended.out
    assert "not evaluable" in ended.out
    for sentence in document["report"]:
        assert sentence in ended.out


def test_what_cannot_be_certified_is_bad_input(run: Run, planted: Path) -> None:
    ended = run("certify", "planted", "--symbols", "EURUSD,USDJPY", "--timeframe", "1h", json=True)
    assert ended.code == 2
    assert "3 symbols or more" in ended.document["error"]["message"] + str(ended.document["error"]["hint"])
    assert not (planted / "runs").exists()
    assert run("certify", "nothing", "--symbols", ",".join(MARKETS), "--timeframe", "1h").code == 3
