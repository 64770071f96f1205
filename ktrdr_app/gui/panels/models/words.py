"""How a model is named and judged in the models station: badges, states and verdicts, each in words and a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ktrdr_app.model_store import layout

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo

PIN = "★"


def say(text: str) -> str:
    """Return words of the models station in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("ModelsPanel", text)


def is_copy(model: ModelInfo) -> bool:
    """Return whether a model lies in the archive, where migrations put their copies.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    return model.path.parent.name == layout.ARCHIVE


def badge(model: ModelInfo) -> str:
    """Return the sign before a model's name: ``[U]`` universal, ``[L]`` legacy, ``[C]`` copy, ``[!]`` not to be used.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    if not model.complete:
        return "[!]"
    if is_copy(model):
        return "[C]"
    return "[U]" if model.kind == layout.UNIVERSAL else "[L]"


def kind_words(model: ModelInfo) -> str:
    """Return what the sign means, in words.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    if is_copy(model):
        return say("archived copy")
    return say("universal") if model.kind == layout.UNIVERSAL else say("legacy")


def states(model: ModelInfo) -> tuple[str, ...]:
    """Return what is to be known of a model at a glance, the most important first.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    said = (
        (not model.complete, say(model.state)),
        (model.pinned, say("{0} pinned").format(PIN)),
        (model.latest, say("latest")),
        (model.look_ahead, say("looks ahead")),
    )
    return tuple(words for holds, words in said if holds)


def tone(model: ModelInfo) -> str:
    """Return the colour token of a model's states.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    if not model.complete:
        return "danger"
    if model.pinned:
        return "accent"
    return "warning" if model.look_ahead else "success" if model.latest else ""


def summary(model: ModelInfo) -> str:
    """Return a model in one line, for tool tips and screen readers.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    parts = [model.label, kind_words(model), *states(model), model.problem, model.note]
    return ", ".join(part for part in parts if part)


def verdict(model: ModelInfo) -> tuple[str, str]:
    """Return the tone and the sentence that judge a model.

    Parameters
    ----------
    model : ModelInfo
        The model.
    """
    if not model.complete:
        return "danger", say("Cannot be used: {0}").format(model.problem)
    if model.look_ahead:
        return "warning", say("A model of the original: its features look ahead, so its results do too.")
    if model.skill is None:
        return "info", say("It does not say how it did on unseen bars.")
    if model.skill <= 0:
        return "warning", say("No skill: the class shares alone predict its test bars as well.")
    return "info", say("On its test bars its probabilities are better than the class shares.")
