"""Folders and zips from strangers: each is named, passed over and never opened, and no canary is touched.

Every attack is put into a folder that is otherwise whole, with its checksum renewed as a careful attacker would. It
meets all who look at a store: the list, the resolver, the loader, the verification, the migration and the export.
"""

from __future__ import annotations

import collections
import io
import os
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ktrdr_app.core.errors import ModelRejected
from ktrdr_app.model_store.archive import export_model, import_model
from ktrdr_app.model_store.load import load_model
from ktrdr_app.model_store.migration_plan import plan_migration
from ktrdr_app.model_store.registry import list_models
from ktrdr_app.model_store.resolver import resolve
from ktrdr_app.model_store.verify import verify_model
from tests.model_store.builders import (
    STRATEGY,
    edit,
    network,
    pickle_calling,
    renew_checksum,
    save,
    scaler_document,
    write_original,
)

DEEP = 20_000
MOST_MEMORY = 64 << 20


class Calling:
    """What calls a function as soon as it is unpickled by anyone."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.how = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.how


def nested(canary: Path) -> bytes:
    """Hide the call in the arguments of another, inside the state of an object that is allowed."""
    inner = Calling(repr, Calling(os.mkdir, str(canary)))
    return pickle.dumps(collections.OrderedDict(state={"deep": [[{"deeper": inner}]]}), protocol=4)


RUNS_CODE: dict[str, Callable[[Path], bytes]] = {
    "os.system": lambda canary: pickle_calling(os.system, f"mkdir {canary}"),
    "builtins.exec": lambda canary: pickle_calling(exec, f"import os; os.mkdir({str(canary)!r})"),
    "builtins.eval": lambda canary: pickle_calling(eval, f"__import__('os').mkdir({str(canary)!r})"),
    "a reduce in a reduce": nested,
}

_KEY = b"\x80\x04}"
_SET = b"Ns."
HEAVY: dict[str, bytes] = {
    "a key of tuples, each in the next": _KEY + b")" + b"\x85" * DEEP + _SET,
    "a key of tuples, each twice in the next": _KEY
    + b")\x94"
    + b"".join(b"h%c\x86\x94" % n for n in range(200))
    + _SET,
    "lists, each in the next": b"\x80\x04" + b"]" * DEEP + b"a" * (DEEP - 1) + b".",
    "dicts, each in the next": b"\x80\x04" + b"}N" * (DEEP // 2) + b"}" + b"s" * (DEEP // 2) + b".",
    "steps without end": _KEY + b")" + b"\x85" * 900_000 + _SET,
    "bytes that say they are many": b"\x80\x04B\xff\xff\xff\x7fxx.",
    "a place in the memo far away": b"\x80\x04Nr\xff\xff\xff\x7f0.",
    "a frame that says it is long": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.",
}


def as_scaler(models: Path, content: bytes) -> Path:
    folder = write_original(models)
    (folder / "scaler.pkl").write_bytes(content)
    return folder


def as_own_scaler(models: Path, content: bytes) -> Path:
    folder = save(models, symbol="MSFT")
    (folder / "scaler.pkl").write_bytes(content)
    renew_checksum(folder / "scaler.pkl")
    return folder


def as_index_of_weights(models: Path, content: bytes) -> Path:
    """Put a pickle in the place of the one that names the tensors."""
    folder = save(models)
    with zipfile.ZipFile(folder / "model.pt") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        for name, data in held.items():
            archive.writestr(name, content if name.endswith("data.pkl") else data)
    renew_checksum(folder / "model.pt")
    return folder


PLACES = (as_scaler, as_own_scaler, as_index_of_weights)


def check_refused(models: Path, folder: Path) -> str:
    """Show a folder to all who look at a store; return what the list calls it."""
    (info,) = list_models(models)
    assert not info.complete
    assert info.problem
    for prefer in ("universal", "legacy"):
        resolution = resolve(models, STRATEGY, "1h", "MSFT", prefer)
        assert resolution.chosen is None
        assert [entry.path for entry in resolution.trace if entry.result == "rejected"] == [folder]
    with pytest.raises(ModelRejected):
        load_model(folder)
    with pytest.raises(ModelRejected):
        export_model(folder, models.parent / "out.zip")
    assert not verify_model(folder, models).passed
    assert all(step.action == "damaged" for step in plan_migration(models))
    return info.state


@pytest.mark.parametrize("attack", RUNS_CODE)
@pytest.mark.parametrize("place", PLACES)
def test_code_in_a_pickle_is_named_and_not_run(
    tmp_path: Path, place: Callable[[Path, bytes], Path], attack: str
) -> None:
    canary = tmp_path / "canary"
    folder = place(tmp_path / "models", RUNS_CODE[attack](canary))
    assert check_refused(tmp_path / "models", folder) == "unsafe"
    assert not canary.exists()


@pytest.mark.parametrize("attack", RUNS_CODE)
def test_the_canaries_would_be_touched_by_who_opens_such_a_pickle(tmp_path: Path, attack: str) -> None:
    pickle.loads(RUNS_CODE[attack](tmp_path / "canary"))
    assert (tmp_path / "canary").is_dir()


@pytest.mark.parametrize("attack", HEAVY)
@pytest.mark.parametrize("place", PLACES)
def test_depth_and_size_cost_no_more_than_their_bytes(
    tmp_path: Path, place: Callable[[Path, bytes], Path], attack: str
) -> None:
    folder = place(tmp_path / "models", HEAVY[attack])
    tracemalloc.start()
    try:
        (info,) = list_models(tmp_path / "models")
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    assert (info.complete, info.state in ("unsafe", "damaged", "mismatch")) == (False, True)
    with pytest.raises(ModelRejected):
        load_model(folder)


class _Huge:
    """A tensor whose shape is text, so that multiplying its lengths would make gigabytes of it."""

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild = torch.zeros(1).__reduce_ex__(2)[0]
        return rebuild, (torch.zeros(6).untyped_storage(), 0, ("x" * 10_000, 1_000_000_000), (1, 1), False, {})


def test_a_shape_that_would_make_gigabytes(tmp_path: Path) -> None:
    folder = save(tmp_path / "models")
    torch.save(dict(network().state_dict()) | {"0.bias": _Huge()}, folder / "model.pt")
    renew_checksum(folder / "model.pt")
    assert check_refused(tmp_path / "models", folder) in ("mismatch", "unsafe")


@pytest.mark.parametrize("attack", ["alone", "beside the tensors", "the whole module"])
def test_a_torch_file_with_a_global_outside_the_list(tmp_path: Path, attack: str) -> None:
    canary = tmp_path / "canary"
    call = Calling(os.mkdir, str(canary))
    content: object = {
        "alone": call,
        "beside the tensors": dict(network().state_dict()) | {"more": call},
        "the whole module": network(),
    }[attack]
    folder = save(tmp_path / "models")
    torch.save(content, folder / "model.pt")
    renew_checksum(folder / "model.pt")
    assert check_refused(tmp_path / "models", folder) == "unsafe"
    assert not canary.exists()
    if attack != "the whole module":
        torch.load(io.BytesIO((folder / "model.pt").read_bytes()), weights_only=False)
        assert canary.is_dir(), "the canary would be touched by who opens it so"


@pytest.mark.parametrize("symbol", [None, "MSFT"])
@pytest.mark.parametrize("name", ["model.pt", "scaler"])
def test_weights_and_scaler_of_another_model(tmp_path: Path, symbol: str | None, name: str) -> None:
    folder = save(tmp_path / "models", symbol=symbol)
    doubled = [2 * number for number in scaler_document()["scale"]]
    other = save(
        tmp_path / "other",
        symbol=symbol,
        network=network(seed=5),
        scaler_document=scaler_document() | {"scale": doubled},
    )
    file = {"scaler": "scaler.pkl" if symbol else "scaler.json"}.get(name, name)
    (folder / file).write_bytes((other / file).read_bytes())
    assert check_refused(tmp_path / "models", folder) == "damaged"


@pytest.mark.parametrize("change", [lambda held: held.pop(), lambda held: held.reverse()])
def test_a_scaler_of_other_features(tmp_path: Path, change: Callable[[list[str]], Any]) -> None:
    folder = save(tmp_path / "models")
    edit(folder / "scaler.json", lambda held: change(held["feature_names"]))
    assert check_refused(tmp_path / "models", folder) == "mismatch"


def test_an_originals_scaler_of_another_width(tmp_path: Path) -> None:
    folder = write_original(tmp_path / "models")
    edit(folder / "features.json", lambda held: held["feature_names"].append("more"))
    edit(folder / "config.json", lambda held: held["model"].update(input_size=5))
    torch.save(network(5).state_dict(), folder / "model.pt")
    assert check_refused(tmp_path / "models", folder) == "mismatch"


BEYOND = 10**400
"""A whole number that JSON may hold and no float can."""


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.json", lambda held: held["model"]["architecture"].update(dropout=BEYOND)),
        ("config.json", lambda held: held["model"]["architecture"].update(hidden_layers=[BEYOND])),
        ("config.json", lambda held: held["model"]["calibration"].update(temperature=BEYOND)),
        ("config.json", lambda held: held["model"]["calibration"].update(shift=[BEYOND, 0, 0])),
        ("config.json", lambda held: held["model"].update(input_size=BEYOND)),
        ("scaler.json", lambda held: held["mean"].append(BEYOND)),
        ("scaler.json", lambda held: held.update(scale=[BEYOND] * 4)),
        ("metadata.json", lambda held: held.update(schema_version=BEYOND)),
    ],
)
def test_a_number_beyond_all_floats(tmp_path: Path, file: str, change: Callable[[dict[str, Any]], Any]) -> None:
    folder = save(tmp_path / "models")
    edit(folder / file, change)
    check_refused(tmp_path / "models", folder)


def test_figures_beyond_all_floats_are_no_figures(tmp_path: Path) -> None:
    edit(save(tmp_path) / "metrics.json", lambda held: held.update(test_accuracy=BEYOND, skill=float("inf")))
    (info,) = list_models(tmp_path)
    assert (info.complete, info.test_accuracy, info.skill) == (True, None, None)


@pytest.mark.parametrize("sign", ["\ud800", "a\udfff\ud800"])
def test_half_a_sign_that_no_text_can_hold(tmp_path: Path, sign: str) -> None:
    folder = save(tmp_path / "models")
    edit(folder / "training_manifest.json", lambda held: held.update(training_symbols=[sign]))
    check_refused(tmp_path / "models", folder)


def test_a_whole_sign_written_in_two_halves_is_fine(tmp_path: Path) -> None:
    folder = save(tmp_path)
    edit(folder / "training_manifest.json", lambda held: held.update(training_symbols=["\U0001f600"]))
    assert b"\\ud83d\\ude00" in (folder / "training_manifest.json").read_bytes()
    assert [info.training_symbols for info in list_models(tmp_path, tmp_path / "list.json")] == [("\U0001f600",)]


@pytest.mark.skipif(os.name == "nt", reason="there are no such names there")
@pytest.mark.parametrize("name", [b"A\x1b[2J_1h_v1", b"A\n_1h_v1", b"\xff_1h_v1"])
def test_names_that_cannot_be_printed_are_passed_over(tmp_path: Path, name: bytes) -> None:
    folder = write_original(tmp_path)
    folder.rename(folder.with_name(os.fsdecode(name)))
    (tmp_path / os.fsdecode(name)).mkdir()
    save(tmp_path)
    assert [info.label for info in list_models(tmp_path, tmp_path / "list.json")] == ["universal_1h_v1"]
    resolution = resolve(tmp_path, STRATEGY, "1d")
    assert (resolution.chosen, resolution.present) == (None, (f"{STRATEGY}/universal_1h_v1",))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("what", ["folder", "file", "pointer"])
def test_a_link_out_of_the_store(tmp_path: Path, what: str) -> None:
    models = tmp_path / "models"
    outside = save(tmp_path / "outside")
    folder = models / STRATEGY / "universal_1h_v1"
    if what == "file":
        save(models)
        (folder / "metrics.json").rename(tmp_path / "metrics.json")
        (folder / "metrics.json").symlink_to(tmp_path / "metrics.json")
    else:
        (models / STRATEGY).mkdir(parents=True)
        name = "universal_1h_latest" if what == "pointer" else folder.name
        (models / STRATEGY / name).symlink_to(outside)
    if what == "pointer":
        resolution = resolve(models, STRATEGY, "1h")
        assert resolution.chosen is None
        assert "not a version" in next(entry.reason for entry in resolution.trace if entry.result == "rejected")
    else:
        (info,) = list_models(models)
        assert (info.complete, info.state) == (False, "unsafe")
        assert resolve(models, STRATEGY, "1h").chosen is None
        assert not verify_model(folder, models).passed


@pytest.mark.parametrize(
    "name", ["../canary.txt", "../../canary.txt", "/canary.txt", "..\\canary.txt", "C:\\canary.txt"]
)
def test_a_zip_that_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    target = tmp_path / "deep" / "deeper" / "models"
    file = export_model(save(tmp_path / "from"), tmp_path / "m.zip").file
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "canary")
    with pytest.raises(ModelRejected, match="canary"):
        import_model(file, target)
    assert not list(tmp_path.rglob("canary*"))
    assert list_models(target) == []
