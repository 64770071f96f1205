"""A zip with checksums comes back as it went in; what its rules do not allow is refused."""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import BundleRejected, StorageProblem
from ktrdr_app.core.sealed_zip import ZipRules, open_sealed, sealed

CONTENTS = {"a.txt": b"hello", "b.bin": bytes(range(256)) * 40, "empty": b""}


def rules(**largest: int) -> ZipRules:
    sizes = {"a.txt": 1 << 10, "b.bin": 1 << 20, "empty": 0} | {
        name.replace("_", "."): n for name, n in largest.items()
    }
    return ZipRules("label.json", 3, sizes, "parcel", lambda reason, hint: BundleRejected("here", reason, hint or "-"))


def written(folder: Path, contents: dict[str, bytes] = CONTENTS) -> Path:
    (folder / "p.zip").write_bytes(sealed(rules(), {"name": "first"}, contents))
    return folder / "p.zip"


def rewritten(file: Path, **changes: bytes) -> Path:
    """Write the zip anew with other contents under an unchanged label."""
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held |= {name.replace("_", "."): content for name, content in changes.items()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return file


def test_what_went_in_comes_out(tmp_path: Path) -> None:
    with open_sealed(written(tmp_path), rules()) as opened:
        assert opened.label["name"] == "first"
        assert opened.files == {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
        for name, content in CONTENTS.items():
            opened.unpack(name, tmp_path / name)
            assert (tmp_path / name).read_bytes() == content


def test_the_same_content_gives_the_same_bytes() -> None:
    first, second = (sealed(rules(), {"name": "x"}, CONTENTS) for _ in range(2))
    assert first == second


def test_a_changed_file_is_refused_when_it_is_unpacked(tmp_path: Path) -> None:
    file = rewritten(written(tmp_path), a_txt=b"hallo")
    with (
        open_sealed(file, rules()) as opened,
        pytest.raises(BundleRejected, match=r"checksum of a\.txt does not match"),
    ):
        opened.unpack("a.txt", tmp_path / "out")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StorageProblem), open_sealed(written(tmp_path), rules()) as opened:
        opened.unpack("a.txt", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_file_that_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(BundleRejected, match="larger than 1 KiB"), open_sealed(written(tmp_path), rules(b_bin=1024)):
        pytest.fail("it was opened")


@pytest.mark.parametrize(
    "label", [b"", b"[]", b'{"format": 2, "files": {}}', b'{"format": 3}', b'{"format": 3, "files": []}']
)
def test_a_label_that_is_none_is_refused(tmp_path: Path, label: bytes) -> None:
    file = rewritten(written(tmp_path), label_json=label)
    with pytest.raises(BundleRejected, match="not readable"), open_sealed(file, rules()):
        pytest.fail("it was opened")


def test_a_label_must_list_just_the_files_that_are_there(tmp_path: Path) -> None:
    said = json.dumps({"format": 3, "files": {"a.txt": "0"}}).encode()
    with (
        pytest.raises(BundleRejected, match="does not list"),
        open_sealed(rewritten(written(tmp_path), label_json=said), rules()),
    ):
        pytest.fail("it was opened")


def test_a_zip_without_a_label_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("a.txt", b"hello")
    with pytest.raises(BundleRejected, match=r"has no label\.json"), open_sealed(tmp_path / "p.zip", rules()):
        pytest.fail("it was opened")


@pytest.mark.parametrize("name", ["c.txt", "../a.txt", "/a.txt", "folder/a.txt", "a.txt\\..\\b"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    file = written(tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(BundleRejected, match=r"no file of a parcel|too many"), open_sealed(file, rules()):
        pytest.fail("it was opened")


def test_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("a.txt")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    with pytest.raises(BundleRejected, match="is a link"), open_sealed(tmp_path / "p.zip", rules()):
        pytest.fail("it was opened")


def test_what_goes_wrong_within_the_block_is_told_as_damage(tmp_path: Path) -> None:
    with pytest.raises(BundleRejected, match="the file is damaged: odd"), open_sealed(written(tmp_path), rules()):
        raise ValueError("odd")
    with pytest.raises(StorageProblem), open_sealed(tmp_path / "nowhere.zip", rules()):
        pytest.fail("it was opened")


NAMES = ("a", "b", "c")


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=300)))
def test_whatever_its_rules_allow_is_opened_again(contents: dict[str, bytes]) -> None:
    exact = {name: len(contents.get(name, b"")) for name in NAMES}
    just = ZipRules("l.json", 1, exact, "parcel", lambda reason, hint: BundleRejected("here", reason, hint or "-"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "p.zip").write_bytes(sealed(just, {"note": "ünï"}, contents))
        with open_sealed(folder / "p.zip", just) as opened:
            assert opened.label["note"] == "ünï"
            for part, content in contents.items():
                opened.unpack(part, folder / part)
                assert (folder / part).read_bytes() == content


@given(st.data())
def test_no_single_changed_byte_brings_in_other_content(data: st.DataObject) -> None:
    whole = sealed(rules(), {"name": "first"}, CONTENTS)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "p.zip").write_bytes(bytes(changed))
        try:
            with open_sealed(folder / "p.zip", rules()) as opened:
                for part in opened.files:
                    opened.unpack(part, folder / part)
                found = {part: (folder / part).read_bytes() for part in opened.files}
        except BundleRejected:
            return
        assert found == CONTENTS


@given(st.integers(0, 400))
def test_a_part_of_a_file_is_refused(length: int) -> None:
    with TemporaryDirectory() as name:
        file = Path(name) / "p.zip"
        file.write_bytes(sealed(rules(), {}, CONTENTS)[:length])
        with pytest.raises(BundleRejected), open_sealed(file, rules()):
            pytest.fail("it was opened")


def test_what_stands_behind_the_end_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(BundleRejected, match="no zip file as parcels are exported"), open_sealed(file, rules()):
        pytest.fail("it was opened")


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_refused(tmp_path: Path, packed: int) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w", packed) as archive:
        archive.writestr("a.txt", b"hello")
    with pytest.raises(BundleRejected, match="packed in a way"), open_sealed(tmp_path / "p.zip", rules()):
        pytest.fail("it was opened")


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("a.txt", b"hello")
        archive.writestr("a.txt", b"other")
    with pytest.raises(BundleRejected, match="twice"), open_sealed(tmp_path / "p.zip", rules()):
        pytest.fail("it was opened")
