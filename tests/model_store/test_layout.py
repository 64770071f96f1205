"""Names of model folders, their versions, and what a ``_latest`` may point to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, StorageProblem, UnknownName, UnsafeName
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.model_store import layout
from ktrdr_app.model_store.layout import FolderName

SYMBOLS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True).filter(lambda name: name != "universal")


@given(symbol=SYMBOLS | st.none(), timeframe=st.sampled_from(sorted(NANOSECONDS)), version=st.integers(1, 99_999))
def test_a_name_is_read_back_as_it_was_made(symbol: str | None, timeframe: str, version: int) -> None:
    name = FolderName(symbol, timeframe, version)
    assert layout.parse_folder(name.folder) == name
    assert layout.parse_latest(f"{name.stem}_latest") == (symbol, timeframe)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("universal_1h_v3", FolderName(None, "1h", 3)),
        ("EUR_USD_1h_v12", FolderName("EUR_USD", "1h", 12)),
        ("BTC-USD.P_1d_v1", FolderName("BTC-USD.P", "1d", 1)),
        ("universal_x_1h_v1", FolderName("universal_x", "1h", 1)),
        ("AAPL_1h_v0", None),
        ("AAPL_1h_v01", None),
        ("AAPL_1h_v-1", None),
        ("AAPL_1h_v1_old", None),
        ("AAPL_1h_latest", None),
        ("AAPL_1h", None),
        ("AAPL_v1", None),
        ("_1h_v1", None),
        (".AAPL_1h_v1.0a1b2c3d.part", None),
        (".AAPL_1h_v1", None),
        ("../AAPL_1h_v1", None),
        ("a/AAPL_1h_v1", None),
        ("a\\AAPL_1h_v1", None),
        ("AAPL_1h_v1\n", None),
        ("AAPL_1h_v1234567890", None),
        ("legacy", None),
        ("", None),
    ],
)
def test_names_of_folders(name: str, expected: FolderName | None) -> None:
    assert layout.parse_folder(name) == expected


def test_kind_stem_and_folder() -> None:
    universal, own = FolderName(None, "5m", 2), FolderName("EUR_USD", "5m", 2)
    assert (universal.kind, universal.stem, universal.folder) == ("universal", "universal_5m", "universal_5m_v2")
    assert (own.kind, own.stem, own.folder) == ("legacy", "EUR_USD_5m", "EUR_USD_5m_v2")


@pytest.mark.parametrize("name", ["universal_1h_v1", "latest", "_latest", "AAPL_latest", "x/AAPL_1h_latest"])
def test_what_is_not_a_latest(name: str) -> None:
    assert layout.parse_latest(name) is None


@pytest.mark.parametrize(
    ("strategy", "timeframe", "symbol", "error"),
    [
        ("../secrets", "1h", None, UnsafeName),
        ("a/b", "1h", None, UnsafeName),
        ("", "1h", None, UnsafeName),
        (".hidden", "1h", None, UnsafeName),
        ("con", "1h", None, UnsafeName),
        ("x" * 65, "1h", None, UnsafeName),
        ("good", "../1h", None, UnknownName),
        ("good", "7m", None, UnknownName),
        ("good", "1h", "..", UnsafeName),
        ("good", "1h", "AA/PL", UnsafeName),
        ("good", "1h", "", UnsafeName),
        ("good", "1h", "Universal", InvalidValue),
    ],
)
def test_names_that_are_refused(strategy: str, timeframe: str, symbol: str | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        layout.checked_names(strategy, timeframe, symbol)


@pytest.mark.parametrize("symbol", [None, "EUR_USD", "BTC-USD.P", "9988"])
def test_names_that_are_accepted(symbol: str | None) -> None:
    layout.checked_names("mean_reversion-2.1", "15m", symbol)


def test_versions_are_sorted_as_numbers_and_by_stem(tmp_path: Path) -> None:
    for name in ("AAPL_1h_v2", "AAPL_1h_v10", "AAPL_1h_v9", "AAPL_5m_v11", "X_AAPL_1h_v12", "AAPL_1h_vx"):
        (tmp_path / name).mkdir()
    (tmp_path / "AAPL_1h_v13").write_text("a file, not a folder")
    assert [path.name for path in layout.versions(tmp_path, "AAPL_1h")] == ["AAPL_1h_v10", "AAPL_1h_v9", "AAPL_1h_v2"]
    assert layout.versions(tmp_path / "nowhere", "AAPL_1h") == []


def test_model_folders_include_the_archive_and_nothing_else(tmp_path: Path) -> None:
    for name in ("universal_1h_v1", "AAPL_1h_v1", "notes", ".versions/AAPL_1h_v9", "legacy/MSFT_1h_v2", "legacy/x"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "AAPL_1h_latest").symlink_to("AAPL_1h_v1")
    found = [path.relative_to(tmp_path).as_posix() for path, _ in layout.model_folders(tmp_path)]
    assert found == ["AAPL_1h_v1", "universal_1h_v1", "legacy/MSFT_1h_v2"]


def test_a_folder_that_cannot_be_read_is_a_storage_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(StorageProblem, match="Permission denied"):
        layout.entries(tmp_path)


class TestPointer:
    """Either form of ``_latest`` is read; none may lead anywhere but to a version beside it."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        for name in ("AAPL_1h_v1", "AAPL_1h_v2", "MSFT_1h_v1", "outside"):
            (tmp_path / "strategy" / name).mkdir(parents=True)
        return tmp_path / "strategy"

    def test_link(self, place: Path) -> None:
        (place / "AAPL_1h_latest").symlink_to("AAPL_1h_v1")
        assert layout.read_pointer(place, "AAPL_1h") == layout.Pointer(place / "AAPL_1h_v1")

    @pytest.mark.parametrize("text", ["AAPL_1h_v2", "AAPL_1h_v2\n", " AAPL_1h_v2\r\n"])
    def test_text(self, place: Path, text: str) -> None:
        (place / "AAPL_1h_latest").write_bytes(text.encode())
        assert layout.read_pointer(place, "AAPL_1h") == layout.Pointer(place / "AAPL_1h_v2")

    def test_none(self, place: Path) -> None:
        assert layout.read_pointer(place, "AAPL_1h") == layout.Pointer(None, "")

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("AAPL_1h_v7", "not there"),
            ("../strategy/AAPL_1h_v1", "not a version of"),
            ("/etc", "not a version of"),
            ("..", "not a version of"),
            ("MSFT_1h_v1", "not a version of"),
            ("outside", "not a version of"),
        ],
    )
    def test_bad_targets_in_both_forms(self, place: Path, target: str, said: str) -> None:
        latest = place / "AAPL_1h_latest"
        latest.symlink_to(target)
        assert said in layout.read_pointer(place, "AAPL_1h").problem
        latest.unlink()
        latest.write_text(target)
        by_text = layout.read_pointer(place, "AAPL_1h")
        assert by_text.target is None
        assert said in by_text.problem

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"AAPL_1h_v1\x00", b"A" * 100_000])
    def test_text_that_is_none(self, place: Path, content: bytes) -> None:
        (place / "AAPL_1h_latest").write_bytes(content)
        pointer = layout.read_pointer(place, "AAPL_1h")
        assert pointer.target is None
        assert len(pointer.problem) < 400

    def test_a_real_folder_in_its_place(self, place: Path) -> None:
        (place / "AAPL_1h_latest").mkdir()
        assert layout.read_pointer(place, "AAPL_1h") == layout.Pointer(None, "it is a folder, not a pointer")

    def test_a_loop_of_links(self, place: Path) -> None:
        (place / "AAPL_1h_v3").symlink_to("AAPL_1h_v3")
        (place / "AAPL_1h_latest").symlink_to("AAPL_1h_v3")
        assert "not there" in layout.read_pointer(place, "AAPL_1h").problem
