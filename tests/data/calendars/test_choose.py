"""Which calendar a name or an asset class stands for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data import calendars
from ktrdr_app.data.asset_class import ASSET_CLASSES
from ktrdr_app.data.calendars.choose import BY_CLASS, calendar_for, calendar_named, calendar_names


@pytest.mark.parametrize(
    ("asset_class", "name"),
    [("stock", "XNYS"), ("forex", "forex"), ("crypto", "24/7"), ("metal", "forex"), ("index", "forex")],
)
def test_asset_classes(asset_class: str, name: str) -> None:
    assert calendar_for(asset_class).name == name


def test_every_asset_class_has_a_calendar() -> None:
    assert set(BY_CLASS) == set(ASSET_CLASSES)


def test_names() -> None:
    names = calendar_names()
    assert names[:2] == ("forex", "24/7")
    assert {"XNYS", "XLON", "XTKS", "XHKG"} <= set(names)
    assert len(set(names)) == len(names)
    assert [calendar_named(name).name for name in ("forex", "24/7", "XLON")] == ["forex", "24/7", "XLON"]


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match="bonds"):
        calendar_for("bonds")
    with pytest.raises(UnknownName, match="Nasdaq"):
        calendar_named("Nasdaq")


def test_the_package_exports_what_it_says() -> None:
    assert calendars.calendar_named is calendar_named
    assert [getattr(calendars, name) for name in calendars.__all__]


def test_the_heavy_library_is_imported_only_for_exchanges() -> None:
    lines = (
        "import sys",
        "from ktrdr_app.data.calendars.choose import calendar_for",
        "calendar_for('forex').bars_per_year('1h'), calendar_for('crypto').bars_per_year('1d')",
        "assert 'exchange_calendars' not in sys.modules",
        "calendar_for('stock')",
        "assert 'exchange_calendars' in sys.modules",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
