"""The log of every face: what stderr shows, what the file takes, and how large it may grow."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktrdr_app.core.log import configure

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (\w+) +([\w.]+): (.*)$", flags=re.MULTILINE)


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """Give the program's logger back its handlers after each test."""
    logger = logging.getLogger("ktrdr_app")
    before = (list(logger.handlers), logger.level)
    logger.handlers = []
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers, level = before
    logger.setLevel(level)


def _say_everything() -> None:
    log = logging.getLogger("ktrdr_app.training.split")
    for name, level in LEVELS.items():
        log.log(level, "about %s", name)


@pytest.mark.parametrize("least", LEVELS)
def test_stderr_shows_what_is_at_least_as_weighty(least: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(LEVELS[least])
    _say_everything()
    shown = [found[0] for found in LINE.findall(capsys.readouterr().err)]
    assert shown == [name for name, level in LEVELS.items() if level >= LEVELS[least]]


def test_warnings_are_shown_by_default_and_nothing_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    _say_everything()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert LINE.findall(captured.err)[0] == ("WARNING", "ktrdr_app.training.split", "about WARNING")


@pytest.mark.parametrize("least", ["DEBUG", "WARNING", "CRITICAL"])
def test_the_file_takes_everything_from_info_up(least: str, tmp_path: Path) -> None:
    file = tmp_path / "made" / "app.log"
    configure(LEVELS[least], file)
    _say_everything()
    found = LINE.findall(file.read_text(encoding="utf-8"))
    assert [level for level, _, _ in found] == ["INFO", "WARNING", "ERROR", "CRITICAL"]


def test_the_file_is_utf_8_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    for text in ("größer", "µ ≤ σ"):
        configure(file=file)
        logging.getLogger("ktrdr_app").warning(text)
    assert [found[2] for found in LINE.findall(file.read_text(encoding="utf-8"))] == ["größer", "µ ≤ σ"]


def test_tracebacks_are_written(tmp_path: Path) -> None:
    configure(file=tmp_path / "app.log")
    try:
        raise ZeroDivisionError("planted")
    except ZeroDivisionError:
        logging.getLogger("ktrdr_app.gui").exception("a hook caught it")
    text = (tmp_path / "app.log").read_text(encoding="utf-8")
    assert "ERROR   ktrdr_app.gui: a hook caught it\nTraceback" in text
    assert text.endswith("ZeroDivisionError: planted\n")


def test_configuring_twice_says_things_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    configure(file=tmp_path / "first.log")
    configure(file=tmp_path / "second.log")
    logging.getLogger("ktrdr_app.cli").error("once")
    assert capsys.readouterr().err.count("once") == 1
    assert (tmp_path / "first.log").read_text(encoding="utf-8") == ""
    assert (tmp_path / "second.log").read_text(encoding="utf-8").count("once") == 1


def test_the_files_stay_below_two_megabytes(tmp_path: Path) -> None:
    configure(logging.CRITICAL, tmp_path / "app.log")
    log = logging.getLogger("ktrdr_app")
    for number in range(350):
        log.error("%06d %s", number, "x" * 10_000)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"app.log", "app.log.1"}
    assert max(sizes.values()) <= 1_000_000
    assert "000349" in (tmp_path / "app.log").read_text(encoding="utf-8")


def test_other_libraries_are_not_our_log(tmp_path: Path) -> None:
    configure(logging.DEBUG, tmp_path / "app.log")
    logging.getLogger("matplotlib").error("not ours")
    logging.getLogger("ktrdr_application").error("nor this")
    assert (tmp_path / "app.log").read_text(encoding="utf-8") == ""


def test_a_log_file_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        configure(file=tmp_path / "taken" / "app.log")
