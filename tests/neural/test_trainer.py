"""Training: against plain torch, the same bytes for the same seed, the best epoch restored, stopped at a batch."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, InvalidValue, TrainingFailed
from ktrdr_app.core.progress import EpochFinished, Progress, ProgressEvent
from ktrdr_app.neural.draws import epoch_key, epoch_order
from ktrdr_app.neural.mlp import build_network, linear_layers
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.neural.symbols import with_symbols
from ktrdr_app.neural.torch_draws import dropout_masks
from ktrdr_app.neural.trainer import TrainedNetwork, train_network, trainer_for
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings
from tests.neural.planted import QUICK, SMALL, noise, planted, slow_symbol_nll, tensor_bytes

TRAIN, HELD_OUT = planted(300, 0), planted(150, 1)
TRAINERS = ["fused", "torch"]
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "leaky_relu": torch.nn.LeakyReLU()}


def changed(base: object, **fields: object) -> object:
    """A settings model or a record with some fields replaced, checked anew."""
    if dataclasses.is_dataclass(base):
        return dataclasses.replace(base, **fields)
    return type(base)(**(base.model_dump() | fields))


def by(trainer: str) -> TrainingSettings:
    return changed(QUICK, trainer=trainer)


def assert_same_weights(ours: torch.nn.Sequential, reference: torch.nn.Sequential) -> None:
    for name, tensor in reference.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], tensor, rtol=1e-4, atol=1e-5)


def trained(seed: int = 0, **fields: object) -> TrainedNetwork:
    return train_network(TRAIN, HELD_OUT, SMALL, changed(QUICK, **fields), seed)


def epochs(listen: Callable[[EpochFinished], object]) -> Progress:
    """A listener that hears of epochs alone."""

    def hear(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished):
            listen(event)

    return hear


def answers(fitted: TrainedNetwork, data: TrainingData) -> np.ndarray:
    names = tuple(f"f{number}" for number in range(data.x.shape[1]))
    return MLPTradingModel(fitted.network, None, names).predict_proba_scaled(data.x)


def plain_torch_training(
    train: TrainingData, shape: NetworkSettings, fit: TrainingSettings, seed: int, class_weight: torch.Tensor | None
) -> torch.nn.Sequential:
    """The same training as anybody would write it: modules, CrossEntropyLoss, torch.optim, backward()."""
    network = build_network(train.x.shape[1], shape, seed)
    loss_function = torch.nn.CrossEntropyLoss(weight=class_weight)
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    more = {"momentum": fit.momentum} if fit.optimizer == "sgd" else {}
    optimizer = kinds[fit.optimizer](
        network.parameters(), lr=fit.learning_rate, weight_decay=fit.weight_decay, foreach=False, **more
    )
    x, y, count = torch.tensor(train.x), torch.tensor(train.y), len(train)
    for epoch in range(1, fit.epochs + 1):
        rows = torch.tensor(epoch_order(seed, epoch, count))
        for first in range(0, count, fit.batch_size):
            chosen = rows[first : first + fit.batch_size]
            masks = dropout_masks(chosen, shape.hidden_layers, shape.dropout, epoch_key(seed, epoch))
            hidden = x[chosen]
            for number, layer in enumerate(linear_layers(network)[:-1]):
                hidden = ACTIVATIONS[shape.activation](layer(hidden)) * masks[number]
            optimizer.zero_grad()
            loss_function(linear_layers(network)[-1](hidden), y[chosen]).backward()
            if fit.gradient_clip:
                torch.nn.utils.clip_grad_norm_(network.parameters(), fit.gradient_clip)
            optimizer.step()
    return network


class CountingToken(CancelToken):
    """A token that is raised at a given look."""

    def __init__(self, at: int | None = None) -> None:
        super().__init__("training")
        self.looks, self.at = 0, at

    def check(self) -> None:
        self.looks += 1
        if self.looks == self.at:
            self.cancel()
        super().check()


class HeldToken(CancelToken):
    """A token that says when the training comes to it while it is paused."""

    def __init__(self) -> None:
        super().__init__("training")
        self.knocked = threading.Event()

    def check(self) -> None:
        if self.paused:
            self.knocked.set()
        super().check()


class TwoSecondToken(CancelToken):
    """A token by whose clock two seconds pass between two looks at it."""

    def __init__(self) -> None:
        super().__init__("training")
        self.hand = itertools.count(0, 2)

    def clock(self) -> float:
        return float(next(self.hand))


@pytest.mark.parametrize("trainer", TRAINERS)
class TestAgainstPlainTorch:
    @pytest.mark.parametrize("dropout", [0.0, 0.3])
    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_the_last_epochs_weights(self, activation: str, dropout: float, trainer: str) -> None:
        shape = NetworkSettings(hidden_layers=[7, 4], activation=activation, dropout=dropout)
        fit = TrainingSettings(epochs=3, batch_size=16, learning_rate=0.003, weight_decay=0.001, trainer=trainer)
        fitted = train_network(TRAIN, HELD_OUT, shape, fit, 5)
        assert (fitted.best_epoch, fitted.trainer) == (3, trainer)
        assert_same_weights(fitted.network, plain_torch_training(TRAIN, shape, fit, 5, None))

    @pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
    @pytest.mark.parametrize("clip", [0.0, 0.2])
    def test_every_optimizer_with_decay_and_clipping(self, optimizer: str, clip: float, trainer: str) -> None:
        shape = NetworkSettings(hidden_layers=[30, 15, 8], activation="tanh", dropout=0.2)
        fit = TrainingSettings(
            epochs=3, learning_rate=0.01, weight_decay=0.02, gradient_clip=clip, optimizer=optimizer, trainer=trainer
        )
        fitted = train_network(TRAIN, HELD_OUT, shape, fit, 5)
        reference = plain_torch_training(TRAIN, shape, changed(fit, epochs=fitted.best_epoch), 5, None)
        assert_same_weights(fitted.network, reference)

    def test_balanced_class_weights(self, trainer: str) -> None:
        y = np.where(np.arange(300) % 10 < 7, 1, TRAIN.y)
        train = changed(TRAIN, y=y)
        counts = np.bincount(y, minlength=3)
        fit = TrainingSettings(epochs=3, batch_size=16, learning_rate=0.003, class_weights="balanced", trainer=trainer)
        validation = changed(HELD_OUT, x=train.x[:150], y=train.y[:150])
        history: list[EpochFinished] = []
        fitted = train_network(train, validation, SMALL, fit, 2, history.append)
        weight = torch.tensor(300 / (3 * counts), dtype=torch.float32)
        best = changed(fit, epochs=fitted.best_epoch)
        assert_same_weights(fitted.network, plain_torch_training(train, SMALL, best, 2, weight))
        unweighted = plain_torch_training(train, SMALL, best, 2, None)
        assert not torch.allclose(fitted.network[0].weight, unweighted[0].weight, atol=1e-3)

    def test_the_first_training_loss_is_that_of_the_untrained_network(self, trainer: str) -> None:
        fit = changed(QUICK, epochs=1, batch_size=10_000, trainer=trainer)
        fitted = train_network(TRAIN, HELD_OUT, changed(SMALL, dropout=0.0), fit, 3)
        untrained = build_network(6, changed(SMALL, dropout=0.0), 3)
        logits = untrained(torch.tensor(TRAIN.x))
        expected = torch.nn.CrossEntropyLoss()(logits, torch.tensor(TRAIN.y)).item()
        assert fitted.history[0].train_loss == pytest.approx(expected, rel=1e-6)
        right = (logits.argmax(dim=1).numpy() == TRAIN.y).mean()
        assert fitted.history[0].train_accuracy == pytest.approx(right)


@pytest.mark.parametrize("trainer", TRAINERS)
class TestRows:
    def test_chosen_rows_are_as_good_as_copied_ones(self, trainer: str) -> None:
        rows = np.arange(299, 40, -2)
        chosen = train_network(changed(TRAIN, rows=rows), HELD_OUT, changed(SMALL, dropout=0.0), by(trainer), 4)
        copied = TrainingData(TRAIN.x[rows], TRAIN.y[rows], TRAIN.symbol_id[rows])
        reference = train_network(copied, HELD_OUT, changed(SMALL, dropout=0.0), by(trainer), 4)
        assert tensor_bytes(chosen.network) == tensor_bytes(reference.network)

    def test_validation_rows_may_be_chosen_too(self, trainer: str) -> None:
        rows = np.array([149, 3, 77])
        chosen = train_network(TRAIN, changed(HELD_OUT, rows=rows), SMALL, by(trainer), 4).history
        copied = TrainingData(HELD_OUT.x[rows], HELD_OUT.y[rows], HELD_OUT.symbol_id[rows])
        reference = train_network(TRAIN, copied, SMALL, by(trainer), 4).history
        for one, other in zip(chosen, reference, strict=True):
            assert one.val_loss == pytest.approx(other.val_loss, rel=1e-6)

    def test_the_symbols_columns_are_those_that_answers_are_given_with(self, trainer: str) -> None:
        codes, held_out = (np.arange(300) % 4 - 1).astype(np.int16), (np.arange(150) % 4 - 1).astype(np.int16)
        train = changed(TRAIN, codes=codes, symbol_columns=4)
        validation = changed(HELD_OUT, codes=held_out, symbol_columns=4)
        fitted = train_network(train, validation, SMALL, changed(by(trainer), epochs=1), 3)
        written_out = torch.tensor(with_symbols(HELD_OUT.x, held_out, 4))
        p = torch.softmax(fitted.network(written_out).double(), dim=1).detach().numpy()
        expected = slow_symbol_nll(p, HELD_OUT.y, HELD_OUT.symbol_id)
        assert fitted.history[0].val_loss == pytest.approx(expected, rel=1e-5)
        without = torch.softmax(fitted.network(written_out.roll(1, dims=0)).double(), dim=1).detach().numpy()
        assert slow_symbol_nll(without, HELD_OUT.y, HELD_OUT.symbol_id) != pytest.approx(expected, rel=1e-5)


class TestSymbolAveragedLoss:
    def test_the_history_holds_it(self) -> None:
        validation = changed(HELD_OUT, symbol_id=np.array([7] * 140 + [2] * 10, dtype=np.int16))
        fitted = train_network(TRAIN, validation, SMALL, changed(QUICK, epochs=1), 0)
        p = answers(fitted, validation)
        expected = slow_symbol_nll(p, validation.y, validation.symbol_id)
        assert fitted.history[0].val_loss == pytest.approx(expected, rel=1e-5)
        assert fitted.history[0].val_loss != pytest.approx(slow_symbol_nll(p, validation.y, np.zeros(150)), rel=1e-4)
        right = p.argmax(axis=1) == validation.y
        assert fitted.history[0].val_accuracy == pytest.approx((right[:140].mean() + right[140:].mean()) / 2)


class TestReproducible:
    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        first, second = trained(11), trained(11)
        assert tensor_bytes(first.network) == tensor_bytes(second.network)
        for one, other in zip(first.history, second.history, strict=True):
            assert changed(one, samples_per_second=0.0) == changed(other, samples_per_second=0.0)

    def test_another_seed_gives_other_weights(self) -> None:
        first, second = tensor_bytes(trained(11).network), tensor_bytes(trained(12).network)
        assert all(first[name] != second[name] for name in first)

    def test_global_random_state_does_not_matter(self) -> None:
        expected = tensor_bytes(trained(4).network)

        def disturb(event: EpochFinished) -> None:
            torch.manual_seed(event.epoch)
            torch.rand(1000)
            np.random.seed(event.epoch)  # noqa: NPY002 - the global generator is what is disturbed
            np.random.rand(1000)  # noqa: NPY002

        torch.manual_seed(987)
        disturbed = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 4, epochs(disturb))
        assert tensor_bytes(disturbed.network) == expected

    def test_global_random_state_is_not_changed(self) -> None:
        torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
        trained(4)
        assert torch.equal(torch.get_rng_state(), torch_before)
        np.testing.assert_array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002

    def test_trainings_side_by_side_do_not_disturb_each_other(self) -> None:
        expected = {seed: tensor_bytes(trained(seed).network) for seed in (1, 2)}
        meet = threading.Barrier(2, timeout=60)

        def beside(seed: int) -> dict[str, bytes]:
            return tensor_bytes(
                train_network(TRAIN, HELD_OUT, SMALL, QUICK, seed, lambda _event: meet.wait() and None).network
            )

        with ThreadPoolExecutor(2) as pool:
            found = dict(zip((1, 2), pool.map(beside, (1, 2)), strict=True))
        assert found == expected

    @pytest.mark.parametrize("trainer", TRAINERS)
    def test_a_pause_in_the_middle_does_not_matter(self, trainer: str) -> None:
        token = HeldToken()
        seen: list[EpochFinished] = []

        def listen(event: EpochFinished) -> None:
            seen.append(event)
            if event.epoch == 2:
                token.pause()

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(train_network, TRAIN, HELD_OUT, SMALL, by(trainer), 5, epochs(listen), token)
            assert token.knocked.wait(60)
            with pytest.raises(TimeoutError):
                running.result(timeout=0.2)
            assert [event.epoch for event in seen] == [1, 2], "a paused training makes no progress"
            token.resume()
            fitted = running.result(timeout=60)
        straight = train_network(TRAIN, HELD_OUT, SMALL, by(trainer), 5)
        assert tensor_bytes(fitted.network) == tensor_bytes(straight.network)
        assert [dataclasses.replace(epoch, samples_per_second=0.0) for epoch in fitted.history] == [
            dataclasses.replace(epoch, samples_per_second=0.0) for epoch in straight.history
        ]

    def test_its_rate_is_by_the_tasks_clock_which_stands_still_in_a_pause(self) -> None:
        fitted = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 5, cancel=TwoSecondToken())
        assert [epoch.samples_per_second for epoch in fitted.history] == [len(TRAIN) / 2.0] * QUICK.epochs

    def test_the_alignment_of_the_callers_memory_does_not_matter(self) -> None:
        shifted = np.empty(TRAIN.x.size + 1, dtype=np.float32)[1:].reshape(TRAIN.x.shape)
        shifted[:] = TRAIN.x
        moved = train_network(changed(TRAIN, x=shifted), HELD_OUT, SMALL, QUICK, 6)
        assert tensor_bytes(moved.network) == tensor_bytes(trained(6).network)

    def test_the_rows_are_left_as_they_were(self) -> None:
        x, y = TRAIN.x.copy(), TRAIN.y.copy()
        trained(0)
        np.testing.assert_array_equal(TRAIN.x, x)
        np.testing.assert_array_equal(TRAIN.y, y)


class TestLearning:
    @pytest.mark.parametrize("class_weights", ["none", "balanced"])
    def test_a_planted_rule_is_learnt(self, class_weights: str) -> None:
        unseen = planted(600, 9)
        fit = changed(QUICK, epochs=25, class_weights=class_weights)
        fitted = train_network(planted(1500, 7), planted(400, 8), NetworkSettings(hidden_layers=[16, 8]), fit, 0)
        right = (answers(fitted, unseen).argmax(axis=1) == unseen.y).mean()
        majority = np.bincount(unseen.y).max() / len(unseen)
        assert majority < 0.45
        assert right > 0.88

    def test_noise_is_not_learnt(self) -> None:
        unseen = noise(2000, 9)
        fitted = train_network(noise(600, 7), noise(300, 8), SMALL, changed(QUICK, epochs=10, patience=3), 0)
        loss = slow_symbol_nll(answers(fitted, unseen), unseen.y, unseen.symbol_id)
        assert loss == pytest.approx(np.log(3), abs=0.03)

    def test_dropout_holds_the_training_loss_up(self) -> None:
        with_it, without = (
            train_network(TRAIN, HELD_OUT, changed(SMALL, dropout=rate), QUICK, 0).history for rate in (0.6, 0.0)
        )
        assert with_it[-1].train_loss > without[-1].train_loss + 0.1

    def test_weight_decay_keeps_weights_small(self) -> None:
        def size(decay: float) -> float:
            tensors = trained(weight_decay=decay).network.state_dict().values()
            return sum(tensor.abs().sum().item() for tensor in tensors)

        assert size(0.5) < 0.5 * size(0.0)

    def test_balanced_weights_answer_a_rare_class_more_often(self) -> None:
        rare = np.where((TRAIN.y == 0) & (np.arange(300) % 5 > 0), 1, TRAIN.y)
        data = changed(TRAIN, y=rare)
        fit = changed(QUICK, epochs=10)
        plain, balanced = (
            train_network(data, data, SMALL, changed(fit, class_weights=name), 0) for name in ("none", "balanced")
        )
        assert answers(balanced, HELD_OUT)[:, 0].mean() > answers(plain, HELD_OUT)[:, 0].mean() + 0.1


class TestStopping:
    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_the_best_epochs_weights_are_given_back(self, seed: int) -> None:
        train, validation = noise(120, seed), noise(90, seed + 50)
        fit = TrainingSettings(epochs=60, learning_rate=0.02, patience=6, min_delta=0.0)
        fitted = train_network(train, validation, changed(SMALL, dropout=0.0), fit, seed)
        losses = [event.val_loss for event in fitted.history]
        recomputed = slow_symbol_nll(answers(fitted, validation), validation.y, validation.symbol_id)
        assert recomputed == pytest.approx(min(losses), rel=1e-5)
        assert losses[-1] > min(losses) + 1e-3
        assert fitted.best_epoch == losses.index(min(losses)) + 1

    def test_they_are_the_bytes_of_a_run_that_ended_there(self) -> None:
        train, validation = noise(120, 3), noise(90, 53)
        shape = changed(SMALL, dropout=0.3)
        fit = TrainingSettings(epochs=60, learning_rate=0.02, patience=6, min_delta=0.0)
        fitted = train_network(train, validation, shape, fit, 3)
        assert fitted.best_epoch < len(fitted.history)
        short = train_network(train, validation, shape, changed(fit, epochs=fitted.best_epoch), 3)
        assert tensor_bytes(short.network) == tensor_bytes(fitted.network)

    def test_patience_ends_the_run(self) -> None:
        fit = TrainingSettings(epochs=200, learning_rate=0.02, patience=4, min_delta=0.0)
        fitted = train_network(noise(120, 0), noise(90, 50), SMALL, fit, 0)
        assert fitted.stopped_early
        assert len(fitted.history) == fitted.best_epoch + 4
        assert f"stopped after epoch {len(fitted.history)}" in fitted.reason
        assert f"epoch {fitted.best_epoch}" in fitted.reason

    def test_gains_below_min_delta_end_it_too(self) -> None:
        fitted = trained(epochs=30, patience=2, min_delta=1.0)
        assert len(fitted.history) == 3
        assert fitted.best_epoch == 3
        assert fitted.stopped_early

    def test_else_all_epochs_are_run(self) -> None:
        fitted = trained()
        assert not fitted.stopped_early
        assert len(fitted.history) == 4
        assert fitted.reason == f"all 4 epochs were run; the weights are those of epoch {fitted.best_epoch}"


class TestProgress:
    def test_every_epoch_is_told_in_order(self) -> None:
        events: list[EpochFinished] = []
        fitted = train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, epochs(events.append))
        assert tuple(events) == fitted.history
        assert [event.epoch for event in events] == [1, 2, 3, 4]
        assert {event.epochs for event in events} == {4}
        for count, event in enumerate(events, start=1):
            losses = [earlier.val_loss for earlier in events[:count]]
            assert event.best_epoch == losses.index(min(losses)) + 1
            assert 0 <= event.train_accuracy <= 1
            assert event.samples_per_second > 0

    @pytest.mark.parametrize(("batch", "batches"), [(32, 10), (299, 2), (300, 1), (5000, 1), (1, 300)])
    def test_torch_looks_at_the_token_before_every_batch(self, batch: int, batches: int) -> None:
        token = CountingToken()
        fit = changed(by("torch"), epochs=2, batch_size=batch)
        train_network(TRAIN, HELD_OUT, SMALL, fit, 0, cancel=token)
        assert token.looks == 2 * batches

    def test_the_fused_one_looks_before_every_stretch_of_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ktrdr_app.neural.fused._WORK_AT_ONCE", 3 * 32 * 256)  # three batches of 256 padded weights
        token = CountingToken()
        whole = train_network(TRAIN, HELD_OUT, SMALL, by("fused"), 0, cancel=token)
        assert token.looks == 4 * 4
        monkeypatch.undo()
        assert tensor_bytes(whole.network) == tensor_bytes(trained().network)

    @pytest.mark.parametrize(("at", "full"), [(1, 0), (7, 0), (11, 1), (25, 2)])
    def test_a_raised_token_ends_it_at_that_batch(self, at: int, full: int) -> None:
        token, events = CountingToken(at), []
        with pytest.raises(Cancelled, match="training was stopped"):
            train_network(TRAIN, HELD_OUT, SMALL, by("torch"), 0, epochs(events.append), token)
        assert token.looks == at
        assert len(events) == full

    def test_a_listener_may_cancel(self) -> None:
        token = CancelToken("training")
        events: list[EpochFinished] = []

        def listen(event: EpochFinished) -> None:
            events.append(event)
            token.cancel()

        with pytest.raises(Cancelled):
            train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, epochs(listen), token)
        assert len(events) == 1


class TestTheNetworkGivenBack:
    def test_is_ready_to_answer_and_to_be_saved(self) -> None:
        network = trained().network
        assert not network.training
        for tensor in network.state_dict().values():
            assert tensor.untyped_storage().nbytes() == 4 * tensor.numel()
            assert tensor.grad is None
        assert list(network.state_dict()) == ["0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"]

    def test_keeps_its_dropout_layers(self) -> None:
        kinds = [type(layer) for layer in trained().network]
        assert kinds.count(torch.nn.Dropout) == 2


class TestRefusals:
    @pytest.mark.parametrize("part", ["training", "validation"])
    def test_a_feature_that_is_not_finite(self, part: str) -> None:
        x = TRAIN.x.copy()
        x[10, 3] = np.nan
        bad = changed(TRAIN, x=x, feature_names=("a", "b", "c", "macd_up", "e", "f"))
        pair = (bad, HELD_OUT) if part == "training" else (TRAIN, bad)
        with pytest.raises(TrainingFailed, match=f"feature macd_up is not finite in 1 of 300 {part} rows"):
            train_network(*pair, SMALL, QUICK, 0)

    def test_parts_of_other_features(self) -> None:
        with pytest.raises(TrainingFailed, match="training rows have 6 features, validation rows 5"):
            train_network(TRAIN, planted(50, 0, features=5), SMALL, QUICK, 0)

    def test_no_validation_rows(self) -> None:
        nothing = TrainingData(np.empty((0, 6), np.float32), np.empty(0, np.int64), np.empty(0, np.int16))
        with pytest.raises(TrainingFailed, match="validation rows have shape"):
            train_network(TRAIN, nothing, SMALL, QUICK, 0)

    @pytest.mark.parametrize("trainer", TRAINERS)
    def test_a_loss_that_explodes(self, trainer: str) -> None:
        huge = changed(TRAIN, x=np.copysign(np.float32(3e38), TRAIN.x))
        token = CountingToken()
        with pytest.raises(TrainingFailed, match=r"the loss became (nan|inf) in epoch 1") as caught:
            train_network(huge, HELD_OUT, SMALL, by(trainer), 0, cancel=token)
        assert "learning rate" in caught.value.hint
        assert token.looks == 1

    def test_a_validation_loss_that_explodes(self) -> None:
        huge = changed(HELD_OUT, x=np.copysign(np.float32(3e38), HELD_OUT.x))
        with pytest.raises(TrainingFailed, match="in epoch 1"):
            train_network(TRAIN, huge, SMALL, QUICK, 0)


class TestEdges:
    def test_an_absent_class_with_balanced_weights(self) -> None:
        train = changed(TRAIN, y=np.minimum(TRAIN.y, 1))
        fitted = train_network(train, train, SMALL, changed(QUICK, class_weights="balanced", epochs=12), 0)
        assert np.isfinite([event.train_loss for event in fitted.history]).all()
        assert answers(fitted, HELD_OUT)[:, 2].mean() < 0.05

    def test_one_row_and_one_unit(self) -> None:
        one = TrainingData(np.ones((1, 1), np.float32), np.array([2]), np.zeros(1, np.int16))
        fitted = train_network(one, one, NetworkSettings(hidden_layers=[1]), changed(QUICK, epochs=50), 0)
        assert fitted.history[-1].val_loss < fitted.history[0].val_loss

    def test_labels_and_symbols_of_any_whole_type(self) -> None:
        small = changed(TRAIN, y=TRAIN.y.astype(np.int8), symbol_id=TRAIN.symbol_id.astype(np.int64))
        assert tensor_bytes(train_network(small, HELD_OUT, SMALL, QUICK, 0).network) == tensor_bytes(trained().network)


class TestWhichTrainer:
    @pytest.mark.parametrize(
        ("wanted", "optimizer", "weights", "device", "expected"),
        [
            ("auto", "adam", 1500, "cpu", "fused"),
            ("auto", "sgd", 1500, "cpu", "fused"),
            ("auto", "rmsprop", 1500, "cpu", "torch"),
            ("auto", "adam", 10_000_000, "cpu", "torch"),
            ("auto", "adam", 1500, "cuda", "torch"),
            ("torch", "adam", 1500, "cpu", "torch"),
            ("fused", "adam", 10_000_000, "cpu", "fused"),
        ],
    )
    def test_by_table(self, wanted: str, optimizer: str, weights: int, device: str, expected: str) -> None:
        assert trainer_for(TrainingSettings(trainer=wanted, optimizer=optimizer), weights, device) == expected

    def test_the_fused_trainer_on_another_device(self) -> None:
        with pytest.raises(TrainingFailed, match="the fused trainer does not run on cuda"):
            trainer_for(TrainingSettings(trainer="fused"), 10, "cuda")

    def test_a_device_that_is_not_there(self) -> None:
        with pytest.raises(InvalidValue, match="device is 'tpu'"):
            train_network(TRAIN, HELD_OUT, SMALL, QUICK, 0, device="tpu")

    def test_the_network_says_where_it_was_fitted(self) -> None:
        assert (trained().trainer, trained().device) == ("fused", "cpu")
        assert trained(optimizer="rmsprop").trainer == "torch"

    @pytest.mark.parametrize("optimizer", ["nadam", "radam", "rmsprop", "adagrad", "adamax"])
    def test_torchs_other_optimizers_learn(self, optimizer: str) -> None:
        history = trained(optimizer=optimizer, epochs=6).history
        assert history[-1].val_loss < history[0].val_loss


class TestStoppingOnAccuracy:
    def test_keeps_the_most_accurate_epoch(self) -> None:
        fit = TrainingSettings(epochs=40, learning_rate=0.02, patience=8, min_delta=0.0, stop_on="accuracy")
        fitted = train_network(noise(120, 0), noise(90, 50), SMALL, fit, 0)
        accuracies = [event.val_accuracy for event in fitted.history]
        assert fitted.best_epoch == accuracies.index(max(accuracies)) + 1
        assert "the validation accuracy did not rise" in fitted.reason


def test_an_epoch_of_some_rows_is_made_of_the_first_that_are_drawn() -> None:
    some = changed(TRAIN, epoch_rows=100)
    settings_ = changed(QUICK, epochs=1, batch_size=50)
    network = changed(SMALL, dropout=0.0)
    order = epoch_order(3, 1, 300)[:100]
    fitted = train_network(some, HELD_OUT, network, settings_, 3)
    plain = build_network(6, network, 3)
    adam = torch.optim.Adam(plain.parameters(), lr=settings_.learning_rate, foreach=False)
    for piece in (order[:50], order[50:]):
        adam.zero_grad()
        loss = torch.nn.functional.cross_entropy(plain(torch.tensor(TRAIN.x[piece])), torch.tensor(TRAIN.y[piece]))
        loss.backward()
        adam.step()
    for found, expected in zip(fitted.network.parameters(), plain.parameters(), strict=True):
        np.testing.assert_allclose(found.detach(), expected.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("trainer", TRAINERS)
class TestSchedules:
    def test_the_rate_of_every_batch_is_the_schedules(self, trainer: str) -> None:
        """One-cycle against torch's own scheduler, stepped after every batch of a plain loop."""
        shape = NetworkSettings(hidden_layers=[7], activation="tanh", dropout=0.0)
        fit = TrainingSettings(
            epochs=3, batch_size=50, learning_rate=0.05, optimizer="sgd", schedule="one_cycle", trainer=trainer
        )
        fitted = train_network(TRAIN, TRAIN, shape, fit, 5)
        network = build_network(6, shape, 5)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=18, cycle_momentum=False)
        x, y = torch.tensor(TRAIN.x), torch.tensor(TRAIN.y)
        for epoch in range(1, fitted.best_epoch + 1):
            for rows in torch.tensor(epoch_order(5, epoch, 300)).split(50):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(network(x[rows]), y[rows]).backward()
                optimizer.step()
                if scheduler.last_epoch < 17:
                    scheduler.step()
        assert_same_weights(fitted.network, network)

    def test_a_plateau_lowers_the_rate(self, trainer: str) -> None:
        fit = TrainingSettings(
            epochs=12, learning_rate=0.03, schedule="plateau", plateau_patience=0, plateau_factor=0.01, trainer=trainer
        )
        train, validation = noise(120, 0), noise(90, 50)
        lowered = train_network(train, validation, SMALL, fit, 0).history
        constant = train_network(train, validation, SMALL, changed(fit, schedule="constant"), 0).history
        worse = next(place for place, event in enumerate(lowered) if event.best_epoch < event.epoch)
        assert [event.val_loss for event in lowered[: worse + 1]] == [event.val_loss for event in constant[: worse + 1]]
        last = [abs(later.val_loss - earlier.val_loss) for earlier, later in itertools.pairwise(lowered[worse + 1 :])]
        usual = [abs(later.val_loss - earlier.val_loss) for earlier, later in itertools.pairwise(constant[worse + 1 :])]
        assert np.mean(last) < 0.2 * np.mean(usual)
