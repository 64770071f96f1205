"""The fuzzy sets that models of a strategy were trained with, each read from the model's own folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.workflows.compare_facts import translated
from ktrdr_app.workflows.models import list_models, show_model

log = logging.getLogger(__name__)

_INPUTS = TypeAdapter(dict[str, FuzzyInput])


@dataclass(frozen=True)
class ModelSets:
    """The sets in one model.

    Attributes
    ----------
    label : str
        The folder's name as lists show it.
    path : Path
        The folder.
    inputs : dict of str to FuzzyInput
        Its fuzzy inputs by name.
    """

    label: str
    path: Path
    inputs: dict[str, FuzzyInput]

    def differs(self, inputs: dict[str, FuzzyInput]) -> bool:
        """Return whether the model was trained with other inputs, or with other sets of one of them.

        Parameters
        ----------
        inputs : dict of str to FuzzyInput
            What the strategy has now.
        """
        return {name: _plain(entry) for name, entry in self.inputs.items()} != {
            name: _plain(entry) for name, entry in inputs.items()
        }


def _plain(entry: FuzzyInput) -> tuple[Any, ...]:
    return entry.input, entry.form, entry.window, entry.timeframe, tuple(entry.sets.items())


def list_model_sets(
    workspace: Workspace, strategy: str, progress: Progress = silent, cancel: CancelToken | None = None
) -> list[ModelSets]:
    """Return the sets of every usable model of a strategy, in the order of `list_models`.

    Models of the original are read as ``strategies upgrade`` translates them; one that it cannot translate is left out,
    and so is one of ours whose sets are of another grammar than today's, with a line in the log.

    Parameters
    ----------
    workspace : Workspace
        Whose models.
    strategy : str
        Strategy name or path.
    progress : Progress
        Listener; nothing is reported.
    cancel : CancelToken, optional
        Checked before each model.

    Raises
    ------
    StrategyNotFound, StrategyProblem
        If the strategy cannot be read.
    ModelNotFound, ModelRejected
        If a folder goes, or breaks, meanwhile.
    """
    del progress
    token = cancel or CancelToken()
    name = load_strategy(strategy, workspace).strategy.name
    found = []
    for info in list_models(workspace):
        if info.strategy_name != name or not info.complete:
            continue
        token.check()
        document = show_model(workspace, info.path)["strategy"]
        if info.look_ahead:
            document = translated(document, str(info.path))
        if document is not None:
            try:
                inputs = _INPUTS.validate_python(document.get("fuzzy_sets"))
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                log.warning("%s is left out: its sets are of another grammar (%s)", info.label, reason)
                continue
            found.append(ModelSets(info.label, info.path, inputs))
    return found
