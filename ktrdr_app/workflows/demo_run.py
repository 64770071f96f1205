"""The main job on real sample data: train on three symbols, judge on a fourth that was never seen."""

from __future__ import annotations

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress, silent
from ktrdr_app.data.sample import TIMEFRAME, TRAINING_SYMBOLS, UNSEEN_SYMBOL, install_sample
from ktrdr_app.strategy.load import FIRST
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.requests import BacktestRequest, DemoRequest, DemoResult, TrainRequest
from ktrdr_app.workflows.train_run import train


def demo(request: DemoRequest, progress: Progress = silent, cancel: CancelToken | None = None) -> DemoResult:
    """Train a universal model on AAPL, IBM and MSFT and backtest it on GOOG.

    Parameters
    ----------
    request : DemoRequest
        Workspace and seed; missing sample series are put into its data folder.
    progress : Progress
        Listener.
    cancel : CancelToken, optional
        Stops it.

    Returns
    -------
    DemoResult
        Model, backtest and report.
    """
    token = cancel or CancelToken("the demo")
    install_sample(request.workspace)
    trained = train(
        TrainRequest(request.workspace, FIRST, TRAINING_SYMBOLS, TIMEFRAME, seed=request.seed), progress, token
    )
    judged = backtest(
        BacktestRequest(request.workspace, FIRST, UNSEEN_SYMBOL, TIMEFRAME, model=str(trained.model_path)),
        progress,
        token,
    )
    return DemoResult(trained, judged, judged.folder / "report.html")
