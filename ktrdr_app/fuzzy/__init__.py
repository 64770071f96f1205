"""Fuzzy sets: membership functions, the engine that evaluates a strategy's sets, and checks of their shape."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.fuzzy.checks import SetProblem, check_sets
    from ktrdr_app.fuzzy.clipboard import sets_from_yaml, sets_to_yaml
    from ktrdr_app.fuzzy.engine import FuzzyEngine
    from ktrdr_app.fuzzy.multi import MultiTimeframeFuzzyEngine
    from ktrdr_app.fuzzy.reshape import as_type
    from ktrdr_app.fuzzy.shapes import membership
    from ktrdr_app.fuzzy.verdicts import SetVerdict, SortedValues, set_verdicts
else:
    __getattr__ = exports(
        __name__,
        {
            "FuzzyEngine": "engine",
            "MultiTimeframeFuzzyEngine": "multi",
            "SetProblem": "checks",
            "SetVerdict": "verdicts",
            "SortedValues": "verdicts",
            "as_type": "reshape",
            "check_sets": "checks",
            "membership": "shapes",
            "set_verdicts": "verdicts",
            "sets_from_yaml": "clipboard",
            "sets_to_yaml": "clipboard",
        },
    )

__all__ = [
    "FuzzyEngine",
    "MultiTimeframeFuzzyEngine",
    "SetProblem",
    "SetVerdict",
    "SortedValues",
    "as_type",
    "check_sets",
    "membership",
    "set_verdicts",
    "sets_from_yaml",
    "sets_to_yaml",
]
