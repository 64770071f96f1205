"""One holder at a time, threads and processes alike, and a dead holder holds nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.locks import file_lock

HOLDER = """
import sys
from pathlib import Path
from ktrdr_app.core.locks import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_threads_come_one_after_the_other(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with file_lock(tmp_path / "a" / "lock"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_another_process_keeps_it_until_it_ends_even_when_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageProblem, match="another process"), file_lock(path, patience=0.0):
            pass
        holder.kill()
        holder.wait()
    with file_lock(path, patience=0.0):
        pass


def test_an_error_inside_gives_it_back(tmp_path: Path) -> None:
    def fail() -> None:
        with file_lock(tmp_path / "lock"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with file_lock(tmp_path / "lock", patience=0.0):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageProblem), file_lock(tmp_path / "file" / "lock"):
        pass
