"""Figures and verdicts in words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.workflows.wording import (
    Verdict,
    backtest_verdict,
    day,
    event_notes,
    fallback_warning,
    has_skill,
    look_ahead_note,
    model_verdict,
    number,
    open_trade_note,
    percent,
    significant,
    typographic,
)


def trained(skill: float | None, accuracy: float | None, majority: float | None) -> dict[str, object]:
    nll = None if skill is None else 1.08 * (1 - skill)
    return {
        "metrics": {
            "skill": skill,
            "test_accuracy": accuracy,
            "majority_accuracy": majority,
            "test_nll": nll,
            "prior_nll": 1.08,
        }
    }


def backtested(own: float | None, held: float | None, trades: int = 12, step: int = 1) -> dict[str, object]:
    return {
        "symbol": "GOOG",
        "timeframe": "1d",
        "bars": 2000,
        "start": "2005-03-01T00:00:00Z",
        "end": "2013-03-01T00:00:00Z",
        "model": {"path": "models/other/IBM_1d_v1", "step": step},
        "metrics": {"total_return": own, "max_drawdown": -0.216, "total_trades": trades},
        "benchmark": {"buy_and_hold": {"total_return": held, "max_drawdown": -0.65}},
    }


@pytest.mark.parametrize(
    ("value", "digits", "signed", "expected"),
    [
        (0.125, 1, False, "12.5 %"),
        (-0.0312, 1, False, "-3.1 %"),
        (0.5, 0, True, "+50 %"),
        (-0.5, 0, True, "-50 %"),
        (0.0, 1, True, "0.0 %"),
        (-0.00001, 1, True, "0.0 %"),
        (12.0, 1, False, "1,200.0 %"),
        (None, 1, False, "n/a"),
        (math.nan, 1, False, "n/a"),
        (math.inf, 1, False, "n/a"),
    ],
)
def test_percent(value, digits, signed, expected):
    assert percent(value, digits, signed=signed) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (100_000.0, 2, "100,000.00"),
        (1234.5678, 4, "1,234.5678"),
        (-0.001, 2, "0.00"),
        (7, 0, "7"),
        (None, 2, "n/a"),
        (-math.inf, 2, "n/a"),
    ],
)
def test_number(value, digits, expected):
    assert number(value, digits) == expected


@given(st.floats(-1e12, 1e12))
def test_number_reads_back_to_the_rounded_value(value):
    assert float(number(value, 3).replace(",", "")) == pytest.approx(value, abs=0.00051)


def test_day():
    assert day("2020-01-02T03:04:05Z") == "2020-01-02"
    assert day(None) == "n/a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3.2 %", "−3.2\u202f%"),
        ("it returned -27.0 % from 2005-03-01", "it returned −27.0\u202f% from 2005-03-01"),
        ("models/a-1/universal_1d_v1", "models/a-1/universal_1d_v1"),
        ("--seed 3 --fraction=-1", "--seed 3 --fraction=−1"),
        ("BRK-5", "BRK-5"),
        ("", ""),
    ],
)
def test_minus_signs_are_set_before_figures_only(text, expected):
    assert typographic(text) == expected


@pytest.mark.parametrize(
    ("skill", "accuracy", "majority", "expected"),
    [
        (0.02, 0.47, 0.43, True),
        (0.0, 0.47, 0.43, False),
        (-0.02, 0.47, 0.43, False),
        (0.02, 0.43, 0.43, False),
        (0.02, 0.40, 0.43, False),
        (-0.02, 0.40, 0.43, False),
        (None, 0.47, 0.43, False),
        (0.02, None, 0.43, False),
        (0.02, 0.47, None, False),
    ],
)
def test_skill_needs_both_baselines_to_be_beaten(skill, accuracy, majority, expected):
    assert has_skill(skill, accuracy, majority) is expected
    verdict = model_verdict(trained(skill, accuracy, majority))
    assert verdict.good is expected
    assert ("no skill" in verdict.headline) is not expected


def test_the_model_verdict_says_which_baseline_was_not_beaten():
    assert "most frequent class" in model_verdict(trained(0.02, 0.40, 0.43)).headline
    assert "training shares" in model_verdict(trained(-0.02, 0.47, 0.43)).headline
    assert "guessing" in model_verdict(trained(-0.02, 0.40, 0.43)).headline


def test_the_model_verdict_carries_the_figures():
    detail = model_verdict(trained(0.02, 0.4712, 0.43)).detail
    for figure in ("47.1 %", "43.0 %", "1.0584", "1.0800", "+2.0 %"):
        assert figure in detail


def test_the_backtest_verdict_compares_with_buy_and_hold():
    better, worse = backtest_verdict(backtested(0.41, 0.123)), backtest_verdict(backtested(0.041, 0.123))
    assert (better.good, worse.good) == (True, False)
    assert "more than buy and hold" in better.headline
    assert "less than buy and hold" in worse.headline
    for figure in ("+4.1 %", "+12.3 %", "-21.6 %", "-65.0 %", "12 trades", "2005-03-01", "2013-03-01", "GOOG 1d"):
        assert figure in worse.detail


def test_earning_more_on_bars_the_model_has_seen_is_no_praise():
    verdict = backtest_verdict({**backtested(0.41, 0.123), "seen_in_training": 1500})
    assert not verdict.good
    assert verdict.headline.endswith("on bars of which its model had seen 75.0 %")
    worse = backtest_verdict({**backtested(0.041, 0.123), "seen_in_training": 1500})
    assert worse.headline == "The strategy earned less than buy and hold"


def test_a_position_that_is_held_to_the_end_is_not_called_no_trading():
    held = backtested(0.3, 0.3, trades=0)
    held["metrics"]["exposure"] = 0.99
    assert backtest_verdict(held).headline == "The strategy took one position and never closed it"
    assert not backtest_verdict(held).good


def test_no_trades_and_no_benchmark_are_said():
    assert backtest_verdict(backtested(0.0, -0.2, trades=0)).headline == "The strategy did not trade"
    assert "no benchmark" in backtest_verdict(backtested(0.1, None)).headline
    assert "1 trade with" in backtest_verdict(backtested(0.1, 0.2, trades=1)).detail
    assert isinstance(backtest_verdict({**backtested(0.1, None), "benchmark": {}}), Verdict)


@pytest.mark.parametrize(("step", "warns"), [(1, False), (2, False), (3, True), (None, False)])
def test_only_the_third_step_of_the_resolver_is_a_fallback(step, warns):
    warning = fallback_warning(backtested(0.1, 0.2, step=step))
    assert bool(warning) is warns
    assert not warns or ("models/other/IBM_1d_v1" in warning and "GOOG" in warning)


def test_a_backtest_of_signals_has_no_model_to_warn_of():
    assert fallback_warning({**backtested(0.1, 0.2), "model": None}) == ""


def test_the_resolver_s_own_warning_is_passed_on():
    document = backtested(0.1, 0.2, step=3)
    document["model"]["warning"] = "no model for s 1d GOOG; IBM_1d_v1 is used instead"
    assert "IBM_1d_v1 is used instead" in fallback_warning(document)


def test_a_model_named_by_its_path_is_no_fallback():
    assert fallback_warning(backtested(0.1, 0.2, step="path")) == ""


def test_nothing_is_said_where_nothing_was_left_open_or_went_wrong():
    assert open_trade_note({"open_trade": None}) == ""
    assert event_notes({}) == []
    assert event_notes({"events": []}) == []


def test_events_are_counted_by_kind():
    events = [
        {"code": code, "time": f"2020-01-0{order}T00:00:00+00:00", "message": f"{code} {order}"}
        for order, code in enumerate(["order_rejected", "equity_gone", "order_rejected", "order_rejected"], start=1)
    ]
    assert event_notes({"events": events}) == [
        "2020-01-01: order_rejected 1 (and 2 more)",
        "2020-01-02: equity_gone 2",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0801249, "1.08012"),
        (716.95831, "716.958"),
        (1_234_567.8, "1,234,568"),
        (0.000123456789, "0.000123457"),
        (0.0, "0.00000"),
        (-52.5, "-52.5000"),
    ],
)
def test_prices_and_quantities_have_six_significant_digits(value, expected):
    assert significant(value) == expected


@pytest.mark.parametrize(
    ("skill", "gain", "doubted"),
    [
        ((0.01, 0.03), (0.01, 0.05), []),
        ((-0.01, 0.03), (0.01, 0.05), ["-1.0 % to +3.0 %"]),
        ((0.0, 0.03), (0.0, 0.05), ["0.0 % to +3.0 %", "0.0 % to +5.0 %"]),
    ],
)
def test_an_interval_that_reaches_zero_decides_about_chance(skill, gain, doubted):
    document = trained(0.012, 0.438, 0.431) | {"split": {"rows": {"test": 100}}}
    document["metrics"]["intervals"] = {"skill": list(skill), "accuracy_gain": list(gain)}
    verdict = model_verdict(document)
    assert ("chance" in verdict.headline) is bool(doubted)
    for words in doubted:
        assert f"(90 % interval {words})" in verdict.detail
    assert "points" not in verdict.detail


@pytest.mark.parametrize(("rows", "doubted"), [(None, False), (100, True), (888, True), (40_000, False)])
def test_a_margin_that_chance_may_explain_is_called_so(rows, doubted):
    document = trained(0.012, 0.438, 0.431) | ({"split": {"rows": {"test": rows}}} if rows else {})
    verdict = model_verdict(document)
    assert verdict.good
    assert ("chance" in verdict.headline) is doubted
    if rows:
        spread = 1.96 * math.sqrt(0.438 * 0.562 / rows)
        assert (spread >= 0.438 - 0.431) is doubted
        assert not doubted or f"±{100 * spread:.1f} points" in verdict.detail


def test_the_bars_after_the_fit_are_told_apart():
    later = {"from": "2011-12-09T00:00:00Z", "bars": 1296, "total_return": -0.051, "buy_and_hold_return": 0.295}
    detail = backtest_verdict({**backtested(0.41, 0.123), "after_fit": later}).detail
    assert "On the 1,296 bars from 2011-12-09, after the time that the model was fitted on" in detail
    assert "-5.1 %" in detail
    assert "+29.5 %" in detail
    none = {"from": None, "bars": 0, "total_return": None, "buy_and_hold_return": None}
    assert "All these bars lie within" in backtest_verdict({**backtested(0.41, 0.123), "after_fit": none}).detail
    assert "fitted" not in backtest_verdict({**backtested(0.41, 0.123), "after_fit": None}).detail


@pytest.mark.parametrize(("mark", "said"), [(True, True), (False, False), (None, False)])
def test_runs_on_models_of_the_original_are_marked_as_look_ahead(mark, said):
    document = backtested(0.1, 0.2, step=2)
    document["model"] |= {} if mark is None else {"look_ahead": mark}
    assert look_ahead_note(document).startswith("LOOK-AHEAD") is said
    assert look_ahead_note({**document, "model": None}) == ""
