"""Keeps over a restart what the charts show: the panes and indicators that were chosen, the scale, the time zone."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, QSettings, Slot

from ktrdr_app.gui.charts import zones
from ktrdr_app.gui.charts.view import LinkedCharts

PANES, LOGARITHMIC, ZONE = "charts/panes", "charts/logarithmic", "charts/zone"
"""Where the choices stand in the settings."""


class ChartMemory(QObject):
    """Gives charts the choices of the time before, and notes every choice that a user makes.

    Parameters
    ----------
    store : QSettings or None
        Where they are noted; nothing is, without it.
    charts : LinkedCharts
        The charts.
    parent : QObject
        Owner.
    """

    def __init__(self, store: QSettings | None, charts: LinkedCharts, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._charts = charts
        if store is None:
            return
        self._give_back(store)
        charts.panes.changed.connect(self._panes_chosen)
        charts.tools.logarithmic.toggled.connect(self._scale_chosen)
        charts.tools.zoneChosen.connect(self._zone_chosen)

    def _give_back(self, store: QSettings) -> None:
        """Show what was chosen; what a torn file holds instead is passed over."""
        keys = _keys(store.value(PANES))
        if keys:
            self._charts.show_panes(keys)
        self._charts.set_logarithmic(store.value(LOGARITHMIC) in (True, "true"))
        zone = store.value(ZONE)
        if isinstance(zone, str) and zone in zones.offered():
            self._charts.set_zone(zone)

    @Slot(object)
    def _panes_chosen(self, _shown: object) -> None:
        self._note(PANES, json.dumps(sorted(self._charts.panes.wanted)))

    @Slot(bool)
    def _scale_chosen(self, on: bool) -> None:
        self._note(LOGARITHMIC, on)

    @Slot(str)
    def _zone_chosen(self, name: str) -> None:
        self._note(ZONE, name)

    def _note(self, key: str, value: object) -> None:
        if self._store is not None:
            self._store.setValue(key, value)


def _keys(noted: object) -> list[str]:
    """Return the keys of panes that were noted; none where there is no sense in it."""
    try:
        keys = json.loads(noted) if isinstance(noted, str) else None
    except (ValueError, RecursionError):
        return []
    return keys if isinstance(keys, list) and all(isinstance(key, str) for key in keys) else []
