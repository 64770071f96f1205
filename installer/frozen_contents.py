"""What goes into the frozen folder and what stays out; read by ``desktop.spec``, which PyInstaller runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath

Entry = tuple[str, str, str]
"""Name in the folder, file it comes from, and kind, as PyInstaller's tables of contents hold them."""

SHIPPED_EXTRAS = ("api", "ib", "cluster", "sweep")
"""Extras of ``pyproject.toml`` that are part of the frozen program."""

EXTRA_DISTRIBUTIONS = ("distributed", "fastapi", "fastapi-offline", "ib-async", "optuna", "uvicorn")
"""What those extras ask for."""

LOADED_BY_NAME = (
    "distributed",
    "exchange_calendars",
    "ktrdr_app",
    "numba",
    "opentelemetry",
    "optuna",
    "shellingham",
    "talib",
    "tzdata",
    "uvicorn",
)
"""Packages of which all modules are packed: something imports them by a name that is put together at run time."""

WITH_FILES = ("alembic", "ktrdr_app", "fastapi_offline", "dask", "distributed", "exchange_calendars")
"""Packages that read files which lie beside their modules."""

WITH_SOURCES = {"optuna": ["storages/_rdb/**"]}
"""Packages that read some of their own modules as files: a study's tables are made by scripts that lie there."""

UNUSED_MODULES = (
    "IPython",
    "PIL",
    "PySide6.QtNetwork",
    "_pytest",
    "curses",
    "cyclonedx",
    "hatchling",
    "hypothesis",
    "jsonschema",
    "lxml",
    "matplotlib",
    "mypy",
    "pip",
    "pyarrow.flight",
    "pyarrow.tests",
    "pytest",
    "readline",
    "tensorboard",
    "tkinter",
    "trove_classifiers",
)
"""Modules that libraries import where they find them, and that the program never calls.

``readline`` would also bring GNU readline, whose licence (GPL) would become that of the whole folder.
"""

LEFT_OUT = (
    "*.pyx",
    "*.pxd",
    "*.pxi",
    "*.pyi",
    "*.a",
    "*.h",
    "*.hpp",
    "pyarrow/include/*",
    "pyarrow/src/*",
    "pyarrow/_s3fs*",
    "pyarrow/libarrow_python*.so",
    "pyarrow/libarrow_python*.so.*.*",
    "pyarrow/tests/*",
    "*arrow*flight*",
    "*arrow_s3*",
    "pyarrow/_pyarrow_cpp_tests*",
    "numpy/_core/include/*",
    "sklearn/datasets/data/*",
    "sklearn/datasets/images/*",
    "sklearn/datasets/tests/*",
    "*/tests/data/*",
    "torch/bin/*Test*",
    "torch/bin/protoc*",
    "torch/bin/test_*",
    "torch/bin/*.pt*",
    "torch/bin/upgrader_models/*",
    "torch/include/*",
    "torch/lib/libaoti_custom_ops.so",
    "torch/lib/libbackend_with_compiler.so",
    "torch/lib/libjitbackend_test.so",
    "torch/lib/libtorchbind_test.so",
    "torch/share/*",
    "torch/test/*",
    "PySide6/*translations/*",
    "PySide6/*plugins/egldeviceintegrations/*",
    "PySide6/*plugins/generic/*",
    "PySide6/*plugins/imageformats/*icns*",
    "PySide6/*plugins/imageformats/*tga*",
    "PySide6/*plugins/imageformats/*tiff*",
    "PySide6/*plugins/imageformats/*wbmp*",
    "PySide6/*plugins/networkinformation/*",
    "PySide6/*plugins/platforms/*eglfs*",
    "PySide6/*plugins/platforms/*linuxfb*",
    "PySide6/*plugins/platforms/*minimalegl*",
    "PySide6/*plugins/platforms/*vkkhrdisplay*",
    "PySide6/*plugins/platforms/*vnc*",
    "PySide6/*plugins/tls/*",
    "PySide6/*Qt6EglF*",
    "PySide6/*Qt6Network*",
    "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    "*.dist-info/licenses/*",
)
"""Files of the libraries that nothing loads: sources and headers, their own tests, sample data, a compiler, Arrow's
access to S3; second names of one library; Qt's translations of its own few words, its network, devices without a
desktop, and its plug-in for the look of GTK, as the window has a look of its own. Licence texts of Python's packages lie in ``licences`` already.

``torch/bin/torch_shm_manager`` stays: PyTorch starts it when tensors are shared between processes.
"""


TESTS = re.compile(r"\.(tests|conftest|pytest_plugin)(\.|$)")
"""A module that tests the package that it lies in."""

LOAD = re.compile(r'\bload\(\s*"([A-Za-z0-9_.]+)"')
"""A call of ``ktrdr_app.core.lazy.load``."""


def named_in(package: Path) -> list[str]:
    """Return the modules that a package loads by name at run time.

    Parameters
    ----------
    package : Path
        Its folder.
    """
    sources = (file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    return sorted({name for source in sources for name in LOAD.findall(source)})


def wanted_modules(names: Iterable[str]) -> list[str]:
    """Return the modules of a package without its tests of itself.

    Parameters
    ----------
    names : iterable of str
        All of them.
    """
    return [name for name in names if not TESTS.search(name)]


def stays_out(name: str) -> bool:
    """Return whether a file of a library is left out.

    Parameters
    ----------
    name : str
        Its path in the frozen folder.
    """
    plain = name.replace("\\", "/")
    return any(fnmatch(plain, pattern) for pattern in LEFT_OUT)


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a table of contents without what stays out.

    Parameters
    ----------
    entries : iterable of Entry
        Binaries or data files.
    """
    return [entry for entry in entries if not stays_out(entry[0])]


def kept_libraries(entries: Iterable[Entry], asks: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Return the entries without what stays out, and without the libraries that only that would have needed.

    What a plug-in of Qt brings depends on what is installed where the folder is made: GTK, for one, on some machines.

    Parameters
    ----------
    entries : iterable of Entry
        Binaries.
    asks : callable
        Gives the names of all libraries that a file needs, theirs included.
    """
    entries = list(entries)
    left = kept(entries)
    gone = [entry for entry in entries if stays_out(entry[0]) and entry[2] != "SYMLINK"]
    doubtful = {PurePath(name).name for entry in gone for name in asks(entry[1])}
    doubtful &= {name for name, _, _ in left if "/" not in name and "\\" not in name}
    if not doubtful:
        return left
    certain = [entry for entry in left if entry[0] not in doubtful and entry[2] != "SYMLINK"]
    doubtful -= {PurePath(name).name for entry in certain for name in asks(entry[1])}
    return [entry for entry in left if entry[0] not in doubtful]


def write_listing(file: Path, tables: Iterable[Sequence[Entry]]) -> None:
    """Write down what was packed and where it came from, for `shipped_parts`.

    Parameters
    ----------
    file : Path
        JSON file to write.
    tables : iterable of sequences of Entry
        PyInstaller's tables: modules, binaries, data files.
    """
    rows = sorted({(name, source or "", kind) for table in tables for name, source, kind in table})
    file.write_text(json.dumps(rows, indent=0), encoding="utf-8")
