"""A change of a symbol's market is written, and what holds then is told."""

from __future__ import annotations

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows import change_symbol
from ktrdr_app.workflows.inspect_data import DataCheckRequest, check_data
from ktrdr_app.workflows.symbol_change import SymbolChange


def test_the_next_check_uses_the_new_calendar(sample_workspace: Workspace) -> None:
    settings = change_symbol(SymbolChange(sample_workspace, "AAPL", {"calendar": "24/7"}))
    assert (settings.asset_class, settings.calendar) == ("stock", "24/7")
    assert check_data(DataCheckRequest(sample_workspace, "AAPL", "1d")).settings.calendar == "24/7"
    back = change_symbol(SymbolChange(sample_workspace, "AAPL", {"calendar": None}))
    assert back.calendar == "XNYS"


def test_what_is_wrong_or_stopped_writes_nothing(sample_workspace: Workspace) -> None:
    with pytest.raises(InvalidValue):
        change_symbol(SymbolChange(sample_workspace, "AAPL", {"calendar": "XMARS"}))
    token = CancelToken("it")
    token.cancel()
    with pytest.raises(Cancelled):
        change_symbol(SymbolChange(sample_workspace, "AAPL", {"calendar": "24/7"}), cancel=token)
    assert not (sample_workspace.root / "symbols.yaml").exists()
