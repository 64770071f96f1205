"""What one asks of the model store."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.core.paths import Workspace


@dataclass(frozen=True)
class ResolveRequest:
    """Ask which model would be loaded.

    Attributes
    ----------
    workspace : Workspace
        Whose models are searched.
    strategy : str
        The strategy's ``name``.
    timeframe : str
        Bar length.
    symbol : str, optional
        Symbol whose own model may serve.
    prefer : str, optional
        ``universal`` or ``legacy``: which is looked for first; the workspace's settings say by default.
    allow_any : bool
        Whether another symbol's model may serve.
    pins : bool
        Whether a pinned model goes first.
    """

    workspace: Workspace
    strategy: str
    timeframe: str
    symbol: str | None = None
    prefer: str | None = None
    allow_any: bool = True
    pins: bool = True


@dataclass(frozen=True)
class CoverageRequest:
    """Ask whether a model's training rows resemble the bars of a symbol.

    Attributes
    ----------
    workspace : Workspace
        Whose models and bars.
    symbol : str
        Whose bars are compared.
    path : str
        The model's folder or its ``_latest``; empty to let the resolver choose by ``strategy``.
    strategy : str
        Strategy whose model is asked about where no folder is named.
    timeframe : str, optional
        Bar length; the model's own by default. The resolver needs one.
    start, end : str, optional
        First and last bar open, ISO dates in UTC; ``end`` includes the whole day.
    """

    workspace: Workspace
    symbol: str
    path: str = ""
    strategy: str = ""
    timeframe: str | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class MigrateRequest:
    """Copy the original's models into the archive.

    Attributes
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str, optional
        One strategy's ``name``; all by default.
    dry_run : bool
        Whether it is only said what would be done.
    """

    workspace: Workspace
    strategy: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class UndoMigrationRequest:
    """Take migrated copies out of the archive again, into the trash.

    Attributes
    ----------
    workspace : Workspace
        Whose models these are.
    strategy : str, optional
        One strategy's ``name``; all by default.
    """

    workspace: Workspace
    strategy: str | None = None
