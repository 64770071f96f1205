"""The network: how it is built, fitted, asked and judged; torch is loaded by the first name that needs it."""

from ktrdr_app.core.lazy import exports

__all__ = [
    "ClassificationMetrics",
    "ImportanceFigure",
    "MLPTradingModel",
    "TrainedNetwork",
    "TrainingData",
    "build_network",
    "classification_metrics",
    "permutation_importance",
    "train_network",
]

__getattr__ = exports(
    __name__,
    {
        "ClassificationMetrics": "metrics",
        "ImportanceFigure": "importance",
        "MLPTradingModel": "model",
        "TrainedNetwork": "trainer",
        "TrainingData": "rows",
        "build_network": "mlp",
        "classification_metrics": "metrics",
        "permutation_importance": "importance",
        "train_network": "trainer",
    },
)
