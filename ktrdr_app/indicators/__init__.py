"""Technical indicators: a catalogue that grows by one decorated function, and an engine that runs many."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.indicators.definition import IndicatorInfo, OutputInfo
    from ktrdr_app.indicators.engine import IndicatorConfig, IndicatorEngine, column_name
    from ktrdr_app.indicators.registry import available, compute, get_indicator, parameters_of
else:
    __getattr__ = exports(
        __name__,
        {
            "IndicatorConfig": "engine",
            "IndicatorEngine": "engine",
            "IndicatorInfo": "definition",
            "OutputInfo": "definition",
            "available": "registry",
            "column_name": "engine",
            "compute": "registry",
            "get_indicator": "registry",
            "parameters_of": "registry",
        },
    )

__all__ = [
    "IndicatorConfig",
    "IndicatorEngine",
    "IndicatorInfo",
    "OutputInfo",
    "available",
    "column_name",
    "compute",
    "get_indicator",
    "parameters_of",
]
