"""No path of the machine leaves it; what a path names is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.bundle.places import page_without_places, shortened, without_places

HOME = Workspace(Path("/home/ann/desk"))


def document(**changes: object) -> dict[str, object]:
    return {
        "command": "ktrdr-app backtest '/home/ann/my files/quick.yaml' --symbol GOOG --model /home/ann/desk/models/m",
        "trades_file": "/home/ann/desk/runs/r/trades.csv",
        "equity_file": "/home/ann/desk/runs/r/equity.csv",
        "decisions_file": None,
        "report_file": "/home/ann/desk/runs/r/report.html",
        "model": {
            "path": "/home/ann/desk/models/quick/universal_1d_v1",
            "trace": [
                {"step": 1, "path": "/home/ann/desk/models/quick/universal_1d_v1", "reason": "named"},
                {"step": 2, "path": None, "reason": "absent"},
            ],
        },
        "request": {"start": None, "model": "/mnt/usb/universal_1d_v1"},
        **changes,
    }


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/home/ann/desk/models/quick/v1", "models/quick/v1"),
        ("/home/ann/other/thing.yaml", "thing.yaml"),
        ("C:\\Users\\ann\\thing.yaml", "thing.yaml"),
        ("\\\\server\\share\\thing.yaml", "thing.yaml"),
        ("/home/ann/desktop/x", "x"),
        ("auto", "auto"),
        ("models/quick", "models/quick"),
        ("--symbol", "--symbol"),
        ("", ""),
    ],
)
def test_a_path_is_shortened_and_other_words_are_not(text: str, short: str) -> None:
    assert shortened(text, HOME) == short


def test_a_document_names_files_and_places_in_the_workspace() -> None:
    found = without_places(document(), HOME)
    assert found["command"] == "ktrdr-app backtest quick.yaml --symbol GOOG --model models/m"
    assert (found["trades_file"], found["decisions_file"]) == ("trades.csv", None)
    assert found["model"]["path"] == "models/quick/universal_1d_v1"
    assert [entry["path"] for entry in found["model"]["trace"]] == ["models/quick/universal_1d_v1", None]
    assert found["request"] == {"start": None, "model": "universal_1d_v1"}
    assert "ann" not in repr(found)


def test_signals_have_no_model() -> None:
    found = without_places(document(model=None, request={"start": None}), HOME)
    assert (found["model"], found["request"]) == (None, {"start": None})


def test_the_page_is_shortened_as_the_document_is() -> None:
    page = (
        "<p>/home/ann/desk/models/quick/universal_1d_v1</p><code>&#39;/home/ann/my files/quick.yaml&#39;</code>"
        "<p>/home/ann/desk/data/GOOG_1d.csv and the word ann</p>"
    )
    assert page_without_places(page, document(), HOME) == (
        "<p>models/quick/universal_1d_v1</p><code>&#39;quick.yaml&#39;</code><p>data/GOOG_1d.csv and the word ann</p>"
    )


def test_the_document_itself_is_not_changed() -> None:
    before = document()
    without_places(before, HOME)
    assert before == document()
