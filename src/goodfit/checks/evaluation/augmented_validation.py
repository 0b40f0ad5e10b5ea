"""GF504 augmented-validation: the validation rows are changed at random at every pass.

Sees: a validation stream whose second pass has the same labels in the same order and other inputs,
none of which are training rows; or one that an ImageDataGenerator with random options makes, as
where one generator is used for both subsets of a split.
Why it matters: augmentation makes rows harder. The validation loss is then one of distorted rows,
jumps from epoch to epoch, and early stopping follows its noise.
Evidence: the share of rows that came again unchanged, and of labels that stood in the same place;
the generator's random options.
Remedies: keep augmentation to the training rows.
Source: Shorten & Khoshgoftaar, "A survey on Image Data Augmentation for Deep Learning" (2019),
section "Test-time augmentation" for the exception, which averages several passes.
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
from goodfit.facts import DataFacts, ImageFacts, SettingsFacts

SAME_LABELS = Threshold(0.99, source="the same rows in the same order; a batch may be cut off")
CHANGED = Threshold(0.5, source="at least half of the rows are not what they were")
MIN_ROWS = Threshold(16, source="fewer labels may agree by chance")
KINDS = ("features", "image", "sequence", "other")


def augmented_validation(
    data: DataFacts, settings: SettingsFacts | None = None, images: ImageFacts | None = None
) -> Answer:
    validation = data.validation
    if validation is None:
        return NotApplicable("there are no validation rows")
    where = place(settings.fit_where if settings else None)
    changes = images.augmentation if images is not None else None
    if changes is not None and changes.validation_kinds:
        told = {"options": ", ".join(changes.validation_kinds), "rows": validation.rows}
        return Suspicion(case="generator", evidence=told, where=where)
    passes = validation.passes
    if passes is None:
        return NotApplicable("validation rows are arrays, or were read once only")
    if passes.rows < MIN_ROWS.value or passes.same_labels is None:
        return CannotTell("too few rows or no labels to hold two passes against each other")
    if not any(one.kind in KINDS for one in validation.inputs):
        return NotApplicable("the inputs are no numbers that augmentation changes")
    distinct = max((target.distinct or 0 for target in validation.targets), default=0)
    if distinct < 2:
        return CannotTell("the labels do not tell one row from another")
    evidence = {
        "rows": passes.rows,
        "same_rows": passes.same_rows,
        "same_labels": passes.same_labels,
        "changed": 1 - passes.same_rows,
    }
    if passes.same_labels < SAME_LABELS.value or 1 - passes.same_rows < CHANGED.value:
        return Passed(f"{passes.same_rows:.0%} of the rows came again unchanged", evidence)
    return Suspicion(case="passes", evidence=evidence, where=where)


CHECK = Check(
    code="GF504",
    name="augmented-validation",
    severity="warning",
    function=augmented_validation,
    message={
        "passes": "{changed:.0%} of {rows} validation rows were other rows at the second pass "
        "while their labels stayed: the validation pipeline changes its inputs at random.",
        "generator": "The validation rows come from an ImageDataGenerator that changes them at "
        "random ({options}).",
    },
    advice={
        "passes": "Apply random layers to the training pipeline only, or put them into the model, "
        "where they do nothing in validation.",
        "generator": "Make the validation rows with a second ImageDataGenerator that has the same "
        "rescaling (and validation_split) and no random options, or put random layers into the "
        "model, where they do nothing in validation.",
    },
)
