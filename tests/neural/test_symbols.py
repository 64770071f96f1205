"""Symbols' columns: one 1 per row, the unknown ones last, and a share of the training rows hidden."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.neural.mlp import build_network
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.rows import TrainingData
from ktrdr_app.neural.symbols import HIDDEN_SHARE, UNKNOWN, partly_hidden, symbol_columns, with_symbols
from ktrdr_app.neural.trainer import train_network
from ktrdr_app.strategy.schema import NetworkSettings, TrainingSettings

SYMBOLS = ("A", "B", "C")


def _model(seed: int = 0) -> MLPTradingModel:
    network = build_network(2 + symbol_columns(SYMBOLS), NetworkSettings(hidden_layers=[5]), seed)
    return MLPTradingModel(network, None, ("x", "y"), SYMBOLS)


def test_no_symbols_need_no_columns_and_leave_rows_as_they_are() -> None:
    rows = np.ones((3, 2), dtype=np.float32)
    assert symbol_columns(()) == 0
    assert with_symbols(rows, np.zeros(3, dtype=np.int16), 0) is rows


def test_each_row_has_one_1_in_its_symbols_column_and_unknown_ones_in_the_last() -> None:
    rows = np.arange(10, dtype=np.float32).reshape(5, 2)
    codes = np.array([2, 0, UNKNOWN, 1, 2], dtype=np.int16)
    made = with_symbols(rows, codes, symbol_columns(SYMBOLS))
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    for row, code in enumerate(codes.tolist()):
        expected = [0.0, 0.0, 0.0, 0.0]
        expected[3 if code == UNKNOWN else code] = 1.0
        assert made[row].tolist() == [*rows[row].tolist(), *expected]


def test_the_hidden_share_is_hidden_by_seed_alone_and_the_rest_stay() -> None:
    codes = (np.arange(20_000) % 3).astype(np.int16)
    hidden = partly_hidden(codes, 7)
    gone = hidden == UNKNOWN
    assert hidden.dtype == np.int16
    assert abs(gone.mean() - HIDDEN_SHARE) < 0.01
    assert (hidden[~gone] == codes[~gone]).all()
    assert (partly_hidden(codes, 7) == hidden).all()
    assert (partly_hidden(codes, 8) != hidden).any()


def test_a_name_chooses_its_vector_and_any_other_name_the_unknown_one() -> None:
    model, rows = _model(), np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    weight = model.network[0].weight.detach().numpy().astype(np.float64)
    bias, last = model.network[0].bias.detach().numpy(), model.network[3]
    for symbol, column in (("A", 2), ("C", 4), ("NEW", 5), (None, 5)):
        hidden = np.maximum(rows @ weight[:, :2].T + bias + weight[:, column], 0)
        logits = hidden @ last.weight.detach().numpy().T + last.bias.detach().numpy()
        powers = np.exp(logits)
        np.testing.assert_allclose(
            model.predict_proba(rows, symbol), powers / powers.sum(axis=1, keepdims=True), rtol=1e-5
        )


def test_rows_of_several_symbols_answer_as_each_symbol_alone() -> None:
    model, rows = _model(), np.random.default_rng(1).normal(size=(4, 2)).astype(np.float32)
    together = model.predict_rows(rows, np.array([0, 1, 2, UNKNOWN], dtype=np.int16))
    alone = [model.predict_proba(rows[[row]], symbol)[0] for row, symbol in enumerate(("A", "B", "C", None))]
    np.testing.assert_allclose(together, np.array(alone), rtol=1e-6)


@pytest.mark.parametrize("trainer", ["fused", "torch"])
def test_a_vector_whose_symbol_has_no_row_stays_at_zero(trainer: str) -> None:
    data = TrainingData(
        np.random.default_rng(2).normal(size=(64, 2)).astype(np.float32),
        np.arange(64) % 3,
        np.zeros(64, dtype=np.int16),
        codes=(np.arange(64) % 2).astype(np.int16),
        symbol_columns=symbol_columns(SYMBOLS),
    )
    fit = TrainingSettings(epochs=3, trainer=trainer)
    fitted = train_network(data, data, NetworkSettings(hidden_layers=[4], dropout=0), fit, seed=0)
    weight = fitted.network[0].weight.detach()
    assert torch.count_nonzero(weight[:, 4:]) == 0
    assert torch.count_nonzero(weight[:, 2:4]) == 8


@pytest.mark.parametrize("embedded", [(), ("A",), ("A", "B", "C", "D")])
def test_a_network_for_another_number_of_symbols_is_refused(embedded: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValue, match="network"):
        MLPTradingModel(_model().network, None, ("x", "y"), embedded)
