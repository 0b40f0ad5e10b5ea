"""GF114 label-noise: training rows whose labels everything else about them contradicts.

Sees: more rows than chance explains whose label both the out-of-fold predictions and the majority
of the nearest neighbours contradict: from a twentieth of the rows on a warning, fewer a tip.
Why it matters: wrong labels are learnt by heart, cost accuracy on rows that are right, and in the
validation set they hide what the model can do.
Evidence: the suspects on which both agree, against the number expected were the labels drawn from
the predicted probabilities themselves, as hard but rightly labelled rows are; the rows, surest
first, with the label given and the one that fits.
Remedies: none; look at the listed rows and mend or drop them; label-smoothing softens the rest.
Source: Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels"
(JAIR 2021), section 3; Frénay, Verleysen, "Classification in the Presence of Label Noise" (2014).
"""

from __future__ import annotations

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
from goodfit.facts import BaselineFacts, LabelSuspects, SettingsFacts

MANY = Threshold(0.05, source="a twentieth of the rows; CIFAR-10's and MNIST's own are below 1 %")
CHANCE = Threshold(1e-6, source="Poisson; small, since rows near one another are not independent")
SOME_CHANCE = Threshold(1e-3, source="Poisson; a list of rows to look at costs little")
TIMES = Threshold(2.0, source="predicted probabilities may be off by a factor, not by this one")
FEWEST = Threshold(5, source="fewer rows are not worth a word")
MIN_ROWS = Threshold(50, source="fewer rows have no neighbourhoods to speak of")


def _evidence(found: LabelSuspects, p: float) -> dict[str, Any]:
    listed = "; ".join(
        f"row {row}: {given}, looks like {fits}" for row, given, fits in found.examples[:3]
    )
    return {
        "agreed": found.agreed,
        "suspects": found.suspects,
        "rows": found.rows,
        "share": found.agreed / found.rows,
        "expected": found.expected,
        "p": p,
        "learner_error": found.error,
        "examples": found.examples,
        "listed": f" ({listed})" if listed else "",
    }


def label_noise(baselines: BaselineFacts, settings: SettingsFacts | None = None) -> Answer:
    from scipy.stats import poisson

    if baselines.task != "classes":
        return NotApplicable("the targets are no classes")
    found = baselines.label_suspects
    if found is None:
        return CannotTell("no learner's out-of-fold predictions are known for the training rows")
    if found.rows < MIN_ROWS.value:
        return CannotTell(f"{found.rows} rows are too few to tell wrong labels from hard ones")
    expected = max(found.expected, 1.0)  # below one the count itself is the noise
    p = float(poisson.sf(found.agreed - 1, expected))
    evidence = _evidence(found, p)
    clear = found.agreed >= max(FEWEST.value, TIMES.value * expected)
    if not clear or not p < SOME_CHANCE.value:
        return Passed(
            f"{found.agreed} of {found.rows} labels look wrong, {found.expected:.1f} by chance",
            evidence,
        )
    excess = (found.agreed - expected) / found.rows
    many = excess >= MANY.value and p < CHANCE.value
    return Suspicion(
        evidence=evidence,
        case="many" if many else "few",
        severity="warning" if many else "tip",
        where=place(settings.fit_where if settings else None, argument="y"),
    )


_SEEN = (
    "{agreed} of {rows} training rows looked at ({share:.1%}) have labels that both a simple "
    "learner and their nearest neighbours contradict; {expected:.1f} would be chance{listed}."
)

CHECK = Check(
    code="GF114",
    name="label-noise",
    severity="warning",
    function=label_noise,
    message={"many": _SEEN, "few": _SEEN},
    advice={
        "many": "Look at the listed rows first: if x and y got out of step or labels were mixed "
        "up, mend that; else relabel or drop them, and use label_smoothing=0.1 in the loss "
        "meanwhile.",
        "few": "Look at these rows and mend or drop those that are wrong, those of the validation "
        "set above all.",
    },
    remedies=("label-smoothing",),
)
