"""GF308 cannot-fit-one-batch: even a few rows, shown over and over, are not learnt.

Sees: a copy of the untrained model, trained with its own loss and optimiser on one small batch for
a few hundred steps (an experiment that runs where training came to little), whose loss does not get
below that of one constant answer, or is not finite. A loss that comes down a good way but has not
arrived is a warning. A model that does learn from all rows passes, and so does one that learns the
batch in training mode only, which is another finding (GF316).
Why it matters: fitting a handful of rows needs no generalisation, no data quality and hardly any
capacity. What fails here is the plumbing: output activation, loss, labels, scale, learning rate,
initialiser or gradient flow.
Evidence: rows and steps, the loss at the start, at its best and at the end, a constant answer's
loss on these rows, and the share of wrong rows where known.
Remedies: output-activation, loss, learning-rate, scale-features, scale-targets, initialiser.
Source: Karpathy, "A Recipe for Training Neural Networks" (2019), section 2, "overfit one batch";
Goodfellow, Bengio & Courville, "Deep Learning" (2016), section 11.5, "fit a tiny dataset".
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
from goodfit.checks.training.not_learning import learns
from goodfit.facts import ExperimentFacts, OneBatch, SettingsFacts, Trace
from goodfit.results import Severity

NO_GAIN = Threshold(0.02, source="docs/evidence/training.md, as GF307's least skill")
SOME_GAIN = Threshold(0.10, source="a tenth of the way: noise of inference mode explains less")
FEWER_WRONG = Threshold(0.5, source="half the mistakes of a constant answer are no accident")
MIN_STEPS = Threshold(50, source="fewer steps may be too few for any model")
MIN_ROWS = Threshold(2, source="a constant answer fits one row")


def _evidence(seen: OneBatch, floor: float) -> dict[str, Any]:
    return {
        "rows": seen.rows,
        "steps": seen.steps,
        "start_loss": seen.start_loss,
        "best_loss": seen.best_loss,
        "end_loss": seen.end_loss,
        "prior_loss": seen.prior_loss,
        "error": seen.error,
        "prior_error": seen.prior_error,
        "trained_loss": seen.trained_loss,
        "gain": (floor - seen.best_loss) / abs(floor) if floor else None,
    }


def _fewer_wrong(seen: OneBatch) -> bool:
    if seen.error is None or not seen.prior_error or not math.isfinite(seen.error):
        return False
    return seen.error <= FEWER_WRONG.value * seen.prior_error


def _learnt_in_training_mode(seen: OneBatch, floor: float) -> bool:
    trained = seen.trained_loss
    return trained is not None and floor - trained >= SOME_GAIN.value * abs(floor)


def _case(seen: OneBatch, floor: float) -> str:
    """What came of it: "" where the batch was learnt."""
    if not math.isfinite(seen.best_loss) or not math.isfinite(seen.end_loss):
        return "nan"
    if floor - seen.best_loss >= NO_GAIN.value * abs(floor) or _fewer_wrong(seen):
        return ""
    if _learnt_in_training_mode(seen, floor):
        return ""
    above = seen.start_loss - floor
    fell = seen.start_loss - seen.best_loss
    if above > SOME_GAIN.value * abs(floor) and fell >= SOME_GAIN.value * above:
        arrived = seen.best_loss - floor <= NO_GAIN.value * abs(floor)
        return "stuck" if arrived else "slow"
    return "stuck"


def cannot_fit_one_batch(
    experiments: ExperimentFacts,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    seen = experiments.one_batch
    if seen is None:
        return NotApplicable("one batch was not tried: training gave no reason to")
    if seen.rows < MIN_ROWS.value or (seen.prior_loss is not None and seen.prior_loss == 0):
        return CannotTell("a constant answer fits these rows already")
    floor = seen.start_loss if seen.prior_loss is None else seen.prior_loss
    if not math.isfinite(floor):
        return CannotTell("the loss was not finite before the first step, which is another finding")
    evidence = _evidence(seen, floor)
    case = _case(seen, floor)
    if not case:
        return Passed(
            f"on {seen.rows} rows the loss went from {seen.start_loss:.3g} to "
            f"{seen.best_loss:.3g} in {seen.steps} steps",
            evidence,
        )
    if case != "nan" and seen.steps < MIN_STEPS.value:
        return CannotTell(f"{seen.steps} steps on one batch are too few")
    if trace is not None and learns(trace):
        return Passed("one batch was not learnt in so few steps, but all rows were", evidence)
    line = settings.compile_where or settings.fit_where if settings else None
    severity: Severity | None = "warning" if case == "slow" else None
    case = "stuck-prior" if case == "stuck" and seen.prior_loss is not None else case
    return Suspicion(evidence=evidence, case=case, severity=severity, where=place(line))


_WIRING = (
    "Something before generalisation is broken: check that the last activation and the loss fit "
    "the labels, scale inputs and targets, and try learning rates ten times lower and higher."
)

CHECK = Check(
    code="GF308",
    name="cannot-fit-one-batch",
    severity="error",
    function=cannot_fit_one_batch,
    message={
        "stuck-prior": "Trained on the same {rows} rows for {steps} steps, a copy of the "
        "untrained model does not beat one constant answer: its best loss is {best_loss:.4g}, the "
        "constant's {prior_loss:.4g}.",
        "stuck": "Trained on the same {rows} rows for {steps} steps, a copy of the untrained "
        "model does not get below the loss it started from ({start_loss:.4g}; best "
        "{best_loss:.4g}).",
        "slow": "Trained on the same {rows} rows for {steps} steps, a copy of the untrained model "
        "came from a loss of {start_loss:.4g} to {best_loss:.4g}, still above the "
        "{prior_loss:.4g} of one constant answer.",
        "nan": "Trained on the same {rows} rows, a copy of the untrained model reaches a loss "
        "that is not a finite number within {steps} steps.",
    },
    advice={
        "stuck-prior": _WIRING,
        "stuck": _WIRING,
        "slow": "Scale the targets (subtract their mean, divide by their standard deviation), or "
        "raise the learning rate tenfold.",
        "nan": "Divide the learning rate by ten, scale inputs and targets, and pass clipnorm=1.0 "
        "to the optimiser.",
    },
    remedies=("output-activation", "loss", "learning-rate", "scale-features", "scale-targets"),
)
