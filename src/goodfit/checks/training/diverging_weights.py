"""GF313 diverging-weights: weights that have grown out of all proportion.

Sees: a layer whose weights are at least ten times as large as before training, in a model that
shows harm: no better than a constant answer, or worse than it has been. Embeddings and other layers
that start small grow as much in healthy models, which is why growth alone is no finding. Layers
that start at zero are left out.
Why it matters: large weights saturate or kill the units behind them and make the answers jump with
every small change of the input; where they keep growing, the loss ends as NaN.
Evidence: the layer, its weights' size before and after, the factor, how many layers grew so much,
whether they were still growing at the last probe, and what shows the harm.
Remedies: learning-rate, gradient-clipping, weight-decay, scale-features, scale-targets.
Source: docs/evidence/training.md (GF302); docs/evidence/model.md (GF220: weights that grew).
"""

from __future__ import annotations

import math

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.model.sizes import weight_sizes
from goodfit.checks.training.harm import WORDS, harm
from goodfit.facts import BaselineFacts, ModelFacts, SettingsFacts, Trace

MIN_GROWTH = Threshold(10.0, source="docs/evidence/model.md, a collapse at Adam 0.3: 8 to 98")
GROWING = Threshold(1.01, source="one part in a hundred from probe to probe is still growth")


def _growth(trace: Trace, model: ModelFacts | None) -> dict[str, tuple[float, float, bool]]:
    """Each layer's size before training, at the last probe, and whether it was still growing."""
    sizes = [
        {path: size for path, size in known.items() if math.isfinite(size) and size > 0}
        for _, known in weight_sizes(trace, model)
    ]
    if len(sizes) < 2:
        return {}
    first, before, last = sizes[0], sizes[-2], sizes[-1]
    return {
        path: (size, last[path], last[path] > GROWING.value * before.get(path, math.inf))
        for path, size in first.items()
        if path in last
    }


def diverging_weights(
    trace: Trace,
    model: ModelFacts | None = None,
    settings: SettingsFacts | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    growth = _growth(trace, model)
    if not growth:
        return CannotTell("the size of the weights is not known before and after training")
    factors = {path: after / before for path, (before, after, _) in growth.items()}
    layer = max(factors, key=lambda path: factors[path])
    before, after, growing = growth[layer]
    suffers = harm(trace, baselines, settings)
    evidence = {
        "layer": layer,
        "before": before,
        "after": after,
        "factor": factors[layer],
        "layers": sum(factor >= MIN_GROWTH.value for factor in factors.values()),
        "of_layers": len(factors),
        "still_growing": growing,
        "and_growing": " and still growing" if growing else "",
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    if factors[layer] < MIN_GROWTH.value:
        return Passed(f"no layer's weights grew beyond {factors[layer]:.2g} times", evidence)
    if suffers not in ("stuck", "lost"):
        return Passed(f"weights grew up to {factors[layer]:.2g} times; {WORDS[suffers]}", evidence)
    known = model.layer(layer) if model else None
    line = (known.where if known else None) or (settings.compile_where if settings else None)
    return Suspicion(evidence=evidence, where=place(line, layer=layer))


CHECK = Check(
    code="GF313",
    name="diverging-weights",
    severity="warning",
    function=diverging_weights,
    message="The weights of layer {layer} grew to {factor:.3g} times their size (from {before:.3g} "
    "to {after:.3g}{and_growing}; {layers} of {of_layers} layers grew tenfold or more), and "
    "{in_words}.",
    advice="Divide the learning rate by ten, pass clipnorm=1.0 to the optimiser, and scale inputs "
    "and targets; AdamW(weight_decay=0.004) holds weights back.",
    remedies=("learning-rate", "gradient-clipping", "scale-features", "weight-decay"),
)
