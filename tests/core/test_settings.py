"""The settings file: written whole with a backup, and what is taken when it is torn, gone, too new or senseless."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, StorageProblem
from ktrdr_app.core.settings import MOST_RECENTS, THEMES, VERSION, Reading, Settings, SettingsFile
from tests.core.children import run_python


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


def test_without_a_file_everything_has_its_default_and_nothing_is_wrong(file: SettingsFile) -> None:
    reading = file.read()
    assert (reading.settings, reading.fault) == (Settings(), "")
    assert not file.path.exists(), "looking writes nothing"


def test_what_is_written_is_read_and_what_stood_before_is_kept(file: SettingsFile) -> None:
    file.write(Settings(theme="light", recents=("/a", "/b")))
    file.change(theme="contrast")
    assert file.read().settings == Settings(theme="contrast", recents=("/a", "/b"))
    assert SettingsFile(file.backup).read().settings == Settings(theme="light", recents=("/a", "/b"))
    assert json.loads(file.path.read_text(encoding="utf-8"))["version"] == VERSION
    assert sorted(path.name for path in file.path.parent.iterdir()) == ["settings.json", "settings.json.bak"]


DAMAGE = [b"", b"{", b"\xff\xfe\x00garbage", b"[]", b'"text"', b"{}", b'{"version": "1"}', b'{"version": 1, "theme']


@pytest.mark.parametrize("content", DAMAGE)
def test_a_torn_file_gives_way_to_the_backup_once_and_says_so(file: SettingsFile, content: bytes) -> None:
    file.write(Settings(theme="light"))
    file.write(Settings(theme="contrast"))
    file.path.write_bytes(content)
    reading = file.read()
    assert reading.settings.theme == "light"
    assert reading.fault == "settings.json is damaged; the settings of the time before were taken"
    assert file.path.with_name("settings.json.damaged").read_bytes() == content
    again = file.read()
    assert (again.settings.theme, again.fault) == ("light", "")


@pytest.mark.parametrize("content", DAMAGE)
def test_a_torn_file_and_a_torn_backup_leave_the_defaults(file: SettingsFile, content: bytes) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    file.backup.write_bytes(content)
    reading = file.read()
    assert reading.settings == Settings()
    assert reading.fault == "settings.json is damaged; all settings have their defaults again"
    assert file.read().fault == ""


def test_a_fault_that_a_change_comes_upon_is_in_the_log(file: SettingsFile, caplog: pytest.LogCaptureFixture) -> None:
    file.write(Settings(theme="light"))
    file.path.write_bytes(b"{")
    with caplog.at_level("WARNING", logger="ktrdr_app"):
        file.change(keep_drafts=False)
    assert [record.getMessage() for record in caplog.records] == [
        "settings.json is damaged; all settings have their defaults again"
    ]


def test_a_file_that_is_gone_is_taken_from_the_backup(file: SettingsFile) -> None:
    file.write(Settings(theme="light"))
    file.write(Settings(theme="dark"))
    file.path.unlink()
    assert file.read().settings.theme == "light"


def test_a_file_of_a_newer_program_is_set_aside_not_lost(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({"version": VERSION + 1, "theme": "sepia"}), encoding="utf-8")
    reading = file.read()
    assert reading.settings == Settings()
    assert "written by a newer version" in reading.fault
    assert "sepia" in file.path.with_name("settings.json.damaged").read_text(encoding="utf-8")


def test_a_value_without_sense_costs_that_value_only(file: SettingsFile) -> None:
    bad = {"theme": "pink", "keep_drafts": "yes", "long_runs": "fibre", "cluster": 8786, "unknown": 1}
    document = {"version": VERSION, "recents": ["/a"], **bad}
    file.path.parent.mkdir()
    file.path.write_text(json.dumps(document), encoding="utf-8")
    reading = file.read()
    assert reading.settings == Settings(recents=("/a",))
    assert (
        reading.fault
        == "settings.json: no sense in theme, keep_drafts, long_runs, cluster; the default was taken for it"
    )


@pytest.mark.parametrize("recents", ["/home/somebody", {"/a": 1}, [1], [["/a"]], None, 7])
def test_recents_are_a_list_of_names_or_nothing(file: SettingsFile, recents: object) -> None:
    """One name alone is not a list of its letters."""
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({"version": VERSION, "theme": "light", "recents": recents}), encoding="utf-8")
    reading = file.read()
    assert reading.settings == Settings(theme="light")
    assert reading.fault == "settings.json: no sense in recents; the default was taken for it"
    assert file.change(theme="dark").with_recent(Path("/b")).recents == ("/b",)


def test_what_no_setting_can_be_is_not_written(file: SettingsFile) -> None:
    file.write(Settings(theme="light"))
    with pytest.raises(InvalidValue, match="theme is 'pink'"):
        file.change(theme="pink")
    assert file.read().settings.theme == "light"


def test_a_folder_that_refuses_is_said_so_and_reading_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    file = SettingsFile(tmp_path / "file" / "settings.json")
    with pytest.raises(StorageProblem):
        file.write(Settings())
    reading = file.read()
    assert reading.settings == Settings()
    assert "cannot be read" in reading.fault


@given(st.lists(st.sampled_from([f"/w{number}" for number in range(20)]), max_size=60))
def test_recents_are_the_newest_without_doubles(opened: list[str]) -> None:
    settings = Settings()
    for name in opened:
        settings = settings.with_recent(Path(name))
    newest_first = list(dict.fromkeys(str(Path(name).resolve()) for name in reversed(opened)))
    assert list(settings.recents) == newest_first[:MOST_RECENTS]
    if settings.recents:
        assert settings.recents[0] not in settings.without_recent(settings.recents[0]).recents


def test_every_setting_survives_the_file(file: SettingsFile) -> None:
    settings = Settings("contrast", ("/ä", "/b c"), False)
    file.write(settings)
    assert asdict(file.read().settings) == asdict(settings)


HOSTILE = [
    '{"version": 1, "recents": "abc"}',
    '{"version": 1, "recents": {"/a": 1}}',
    '{"version": 1, "recents": [1, "/a"]}',
    '{"version": 1, "recents": null, "theme": {"dark": 1}}',
    '{"version": 1, "theme": ["dark"]}',
    "[" * 50_000,
    '{"version": 1, "theme": ' + '{"a":' * 50_000,
    '{"version": 1' + "0" * 5000 + "}",
    '{"version": NaN}',
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_hostile_file_says_never_becomes_a_setting(file: SettingsFile, content: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(content, encoding="utf-8")
    reading = file.read()
    assert reading.settings == Settings()
    assert reading.fault
    assert file.path.with_name("settings.json.damaged").read_text(encoding="utf-8") == content
    assert file.change(theme="dark") == file.read().settings == Settings(theme="dark")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(THEMES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {"version": st.sampled_from([1, 2, "1", None])}, optional={"theme": JSON, "recents": JSON, "keep_drafts": JSON}
    )
    | JSON,
    st.integers(0, 60),
)
def test_any_file_gives_settings_that_can_be_written_and_is_told_once(
    tmp_path_factory: pytest.TempPathFactory, document: object, cut: int
) -> None:
    file = SettingsFile(tmp_path_factory.mktemp("any") / "settings.json")
    file.path.write_text(json.dumps(document)[: cut or None], encoding="utf-8")
    found = file.read().settings
    assert Settings(**asdict(found)) == found
    assert isinstance(found.recents, tuple)
    again = file.read()
    assert (again.settings, again.fault) == (found, "")
    file.write(found)
    assert file.read().settings == found


STOPPED = """
import os, sys
from pathlib import Path
from ktrdr_app.core.settings import SettingsFile
moves = []
def stop(self, target):
    moves.append(target)
    if len(moves) == int(sys.argv[2]):
        os._exit(9)
    os.rename(self, target)
Path.replace = stop
SettingsFile(Path(sys.argv[1])).change(theme="contrast")
"""


@pytest.mark.parametrize(("stop", "theme"), [(1, "light"), (2, "light"), (3, "contrast")])
def test_an_end_between_write_and_rename_keeps_the_settings(file: SettingsFile, stop: int, theme: str) -> None:
    file.write(Settings(theme="dark"))
    file.write(Settings(theme="light", recents=("/a",)))
    done = run_python(STOPPED, file.path, stop)
    assert done.returncode == (9 if stop < 3 else 0)
    assert file.read() == Reading(Settings(theme=theme, recents=("/a",)))
    assert SettingsFile(file.backup).read().settings.theme == ("dark" if stop == 1 else "light")


def test_half_a_sign_is_refused_and_nothing_is_lost(file: SettingsFile) -> None:
    file.write(Settings(theme="light"))
    with pytest.raises(StorageProblem, match="half a sign"):
        file.change(recents=("/\udce4",))
    assert file.read() == Reading(Settings(theme="light"))
