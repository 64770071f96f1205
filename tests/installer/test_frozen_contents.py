"""What goes into the frozen folder: by name, by pattern, and whether the patterns still mean anything."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from tests.installer.conftest import load

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def contents(scripts: None) -> ModuleType:
    """Return ``frozen_contents.py``."""
    return load("frozen_contents")


@pytest.mark.parametrize(
    "name",
    [
        "torch/include/c10/core/Device.h",
        "torch/lib/libjitbackend_test.so",
        "torch/bin/protoc-3.13.0.0",
        "torch/bin/test_jit",
        "pyarrow/include/arrow/api.h",
        "pyarrow/_flight.cpython-311-x86_64-linux-gnu.so",
        "pyarrow/libarrow_flight.so.2600",
        "libarrow_python_flight.so.2600",
        "pyarrow/table.pxi",
        "sklearn/datasets/data/iris.csv",
        "numpy/__init__.pyi",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "libpango-1.0.so.0",
    ],
)
def test_what_nothing_loads_stays_out(contents: ModuleType, name: str) -> None:
    assert contents.stays_out(name)
    assert contents.stays_out(name.replace("/", "\\")), "Windows writes it so"


@pytest.mark.parametrize(
    "name",
    [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "torch/lib/libshm.so",
        "pyarrow/libarrow.so.2600",
        "pyarrow/libarrow_substrait.so.2600",
        "pyarrow/_parquet.cpython-311-x86_64-linux-gnu.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "ktrdr_app/_resources/app.svg",
        "ktrdr_app/_resources/sample/AAPL_1d.csv",
        "fastapi_offline/static/swagger-ui-bundle.js",
        "tzdata/zoneinfo/America/New_York",
        "libstdc++.so.6",
        "numpy.libs/libscipy_openblas64_.so",
    ],
)
def test_what_the_program_needs_stays_in(contents: ModuleType, name: str) -> None:
    assert not contents.stays_out(name)


def test_nothing_that_the_program_ships_itself_matches_a_pattern(contents: ModuleType) -> None:
    own = [
        path.relative_to(REPO) for room in ("ktrdr_app", "resources", "configs") for path in (REPO / room).rglob("*")
    ]
    lost = [str(path) for path in own if "__pycache__" not in path.parts and contents.stays_out(str(path))]
    assert lost == []


def test_a_table_keeps_its_order_without_what_stays_out(contents: ModuleType) -> None:
    table = [("b.so", "/x/b.so", "BINARY"), ("torch/include/a.h", "/x/a.h", "DATA"), ("a.so", "/x/a.so", "BINARY")]
    assert contents.kept(table) == [table[0], table[2]]


def test_the_listing_holds_each_file_once_with_its_source(contents: ModuleType, tmp_path: Path) -> None:
    modules = [("numpy", "/x/numpy/__init__.py", "PYMODULE"), ("namespace", None, "PYMODULE")]
    binaries = [("a.so", "/x/a.so", "BINARY")]
    contents.write_listing(tmp_path / "listing.json", [modules, binaries, binaries])
    assert json.loads((tmp_path / "listing.json").read_text()) == [
        ["a.so", "/x/a.so", "BINARY"],
        ["namespace", "", "PYMODULE"],
        ["numpy", "/x/numpy/__init__.py", "PYMODULE"],
    ]


def test_every_module_that_the_code_loads_by_name_is_told_to_the_freezer(contents: ModuleType) -> None:
    by_name = set()
    for file in (REPO / "ktrdr_app").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "load" and call.args:
                (word,) = call.args
                if isinstance(word, ast.Constant):
                    by_name.add(word.value)
    assert {"exchange_calendars", "numpy", "ktrdr_app.core.kernels"} <= by_name
    assert set(contents.named_in(REPO / "ktrdr_app")) == by_name


def test_the_extras_of_the_frozen_program_exist_and_leave_out_only_the_developers(contents: ModuleType) -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert set(extras) - set(contents.SHIPPED_EXTRAS) == {"dev"}
    asked = {re.split(r"[^A-Za-z0-9._-]", text)[0] for extra in contents.SHIPPED_EXTRAS for text in extras[extra]}
    assert asked == set(contents.EXTRA_DISTRIBUTIONS), "their metadata are packed by this list"


@pytest.mark.parametrize("package", ["ktrdr_app", "numba", "talib", "exchange_calendars", "tzdata", "uvicorn"])
def test_packages_named_are_packages(contents: ModuleType, package: str) -> None:
    assert package in contents.LOADED_BY_NAME
    assert importlib.util.find_spec(package) is not None


def test_nothing_that_the_program_asks_for_is_excluded(contents: ModuleType) -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(x for extra in contents.SHIPPED_EXTRAS for x in
                                         project["optional-dependencies"][extra])]  # fmt: skip
    distributions = {re.split(r"[^A-Za-z0-9._-]", text)[0].lower() for text in asked}
    modules = {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if {owner.lower() for owner in owners} & distributions
    }
    assert len(modules) > 15
    assert modules & {name.partition(".")[0] for name in contents.UNUSED_MODULES if "." not in name} == set()


def test_gnu_readline_is_not_packed_as_its_licence_would_be_that_of_the_folder(contents: ModuleType) -> None:
    assert "readline" in contents.UNUSED_MODULES
