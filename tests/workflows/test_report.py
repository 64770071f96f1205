"""The report: one file, no script, no network, every figure as computed here by other means, all text escaped."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.backtesting.periods import Curve, figures_by_period
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.workflows.report import ReportInput, render_report, write_report
from ktrdr_app.workflows.report_figures import model_table
from ktrdr_app.workflows.report_tables import (
    METRICS,
    Table,
    facts_table,
    metric_text,
    metrics_table,
    monthly_returns,
    monthly_table,
    settings_table,
    trace_table,
    trades_table,
)

HOSTILE = "<img src=x onerror=alert(1)>"
VOID = {"meta", "img", "br", "hr", "link", "input"}
BARS = 700
LUCK = {"draws": 200, "high": 0.31, "median": 0.02, "low": -0.18, "percentile": 0.64}


class Page(HTMLParser):
    """Collects elements, tables and text, and checks that tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[dict[str, object]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self.tables[-1]["rows"][-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside != "style":
            self.texts.append(data)
        if inside == "caption":
            self.tables[-1]["caption"] += data
        elif inside in ("td", "th"):
            self.tables[-1]["rows"][-1][-1] += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def table(self, caption: str) -> list[list[str]]:
        (found,) = (entry["rows"] for entry in self.tables if caption in entry["caption"])
        return found

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def plain(text: str) -> str:
    return text.replace("−", "-").replace("\u202f", " ")


@pytest.fixture
def bars() -> pd.DataFrame:
    index = pd.date_range("2018-11-20", periods=BARS, freq="D", tz="UTC", name="timestamp", unit="ns")
    close = 50.0 + np.random.default_rng(5).normal(size=BARS).cumsum() / 5
    columns = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": 1e6}
    return pd.DataFrame(columns, index=index)


@pytest.fixture
def equity(bars) -> pd.Series:
    returns = np.random.default_rng(6).normal(0.0003, 0.01, BARS)
    return pd.Series(100_000.0 * np.cumprod(1.0 + returns), index=bars.index)


@pytest.fixture
def trades(bars) -> pd.DataFrame:
    rows = []
    for order in range(230):
        net = (-1.0) ** order * (100.0 + order)
        rows.append(
            {
                "entry_time": bars.index[3 * order],
                "exit_time": bars.index[3 * order + 2],
                "side": "long" if order % 3 else "short",
                "quantity": 12.3456,
                "entry_price": bars["close"].iloc[3 * order],
                "exit_price": bars["close"].iloc[3 * order + 2],
                "gross_pnl": net + 3.5,
                "commission": 2.0,
                "slippage_cost": 1.5,
                "net_pnl": net,
                "return_pct": net / 100_000.0,
                "mfe": 0.012,
                "mae": -0.034,
                "bars_held": 2,
                "exit_reason": "opposite_signal",
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture
def backtest(equity) -> dict:
    metrics = {key: 0.1 + place / 100 for place, (key, *_) in enumerate(METRICS)}
    metrics |= {"total_return": equity.iloc[-1] / 100_000.0 - 1.0, "max_drawdown": -0.2346, "total_trades": 230}
    metrics |= {"sortino_ratio": None, "expectancy": -1234.5}
    curve = Curve.of(equity, equity.index.asi8, 100_000.0)
    held = {"total_return": 0.555, "max_drawdown": -0.4, "sharpe_ratio": 0.77, "final_equity": 155_500.0}
    trace = [
        {"step": 1, "pattern": "universal_1d_latest", "path": "", "result": "absent", "reason": "no such folder"},
        {"step": 2, "pattern": "GOOG_1d_latest", "path": "models/s/GOOG_1d_v1", "result": "chosen", "reason": "ok"},
    ]
    return {
        "model": {"path": "models/s/GOOG_1d_v1", "kind": "legacy", "step": 2, "trace": trace},
        "symbol": "GOOG",
        "timeframe": "1d",
        "bars": BARS,
        "start": "2018-11-20T00:00:00Z",
        "end": "2020-10-19T00:00:00Z",
        "initial_capital": 100_000.0,
        "final_equity": float(equity.iloc[-1]),
        "metrics": metrics,
        "benchmark": {"buy_and_hold": held, "random_entries": LUCK, "always_hold": {"total_return": 0.0}},
        "statistics": {"by_period": figures_by_period(curve), "sentences": ["After 3 trials it may be <chance>."]},
    }


@pytest.fixture
def train() -> dict:
    figures = {"accuracy": 0.45, "majority_accuracy": 0.42, "precision": 0.4, "recall": 0.41, "support": 300}
    figures |= {"nll": 1.05, "prior_nll": 1.07, "skill": 1 - 1.05 / 1.07}
    losing = {**figures, "nll": 1.1, "skill": 1 - 1.1 / 1.07}
    return {
        "strategy_name": "s",
        "timeframe": "1d",
        "model_path": "models/s/universal_1d_v1",
        "training_symbols": ["AAPL", "IBM"],
        "total_samples": 3600,
        "samples_per_symbol": {"AAPL": 1900, "IBM": 1700},
        "epochs_trained": 12,
        "best_epoch": 7,
        "seed": 42,
        "metrics": {
            "test_accuracy": 0.47,
            "majority_accuracy": 0.43,
            "test_nll": 1.0584,
            "prior_nll": 1.08,
            "skill": 1 - 1.0584 / 1.08,
            "precision": 0.44,
            "recall": 0.43,
        },
        "per_symbol_test": {"AAPL": figures, "IBM": losing},
        "per_symbol_validation": {"AAPL": figures},
        "class_balance": {
            "AAPL": {"BUY": 0.4, "HOLD": 0.3, "SELL": 0.3},
            "IBM": {"BUY": 0.3, "HOLD": 0.4, "SELL": 0.3},
        },
        "importance": {"rsi": {"mean": 0.01, "low": 0.0, "high": 0.02}},
        "history": [{"epoch": epoch, "train_loss": 1.2 / epoch, "val_loss": 1.3 / epoch} for epoch in range(1, 13)],
        "split": {
            "train_end": "2019-10-01T00:00:00+00:00",
            "validation_end": "2020-03-01T00:00:00+00:00",
            "purge_bars": 10,
            "rows": {"train": 2500, "validation": 500, "test": 540},
        },
        "command": "ktrdr-app train s --symbols AAPL,IBM --timeframe 1d --seed 42",
    }


@pytest.fixture
def report(bars, equity, trades, backtest, train) -> ReportInput:
    return ReportInput(
        title="Universal model on GOOG",
        strategy_name="s",
        train_document=train,
        backtest_document=backtest,
        bars=bars,
        equity=equity,
        benchmark_equity=1000.0 * bars["close"],
        trades=trades,
        in_sample=np.arange(BARS) < 140,
        report_sentences=["Stopped after 12 epochs.", "It has no skill on IBM."],
        settings={"commission": 0.001, "sizing": {"kind": "all_in"}, "allow_short": True, "hidden_layers": [30, 15]},
    )


def test_the_file_is_the_rendered_page_and_nothing_else_is_written(report, tmp_path):
    path = tmp_path / "run" / "report.html"
    assert write_report(report, path) == path
    assert path.read_text(encoding="utf-8") == render_report(report)
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_a_file_in_the_way_is_a_storage_problem(report, tmp_path):
    (tmp_path / "run").write_text("not a folder")
    with pytest.raises(StorageProblem):
        write_report(report, tmp_path / "run" / "report.html")


def test_the_page_is_self_contained(report):
    html = render_report(report)
    page = Page(html)
    for tag in ("script", "link", "img", "iframe", "object", "form", "a", "use", "image"):
        assert page.count(tag) == 0
    assert set(re.findall(r"https?://[^\s\"'<>]+", html)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in html
    assert "@import" not in html
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    policy = next(attributes for _, attributes in page.elements if attributes.get("http-equiv"))
    assert policy["content"].startswith("default-src 'none'")


def test_the_page_knows_dark_light_and_small_screens(report):
    html = render_report(report)
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'name="viewport"' in html
    assert "@media (max-width" in html


def test_each_colour_variable_that_is_used_is_defined_in_both_schemes(report):
    html = render_report(report)
    light, dark = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    defined = [set(re.findall(r"(--[\w-]+):", block)) for block in (light, dark)]
    used = set(re.findall(r"var\((--[\w-]+)\)", html)) - {"--depth"}
    assert used <= defined[0]
    assert defined[0] == defined[1]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2, success criterion 1.4.3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_stands_out_from_its_ground(report, scheme):
    block = re.findall(r":root \{(.*?)\}", render_report(report), re.DOTALL)[scheme]
    colours = dict(re.findall(r"(--[\w-]+): (#\w{6})", block))
    for ground in ("--page", "--card"):
        for ink in ("--ink", "--soft", "--good", "--bad", "--own"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        for mark in ("--held", "--up", "--down"):
            assert contrast(colours[mark], colours[ground]) >= 3.0, (mark, ground)
    assert contrast(colours["--on-share"], colours["--buy"]) >= 3.0
    assert contrast(colours["--on-hold"], colours["--hold"]) >= 4.5
    assert contrast("#14181e", colours["--sell"]) >= 4.5


def test_tables_have_captions_heads_and_as_many_cells_as_heads(report):
    page = Page(render_report(report))
    assert len(page.tables) == 10
    for table in page.tables:
        assert table["caption"]
        assert {len(row) for row in table["rows"]} == {len(table["rows"][0])}
    scopes = [attributes.get("scope") for tag, attributes in page.elements if tag == "th"]
    assert set(scopes) == {"col", "row"}


def test_pictures_have_names_and_ids_are_unique(report):
    page = Page(render_report(report))
    charts = [attributes for tag, attributes in page.elements if tag == "svg" and attributes.get("class") == "chart"]
    assert len(charts) == 6
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] for attributes in charts)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        assert set((attributes.get("aria-labelledby") or "").split()) <= set(ids)


def test_scrolling_parts_can_be_reached_by_keyboard(report):
    page = Page(render_report(report))
    scrolling = [attributes for _, attributes in page.elements if attributes.get("class") == "scroll"]
    assert len(scrolling) == len(page.tables) + 6
    assert all(entry["tabindex"] == "0" and entry["aria-label"] for entry in scrolling)


def test_headings_do_not_skip_a_level(report):
    levels = [int(tag[1]) for tag, _ in Page(render_report(report)).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_model_with_skill_and_a_strategy_that_lost_to_holding(report):
    text = Page(render_report(report)).text
    assert "The model beats both baselines on unseen bars" in text
    assert "The strategy earned less than buy and hold" in text
    assert text.index("The model beats") < text.index("The strategy earned") < text.index("Backtest")


@pytest.mark.parametrize(
    "worse", [{"skill": 0.0}, {"skill": -0.1}, {"test_accuracy": 0.43}, {"test_accuracy": 0.3, "skill": -0.2}]
)
def test_no_skill_is_said_first_and_in_plain_words(report, train, worse):
    broken = {**train, "metrics": {**train["metrics"], **worse}}
    page = Page(render_report(dataclasses.replace(report, train_document=broken)))
    assert "The model has no skill" in page.text
    assert "beats both baselines" not in page.text
    assert page.table("baselines")[1][-1] == "no skill"


def test_the_model_table_puts_baselines_beside_the_model(report):
    rows = [[plain(cell) for cell in row] for row in Page(render_report(report)).table("baselines")]
    pooled = [
        "All symbols",
        "test",
        "540",
        "47.0 %",
        "43.0 %",
        "1.0584",
        "1.0800",
        "+2.0 %",
        "–",
        "44.0 %",
        "43.0 %",
        "skill",
    ]
    assert rows[1] == pooled
    assert rows[2] == [
        "AAPL",
        "test",
        "300",
        "45.0 %",
        "42.0 %",
        "1.0500",
        "1.0700",
        "+1.9 %",
        "–",
        "40.0 %",
        "41.0 %",
        "skill",
    ]
    assert rows[3][:3] + rows[3][-4:] == ["IBM", "test", "300", "–", "40.0 %", "41.0 %", "no skill"]
    assert rows[4][:2] == ["AAPL", "validation"]


def test_without_a_baseline_no_verdict_is_invented(train):
    bare = {"accuracy": 0.5, "precision": 0.5, "recall": 0.5, "support": 10, "skill": 0.01}
    document = {**train, "per_symbol_test": None, "per_symbol_validation": {"A": bare, "B": {**bare, "skill": -0.01}}}
    rows = model_table(document).rows
    assert [row[-1].text for row in rows] == ["skill", "n/a", "no skill"]
    assert rows[1][4].text == "n/a"


def test_what_was_done_names_symbols_split_and_purge(report):
    facts = {row[0]: row[1] for row in Page(render_report(report)).table("learnt")[1:]}
    assert facts["Symbols"] == "AAPL (1,900 rows), IBM (1,700 rows)"
    assert facts["Train end"].startswith("2019-10-01")
    assert facts["Validation end"].startswith("2020-03-01")
    assert facts["Purge bars"] == "10"
    assert facts["Rows"] == "train 2500, validation 500, test 540"
    assert facts["Epochs"] == "12 trained, weights of epoch 7"
    assert facts["Seed"] == "42"


def test_facts_stand_even_where_the_document_says_little():
    rows = facts_table({"strategy_name": "s", "timeframe": "1h", "training_symbols": ["A"]}).rows
    told = {row[0].text: row[1].text for row in rows}
    assert told["Symbols"] == "A"
    assert told["Rows to train on"] == "n/a"


def test_backtest_figures_stand_beside_buy_and_hold(report, equity):
    rows = {row[0]: [plain(cell) for cell in row[1:3]] for row in Page(render_report(report)).table("after costs")[1:]}
    assert rows["Final equity"] == [f"{equity.iloc[-1]:,.2f}", "155,500.00"]
    assert rows["Total return"] == [f"{100 * (equity.iloc[-1] / 100_000 - 1):.1f} %", "55.5 %"]
    assert rows["Worst drawdown"] == ["-23.5 %", "-40.0 %"]
    assert rows["Trades"] == ["230", "n/a"]
    assert rows["Sortino ratio"] == ["n/a", "n/a"]
    assert rows["Expectancy"] == ["-1,234.50", "n/a"]
    assert len(rows) == 19


def test_a_backtest_without_benchmark_has_an_empty_column(backtest):
    table = metrics_table({**backtest, "benchmark": {}})
    assert {row[2].text for row in table.rows} == {"n/a"}


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.5, "percent", "50.0 %"), (1.234, "ratio", "1.23"), (12, "count", "12"), (1e6, "money", "1,000,000.00")],
)
def test_each_unit_has_its_form(value, unit, expected):
    assert metric_text(value, unit) == expected


def test_monthly_returns_are_those_of_pandas(equity):
    last = equity.resample("ME").last()
    expected = last.pct_change()
    expected.iloc[0] = last.iloc[0] / 100_000.0 - 1.0
    found = monthly_returns(equity, 100_000.0)
    assert list(found) == [(moment.year, moment.month) for moment in expected.index]
    assert list(found.values()) == pytest.approx(expected.to_list())


def test_years_compound_to_the_total_return(equity, bars):
    table = monthly_table(equity, 1000.0 * bars["close"], 100_000.0)
    years = [float(row[13].text) / 100 for row in table.rows]
    assert [row[0].text for row in table.rows] == ["2018", "2019", "2020"]
    assert np.prod(np.array(years) + 1) - 1 == pytest.approx(equity.iloc[-1] / 100_000 - 1, abs=0.003)
    held = [float(row[14].text) / 100 for row in table.rows]
    total = 1000.0 * bars["close"].iloc[-1] / 100_000 - 1
    assert np.prod(np.array(held) + 1) - 1 == pytest.approx(total, abs=0.003)


def test_months_without_bars_are_empty_and_the_deepest_tint_is_the_largest_move(equity):
    table = monthly_table(equity, None, 100_000.0)
    assert [cell.text for cell in table.rows[0][1:11]] == [""] * 10
    assert {row[14].text for row in table.rows} == {"n/a"}
    heats = [cell.heat for row in table.rows for cell in row[1:13]]
    assert max(abs(heat) for heat in heats) == 1.0
    for row in table.rows:
        for cell in row[1:13]:
            assert cell.text == "" or np.sign(cell.heat) == np.sign(float(cell.text)) or abs(float(cell.text)) < 0.1


def test_a_skipped_month_is_measured_from_the_last_bar_before_it():
    index = pd.to_datetime(["2020-01-15", "2020-01-31", "2020-03-02"], utc=True)
    found = monthly_returns(pd.Series([110.0, 120.0, 90.0], index=index), 100.0)
    assert found == pytest.approx({(2020, 1): 0.2, (2020, 3): -0.25})


def test_how_sure_it_is_stands_after_the_figures(report):
    html = render_report(report)
    section = html.split('<h2 id="sure">')[1].split("</section>")[0]
    assert "After 3 trials it may be &lt;chance&gt;." in section
    assert "Random entries, median" in section
    assert "Expected shortfall" in section
    assert html.index('id="backtest"') < html.index('id="sure"') < html.index('id="model"')


def test_a_run_from_before_that_was_told_has_no_such_part(report):
    older = {key: value for key, value in report.backtest_document.items() if key != "statistics"}
    assert 'id="sure"' not in render_report(dataclasses.replace(report, backtest_document=older))


def test_the_first_two_hundred_trades_are_listed_and_all_are_counted(report, trades):
    page = Page(render_report(report))
    rows = page.table("the first 200 of 230")
    assert len(rows) == 201
    second = dict(zip(rows[0], (plain(cell) for cell in rows[2]), strict=True))
    assert second["Side"] == "long"
    assert second["Entry, UTC"] == f"{trades['entry_time'].iloc[1]:%Y-%m-%d}"
    assert second["Costs"] == "3.50"
    assert second["Net result"] == "-101.00"
    assert second["Return"] == "-0.10 %"
    assert second["Worst"] == "-3.40 %"
    assert second["Exit reason"] == "opposite signal"


def test_times_of_day_are_shown_where_there_are_any(trades):
    hourly = trades.head(2).assign(exit_time=lambda frame: frame["exit_time"] + pd.Timedelta("90min"))
    row = trades_table(hourly).rows[0]
    assert row[2].text == f"{hourly['entry_time'].iloc[0]:%Y-%m-%d} 00:00"
    assert row[3].text == f"{hourly['exit_time'].iloc[0]:%Y-%m-%d} 01:30"


def test_few_trades_are_all_listed_and_none_is_said(report, trades):
    assert trades_table(trades.head(3)).caption.startswith("Trades: all 3;")
    text = Page(render_report(dataclasses.replace(report, trades=trades.head(0)))).text
    assert "There was no trade." in text


def test_many_trades_are_said_to_be_drawn_in_part(report, trades):
    many = pd.concat([trades, trades], ignore_index=True)
    assert "Only the first 400 trades are drawn." in Page(render_report(dataclasses.replace(report, trades=many))).text
    assert "are drawn" not in Page(render_report(report)).text


def test_seen_bars_are_shaded_and_warned_of(report):
    page = Page(render_report(report))
    assert "20.0 % of these bars lie in the span that the model was trained or tuned on" in page.text
    assert sum(attributes.get("class") == "seen" for _, attributes in page.elements) == 2
    clean = Page(render_report(dataclasses.replace(report, in_sample=np.zeros(BARS, dtype=bool))))
    assert "Read with care" not in clean.text
    assert not any(attributes.get("class") in ("seen", "swatch") for _, attributes in clean.elements)


def test_a_fallback_to_another_model_is_a_warning(report, backtest):
    document = {**backtest, "model": {**backtest["model"], "step": 3, "path": "models/s/IBM_1d_v4"}}
    text = Page(render_report(dataclasses.replace(report, backtest_document=document))).text
    assert "The resolver fell back to models/s/IBM_1d_v4" in text
    assert text.index("fell back") < text.index("Backtest ")


def test_what_went_otherwise_than_thought_is_shown(report, backtest):
    document = {
        **backtest,
        "explanation": "812 signals below confidence 0.60; the highest was 0.57",
        "events": [{"bar": 3, "time": "2019-01-02T00:00:00+00:00", "code": "order_rejected", "message": "no cash"}] * 3,
        "open_trade": {
            "side": "long",
            "quantity": 12.5,
            "entry_time": "2020-10-01T00:00:00Z",
            "entry_price": 51.25,
            "unrealized_pnl": -17.125,
        },
    }
    page = Page(render_report(dataclasses.replace(report, backtest_document=document)))
    text, bare = page.text, Page(render_report(report))
    assert "812 signals below confidence 0.60; the highest was 0.57" in text
    assert "2019-01-02: no cash (and 2 more)" in text
    assert "A long position of 12.5000 units, entered on 2020-10-01 at 51.2500, is still open" in text
    assert "with −17.1" in text
    marks = [sum(attributes.get("class") == "trade open" for _, attributes in found.elements) for found in (page, bare)]
    assert marks == [2, 0], "a mark in the price's picture, and one in its key"


def test_the_resolver_trace_is_listed(report):
    rows = Page(render_report(report)).table("chosen")
    assert rows[1] == ["1", "universal_1d_latest", "–", "absent", "no such folder"]
    assert rows[2][3] == "chosen"
    assert isinstance(trace_table([{"step": 1}]), Table)


def test_settings_are_listed_by_dotted_name(report):
    rows = dict(Page(render_report(report)).table("Settings"))
    assert rows == {
        "Setting": "Value",
        "commission": "0.001",
        "sizing.kind": "all_in",
        "allow_short": "yes",
        "hidden_layers": "30, 15",
    }
    odd = settings_table({"start": None, "weights": {}, "list": [{"a": 1.5}], "flag": False, "empty": ""})
    assert {row[0].text: row[1].text for row in odd.rows} == {"start": "–", "list": "a 1.5", "flag": "no", "empty": "–"}


def test_sentences_and_commands_are_told(report, train):
    page = Page(render_report(report))
    assert "It has no skill on IBM." in page.text
    assert train["command"] in page.texts
    assert page.count("pre") == 1


def test_commands_are_not_prettified(report, train):
    odd = {**train, "command": "ktrdr-app train s --start -5 --symbols 'A %'"}
    assert odd["command"] in Page(render_report(dataclasses.replace(report, train_document=odd))).texts


def test_a_report_of_signals_has_no_model_part(report, backtest):
    document = {**backtest, "model": None}
    bare = dataclasses.replace(
        report, train_document=None, backtest_document=document, benchmark_equity=None, report_sentences=(), settings={}
    )
    page = Page(render_report(bare))
    assert "Model" not in [text.strip() for text in page.texts]
    assert page.count("figure") == 3
    assert len(page.tables) == 5
    assert "What happened" not in page.text


def test_a_model_document_without_extras_leaves_its_pictures_out(report, train):
    small = {
        key: value for key, value in train.items() if key not in ("history", "importance", "class_balance", "split")
    }
    page = Page(render_report(dataclasses.replace(report, train_document=small)))
    assert page.count("figure") == 3


def test_every_text_is_escaped(report, train, backtest, trades):
    poisoned_train = {
        **train,
        "strategy_name": HOSTILE,
        "training_symbols": [HOSTILE],
        "model_path": HOSTILE,
        "command": HOSTILE,
        "per_symbol_test": {HOSTILE: train["per_symbol_test"]["AAPL"]},
        "class_balance": {HOSTILE: train["class_balance"]["AAPL"]},
        "importance": {HOSTILE: train["importance"]["rsi"]},
        "split": {HOSTILE: HOSTILE},
    }
    poisoned_backtest = {
        **backtest,
        "symbol": HOSTILE,
        "timeframe": HOSTILE,
        "explanation": HOSTILE,
        "events": [{"code": HOSTILE, "time": HOSTILE, "message": HOSTILE}],
        "model": {"path": HOSTILE, "step": 3, "warning": HOSTILE, "trace": [{"step": HOSTILE, "reason": HOSTILE}]},
    }
    html = render_report(
        dataclasses.replace(
            report,
            title=HOSTILE,
            strategy_name=HOSTILE,
            train_document=poisoned_train,
            backtest_document=poisoned_backtest,
            trades=trades.assign(side=HOSTILE, exit_reason=HOSTILE),
            report_sentences=[HOSTILE],
            settings={HOSTILE: {HOSTILE: HOSTILE}},
        )
    )
    page = Page(html)
    assert page.count("img") == 0
    assert "<img" not in html
    assert html.count("&lt;img") > 20
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_the_same_input_gives_the_same_page(report):
    assert render_report(report) == render_report(report)


def test_the_template_needs_no_other_folder_than_its_own(report, tmp_path, monkeypatch):
    shutil.copytree(Path(__file__).parents[2] / "resources" / "report", tmp_path / "report")
    monkeypatch.setattr("ktrdr_app.workflows.report.shipped", lambda folder: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert render_report(report).startswith("<!doctype html>")
