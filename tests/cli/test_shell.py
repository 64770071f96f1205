"""What a shell sees: completion of commands and options, its set-up, and colours that can be switched off."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Ended, environment, run_process

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def completed(cwd: Path, line: str, **changes: str) -> list[str]:
    """Return what bash is offered at the end of a line."""
    words = line.split(" ")
    asked = {"_KTRDR_APP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = run_process(["-m", "ktrdr_app"], cwd, **asked, **changes)
    assert (done.code, done.err) == (0, "")
    return done.out.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ktrdr-app sw", ["sweep"]),
        ("ktrdr-app models res", ["resolve", "restore"]),
        ("ktrdr-app sweep --tr", ["--trials"]),
        ("ktrdr-app backtest x --clu", ["--cluster"]),
        ("ktrdr-app nosuch", []),
    ],
)
def test_a_shell_is_offered_what_can_come_next(tmp_path: Path, line: str, offered: list[str]) -> None:
    assert sorted(completed(tmp_path, line)) == offered


def test_asking_for_words_opens_no_window_where_one_could_be_opened(tmp_path: Path) -> None:
    """There are no words on the command line then, as for the window; a display is at hand."""
    assert "train" in completed(tmp_path, "ktrdr-app tr", DISPLAY=":7", QT_QPA_PLATFORM="xcb")


def shell(tmp_path: Path, *words: str) -> Ended:
    """Run the command line as a child of a bash whose home is a folder of the test's."""
    command = f"{sys.executable} -m ktrdr_app {' '.join(words)}; exit $?"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=environment(HOME=str(tmp_path), SHELL="/bin/bash", PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(shutil.which("bash") is None, reason="NOT TESTED: there is no bash here")
def test_it_is_installed_for_the_shell_at_hand_and_only_there(tmp_path: Path) -> None:
    done = shell(tmp_path, "--install-completion")
    assert done.code == 0, done.err
    script = tmp_path / ".bash_completions" / "ktrdr-app.sh"
    assert str(script) in (tmp_path / ".bashrc").read_text()
    checked = subprocess.run(["bash", "-n", script], capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")
    shown = shell(tmp_path, "--show-completion")
    assert shown.code == 0
    assert "_KTRDR_APP_COMPLETE=complete_bash" in shown.out
    assert shown.out.strip() == script.read_text().strip()


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no pseudo terminal")
class TestColours:
    @staticmethod
    def printed(cwd: Path, **changes: str | None) -> str:
        """Return what a command writes to a terminal."""
        import pty

        control, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "ktrdr_app", "strategies", "list"],
            cwd=cwd,
            env=environment(TERM="xterm-256color", COLUMNS="120", **changes),
            stdout=terminal,
            stderr=subprocess.DEVNULL,
        )
        os.close(terminal)
        seen = b""
        try:
            while chunk := os.read(control, 4096):
                seen += chunk
        except OSError:
            pass  # the other end is closed, as the process is over
        os.close(control)
        assert process.wait(60) == 0
        return seen.decode()

    def test_a_terminal_has_them(self, tmp_path: Path) -> None:
        assert COLOUR.search(self.printed(tmp_path))

    @pytest.mark.parametrize("value", ["1", "0", "yes"])
    def test_no_color_takes_them_away_and_no_word(self, tmp_path: Path, value: str) -> None:
        plain = self.printed(tmp_path, NO_COLOR=value)
        codes = set(COLOUR.findall(plain))
        assert {code for code in codes if re.search(r"\[(.*;)?(3[0-7]|38|9[0-7]|4[0-7]|48)", code)} == set()
        assert "neuro_mean_reversion" in plain

    def test_there_are_none_in_a_file(self, tmp_path: Path) -> None:
        assert "\x1b" not in run_process(["-m", "ktrdr_app", "strategies", "list"], tmp_path).out

    def test_help_has_none_either_with_no_color(self, tmp_path: Path) -> None:
        done = run_process(["-m", "ktrdr_app", "sweep", "--help"], tmp_path, NO_COLOR="1", TERM="xterm")
        assert done.code == 0
        assert "\x1b[3" not in done.out
