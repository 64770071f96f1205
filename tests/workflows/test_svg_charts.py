"""Pictures of a backtest: what is drawn is read back through the axis and compared with the data."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.workflows.svg_charts import MOST_MARKERS, drawdown_chart, equity_chart, price_chart
from ktrdr_app.workflows.svg_drawing import Drawing, path_data, units

SVG = "{http://www.w3.org/2000/svg}"
BARS = 300
CAPITAL = 100_000.0


@pytest.fixture
def bars() -> pd.DataFrame:
    index = pd.date_range("2020-01-01", periods=BARS, freq="D", tz="UTC", name="timestamp", unit="ns")
    close = 100.0 + 10.0 * np.sin(np.arange(BARS) / 20.0)
    columns = {"open": close, "high": close + 1.0, "low": close - 1.0, "close": close, "volume": 1000.0}
    return pd.DataFrame(columns, index=index)


@pytest.fixture
def equity(bars) -> pd.Series:
    return pd.Series(100_000.0 * np.exp(0.002 * np.sin(np.arange(BARS)).cumsum()), index=bars.index)


@pytest.fixture
def benchmark(bars) -> pd.Series:
    return 1000.0 * bars["close"]


@pytest.fixture
def trades(bars) -> pd.DataFrame:
    rows = []
    for entry, leaves, side, net in ((10, 20, "long", 120.0), (40, 55, "short", -35.5), (60, 61, "long", 0.0)):
        rows.append(
            {
                "entry_time": bars.index[entry],
                "exit_time": bars.index[leaves],
                "side": side,
                "entry_price": bars["close"].iloc[entry],
                "exit_price": bars["close"].iloc[leaves],
                "net_pnl": net,
            }
        )
    return pd.DataFrame(rows)


def none_seen() -> np.ndarray:
    return np.zeros(BARS, dtype=bool)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def by_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.get("class") == css]


def points(element: ET.Element) -> np.ndarray:
    return np.array([[float(part) for part in pair] for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", element.get("d"))])


def figure(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("\u202f%", ""))


def value_of_height(root: ET.Element) -> np.poly1d:
    """Return the line from heights to values that the axis labels give."""
    labels = [element for element in root.iter(f"{SVG}text") if element.get("text-anchor") == "end"]
    grid = by_class(root, "grid")
    heights = [float(line.get("y1")) for line in grid]
    assert len(labels) == len(heights) >= 3
    return np.poly1d(np.polyfit(heights, [figure(label.text) for label in labels], 1))


def per_unit(value: np.poly1d) -> float:
    return abs(value.coef[0])


def test_each_picture_has_a_title_and_a_description_that_name_it(bars, equity, benchmark, trades):
    pictures = [
        price_chart(bars, trades, none_seen()),
        equity_chart(equity, benchmark, none_seen()),
        drawdown_chart(equity, benchmark, CAPITAL),
    ]
    ids = []
    for picture in pictures:
        root = parsed(picture)
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert re.search(r"\d", description.text)
        ids += [title.get("id"), description.get("id")]
    assert len(set(ids)) == 6


def test_pictures_carry_no_colour_script_or_link(bars, equity, benchmark, trades):
    for picture in (price_chart(bars, trades, none_seen()), equity_chart(equity, benchmark, none_seen())):
        for element in parsed(picture).iter():
            assert element.tag.removeprefix(SVG) not in {"script", "style", "image", "use", "foreignObject", "a"}
            assert not {"fill", "stroke", "style", "href", "onload"} & set(element.attrib)


def test_equity_lines_read_back_through_the_axis(equity, benchmark):
    root = parsed(equity_chart(equity, benchmark, none_seen()))
    value = value_of_height(root)
    for css, series in (("line own", equity), ("line held", benchmark)):
        (line,) = by_class(root, css)
        drawn = points(line)
        assert len(drawn) == BARS
        assert value(drawn[:, 1]) == pytest.approx(series.to_numpy(), abs=0.2 * per_unit(value))
        steps = np.diff(drawn[:, 0])
        assert steps == pytest.approx(np.full(BARS - 1, steps.mean()), abs=0.11)


def test_equity_ends_are_labelled_with_their_values(equity, benchmark):
    root = parsed(equity_chart(equity, benchmark, none_seen()))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    for name, series in (("Strategy", equity), ("Buy and hold", benchmark)):
        assert texts[texts.index(name) + 1] == f"{series.iloc[-1]:,.0f}"


def test_equity_without_benchmark_draws_one_line(equity):
    root = parsed(equity_chart(equity, None, none_seen()))
    assert len(by_class(root, "line own")) == 1
    assert by_class(root, "line held") == []
    assert "Buy and hold" not in root.find(f"{SVG}desc").text


def test_a_flat_account_can_be_drawn(bars):
    flat = pd.Series(100_000.0, index=bars.index)
    root = parsed(equity_chart(flat, flat, none_seen()))
    assert len(set(points(by_class(root, "line own")[0])[:, 1])) == 1
    assert parsed(drawdown_chart(flat, None, CAPITAL)) is not None


def test_drawdown_picture_reads_back_and_names_the_worst_month(equity, benchmark):
    root = parsed(drawdown_chart(equity, benchmark, CAPITAL))
    value = value_of_height(root)
    values = equity.to_list()
    slow = np.array([values[at] / max(CAPITAL, *values[: at + 1]) - 1.0 for at in range(BARS)])
    drawn = value(points(by_class(root, "line own")[0])[:, 1])
    assert drawn == pytest.approx(100 * slow, abs=0.2 * per_unit(value))
    described = root.find(f"{SVG}desc").text
    assert f"{100 * slow.min():.1f} %" in described
    assert f"{equity.index[slow.argmin()]:%B %Y}" in described


def test_a_loss_on_the_first_bar_is_a_drawdown_from_the_initial_capital(bars):
    root = parsed(drawdown_chart(pd.Series(np.linspace(90.0, 99.0, BARS), index=bars.index), None, 100.0))
    value = value_of_height(root)
    assert value(points(by_class(root, "line own")[0])[0, 1]) == pytest.approx(-10.0, abs=0.2 * per_unit(value))


def test_the_drawdown_area_begins_and_ends_at_zero(equity):
    root = parsed(drawdown_chart(equity, None, CAPITAL))
    (area,) = by_class(root, "area own")
    corners = points(area)
    zero = float(next(line.get("y1") for line in by_class(root, "grid") if float(line.get("y1")) == corners[-1, 1]))
    assert corners[-1, 1] == corners[-2, 1] == zero
    assert corners[:, 1].min() >= zero


def test_the_deeper_drawdown_is_labelled_lower(bars):
    calm = pd.Series(np.linspace(100.0, 90.0, BARS), index=bars.index)
    wild = pd.Series(np.linspace(100.0, 85.0, BARS), index=bars.index)
    texts = {
        element.text: float(element.get("y"))
        for element in parsed(drawdown_chart(calm, wild, 100.0)).iter(f"{SVG}text")
    }
    assert texts["Strategy"] + 30 < texts["Buy and hold"]


def test_prices_and_trades_read_back_through_the_axis(bars, trades):
    root = parsed(price_chart(bars, trades, none_seen()))
    value = value_of_height(root)
    (line,) = by_class(root, "line price")
    drawn = points(line)
    assert value(drawn[:, 1]) == pytest.approx(bars["close"].to_numpy(), abs=0.2 * per_unit(value))
    links = by_class(root, "link")
    assert len(links) == len(trades)
    for link, trade in zip(links, trades.itertuples(), strict=True):
        entry = bars.index.get_loc(trade.entry_time)
        leaves = bars.index.get_loc(trade.exit_time)
        assert float(link.get("x1")) == pytest.approx(drawn[entry, 0], abs=0.11)
        assert float(link.get("x2")) == pytest.approx(drawn[leaves, 0], abs=0.11)
        assert value(float(link.get("y1"))) == pytest.approx(trade.entry_price, abs=0.2 * per_unit(value))
        assert value(float(link.get("y2"))) == pytest.approx(trade.exit_price, abs=0.2 * per_unit(value))


def test_wins_and_losses_long_and_short_are_told_apart_without_colour(bars, trades):
    root = parsed(price_chart(bars, trades, none_seen()))
    assert len(by_class(root, "trade win")) == 1
    assert len(by_class(root, "trade loss")) == 2
    rises = [float(re.search(r"l-4\.5,(-?[\d.]+)", arrow.get("d"))[1]) for arrow in by_class(root, "entry")]
    assert [rise > 0 for rise in rises] == [True, False, True]


def test_each_trade_tells_its_story(bars, trades):
    root = parsed(price_chart(bars, trades, none_seen()))
    stories = [group.find(f"{SVG}title").text for group in root.iter(f"{SVG}g")]
    assert stories[1].startswith("Trade 2, short: in 2020-02-10")
    assert "out 2020-02-25" in stories[1]
    assert stories[1].endswith("net -35.50")


def test_iso_text_times_are_read_like_timestamps(bars, trades):
    texts = trades.assign(
        entry_time=[moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in trades["entry_time"]],
        exit_time=[moment.isoformat() for moment in trades["exit_time"]],
    )
    one, other = (parsed(price_chart(bars, frame, none_seen())) for frame in (trades, texts))
    assert [link.attrib for link in by_class(one, "link")] == [link.attrib for link in by_class(other, "link")]


def test_no_more_than_the_limit_of_trades_is_drawn(bars, trades):
    many = pd.concat([trades] * 200, ignore_index=True)
    root = parsed(price_chart(bars, many, none_seen()))
    assert len(by_class(root, "link")) == MOST_MARKERS < len(many)
    assert f"{len(many):,} trades" in root.find(f"{SVG}desc").text


@pytest.mark.parametrize(("side", "tip"), [("long", 1), ("short", -1)])
def test_a_position_still_open_has_an_arrow_and_a_line_to_the_last_close(bars, trades, side, tip):
    entry, price = bars.index[250], float(bars["close"].iloc[250])
    held = {"side": side, "entry_time": f"{entry:%Y-%m-%dT%H:%M:%SZ}", "entry_price": price, "unrealized_pnl": -17.125}
    root = parsed(price_chart(bars, trades, none_seen(), left=held))
    value, drawn = value_of_height(root), points(by_class(root, "line price")[0])
    (group,) = by_class(root, "trade open")
    (link,), (arrow,), dots = (by_class(group, css) for css in ("link", "entry", "exit"))
    assert dots == []
    assert float(link.get("x1")) == pytest.approx(drawn[250, 0], abs=0.11)
    assert value(float(link.get("y1"))) == pytest.approx(price, abs=0.2 * per_unit(value))
    assert [float(link.get("x2")), float(link.get("y2"))] == pytest.approx(drawn[-1], abs=0.11)
    (begin,) = points(arrow)[:1]
    assert begin == pytest.approx([float(link.get("x1")), float(link.get("y1")) + 3 * tip], abs=0.11)
    assert f"l-4.5,{8.0 * tip}h9z" in arrow.get("d")
    story = group.find(f"{SVG}title").text
    assert story == f"Still open, {side}: in {entry:%Y-%m-%dT%H:%M} at {price:g}, at the last close -17.12"
    assert root.find(f"{SVG}desc").text.endswith("with 3 trades and a position still open.")
    assert len(by_class(root, "entry")) == len(trades) + 1


def test_no_trades_is_a_picture_too(bars, trades):
    assert by_class(parsed(price_chart(bars, trades.head(0), none_seen())), "link") == []


@pytest.mark.parametrize(
    ("runs", "counts"),
    [([], []), ([(0, BARS)], [BARS]), ([(0, 40), (100, 101)], [40, 1]), ([(250, BARS)], [50])],
)
def test_seen_bars_are_shaded_run_by_run(bars, trades, runs, counts):
    seen = none_seen()
    for begin, end in runs:
        seen[begin:end] = True
    root = parsed(price_chart(bars, trades, seen))
    drawn = points(by_class(root, "line price")[0])
    bands = by_class(root, "seen")
    assert len(bands) == len(runs)
    for band, (begin, end), count in zip(bands, runs, counts, strict=True):
        left, width = float(band.get("x")), float(band.get("width"))
        assert left == pytest.approx(drawn[begin, 0], abs=0.11)
        assert left + width == pytest.approx(max(drawn[min(end, BARS - 1), 0], left + 1), abs=0.21)
        assert band.find(f"{SVG}title").text.startswith(f"{count:,} bars")


def test_the_end_of_the_fit_is_marked_where_it_is(bars, equity, benchmark, trades):
    moment = bars.index[200].strftime("%Y-%m-%dT%H:%M:%SZ")
    pictures = [price_chart(bars, trades, none_seen(), moment), equity_chart(equity, benchmark, none_seen(), moment)]
    for picture, css in zip(pictures, ("line price", "line own"), strict=True):
        root = parsed(picture)
        (line,) = by_class(root, "fit")
        assert float(line.get("x1")) == pytest.approx(points(by_class(root, css)[0])[200, 0], abs=0.11)
        assert "after the fit" in [element.text for element in root.iter(f"{SVG}text")]
    assert by_class(parsed(price_chart(bars, trades, none_seen())), "fit") == []


def test_a_long_history_stays_small_and_keeps_its_extremes():
    index = pd.date_range("2000-01-01", periods=200_000, freq="h", tz="UTC", unit="ns")
    close = 100.0 + np.random.default_rng(3).normal(size=200_000).cumsum() / 10
    close[123_456], close[77_777] = close.max() + 5, close.min() - 5
    frame = pd.DataFrame({"close": close}, index=index)
    no_trades = pd.DataFrame(columns=["entry_time", "exit_time", "side", "entry_price", "exit_price", "net_pnl"])
    svg = price_chart(frame, no_trades, np.zeros(200_000, dtype=bool))
    assert len(svg) < 60_000
    root = parsed(svg)
    value = value_of_height(root)
    heights = value(points(by_class(root, "line price")[0])[:, 1])
    assert heights.max() == pytest.approx(close.max(), abs=0.2 * per_unit(value))
    assert heights.min() == pytest.approx(close.min(), abs=0.2 * per_unit(value))


def test_one_bar_can_be_drawn(bars, trades):
    first = bars.head(1)
    assert parsed(price_chart(first, trades.head(0), np.ones(1, dtype=bool))) is not None
    assert parsed(equity_chart(first["close"], None, np.zeros(1, dtype=bool))) is not None
    assert parsed(drawdown_chart(first["close"], None, 50.0)) is not None


def test_text_is_escaped_and_signs_are_set():
    hostile = '<img src=x onerror=alert(1)> & "quoted"'
    drawing = Drawing("k", hostile, hostile, 100.0)
    drawing.text(1.0, 2.0, hostile)
    drawing.text(1.0, 2.0, "-5 %")
    markup = drawing.markup()
    assert "<img" not in markup
    root = parsed(markup)
    assert [element.text for element in root.iter(f"{SVG}text")] == [hostile, "−5\u202f%"]
    assert root.find(f"{SVG}title").text == hostile


def test_points_that_are_not_finite_are_left_out():
    assert path_data(np.array([0.0, 1.0, 2.0]), np.array([5.0, np.nan, 7.25])) == "M0,5L2,7.2"


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (3.14, "3.1"), (-0.25, "-0.2"), (10.0, "10"), (0.0, "0")])
def test_units_are_short(value, shown):
    assert units(value) == shown
