"""GF303 vanishing-gradient: what reaches the first layers is a tiny part of what the last ones get.

Sees: an early layer whose gradient norm is a small fraction of the last layer's, before training
and at most probes after, while the model does no better than a constant answer. A second case: no
layer gets any gradient at all. Gradients that shrink together as training converges are healthy,
which is why layers of one network are compared with each other and why a model that learns passes.
Why it matters: layers that get no gradient stay what they were drawn as, and everything behind them
has to make do with random features.
Evidence: the first layer with so small a share, the median share over probes, how many layers share
its fate, the final training loss against a constant answer's.
Remedies: relu-activation, initialiser, batch-normalisation, fewer-layers, residual-connections.
Source: docs/evidence/training.md; Glorot & Bengio, "Understanding the difficulty of training deep
feedforward neural networks" (2010), sections 3 and 4.
"""

from __future__ import annotations

import math
from statistics import median

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
from goodfit.facts import Epoch, ModelFacts, Trace

MAX_SHARE = Threshold(0.01, source="docs/evidence/training.md")
MIN_LAYERS = Threshold(3, source="two layers leave a gradient nowhere to vanish")
MIN_PROBES = Threshold(2, source="one probe shows no persistence")


def _gradients(epoch: Epoch) -> dict[str, float]:
    return {
        layer.path: layer.gradient_norm
        for layer in epoch.layers
        if layer.gradient_norm is not None and math.isfinite(layer.gradient_norm)
    }


def _shares(probes: list[dict[str, float]]) -> dict[str, float]:
    """Each layer's gradient as a share of the last layer's: the median over probes."""
    paths = list(probes[0])
    found = {}
    for path in paths[:-1]:
        pairs = [(probe[path], probe[paths[-1]]) for probe in probes if paths[-1] in probe]
        shares = [own / last for own, last in pairs if last > 0]
        if shares:
            found[path] = median(shares)
    return found


def vanishing_gradient(trace: Trace, model: ModelFacts | None = None) -> Answer:
    probes = [found for found in map(_gradients, trace.epochs) if found]
    probes = [probe for probe in probes if list(probe) == list(probes[0])]
    if not probes:
        return NotApplicable("no layer was probed")
    if len(probes) < MIN_PROBES.value:
        return CannotTell("one probe shows no persistence; train for more epochs")
    learnt = learns(trace)
    if learnt is None:
        return CannotTell("whether the model learns is not known for this loss")
    nothing = all(not any(probe.values()) for probe in probes)
    shares = _shares(probes)
    small = {path: share for path, share in shares.items() if share <= MAX_SHARE.value}
    start = _shares(probes[:1])
    small = {path: share for path, share in small.items() if start.get(path, 0) <= MAX_SHARE.value}
    deep = len(probes[0]) >= MIN_LAYERS.value
    if learnt or not (nothing or (deep and small)):
        least = min(shares.values(), default=1.0)
        return Passed(f"the smallest gradient is {least:.2g} of the last layer's")
    layer = next(iter(probes[0])) if nothing else next(iter(small))
    evidence = {
        "layer": layer,
        "share": 0.0 if nothing else small[layer],
        "layers": len(probes[0]) if nothing else len(small),
        "of_layers": len(probes[0]),
        "probes": len(probes),
        "train_loss": trace.final_train.mean if trace.final_train else math.nan,
        "prior_loss": trace.predictions.prior_loss if trace.predictions else None,
    }
    known = model.layer(layer) if model else None
    where = place(known.where if known else None, layer=layer)
    return Suspicion(evidence=evidence, case="none" if nothing else "share", where=where)


CHECK = Check(
    code="GF303",
    name="vanishing-gradient",
    severity="error",
    function=vanishing_gradient,
    message={
        "share": "Layer {layer} gets {share:.1g} of the gradient that the last layer gets, as do "
        "{layers} of {of_layers} layers, and the model does no better than a constant answer "
        "(training loss {train_loss:.4g}).",
        "none": "No layer got any gradient at any of {probes} probes, so nothing could be learnt "
        "(training loss {train_loss:.4g}).",
    },
    advice={
        "share": "Use relu, elu or gelu in hidden layers in place of sigmoid or tanh, keep Keras' "
        "default initialiser, and add BatchNormalization or fewer layers.",
        "none": "Look at the last layer first: an activation that is flat everywhere (relu below "
        "zero, softmax over one unit), a zero initialiser, or a loss without a gradient.",
    },
    remedies=("relu-activation", "initialiser", "batch-normalisation", "fewer-layers"),
)
