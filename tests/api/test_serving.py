"""What a server is told before it serves: who may ask, where it listens, and that it is the only one."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.api import serving
from ktrdr_app.api.security import LOOPBACK_NAMES, Access
from ktrdr_app.api.serving import LOCK_FILE, SHORTEST_TOKEN, ServeRequest, Serving, serve
from ktrdr_app.core.errors import InvalidValue, LockHeld, StorageProblem
from ktrdr_app.core.locks import file_lock
from ktrdr_app.core.paths import Workspace


def asked(root: Path, **changes: Any) -> ServeRequest:
    given: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "jobs": 1}
    return ServeRequest(Workspace(root), **(given | changes))


def never(_told: Serving) -> None:
    pytest.fail("it serves")


class TestAccess:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_this_machine_needs_no_token(self, tmp_path: Path, host: str) -> None:
        access, made = serving._access(asked(tmp_path, host=host))
        assert (access.token, made) == (None, None)
        assert set(LOOPBACK_NAMES) <= set(access.hosts)

    def test_another_address_of_this_machine_is_a_name_of_it(self, tmp_path: Path) -> None:
        assert "127.8.8.8" in serving._access(asked(tmp_path, host="127.8.8.8"))[0].hosts
        assert "[::1]" in serving._access(asked(tmp_path, host="::1"))[0].hosts

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "trader.example"])
    def test_from_elsewhere_each_server_makes_up_a_token(self, tmp_path: Path, host: str) -> None:
        tokens = {serving._access(asked(tmp_path, host=host))[1] for _ in range(5)}
        assert len(tokens) == 5
        assert all(token is not None and len(token) >= 32 for token in tokens)

    @pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
    def test_ones_own_is_demanded_and_not_repeated(self, tmp_path: Path, host: str) -> None:
        access, made = serving._access(asked(tmp_path, host=host, token="x" * SHORTEST_TOKEN))
        assert (access, made) == (Access("x" * SHORTEST_TOKEN), None)

    @pytest.mark.parametrize("token", ["short", "x" * (SHORTEST_TOKEN - 1), "\u20ac" * 20, "with\na line break in it"])
    def test_a_poor_one_is_refused_and_not_repeated(self, tmp_path: Path, token: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            serve(asked(tmp_path, token=token), never)
        assert token not in str(caught.value.to_dict())


class TestPlace:
    @pytest.mark.parametrize(
        "change",
        [
            {"port": -1},
            {"port": 65536},
            {"jobs": 0},
            {"jobs": 10**9},
            {"keep": 0},
            {"keep_days": -1},
            {"keep_days": 10**7},
            {"host": "256.1.1.1"},
        ],
    )
    def test_what_cannot_be(self, tmp_path: Path, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidValue):
            serve(asked(tmp_path, **change), never)
        assert list(tmp_path.iterdir()) == []

    def test_a_port_that_is_taken(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(InvalidValue, match=str(port)):
                serve(asked(tmp_path, port=port), never)

    def test_a_workspace_that_another_server_has(self, tmp_path: Path) -> None:
        with (
            file_lock(Workspace(tmp_path).runs / LOCK_FILE),
            pytest.raises(LockHeld, match="another server holds it") as caught,
        ):
            serve(asked(tmp_path), never)
        assert (caught.value.where, caught.value.exit_code) == (str(tmp_path), 2)
        assert "ended" in caught.value.hint

    def test_a_file_of_operations_that_is_damaged(self, tmp_path: Path) -> None:
        runs = Workspace(tmp_path).runs
        runs.mkdir()
        (runs / "operations.sqlite3").write_text("no database " * 500, encoding="utf-8")
        with pytest.raises(StorageProblem, match="database"):
            serve(asked(tmp_path), never)
