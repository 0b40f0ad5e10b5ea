"""GF218 regularisation-absent: nothing at all holds an overfitting model back.

Sees: overfitting (GF401) in a model without dropout, noise, penalties, weight decay, label
smoothing, constraints or augmentation, and a fit without early stopping. A tip.
Why it matters: each of these is one line, and makes learning single rows by heart dearer.
Evidence: what was looked for and not found; that the model overfits.
Remedies: early-stopping, dropout, weight-decay, augmentation.
Source: docs/evidence/model.md; Goodfellow, Bengio and Courville, "Deep Learning" (2016), chapter 7.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, place
from goodfit.checks.model.harm import overfits
from goodfit.checks.model.paths import DROPOUTS
from goodfit.facts import LayerFacts, ModelFacts, SettingsFacts, Trace

_NOISE = ("GaussianNoise", "GaussianDropout", "ActivityRegularization", "AugMix")
_AUGMENTING = ("Random", "MixUp", "CutMix", "RandAugment")


def regularisation_absent(
    model: ModelFacts, trace: Trace, settings: SettingsFacts | None = None
) -> Answer:
    if not overfits(trace):
        return NotApplicable("the model does not overfit")
    found = [kind for layer in model.layers if (kind := _kind(layer))]
    found += _told(settings)
    if found:
        return Passed(f"there is {', '.join(dict.fromkeys(found))}")
    if any(not layer.builtin for layer in model.layers):
        return NotApplicable("layers of the user's own may hold a regularisation")
    line = settings.compile_where if settings else None
    return Suspicion(
        evidence={"layers": len(model.layers), "parameters": model.trainable_parameters},
        where=place(line or model.where),
    )


def _kind(layer: LayerFacts) -> str:
    if layer.type in DROPOUTS:
        return "dropout"
    if layer.type in _NOISE:
        return "noise"
    if layer.type.startswith(_AUGMENTING):
        return "augmentation"
    if layer.penalties:
        return "a penalty on the weights"
    rates = (layer.options.get("dropout"), layer.options.get("recurrent_dropout"))
    if any(isinstance(rate, (int, float)) and rate > 0 for rate in rates):
        return "dropout"
    constrained = [
        name for name, value in layer.options.items() if name.endswith("_constraint") and value
    ]
    return "a constraint on the weights" if constrained else ""


def _told(settings: SettingsFacts | None) -> list[str]:
    """What compile and fit were told."""
    if settings is None:
        return []
    found = ["early stopping" for one in settings.callbacks if one.name == "EarlyStopping"]
    found += ["label smoothing" for loss in settings.losses if loss.label_smoothing]
    if settings.optimizer is not None and settings.optimizer.options.get("weight_decay"):
        found.append("weight decay")
    return found


CHECK = Check(
    code="GF218",
    name="regularisation-absent",
    severity="tip",
    function=regularisation_absent,
    message="The model overfits, and nothing holds it back: no dropout, penalty, weight decay, "
    "augmentation or early stopping.",
    advice="Begin with EarlyStopping(restore_best_weights=True), then Dropout(0.3) in front of the "
    "last layer, or AdamW with weight_decay.",
    remedies=("early-stopping", "dropout", "weight-decay", "augmentation"),
)
