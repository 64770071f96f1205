"""What a reader has before a page begins, or does by hand in the middle of it: files of a broker, models, an edit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import yaml

from ktrdr_app.core.paths import Workspace
from tests.conftest import make_bars
from tests.data.importing.vendors import series
from tests.docs.pages import REPO
from tests.strategy.legacy_texts import MEAN_REVERSION
from tests.workflows.originals import original_folder

PAIRS = ("AUDUSD", "EURGBP", "EURJPY", "GBPUSD", "USDCAD", "USDCHF", "USDJPY")
CHECKOUT = ("configs", "installer", "benchmarks", "tests", "pyproject.toml", "Makefile")


def checkout(workspace: Path) -> None:
    """Lay out what a clone has and a workspace has not.

    Parameters
    ----------
    workspace : Path
        Top of the clone.
    """
    for name in CHECKOUT:
        if name == "configs":
            shutil.copytree(REPO / name, workspace / name, dirs_exist_ok=True)
        else:
            (workspace / name).symlink_to(REPO / name)


def broker_file(workspace: Path) -> None:
    """Write what MetaTrader exports of the shipped pair, on its server's clock."""
    bars = pd.read_csv(workspace / "data" / "EURUSD_1h.csv", index_col=0, parse_dates=True).tail(2000)
    local = bars.tz_convert("Europe/Athens")
    lines = [
        f"{stamp:%Y.%m.%d,%H:%M},{bar.open:.5f},{bar.high:.5f},{bar.low:.5f},{bar.close:.5f},{int(bar.volume or 0)}"
        for stamp, bar in local.iterrows()
    ]
    (workspace / "EURUSD60.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (workspace / "data" / "EURUSD_1h.csv").unlink()


def faulty_series(workspace: Path) -> None:
    """Give a series two faults of the kind that a page repairs: a row twice, and a high below its close."""
    path = workspace / "data" / "EURUSD_1h.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[300].split(",")
    cells[2] = cells[3]
    lines[300:301] = [",".join(cells), ",".join(cells)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def originals(workspace: Path) -> None:
    """Lay the original's models into a workspace, and its bars beside it."""
    for strategy in ("neuro_mean_reversion", "bollinger_squeeze_volume"):
        original_folder(Workspace(workspace), "MSFT", "1h", strategy=strategy)
    (workspace / "old").mkdir()
    series(900).to_csv(workspace / "old" / "MSFT_1h.csv")


def original_model(workspace: Path) -> None:
    """Lay a model of the original into a workspace, with the bars that it is asked about."""
    original_folder(Workspace(workspace), "MSFT", "1h", strategy="neuro_mean_reversion")
    make_bars(600).to_csv(workspace / "data" / "MSFT_1h.csv", date_format="%Y-%m-%dT%H:%M:%SZ")


def original_strategy(workspace: Path) -> None:
    """Write a strategy of the original."""
    (workspace / "old").mkdir()
    (workspace / "old" / "neuro_mean_reversion.yaml").write_text(MEAN_REVERSION, encoding="utf-8")


def second_version(workspace: Path) -> None:
    """Train a second version, as the page says that there are two; a copy of the first that says so is none."""
    from ktrdr_app.workflows.requests import TrainRequest
    from ktrdr_app.workflows.train_run import train

    train(TrainRequest(Workspace(workspace), "neuro_mean_reversion", ("AAPL", "IBM", "MSFT"), "1d", epochs=2, seed=2))


def signals(workspace: Path) -> None:
    """Write signals of the reader's own: buy in May, sell in November."""
    stamps = pd.read_csv(workspace / "data" / "GOOG_1d.csv", index_col=0, parse_dates=True).index
    words = ["BUY" if stamp.month == 5 else "SELL" if stamp.month == 11 else "HOLD" for stamp in stamps]
    table = pd.DataFrame({"timestamp": stamps.strftime("%Y-%m-%dT%H:%M:%SZ"), "signal": words})
    table.to_csv(workspace / "my_signals.csv", index=False)


def seven_pairs(workspace: Path) -> None:
    """Write short series for the pairs of the real run, which are not shipped."""
    for seed, pair in enumerate(PAIRS):
        make_bars(700, seed=seed).to_csv(workspace / "data" / f"{pair}_1h.csv", date_format="%Y-%m-%dT%H:%M:%SZ")


def first_strategy(workspace: Path) -> None:
    """Copy the strategy as the tutorial says, and change its name and the labels' threshold."""
    folder = workspace / "configs" / "strategies"
    document = yaml.safe_load((folder / "neuro_mean_reversion.yaml").read_text(encoding="utf-8"))
    document["name"] = "my_first"
    document.setdefault("labels", {})["threshold"] = 0.02 if document["labels"].get("threshold_unit") != "atr" else 2.0
    (folder / "my_first.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


BEFORE: dict[str, tuple[Callable[[Path], None], ...]] = {
    "README.md": (checkout,),
    "CONTRIBUTING.md": (checkout,),
    "docs/tutorial/first-run.md": (checkout,),
    "docs/tutorial/in-the-window.md": (checkout,),
    "docs/how-to/import-a-vendors-file.md": (broker_file,),
    "docs/how-to/check-and-repair-data.md": (faulty_series,),
    "docs/how-to/migrate-legacy-models.md": (originals,),
    "docs/how-to/upgrade-a-strategy.md": (original_strategy,),
    "docs/how-to/look-after-models.md": (second_version,),
    "docs/how-to/judge-an-unseen-symbol.md": (signals,),
    "docs/explanation/seven-pairs.md": (seven_pairs,),
    "docs/reference/legacy-mode.md": (original_model,),
}
"""What a page takes for granted."""

BY_HAND: dict[tuple[str, str], Callable[[Path], None]] = {
    ("docs/tutorial/first-run.md", "my_first.yaml"): first_strategy,
}
"""What a page tells in words before the block that has these words in it."""
