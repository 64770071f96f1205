"""Files and folders that are whole or not there: through kills, full disks and races."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core import files
from ktrdr_app.core.errors import Cancelled, StorageProblem
from tests.core.children import REPO, environment, files_up_to, printed

posix = pytest.mark.skipif(os.name != "posix", reason="NOT TESTED: needs fork, signals and limits of POSIX")

KILLED = """
import os, random, signal, sys
from pathlib import Path
from ktrdr_app.core import files

def write_file(place, number):
    files.write_bytes(place / "file", bytes([number]) * (200_000 + number))

def build_folder(place, number):
    with files.new_folder(place / f"folder_{number}") as hidden:
        for name in ("a", "b", "c"):
            (hidden / name).write_bytes(bytes([number]) * 50_000)
        (hidden / "inner").mkdir()
        (hidden / "inner" / "d").write_bytes(bytes([number]))

work = {"file": write_file, "folder": build_folder}[sys.argv[1]]
random.seed(sys.argv[1])
place = Path(sys.argv[2])
number = 1
for attempt in range(15):
    begun, tell = os.pipe()
    child = os.fork()
    if child == 0:
        for number in range(number, 256):
            os.write(tell, bytes([number]))
            work(place, number)
        os._exit(0)
    os.close(tell)
    for _ in range(random.randint(1, 4)):
        number = os.read(begun, 1)[0]
    for _ in range(random.randint(0, 30_000)):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    number = max([number, *os.read(begun, 256)]) + 1
    os.close(begun)
    shown = sorted(path.name for path in place.iterdir() if not path.name.startswith("."))
    for path in place.iterdir():
        if path.name == "file":
            content = path.read_bytes()
            assert content == content[:1] * (200_000 + content[0]), "a mixed or cut file"
        elif not path.name.startswith("."):
            value = bytes([int(path.name.split("_")[1])])
            held = {entry.name: entry.read_bytes() for entry in path.rglob("*") if entry.is_file()}
            assert held == {"a": value * 50_000, "b": value * 50_000, "c": value * 50_000, "d": value}, path
print(len(shown), attempt + 1)
"""

RACER = """
import json, sys
from pathlib import Path
from ktrdr_app.core.files import new_folder
won, lost = [], []
print("ready", flush=True)
sys.stdin.readline()
for number in range(60):
    try:
        with new_folder(Path(sys.argv[1]) / str(number)) as hidden:
            for name in ("a", "b"):
                (hidden / name).write_text(sys.argv[2])
        won.append(number)
    except FileExistsError:
        lost.append(number)
print(json.dumps([won, lost]))
"""


def _no_leftovers(folder: Path) -> list[str]:
    """Return the names in a folder, after checking that none is a temporary one."""
    names = sorted(path.name for path in folder.iterdir())
    assert not [name for name in names if name.startswith(".")]
    return names


def _refusing(code: int) -> Any:
    def refuse(*arguments: object, **named: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@posix
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_kill_at_any_moment_leaves_old_or_new_content(kind: str, tmp_path: Path) -> None:
    shown, attempts = map(int, printed(KILLED, kind, tmp_path).split())
    assert attempts == 15
    assert shown >= 1


@posix
def test_two_processes_that_race_for_a_name_never_mix(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), name],
            cwd=REPO,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    assert [racer.stdout.readline() for racer in racers if racer.stdout] == ["ready\n"] * 2
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    results = [json.loads(racer.communicate(timeout=120)[0]) for racer in racers]
    (first_won, first_lost), (second_won, second_lost) = results
    assert sorted(first_won + second_won) == list(range(60))
    assert (first_lost, second_lost) == (second_won, first_won)
    assert _no_leftovers(tmp_path) == sorted(map(str, range(60)))
    for number in range(60):
        winner = "one" if number in first_won else "two"
        assert {path.name: path.read_text() for path in (tmp_path / str(number)).iterdir()} == dict.fromkeys(
            "ab", winner
        )


@posix
def test_the_loser_of_the_last_moment_hears_that_the_name_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    final = tmp_path / "final"
    rename = Path.rename

    def beaten(path: Path, target: Path) -> Path:
        target.mkdir()
        (target / "winner").write_text("first")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", beaten)
    with pytest.raises(FileExistsError), files.new_folder(final) as hidden:
        (hidden / "loser").write_text("second")
    assert _no_leftovers(tmp_path) == ["final"]
    assert [path.name for path in final.iterdir()] == ["winner"]


@posix
def test_a_disk_limit_leaves_the_old_file(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.files import new_folder, write_bytes
target = Path(sys.argv[1]) / "file"
write_bytes(target, b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for work in ("file", "folder"):
    try:
        if work == "file":
            write_bytes(target, b"x" * 5000)
        else:
            with new_folder(target.with_name("folder")) as hidden:
                (hidden / "part").write_bytes(b"x" * 5000)
    except StorageProblem as error:
        print(error.message, error.where == str(target.with_name(work)), sep="|")
"""
    assert printed(code, tmp_path).splitlines() == ["cannot use the file: File too large|True"] * 2
    assert _no_leftovers(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("step", "code"),
    [("fsync", errno.ENOSPC), ("fsync", errno.EIO), ("replace", errno.EROFS), ("replace", errno.EACCES)],
)
def test_a_refusing_disk_is_a_storage_problem_and_the_old_file_stays(
    step: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "file"
    files.write_bytes(target, b"old")
    with monkeypatch.context() as patched:
        patched.setattr(os if step == "fsync" else Path, step, _refusing(code))
        with pytest.raises(StorageProblem) as caught:
            files.write_bytes(target, b"new")
    assert caught.value.message == f"cannot use the file: {os.strerror(code)}"
    assert caught.value.where == str(target)
    assert _no_leftovers(tmp_path) == ["file"]
    assert target.read_bytes() == b"old"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(StorageProblem):
        files.write_bytes(tmp_path / "models" / "deep" / "x", b"1")
    with pytest.raises(StorageProblem), files.new_folder(tmp_path / "models" / "deep" / "x"):
        pytest.fail("there was no folder to fill")
    assert (tmp_path / "models").read_text() == "not a folder"


@posix
def test_below_a_device_there_are_no_files() -> None:
    with pytest.raises(StorageProblem):
        files.write_text(Path("/dev/null/x"), "1")


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(StorageProblem):
        files.write_bytes(tmp_path / "x", b"1")
    assert _no_leftovers(tmp_path) == ["x"]


@given(content=st.binary(max_size=2000))
def test_bytes_come_back(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("bytes") / "made" / "on the way" / "ä.bin"
    files.write_bytes(target, content)
    assert target.read_bytes() == content
    files.write_bytes(target, content[::-1])
    assert target.read_bytes() == content[::-1]
    assert _no_leftovers(target.parent) == ["ä.bin"]


def test_text_is_utf_8_with_the_line_ends_it_was_given(tmp_path: Path) -> None:
    files.write_text(tmp_path / "x", "≤ µ\nzwei\r\n")
    assert (tmp_path / "x").read_bytes() == "≤ µ\nzwei\r\n".encode()


def test_a_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    final = tmp_path / "models" / "final"
    with files.new_folder(final) as hidden:
        (hidden / "inner").mkdir()
        (hidden / "inner" / "x").write_text("1")
        assert not final.exists()
        assert hidden.parent == final.parent
        assert hidden.name.startswith(".final.")
    assert (final / "inner" / "x").read_text() == "1"
    assert _no_leftovers(tmp_path / "models") == ["final"]


@pytest.mark.parametrize("error", [Cancelled("it"), ValueError("bug"), KeyboardInterrupt(), FileExistsError("own")])
def test_a_block_that_raises_leaves_nothing_and_its_error_goes_on(error: BaseException, tmp_path: Path) -> None:
    def fill() -> None:
        with files.new_folder(tmp_path / "final") as hidden:
            (hidden / "x").write_text("1")
            raise error

    with pytest.raises(type(error)) as caught:
        fill()
    assert caught.value is error
    assert _no_leftovers(tmp_path) == []


@pytest.mark.parametrize("content", [None, "x"], ids=["empty", "filled"])
def test_a_folder_that_is_there_is_never_written_into(content: str | None, tmp_path: Path) -> None:
    final = tmp_path / "final"
    final.mkdir()
    if content:
        (final / "old").write_text(content)
    before = sorted(final.iterdir())
    with pytest.raises(FileExistsError), files.new_folder(final) as hidden:
        (hidden / "new").write_text("1")
    assert sorted(final.iterdir()) == before
    assert _no_leftovers(tmp_path) == ["final"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(np.nan), None),
        (float("inf"), None),
        (-np.inf, None),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.longdouble(1.5), 1.5),
        (np.array([[1.0, np.nan], [np.inf, 4.0]]), [[1.0, None], [None, 4.0]]),
        (np.array(7), 7),
        ((1, (2, [3])), [1, [2, [3]]]),
        ({1: {np.int64(2): np.float64(3)}}, {"1": {"2": 3.0}}),
        (Path("a") / "b", str(Path("a") / "b")),
        (None, None),
        (True, True),
    ],
)
def test_values_become_those_that_json_knows(value: object, expected: object) -> None:
    found = files.plain(value)
    assert found == expected
    assert type(found) is type(expected)
    assert json.loads(files.json_text({"x": value})) == {"x": json.loads(json.dumps(expected))}


def test_what_json_cannot_hold_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        files.json_text({"x": object()})


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_every_digit(value: float) -> None:
    assert json.loads(files.json_text([value, np.float64(value)])) == [value, value]


def test_json_files_are_for_people_too(tmp_path: Path) -> None:
    files.write_json(tmp_path / "x.json", {"b": "größer", "a": [1]})
    expected = '{\n  "b": "größer",\n  "a": [\n    1\n  ]\n}\n'
    assert (tmp_path / "x.json").read_bytes() == expected.encode()


SHA_256 = [
    (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (b"a" * 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
]


@pytest.mark.parametrize(("content", "expected"), SHA_256, ids=["empty", "abc", "million"])
def test_the_vectors_of_fips_180(content: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    assert files.sha256(tmp_path / "x") == expected


def test_a_digest_is_that_of_the_canonical_text() -> None:
    text = b'{"a":[1,null,"\\u00e9"],"b":{"c":0.1}}'
    document = {"b": {"c": np.float64(0.1)}, "a": (1, float("nan"), "é")}
    assert files.digest(document) == hashlib.sha256(text).hexdigest()


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def _shuffled(document: Any, draw: random.Random) -> Any:
    if isinstance(document, dict):
        keys = list(document)
        draw.shuffle(keys)
        return {key: _shuffled(document[key], draw) for key in keys}
    return [_shuffled(entry, draw) for entry in document] if isinstance(document, list) else document


@given(document=documents, seed=st.integers(0, 99))
def test_a_digest_does_not_see_the_order_of_keys(document: Any, seed: int) -> None:
    assert files.digest(document) == files.digest(_shuffled(document, random.Random(seed)))


@pytest.mark.parametrize("other", [[2, 1], [1, 2, 3], [1, "2"], {"0": 1, "1": 2}, [1, 2.5]])
def test_a_digest_sees_order_of_lists_and_every_value(other: object) -> None:
    assert files.digest([1, 2]) != files.digest(other)


def test_a_folder_that_is_not_there_cannot_be_synced(tmp_path: Path) -> None:
    files.sync_folder(tmp_path)
    if os.name == "posix":
        with pytest.raises(FileNotFoundError):
            files.sync_folder(tmp_path / "nowhere")


def test_parts_are_written_in_order_as_one_file(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32)
    files.write_parts(tmp_path / "deep" / "x", (b"head", values.data.cast("B"), b"", b"tail"))
    assert (tmp_path / "deep" / "x").read_bytes() == b"head" + values.tobytes() + b"tail"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x"]


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: the size of files is limited as Linux does it")
def test_a_disk_that_is_full_midway_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x"
    files.write_bytes(target, b"old")
    with files_up_to(10_000), pytest.raises(StorageProblem, match="File too large"):
        files.write_parts(target, (bytes(9_000), bytes(90_000)))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
