"""What belongs together at one output of the model: its activation, its loss, its targets and its
metrics. Not a check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from goodfit.checks.check import Threshold
from goodfit.facts import (
    DataFacts,
    LossFacts,
    MetricFacts,
    ModelFacts,
    OutputFacts,
    SettingsFacts,
    TargetFacts,
)

EXCLUSIVE_LOSSES = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy",
)
BINARY_LOSSES = ("binary_crossentropy", "binary_focal_crossentropy")
CROSS_ENTROPIES = EXCLUSIVE_LOSSES + BINARY_LOSSES
SQUARED_LOSSES = (
    "mean_squared_error",
    "mean_absolute_error",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
    "huber",
    "log_cosh",
)
HINGES = ("hinge", "squared_hinge", "categorical_hinge")

MOST_CLASSES = Threshold(20, source="more different whole numbers than that may be a count")

# What an activation can answer at all; what is not listed here is not judged.
RANGES: dict[str, tuple[float, float]] = {
    "linear": (-math.inf, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.7581, math.inf),
    "gelu": (-0.17, math.inf),
    "silu": (-0.2785, math.inf),
    "swish": (-0.2785, math.inf),
    "mish": (-0.3088, math.inf),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
}

Named = TypeVar("Named", LossFacts, TargetFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One output with what is known of it. `units` is the length of its last axis."""

    output: OutputFacts
    loss: LossFacts | None = None
    target: TargetFacts | None = None
    metrics: tuple[MetricFacts, ...] = ()

    @property
    def units(self) -> int | None:
        return self.output.shape[-1] if self.output.shape else None

    @property
    def activation(self) -> str | None:
        return self.output.activation

    @property
    def kind(self) -> str:
        return self.target.kind if self.target is not None else ""

    @property
    def loss_name(self) -> str:
        """The loss's name, or "" where it is the user's own, unknown or absent."""
        return "" if self.loss is None or self.loss.custom else self.loss.name


def _for(
    output: OutputFacts, place: int, count: int, known: Sequence[tuple[str, Named]]
) -> Named | None:
    by_name = dict(known)
    if output.name in by_name:
        return by_name[output.name]
    if len(known) == count:
        return known[place][1]
    if len(known) == 1 and known[0][0] == "" and isinstance(known[0][1], LossFacts):
        return known[0][1]
    return None


def heads(
    model: ModelFacts, settings: SettingsFacts | None = None, data: DataFacts | None = None
) -> tuple[Head, ...]:
    """The model's outputs, each with its loss, targets and metrics: joined by name, else by place
    where there are as many of them as outputs."""
    losses = [(loss.output, loss) for loss in (settings.losses if settings else ())]
    targets = [(target.name, target) for target in (data.train.targets if data else ())]
    metrics = settings.metrics if settings else ()
    count = len(model.outputs)
    return tuple(
        Head(
            output=output,
            loss=_for(output, place, count, losses),
            target=_for(output, place, count, targets),
            metrics=tuple(m for m in metrics if m.output == output.name or count == 1),
        )
        for place, output in enumerate(model.outputs)
    )
