"""GF122 unstable-validation-set: a validation stream that yields other rows at every pass.

Sees: validation rows of the second pass that the first pass over the training set held: a shuffle
in front of `take` and `skip` that is drawn anew each epoch. As a tip: a validation stream of which
each pass yields partly other rows.
Why it matters: from the second epoch on the model is validated on rows it was trained on, so the
score rises as it memorises, and no overfitting ever shows.
Evidence: hashes of the rows of two passes: the share of the second validation pass that stood in
the first training pass, against the share of validation rows that did so in the first pass, which
plain duplicates explain; the share that both validation passes have in common.
Remedies: shuffle-split.
Source: the documentation of tf.data.Dataset.shuffle, `reshuffle_each_iteration` (default True);
exact binomial test.
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
from goodfit.facts import DataFacts, PassFacts, SettingsFacts, SplitFacts

STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")
CHANCE = Threshold(1e-6, source="exact binomial test; duplicates may cluster")
MIN_SHARE = Threshold(0.05, source="a twentieth of the rows; less moves no score by much")
SAME = Threshold(0.95, source="a stable set yields all its rows again; ties and a cut-off batch")
OTHER = Threshold(0.02, source="none in common is a random augmentation or new rows, not sampling")
FEWEST = Threshold(20, source="fewer rows show no share")


def _expected(split: SplitFacts | None) -> float:
    """The share of rows that stand in both sets anyway, as plain duplicates do."""
    if split is None or split.leaked is None or not split.rows_compared:
        return 0.0
    return split.leaked / split.rows_compared


def _moves(passes: PassFacts, expected: float) -> bool:
    from scipy.stats import binom

    share = passes.from_train
    if share is None or passes.same_rows >= SAME.value:
        return False
    count = round(share * passes.rows)
    p = float(binom.sf(count - 1, passes.rows, min(max(expected, 0.01), 1.0)))
    return p < CHANCE.value and share - expected >= MIN_SHARE.value


def unstable_validation_set(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    held = data.validation
    if held is None:
        return NotApplicable("there are no validation rows")
    if held.source not in STREAMS:
        return NotApplicable("the validation rows are arrays, which stay as they are")
    passes = held.passes
    if passes is None or passes.rows < FEWEST.value:
        return CannotTell("two passes over the validation stream were not seen; train two epochs")
    expected = _expected(data.split)
    evidence: dict[str, Any] = {
        "rows": passes.rows,
        "same_rows": passes.same_rows,
        "other_rows": 1.0 - passes.same_rows,
        "from_train": passes.from_train,
        "expected": expected,
        "source": held.source,
    }
    where = place(settings.fit_where if settings else None, argument="validation_data")
    if _moves(passes, expected):
        return Suspicion(evidence=evidence, case="leak", where=where)
    whole = held.rows is not None and passes.rows >= held.rows
    if whole and OTHER.value < passes.same_rows < SAME.value:
        return Suspicion(evidence=evidence, case="changes", severity="tip", where=where)
    return Passed(
        f"{passes.same_rows:.0%} of the rows of the second pass were in the first", evidence
    )


CHECK = Check(
    code="GF122",
    name="unstable-validation-set",
    severity="error",
    function=unstable_validation_set,
    message={
        "leak": "The validation set changes from epoch to epoch: of the second pass' {rows} rows "
        "{from_train:.0%} were training rows in the first epoch ({expected:.0%} before), so the "
        "model is validated on what it was trained on.",
        "changes": "{other_rows:.0%} of the validation rows of the second pass were not in the "
        "first: the score moves with the rows that are drawn.",
    },
    advice={
        "leak": "Fix the order before cutting: dataset.shuffle(n, seed=0, "
        "reshuffle_each_iteration=False), then take and skip; shuffle the training part again "
        "after skip.",
        "changes": "Draw the validation rows once and keep them: take them before any shuffle, or "
        ".cache() them.",
    },
    remedies=("shuffle-split",),
)
