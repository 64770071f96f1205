"""JSON documents of commands whose use case returns records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ktrdr_app.indicators.definition import IndicatorInfo


def indicator_document(info: IndicatorInfo) -> dict[str, Any]:
    """Return an entry of the catalogue.

    Parameters
    ----------
    info : IndicatorInfo
        The entry.
    """
    return {
        "name": info.name,
        "category": info.category,
        "description": info.description,
        "unit": info.unit,
        "uses_volume": info.uses_volume,
        "warm_up": info.warm_up(info.parameters()),
        "parameters": info.parameter_table(),
        "outputs": [asdict(output) for output in info.outputs],
        "formula": info.formula,
        "source": info.source,
        "waits_for": info.waits_for,
        "missing_volume": info.missing_volume,
    }
