"""Pickles are read without being run: nothing is imported, called or built, whatever they name."""

from __future__ import annotations

import collections
import contextlib
import os
import pickle
import pickletools
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store.pickles import Inert, read_inert
from tests.model_store.builders import pickle_calling, raw_rows

ORDERED = frozenset(["collections.OrderedDict"])
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(value=plain_values, protocol=st.sampled_from([2, 4]))
def test_plain_values_come_back_as_pickle_gives_them(value: Any, protocol: int) -> None:
    data = pickle.dumps(value, protocol=protocol)
    names = {opcode.name for opcode, _, _ in pickletools.genops(data)}
    if "GLOBAL" in names:  # protocol 2 writes bytes by way of a call
        with pytest.raises(ModelRejected, match=r"names (_codecs\.encode|__builtin__\.bytes), which is not allowed"):
            read_inert(data, ORDERED, "file")
    else:
        assert read_inert(data, ORDERED, "file") == pickle.loads(data)


def test_an_allowed_object_becomes_a_record_of_its_parts() -> None:
    data = pickle.dumps(collections.OrderedDict(a=1, b=(2, 3)), protocol=2)
    record = read_inert(data, ORDERED, "file")
    assert isinstance(record, Inert)
    assert (record.name, record.items) == ("collections.OrderedDict", {"a": 1, "b": (2, 3)})
    assert not isinstance(record, dict)


def test_a_scaler_becomes_a_record_with_its_state() -> None:
    scaler = StandardScaler().fit(raw_rows())
    allowed = frozenset(
        (
            "sklearn.preprocessing._data.StandardScaler",
            "numpy.ndarray",
            "numpy.dtype",
            "numpy._core.multiarray._reconstruct",
            "numpy._core.multiarray.scalar",
        )
    )
    record = read_inert(pickle.dumps(scaler, protocol=4), allowed, "file")
    assert type(record) is Inert
    assert set(record.state) >= {"mean_", "scale_", "var_", "with_mean", "n_samples_seen_"}
    assert record.state["mean_"].state[4] == scaler.mean_.tobytes()


def nested(canary: str) -> bytes:
    """Hide the call inside the state of an allowed object, deep in lists and dicts."""
    inner = pickle.loads(pickle.dumps({"deep": [1, [2, []]]}))
    inner["deep"][1][1].append(_Opener(canary))
    return pickle.dumps(collections.OrderedDict(state=inner), protocol=4)


class _Opener:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def by_inst(canary: str) -> bytes:
    return f"(S'touch {canary}'\nios\nsystem\n.".encode()


def by_extension(canary: str) -> bytes:
    return b"\x80\x02\x82\x01)R."


def by_dotted_name(canary: str) -> bytes:
    """Reach from an allowed module to another by a dotted name."""
    text = f"touch {canary}".encode()
    return (
        b"\x80\x04\x8c\x0bcollections\x8c\x19abc.sys.modules.os.system\x93\x8c" + bytes([len(text)]) + text + b"\x85R."
    )


HOSTILE = {
    "os.system": lambda canary: pickle_calling(os.system, f"touch {canary}"),
    "eval": lambda canary: pickle_calling(eval, f"open({canary!r}, 'w')"),
    "exec": lambda canary: pickle_calling(exec, f"open({canary!r}, 'w')"),
    "open": lambda canary: pickle_calling(open, canary, "w"),
    "getattr": lambda canary: pickle_calling(getattr, 1, "real"),
    "numpy.save": lambda canary: pickle_calling(np.save, canary, 1),
    "nested": nested,
    "inst": by_inst,
    "extension": by_extension,
    "dotted": by_dotted_name,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles_are_rejected_and_do_nothing(name: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(ModelRejected, match="pickle"):
        read_inert(HOSTILE[name](str(canary)), ORDERED, "file")
    assert list(tmp_path.iterdir()) == []


def test_the_hostile_pickles_would_work_on_the_standard_unpickler(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickle.loads(HOSTILE["os.system"](str(canary)))
    assert canary.exists()


def test_an_allowed_class_is_not_called_even_if_the_pickle_says_so() -> None:
    class Call:
        def __reduce__(self) -> tuple[Any, ...]:
            return collections.OrderedDict, ([("a", 1)],)

    record = read_inert(pickle.dumps(Call(), protocol=4), ORDERED, "file")
    assert (record.arguments, record.items) == (([("a", 1)],), {})


def test_another_class_of_the_same_library_is_rejected() -> None:
    allowed = frozenset(["sklearn.preprocessing._data.StandardScaler"])
    with pytest.raises(ModelRejected, match="LogisticRegression, which is not allowed"):
        read_inert(pickle.dumps(LogisticRegression(), protocol=4), allowed, "file")


def test_what_one_pickle_does_to_a_class_is_not_seen_by_the_next() -> None:
    poison = b"\x80\x04\x8c\x0bcollections\x8c\x0bOrderedDict\x93N}\x8c\x04name\x8c\x04evil\x73\x86b."
    with pytest.raises(ModelRejected):
        read_inert(poison, ORDERED, "file")
    record = read_inert(pickle.dumps(collections.OrderedDict(), protocol=4), ORDERED, "file")
    assert record.name == "collections.OrderedDict"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "damaged"),
        (b"\x80\x04", "damaged"),
        (b"not a pickle at all", "pickle"),
        (pickle.dumps([1, 2, 3])[:-1], "damaged"),
        (b"\x80\x04N0N0.", "opcode POP is not allowed"),
        (b"\x80\x02h\x05.", "damaged"),
        (b"\x80\x02j\xff\xff\xff\x7f.", "damaged"),
        (b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b".", "pickle"),
        (b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x.", "pickle"),
        (b"\x80\x04)N\x81.", "damaged"),
        (b"\x80\x04]N\x73.", "pickle"),
        (b"\x80\x09N.", "pickle"),
    ],
)
def test_damaged_pickles(data: bytes, said: str) -> None:
    with pytest.raises(ModelRejected, match=said):
        read_inert(data, ORDERED, "file")


@given(data=st.data())
def test_any_byte_changed_gives_a_value_or_a_rejection(data: st.DataObject) -> None:
    good = bytearray(pickle.dumps(collections.OrderedDict(a=[1, 2.5, "x", b"y", None]), protocol=4))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ModelRejected):  # any other error fails the test
        read_inert(bytes(good), ORDERED, "file")
