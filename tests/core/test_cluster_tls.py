"""An encrypted cluster, set up as the how-to has it: work goes through, and who has no certificate is told so."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.cluster import executor_for
from ktrdr_app.core.compute import ordered_map
from ktrdr_app.core.errors import Cancelled, ClusterProblem, EnvironmentProblem
from ktrdr_app.workflows.cluster_seen import ClusterSeen
from ktrdr_app.workflows.cluster_watch import watch_cluster
from tests.core import cluster_work as work
from tests.dask_cluster import DaskCluster

pytest.importorskip("distributed", reason="NOT TESTED: the extra cluster is not installed")
dask = pytest.importorskip("dask")
ROLES = ("scheduler", "worker", "client")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the certificate of the cluster's machines, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("NOT TESTED: there is no openssl here")
    return made_certificate(tmp_path_factory.mktemp("tls"))


def made_certificate(folder: Path) -> tuple[str, str]:
    """Make a certificate that vouches for itself, by the how-to's command; return it, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj", "/CN=ktrdr-cluster"]
    subprocess.run([*words, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return str(cert), str(key)


@pytest.fixture(scope="module")
def encrypted(certificate: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Return a cluster of one worker that speaks TLS only."""
    cert, key = certificate
    place = "DASK_DISTRIBUTED__COMM__"
    names = {
        f"{place}TLS__{role.upper()}__{kind}": path for role in ROLES for kind, path in (("CERT", cert), ("KEY", key))
    }
    names |= {f"{place}TLS__CA_FILE": cert, f"{place}REQUIRE_ENCRYPTION": "True"}
    cluster = DaskCluster(tmp_path_factory.mktemp("encrypted"), "--protocol", "tls", **names)
    try:
        with dask.config.set(settings(cert, key)):
            cluster.add_workers(1, **names)
        yield cluster
    finally:
        cluster.stop()


def settings(cert: str, key: str) -> dict[str, str]:
    """Return Dask's settings of a client."""
    place = "distributed.comm.tls"
    return {f"{place}.ca-file": cert, f"{place}.client.cert": cert, f"{place}.client.key": key}


def test_work_goes_through_for_who_has_the_certificate(encrypted: DaskCluster, certificate: tuple[str, str]) -> None:
    assert encrypted.address.startswith("tls://")
    token = CancelToken()
    with (
        dask.config.set(settings(*certificate)),
        executor_for(encrypted.address, cancel=token) as executor,
    ):
        assert ordered_map(work.squared, range(4), cancel=token, executor=executor) == [0, 1, 4, 9]


def test_it_can_be_watched_by_who_has_the_certificate(encrypted: DaskCluster, certificate: tuple[str, str]) -> None:
    token, heard = CancelToken(), list[ClusterSeen]()

    def listen(seen: ClusterSeen) -> None:
        heard.append(seen)
        token.cancel()

    with dask.config.set(settings(*certificate)), pytest.raises(Cancelled):
        watch_cluster(encrypted.address, listen, token)
    assert heard[0].problem is None
    assert [worker.address.partition(":")[0] for worker in heard[0].workers] == ["tls"]


def run_there(address: str) -> None:
    with executor_for(address, cancel=CancelToken()):
        pass


def watch_it(address: str) -> None:
    watch_cluster(address, print, CancelToken())


@pytest.mark.parametrize("act", [run_there, watch_it])
def test_another_ones_certificate_is_told(
    act: Callable[[str], None], encrypted: DaskCluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = settings(*made_certificate(tmp_path_factory.mktemp("stranger")))
    with (
        dask.config.set(stranger),
        pytest.raises(EnvironmentProblem, match="does not accept the other's certificate") as raised,
    ):
        act(encrypted.address)
    assert "tls.yaml" in raised.value.hint
    assert encrypted.address in raised.value.message


@pytest.mark.parametrize("act", [run_there, watch_it])
def test_speaking_plainly_to_who_wants_tls_is_told(
    act: Callable[[str], None], encrypted: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("ktrdr_app.core.cluster", "ktrdr_app.workflows.cluster_watch"):
        monkeypatch.setattr(f"{place}.CONNECT_SECONDS", 2.0)
    with pytest.raises(ClusterProblem) as raised:
        act(encrypted.address.replace("tls://", "tcp://"))
    assert "tls://" in raised.value.hint


@pytest.mark.parametrize("scheme", ["tls", "wss"])
def test_who_has_none_is_told_how_to_name_one(scheme: str) -> None:
    with (
        pytest.raises(EnvironmentProblem, match="this machine has no certificate") as caught,
        executor_for(f"{scheme}://127.0.0.1:9", cancel=CancelToken()),
    ):
        pass
    assert "tls.yaml" in caught.value.hint


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_one_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "cert.pem"
    if content is not None:
        path.write_text(content)
    with (
        dask.config.set(settings(str(path), str(path))),
        pytest.raises(EnvironmentProblem, match="cannot be used"),
        executor_for("tls://127.0.0.1:9", cancel=CancelToken()),
    ):
        pass
