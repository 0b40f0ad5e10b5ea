"""The HIGGS data and the networks of the overfit-and-underfit study.

10,000 rows to train on; of the other file rows 0 to 999 validate and rows 1,000 to 4,999 choose
nothing. ELU units, one logit, batches of 500.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 500
STEPS = 10_000 // BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Features (rows, 28) and labels (rows, 1), float32."""

    x: np.ndarray
    y: np.ndarray


def data(folder: Path) -> tuple[Rows, Rows, Rows]:
    """Training, validation and test rows out of the gzipped CSV files in `folder`.

    Raises:
        SystemExit: the files are not there.
    """
    parts = []
    for name in ("higgs_train_10k.csv.gz", "higgs_test_5k.csv.gz"):
        if not (folder / name).is_file():
            raise SystemExit(f"there is no {name} in {folder}; set GOODFIT_DATA or --data")
        parts.append(np.loadtxt(folder / name, delimiter=",", dtype="float32"))
    train, held = parts
    cuts = (train, held[:1000], held[1000:])
    found = [Rows(x=part[:, 1:], y=part[:, :1]) for part in cuts]
    return found[0], found[1], found[2]


def data_folder(given: str | None) -> Path:
    """Where the files lie: as told, or as the environment says."""
    return Path(given or os.environ.get("GOODFIT_DATA", "."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Hidden layers by their widths. `dropout` 0 for none; `penalty` a regulariser's name and
    strengths; `normalised` puts BatchNormalization behind every hidden layer."""

    widths: Sequence[int]
    dropout: float = 0.0
    penalty: Mapping[str, float] | None = None
    normalised: bool = False
    decay: float = 0.0
    smoothing: float = 0.0


LARGE = (512, 512, 512, 512)
NETWORKS: Mapping[str, Network] = {
    "large": Network(widths=LARGE),
    "tiny": Network(widths=(16,)),
    "small": Network(widths=(16, 16)),
    "medium": Network(widths=(64, 64, 64)),
    "l2": Network(widths=LARGE, penalty={"l2": 1e-3}),
    "dropout": Network(widths=LARGE, dropout=0.5),
    "l2 + dropout": Network(widths=LARGE, penalty={"l2": 1e-4}, dropout=0.5),
    "l1": Network(widths=LARGE, penalty={"l1": 1e-5}),
    "l1l2": Network(widths=LARGE, penalty={"l1": 1e-5, "l2": 1e-4}),
    "adamw": Network(widths=LARGE, decay=0.1),
    "batch normalisation": Network(widths=LARGE, normalised=True),
    "label smoothing": Network(widths=LARGE, smoothing=0.1),
}
"""The baseline first. The seven arms of the tutorial, then five more."""
SEVEN = ("large", "tiny", "small", "medium", "l2", "dropout", "l2 + dropout")
FAST = ("tiny", "small", "medium")


def compiled(network: Network) -> Any:
    """The compiled Keras model with fresh weights."""
    import keras

    penalty = keras.regularizers.L1L2(**network.penalty) if network.penalty else None
    parts: list[Any] = [keras.Input((28,))]
    for width in network.widths:
        parts.append(keras.layers.Dense(width, activation="elu", kernel_regularizer=penalty))
        if network.normalised:
            parts.append(keras.layers.BatchNormalization())
        if network.dropout:
            parts.append(keras.layers.Dropout(network.dropout))
    model = keras.Sequential([*parts, keras.layers.Dense(1)])
    rate = keras.optimizers.schedules.InverseTimeDecay(1e-3, STEPS * 1000, 1.0)
    adam = (
        keras.optimizers.AdamW(rate, weight_decay=network.decay)
        if network.decay
        else keras.optimizers.Adam(rate)
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=network.smoothing)
    metrics = [
        keras.metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"),
        keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy"),
    ]
    model.compile(adam, loss, metrics=metrics)
    return model


# Figures of several seeds


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines; [] where there is none."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def bounds(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the ends of its 95 % interval over seeds."""
    from scipy import stats

    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, -np.inf, np.inf
    reach = float(stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1))
    reach /= len(values) ** 0.5
    return mean, mean - reach, mean + reach


def interval(values: Sequence[float]) -> str:
    """Mean and interval in words."""
    mean, low, high = bounds(values)
    return f"{mean:.4f} [{low:.4f}, {high:.4f}] ({len(values)})"
