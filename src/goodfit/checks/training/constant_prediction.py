"""GF306 constant-prediction: the model gives every row the same answer.

Sees: predictions whose spread over the training rows is nothing next to the spread of the targets.
Why it matters: such a model uses no input. Its loss may still look plausible, because a constant
can match the mean of the labels; the value of the loss tells which constant it is.
Evidence: the largest standard deviation of an output over rows, as a share of the targets' own; and
the fingerprint: the honest training loss against ln K (all classes alike), the entropy of the label
shares (the prior), the loss of a saturated wrong answer (15.9 to 16.1 nats for each wrong row,
which is where Keras clips probabilities), the variance of y (the mean), the mean of y squared (0).
Remedies: lower-learning-rate, initialiser, output-activation, scale-features, leaky-activation.
Source: docs/evidence/training.md; keras.config.epsilon() = 1e-7 in keras/src/backend.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

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
from goodfit.facts import DataFacts, ModelFacts, PredictionFacts, TargetFacts, Trace

MAX_SPREAD = Threshold(3e-3, source="docs/evidence/training.md")
CLOSE = Threshold(0.005, source="docs/evidence/training.md")
MIN_ROWS = Threshold(10, source="fewer rows may well share one answer")
CLIPPED = (-math.log(1.1920929e-07), -math.log(1e-7))
"""Cross-entropy of a row whose right class has the probability that Keras clips to: 1 minus the
float32 nearest to 1 - 1e-7, and 1e-7 itself."""
MEANING = {
    "prior": ", which is what answering the label shares to every row gives",
    "uniform": ", which is ln of the number of classes: all classes are held to be equally likely",
    "saturated": ", which is what full confidence in one class gives for that many wrong rows",
    "mean": ", which is the variance of y: the model answers the mean of y",
    "zero": ", which is the mean of y squared: the model answers 0",
    "": "",
}


def _target_spread(target: TargetFacts | None) -> float:
    """The standard deviation that telling rows apart would need: of y, or of 0/1 per class."""
    if target is None:
        return 1.0
    if target.class_counts and target.kind != "multi-hot":
        rows = sum(target.class_counts.values())
        shares = [count / rows for count in target.class_counts.values()] if rows else []
        return max((math.sqrt(share * (1 - share)) for share in shares), default=0.0)
    if target.variance is None or not math.isfinite(target.variance):
        return 1.0
    return math.sqrt(target.variance)


def _references(predictions: PredictionFacts, target: TargetFacts | None) -> Mapping[str, float]:
    """The honest loss that each kind of constant answer would have, in order of how telling."""
    found: dict[str, float] = {}
    prior, wrong = predictions.prior_loss, predictions.error
    if target is not None and target.class_counts:
        if prior is not None:
            found["prior"] = prior
        found["uniform"] = math.log(max(len(target.class_counts), 2))
    elif target is not None and target.variance is not None:
        found["mean"] = target.variance
        found["zero"] = target.variance + (target.mean or 0.0) ** 2
    if target is not None and target.class_counts and wrong:
        found |= {"saturated": wrong * CLIPPED[0], "saturated ": wrong * CLIPPED[1]}
    return found


def fingerprint(loss: float, references: Mapping[str, float]) -> str:
    """The name of the reference that `loss` matches within `CLOSE`, the nearest; "" for none."""
    near = {name: abs(loss - value) / value for name, value in references.items() if value > 0}
    name = min(near, key=lambda one: near[one], default="")
    return name.strip() if name and near[name] <= CLOSE.value else ""


def constant_prediction(
    trace: Trace, data: DataFacts | None = None, model: ModelFacts | None = None
) -> Answer:
    predictions, final = trace.predictions, trace.final_train
    if predictions is None:
        return CannotTell("the model's answers were not recorded")
    if not predictions.finite:
        return NotApplicable("the answers are not finite, which is another finding")
    if predictions.rows < MIN_ROWS.value:
        return CannotTell(f"only {predictions.rows} rows were answered")
    target = data.train.targets[0] if data and data.train.targets else None
    wanted = _target_spread(target)
    if wanted <= 0:
        return NotApplicable("all targets are the same, and so may the answers be")
    share = predictions.spread / wanted
    loss = final.mean if final else math.nan
    kind = fingerprint(loss, _references(predictions, target)) if math.isfinite(loss) else ""
    evidence = {
        "spread": predictions.spread,
        "spread_of_targets": wanted,
        "share": share,
        "answer": predictions.maximum,
        "train_loss": loss,
        "fingerprint": kind,
        "meaning": MEANING[kind],
        "rows": predictions.rows,
    }
    if share > MAX_SPREAD.value:
        return Passed(f"answers spread by {share:.2g} of the targets' spread", evidence)
    layer = model.outputs[0].layer if model and model.outputs else None
    known = model.layer(layer) if model else None
    return Suspicion(evidence=evidence, where=place(known.where if known else None, layer=layer))


CHECK = Check(
    code="GF306",
    name="constant-prediction",
    severity="error",
    function=constant_prediction,
    message="The model gives all {rows} training rows the same answer (spread {spread:.1g}, where "
    "the targets spread by {spread_of_targets:.2g}); its training loss is "
    "{train_loss:.4g}{meaning}.",
    advice="Look at the last layer and its activation first (softmax over one unit, relu, a zero "
    "initialiser), then scale the inputs and divide the learning rate by ten.",
    remedies=("output-activation", "lower-learning-rate", "scale-features", "initialiser"),
)
