"""The drawing board: shapes land where they are told, axes carry their labels, markup is well formed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.workflows.svg_drawing import WIDTH, Drawing, Margins, path_data, units
from ktrdr_app.workflows.svg_scales import Scale

SVG = "{http://www.w3.org/2000/svg}"
YEAR = 365.25 * 86_400e9


@pytest.fixture
def drawing() -> Drawing:
    return Drawing("k", "Title", "Description.", 200.0, Margins(left=50, right=60, top=10, bottom=30))


def parsed(drawing: Drawing) -> ET.Element:
    return ET.fromstring(drawing.markup())


def test_the_plot_lies_within_the_margins(drawing):
    assert (drawing.left, drawing.right) == (50.0, WIDTH - 60.0)
    assert (drawing.top, drawing.bottom) == (10.0, 170.0)
    assert parsed(drawing).get("viewBox") == f"0 0 {WIDTH:g} 200"


def test_margins_have_room_for_labels_by_default():
    plain = Drawing("k", "T", "D", 100.0)
    assert plain.left >= 60
    assert WIDTH - plain.right >= 100


def test_title_and_description_are_tied_to_the_picture(drawing):
    root = parsed(drawing)
    assert root.get("aria-labelledby") == "k-title k-desc"
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == ("Title", "Description.")


def test_attributes_are_written_with_hyphens_and_short_numbers(drawing):
    drawing.add("line", "grid", x1=1.0, x2=2.55, stroke_dasharray="2 3")
    (line,) = parsed(drawing).iter(f"{SVG}line")
    assert line.attrib == {"class": "grid", "x1": "1", "x2": units(2.55), "stroke-dasharray": "2 3"}


def test_a_group_takes_its_children(drawing):
    group = drawing.add("g", "trade")
    drawing.add("circle", "exit", group, r=3.0)
    root = parsed(drawing)
    assert [child.tag for child in root.find(f"{SVG}g")] == [f"{SVG}circle"]


def test_text_keeps_its_anchor_and_class(drawing):
    drawing.text(5.0, 6.0, "words", "label own", "end")
    (text,) = parsed(drawing).iter(f"{SVG}text")
    assert (text.get("x"), text.get("y"), text.get("text-anchor"), text.get("class")) == ("5", "6", "end", "label own")


def test_an_area_is_closed_along_its_base(drawing):
    drawing.area(np.array([1.0, 2.0, 3.0]), np.array([9.0, 8.0, 7.0]), 20.0, "area")
    (path,) = parsed(drawing).iter(f"{SVG}path")
    assert path.get("d") == "M1,9L2,8L3,7L3,20L1,20Z"


def test_a_value_axis_has_one_line_and_one_label_per_tick(drawing):
    scale = Scale(0.0, 10.0, drawing.bottom, drawing.top)
    drawing.value_axis(scale, [(0.0, "0"), (5.0, "five"), (10.0, "-10")])
    root = parsed(drawing)
    heights = [float(line.get("y1")) for line in root.iter(f"{SVG}line")]
    assert heights == [170.0, 90.0, 10.0]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["0", "five", "−10"]
    assert {text.get("text-anchor") for text in root.iter(f"{SVG}text")} == {"end"}
    assert all(float(text.get("x")) < drawing.left for text in root.iter(f"{SVG}text"))


def test_a_time_axis_puts_each_year_where_it_begins(drawing):
    first, last = 30 * YEAR, 35 * YEAR
    drawing.time_axis(Scale(first, last, drawing.left, drawing.right))
    root = parsed(drawing)
    labels = {text.text: float(text.get("x")) for text in root.iter(f"{SVG}text")}
    assert next(iter(labels)) in ("2000", "2001")
    for year, place in labels.items():
        began = np.datetime64(f"{year}-01-01", "ns").astype(np.int64)
        wanted = drawing.left + (began - first) / (last - first) * (drawing.right - drawing.left)
        assert place == pytest.approx(wanted, abs=0.06)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=30))
def test_a_path_reads_back_to_a_tenth(points):
    x, y = (np.array(part, dtype=np.float64) for part in zip(*points, strict=True))
    found = re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path_data(x, y))
    assert len(found) == len(points)
    assert np.array(found, dtype=np.float64) == pytest.approx(np.column_stack([x, y]), abs=0.0501)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_any_text_leaves_the_markup_well_formed(words):
    drawing = Drawing("k", words, words, 100.0)
    drawing.text(1.0, 1.0, words)
    root = parsed(drawing)
    assert {child.tag for child in root} == {f"{SVG}title", f"{SVG}desc", f"{SVG}text"}
    assert (root.find(f"{SVG}title").text or "") == words
