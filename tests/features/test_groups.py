"""Whose column is which, also where names of indicators look like those of lags or of the volume's own features."""

from __future__ import annotations

import pytest

from ktrdr_app.features.groups import feature_groups, input_groups, timeframe_groups
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.strategy.load import parse_strategy
from tests.features.strategies import TEXT, plan
from tests.features.test_higher import TEXT_LONGER


def named(made: FeaturePlan) -> dict[str, list[str]]:
    """Return the names of the columns in each group."""
    return {group: [made.contract.names[place] for place in places] for group, places in feature_groups(made).items()}


def of_text(text: str) -> FeaturePlan:
    return FeaturePlan.of(parse_strategy(text, "groups.yaml"))


def bare(**features: str) -> str:
    """Return a feature section that turns everything off but what is named."""
    settings = dict.fromkeys(("price_context", "volume_context", "raw_indicators"), "false") | features
    return "features: {" + ", ".join(f"{key}: {value}" for key, value in settings.items()) + "}"


def test_groups_stand_in_the_order_of_their_first_columns() -> None:
    assert list(feature_groups(plan())) == ["rsi", "mean", "macd", "price", "volume"]
    assert all(places == sorted(places) for places in feature_groups(plan()).values())


def test_every_lag_moves_with_its_membership() -> None:
    for group, names in named(plan()).items():
        lagged = [name for name in names if "_lag" in name]
        assert lagged == [f"{name}_lag{lag}" for lag in (1, 2) for name in names if f"{name}_lag1" in lagged], group


def test_all_lines_of_an_indicator_are_one_group() -> None:
    raw = {"macd_zscore", "macd_signal_zscore", "macd_histogram_zscore"}
    assert set(named(plan())["macd"]) == {"signal_flat", "signal_flat_lag1", "signal_flat_lag2"} | raw


def test_memberships_alone_make_no_group_of_prices_or_volume() -> None:
    made = plan(features=bare())
    assert named(made) == {
        "rsi": ["rsi_low", "rsi_high"],
        "mean": ["mean_below", "mean_above"],
        "macd": ["signal_flat"],
    }


@pytest.mark.parametrize(("setting", "group"), [("price_context", "price"), ("volume_context", "volume")])
def test_context_comes_from_the_bars_and_not_from_an_indicator(setting: str, group: str) -> None:
    without, made = named(plan(features=bare())), named(plan(features=bare(**{setting: "true"})))
    assert made.keys() - without.keys() == {group}
    fresh = {name for names in made.values() for name in names} - {name for names in without.values() for name in names}
    assert fresh - set(made[group]) == ({"price_to_mean_ratio"} if group == "price" else set())


def test_two_inputs_that_read_one_indicator_share_its_group() -> None:
    text = TEXT.replace(
        "  signal:\n",
        "  again:\n    input: rsi\n    sets:\n      mid: {type: gaussian, parameters: [50, 9]}\n  signal:\n",
    )
    assert {"again_mid", "again_mid_lag1", "rsi_low"} <= set(named(of_text(text))["rsi"])


def test_an_indicator_called_after_volume_keeps_its_own_columns() -> None:
    text = TEXT.replace("  macd: {", "  volume_rsi: {name: rsi, period: 9}\n  macd: {").replace(
        "  signal:\n", "  volume_rsi:\n    sets:\n      low: {type: gaussian, parameters: [20, 9]}\n  signal:\n"
    )
    groups = named(of_text(text))
    assert groups["volume_rsi"] == [
        "volume_rsi_low",
        "volume_rsi_low_lag1",
        "volume_rsi_low_lag2",
        "volume_rsi_normalized",
    ]
    assert groups["volume"] == named(plan())["volume"]


@pytest.mark.parametrize("lags", [1, 3])
def test_a_name_that_holds_the_word_for_lags_is_not_cut(lags: int) -> None:
    text = TEXT.replace("  rsi: {name", "  rsi_lag: {name").replace("  rsi:\n", "  rsi_lag:\n")
    text = text.replace("  mean: {name", "  mean_lagged: {name").replace("  mean:\n", "  mean_lagged:\n")
    groups = named(of_text(text.replace("lookback_periods: 3", f"lookback_periods: {lags}")))
    assert {"rsi_lag_low", "rsi_lag_high", "rsi_lag_normalized"} <= set(groups["rsi_lag"])
    assert {"mean_lagged_below", "price_to_mean_lagged_ratio", "mean_lagged_zscore"} <= set(groups["mean_lagged"])
    assert ("rsi_lag_low_lag2" in groups["rsi_lag"]) == (lags == 3)
    assert groups["price"] == named(plan())["price"]


def test_memberships_of_each_input_without_lags_and_only_where_they_are_features() -> None:
    made = plan()
    inputs = {"rsi": ("rsi_low", "rsi_high"), "mean": ("mean_below", "mean_above"), "signal": ("signal_flat",)}
    assert input_groups(made.strategy, made.contract.names) == inputs
    some = [name for name in made.contract.names if name != "mean_above"]
    assert list(input_groups(made.strategy, some)) == ["rsi", "signal"]
    assert input_groups(made.strategy, ("f0", "f1")) == {}


def test_longer_bars_are_groups_of_their_own_where_time_frames_are_told_apart() -> None:
    made = of_text(TEXT_LONGER)
    apart, together = timeframe_groups(made), feature_groups(made)
    assert set(apart) == {*together, "rsi@4h", "mean@1d"}
    names = made.contract.names
    assert [names[place] for place in apart["rsi@4h"]] == ["rsi_low_4h", "rsi_low_4h_lag1", "rsi_low_4h_lag2"]
    assert sorted(apart["rsi"] + apart["rsi@4h"]) == together["rsi"]
    assert sorted(apart["mean"] + apart["mean@1d"]) == together["mean"]
    for group in ("macd", "price", "volume"):
        assert apart[group] == together[group]


def test_without_longer_bars_both_are_the_same() -> None:
    assert timeframe_groups(plan()) == feature_groups(plan())
