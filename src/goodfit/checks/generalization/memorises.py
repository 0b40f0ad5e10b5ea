"""GF414 memorises: the model has the capacity to learn any labels by heart.

Sees: a copy of the model that, trained on labels that were given to the wrong rows at random (an
experiment that is run when asked for), gets its training loss to a tenth of a constant answer's or
less, where there is nothing to learn but the rows themselves.
Why it matters: a low training loss of this model says nothing about what it has understood, so only
validation rows can tell; regularisation and early stopping are what keeps it honest.
Evidence: the rows and epochs, the training loss on permuted labels against a constant answer's.
Remedies: none; early-stopping, weight-decay or less-capacity where validation suffers.
Source: Zhang, Bengio, Hardt, Recht & Vinyals, "Understanding Deep Learning Requires Rethinking
Generalization" (2017), section 2.
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
from goodfit.facts import ExperimentFacts, ModelFacts

MEMORISED = Threshold(0.1, source="nine tenths of what cannot be learnt has been learnt by heart")
MIN_ROWS = Threshold(50, source="any model remembers a handful of rows")


def memorises(experiments: ExperimentFacts, model: ModelFacts | None = None) -> Answer:
    seen = experiments.permuted_labels
    if seen is None:
        return NotApplicable("permuted labels were not tried; goodfit run --experiments does")
    if not math.isfinite(seen.train_loss) or not math.isfinite(seen.prior_loss):
        return CannotTell("the loss on permuted labels is not finite")
    if seen.rows < MIN_ROWS.value or seen.prior_loss <= 0:
        return CannotTell("too few rows, or a constant answer is right already")
    share = seen.train_loss / seen.prior_loss
    evidence = {
        "rows": seen.rows,
        "epochs": seen.epochs,
        "train_loss": seen.train_loss,
        "prior_loss": seen.prior_loss,
        "share": share,
        "learnt": 1 - share,
    }
    if share > MEMORISED.value:
        return Passed(
            f"on permuted labels the training loss came to {share:.0%} of a constant answer's",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(model.where if model else None))


CHECK = Check(
    code="GF414",
    name="memorises",
    severity="tip",
    function=memorises,
    message="The model can learn {rows} rows by heart: with labels given to the wrong rows at "
    "random, {epochs} epochs brought its training loss to {train_loss:.3g}, where a constant "
    "answer gets {prior_loss:.3g}.",
    advice="Nothing has to be changed for it: judge this model by validation rows only, and stop "
    "early or regularise where they get worse.",
)
