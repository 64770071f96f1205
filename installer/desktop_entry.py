"""The first code of the frozen program: what Python's own start would have done for the command line.

A frozen program that starts a worker process starts itself again, so that must be answered before anything else.
"""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from ktrdr_app.cli.start import main

    sys.exit(main())
