"""GF305 saturated-units: a hidden layer whose values all stand at the ends of their range.

Sees: a hidden layer with a bounded activation (sigmoid, tanh and the like) at least four fifths of
whose values lie beyond 99 % of its range, at the last two probes, in a model that shows harm. Where
the model does well, all of a layer's values at the ends of their range are a tip. Output layers and
softmax are left out: a sure answer is no fault.
Why it matters: at the ends of its range such an activation is flat, so next to no gradient passes
it, and the layers before it stop learning.
Evidence: the layer, its share of saturated values at the last two probes and before training, and
what shows the harm.
Remedies: scale-features, learning-rate, activation, initialiser, batch-normalisation.
Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks"
(2010), section 3; docs/evidence/training.md for what counts as harm.
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
from goodfit.checks.training.harm import WORDS, harm
from goodfit.facts import BaselineFacts, ModelFacts, SettingsFacts, Trace

MIN_SATURATED = Threshold(
    0.8, source="a value is saturated at random in 0.1 to 2 % of unit normal sums; most are not"
)
MIN_HARMLESS = Threshold(0.98, source="all values but noise: the layer is a row of switches")
MIN_EPOCHS = Threshold(3, source="after as many epochs the last probe shows what training came to")
LASTING = Threshold(2, source="one probe shows no persistence")


def _hidden(model: ModelFacts | None) -> set[str] | None:
    """Layers that further weights lie behind, and that are no output's; None if unknown."""
    if model is None or not model.layers:
        return None
    outputs = {output.layer for output in model.outputs}
    weighted = [number for number, layer in enumerate(model.layers) if layer.parameters]
    before = model.layers[: weighted[-1]] if weighted else ()
    return {
        layer.path
        for layer in before
        if layer.path not in outputs
        and layer.activation != "softmax"
        and not (outputs & set(layer.inputs) and not layer.parameters)
    }


def _courses(trace: Trace, hidden: set[str] | None) -> dict[str, list[float]]:
    """Each hidden layer's share of saturated values, probe by probe."""
    found: dict[str, list[float]] = {}
    for epoch in trace.epochs:
        last = epoch.layers[-1].path if epoch.layers else None
        for layer in epoch.layers:
            counts = layer.path != last if hidden is None else layer.path in hidden
            known = layer.saturated is not None and math.isfinite(layer.saturated)
            if counts and known and layer.finite:
                found.setdefault(layer.path, []).append(layer.saturated or 0.0)
    return found


def saturated_units(
    trace: Trace,
    model: ModelFacts | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    courses = _courses(trace, _hidden(model))
    if not courses:
        return NotApplicable("no hidden layer with a bounded activation was probed")
    count = int(LASTING.value)
    # Where the governor left but one probe, that of a finished training tells what it came to.
    least = 1 if trace.trained >= MIN_EPOCHS.value and trace.epochs[-1].layers else 2
    lasting = {
        path: min(course[-count:]) for path, course in courses.items() if len(course) >= least
    }
    if not lasting:
        return CannotTell("one probe shows no persistence; train for more epochs")
    layer = max(lasting, key=lambda path: lasting[path])
    share, suffers = lasting[layer], harm(trace, baselines, settings)
    before = courses[layer][0]
    evidence = {
        "layer": layer,
        "saturated": share,
        "saturated_before": before,
        "probes": len(courses[layer]),
        "layers": sum(value >= MIN_SATURATED.value for value in lasting.values()),
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    if share < (MIN_SATURATED.value if suffers else MIN_HARMLESS.value):
        return Passed(f"at most {share:.0%} of a hidden layer's values are saturated", evidence)
    known = model.layer(layer) if model else None
    born = len(courses[layer]) > 1 and before >= MIN_SATURATED.value
    return Suspicion(
        evidence=evidence,
        case=("start" if born else "training") if suffers else "harmless",
        severity="warning" if suffers else "tip",
        where=place(known.where if known else None, layer=layer),
    )


_SHARE = "{saturated:.0%} of the values of layer {layer} stand at the ends of their range"

CHECK = Check(
    code="GF305",
    name="saturated-units",
    severity="warning",
    function=saturated_units,
    message={
        "start": _SHARE + ", as did {saturated_before:.0%} at the first probe, and {in_words}.",
        "training": _SHARE + " ({saturated_before:.0%} at the first probe), and {in_words}.",
        "harmless": _SHARE + "; {in_words}.",
    },
    advice={
        "start": "Scale the inputs (subtract the mean, divide by the standard deviation) and keep "
        "Keras' default initialiser; relu in place of sigmoid or tanh does not saturate.",
        "training": "Divide the learning rate by ten, or put BatchNormalization before the "
        "activation; relu in place of sigmoid or tanh does not saturate.",
        "harmless": "Nothing has to be done; should training stall, relu or BatchNormalization "
        "before this activation lets more gradient through.",
    },
    remedies=("scale-features", "learning-rate", "activation", "batch-normalisation"),
)
