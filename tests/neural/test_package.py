"""What importing this room costs: no torch for figures, no compiler for training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ktrdr_app.neural
from ktrdr_app.neural import metrics, mlp, model, rows, trainer

ROOT = Path(__file__).parents[2]


def loaded_after(code: str, *modules: str) -> list[bool]:
    """Whether modules are loaded in a fresh interpreter after some code."""
    script = f"{code}\nimport sys\nprint([name in sys.modules for name in {modules!r}])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return [word == "True" for word in done.stdout.strip().strip("[]").split(", ")]


@pytest.mark.parametrize("module", ["ktrdr_app.neural", "ktrdr_app.neural.metrics", "ktrdr_app.neural.importance"])
def test_figures_need_no_torch(module: str) -> None:
    assert loaded_after(f"import {module}", "torch", "sklearn", "numpy") == [False, False, module[-6:] != "neural"]


def test_a_training_does_not_load_torchs_compiler() -> None:
    code = """
from ktrdr_app.neural.model import MLPTradingModel
from ktrdr_app.neural.trainer import train_network
from tests.neural.planted import QUICK, SMALL, planted
fitted = train_network(planted(64, 0), planted(32, 1), SMALL, QUICK, 0)
MLPTradingModel(fitted.network, None, tuple("abcdef")).predict_proba(planted(8, 2).x)
"""
    assert loaded_after(code, "torch", "torch._dynamo") == [True, False]


def test_the_package_exports_what_its_modules_define() -> None:
    assert ktrdr_app.neural.MLPTradingModel is model.MLPTradingModel
    assert ktrdr_app.neural.build_network is mlp.build_network
    assert ktrdr_app.neural.TrainingData is rows.TrainingData
    assert ktrdr_app.neural.train_network is trainer.train_network
    assert ktrdr_app.neural.classification_metrics is metrics.classification_metrics
    for name in ktrdr_app.neural.__all__:
        assert getattr(ktrdr_app.neural, name).__name__ == name
