"""The room's door: its names, and that opening it is cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ktrdr_app.backtesting as room


@pytest.mark.parametrize("name", room.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(room, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="buy_and_fold"):
        _ = room.buy_and_fold


def test_importing_the_room_imports_no_pandas() -> None:
    code = "import sys, ktrdr_app.backtesting; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
