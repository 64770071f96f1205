"""The plan of a training says what the training then writes down, and what stands in its way, before it begins."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, StrategyProblem, WorkspaceReadOnly
from ktrdr_app.core.paths import Workspace, shipped
from ktrdr_app.core.progress import SymbolDone
from ktrdr_app.core.protection import protect, unprotect
from ktrdr_app.labels.labelers import label_bars
from ktrdr_app.strategy.load import load_strategy
from ktrdr_app.training.combine import COMBINATIONS
from ktrdr_app.workflows import plan_training
from ktrdr_app.workflows import training_plan as module
from ktrdr_app.workflows.plan_records import PARTS, CombinationPlan, SymbolPlan, TrainingPlan
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.train_run import train
from ktrdr_app.workflows.training_plan import storage_problem
from tests.workflows.quick import SYMBOLS, TEXT, files_below, request, with_strategy

OPTIONS: dict[str, Any] = {"combination": "balanced", "epochs": 1, "seed": 3, "start": "2003-01-01"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the sample data with the quick strategy, one symbol that begins late, and one that is too short."""
    workspace = Workspace(tmp_path_factory.mktemp("plan") / "workspace")
    workspace.data.mkdir(parents=True)
    for file in (shipped("resources") / "sample").glob("*.csv"):
        shutil.copy(file, workspace.data / file.name)
    lines = (workspace.data / "GOOG_1d.csv").read_text(encoding="utf-8").splitlines()
    (workspace.data / "SHORT_1d.csv").write_text("\n".join(lines[:61]) + "\n", encoding="utf-8")
    (workspace.data / "LATE_1d.csv").write_text("\n".join([lines[0], *lines[600:]]) + "\n", encoding="utf-8")
    return with_strategy(workspace)


@pytest.fixture(scope="module")
def plan(shop: Workspace) -> TrainingPlan:
    before = files_below(shop.root)
    made = plan_training(request(shop, **OPTIONS))
    assert files_below(shop.root) == before, "a plan writes nothing but its cache"
    return made


@pytest.fixture(scope="module")
def manifest(shop: Workspace, plan: TrainingPlan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a training wrote down that began after the plan was made, in a workspace of its own."""
    folder = tmp_path_factory.mktemp("trained") / "workspace"
    shutil.copytree(shop.root, folder)
    result = train(request(Workspace(folder), **OPTIONS))
    return dict(json.loads((result.model_path / "training_manifest.json").read_text(encoding="utf-8")))


def entry(plan: TrainingPlan, symbol: str) -> SymbolPlan:
    return next(found for found in plan.symbols if found.symbol == symbol)


def way(plan: TrainingPlan, name: str) -> CombinationPlan:
    return next(found for found in plan.combinations if found.name == name)


class TestATrainingKeepsToIt:
    def test_the_split_is_the_one_recorded(self, plan: TrainingPlan, manifest: dict[str, Any]) -> None:
        assert plan.split == manifest["split"]
        assert manifest["split"]["purged_rows"] > 0

    def test_the_balance_of_each_symbol_is_the_one_recorded(self, plan: TrainingPlan, manifest: dict[str, Any]) -> None:
        assert {found.symbol: found.balance for found in plan.symbols} == manifest["class_balance"]

    def test_the_rows_of_each_symbol_are_the_ones_learnt_from(
        self, plan: TrainingPlan, manifest: dict[str, Any]
    ) -> None:
        assert plan.combination == "balanced"
        assert plan.chosen is not None
        assert plan.chosen.kept == manifest["samples_per_symbol"]
        assert plan.chosen.total == manifest["total_samples"]

    def test_features_dates_and_labels(self, plan: TrainingPlan, manifest: dict[str, Any]) -> None:
        assert plan.features == len(manifest["feature_contract"]["names"])
        assert min(found.first for found in plan.symbols) == manifest["data_date_range"]["start"]
        assert max(found.last for found in plan.symbols) == manifest["data_date_range"]["end"]
        assert (plan.threshold, plan.threshold_unit) == (1.5, "atr")
        assert plan.problems == ()


class TestRows:
    def test_every_bar_has_one_fate(self, plan: TrainingPlan) -> None:
        for found in plan.symbols:
            assert found.bars == found.warm_up + found.unusable + found.rows
            assert sum(found.counts.values()) == found.rows
            parts = sum(part.rows for part in found.parts.values())
            assert found.rows == parts + found.purged + found.embargoed

    def test_parts_of_all_symbols_add_up_to_the_split(self, plan: TrainingPlan) -> None:
        assert plan.split is not None
        for name in PARTS:
            assert sum(found.parts[name].rows for found in plan.symbols) == plan.split["rows"][name]
        assert sum(found.purged for found in plan.symbols) == plan.split["purged_rows"]

    def test_parts_follow_each_other_with_the_purge_between_them(self, plan: TrainingPlan) -> None:
        assert plan.split is not None
        cut = pd.Timestamp(plan.split["train_end"]).value
        end = pd.Timestamp(plan.split["validation_end"]).value
        for found in plan.symbols:
            train_part, validation, test = (found.parts[name] for name in PARTS)
            assert train_part.first < train_part.last < cut < validation.first < validation.last < end < test.first

    def test_labels_counted_by_hand(self, shop: Workspace, plan: TrainingPlan) -> None:
        loaded = load_strategy("quick", shop)
        bars = source_of(shop).load("IBM", "1d", OPTIONS["start"])
        labels = label_bars(bars, "1d", loaded.strategy.labels).label
        after = labels[entry(plan, "IBM").warm_up :]
        expected = [int((after == number).sum()) for number in range(3)]
        assert list(entry(plan, "IBM").counts.values()) == expected
        assert list(entry(plan, "IBM").counts) == ["BUY", "HOLD", "SELL"]

    def test_an_embargo_leaves_rows_out_that_are_counted_apart(self, shop: Workspace) -> None:
        with_strategy(shop, TEXT.replace("training: {", "training: {split: {embargo: 0.02}, "), "careful")
        made = plan_training(request(shop, strategy="careful"))
        assert made.split is not None
        assert sum(found.embargoed for found in made.symbols) == made.split["embargoed_rows"] > 0
        assert all(found.embargoed > 0 for found in made.symbols)


class TestCombinations:
    def test_all_are_there(self, plan: TrainingPlan) -> None:
        assert tuple(found.name for found in plan.combinations) == COMBINATIONS

    @pytest.mark.parametrize("name", ["concatenate", "interleave"])
    def test_those_that_take_every_row(self, plan: TrainingPlan, name: str) -> None:
        found = way(plan, name)
        assert found.kept == {each.symbol: each.parts["train"].rows for each in plan.symbols}
        assert set(found.lost.values()) == {0}
        assert found.reason == ""

    def test_balanced_leaves_what_the_poorest_does_not_have(self, shop: Workspace) -> None:
        made = plan_training(request(shop, symbols=("AAPL", "LATE")))
        found, rows = way(made, "balanced"), {each.symbol: each.parts["train"].rows for each in made.symbols}
        assert rows["AAPL"] - rows["LATE"] > 500
        assert found.kept == dict.fromkeys(rows, rows["LATE"])
        assert found.lost == {"AAPL": rows["AAPL"] - rows["LATE"], "LATE": 0}
        assert found.reason == f"LATE has the fewest training rows, {rows['LATE']:,}; every symbol gives as many"

    def test_weighted_needs_weights_and_keeps_to_them(self, shop: Workspace, plan: TrainingPlan) -> None:
        assert isinstance(way(plan, "weighted").problem, InvalidValue)
        weights = {"AAPL": 2.0, "IBM": 1.0, "MSFT": 1.0}
        made = plan_training(request(shop, combination="weighted", weights=weights))
        found = way(made, "weighted")
        assert found.kept["AAPL"] == 2 * found.kept["IBM"] == 2 * found.kept["MSFT"]
        assert found.reason.endswith("training rows of AAPL allow")
        assert made.problems == ()

    def test_one_that_cannot_be_used_stands_in_the_way_only_where_it_is_chosen(self, shop: Workspace) -> None:
        made = plan_training(request(shop, combination="weighted"))
        ((symbol, error),) = made.problems
        assert symbol == ""
        assert "weight above 0 for each of AAPL, IBM, MSFT" in error.hint + error.message


class TestWhatStandsInTheWay:
    def test_a_missing_file_is_told_of_its_symbol_and_the_others_are_planned(self, shop: Workspace) -> None:
        made = plan_training(request(shop, symbols=("AAPL", "NONE", "IBM")))
        assert [found.symbol for found in made.symbols] == ["AAPL", "NONE", "IBM"]
        ((symbol, error),) = made.problems
        assert (symbol, error.code) == ("NONE", "data_not_found")
        assert entry(made, "NONE").rows == 0
        assert entry(made, "NONE").balance == {}
        assert set(way(made, "concatenate").kept) == {"AAPL", "IBM"}

    def test_a_short_series_is_told_of_its_symbol(self, shop: Workspace) -> None:
        made = plan_training(request(shop, symbols=("AAPL", "SHORT")))
        ((symbol, error),) = made.problems
        assert (symbol, error.code) == ("SHORT", "too_few_rows")

    def test_no_symbol_that_can_be_used_gives_no_split(self, shop: Workspace) -> None:
        made = plan_training(request(shop, symbols=("SHORT",)))
        assert made.split is None
        assert made.chosen is None
        assert made.combinations == ()
        assert made.suggestion is None

    def test_rows_that_are_too_few_after_the_split(self, shop: Workspace) -> None:
        made = plan_training(request(shop, symbols=("AAPL",), start="2009-01-01", end="2009-08-31"))
        ((symbol, error),) = made.problems
        assert (symbol, error.code) == ("", "too_few_rows")
        assert "after the split" in error.message
        assert made.split is None
        assert entry(made, "AAPL").rows >= 100

    def test_labels_that_are_all_alike(self, shop: Workspace) -> None:
        with_strategy(shop, TEXT.replace("threshold: 1.5, threshold_unit: atr", "threshold: 0.9"), "far")
        made = plan_training(request(shop, strategy="far"))
        assert [(symbol, error.code) for symbol, error in made.problems] == [(name, "one_class") for name in SYMBOLS]
        assert made.suggestion is not None
        assert made.suggestion.threshold < 0.9
        assert min(made.suggestion.balance.values()) >= 0.05

    def test_a_faulty_strategy_is_raised(self, shop: Workspace) -> None:
        with_strategy(shop, TEXT.replace("lookahead", "lookahed"), "typo")
        with pytest.raises(StrategyProblem, match="lookahed"):
            plan_training(request(shop, strategy="typo"))

    def test_a_raised_token_stops_it(self, shop: Workspace) -> None:
        token = CancelToken("the plan")
        with pytest.raises(Cancelled):
            plan_training(request(shop), lambda event: token.cancel() if isinstance(event, SymbolDone) else None, token)


class TestSuggestion:
    def test_none_where_no_class_is_rare(self, plan: TrainingPlan) -> None:
        assert all(min(found.balance.values()) >= 0.05 for found in plan.symbols)
        assert plan.suggestion is None

    def test_it_is_for_all_symbols_together(self, shop: Workspace) -> None:
        with_strategy(shop, TEXT.replace("threshold: 1.5", "threshold: 9.0"), "wide")
        made = plan_training(request(shop, strategy="wide"))
        assert made.suggestion is not None
        settings = load_strategy("wide", shop).strategy.labels.model_copy(
            update={"threshold": made.suggestion.threshold}
        )
        labels = [label_bars(source_of(shop).load(name, "1d"), "1d", settings).label for name in SYMBOLS]
        counts = np.sum([[(label == number).sum() for number in range(3)] for label in labels], axis=0)
        assert list(made.suggestion.balance.values()) == pytest.approx(list(counts / counts.sum()))

    def test_hindsight_labels_get_a_warning_and_no_suggestion(self, shop: Workspace) -> None:
        text = TEXT.replace("labels: {threshold: 1.5, threshold_unit: atr, lookahead: 10}",
                            "labels: {method: segment, threshold: 0.05}")  # fmt: skip
        with_strategy(shop, text, "seen")
        made = plan_training(request(shop, strategy="seen"))
        assert made.suggestion is None
        assert len(made.notes) >= 1
        assert "hindsight" in made.notes[0]


class TestStorage:
    def test_nothing_is_wrong_with_a_folder_of_ones_own(self, tmp_path: Path) -> None:
        assert storage_problem(Workspace(tmp_path / "not" / "yet" / "there")) is None

    def test_a_workspace_that_is_only_looked_at(self, shop: Workspace) -> None:
        protect(shop)
        try:
            assert isinstance(storage_problem(shop), WorkspaceReadOnly)
            ((symbol, error),) = plan_training(request(shop)).problems
        finally:
            unprotect(shop)
        assert (symbol, error.code) == ("", "workspace_read_only")

    def test_a_disk_that_is_full(self, shop: Workspace, plan: TrainingPlan) -> None:
        needed = shutil.disk_usage(shop.root).free + (1 << 40)
        found = storage_problem(shop, needed)
        assert found is not None
        assert "MB are free on its disk, a training needs" in found.message
        assert replace(plan, problem=found).problems == (("", found),)

    def test_a_folder_that_may_not_be_written_to(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module.os, "access", lambda path, mode: False)  # root may write anywhere
        found = storage_problem(Workspace(tmp_path))
        assert found is not None
        assert "may not be written to" in found.message
        assert found.where == str(tmp_path)
