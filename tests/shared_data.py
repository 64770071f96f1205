"""Finds the development data beside the checkout; a test that needs what is not there is skipped, loudly."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(name: str) -> Path:
    """Return a file or folder of the development data.

    Parameters
    ----------
    name : str
        Path below ``../shared`` of the repository.
    """
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"NOT TESTED: the development data {path} are not here")
    return path
