"""What keeps a training from beginning, each with the steps that mend it or lead to where it is mended; no widgets."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.core.errors import BadInput, KtrdrError
from ktrdr_app.gui.panels.training.balance_plot import threshold_words
from ktrdr_app.gui.panels.training.weights_edit import WHERE
from ktrdr_app.gui.panels.training.words import say
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.workflows.plan_records import TrainingPlan

TICK_ALL, LEAVE_OUT, DATA, STRATEGY = "tick_all", "leave_out", "data", "strategy"
THRESHOLD, COMBINATION, AGAIN, WORKSPACE = "threshold", "combination", "again", "workspace"
"""What a `Step` does."""

_OF_THE_STRATEGY = ("strategy_problem", "strategy_not_found", "invalid_value", "unknown_name", "repaints")


@dataclass(frozen=True)
class Step:
    """Something that a button does.

    Attributes
    ----------
    words : str
        What the button says.
    act : str
        One of the acts above.
    about : str
        Symbol, combination or threshold that it is about.
    """

    words: str
    act: str
    about: str = ""


@dataclass(frozen=True)
class Missing:
    """One thing that keeps a training from beginning.

    Attributes
    ----------
    text, hint : str
        What it is; what helps.
    steps : tuple of Step
        Buttons, the best one first.
    """

    text: str
    hint: str
    steps: tuple[Step, ...]


def missing(
    refused: BadInput | None, listed: int, plan: TrainingPlan | None, error: object = None
) -> tuple[Missing, ...]:
    """Return everything that is known to be missing.

    Parameters
    ----------
    refused : BadInput or None
        Why the form makes no request.
    listed : int
        Symbols that it offers.
    plan : TrainingPlan or None
        The newest plan, if there is one.
    error : object
        Why there is none: a KtrdrError or a TaskError.
    """
    if refused is not None:
        return (Missing(refused.message, refused.hint, _first_steps(refused.where, listed)),)
    if error is not None:
        text, hint = error_text(error)  # type: ignore[arg-type]
        return (Missing(text, hint, _strategy_steps(error)),)
    if plan is None:
        return ()
    return tuple(_of_plan(symbol, problem, plan) for symbol, problem in plan.problems)


def _first_steps(where: str, listed: int) -> tuple[Step, ...]:
    if where.startswith(WHERE):
        symbol = where.removeprefix(WHERE)
        out = Step(say("Leave {0} out").format(symbol), LEAVE_OUT, symbol)
        return out, Step(say("Use balanced"), COMBINATION, "balanced")
    if where == "strategy":
        return (Step(say("Open the strategies"), STRATEGY),)
    if where == "symbol" and listed:
        return (Step(say("Tick all {0}").format(listed), TICK_ALL),)
    return (Step(say("Add data"), DATA),)


def _strategy_steps(error: object) -> tuple[Step, ...]:
    if isinstance(error, KtrdrError) and error.code in _OF_THE_STRATEGY:
        return (Step(say("Open the strategy"), STRATEGY),)
    return (Step(say("Try again"), AGAIN),)


def _of_plan(symbol: str, problem: KtrdrError, plan: TrainingPlan) -> Missing:
    if problem.code == "workspace_read_only":
        steps: tuple[Step, ...] = (Step(say("Open another workspace"), WORKSPACE),)
    elif problem.code == "storage_problem":
        steps = (Step(say("Look again"), AGAIN),)
    elif symbol:
        steps = _symbol_steps(symbol, problem, plan)
    elif plan.chosen is not None and plan.chosen.problem is problem and plan.combination == "weighted":
        steps = (Step(say("Use balanced"), COMBINATION, "balanced"),)
    else:
        steps = (Step(say("Look at the data"), DATA),)
    return Missing(problem.message, problem.hint, steps)


def _symbol_steps(symbol: str, problem: KtrdrError, plan: TrainingPlan) -> tuple[Step, ...]:
    out = Step(say("Leave {0} out").format(symbol), LEAVE_OUT, symbol)
    if problem.code != "one_class":
        return out, Step(say("Look at its data"), DATA, symbol)
    if plan.suggestion is None:
        return out, Step(say("Open the strategy"), STRATEGY)
    better = plan.suggestion
    words = say("Use {0}").format(threshold_words(better.threshold, better.unit))
    return Step(words, THRESHOLD, repr(better.threshold)), out
