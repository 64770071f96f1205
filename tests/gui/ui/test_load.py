"""The load of the machine: processor seconds over wall seconds of all processors."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.load import LoadMeter, share

pytestmark = pytest.mark.gui


@pytest.mark.parametrize(
    ("used", "passed", "cores", "wanted"), [(1, 2, 1, 0.5), (2, 2, 2, 0.5), (9, 2, 2, 1.0), (1, 0, 2, 0.0)]
)
def test_the_share(used: float, passed: float, cores: int, wanted: float) -> None:
    assert share(used, passed, cores) == wanted


def test_the_meter_shows_a_percentage(dark: QApplication, qtbot: QtBot) -> None:
    meter = LoadMeter()
    qtbot.addWidget(meter)
    meter.measure()
    name, figure, unit = meter.text().split()
    assert (name, unit) == ("CPU", "%")
    assert 0 <= int(figure) <= 100
