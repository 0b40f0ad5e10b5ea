"""Statistics of every layer on one batch: activations, dead and saturated units, gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from goodfit.facts import LayerProbe
from goodfit.observe.training.evaluate import Evaluator
from goodfit.observe.training.flow import Flow, listening
from goodfit.observe.training.losses import NoHonestLossError, row_losses
from goodfit.observe.training.sampling import Sample

PROBE_ROWS = 256
# Values beyond 99 % of the way to a bound of the activation's range count as saturated.
BOUNDED = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_sigmoid": (0.0, 1.0)}


def _statistics(output: Any, activation: str | None) -> dict[str, Any]:
    """Numbers of one layer's output tensor (rows, ..., units)."""
    from keras import ops

    values = ops.cast(output, "float32")
    units = int(values.shape[-1] or 1) if len(values.shape) > 1 else 1
    flat = ops.reshape(values, (-1, units))
    zero = ops.cast(ops.equal(flat, 0.0), "float32")
    found = {
        "mean": ops.mean(flat),
        "std": ops.std(flat),
        "zeros": ops.mean(zero),
        "dead": ops.mean(ops.cast(ops.equal(ops.max(ops.abs(flat), axis=0), 0.0), "float32")),
        "finite": ops.all(ops.isfinite(flat)),
    }
    if activation in BOUNDED:
        low, high = BOUNDED[activation]
        edge = 0.005 * (high - low)
        outside = ops.logical_or(flat < low + edge, flat > high - edge)
        found["saturated"] = ops.mean(ops.cast(outside, "float32"))
    return found


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


class LayerObserver:
    """Probes the layers of one model. `layers` are (path, layer) pairs; `activations` names the
    bounded activation of a path."""

    def __init__(
        self,
        evaluator: Evaluator,
        layers: Sequence[tuple[str, Any]],
        activations: Mapping[str, str | None],
    ) -> None:
        self._evaluator = evaluator
        self._layers = list(layers)
        self._activations = dict(activations)
        self._run: Callable[..., Any] | None = None
        self.flow = Flow()

    def _function(self) -> Callable[..., Any]:
        if self._run is None:
            from keras import ops

            model = self._evaluator.model
            paths = {id(layer): path for path, layer in self._layers}
            losses = row_losses(model)

            def measure(x: Any, y: Any) -> Any:
                self.flow = Flow()
                with listening(paths, self.flow):
                    prediction = model(x, training=False)
                loss = ops.mean(losses(y, prediction))
                statistics = {
                    path: _statistics(output, self._activations.get(path))
                    for path, output in self.flow.outputs.items()
                    if hasattr(output, "shape") and "string" not in str(output.dtype)
                }
                self.flow.end(prediction)
                return loss, statistics

            self._run = self._evaluator.backend.compiled_gradients(model, measure)
        return self._run

    def _by_layer(self, values: Sequence[float]) -> dict[str, float]:
        """Root of the sum of squares of per-variable norms, by the layer that owns the variable."""
        owner = {
            id(variable): path
            for path, layer in self._layers
            if not getattr(layer, "layers", None)
            for variable in layer.trainable_variables
        }
        sums: dict[str, float] = {}
        trainable = self._evaluator.model.trainable_variables
        for variable, value in zip(trainable, values, strict=True):
            path = owner.get(id(variable))
            if path is not None:
                sums[path] = sums.get(path, 0.0) + value * value
        return {path: math.sqrt(total) for path, total in sums.items()}

    def probe(
        self,
        sample: Sample,
        weights: Sequence[np.ndarray],
        update_ratios: Mapping[str, float] | None = None,
    ) -> tuple[LayerProbe, ...]:
        """One record per layer, at `weights`, over the first rows of the sample.

        Raises:
            NoHonestLossError: the model has no per-row loss that goodfit can compute.
        """
        import keras

        part = keras.tree.map_structure(lambda leaf: leaf[:PROBE_ROWS], (sample.x, sample.y))
        norms, statistics = self._function()(weights, part)
        gradients = self._by_layer(norms)
        sizes = self.norms(weights)
        ratios = update_ratios or {}
        return tuple(
            LayerProbe(
                path=path,
                **{
                    key: _float(statistics.get(path, {}).get(key))
                    for key in ("mean", "std", "zeros", "dead", "saturated")
                },
                gradient_norm=gradients.get(path),
                weight_norm=sizes.get(path),
                update_ratio=ratios.get(path),
                finite=bool(statistics.get(path, {}).get("finite", True))
                and math.isfinite(sizes.get(path, 0.0)),
            )
            for path, _ in self._layers
            if path in statistics or path in gradients
        )

    def norms(self, weights: Sequence[np.ndarray]) -> dict[str, float]:
        """Euclidean norm of each layer's trainable weights."""
        count = len(self._evaluator.model.trainable_variables)
        with np.errstate(all="ignore"):
            return self._by_layer([float(np.linalg.norm(w)) for w in weights[:count]])

    def update_ratios(self, moved: Sequence[float], start: Sequence[float]) -> dict[str, float]:
        """||w_end - w_start|| / ||w_start|| by layer, from the norms for each trainable variable;
        empty where none were noted."""
        if not moved:
            return {}
        moves, sizes = self._by_layer(moved), self._by_layer(start)
        return {path: moves[path] / sizes[path] for path in moves if sizes.get(path)}


__all__ = ["LayerObserver", "NoHonestLossError"]
