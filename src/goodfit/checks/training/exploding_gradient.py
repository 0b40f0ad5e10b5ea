"""GF302 exploding-gradient: steps so large that they wiped out what the weights were.

Sees: a layer whose weights moved by several times their own size within one epoch, or whose first
step would do so under plain gradient descent, or gradients that grew a thousandfold and stayed so;
and, with any of these, a training that came to nothing: a loss that is not finite, or no better
than a constant answer. A large first step that training recovers from is no finding.
Why it matters: after such a step the weights know nothing any more, relu units are dead, and the
epochs that follow train nothing.
Evidence: the layer, the size of its largest move relative to its weights and the epoch of it, the
growth of its gradient norm since before training, the final training loss against a constant
answer's. All are ratios, so neither the unit of the loss nor the width of the layer matters.
Remedies: lower-learning-rate, gradient-clipping, scale-features, scale-targets, initialiser.
Source: docs/evidence/training.md; Pascanu, Mikolov & Bengio, "On the difficulty of training
recurrent neural networks" (2013), sections 2 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.training.not_learning import learns
from goodfit.facts import LayerProbe, ModelFacts, SettingsFacts, Trace

MIN_MOVE = Threshold(4.0, source="docs/evidence/training.md")
MIN_FIRST_STEP = Threshold(1.0, source="a step as long as the weights themselves")
MIN_GROWTH = Threshold(1000.0, source="docs/evidence/training.md")
MIN_GROWN_PROBES = Threshold(2, source="one probe may be one bad epoch")
PLAIN = ("sgd",)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One layer's excess: what it is, how large, in which epoch."""

    case: str
    layer: str
    size: float
    epoch: int
    excess: float


def _known(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) else 0.0


def _moves(trace: Trace) -> list[_Seen]:
    """Each layer's moves relative to its weights; layers that start at zero are left out."""
    empty = {
        layer.path
        for epoch in trace.epochs[:1]
        for layer in epoch.layers
        if not _known(layer.weight_norm)
    }
    return [
        _Seen("move", layer.path, move, epoch.index + 1, move / MIN_MOVE.value)
        for epoch in trace.epochs
        for layer in epoch.layers
        if layer.path not in empty and (move := _known(layer.update_ratio)) >= MIN_MOVE.value
    ]


def _first_steps(trace: Trace, settings: SettingsFacts | None) -> list[_Seen]:
    """Layers whose very first step of plain gradient descent is as long as their weights."""
    optimizer = settings.optimizer if settings else None
    first = trace.epochs[0] if trace.epochs and trace.epochs[0].index < 0 else None
    if first is None or optimizer is None or optimizer.name.lower() not in PLAIN:
        return []
    if any(optimizer.options.get(clip) for clip in ("clipnorm", "clipvalue", "global_clipnorm")):
        return []

    def step(layer: LayerProbe) -> float:
        weights = _known(layer.weight_norm)
        rate = _known(optimizer.learning_rate)
        return rate * _known(layer.gradient_norm) / weights if weights else 0.0

    return [
        _Seen("step", layer.path, step(layer), 0, step(layer) / MIN_FIRST_STEP.value)
        for layer in first.layers
        if step(layer) >= MIN_FIRST_STEP.value
    ]


def _grown(trace: Trace) -> list[_Seen]:
    """Layers whose gradient grew a thousandfold since before training and stayed there."""
    start = {layer.path: _known(layer.gradient_norm) for layer in _first_layers(trace)}
    ratios: dict[str, list[tuple[float, int]]] = {}
    for epoch in trace.epochs[1:]:
        for layer in epoch.layers:
            if start.get(layer.path) and _known(layer.gradient_norm):
                ratio = _known(layer.gradient_norm) / start[layer.path]
                ratios.setdefault(layer.path, []).append((ratio, epoch.index + 1))
    count = int(MIN_GROWN_PROBES.value)
    return [
        _Seen("growth", path, *found[-1], found[-1][0] / MIN_GROWTH.value)
        for path, found in ratios.items()
        if len(found) >= count and min(ratio for ratio, _ in found[-count:]) >= MIN_GROWTH.value
    ]


def _first_layers(trace: Trace) -> tuple[LayerProbe, ...]:
    return trace.epochs[0].layers if trace.epochs else ()


def exploding_gradient(
    trace: Trace, settings: SettingsFacts | None = None, model: ModelFacts | None = None
) -> Answer:
    if not any(layer.gradient_norm is not None for e in trace.epochs for layer in e.layers):
        return NotApplicable("no layer was probed")
    learnt = learns(trace)
    if learnt is None:
        return CannotTell("whether the model learns is not known for this loss")
    seen = _moves(trace) + _first_steps(trace, settings) + _grown(trace)
    if learnt or not seen:
        largest = max((one.size for one in _moves(trace)), default=0.0)
        said = f"a layer moved by {largest:.2g} times its size, yet training learnt" if seen else ""
        return Passed(said or "no layer moved by several times its own size in an epoch")
    worst = max(seen, key=lambda one: one.excess)
    final = trace.final_train.mean if trace.final_train else math.nan
    evidence = {
        "layer": worst.layer,
        "kind": worst.case,
        "size": worst.size,
        "epoch": worst.epoch,
        "layers": len({one.layer for one in seen}),
        "train_loss": final,
        "prior_loss": trace.predictions.prior_loss if trace.predictions else None,
    }
    known = model.layer(worst.layer) if model else None
    line = (known.where if known else None) or (settings.compile_where if settings else None)
    where = place(line, layer=worst.layer)
    return Suspicion(evidence=evidence, case=worst.case, where=where)


CHECK = Check(
    code="GF302",
    name="exploding-gradient",
    severity="error",
    function=exploding_gradient,
    message={
        "move": "In epoch {epoch} the weights of layer {layer} moved by {size:.3g} times their own "
        "size ({layers} layers moved so far), and training came to nothing: final loss "
        "{train_loss:.4g}.",
        "step": "The very first step of gradient descent moves the weights of layer {layer} by "
        "{size:.3g} times their own size, and training came to nothing: final loss "
        "{train_loss:.4g}.",
        "growth": "The gradient of layer {layer} is {size:.3g} times what it was before training, "
        "and training came to nothing: final loss {train_loss:.4g}.",
    },
    advice="Divide the learning rate by ten, scale inputs and targets, or pass clipnorm=1.0 to the "
    "optimiser.",
    remedies=("lower-learning-rate", "gradient-clipping", "scale-features", "scale-targets"),
)
