"""What goes into the frozen folder: by name, by pattern, and whether the patterns still mean anything."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
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
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platforms/libqminimalegl.so",
        "PySide6/plugins/tls/qschannelbackend.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/translations/qtbase_de.qm",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6/Qt/lib/libQt6EglFsKmsSupport.so.6",
        "pyarrow/libarrow_python.so",
        "pyarrow/libarrow_python.so.2600.1.0",
        "pyarrow/libarrow_s3.so.2600",
        "pyarrow/_s3fs.cpython-311-x86_64-linux-gnu.so",
        "torch-2.13.0+cpu.dist-info/licenses/LICENSE",
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
        "pyarrow/libarrow_python.so.2600",
        "pyarrow/libarrow_python_parquet_encryption.so.2600",
        "libarrow_python.so.2600",
        "pyarrow/_fs.cpython-311-x86_64-linux-gnu.so",
        "torch-2.13.0+cpu.dist-info/METADATA",
        "pyarrow/_parquet.cpython-311-x86_64-linux-gnu.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqminimal.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/plugins/imageformats/libqwebp.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
        "PySide6/Qt/plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
        "PySide6/Qt/lib/libQt6OpenGL.so.6",
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


NEEDS = {
    "/q/libqgtk3.so": ["libgtk-3.so.0", "libpango-1.0.so.0", "libglib-2.0.so.0", "libQt6Gui.so.6"],
    "/q/libqxcb.so": ["libxcb.so.1", "libQt6Gui.so.6", "libglib-2.0.so.0"],
    "/s/libgtk-3.so.0": ["libpango-1.0.so.0", "libglib-2.0.so.0"],
}


def asks(file: str) -> list[str]:
    """Return what a file needs, in a small world."""
    return NEEDS.get(file, [])


def test_libraries_that_only_a_plug_in_left_out_needs_go_with_it(contents: ModuleType) -> None:
    gtk = ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", "/q/libqgtk3.so", "BINARY")
    table = [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY"),
        gtk,
        ("libgtk-3.so.0", "/s/libgtk-3.so.0", "BINARY"),
        ("libpango-1.0.so.0", "/s/libpango-1.0.so.0", "BINARY"),
        ("libglib-2.0.so.0", "/s/libglib-2.0.so.0", "BINARY"),
        ("libxcb.so.1", "/s/libxcb.so.1", "BINARY"),
        ("libpython3.11.so.1.0", "/p/libpython3.11.so.1.0", "BINARY"),
        ("libopened-by-name.so", "/s/libopened-by-name.so", "BINARY"),
        ("PySide6/Qt/lib/libQt6Gui.so.6", "/q/libQt6Gui.so.6", "BINARY"),
        ("libQt6Gui.so.6", "PySide6/Qt/lib/libQt6Gui.so.6", "SYMLINK"),
    ]
    left = contents.kept_libraries(table, asks)
    assert [entry for entry in table if entry not in left] == [gtk, table[2], table[3]]
    assert left == [entry for entry in table if entry in left], "in their order"


def test_without_anything_left_out_nothing_is_asked(contents: ModuleType) -> None:
    def never(file: str) -> list[str]:
        raise AssertionError(file)

    table = [("libxcb.so.1", "/s/libxcb.so.1", "BINARY")]
    assert contents.kept_libraries(iter(table), never) == table


def test_a_plug_in_that_needs_nothing_of_its_own_takes_nothing_along(contents: ModuleType) -> None:
    table = [
        ("PySide6/Qt/plugins/platforms/libqvnc.so", "/q/libqxcb.so", "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY"),
        ("libxcb.so.1", "/s/libxcb.so.1", "BINARY"),
    ]
    assert contents.kept_libraries(table, asks) == table[1:]


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


@pytest.mark.parametrize(
    "package", ["ktrdr_app", "numba", "talib", "exchange_calendars", "shellingham", "tzdata", "uvicorn"]
)
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


def test_tests_of_a_package_are_not_packed_with_it(contents: ModuleType) -> None:
    names = ["numba", "numba.tests", "numba.tests.cuda", "numba.core.testing", "numba.conftest", "anyio.pytest_plugin"]
    assert contents.wanted_modules(names) == ["numba", "numba.core.testing"]
    assert contents.wanted_modules(["ktrdr_app.core.latests", "ktrdr_app.contests"]) == [
        "ktrdr_app.core.latests",
        "ktrdr_app.contests",
    ], "only whole words"


def test_the_window_uses_none_of_the_parts_of_qt_that_are_left_out(contents: ModuleType) -> None:
    unused = {name.partition(".")[2] for name in contents.UNUSED_MODULES if name.startswith("PySide6.")}
    assert unused == {"QtNetwork"}
    used = set()
    for file in (REPO / "ktrdr_app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6."):
                used.add(str(node.module).partition(".")[2])
    assert {"QtCore", "QtGui", "QtWidgets", "QtSvg"} <= used
    assert used & unused == set()


def test_qts_translations_may_stay_out_as_the_window_loads_none(contents: ModuleType) -> None:
    files = (REPO / "ktrdr_app").rglob("*.py")
    assert not any("QTranslator" in file.read_text(encoding="utf-8") for file in files)


def test_a_library_reads_parquet_without_the_parts_of_arrow_that_stay_out(contents: ModuleType, tmp_path: Path) -> None:
    """A Python that refuses them reads and writes as before."""
    code = f"""
import sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name in ("pyarrow._s3fs", "pyarrow._flight", "PySide6.QtNetwork"):
            raise ImportError(name)
sys.meta_path.insert(0, Refused())
import pandas
pandas.DataFrame({{"a": [1, 2]}}).to_parquet({str(tmp_path / "a.parquet")!r})
print(pandas.read_parquet({str(tmp_path / "a.parquet")!r})["a"].tolist())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[1, 2]\n", done.stderr
