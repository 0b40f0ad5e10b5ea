"""Whether a variable still looks as its initialiser left it. Values are read, never drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_ERRORS = 4.0  # standard errors; a layer that was trained is off by tens of them
_KURTOSIS = {"uniform": 1.8, "normal": 3.0}  # a truncated normal's lies between the two
_SLACK = 1e-3


def as_initialised(values: np.ndarray, shape: tuple[int, ...], initialiser: Any) -> bool | None:
    """Whether `values`, a sample of a variable of this shape, could be what `initialiser` gave it.

    The mean and the spread are compared with what the initialiser draws, within four standard
    errors, and the largest value with its bound. None where the initialiser is not one of Keras'
    own, and for fewer than 16 random values.
    """
    constant = _constant(initialiser)
    if constant is not None:
        return bool((values == np.float32(constant)).all())
    name = type(initialiser).__name__
    if name == "Orthogonal":
        return _orthogonal(values, shape, initialiser)
    drawn = _drawn(initialiser, shape)
    if drawn is None or values.size < 16:
        return None
    mean, std, bound, kind = drawn
    error = std / math.sqrt(values.size)
    spread = std * math.sqrt((_KURTOSIS[kind] - 1) / (4 * values.size))
    inside = bound is None or float(np.abs(values - mean).max()) <= bound * (1 + _SLACK)
    alike = abs(float(values.std()) - std) <= _ERRORS * spread + _SLACK * std
    return inside and alike and abs(float(values.mean()) - mean) <= _ERRORS * error


def _constant(initialiser: Any) -> float | None:
    name = type(initialiser).__name__
    if name in ("Zeros", "Ones"):
        return float(name == "Ones")
    value = getattr(initialiser, "value", None)
    return float(value) if name == "Constant" and isinstance(value, (int, float)) else None


def _fans(shape: tuple[int, ...]) -> tuple[float, float]:
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    window = math.prod(shape[:-2])
    return float(window * shape[-2]), float(window * shape[-1])


def _drawn(
    initialiser: Any, shape: tuple[int, ...]
) -> tuple[float, float, float | None, str] | None:
    """(mean, standard deviation, largest distance from the mean, kind) of what is drawn."""
    classes = type(initialiser).__mro__
    names = {cls.__name__ for cls in classes if cls.__module__.startswith("keras")}
    if "VarianceScaling" in names:
        ins, outs = _fans(shape)
        fans = {"fan_in": ins, "fan_out": outs, "fan_avg": (ins + outs) / 2}
        variance = initialiser.scale / max(1.0, fans[initialiser.mode])
        std = math.sqrt(variance)
        if initialiser.distribution == "uniform":
            return 0.0, std, math.sqrt(3.0) * std, "uniform"
        cut = None if initialiser.distribution == "untruncated_normal" else 2 * std / 0.8796
        return 0.0, std, cut, "normal"
    if "RandomUniform" in names:
        low, high = float(initialiser.minval), float(initialiser.maxval)
        return (low + high) / 2, (high - low) / math.sqrt(12), (high - low) / 2, "uniform"
    if "TruncatedNormal" in names:
        given = float(initialiser.stddev)
        return float(initialiser.mean), 0.8796 * given, 2 * given, "normal"
    if "RandomNormal" in names:
        return float(initialiser.mean), float(initialiser.stddev), None, "normal"
    return None


def _orthogonal(values: np.ndarray, shape: tuple[int, ...], initialiser: Any) -> bool | None:
    """Rows or columns of length `gain`: the sum of squares is then known exactly."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    if values.size != rows * columns:
        return None
    wanted = float(initialiser.gain) ** 2 * min(rows, columns)
    return bool(abs(float((values**2).sum()) - wanted) <= _SLACK * wanted)
