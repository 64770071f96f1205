"""The weights file is judged without torch: whole, safe, of the right shape, finite."""

from __future__ import annotations

import collections
import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store import weights
from ktrdr_app.model_store.weights import NetworkShape, check_weights, shape_of
from tests.model_store.builders import HIDDEN, NAMES, network, original_config

SHAPE = NetworkShape(len(NAMES), HIDDEN, "relu", 0.1)


@pytest.mark.parametrize("hidden", [(), (1,), (30, 15, 8), (5,) * 12])
def test_tensor_shapes_are_those_of_torch(hidden: tuple[int, ...]) -> None:
    state = network(7, hidden).state_dict()
    expected = {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert NetworkShape(7, hidden, "relu", 0.0).tensors() == expected


@pytest.mark.parametrize("hidden", [(), (1,), (6, 5), (5,) * 12])
def test_what_torch_writes_passes(tmp_path: Path, hidden: tuple[int, ...]) -> None:
    torch.save(network(4, hidden).state_dict(), tmp_path / "model.pt")
    check_weights(tmp_path / "model.pt", NetworkShape(4, hidden, "relu", 0.0))


def saved(folder: Path, content: object) -> Path:
    path = folder / "model.pt"
    torch.save(content, path)
    return path


def state(**changes: Any) -> dict[str, Any]:
    return dict(network().state_dict()) | {name.replace("_", "."): value for name, value in changes.items()}


def strided(rows: int, columns: int) -> torch.Tensor:
    return torch.zeros(1).as_strided((rows, columns), (0, 0))


UNFIT = {
    "wrong width": (lambda: dict(network(5).state_dict()), "0.weight has shape"),
    "wrong hidden": (lambda: dict(network(hidden=(6, 4)).state_dict()), "has shape"),
    "too few layers": (lambda: dict(network(hidden=(6,)).state_dict()), "expected 0.weight"),
    "too many layers": (lambda: dict(network(hidden=(6, 5, 2)).state_dict()), "expected 0.weight"),
    "another name": (lambda: {"w": torch.zeros(3)}, "the tensors are w"),
    "empty": (dict, "the tensors are ,"),
    "a list": (lambda: [torch.zeros(3)], "the tensors are list"),
    "a number": (lambda: 3, "the tensors are int"),
    "a number inside": (lambda: state(**{"0_weight": 3}), "shape None"),
    "float64": (lambda: state(**{"0_bias": torch.zeros(6, dtype=torch.float64)}), "torch.DoubleStorage"),
    "a slice of more": (lambda: state(**{"0_bias": torch.zeros(12)[3:9]}), "has shape None"),
    "one number spread": (lambda: state(**{"0_weight": strided(6, 4)}), "has shape None"),
    "transposed": (lambda: state(**{"0_weight": torch.zeros(4, 6).T}), "has shape None"),
    "a NaN": (lambda: state(**{"3_bias": torch.tensor([0, 0, float("nan"), 0, 0])}), "3.bias holds numbers"),
    "an infinity": (lambda: state(**{"6_bias": torch.tensor([0, float("-inf"), 0])}), "6.bias holds numbers"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_rejected(tmp_path: Path, name: str) -> None:
    make, said = UNFIT[name]
    with pytest.raises(ModelRejected, match=said):
        check_weights(saved(tmp_path, make()), SHAPE)


class _Call:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.canary}",)


@pytest.mark.parametrize("place", ["alone", "as a tensor", "beside the tensors", "as a key's state"])
def test_foreign_globals_are_rejected_and_do_nothing(tmp_path: Path, place: str) -> None:
    canary = tmp_path / "canary"
    whole = collections.OrderedDict(state())
    whole.hidden = _Call(canary)  # type: ignore[attr-defined]
    content = {
        "alone": _Call(canary),
        "as a tensor": state(**{"0_bias": _Call(canary)}),
        "beside the tensors": state(extra=_Call(canary)),
        "as a key's state": whole,
    }[place]
    with pytest.raises(ModelRejected, match=r"names (posix|nt|os)\.system"):
        check_weights(saved(tmp_path, content), SHAPE)
    assert not canary.exists()


def test_a_whole_module_in_place_of_the_tensors_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ModelRejected, match=r"torch\.nn\.modules\.container\.Sequential, which is not allowed"):
        check_weights(saved(tmp_path, network()), SHAPE)


def rewritten(path: Path, change: dict[str, bytes | None], compression: int = zipfile.ZIP_STORED) -> Path:
    """Write the archive again with entries replaced, removed (None) or added."""
    with zipfile.ZipFile(path) as archive:
        content: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in (content | change).items():
            if data is not None:
                archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model/data.pkl": None}, "no readable index"),
        ({"other/data.pkl": b"x"}, "no readable index"),
        ({"model/data.pkl": b"x" * ((1 << 20) + 1)}, "no readable index"),
        ({"model/byteorder": b"big"}, "little-endian"),
        ({"model/data/0": None}, "0.weight has shape"),
        ({"model/data/0": b"\0" * 4}, "0.weight has shape"),
    ],
)
def test_archives_that_were_meddled_with(tmp_path: Path, change: dict[str, bytes | None], said: str) -> None:
    path = rewritten(saved(tmp_path, network().state_dict()), change)
    with pytest.raises(ModelRejected, match=said):
        check_weights(path, SHAPE)


def test_an_old_archive_without_a_byte_order_passes(tmp_path: Path) -> None:
    path = rewritten(saved(tmp_path, network().state_dict()), {"model/byteorder": None})
    check_weights(path, SHAPE)


def test_an_archive_that_unpacks_to_too_much_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "LARGEST", 1 << 20)
    path = saved(tmp_path, network().state_dict())
    rewritten(path, {"model/bomb": b"\0" * (2 << 20)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ModelRejected, match="larger than 1 MiB"):
        check_weights(path, SHAPE)


def test_two_entries_of_one_name_are_rejected(tmp_path: Path) -> None:
    path = saved(tmp_path, network().state_dict())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("model/data.pkl", pickle.dumps({}))
    with pytest.raises(ModelRejected, match="two entries"):
        check_weights(path, SHAPE)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x02}q\x00.", b"\0" * 4096])
def test_what_is_no_archive_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(ModelRejected, match="damaged"):
        check_weights(path, SHAPE)


def test_the_old_format_of_torch_is_rejected(tmp_path: Path) -> None:
    torch.save(network().state_dict(), tmp_path / "model.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(ModelRejected, match="damaged"):
        check_weights(tmp_path / "model.pt", SHAPE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keep=st.floats(0.0, 0.999))
def test_a_truncated_file_is_rejected(tmp_path: Path, keep: float) -> None:
    buffer = io.BytesIO()
    torch.save(network().state_dict(), buffer)
    whole = buffer.getvalue()
    path = tmp_path / "model.pt"
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(ModelRejected):
        check_weights(path, SHAPE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tensor=st.integers(0, 5), byte=st.integers(0, 1000), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_tensor_is_found(tmp_path: Path, tensor: int, byte: int, bit: int) -> None:
    path = saved(tmp_path, network().state_dict())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(f"model/data/{tensor}")
        start = (
            entry.header_offset
            + 30
            + int.from_bytes(path.read_bytes()[entry.header_offset + 26 : entry.header_offset + 28], "little")
        )
        start += int.from_bytes(path.read_bytes()[entry.header_offset + 28 : entry.header_offset + 30], "little")
    content = bytearray(path.read_bytes())
    content[start + byte % entry.file_size] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(ModelRejected, match="damaged"):
        check_weights(path, SHAPE)


class TestShape:
    """The shape comes from the ``model`` section, which genuine and own folders share."""

    def test_of_a_genuine_configuration(self) -> None:
        assert shape_of(original_config("s", "standard", "tanh"), 4, "f") == NetworkShape(4, HIDDEN, "tanh", 0.1)

    def test_defaults_are_the_original_s(self) -> None:
        assert shape_of({"model": {"architecture": {"hidden_layers": [3]}}}, 2, "f") == NetworkShape(
            2, (3,), "relu", 0.2
        )

    @pytest.mark.parametrize(("written", "used"), [("ReLU", "relu"), ("gelu", "relu"), ("leaky_relu", "leaky_relu")])
    def test_an_unknown_activation_is_relu_as_in_the_original(self, written: str, used: str) -> None:
        config = {"model": {"architecture": {"hidden_layers": [3], "activation": written}}}
        assert shape_of(config, 2, "f").activation == used

    @pytest.mark.parametrize(
        ("model", "said"),
        [
            (None, "not readable"),
            ({}, "not readable"),
            ({"architecture": {}}, "not readable"),
            ({"architecture": {"hidden_layers": 5}}, "not readable"),
            ({"architecture": {"hidden_layers": "ab"}}, "hidden layers are"),
            ({"architecture": {"hidden_layers": [3, 0]}}, "hidden layers are"),
            ({"architecture": {"hidden_layers": [True]}}, "hidden layers are"),
            ({"architecture": {"hidden_layers": [3.5]}}, "hidden layers are"),
            ({"architecture": {"hidden_layers": [3], "dropout": "x"}}, "not readable"),
            ({"architecture": {"hidden_layers": [3], "dropout": float("nan")}}, "dropout is nan"),
            ({"architecture": {"hidden_layers": [3], "dropout": -0.1}}, "dropout is -0.1"),
            ({"type": "transformer", "architecture": {"hidden_layers": [3]}}, "only mlp"),
            ({"architecture": {"hidden_layers": [3]}, "input_size": 3}, "takes 3 features, but 2 are named"),
        ],
    )
    def test_sections_that_are_refused(self, model: Any, said: str) -> None:
        with pytest.raises(ModelRejected, match=said):
            shape_of({"model": model}, 2, "f")

    def test_a_network_of_absurd_size_is_refused_without_being_built(self, tmp_path: Path) -> None:
        path = saved(tmp_path, nn.Linear(2, 3).state_dict())
        with pytest.raises(ModelRejected, match="expected"):
            check_weights(path, NetworkShape(2, (10**12,), "relu", 0.0))
