"""House rules that the linters do not know, read from the source by its syntax tree."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parent.parent
PACKAGE = REPO / "ktrdr_app"
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8"), filename=str(path)) for path in MODULES}
FACES = {"gui", "cli", "api"}
LARGEST_FILE, LARGEST_CLASS, LARGEST_FUNCTION = 600, 300, 80
BROAD = {"Exception", "BaseException"}
QT = {"PySide6", "shiboken6", "pyqtgraph", "qasync"}


def place(path: Path, node: ast.AST | None = None) -> str:
    """Return where something stands, as an editor takes it."""
    return f"{path.relative_to(REPO).as_posix()}:{getattr(node, 'lineno', 1)}"


def room_of(path: Path) -> str:
    """Return the room that a file belongs to; its own name for a file at the top."""
    return path.relative_to(PACKAGE).parts[0]


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Yield every syntax node of the package with its file."""
    for path in MODULES:
        for node in ast.walk(TREES[path]):
            yield path, node


def imported(node: ast.AST) -> list[str]:
    """Return the dotted names that an import statement names; nothing for other statements."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        return [node.module]
    return []


def is_export(node: ast.stmt) -> bool:
    """Return whether a statement belongs into an ``__init__``: text, imports, assignments, imports for types."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_guard = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    return is_text or is_guard or isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign))


def test_a_module_says_first_what_it_is_for() -> None:
    first_lines = {path: (ast.get_docstring(TREES[path]) or "").partition("\n")[0] for path in MODULES}
    assert [place(path) for path, line in first_lines.items() if not line or line.startswith("This module")] == []


def test_a_package_only_exports() -> None:
    packages = [path for path in MODULES if path.name == "__init__.py"]
    assert [place(path, node) for path in packages for node in TREES[path].body if not is_export(node)] == []


def test_within_a_room_one_imports_from_the_defining_module() -> None:
    wrong = []
    for path, node in nodes():
        own = ".".join(("ktrdr_app", *path.relative_to(PACKAGE).parent.parts))
        if path.name == "__init__.py" or not isinstance(node, ast.ImportFrom) or node.module != own:
            continue
        modules = {inner.stem for inner in path.parent.iterdir()} | {"__version__"}
        wrong += [f"{place(path, node)} {alias.name}" for alias in node.names if alias.name not in modules]
    assert wrong == []


def test_our_own_modules_are_not_imported_inside_functions() -> None:
    late = [
        place(path, node)
        for path, function in nodes()
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if any(name.partition(".")[0] == "ktrdr_app" for name in imported(node))
    ]
    assert late == []


def code_lines(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the physical lines of a class, or of a function without its docstring."""
    documented = "" if isinstance(node, ast.ClassDef) else ast.get_docstring(node, clean=False)
    return (node.end_lineno or node.lineno) - node.lineno + 1 - (documented.count("\n") + 1 if documented else 0)


def test_files_classes_and_functions_are_short() -> None:
    long = [place(path) for path in MODULES if path.read_text(encoding="utf-8").count("\n") > LARGEST_FILE]
    for path, node in nodes():
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            most = LARGEST_CLASS if isinstance(node, ast.ClassDef) else LARGEST_FUNCTION
            long += [f"{place(path, node)} {node.name}: {code_lines(node)}"] if code_lines(node) > most else []
    assert long == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler takes every exception and raises none."""
    named = {found.id for found in ast.walk(handler.type) if isinstance(found, ast.Name)} if handler.type else BROAD
    return bool(named & BROAD) and not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))


def test_only_a_face_catches_everything() -> None:
    hidden = [
        place(path, node)
        for path, node in nodes()
        if room_of(path) not in FACES and isinstance(node, ast.ExceptHandler) and catches_all(node)
    ]
    assert hidden == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("except Exception: pass", True),
        ("except: pass", True),
        ("except (OSError, BaseException) as e: x = 1", True),
        ("except BaseException:\n    close()\n    raise", False),
        ("except (OSError, ValueError): pass", False),
    ],
)
def test_a_handler_that_hides_is_told_from_one_that_does_not(source: str, expected: bool) -> None:
    tree = ast.parse(f"try:\n    x = 0\n{source}")
    handler = next(node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
    assert catches_all(handler) is expected


def test_numba_comes_from_one_place() -> None:
    users = {path for path, node in nodes() if any(name.partition(".")[0] == "numba" for name in imported(node))}
    assert users == {PACKAGE / "core" / "kernels.py"}


def test_nothing_is_left_to_do() -> None:
    words = ("TODO", "FIXME", "XXX")
    assert [place(path) for path in MODULES if any(word in path.read_text(encoding="utf-8") for word in words)] == []


def contracts() -> dict[str, dict[str, Any]]:
    """Return the import contracts by their kind."""
    settings = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["type"]: contract for contract in settings["contracts"]}


def rooms() -> set[str]:
    """Return the packages that are there."""
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def test_every_room_below_the_faces_is_forbidden_qt() -> None:
    forbidden = contracts()["forbidden"]
    assert forbidden["source_modules"] == sorted(f"ktrdr_app.{room}" for room in rooms() - FACES)
    assert set(forbidden["forbidden_modules"]) == QT


def test_the_layers_are_exhaustive_and_without_exceptions() -> None:
    layers = contracts()["layers"]
    assert layers["exhaustive"] is True
    assert "ignore_imports" not in layers


def modules_after(statement: str) -> set[str]:
    """Return the top-level names of everything that a fresh Python has imported after a statement."""
    code = f"{statement}\nimport sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    path = os.pathsep.join(filter(None, [str(REPO), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import ktrdr_app.cli.main", "import ktrdr_app.workflows, ktrdr_app.workflows.requests", "import ktrdr_app.gui"],
)
def test_starting_is_cheap(statement: str) -> None:
    assert not modules_after(statement) & {"torch", "sklearn", *QT}


def test_what_runs_a_backtest_or_tells_coverage_loads_no_torch() -> None:
    statement = "import ktrdr_app.workflows.backtest_run, ktrdr_app.workflows.coverage_run"
    assert not modules_after(statement) & {"torch", "sklearn", *QT}


def test_a_workers_share_of_a_training_loads_no_torch() -> None:
    assert not modules_after("import ktrdr_app.workflows.train_symbols") & {"torch", "sklearn", "distributed", *QT}
