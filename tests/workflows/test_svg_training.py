"""Pictures of a training run, read back through their axes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from ktrdr_app.workflows.svg_training import class_balance_chart, importance_chart, loss_chart

SVG = "{http://www.w3.org/2000/svg}"
BALANCE = {
    "AAPL": {"BUY": 0.41, "HOLD": 0.24, "SELL": 0.35},
    "IBM": {"BUY": 300, "HOLD": 690, "SELL": 10},
    "NONE": {"BUY": 0, "HOLD": 0, "SELL": 0},
}
IMPORTANCE = {
    "rsi": {"mean": 0.012, "low": 0.008, "high": 0.015},
    "price context": {"mean": 0.03, "low": 0.02, "high": 0.041},
    "volume context": {"mean": -0.004, "low": -0.009, "high": 0.002},
}


def history(epochs: int) -> list[dict[str, float]]:
    return [
        {"epoch": epoch, "train_loss": 1.2 - 0.01 * epoch, "val_loss": 1.1 + 0.001 * (epoch - 7) ** 2}
        for epoch in range(1, epochs + 1)
    ]


def by_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.get("class") == css]


def points(element: ET.Element) -> np.ndarray:
    return np.array([[float(part) for part in pair] for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", element.get("d"))])


def texts(root: ET.Element) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


def value_of(root: ET.Element, axis: str) -> np.poly1d:
    grid = [float(line.get(f"{axis}1")) for line in by_class(root, "grid")]
    anchor = "end" if axis == "y" else "middle"
    labels = [label.text for label in root.iter(f"{SVG}text") if label.get("text-anchor") == anchor][: len(grid)]
    return np.poly1d(np.polyfit(grid, [float(label.replace("−", "-")) for label in labels], 1))


def test_losses_read_back_through_the_axis():
    told = history(24)
    root = ET.fromstring(loss_chart(told, 7, 1.0986))
    value = value_of(root, "y")
    for css, key in (("line held", "train_loss"), ("line own", "val_loss")):
        drawn = points(by_class(root, css)[0])
        assert len(drawn) == 24
        assert value(drawn[:, 1]) == pytest.approx([entry[key] for entry in told], abs=0.2 * abs(value.coef[0]))
    (level,) = by_class(root, "line prior")
    assert value(points(level)[:, 1]) == pytest.approx([1.0986, 1.0986], abs=0.2 * abs(value.coef[0]))


def test_the_best_epoch_is_marked_where_its_loss_is():
    root = ET.fromstring(loss_chart(history(24), 7, None))
    dot = next(element for element in by_class(root, "best") if element.tag == f"{SVG}circle")
    drawn = points(by_class(root, "line own")[0])
    assert (float(dot.get("cx")), float(dot.get("cy"))) == pytest.approx(tuple(drawn[6]), abs=0.11)
    assert "1.1000 nats in epoch 7" in root.find(f"{SVG}desc").text


def test_the_prior_is_drawn_only_if_known():
    root = ET.fromstring(loss_chart(history(5), 5, None))
    assert by_class(root, "line prior") == []
    assert "Class shares only" not in texts(root)
    assert "Class shares only" in texts(ET.fromstring(loss_chart(history(5), 5, 1.1)))


def test_one_epoch_and_an_unknown_best_epoch_can_be_drawn():
    root = ET.fromstring(loss_chart(history(1), 99, None))
    assert len(points(by_class(root, "line own")[0])) == 1
    assert by_class(root, "best") == []


def test_epochs_are_whole_numbers_on_the_axis():
    root = ET.fromstring(loss_chart(history(24), 7, None))
    shown = [label.text for label in root.iter(f"{SVG}text") if label.get("text-anchor") == "middle"]
    assert shown[-1] == "epoch"
    assert all(text == str(int(text)) for text in shown[:-1])


def test_divided_bars_have_the_shares_as_widths():
    root = ET.fromstring(class_balance_chart(BALANCE))
    widths = {name: [float(bar.get("width")) for bar in by_class(root, f"share {name}")] for name in ("buy", "sell")}
    full = float(by_class(root, "share sell")[0].get("x")) + widths["sell"][0] - 110
    assert widths["buy"][0] == pytest.approx(0.41 * full, abs=2.5)
    assert widths["buy"][1] == pytest.approx(0.30 * full, abs=2.5)
    assert widths["sell"][1] == pytest.approx(0.01 * full, abs=2.5)
    assert widths["buy"][2] == widths["sell"][2] == 0


def test_shares_are_written_inside_where_they_fit_and_always_in_the_description():
    root = ET.fromstring(class_balance_chart(BALANCE))
    inside = [element.text for element in root.iter(f"{SVG}text") if element.get("class", "").startswith("inside")]
    assert inside == ["41\u202f%", "24\u202f%", "35\u202f%", "30\u202f%", "69\u202f%"]
    assert "IBM: BUY 30 %, HOLD 69 %, SELL 1 %" in root.find(f"{SVG}desc").text


def test_the_three_classes_are_named_above_the_bars():
    assert texts(ET.fromstring(class_balance_chart(BALANCE)))[:3] == ["BUY", "HOLD", "SELL"]


def test_importance_is_sorted_and_its_bars_read_back():
    root = ET.fromstring(importance_chart(IMPORTANCE))
    names = [label for label in texts(root) if label in IMPORTANCE]
    assert names == ["price context", "rsi", "volume context"]
    value = value_of(root, "x")
    bars = by_class(root, "bar") + by_class(root, "bar none")
    for bar, name in zip(bars, names, strict=True):
        left, width = float(bar.get("x")), float(bar.get("width"))
        ends = value(np.array([left, left + width]))
        mean = IMPORTANCE[name]["mean"]
        assert ends == pytest.approx(sorted([0.0, mean]), abs=0.3 * abs(value.coef[0]))
        assert bar.get("class") == ("bar" if mean > 0 else "bar none")


def test_whiskers_reach_from_low_to_high():
    root = ET.fromstring(importance_chart(IMPORTANCE))
    value = value_of(root, "x")
    lines = [line for line in by_class(root, "whisker") if line.get("y1") == line.get("y2")]
    for line, name in zip(lines, ["price context", "rsi", "volume context"], strict=True):
        reached = value(np.array([float(line.get("x1")), float(line.get("x2"))]))
        assert reached == pytest.approx(
            [IMPORTANCE[name]["low"], IMPORTANCE[name]["high"]], abs=0.2 * abs(value.coef[0])
        )


def test_importance_values_are_written_with_a_real_minus():
    shown = texts(ET.fromstring(importance_chart(IMPORTANCE)))
    assert {"0.0300", "0.0120", "−0.0040"} <= set(shown)


def test_importance_that_is_zero_everywhere_can_be_drawn():
    flat = {"rsi": {"mean": 0.0, "low": 0.0, "high": 0.0}}
    assert len(by_class(ET.fromstring(importance_chart(flat)), "bar none")) == 1


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "a&b", "x" * 80])
def test_hostile_and_long_names_are_harmless(name):
    for svg in (importance_chart({name: IMPORTANCE["rsi"]}), class_balance_chart({name: BALANCE["AAPL"]})):
        root = ET.fromstring(svg)
        assert [element for element in root.iter() if element.tag.endswith("img")] == []
        assert all(len(text) <= 30 for text in texts(root))
