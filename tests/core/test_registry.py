"""A list of names that grows by decorators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.registry import Registry


@pytest.fixture
def shapes() -> Registry[int]:
    """Return shapes by name with their numbers of corners."""
    found: Registry[int] = Registry("shape")
    for name, corners in (("triangle", 3), ("square", 4), ("circle", 0)):
        found.add(name, corners)
    return found


def test_entries_come_back_by_name(shapes: Registry[int]) -> None:
    assert [shapes.get(name) for name in ("square", "circle", "triangle")] == [4, 0, 3]


def test_order_is_that_of_adding(shapes: Registry[int]) -> None:
    assert shapes.names() == ("triangle", "square", "circle")
    assert list(shapes) == [3, 4, 0]


def test_membership_is_by_name(shapes: Registry[int]) -> None:
    assert "square" in shapes
    assert "squares" not in shapes
    assert 4 not in shapes
    assert None not in shapes


def test_a_name_is_given_once(shapes: Registry[int]) -> None:
    with pytest.raises(ValueError, match="shape 'square' is registered twice"):
        shapes.add("square", 5)
    assert shapes.get("square") == 4


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sqare", "did you mean 'square'?"),
        ("SQUARE", "did you mean 'square'?"),
        ("helix", "known: circle, square, triangle"),
        ("", "known: circle, square, triangle"),
    ],
)
def test_an_unknown_name_suggests_what_there_is(shapes: Registry[int], name: str, hint: str) -> None:
    with pytest.raises(UnknownName) as caught:
        shapes.get(name, where="s.yaml:3")
    assert caught.value.message == f"there is no shape named {name!r}"
    assert (caught.value.hint, caught.value.where) == (hint, "s.yaml:3")


def test_an_empty_registry_says_so() -> None:
    empty: Registry[str] = Registry("plug-in")
    assert (empty.names(), list(empty)) == ((), [])
    with pytest.raises(UnknownName) as caught:
        empty.get("x")
    assert (caught.value.hint, caught.value.where) == ("known: none", "plug-in")


@given(entries=st.dictionaries(st.text(), st.integers(), max_size=8))
def test_it_keeps_what_a_dict_would_keep(entries: dict[str, int]) -> None:
    found: Registry[int] = Registry("number")
    for name, value in entries.items():
        found.add(name, value)
    assert dict(zip(found.names(), found, strict=True)) == entries
    assert all(name in found and found.get(name) == value for name, value in entries.items())
