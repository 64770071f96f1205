"""One thread for torch, in every thread that asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue
from ktrdr_app.neural.device import DEVICES, chosen_device, configure_threads
from ktrdr_app.neural.mlp import build_network, logits_of
from ktrdr_app.neural.trainer import train_network
from ktrdr_app.strategy.schema import NetworkSettings
from tests.neural.planted import QUICK, SMALL, planted


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def in_thread(work: object) -> int:
    seen: list[int] = []

    def run() -> None:
        torch.set_num_threads(2)
        work()
        seen.append(torch.get_num_threads())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return seen[0]


def test_the_calling_thread_gets_one(two_threads: None) -> None:
    assert torch.get_num_threads() == 2
    configure_threads()
    assert torch.get_num_threads() == 1


def test_asking_again_changes_nothing(two_threads: None) -> None:
    configure_threads()
    configure_threads()
    assert torch.get_num_threads() == 1


def test_another_thread_gets_one_as_well(two_threads: None) -> None:
    configure_threads()
    assert in_thread(configure_threads) == 1


def test_training_asks_for_it_before_the_first_batch(two_threads: None) -> None:
    class Token(CancelToken):
        def check(self) -> None:
            self.cancel()
            super().check()

    by_torch = QUICK.model_copy(update={"trainer": "torch"})

    def until_the_first_batch() -> None:
        with pytest.raises(Cancelled):
            train_network(planted(64, 0), planted(32, 1), SMALL, by_torch, 0, cancel=Token())

    assert in_thread(until_the_first_batch) == 1


def test_inference_asks_for_it(two_threads: None) -> None:
    network = build_network(6, NetworkSettings(), 0)
    assert in_thread(lambda: logits_of(network, planted(8, 0).x)) == 1


class TestChosenDevice:
    def test_a_small_network_stays_on_the_processor(self) -> None:
        assert chosen_device("auto", True) == "cpu"
        assert chosen_device("cpu", False) == "cpu"

    def test_a_large_one_takes_what_there_is(self) -> None:
        best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        assert chosen_device("auto", False) == best

    @pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device")
    def test_an_absent_one_is_refused_with_what_there_is(self) -> None:
        with pytest.raises(InvalidValue, match="device is 'cuda'") as caught:
            chosen_device("cuda", True)
        assert "one that torch finds on this machine: cpu" in caught.value.hint

    def test_an_unknown_word_is_refused(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            chosen_device("gpu", True)
        assert all(device in caught.value.hint for device in DEVICES)
