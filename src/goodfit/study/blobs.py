"""Scores by row as small bytes and back: compressed NumPy files, never pickles."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.codec import from_plain, to_plain
from goodfit.results import RowScores, Trial, TrialEpoch

KEPT_BITS = 7
"""Of the 23 binary digits of a row's loss: 0.4 % at most, up as often as down, far below what rows
differ by. The other digits would be most of a study's store. Scores, which effects are computed
from, keep all of theirs."""


def to_bytes(values: np.ndarray) -> bytes:
    """Numbers of shape (rows,), read back as the same float32."""
    exact = np.ascontiguousarray(values, dtype="float32")
    with np.errstate(invalid="ignore"):
        small = np.nan_to_num(exact).clip(0, 255).astype("uint8")
    # Right or wrong takes one byte a row; else like bytes lie together, which compresses better.
    whole = bool((small == exact).all())
    written = small if whole else exact.view("uint8").reshape(len(exact), 4).T
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(written), allow_pickle=False)
    return zlib.compress(buffer.getvalue(), 6)


def from_bytes(blob: bytes) -> np.ndarray:
    """What `to_bytes` wrote, float32 of shape (rows,).

    Raises:
        ValueError: the bytes are not such.
    """
    try:
        found = np.load(io.BytesIO(zlib.decompress(blob)), allow_pickle=False)
        if found.ndim == 1:
            return np.asarray(found, dtype="float32")
        return np.ascontiguousarray(found.T).view("float32").reshape(-1)
    except (zlib.error, OSError, EOFError, TypeError) as error:
        raise ValueError(f"not scores as goodfit writes them: {error}") from error


def rounded(values: np.ndarray) -> np.ndarray:
    """The same float32 numbers to `KEPT_BITS` binary digits; what is not finite stays as it is."""
    dropped = 23 - KEPT_BITS
    bits = np.ascontiguousarray(values, dtype="float32").view("uint32")
    near = (bits + np.uint32(1 << (dropped - 1))) & np.uint32(2**32 - (1 << dropped))
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values), near.view("float32"), values).astype("float32")


def kept(trial: Trial) -> Trial:
    """The trial as a store would give it back: losses by row rounded."""

    def shorter(scores: RowScores | None) -> RowScores | None:
        return None if scores is None else replace(scores, loss=rounded(scores.loss))

    return replace(trial, validation=shorter(trial.validation), test=shorter(trial.test))


def trial_to_plain(trial: Trial) -> dict[str, Any]:
    """A trial as JSON data, its scores by row as text of base 64."""
    import base64

    def text(scores: RowScores | None) -> list[str] | None:
        if scores is None:
            return None
        return [base64.b64encode(to_bytes(x)).decode() for x in (scores.score, scores.loss)]

    plain: dict[str, Any] = to_plain(replace(trial, validation=None, test=None))
    return plain | {"validation": text(trial.validation), "test": text(trial.test)}


def trial_from_plain(data: dict[str, Any]) -> Trial:
    """What `trial_to_plain` wrote."""
    import base64

    def scores(texts: list[str] | None) -> RowScores | None:
        if texts is None:
            return None
        score, loss = (from_bytes(base64.b64decode(text)) for text in texts)
        return RowScores(score=score, loss=loss)

    epochs = tuple(from_plain(epoch, TrialEpoch) for epoch in data["epochs"])
    read = {"epochs": epochs, "seconds": float(data["seconds"])}
    held = {"validation": scores(data["validation"]), "test": scores(data["test"])}
    return Trial(**{**data, **read, **held})
