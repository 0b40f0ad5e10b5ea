"""GF214 flatten-explosion: most of the weights stand in one Dense layer behind a Flatten.

Sees: a Dense layer right behind a Flatten of a map that holds four fifths of all weights, and ten
times as many as there are training rows. A tip, and a warning where the model overfits.
Why it matters: each place of the map gets weights of its own, so that a thing seen in one place is
not known in another, and rows are easily learned by heart.
Evidence: the weights of that layer, their share of all, the training rows, whether it overfits.
Remedies: global-pooling, dropout, weight-decay.
Source: docs/evidence/model.md; Lin, Chen and Yan, "Network in Network" (ICLR 2014), section 3.2.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.checks.model.harm import overfits
from goodfit.checks.model.paths import ACTIVATIONS, DROPOUTS, following
from goodfit.facts import DataFacts, LayerFacts, ModelFacts, Trace

SHARE = Threshold(0.8, source="the rest of the net is then a small part of what is learned")
WEIGHTS_PER_ROW = Threshold(10.0, source="fewer weights than that do rarely learn rows by heart")

_MIXING = ("Conv", "Separable", "Depthwise")


def flatten_explosion(
    model: ModelFacts, trace: Trace | None = None, data: DataFacts | None = None
) -> Answer:
    pairs = [
        (flat, dense)
        for flat in model.layers
        if flat.type == "Flatten" and len(flat.input_shapes[0] if flat.input_shapes else ()) > 1
        for dense in following(model, flat, (*DROPOUTS, *ACTIVATIONS, "BatchNormalization"))
        if dense is not None and dense.type == "Dense"
    ]
    if not pairs or not any(layer.type.startswith(_MIXING) for layer in model.layers):
        return NotApplicable("no Dense layer stands behind the Flatten of a convolution's map")
    flat, dense = max(pairs, key=lambda pair: pair[1].parameters)
    rows = data.train.rows if data else None
    share = dense.parameters / model.parameters if model.parameters else 0.0
    evidence = {
        "layer": dense.path,
        "flatten": flat.path,
        "parameters": dense.parameters,
        "share": share,
        "rows": rows,
        "map": _map(flat),
    }
    large = rows is not None and dense.parameters >= WEIGHTS_PER_ROW.value * rows
    if share < SHARE.value or not large:
        return Passed(f"{dense.path} behind the Flatten holds {share:.0%} of the weights", evidence)
    over = overfits(trace)
    return Suspicion(
        case="overfits" if over else "large",
        severity="warning" if over else "tip",
        evidence=evidence,
        where=place(flat.where or dense.where, layer=flat.path),
    )


def _map(flat: LayerFacts) -> str:
    return " x ".join(str(size) for size in flat.input_shapes[0])


_TOLD = (
    "{share:.0%} of the weights ({parameters:,} for {rows:,} training rows) stand in {layer}, "
    "which gives each place of the {map} map weights of its own"
)

CHECK = Check(
    code="GF214",
    name="flatten-explosion",
    severity="tip",
    function=flatten_explosion,
    message={"large": _TOLD + ".", "overfits": _TOLD + "; the model overfits."},
    advice={
        "large": "Try GlobalAveragePooling2D in place of {flatten}, or one more pooling before it.",
        "overfits": "Put GlobalAveragePooling2D in place of {flatten}, or one more pooling before "
        "it.",
    },
    remedies=("global-pooling", "dropout", "weight-decay"),
)
