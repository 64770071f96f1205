"""Other people's indicators, to compare ours with."""

from __future__ import annotations

import warnings
from types import ModuleType

import pytest


def pandas_ta() -> ModuleType:
    """Return pandas-ta-classic, or skip loudly; it warns of its own use of pandas when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pandas_ta_classic", reason="NOT TESTED: pandas-ta-classic is not here")
