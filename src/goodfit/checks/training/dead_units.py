"""GF304 dead-units: relu units that answer zero to every row.

Sees: a relu layer in which at least half of the units are zero on all sampled training rows, at the
last two probes, in a model that does no better than a constant answer. A layer with nine tenths
dead in a model that does learn is a tip. Values that are zero for some
rows are what relu is for, and no finding.
Why it matters: a dead unit gets no gradient, so it stays dead; a layer of them passes nothing on.
Evidence: the layer, its share of dead units, the share before training, the probes it lasted.
Remedies: lower-learning-rate, initialiser, leaky-activation, scale-features.
Source: docs/evidence/training.md; Lu, Shin, Su & Karniadakis, "Dying ReLU and Initialization"
(2020).
"""

from __future__ import annotations

import math

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
from goodfit.facts import ModelFacts, Trace

MIN_DEAD = Threshold(0.5, source="docs/evidence/training.md")
MIN_DEAD_HARMLESS = Threshold(0.9, source="docs/evidence/training.md")
LASTING = Threshold(2, source="one probe shows no persistence")
RELU = ("relu", "relu6")


def _relu_layers(model: ModelFacts | None) -> set[str] | None:
    """The layers that cut off below zero; None where the model is not known."""
    if model is None or not model.layers:
        return None
    return {
        layer.path for layer in model.layers if layer.activation in RELU or layer.type == "ReLU"
    }


def _courses(trace: Trace, relus: set[str] | None) -> dict[str, list[float]]:
    """The dead share of each relu layer, probe by probe."""
    found: dict[str, list[float]] = {}
    for epoch in trace.epochs:
        for layer in epoch.layers:
            counts = relus is None or layer.path in relus
            if counts and layer.dead is not None and math.isfinite(layer.dead) and layer.finite:
                found.setdefault(layer.path, []).append(layer.dead)
    return found


def dead_units(trace: Trace, model: ModelFacts | None = None) -> Answer:
    courses = _courses(trace, _relu_layers(model))
    if not courses:
        return NotApplicable("no relu layer was probed")
    count = int(LASTING.value)
    if max(map(len, courses.values())) < count:
        return CannotTell("one probe shows no persistence; train for more epochs")
    lasting = {path: min(course[-count:]) for path, course in courses.items() if len(course) > 1}
    layer = max(lasting, key=lambda path: lasting[path])
    share = lasting[layer]
    stuck = learns(trace) is False
    evidence = {
        "layer": layer,
        "dead": share,
        "dead_before": courses[layer][0],
        "probes": len(courses[layer]),
        "layers": sum(value >= MIN_DEAD.value for value in lasting.values()),
        "learns": not stuck,
    }
    if share < (MIN_DEAD.value if stuck else MIN_DEAD_HARMLESS.value):
        return Passed(f"at most {share:.0%} of a layer's units are dead", evidence)
    known = model.layer(layer) if model else None
    return Suspicion(
        evidence=evidence,
        case="stuck" if stuck else "harmless",
        severity="error" if stuck else "tip",
        where=place(known.where if known else None, layer=layer),
    )


CHECK = Check(
    code="GF304",
    name="dead-units",
    severity="error",
    function=dead_units,
    message={
        "stuck": "{dead:.0%} of the units of layer {layer} answer zero to every training row "
        "({dead_before:.0%} before training), and the model does no better than a constant answer.",
        "harmless": "{dead:.0%} of the units of layer {layer} answer zero to every training row; "
        "the model learns with the rest.",
    },
    advice={
        "stuck": "Divide the learning rate by ten and scale the inputs; leaky_relu or elu in place "
        "of relu keep units alive.",
        "harmless": "The layer could be much narrower, or a lower learning rate would keep more "
        "units alive.",
    },
    remedies=("lower-learning-rate", "scale-features", "leaky-activation", "initialiser"),
)
