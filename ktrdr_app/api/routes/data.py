"""``/symbols`` and ``/data``: the series of the workspace, and their bars."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from ktrdr_app import workflows
from ktrdr_app.api.answers import Answer
from ktrdr_app.api.bodies import Date, Name
from ktrdr_app.api.documents import Bars, Symbols, described
from ktrdr_app.api.service import Here
from ktrdr_app.workflows.frames import rows_document
from ktrdr_app.workflows.requests import BarsRequest

router = APIRouter(tags=["data"])

MOST_BARS = 100_000


@router.get("/symbols", responses=described(Symbols))
def symbols(here: Here) -> Answer:
    """List every symbol with its asset class and the series that it has."""
    found: dict[str, dict[str, object]] = {}
    for entry in workflows.list_inventory(here.workspace):
        known = found.setdefault(entry.symbol, {"symbol": entry.symbol, "asset_class": "", "series": []})
        known["asset_class"] = known["asset_class"] or entry.asset_class
        series = known["series"]
        assert isinstance(series, list)
        series.append(entry.to_document())
    return Answer({"symbols": list(found.values())})


@router.get("/data/{symbol}/{timeframe}", responses=described(Bars))
def bars(
    here: Here,
    symbol: Annotated[Name, Path(description="Symbol.")],
    timeframe: Annotated[Name, Path(description="Bar length.")],
    start: Annotated[Date | None, Query(description="First bar, ISO date in UTC.")] = None,
    end: Annotated[Date | None, Query(description="Last bar; the whole day counts.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_BARS, description="Most bars; the last ones are given.")] = 1000,
) -> Answer:
    """Give the bars of a series by column; ``total`` is how many the range has."""
    frame = workflows.load_bars(BarsRequest(here.workspace, symbol, timeframe, start, end))
    document = rows_document(frame.tail(limit), None)
    del document["out"]
    return Answer({"symbol": symbol, "timeframe": timeframe, "total": len(frame), **document})
