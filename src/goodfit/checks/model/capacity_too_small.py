"""GF211 capacity-too-small: too few units to learn what simple learners learn.

Sees: a model of few units whose error on its own training rows is above a simple learner's on new
ones, whose training loss no longer falls, whose learning rate is no fault, and which nothing else
(penalties, dropout, frozen layers) holds back.
Why it matters: training longer changes nothing: the function that is wanted is not among those that
the model can compute.
Evidence: the widest hidden layer, the training error against the learner's, what the training loss
would still gain if it went on falling as it did.
Remedies: more-capacity.
Source: docs/evidence/model.md; Goodfellow, Bengio and Courville, "Deep Learning" (2016), 5.2.
"""

from __future__ import annotations

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
from goodfit.checks.course import MIN_PROBES, left_to_gain
from goodfit.checks.model.harm import harm
from goodfit.checks.model.learning_rate import learning_rate
from goodfit.checks.model.paths import ACTIVATIONS, DROPOUTS, LINEAR, following, units
from goodfit.checks.model.regularisation_overwhelming import regularisation_overwhelming
from goodfit.checks.model.signal import comparable, prior_loss
from goodfit.checks.training.not_learning import learns
from goodfit.facts import BaselineFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

FEW_UNITS = Threshold(16, source="wider nets that fail on what a simple learner can do fail else")
PLATEAU = Threshold(0.10, source="a tenth of the gain left is no longer falling in any useful way")

_WIDE = ("Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "SeparableConv2D")
_HOLDING_BACK = 0.5


def capacity_too_small(
    model: ModelFacts,
    trace: Trace,
    settings: SettingsFacts,
    baselines: BaselineFacts | None = None,
) -> Answer:
    hidden = _hidden(model)
    if hidden is None:
        return CannotTell("the widths of the layers are not known")
    widest = max((units(layer) or 0 for layer in hidden), default=0)
    if widest > FEW_UNITS.value:
        return Passed(f"the widest hidden layer has {widest} units")
    suffers = harm(trace, baselines, settings)
    if suffers is None or not suffers.on_train or learns(trace) is False:
        return Passed(f"nothing shows that {widest} units at most are too few")
    curve = [(index, loss) for index, loss in comparable(trace) if index >= 0]
    losses = [loss for _, loss in curve]
    if len(losses) < MIN_PROBES:
        return CannotTell(f"{len(losses)} probed epochs do not show whether the loss still falls")
    prior = prior_loss(trace, baselines)
    start = losses[0] if prior is None else prior
    left = left_to_gain(losses, start, [index for index, _ in curve])
    if left.share >= PLATEAU.value:
        return Passed(f"the training loss still falls: {left.share:.0%} is yet to be gained")
    if isinstance(learning_rate(trace, settings, baselines, model), Suspicion) or _held(
        model, trace, baselines
    ):
        return NotApplicable("learning rate, penalty, dropout or frozen layers hold the model back")
    first = hidden[0] if hidden else None
    return Suspicion(
        case="narrow" if hidden else "linear",
        evidence={
            "units": widest,
            "layers": [layer.path for layer in hidden],
            "left": left.share,
            "parameters": model.trainable_parameters,
            "harm": suffers.words,
        },
        where=place(first.where if first else model.where, layer=first.path if first else None),
    )


def _hidden(model: ModelFacts) -> list[LayerFacts] | None:
    """The hidden layers that have units; None where a layer is not Keras' own, or of a kind whose
    width tells nothing (embeddings, attention)."""
    found = []
    for layer in model.layers:
        if not layer.parameters or layer.type in ("BatchNormalization", "Normalization"):
            continue
        if not layer.builtin or layer.type not in _WIDE or units(layer) is None:
            return None
        if any(one is not None for one in following(model, layer, (*LINEAR, *ACTIVATIONS))):
            found.append(layer)
    return found if any(layer.parameters for layer in model.layers) else None


def _held(model: ModelFacts, trace: Trace, baselines: BaselineFacts | None) -> bool:
    frozen = any(layer.parameters and not layer.trainable for layer in model.layers)
    rates = [layer.options.get("rate") for layer in model.layers if layer.type in DROPOUTS]
    dropped = any(isinstance(rate, (int, float)) and rate >= _HOLDING_BACK for rate in rates)
    penalised = isinstance(regularisation_overwhelming(trace, model, baselines), Suspicion)
    return frozen or dropped or penalised


CHECK = Check(
    code="GF211",
    name="capacity-too-small",
    severity="warning",
    function=capacity_too_small,
    message={
        "narrow": "The hidden layers have {units} units at most, the training loss no longer "
        "falls, and the model {harm}.",
        "linear": "The model has no hidden layer, its training loss no longer falls, and it "
        "{harm}.",
    },
    advice={
        "narrow": "Make the hidden layers four times as wide, and add one if that is not enough.",
        "linear": "Add a hidden layer, e.g. Dense(64, activation='relu').",
    },
    remedies=("more-capacity",),
)
