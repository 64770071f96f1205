"""Logging for every face: one logger tree, one format, to stderr or a file."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def configure(level: int = logging.WARNING, file: Path | None = None) -> None:
    """Send the program's log to stderr and, if given, to a file of at most 2 × 1 MB.

    Parameters
    ----------
    level : int
        Least level that stderr shows; the file takes everything from INFO up.
    file : Path, optional
        Log file; its folder is made.
    """
    root = logging.getLogger("ktrdr_app")
    root.setLevel(min(level, logging.INFO))
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setLevel(level)
    handlers: list[logging.Handler] = [to_stderr]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        to_file = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
        to_file.setLevel(logging.INFO)
        handlers.append(to_file)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(handler)
