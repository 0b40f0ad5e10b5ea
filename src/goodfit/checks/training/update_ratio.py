"""GF314 update-ratio: weights that do not move at all, hardly, or by far too much.

Sees: by how much of their own size weights change in an epoch. "nothing": no trainable weight of
the model moved at any probe. "frozen": a trainable layer did not move while others did. "small":
over all epochs together the layers moved by less than a twentieth of their size. "layer": one layer
moved a thousandth of what the typical layer did. "large": weights still change by half their size
an epoch late in training. All but the first need a model that shows harm.
Why it matters: the ratio of step to weight tells, whatever the loss's unit or the layer's width,
whether training edits the weights, leaves them or throws them away each time.
Evidence: the ratio by layer over the probed epochs, their sum, the median layer's, the layer, and
what shows the harm.
Remedies: learning-rate, unfreeze, initialiser, batch-normalisation, optimizer.
Source: docs/evidence/model.md (GF220, update ratios of 154 runs); You, Gitman & Ginsburg, "Large
Batch Training of Convolutional Networks" (2017), section 4, on the ratio layer by layer.
"""

from __future__ import annotations

import math
import statistics
from typing import Any

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
from goodfit.checks.model.sizes import weight_sizes
from goodfit.checks.training.harm import WORDS, Harm, harm
from goodfit.facts import BaselineFacts, ModelFacts, SettingsFacts, Trace
from goodfit.results import Severity

MIN_PROBES = Threshold(2, source="one probe may be of an epoch that a schedule left idle")
HARDLY_MOVED = Threshold(0.05, source="docs/evidence/model.md, learned runs moved 0.08 upwards")
FAR_BEHIND = Threshold(1e-3, source="docs/evidence/training.md, a tenth of GF303's share")
LONG_STEPS = Threshold(0.5, source="docs/evidence/model.md")
STEPS_OF_LONG = Threshold(50, source="docs/evidence/model.md")
LATE = Threshold(3, source="the last epochs, where steps should have settled")


def _ratios(trace: Trace, model: ModelFacts | None) -> dict[str, list[float]]:
    """The update ratios of each layer with weights to train, probe by probe."""
    trainable = {layer.path: layer.trainable for layer in (model.layers if model else ())}
    start = {p.path: p.weight_norm for e in trace.epochs[:1] for p in e.layers if e.index < 0}
    found: dict[str, list[float]] = {}
    for epoch in trace.epochs:
        for probe in epoch.layers:
            ratio = probe.update_ratio
            counts = trainable.get(probe.path, True) and start.get(probe.path) != 0
            if epoch.index >= 0 and counts and ratio is not None and math.isfinite(ratio):
                found.setdefault(probe.path, []).append(ratio)
    return {path: values for path, values in found.items() if len(values) >= MIN_PROBES.value}


def _from_sizes(trace: Trace, model: ModelFacts | None) -> dict[str, list[float]]:
    """What the change of the weights' sizes over all of training says, an epoch's share of it, for
    layers that hardly moved: a move across a vector by a part d of its size makes it larger by
    d * d / 2. Empty where any layer moved well."""
    trainable = {layer.path: layer.trainable for layer in (model.layers if model else ())}
    sizes = weight_sizes(trace, model)
    if len(sizes) < 2 or trace.trained < MIN_PROBES.value:
        return {}
    (_, first), (_, last) = sizes[0], sizes[-1]
    moved = {
        path: math.sqrt(2 * abs(last[path] / size - 1))
        for path, size in first.items()
        if path in last and size > 0 and math.isfinite(last[path]) and trainable.get(path, True)
    }
    if not moved or max(moved.values()) >= HARDLY_MOVED.value or not any(moved.values()):
        return {}
    each = {path: move / trace.trained for path, move in moved.items()}
    return {path: [move] * trace.trained for path, move in each.items()}


def _late_bound(settings: SettingsFacts | None) -> float:
    steps = (settings.steps_per_epoch if settings else None) or 1
    return LONG_STEPS.value * math.sqrt(max(1.0, steps / STEPS_OF_LONG.value))


def _seen(
    ratios: dict[str, list[float]], trace: Trace, suffers: Harm, settings: SettingsFacts | None
) -> tuple[str, str, float]:
    """What is wrong, in which layer, by what ratio; "" for nothing."""
    typical = statistics.median(statistics.median(values) for values in ratios.values())
    probes = max(map(len, ratios.values()))
    left_out = trace.trained / probes
    totals = {path: sum(values) * left_out for path, values in ratios.items()}
    if not any(totals.values()):
        return "nothing", next(iter(ratios)), 0.0
    if not suffers:
        return "", "", typical
    idle = [path for path, total in totals.items() if total == 0]
    if idle:
        return "frozen", idle[0], 0.0
    if max(totals.values()) < HARDLY_MOVED.value and suffers != "lost":
        return "small", max(totals, key=lambda path: totals[path]), max(totals.values())
    slow = min(ratios, key=lambda path: statistics.median(ratios[path]))
    if len(ratios) > 2 and statistics.median(ratios[slow]) < FAR_BEHIND.value * typical:
        return "layer", slow, statistics.median(ratios[slow])
    late = {path: min(values[-int(LATE.value) :]) for path, values in ratios.items()}
    long = sorted(late.values())[len(late) // 2]
    if suffers in ("stuck", "lost") and probes > LATE.value and long >= _late_bound(settings):
        return "large", max(late, key=lambda path: late[path]), long
    return "", "", typical


def update_ratio(
    trace: Trace,
    model: ModelFacts | None = None,
    settings: SettingsFacts | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    if model is not None and model.built and model.layers and not model.trainable_parameters:
        return NotApplicable("the model has no weights to train")
    ratios = _ratios(trace, model) or _from_sizes(trace, model)
    if not ratios:
        return CannotTell("changes of the weights were measured in too few epochs")
    suffers = harm(trace, baselines, settings)
    case, layer, size = _seen(ratios, trace, suffers, settings)
    typical = statistics.median(statistics.median(values) for values in ratios.values())
    evidence: dict[str, Any] = {
        "layer": layer,
        "ratio": size,
        "typical": typical,
        "layers": len(ratios),
        "probes": max(map(len, ratios.values())),
        "epochs": trace.trained,
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    if not case:
        return Passed(f"a typical layer changes by {typical:.2g} of its size in an epoch", evidence)
    known = model.layer(layer) if model else None
    line = known.where if known and case in ("frozen", "layer") else None
    line = line or (settings.compile_where if settings else None)
    severity: Severity = "error" if case == "nothing" and suffers == "stuck" else "warning"
    named = layer if case in ("frozen", "layer") else None
    return Suspicion(
        evidence=evidence, case=case, severity=severity, where=place(line, layer=named)
    )


CHECK = Check(
    code="GF314",
    name="update-ratio",
    severity="warning",
    function=update_ratio,
    message={
        "nothing": "No weight moved at any of {probes} probes in {epochs} epochs of training.",
        "frozen": "Layer {layer} is trainable, yet its weights never moved, while others did, and "
        "{in_words}.",
        "small": "In {epochs} epochs together no layer moved by more than {ratio:.1g} of its size, "
        "and {in_words}.",
        "layer": "The weights of layer {layer} change by {ratio:.1g} of their size in an epoch, "
        "those of a typical layer by {typical:.1g}, and {in_words}.",
        "large": "Late in training the weights still change by {ratio:.2g} of their own size in an "
        "epoch, and {in_words}.",
    },
    advice={
        "nothing": "Check that the learning rate is not 0 and that layers were not frozen before "
        "compile; call compile again after changing trainable.",
        "frozen": "Check that layer {layer} lies on the way to the loss, that nothing behind it is "
        "dead or flat, and that it was trainable when compile was called.",
        "small": "Raise the learning rate tenfold, and again as long as the loss falls steadily.",
        "layer": "Use relu in place of sigmoid or tanh behind this layer, add BatchNormalization "
        "or a residual connection, or use Adam, which scales the steps by weight.",
        "large": "Divide the learning rate by ten, or let it decay.",
    },
    remedies=("learning-rate", "unfreeze", "batch-normalisation", "optimizer"),
)
