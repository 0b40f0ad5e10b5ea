"""How large each layer's weights were, before training and at the probed epochs. Not a check."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection

from goodfit.facts import LayerFacts, ModelFacts, Trace

Sizes = dict[str, float]


def _initial(layer: LayerFacts) -> float:
    """The Euclidean norm of a layer's weights as they stood before training, from their spread and
    mean; a mean that is not known is zero, around which kernels are drawn."""
    return math.sqrt(
        sum(
            math.prod(w.shape) * ((w.std or 0.0) ** 2 + (w.mean or 0.0) ** 2)
            for w in layer.weights
            if w.std is not None
        )
    )


def weight_sizes(trace: Trace, model: ModelFacts | None) -> list[tuple[int, Sizes]]:
    """(epoch, size by layer) wherever it was probed; the state before training is worked out from
    the initial weights where it was not."""
    probed = [
        (epoch.index, sizes)
        for epoch in trace.epochs
        if (sizes := {probe.path: size for probe in epoch.layers if (size := probe.weight_norm)})
    ]
    if model is not None and probed and probed[0][0] >= 0:
        initial = {
            layer.path: size
            for layer in model.layers
            if layer.path in probed[0][1] and (size := _initial(layer))
        }
        if initial:
            probed.insert(0, (-1, initial))
    return probed


def left(before: Sizes, after: Sizes, paths: Collection[str] = ()) -> float | None:
    """The size after over the size before, the median layer's, of the layers in `paths` (of all
    where it is empty); None where no layer is known at both."""
    ratios = [
        after[path] / size
        for path, size in before.items()
        if path in after and math.isfinite(after[path]) and (path in paths or not paths)
    ]
    return statistics.median(ratios) if ratios else None
