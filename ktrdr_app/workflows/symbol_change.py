"""Changes what the workspace holds to be true of a symbol: its asset class, its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.data import symbols_edit
from ktrdr_app.data.symbols import SymbolSettings


@dataclass(frozen=True)
class SymbolChange:
    """Set or take out fields of one symbol in ``symbols.yaml``.

    Attributes
    ----------
    workspace : Workspace
        Whose file it is.
    symbol : str
        Whose entry changes.
    changes : mapping
        ``asset_class``, ``calendar``, ``tick``, ``currency``, ``lot_step``; None takes a field out.
    """

    workspace: Workspace
    symbol: str
    changes: Mapping[str, Any] = field(default_factory=dict)


def change_symbol(
    request: SymbolChange, _progress: Progress = silent, cancel: CancelToken | None = None
) -> SymbolSettings:
    """Change one symbol's entry, and return what holds for the symbol then.

    Parameters
    ----------
    request : SymbolChange
        Whose entry, and what becomes of it.
    _progress : Progress
        Not used: it takes no time.
    cancel : CancelToken, optional
        Checked before the file is written.

    Raises
    ------
    InvalidValue
        If the file is wrong before the change, or would be after it; it is then untouched.
    StorageProblem
        If the file cannot be read or written.
    UnsafeName
        If the symbol cannot name a series.
    """
    (cancel or CancelToken("the change")).check()
    return symbols_edit.change_symbol(request.workspace, request.symbol, request.changes).settings(request.symbol)
