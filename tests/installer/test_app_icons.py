"""The program's sign in the formats that systems want."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
STARTS = {"ico": b"\x00\x00\x01\x00", "icns": b"icns", "png": b"\x89PNG\r\n"}


def draw(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as ``freeze.py`` does."""
    path = os.pathsep.join([str(REPO), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, REPO / "installer" / "app_icons.py", folder],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.gui
def test_all_formats_are_written(tmp_path: Path) -> None:
    done = draw(tmp_path)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in tmp_path.iterdir()} == {f"app.{kind}" for kind in STARTS}
    for kind, start in STARTS.items():
        assert (tmp_path / f"app.{kind}").read_bytes().startswith(start)


@pytest.mark.gui
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    done = draw(tmp_path / "nowhere")
    assert done.returncode == 1
    assert "could not be written" in done.stderr
