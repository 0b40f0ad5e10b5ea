"""GF208 dropout-misplaced: dropout where it does harm, or more of it than the layer can bear.

Sees: dropout on the model's outputs; so high a rate in front of so few units that what remains is
mostly noise; dropout right in front of a BatchNormalization; rates that look like the share to
keep. Rates of one half in front of wide layers, and spatial dropout in convolutional nets, are
left alone.
Why it matters: on the outputs it falsifies the answers the loss is shown; in front of few units it
drowns the signal; in front of BatchNormalization the variance that is remembered for inference is
the variance with dropout, which is larger.
Evidence: the rate, the number of units that the next layer sums over, and the noise that dropout
adds to such a sum, as a share of it: sqrt(rate / ((1 - rate) * units)); what was learned all the
same.
Remedies: dropout.
Source: docs/evidence/model.md; Srivastava et al., "Dropout" (JMLR 2014), appendix A; Li et al.,
"Understanding the Disharmony Between Dropout and Batch Normalization by Variance Shift" (CVPR
2019).
"""

from __future__ import annotations

import math
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
from goodfit.checks.model.paths import (
    ACTIVATIONS,
    DROPOUTS,
    MOVING,
    consumers,
    following,
    graph_known,
    preceding,
    units,
)
from goodfit.checks.model.signal import reach
from goodfit.facts import BaselineFacts, LayerFacts, ModelFacts, Trace
from goodfit.results import Severity

TOO_NOISY = Threshold(0.3, source="docs/evidence/model.md")
LOOKS_LIKE_KEEP = Threshold(0.8, source="docs/evidence/model.md")
VARIANCE_SHIFT = Threshold(0.5, source="docs/evidence/model.md")
LEARNED = Threshold(0.9, source="docs/evidence/model.md")

_SEVERITY: dict[str, Severity] = {
    "on-output": "warning",
    "too-noisy": "warning",
    "high-rate": "tip",
    "before-normalisation": "tip",
}


def dropout_misplaced(
    model: ModelFacts, trace: Trace | None = None, baselines: BaselineFacts | None = None
) -> Answer:
    dropouts = [layer for layer in model.layers if layer.type in DROPOUTS and _rate(layer) > 0]
    if not dropouts:
        return NotApplicable("the model has no dropout")
    if not graph_known(model):
        return CannotTell("what feeds which layer is not known: the model has a call of its own")
    found = [(case, layer) for layer in dropouts if (case := _case(model, layer))]
    if not found:
        return Passed(f"{len(dropouts)} dropout layers stand where they can do good")
    order = list(_SEVERITY)
    case, layer = min(found, key=lambda one: (order.index(one[0]), -_rate(one[1])))
    severity = _SEVERITY[case]
    if case == "too-noisy" and _learned(trace, baselines):
        severity = "tip"
    return Suspicion(
        case=case,
        severity=severity,
        evidence=_evidence(model, layer),
        where=place(layer.where, layer=layer.path),
    )


def _rate(layer: LayerFacts) -> float:
    rate = layer.options.get("rate")
    return float(rate) if isinstance(rate, (int, float)) and 0 <= rate < 1 else 0.0


def _case(model: ModelFacts, layer: LayerFacts) -> str:
    if _on_output(model, layer):
        return "on-output"
    if _noise(model, layer) > TOO_NOISY.value:
        return "too-noisy"
    if _rate(layer) >= LOOKS_LIKE_KEEP.value:
        return "high-rate"
    behind = following(model, layer, MOVING)
    normalised = any(one is not None and one.type == "BatchNormalization" for one in behind)
    if normalised and layer.type == "Dropout" and _rate(layer) >= VARIANCE_SHIFT.value:
        return "before-normalisation"
    return ""


def _on_output(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether nothing but an activation stands between the dropout and the model's outputs, and
    something was computed in front of it."""
    fed, waiting, seen = consumers(model), [layer], {layer.path}
    while waiting:
        for one in fed[waiting.pop().path]:
            if one.type not in (*ACTIVATIONS, *MOVING):
                return False
            if one.path not in seen:
                seen.add(one.path)
                waiting.append(one)
    return any(one is not None for one in preceding(model, layer, MOVING))


def _summed(model: ModelFacts, layer: LayerFacts) -> int | None:
    """Over how many of the dropped values the next layer sums: what its kernel spans. Spatial
    dropout drops whole channels, so only these count."""
    spatial = layer.type.startswith("Spatial")
    counts: list[int] = []
    for one in following(model, layer, (*MOVING, *ACTIVATIONS)):
        kernel = next((w for w in one.weights if w.name.endswith("kernel")), None) if one else None
        if kernel is not None and len(kernel.shape) >= 2:
            counts.append(kernel.shape[-2] if spatial else math.prod(kernel.shape[:-1]))
    return min(counts) if counts else units(layer)


def _noise(model: ModelFacts, layer: LayerFacts) -> float:
    rate, count = _rate(layer), _summed(model, layer)
    return math.sqrt(rate / ((1 - rate) * count)) if count else 0.0


def _learned(trace: Trace | None, baselines: BaselineFacts | None) -> bool:
    """Whether the training rows were learned all the same."""
    losses = trace.honest("train") if trace else ()
    possible = reach(trace, baselines) if trace else None
    return (
        bool(losses)
        and possible is not None
        and (possible.share(losses[-1][1].mean) >= LEARNED.value)
    )


def _evidence(model: ModelFacts, layer: LayerFacts) -> dict[str, Any]:
    rate, count = _rate(layer), _summed(model, layer)
    return {
        "layer": layer.path,
        "rate": rate,
        "keep": 1 - rate,
        "units": count,
        "left": (1 - rate) * count if count else None,
        "noise": _noise(model, layer),
    }


CHECK = Check(
    code="GF208",
    name="dropout-misplaced",
    severity="warning",
    function=dropout_misplaced,
    message={
        "on-output": "{layer} drops {rate:.0%} of the model's own outputs in training, so the "
        "loss is shown answers that the model did not give.",
        "too-noisy": "{layer} drops {rate:.0%} of {units} units: what the next layer sums up "
        "varies by {noise:.0%} from one step to the next for the same row.",
        "high-rate": "{layer} drops {rate:.0%}; the argument is the share to drop, not the share "
        "to keep.",
        "before-normalisation": "{layer} (rate {rate:g}) stands right in front of a "
        "BatchNormalization, which remembers the larger variance under dropout for inference.",
    },
    advice={
        "on-output": "Move {layer} in front of the last layer.",
        "too-noisy": "Lower the rate of {layer} (0.1 to 0.2 for few units), or widen the layer in "
        "front of it.",
        "high-rate": "If {rate:.0%} was to be kept, use Dropout({keep:.2g}).",
        "before-normalisation": "Put {layer} behind the last BatchNormalization.",
    },
    remedies=("dropout",),
)
