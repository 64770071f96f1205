"""How drafts of each kind are called and summed up; light, so that they can be shown before their station is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ktrdr_app.core.drafts import Draft

FUZZY = "fuzzy"
STRATEGY = "strategy"


def _sets(payload: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(entries)}" for name, entries in payload.get("sets", {}).items())


def _text(payload: dict[str, Any]) -> str:
    lines = str(payload.get("text", "")).count("\n") + 1
    return QCoreApplication.translate("drafts", "{0} lines of YAML").format(lines)


KINDS: dict[str, tuple[str, str, Callable[[dict[str, Any]], str]]] = {
    FUZZY: (str(QT_TRANSLATE_NOOP("drafts", "Fuzzy sets of {0}")), "fuzzyPanel", _sets),
    STRATEGY: (str(QT_TRANSLATE_NOOP("drafts", "Text of the strategy {0}")), "strategyPanel", _text),
}
"""Kind to its words, the station that takes it, and what sums its payload up."""


def title(draft: Draft) -> str:
    """Return what a draft is, in words.

    Parameters
    ----------
    draft : Draft
        Of any kind.
    """
    if draft.kind not in KINDS:
        return f"{draft.kind}: {draft.name}"
    return QCoreApplication.translate("drafts", KINDS[draft.kind][0]).format(draft.name)


def summary(draft: Draft) -> str:
    """Return what a draft holds, in words; empty for a kind that is not known.

    Parameters
    ----------
    draft : Draft
        Of any kind.
    """
    return KINDS[draft.kind][2](draft.payload) if draft.kind in KINDS else ""


def station(draft: Draft) -> str:
    """Return the object name of the station that takes a draft; empty for a kind that is not known.

    Parameters
    ----------
    draft : Draft
        Of any kind.
    """
    return KINDS[draft.kind][1] if draft.kind in KINDS else ""
