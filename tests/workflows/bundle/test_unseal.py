"""A bundle opens in another workspace with the same numbers, and one that is not whole leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BundleRejected, Cancelled, FileMissing
from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.backtest_run import backtest_signals
from ktrdr_app.workflows.bundle.layout import LABEL
from ktrdr_app.workflows.bundle.seal import export_bundle
from ktrdr_app.workflows.bundle.unseal import BundleOpened, open_bundle
from ktrdr_app.workflows.requests import SignalsRequest
from ktrdr_app.workflows.run_folders import newest_run
from tests.core.protected import only_looked_at
from tests.workflows.bundle.conftest import Forge, Made, contents_of
from tests.workflows.quick import files_below


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the workspace of somebody else, empty at first."""
    return Workspace(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def opened(made: Made, reader: Workspace) -> BundleOpened:
    """Return the bundle opened there, and run again, while the author's workspace is out of reach."""
    hidden = made.workspace.root.with_name("author-away")
    made.workspace.root.rename(hidden)
    try:
        return open_bundle(reader, made.file)
    finally:
        hidden.rename(made.workspace.root)


def test_every_number_is_the_same_to_the_last_digit(made: Made, opened: BundleOpened) -> None:
    there, here = made.outcome, opened.outcome
    for key in ("metrics", "benchmark", "statistics", "final_equity", "config", "open_trade", "coverage", "after_fit"):
        assert here.document[key] == there.document[key], key
    np.testing.assert_array_equal(here.result.equity, there.result.equity)
    pd.testing.assert_frame_equal(here.result.trades, there.result.trades, check_dtype=False, check_exact=True)
    pd.testing.assert_frame_equal(here.result.decisions, there.result.decisions, check_dtype=False, check_exact=True)
    pd.testing.assert_frame_equal(here.bars, there.bars, check_exact=True)
    np.testing.assert_array_equal(here.benchmark_equity, there.benchmark_equity)


def test_running_it_again_there_gives_them_again(opened: BundleOpened) -> None:
    assert opened.replay is not None
    assert opened.replay.differences == ()
    assert (opened.replay.bars, opened.replay.figures) == (len(opened.outcome.bars), 19)
    assert opened.sentences[1].endswith("are the same to the last digit.")


def test_all_its_paths_are_those_of_the_reader(opened: BundleOpened, reader: Workspace) -> None:
    document = opened.outcome.document
    for key in ("trades_file", "equity_file", "decisions_file", "report_file"):
        assert Path(document[key]).is_file()
        assert Path(document[key]).parent == opened.outcome.folder.resolve()
    assert Path(document["model"]["path"]).is_relative_to(opened.outcome.folder.resolve())
    assert newest_run(reader) == opened.outcome.folder


def test_no_series_and_no_model_of_the_reader_is_touched(opened: BundleOpened, reader: Workspace) -> None:
    assert sorted(path.name for path in reader.root.iterdir()) == ["runs"]
    assert not (opened.outcome.folder / "model.zip").exists()


def test_opened_twice_it_is_one_run(opened: BundleOpened, reader: Workspace, made: Made) -> None:
    again = open_bundle(reader, made.file, replay=False)
    assert (again.known, again.replay) == (True, None)
    assert again.outcome.folder == opened.outcome.folder
    assert len(list(reader.runs.iterdir())) == 1


def test_another_run_of_the_same_name_stays(made: Made, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    taken = workspace.runs / made.outcome.folder.name
    taken.mkdir(parents=True)
    (taken / "note.txt").write_text("mine")
    done = open_bundle(workspace, made.file, replay=False)
    assert done.outcome.folder.name == f"{taken.name}-2"
    assert (taken / "note.txt").read_text() == "mine"


def test_it_can_be_passed_on_once_more(opened: BundleOpened, reader: Workspace, made: Made, tmp_path: Path) -> None:
    export_bundle(reader, opened.outcome.folder, tmp_path / "third.zip")
    held, first = contents_of(tmp_path / "third.zip"), contents_of(made.file)
    assert {name for name in first if held[name] != first[name]} <= {"result.json", "report.html", LABEL, "model.zip"}
    third = open_bundle(Workspace(tmp_path / "third"), tmp_path / "third.zip")
    assert third.replay is not None
    assert third.replay.same
    assert str(reader.root).encode() not in b"".join(held.values())


def test_signals_travel_too(made: Made, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2012-03-01T00:00:00Z,SELL\n")
    ran = backtest_signals(
        SignalsRequest(made.workspace, tmp_path / "s.csv", "IBM", "1d", out=tmp_path / "run", start="2009-01-01")
    )
    export_bundle(made.workspace, ran.folder, tmp_path / "b.zip")
    assert str(tmp_path).encode() not in b"".join(contents_of(tmp_path / "b.zip").values())
    done = open_bundle(Workspace(tmp_path / "other"), tmp_path / "b.zip")
    assert done.outcome.document["final_equity"] == ran.document["final_equity"]
    assert done.replay is not None
    assert (done.replay.same, done.replay.trades) == (True, 1)


class TestWhatIsRefused:
    def refused(self, file: Path, folder: Path, match: str) -> None:
        """Open a file that must be refused, and see that nothing of it stays."""
        workspace = Workspace(folder / "victim")
        workspace.runs.mkdir(parents=True)
        with pytest.raises(BundleRejected, match=match):
            open_bundle(workspace, file)
        assert files_below(workspace.root) == ["runs"]

    def test_no_file_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(FileMissing, match="nowhere"):
            open_bundle(Workspace(tmp_path), tmp_path / "nowhere.zip")

    def test_a_file_that_is_no_zip(self, tmp_path: Path) -> None:
        (tmp_path / "b.zip").write_text("hello " * 100)
        self.refused(tmp_path / "b.zip", tmp_path, "no zip file as bundles are exported")

    def test_half_a_file(self, made: Made, tmp_path: Path) -> None:
        content = made.file.read_bytes()
        (tmp_path / "half.zip").write_bytes(content[: len(content) // 2])
        self.refused(tmp_path / "half.zip", tmp_path, "no zip file")

    @pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
    def test_one_byte_that_was_changed(self, made: Made, tmp_path: Path, place: float) -> None:
        content = bytearray(made.file.read_bytes())
        content[int(len(content) * place)] ^= 0x55
        (tmp_path / "bit.zip").write_bytes(bytes(content))
        self.refused(tmp_path / "bit.zip", tmp_path, "damaged")

    @pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil", "C:\\evil", "sources/data/x.csv", "equity.csv/.."])
    def test_a_name_that_leads_elsewhere(self, made: Made, tmp_path: Path, name: str) -> None:
        shutil.copy(made.file, tmp_path / "path.zip")
        with zipfile.ZipFile(tmp_path / "path.zip", "a") as archive:
            archive.writestr(name, "evil")
        self.refused(tmp_path / "path.zip", tmp_path, "no file of a bundle")
        assert not (tmp_path / "evil.csv").exists()

    def test_a_figure_that_was_made_better(self, forge: Forge, made: Made, tmp_path: Path) -> None:
        result = json.loads(contents_of(made.file)["result.json"])
        result["metrics"]["sharpe_ratio"] = 9.9
        workspace = Workspace(tmp_path / "other")
        done = open_bundle(workspace, forge({"result.json": json.dumps(result).encode()}))
        assert done.replay is not None
        assert not done.replay.same
        assert "sharpe_ratio was 9.9" in done.replay.sentence

    def test_other_bars(self, forge: Forge, made: Made, tmp_path: Path) -> None:
        bars = contents_of(made.file)["bars.csv"].replace(b"2010-01-04T00:00:00Z,", b"2010-01-04T00:00:00Z,1")
        self.refused(forge({"bars.csv": bars}), tmp_path, "bars|found")

    def test_a_run_without_its_model(self, forge: Forge, tmp_path: Path) -> None:
        self.refused(forge({"model.zip": None}), tmp_path, "do not fit together")

    def test_a_model_that_is_none(self, forge: Forge, tmp_path: Path) -> None:
        self.refused(forge({"model.zip": b"PK nothing"}), tmp_path, "no zip file as models are exported")

    @pytest.mark.parametrize("name", ["result.json", "equity.csv", "trades.csv", "strategy.yaml", "report.html"])
    def test_a_missing_file(self, forge: Forge, tmp_path: Path, name: str) -> None:
        self.refused(forge({name: None}), tmp_path, "lacks a file|does not keep what decided")

    @pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b'{"model": 1}', b"[" * 100_000])
    def test_a_result_that_is_none(self, forge: Forge, tmp_path: Path, text: bytes) -> None:
        self.refused(forge({"result.json": text}), tmp_path, "not readable")

    def test_a_page_that_might_run_what_a_stranger_wrote(self, forge: Forge, tmp_path: Path) -> None:
        page = b"<!doctype html><script>steal()</script>"
        self.refused(forge({"report.html": page}), tmp_path, "no report of this program")

    @pytest.mark.parametrize("label", [{"run": "../../up"}, {"symbol": "a/b"}, {"timeframe": ".."}, {"run": ""}])
    def test_a_label_that_would_leave_its_folder(self, forge: Forge, tmp_path: Path, label: dict[str, str]) -> None:
        self.refused(forge(label=label), tmp_path, "does not name a run")

    def test_a_protected_workspace_is_left_alone(self, made: Made, tmp_path: Path) -> None:
        workspace = Workspace(tmp_path / "kept")
        workspace.runs.mkdir(parents=True)
        with only_looked_at(workspace), pytest.raises(Exception, match="read-only"):
            open_bundle(workspace, made.file)

    def test_a_raised_token_leaves_nothing(self, made: Made, tmp_path: Path) -> None:
        workspace, token = Workspace(tmp_path / "stopped"), CancelToken("opening")
        workspace.runs.mkdir(parents=True)
        token.cancel()
        with pytest.raises(Cancelled):
            open_bundle(workspace, made.file, cancel=token)
        assert files_below(workspace.root) == ["runs"]
