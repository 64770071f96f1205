"""A training's state between two epochs, as one file that holds numbers and text only."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.progress import EpochFinished
from ktrdr_app.neural.engine import EngineState

FORMAT = 1
_DIGEST = 32
_ANEW = "train again without --resume"


@dataclass(frozen=True)
class Checkpoint:
    """What a training goes on from; schedule and patience follow from the history.

    Attributes
    ----------
    trainer : str
        Whose state it is: ``fused`` or ``torch``.
    state : EngineState
        After the last epoch of the history.
    best_weights : ndarray of float32
        Weights of the best epoch so far.
    history : tuple of EpochFinished
        Every epoch that was run.
    """

    trainer: str
    state: EngineState
    best_weights: NDArray[np.float32]
    history: tuple[EpochFinished, ...]


class Checkpoints(Protocol):
    """Where checkpoints are kept."""

    def load(self) -> Checkpoint | None:
        """Return the checkpoint to go on from; None to begin anew."""
        ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint in place of the one before.

        Parameters
        ----------
        checkpoint : Checkpoint
            The state.
        """
        ...


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint as the content of a file: a SHA-256 of the rest, then arrays as ``numpy.savez`` writes them.

    Parameters
    ----------
    checkpoint : Checkpoint
        The state.
    """
    text = {
        "format": FORMAT,
        "trainer": checkpoint.trainer,
        "steps": checkpoint.state.steps,
        "history": [asdict(epoch) for epoch in checkpoint.history],
    }
    arrays: dict[str, NDArray[Any]] = {f"memory.{name}": value for name, value in checkpoint.state.memories.items()}
    arrays["text"] = np.frombuffer(json.dumps(text).encode(), dtype=np.uint8)
    arrays["weights"], arrays["best_weights"] = checkpoint.state.weights, checkpoint.best_weights
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return hashlib.sha256(out.getvalue()).digest() + out.getvalue()


def from_bytes(content: bytes, where: str) -> Checkpoint:
    """Read what `to_bytes` made; nothing is unpickled.

    Parameters
    ----------
    content : bytes
        The file's content.
    where : str
        Its name, for messages.

    Raises
    ------
    BadInput
        If it is damaged or of another format.
    """
    body = content[_DIGEST:]
    if hashlib.sha256(body).digest() != content[:_DIGEST]:
        raise BadInput("the checkpoint is damaged", hint=_ANEW, where=where)
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        text = json.loads(arrays["text"].tobytes())
        if text["format"] != FORMAT:
            found = f"the checkpoint is of format {text['format']}, this version reads {FORMAT}"
            raise BadInput(found, hint=_ANEW, where=where)
        memories = {name.removeprefix("memory."): arrays[name] for name in arrays.files if name.startswith("memory.")}
        return Checkpoint(
            text["trainer"],
            EngineState(arrays["weights"], int(text["steps"]), memories),
            arrays["best_weights"],
            tuple(EpochFinished(**epoch) for epoch in text["history"]),
        )


def check_fits(checkpoint: Checkpoint, trainer: str, weights: int, epochs: int) -> None:
    """Return quietly if a training can go on from a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint
        The state and whose it is.
    trainer : str
        Name of the trainer that is to go on.
    weights : int
        Number of weights of its network.
    epochs : int
        Most epochs that it may run.

    Raises
    ------
    BadInput
        If it belongs to another trainer or another network, or has more epochs behind it.
    """
    kept = len(checkpoint.state.weights)
    found = f"the checkpoint is of the {checkpoint.trainer} trainer with {kept} weights"
    if checkpoint.trainer != trainer or kept != weights:
        hint = "resume with the options that the run began with"
        raise BadInput(f"{found}, not {trainer} with {weights}", hint=hint, where="--resume")
    if len(checkpoint.history) > epochs:
        message = f"the checkpoint has {len(checkpoint.history)} epochs behind it, more than the {epochs} asked for"
        raise BadInput(message, hint="give more epochs, or train without --resume", where="--resume")
