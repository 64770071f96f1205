"""The shortest way to the window: which command lines take it, and that it leaves the commands' modules out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ktrdr_app.cli import failures, start
from ktrdr_app.cli.start import window_only
from ktrdr_app.core.errors import EnvironmentProblem
from tests.core.children import printed, run_python


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], True),
        (["--workspace", "."], True),
        (["--workspace=."], True),
        (["--workspace"], False),
        (["--workspace", "--json"], False),
        (["--workspace", "."] * 2, False),
        (["--json"], False),
        (["--help"], False),
        (["--version"], False),
        (["demo"], False),
        (["--workspace", ".", "train"], False),
    ],
)
def test_only_a_bare_window_takes_the_short_way(words: list[str], wanted: bool) -> None:
    assert window_only(words)[0] is wanted


def test_the_folder_is_taken_and_one_that_is_not_there_is_left_to_the_commands(tmp_path: Path) -> None:
    assert window_only([]) == (True, None)
    assert window_only(["--workspace", str(tmp_path)]) == (True, tmp_path)
    assert window_only([f"--workspace={tmp_path}"]) == (True, tmp_path)
    assert not window_only(["--workspace", str(tmp_path / "no")])[0]
    (tmp_path / "file").touch()
    assert not window_only(["--workspace", str(tmp_path / "file")])[0]


def test_every_other_command_line_runs_as_before() -> None:
    done = run_python("import sys; from ktrdr_app.cli.start import main; sys.exit(main(['--version']))")
    assert (done.returncode, done.stdout.split()[0]) == (0, "ktrdr-app")


def test_without_a_display_the_refusal_is_the_commands_own() -> None:
    done = run_python(
        "import sys; from ktrdr_app.cli.start import main; sys.exit(main([]))", QT_QPA_PLATFORM="offscreen"
    )
    assert done.returncode == 2
    assert "there is none to open a window on" in done.stderr


@pytest.mark.parametrize(
    ("ends", "code", "told"),
    [
        (7, 7, ""),
        (EnvironmentProblem("Qt", "libGL is missing", "install it"), 2, "hint: install it"),
        (RuntimeError("no widget"), 1, "a fault of the program: RuntimeError: no widget"),
        (KeyboardInterrupt(), 130, "the command was stopped"),
    ],
    ids=["its own code", "an error of ours", "a bug", "Ctrl-C"],
)
def test_whatever_becomes_of_the_window_is_told_as_of_a_command(
    ends: int | BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(place: Path | None) -> int:
        assert place is None
        if isinstance(ends, BaseException):
            raise ends
        return ends

    monkeypatch.setattr(failures, "_logged", lambda error: "the log")
    monkeypatch.setattr(start, "has_display", lambda platform, environment: True)
    monkeypatch.setattr(start, "gui_module", lambda name: SimpleNamespace(run=run))
    assert start.main([]) == code
    said = capsys.readouterr()
    assert (said.out, bool(said.err)) == ("", bool(told))
    assert told in said.err


def test_the_short_way_imports_neither_the_commands_nor_what_computes() -> None:
    code = "import sys; import ktrdr_app.cli.start; print(*sys.modules)"
    found = set(printed(code).split())
    assert not found & {"typer", "rich", "numpy", "pandas", "PySide6", "ktrdr_app.cli.main"}


def test_a_name_that_no_disk_can_hold_is_refused_in_words() -> None:
    long = "x" * 300
    assert not window_only(["--workspace", long])[0]
    code = "import sys; from ktrdr_app.cli.start import main; sys.exit(main(sys.argv[1:]))"
    done = run_python(code, "--workspace", long, "strategies", "list")
    assert done.returncode == 2
    assert "workspace is" in done.stderr
    assert "a fault of the program" not in done.stderr
