"""What a run bundle holds, how large each part may be, and where it lies once it is opened."""

from __future__ import annotations

from ktrdr_app.core.errors import BundleRejected
from ktrdr_app.core.sealed_zip import ZipRules
from ktrdr_app.data.symbols import FILE as SYMBOLS_FILE
from ktrdr_app.workflows.backtest_files import SIGNALS_FILE, STRATEGY_FILE
from ktrdr_app.workflows.run_folders import RESULT_FILE

LABEL = "ktrdr-bundle.json"
FORMAT = 1
BARS_FILE, MODEL_FILE = "bars.csv", "model.zip"
REPORT_FILE, DECISIONS_FILE = "report.html", "decisions.csv"
TABLES = ("equity.csv", "trades.csv", DECISIONS_FILE)
RUN_FILES = (RESULT_FILE, *TABLES, REPORT_FILE, STRATEGY_FILE, SIGNALS_FILE)
"""Files of the run's own folder; there is one of the last two."""

_MIB = 1 << 20
LARGEST = {
    RESULT_FILE: 16 * _MIB,
    **dict.fromkeys(TABLES, 2048 * _MIB),
    REPORT_FILE: 64 * _MIB,
    STRATEGY_FILE: 4 * _MIB,
    SIGNALS_FILE: 512 * _MIB,
    BARS_FILE: 1024 * _MIB,
    MODEL_FILE: 512 * _MIB,
    SYMBOLS_FILE: 4 * _MIB,
}
"""Bytes that a file may have; no other file may be in a bundle."""

PAGE_HEAD = b"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""
"""How every report of ours begins; a page that begins otherwise might run what a stranger wrote into it."""


def rules(where: str) -> ZipRules:
    """Return what a bundle may hold; refusals name the file.

    Parameters
    ----------
    where : str
        The file.
    """

    def refused(reason: str, hint: str) -> BundleRejected:
        return BundleRejected(where, reason, hint) if hint else BundleRejected(where, reason)

    return ZipRules(LABEL, FORMAT, LARGEST, "bundle", refused)
