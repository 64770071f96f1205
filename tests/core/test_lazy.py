"""Exports that are imported when they are first used."""

from __future__ import annotations

import importlib
import pickle
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from ktrdr_app.core import lazy
from ktrdr_app.core.lazy import exports
from tests.core.children import printed

INIT = """
from ktrdr_app.core import lazy
from ktrdr_app.core.lazy import exports
__getattr__ = exports(__name__, {"light": "bulbs", "heavy": "stones", "broken": "pieces", "gone": "bulbs"})
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Return a package whose modules say that they were imported."""
    folder = tmp_path / "planted_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(INIT)
    (folder / "bulbs.py").write_text("light = object()\n")
    (folder / "stones.py").write_text("from planted_package.bulbs import light\nheavy = [light]\n")
    (folder / "pieces.py").write_text("import a_library_that_is_not_installed\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("planted_package")
    for name in [name for name in sys.modules if name.startswith("planted_package")]:
        del sys.modules[name]


def _imported() -> set[str]:
    return {name.partition(".")[2] for name in sys.modules if name.startswith("planted_package.")}


def test_nothing_is_imported_before_it_is_used(package: ModuleType) -> None:
    assert _imported() == set()
    assert package.light is importlib.import_module("planted_package.bulbs").light
    assert _imported() == {"bulbs"}
    assert package.heavy == [package.light]
    assert _imported() == {"bulbs", "stones"}


def test_names_may_be_imported_from_the_package(package: ModuleType) -> None:
    scope: dict[str, object] = {}
    exec("from planted_package import light, heavy", scope)
    assert scope["heavy"] == [scope["light"]]


def test_the_same_object_comes_every_time(package: ModuleType) -> None:
    assert package.heavy is package.heavy


def test_an_unknown_name_is_an_attribute_error_as_of_any_module(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="module 'planted_package' has no attribute 'lihgt'"):
        _ = package.lihgt
    assert not hasattr(package, "__path_of_nothing__")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from planted_package import nothing", {})


def test_a_library_that_is_missing_is_named(package: ModuleType) -> None:
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_not_installed"):
        _ = package.broken


def test_a_table_that_promises_too_much_is_found_out(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="gone"):
        _ = package.gone


def test_a_name_that_is_also_a_module_is_refused() -> None:
    with pytest.raises(ValueError, match="p exports train, which are also names of its modules"):
        exports("p", {"train": "train", "other": "elsewhere"})
    with pytest.raises(ValueError, match="p exports a, b, which"):
        exports("p", {"b": "a", "a": "b", "c": "d"})


def test_our_use_cases_are_listed_without_the_heavy_libraries() -> None:
    code = """
import sys
import threading
import ktrdr_app.workflows as workflows
heavy = {"torch", "sklearn", "numba", "pandas", "PySide6", "talib"}
print(sorted(heavy & set(sys.modules)), len(workflows.__all__) > 10)
"""
    assert printed(code) == "[] True"


def test_every_promised_use_case_is_there() -> None:
    workflows = importlib.import_module("ktrdr_app.workflows")
    missing = [name for name in workflows.__all__ if not callable(getattr(workflows, name))]
    assert missing == []


class SlowPackage(SourceFileLoader):
    """Loads a package, slowly: its lock is held, its name not yet known, while another thread asks for its part."""

    begun = threading.Event()

    def create_module(self, spec: ModuleSpec) -> None:
        """Hold up the import where Python holds no lock but the package's own."""
        self.begun.set()
        threading.Event().wait(0.5)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the package's own specification and nobody else's."""
        if name != self.name:
            return None
        places = [str(Path(self.path).parent)]
        return spec_from_file_location(name, self.path, loader=self, submodule_search_locations=places)


def test_threads_that_import_a_package_and_its_part_at_once_do_not_meet_pythons_deadlock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "gated_package_of_a_test"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(f"from {name}.part import VALUE\n")
    (tmp_path / name / "part.py").write_text("VALUE = 7\n")
    slow = SlowPackage(name, str(tmp_path / name / "__init__.py"))
    monkeypatch.setattr(sys, "meta_path", [slow, *sys.meta_path])
    monkeypatch.syspath_prepend(str(tmp_path))
    with ThreadPoolExecutor(2) as pool:
        package = pool.submit(lazy.load, name)
        assert slow.begun.wait(5)
        part = pool.submit(lazy.load, f"{name}.part")
        assert package.result(timeout=20).VALUE == 7
        assert part.result(timeout=20).VALUE == 7
    for module in (name, f"{name}.part"):
        sys.modules.pop(module)


def test_what_was_pickled_comes_back_with_its_module() -> None:
    code = """
import sys
from ktrdr_app.core import lazy
made = lazy.unpickled(bytes.fromhex(sys.argv[1]))
print(made, "fractions" in sys.modules)
"""
    assert printed(code, pickle.dumps(Fraction(1, 3)).hex()) == "1/3 True"


def test_what_is_there_is_given_at_once_while_another_thread_imports(package: ModuleType) -> None:
    """The window asks for a workflow that it has used before, while a worker imports a large library."""
    light = package.light
    with lazy._one_at_a_time, ThreadPoolExecutor(1) as pool:
        assert pool.submit(getattr, package, "light").result(timeout=20) is light
        assert pool.submit(lazy.load, "planted_package.bulbs").result(timeout=20) is package.bulbs


def test_what_is_being_imported_is_waited_for(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert package.light is not None
    monkeypatch.setattr(package.bulbs.__spec__, "_initializing", True)
    with ThreadPoolExecutor(1) as pool:
        with lazy._one_at_a_time:
            asked = pool.submit(lazy.load, "planted_package.bulbs")
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.2)
            monkeypatch.undo()
        assert asked.result(timeout=20) is package.bulbs
