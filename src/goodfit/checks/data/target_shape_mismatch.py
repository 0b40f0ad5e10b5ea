"""GF109 target-shape-mismatch: targets and outputs of unlike shape, stretched to fit in silence.

Sees: a target whose shape is not that of its output after what Keras itself aligns: (N,) against
(N, 1) under a loss that Keras does not align for, one column against several, a sequence of answers
against one number.
Why it matters: arithmetic stretches an axis of length 1, so each answer is compared with the
targets of other rows or of other columns. Training runs, the loss falls a little, and the best the
model can do is the mean. Shapes that cannot be stretched stop the training.
Evidence: the two shapes, and the loss.
Remedies: target-shape.
Source: docs/evidence/data.md (each case run on Keras 3.15.1); keras.src.losses.loss
.squeeze_or_expand_to_same_rank, which LossFunctionWrapper calls and subclasses of Loss do not;
issues keras-team/keras 14627 and 16836.
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
from goodfit.checks.data.pairing import Pair, pairs
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts, Shape, Trace

STRETCHES = frozenset(
    {
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "poisson",
        "hinge",
        "squared_hinge",
        "kl_divergence",
    }
)
EQUAL = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
    }
)
SPARSE = frozenset({"sparse_categorical_crossentropy"})
LEARNT = Threshold(0.8, source="docs/evidence/data.md")
BATCH = -1
"""Stands for the batch axis, which equals no other length."""


def _aligned(target: Shape, output: Shape) -> tuple[Shape, Shape]:
    """Both shapes, batch axis included, as Keras aligns them before it calls a loss."""
    if len(target) == len(output) + 1 and target[-1] == 1:
        return (target, (*output, 1)) if len(output) == 1 else (target[:-1], output)
    if len(output) == len(target) + 1 and output[-1] == 1:
        return ((*target, 1), output) if len(target) == 1 else (target, output[:-1])
    return target, output


def _fate(target: Shape, output: Shape) -> str:
    """What arithmetic makes of two shapes: "equal", "stretched", "stops", or "unknown"."""
    fate = "equal" if len(target) == len(output) else "stretched"
    if fate == "stretched" and None in (*target, *output):
        return "unknown"
    for one, other in zip(reversed(target), reversed(output), strict=False):
        if one == other or (None in (one, other) and BATCH not in (one, other)):
            continue
        if 1 not in (one, other):
            return "stops"
        fate = "stretched"
    return fate


def _encoded_otherwise(pair: Pair) -> bool:
    """Cases that label-encoding-mismatch tells of."""
    if pair.loss.name in SPARSE:
        return pair.target.kind in ("one-hot", "multi-hot", "probabilities")
    column = pair.target.shape in ((), (1,))
    return pair.loss.name.startswith("categorical") and column and pair.target.whole_numbers


def _sparse(target: Shape, output: Shape) -> str:
    if len(target) == len(output) and target[-1] == 1:
        target = target[:-1]
    return "equal" if _fate(target, output[:-1]) == "equal" else "stops"


def _own(pair: Pair, target: Shape, output: Shape) -> str:
    """Under a loss of the user's own, wider shapes may be stretched on purpose, for example
    several quantiles of one target; one column against one is not."""
    if pair.loss.aligns:
        return "equal" if _fate(*_aligned(target, output)) == "equal" else "unknown"
    columns = target == (BATCH,) and output == (BATCH, 1)
    return "stretched" if columns and pair.loss.aligns is False else "unknown"


def _of(pair: Pair, custom_step: bool) -> str:
    """What becomes of the pair: "equal", "stretched", "stops", or "unknown"."""
    if pair.output is None or _encoded_otherwise(pair) or pair.target.kind == "text":
        return "unknown"
    target, output = (BATCH, *pair.target.shape), (BATCH, *pair.output.shape)
    built_in = not (pair.loss.custom or custom_step)
    if pair.loss.name in SPARSE and built_in:
        return _sparse(target, output)
    if _fate(target, output) == "equal":
        return "equal"
    if not built_in:
        return "unknown" if custom_step else _own(pair, target, output)
    fate = _fate(*_aligned(target, output))
    if pair.loss.name in EQUAL:
        return "equal" if fate == "equal" else "stops"
    return fate if pair.loss.name in STRETCHES else "unknown"


def _shown(shape: Shape) -> str:
    return "(N,)" if not shape else f"(N, {', '.join(str(size) for size in shape)})"


def _case(pair: Pair, fate: str) -> str:
    target, output = pair.target.shape, pair.output.shape if pair.output else ()
    if fate == "stops":
        return "stops"
    if target in ((), (1,)) and output in ((), (1,)):
        return "rows"
    return "positions" if len(output) > max(len(target), 1) else "columns"


def _learnt(trace: Trace | None) -> bool | None:
    """Whether the model got clearly below the prior on its training rows; None where unknown."""
    predictions = trace.predictions if trace is not None else None
    if predictions is None or predictions.error is None or not predictions.prior_error:
        return None
    return predictions.error < LEARNT.value * predictions.prior_error


def target_shape_mismatch(
    data: DataFacts, settings: SettingsFacts, model: ModelFacts, trace: Trace | None = None
) -> Answer:
    asked = list(pairs(data, settings, model))
    if not asked:
        return NotApplicable("no target and loss that belong together are known")
    fates = [_of(pair, model.custom_train_step) for pair in asked]
    for pair, fate in zip(asked, fates, strict=True):
        if fate not in ("stretched", "stops") or pair.output is None:
            continue
        # the user's own class may align shapes inside; a model that learnt shows that it does
        own, learnt = pair.loss.custom, _learnt(trace)
        if own and learnt:
            continue
        evidence = {
            "set": pair.role,
            "target": pair.target.name,
            "output": pair.output.name,
            "target_shape": _shown(pair.target.shape),
            "output_shape": _shown(pair.output.shape),
            "loss": pair.loss.name,
            "columns": pair.target.shape[-1] if pair.target.shape else 1,
        }
        return Suspicion(
            evidence=evidence,
            case=_case(pair, fate),
            severity="warning" if own and learnt is None else None,
            where=place(pair.loss.where, argument="loss"),
        )
    if all(fate == "unknown" for fate in fates):
        return CannotTell(
            "how the loss compares targets and outputs is not known; one line in it would settle "
            "it: y_true = keras.ops.reshape(y_true, keras.ops.shape(y_pred))"
        )
    return Passed("targets have the shape of their outputs")


_MESSAGE = "Targets have the shape {target_shape} and the output {output_shape}: {loss} "

CHECK = Check(
    code="GF109",
    name="target-shape-mismatch",
    severity="error",
    function=target_shape_mismatch,
    message={
        "rows": _MESSAGE + "stretches both to (N, N) and compares each answer with the targets of "
        "all rows of its batch.",
        "columns": _MESSAGE + "stretches the narrower one, so that one number is compared with "
        "several.",
        "positions": _MESSAGE + "compares the answer at every position with other rows' or the "
        "same target.",
        "stops": _MESSAGE + "cannot compare them.",
    },
    advice={
        "rows": "Give targets as y.reshape(-1, 1), or let the loss start with y_true = "
        "keras.ops.reshape(y_true, keras.ops.shape(y_pred)).",
        "columns": "Let the last layer have one unit per target column: Dense({columns}), or give "
        "it the targets it is meant for.",
        "positions": "Where one answer per row is wanted, set return_sequences=False in the last "
        "recurrent layer, or pool or flatten before the last Dense layer.",
        "stops": "Make the output's shape that of the targets: Dense({columns}) as the last layer, "
        "or targets of the output's shape.",
    },
    remedies=("target-shape",),
)
