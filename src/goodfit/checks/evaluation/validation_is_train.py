"""GF503 validation-is-train: the validation rows are training rows.

Sees: nearly every validation row in the training set, label included, far beyond the duplicates
that the training set has in itself.
Why it matters: validation then measures memory. Overfitting cannot be seen, early stopping never
stops, and the score says nothing of new rows.
Evidence: how many validation rows were compared and found, and how many chance explains.
Remedies: shuffle-split.
Source: Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning" (2009), section 7.2.
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
from goodfit.facts import DataFacts, SettingsFacts

SAME = Threshold(0.95, source="a few rows may be filled up or augmented")
MANY_DUPLICATES = Threshold(0.5, source="where half of all rows repeat, equal sets are natural")
MIN_ROWS = Threshold(10, source="fewer rows may repeat by chance")


def validation_is_train(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    split = data.split
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    if split is None or split.leaked is None or split.rows_compared < MIN_ROWS.value:
        return CannotTell("validation rows were not held against training rows")
    share = split.leaked / split.rows_compared
    expected = (split.leaked_expected or 0.0) / split.rows_compared
    evidence = {
        "rows": split.rows_compared,
        "leaked": split.leaked,
        "share": share,
        "expected_share": expected,
    }
    if share < SAME.value:
        return Passed(f"{share:.0%} of validation rows are training rows", evidence)
    if expected > MANY_DUPLICATES.value:
        return CannotTell("rows repeat so often that equal sets are natural")
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF503",
    name="validation-is-train",
    severity="error",
    function=validation_is_train,
    message="{leaked} of {rows} validation rows are training rows ({expected_share:.0%} would be "
    "by chance): validation measures what the model remembers, not what it can do.",
    advice="Hold out rows before training: x_train, x_val, y_train, y_val = "
    "train_test_split(x, y, test_size=0.2, stratify=y).",
    remedies=("shuffle-split",),
)
