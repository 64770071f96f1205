"""Pictures of a training run: loss curves, class balance, importance of the inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ktrdr_app.workflows.svg_drawing import WIDTH, Drawing, Margins
from ktrdr_app.workflows.svg_scales import Scale, apart, padded, ticks
from ktrdr_app.workflows.wording import number, percent

CLASSES = ("BUY", "HOLD", "SELL")
_ROW = 34.0


def loss_chart(history: Sequence[Mapping[str, Any]], best_epoch: int, prior_nll: float | None) -> str:
    """Draw the loss of every epoch on training and validation rows.

    Parameters
    ----------
    history : sequence of mapping
        One entry per epoch: epoch, train_loss, val_loss (nats).
    best_epoch : int
        Epoch whose weights were kept.
    prior_nll : float, optional
        Loss of always stating the training shares; the line to beat.

    Returns
    -------
    str
        SVG markup.
    """
    epochs = np.array([entry["epoch"] for entry in history], dtype=np.float64)
    lines = [
        (name, np.array([entry[key] for entry in history], dtype=np.float64), css)
        for name, key, css in (("Training", "train_loss", "held"), ("Validation", "val_loss", "own"))
    ]
    best = next((float(entry["val_loss"]) for entry in history if entry["epoch"] == best_epoch), None)
    described = f"{len(history)} epochs; lowest validation loss {number(best, 4)} nats in epoch {best_epoch}."
    drawing = Drawing("loss", "Loss by epoch", described, height=280, margins=Margins(bottom=44))
    shown = np.concatenate([y for _, y, _ in lines] + ([np.array([prior_nll])] if prior_nll is not None else []))
    up = Scale(*padded(float(shown.min()), float(shown.max())), drawing.bottom, drawing.top)
    across = Scale(float(epochs[0]), float(max(epochs[-1], epochs[0] + 1)), drawing.left, drawing.right)
    _loss_axes(drawing, across, up)
    labels = [(name, float(y[-1]), css) for name, y, css in lines]
    if prior_nll is not None:
        labels.append(("Class shares only", prior_nll, "prior"))
        drawing.line(np.array([drawing.left, drawing.right]), up(np.full(2, prior_nll)), "line prior")
    if best is not None:
        drawing.add(
            "line", "best", x1=across.at(best_epoch), x2=across.at(best_epoch), y1=drawing.top, y2=drawing.bottom
        )
        drawing.add("circle", "best", cx=across.at(best_epoch), cy=up.at(best), r=4.5)
    for _, y, css in lines:
        drawing.line(across(epochs), up(y), f"line {css}")
    places = apart([up.at(value) for _, value, _ in labels], 16.0)
    for (name, _, css), place in zip(labels, places, strict=True):
        drawing.text(drawing.right + 10, place + 4, name, f"label {css}")
    return drawing.markup()


def _loss_axes(drawing: Drawing, across: Scale, up: Scale) -> None:
    values, decimals = ticks(up.low, up.high)
    drawing.value_axis(up, [(value, number(value, decimals)) for value in values])
    drawing.add("line", "axis", x1=drawing.left, x2=drawing.right, y1=drawing.bottom, y2=drawing.bottom)
    for epoch in ticks(across.low, across.high, 8)[0]:
        if epoch == int(epoch):
            drawing.text(across.at(epoch), drawing.bottom + 18, f"{int(epoch)}", anchor="middle")
    drawing.text((drawing.left + drawing.right) / 2, drawing.bottom + 36, "epoch", anchor="middle")


def class_balance_chart(balance: Mapping[str, Mapping[str, float]]) -> str:
    """Draw the share of each class per symbol as one divided bar.

    Parameters
    ----------
    balance : mapping of str to mapping
        By symbol, shares or counts of BUY, HOLD and SELL.

    Returns
    -------
    str
        SVG markup.
    """
    margins = Margins(left=110, right=28, top=30, bottom=8)
    shares = {symbol: _shares(counts) for symbol, counts in balance.items()}
    described = "; ".join(
        f"{symbol}: " + ", ".join(f"{name} {percent(part, 0)}" for name, part in zip(CLASSES, parts, strict=True))
        for symbol, parts in shares.items()
    )
    height = margins.top + margins.bottom + _ROW * len(shares)
    drawing = Drawing("balance", "Class balance", f"{described}.", height=height, margins=margins)
    for place, name in zip((drawing.left, (drawing.left + drawing.right) / 2, drawing.right), CLASSES, strict=True):
        anchor = {drawing.left: "start", drawing.right: "end"}.get(place, "middle")
        drawing.text(place, 18, name, f"label {name.lower()}", anchor)
    across = Scale(0.0, 1.0, drawing.left, drawing.right)
    for row, (symbol, parts) in enumerate(shares.items()):
        top = margins.top + row * _ROW
        drawing.text(drawing.left - 10, top + 18, _shortened(symbol), anchor="end")
        begin = 0.0
        for name, part in zip(CLASSES, parts, strict=True):
            left, right = across.at(begin), across.at(begin + part)
            drawing.add("rect", f"share {name.lower()}", x=left, y=top, width=max(right - left - 1.5, 0.0), height=24)
            if part >= 0.04:
                drawing.text((left + right) / 2, top + 17, percent(part, 0), f"inside {name.lower()}", "middle")
            begin += part
    return drawing.markup()


def importance_chart(importance: Mapping[str, Mapping[str, float]]) -> str:
    """Draw what each group of inputs is worth: the rise of the loss when its values are shuffled.

    Parameters
    ----------
    importance : mapping of str to mapping
        By group, ``mean``, ``low`` and ``high`` of the rise in NLL (nats).

    Returns
    -------
    str
        SVG markup; groups by falling importance.
    """
    groups = sorted(importance.items(), key=lambda entry: -entry[1]["mean"])
    margins = Margins(left=190, right=110, top=8, bottom=44)
    described = "Most important: " + "; ".join(
        f"{name} {number(figure['mean'], 4)} nats" for name, figure in groups[:3]
    )
    height = margins.top + margins.bottom + _ROW * len(groups)
    drawing = Drawing("importance", "Importance of the inputs", f"{described}.", height=height, margins=margins)
    low = min([0.0, *(min(figure["low"], figure["mean"]) for _, figure in groups)])
    high = max([0.0, *(max(figure["high"], figure["mean"]) for _, figure in groups)])
    across = Scale(low, high if high > low else low + 1.0, drawing.left, drawing.right)
    values, decimals = ticks(across.low, across.high, 6)
    for value in values:
        x = across.at(value)
        drawing.add("line", "grid", x1=x, x2=x, y1=drawing.top, y2=drawing.bottom)
        drawing.text(x, drawing.bottom + 18, number(value, decimals), anchor="middle")
    middle = (drawing.left + drawing.right) / 2
    drawing.text(middle, drawing.bottom + 36, "rise of the test NLL, nats", anchor="middle")
    for row, (name, figure) in enumerate(groups):
        _importance_row(drawing, across, margins.top + row * _ROW, name, figure)
    return drawing.markup()


def _importance_row(drawing: Drawing, across: Scale, top: float, name: str, figure: Mapping[str, float]) -> None:
    zero, mean = across.at(0.0), across.at(figure["mean"])
    low, high = across.at(figure["low"]), across.at(figure["high"])
    css = "bar" if figure["mean"] > 0 else "bar none"
    drawing.text(drawing.left - 10, top + 19, _shortened(name, 26), anchor="end")
    drawing.add("rect", css, x=min(zero, mean), y=top + 5, width=max(abs(mean - zero), 1.0), height=20)
    drawing.add("line", "whisker", x1=low, x2=high, y1=top + 15, y2=top + 15)
    for x in (low, high):
        drawing.add("line", "whisker", x1=x, x2=x, y1=top + 11, y2=top + 19)
    drawing.text(WIDTH - 8, top + 19, number(figure["mean"], 4), anchor="end")


def _shares(counts: Mapping[str, float]) -> list[float]:
    parts = [float(counts.get(name, 0.0)) for name in CLASSES]
    total = sum(parts)
    return [part / total if total > 0 else 0.0 for part in parts]


def _shortened(text: str, most: int = 14) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
