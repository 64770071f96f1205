"""Names that are safe on every system, and where files lie on each of them."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ktrdr_app.core import paths
from ktrdr_app.core.errors import UnsafeName
from ktrdr_app.core.paths import Workspace, is_folder, safe_name, shipped, shipped_strategies, user_cache, user_config

REPO = Path(__file__).resolve().parents[2]


def _reserved_on_windows(name: str) -> bool:
    """Ask Python's own table, which moved in 3.13."""
    if sys.version_info >= (3, 13):
        return bool(ntpath.isreserved(name))
    return PureWindowsPath(name).is_reserved()


GOOD = [
    *("AAPL", "EURUSD", "neuro_mean_reversion", "BRK.B", "a", "0", "9-x", "a..b", "v1.2.3", "x" * 64),
    *("console", "auxiliary", "com", "com10", "lpt", "nul_", "null"),
]
BAD = [
    *("", ".", "..", ".hidden", "../x", "a/b", "a\\b", "/etc", "C:x", "C:\\x", "~", "~x", "-rf", "_x"),
    *("a ", " a", "a b", "a\n", "a\0", "a:b", "a*", "a?", 'a"', "a<b", "a|b", "ä", "AAPL\u202e", "٣", "x" * 65),
    *("a.", "a..", "CON", "con", "Con.txt", "nul", "NUL.tar.gz", "aux", "prn.yaml", "COM1", "com9.x", "lpt1", "LPT9"),
]


@pytest.mark.parametrize("name", GOOD)
def test_good_names_pass_as_they_are(name: str) -> None:
    assert safe_name(name, "symbol") == name


@pytest.mark.parametrize("name", BAD)
def test_bad_names_are_refused_with_what_they_were_for(name: str) -> None:
    with pytest.raises(UnsafeName) as caught:
        safe_name(name, "strategy")
    assert caught.value.message == f"{name!r} cannot be the name of a strategy"
    assert caught.value.where == "strategy"


names = st.one_of(
    st.text(max_size=12),
    st.text("abNULCOM19._-/\\: \n~", max_size=10),
    st.from_regex(r"(?i)(con|nul|aux|prn|com[0-9]|lpt[0-9])(\.[a-z]{0,3})?", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,70}", fullmatch=True),
)


@given(name=names)
@example(name="com¹")
@example(name="CONIN$")
@example(name="a.\n")
def test_whatever_passes_stays_in_its_folder_on_every_system(name: str) -> None:
    try:
        safe_name(name, "symbol")
    except UnsafeName:
        return
    assert posixpath.normpath(posixpath.join("/models", name)) == f"/models/{name}"
    assert ntpath.normpath(ntpath.join("C:\\models", name)) == f"C:\\models\\{name}"
    assert PurePosixPath("/models", name).parent == PurePosixPath("/models")
    assert PureWindowsPath("C:/models", name).parts == ("C:\\", "models", name)
    assert not _reserved_on_windows(name)
    assert not name.startswith(("-", "."))
    assert name == name.strip()
    assert len(name.encode()) <= 64


@pytest.mark.parametrize("name", [name for name in GOOD if name != "x" * 64])
def test_good_names_make_files(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("1")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_folders_of_a_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    found = {name: getattr(workspace, name) for name in ("data", "models", "strategies", "runs", "cache")}
    assert found == {
        "data": tmp_path / "data",
        "models": tmp_path / "models",
        "strategies": tmp_path / "configs" / "strategies",
        "runs": tmp_path / "runs",
        "cache": tmp_path / ".cache",
    }
    assert list(tmp_path.iterdir()) == []
    assert Workspace(tmp_path) == workspace


def test_paths_are_shown_below_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path / "w")
    assert workspace.relative(tmp_path / "w" / "data" / "X_1d.csv") == "data/X_1d.csv"
    assert workspace.relative(tmp_path / "w" / "data" / ".." / "runs") == "runs"
    assert workspace.relative(tmp_path / "other" / "x") == str(tmp_path / "other" / "x")
    assert workspace.relative(tmp_path / "w" / ".." / "other") == str(tmp_path / "w" / ".." / "other")
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    assert Workspace(Path()).relative(Path("models") / "m") == "models/m"


def test_shipped_files_lie_beside_the_package_in_a_checkout() -> None:
    assert shipped("configs") == REPO / "configs"
    assert (shipped("configs") / "strategies" / "neuro_mean_reversion.yaml").is_file()
    assert (shipped("resources") / "sample" / "GOOG_1d.csv").is_file()


def test_shipped_files_lie_inside_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "ktrdr_app"
    (package / "_configs").mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert shipped("configs") == package / "_configs"
    assert shipped_strategies() == package / "_configs" / "strategies"
    assert shipped("resources") == tmp_path / "site-packages" / "resources"


@pytest.fixture
def on_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that names a platform and sets variables, and gives back the cache folder found."""

    def ask(platform: str, **variables: str) -> Path:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
        return user_cache()

    return ask


def test_the_cache_folder_of_each_platform(on_platform: Callable[..., Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert on_platform("linux") == home / ".cache" / "ktrdr-app"
    assert on_platform("darwin") == home / "Library" / "Caches" / "ktrdr-app"
    assert on_platform("win32") == home / "AppData" / "Local" / "ktrdr-app"
    assert on_platform("freebsd14") == home / ".cache" / "ktrdr-app"


def test_the_settings_folder_of_each_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr(Path, "home", lambda: home)
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for platform, below in (
        ("linux", ".config"),
        ("darwin", "Library/Preferences"),
        ("win32", "AppData/Roaming"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        assert user_config() == home / below / "ktrdr-app"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    assert user_config() == tmp_path / "elsewhere" / "ktrdr-app"
    monkeypatch.setenv("XDG_CONFIG_HOME", "not/absolute")
    assert user_config() == home / ".config" / "ktrdr-app"


def test_the_environment_may_move_the_cache_folder(on_platform: Callable[..., Path], tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "elsewhere")
    assert on_platform("linux", XDG_CACHE_HOME=elsewhere) == tmp_path / "elsewhere" / "ktrdr-app"
    assert on_platform("win32", LOCALAPPDATA=elsewhere) == tmp_path / "elsewhere" / "ktrdr-app"
    assert on_platform("darwin", XDG_CACHE_HOME=elsewhere).is_relative_to(tmp_path / "home")
    assert on_platform("linux", LOCALAPPDATA=elsewhere).is_relative_to(tmp_path / "home")


@pytest.mark.parametrize("value", ["", "relative/cache", "."])
@pytest.mark.parametrize(("platform", "variable"), [("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")])
def test_an_empty_or_relative_cache_folder_is_passed_over(
    value: str, platform: str, variable: str, on_platform: Callable[..., Path], tmp_path: Path
) -> None:
    assert on_platform(platform, **{variable: value}).is_relative_to(tmp_path / "home")


def test_asking_for_the_cache_folder_makes_nothing(on_platform: Callable[..., Path], tmp_path: Path) -> None:
    on_platform("linux")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_folder_that_no_disk_can_hold_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_folder(tmp_path)
    for path in (
        tmp_path / "file",
        tmp_path / "no",
        tmp_path / "file" / "below",
        tmp_path / ("x" * 300),
        Path("/a\0b"),
    ):
        assert not is_folder(path)
