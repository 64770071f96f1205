"""Fuzzy sets: membership functions, the engine that evaluates a strategy's sets, and checks of their shape."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.fuzzy.checks import SetProblem, check_sets
    from ktrdr_app.fuzzy.engine import FuzzyEngine
    from ktrdr_app.fuzzy.multi import MultiTimeframeFuzzyEngine
    from ktrdr_app.fuzzy.shapes import membership
else:
    __getattr__ = exports(
        __name__,
        {
            "FuzzyEngine": "engine",
            "MultiTimeframeFuzzyEngine": "multi",
            "SetProblem": "checks",
            "check_sets": "checks",
            "membership": "shapes",
        },
    )

__all__ = ["FuzzyEngine", "MultiTimeframeFuzzyEngine", "SetProblem", "check_sets", "membership"]
