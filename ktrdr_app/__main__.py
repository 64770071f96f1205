"""``python -m ktrdr_app`` is the command line."""

import sys

from ktrdr_app.cli.start import main

if __name__ == "__main__":
    sys.exit(main())
