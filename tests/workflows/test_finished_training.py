"""What a window is told of a training that has ended: the model as it is shown, and whether the run may go on."""

from __future__ import annotations

import pickle

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import EpochFinished, ProgressEvent
from ktrdr_app.workflows import show_model
from ktrdr_app.workflows.finished_training import finished_training
from ktrdr_app.workflows.train_run import train
from tests.workflows.quick import request, trained, with_strategy


def test_it_is_what_the_model_shows(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace, symbols=("AAPL",), epochs=2)
    told = finished_training(request(sample_workspace), result)
    assert told.shown == show_model(sample_workspace, result.model_path)
    assert told.sentences == result.sentences
    assert (told.epochs, told.resumable) == (2, None)
    assert pickle.loads(pickle.dumps(told)) == told


def test_it_names_the_run_of_one_that_was_ended_early(sample_workspace: Workspace) -> None:
    token = CancelToken("training")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 2:
            token.wind_up()

    asked = request(with_strategy(sample_workspace), symbols=("AAPL",))
    told = finished_training(asked, train(asked, listen, token))
    assert told.epochs == 2
    assert told.resumable is not None
    assert (sample_workspace.runs / told.resumable).is_dir()


def test_a_model_that_is_gone_meanwhile_is_an_error(sample_workspace: Workspace) -> None:
    result = trained(sample_workspace, symbols=("AAPL",), epochs=1)
    result.model_path.rename(result.model_path.with_name("elsewhere"))
    with pytest.raises(KtrdrError):
        finished_training(request(sample_workspace), result)
