"""What a run wrote down, read back: position and past of every bar as the engine knew them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ktrdr_app.core.errors import BadInput, InvalidValue, StrategyNotFound
from ktrdr_app.core.paths import Workspace
from ktrdr_app.decision import Action
from ktrdr_app.workflows import backtest_signals
from ktrdr_app.workflows.requests import SignalsRequest
from ktrdr_app.workflows.why_record import RunRecord, read_record
from tests.why_runs import DEMO, LONGER, ORIGINAL, STERN, WhyRuns


@pytest.fixture(scope="module")
def records(why_runs: WhyRuns) -> dict[str, RunRecord]:
    return {name: read_record(why_runs.workspace, why_runs.folder(name)) for name in (DEMO, LONGER, STERN, ORIGINAL)}


@pytest.mark.parametrize("name", [DEMO, LONGER, STERN, ORIGINAL])
def test_the_filters_stood_as_the_engine_had_them_at_every_bar(
    why_runs: WhyRuns, records: dict[str, RunRecord], name: str
) -> None:
    """Drift apart, whose distances are not written down, every verdict follows from the record alone."""
    record = records[name]
    for decision in why_runs.outcomes[name].result.log.decisions():
        found = record.judge(decision.bar).decide(decision.bar, record.shares[decision.bar])
        told = [verdict for verdict in decision.trail if verdict.name != "drift"]
        assert [verdict for verdict in found.trail if verdict.name != "drift"] == told


def test_what_was_written_is_read(why_runs: WhyRuns, records: dict[str, RunRecord]) -> None:
    for name, record in records.items():
        outcome = why_runs.outcomes[name]
        pd.testing.assert_index_equal(record.index, outcome.bars.index, check_names=False)
        assert record.config == outcome.result.config
        assert record.in_sample.tolist() == outcome.in_sample.tolist()
        assert len(record.closed) == len(outcome.result.trades)
        assert record.notes == ()
        assert record.orchestrator.settings.model_dump() == {
            **outcome.result.log.orchestrator.settings.model_dump(),
        }


def test_a_fill_leads_back_to_the_bar_that_ordered_it(records: dict[str, RunRecord]) -> None:
    record = records[LONGER]
    for bar in record.closed.entry_bar.tolist():
        assert record.ordered_at(bar) == bar - 1
        assert record.decisions["action"].iloc[bar - 1] == Action.BUY.name
    at_close = records[STERN]
    for bar in at_close.closed.entry_bar.tolist():
        assert at_close.ordered_at(bar) == bar
        assert at_close.decisions["action"].iloc[bar] in ("BUY", "SELL")


class TestRows:
    def test_any_instant_within_a_bar(self, records: dict[str, RunRecord]) -> None:
        record = records[LONGER]
        stamp = record.index[7]
        for moment in (stamp, stamp.isoformat(), stamp + pd.Timedelta("59min"), str(stamp.tz_localize(None))):
            assert record.row_of(moment) == 7
        assert record.row_of(stamp.tz_convert("Asia/Tokyo").isoformat()) == 7
        assert record.row_of(record.index[-1] + pd.Timedelta("30min")) == len(record.index) - 1

    @pytest.mark.parametrize("moment", ["1999-01-01", "2031-01-01", "soon", "NaT"])
    def test_no_other_instant(self, records: dict[str, RunRecord], moment: str) -> None:
        with pytest.raises(InvalidValue, match="time") as caught:
            records[LONGER].row_of(moment)
        assert "2017-06-01" in caught.value.hint


class TestReading:
    def test_a_run_of_signals_has_no_model_to_ask(self, why_runs: WhyRuns, tmp_path: Path) -> None:
        (tmp_path / "s.csv").write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n")
        backtest_signals(SignalsRequest(why_runs.workspace, tmp_path / "s.csv", "IBM", "1d", out=tmp_path / "run"))
        with pytest.raises(BadInput, match="signals"):
            read_record(why_runs.workspace, tmp_path / "run")

    def test_a_run_from_before_filters_were_written_down_needs_its_strategy(
        self, why_runs: WhyRuns, tmp_path: Path
    ) -> None:
        shutil.copytree(why_runs.folder(STERN), tmp_path / "runs" / "old")
        path = tmp_path / "runs" / "old" / "result.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        del document["decision"]
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(StrategyNotFound, match="stern"):
            read_record(Workspace(tmp_path), tmp_path / "runs" / "old")
        found = read_record(why_runs.workspace, tmp_path / "runs" / "old")
        assert found.orchestrator.settings.max_dissimilarity == 0.25
        assert "as it is now" in found.notes[0]
