"""GF117 leaked-rows: validation rows that stand in the training set as well.

Sees: more validation rows equal to a training row than the duplicates within the training set
explain; and, of inputs that are not whole numbers, a large share of such rows even where
duplicates do explain them (rows copied before the split). Of pictures, those that show the same as
a training picture though saved anew (most of those made brighter, or shifted, are not seen): a
warning from a twentieth of the validation pictures on, a tip from a hundredth. Of files in folders,
those with the very bytes of a training file, whether or not their rows were looked at.
Why it matters: a model that memorises answers these rows right, so the validation score looks
better than the score on new data will be.
Evidence: the number of such rows, how many have the same target, and how many were to be expected
from the share of training rows that have a twin; an exact test of equal pairs across the sets
against equal pairs within the training set.
Remedies: drop-leaked-rows.
Source: docs/evidence/data.md; Good, "The population frequencies of species" (1953), for the
probability that a new row was seen before; Barz, Denzler, "Do We Train on Test Data?" (2020).
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
from goodfit.checks.data.folders import folder_of, listed
from goodfit.checks.data.measured import measured
from goodfit.facts import DataFacts, ImageFacts, SettingsFacts, SplitFacts
from goodfit.results import Severity, Where

CHANCE = Threshold(0.01, source="docs/evidence/data.md")
SERIOUS = Threshold(0.10, source="docs/evidence/data.md")
MATTERS = Threshold(0.01, source="docs/evidence/data.md")
COPIES = Threshold(0.10, source="docs/evidence/data.md")
ALIKE = Threshold(0.05, source="CIFAR-10 as published has 3.3 %: Barz and Denzler, section 3")
SMALL_DOMAIN = Threshold(0.5, source="more twins than that come from few possible rows")
FEWEST = Threshold(5, source="fewer equal rows may be chance")


def _chance(split: SplitFacts, train_rows: int) -> float:
    """The probability of so many equal pairs across the sets if rows were dealt out at random:
    given all pairs, each lies across with the share of such pairs among all that touch the
    training set."""
    from scipy.stats import binom

    leaked, rows = split.leaked or 0, split.rows_compared
    within = round((split.leaked_expected or 0.0) * train_rows / (2 * rows))
    across = 2 * rows / (train_rows + 2 * rows)
    return float(binom.sf(leaked - 1, within + leaked, across)) if leaked else 1.0


def leaked_rows(
    data: DataFacts, images: ImageFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    split = data.split
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    by_split = settings is not None and settings.validation == "split"
    where = place(
        settings.fit_where if settings else None,
        argument="validation_split" if by_split else "validation_data",
    )
    alike = _files(images, where) or _alike(images, where)
    if split is None or split.leaked is None or not split.rows_compared:
        return alike or CannotTell("training and validation rows could not be compared")
    leaked, rows = split.leaked, split.rows_compared
    p = _chance(split, data.train.rows_seen or data.train.rows or 0)
    evidence = _evidence(split, leaked, p)
    if leaked and p < CHANCE.value:
        case, severity = "all" if leaked == rows else "leaked", _severity(leaked / rows)
    elif _copied(data, split):
        case, severity = "copies", _of_copies(split)
    elif alike is not None:
        return alike
    else:
        return Passed(f"{leaked} of {rows} validation rows equal a training row", evidence)
    return Suspicion(evidence=evidence, case=case, severity=severity, where=where)


def _files(images: ImageFacts | None, where: Where) -> Suspicion | None:
    """Image files that lie in both folders, though few of their rows may have been compared."""
    held = folder_of(images, "validation") if images is not None else None
    if images is None or held is None or not images.leaked_files or not held.looked_at:
        return None
    share = images.leaked_files / held.looked_at
    if images.leaked_files < FEWEST.value or share < MATTERS.value:
        return None
    pairs = [f"{one} = {other}" for one, other in images.leaked_file_examples]
    evidence = {
        "leaked": images.leaked_files,
        "rows": held.looked_at,
        "share": share,
        "examples": pairs,
        "named": listed(pairs[:1]),
    }
    return Suspicion(evidence=evidence, case="files", severity=_severity(share), where=where)


def _alike(images: ImageFacts | None, where: Where) -> Suspicion | None:
    """Pictures that stand in both sets, though not number for number."""
    found, rows = (images.near_leaked or 0, images.near_rows) if images is not None else (0, 0)
    if found < max(FEWEST.value, MATTERS.value * rows) or not rows:
        return None
    share = found / rows
    evidence = {
        "leaked": found,
        "rows": rows,
        "share": share,
        "examples": images.near_examples if images is not None else (),
    }
    severity: Severity = "warning" if share >= ALIKE.value else "tip"
    return Suspicion(evidence=evidence, case="pictures", severity=severity, where=where)


def _evidence(split: SplitFacts, leaked: int, p: float) -> dict[str, object]:
    same = split.leaked_same_label
    return {
        "leaked": leaked,
        "rows": split.rows_compared,
        "share": leaked / split.rows_compared,
        "expected": split.leaked_expected or 0.0,
        "same_label": same,
        "same": f", {same} of them with the same target" if same is not None else "",
        "examples": split.examples,
        "p": p,
    }


def _of_copies(split: SplitFacts) -> Severity:
    few_possible = (split.leaked_expected or 0.0) > SMALL_DOMAIN.value * split.rows_compared
    return "tip" if few_possible else "warning"


def _severity(share: float) -> Severity:
    if share >= SERIOUS.value:
        return "error"
    return "warning" if share >= MATTERS.value else "tip"


def _copied(data: DataFacts, split: SplitFacts) -> bool:
    """Whether rows of measured numbers, which do not meet by chance, are in both sets often."""
    leaked = split.leaked or 0
    if leaked < FEWEST.value or leaked < COPIES.value * split.rows_compared:
        return False
    return any(measured(array) for array in data.train.inputs) and split.leaked_same_label == leaked


CHECK = Check(
    code="GF117",
    name="leaked-rows",
    severity="error",
    function=leaked_rows,
    message={
        "leaked": "{leaked} of {rows} validation rows ({share:.1%}) also stand in the training "
        "set{same}; duplicates among the training rows explain {expected:.1f}.",
        "all": "All {rows} validation rows also stand in the training set{same}: the validation "
        "score says how well the model memorises.",
        "copies": "{leaked} of {rows} validation rows ({share:.1%}) also stand in the training "
        "set{same}: the data hold copies of rows, and the split put copies on both sides.",
        "files": "{leaked} of {rows} validation files ({share:.1%}) have the very bytes of a "
        "training file ({named}).",
        "pictures": "{leaked} of {rows} validation images ({share:.1%}) show the same as a "
        "training image, saved anew or changed a little: they are no new images.",
    },
    advice={
        "leaked": "Remove these rows from the training set, and split before any step that copies "
        "or resamples rows.",
        "all": "Validate on rows that are not trained on: validation_split=0.2 on shuffled rows, "
        "or sklearn.model_selection.train_test_split.",
        "copies": "Drop duplicates before the split (np.unique(x, axis=0, return_index=True)), and "
        "oversample training rows only, after it.",
        "files": "Remove these files from the training folder: the same picture in both says "
        "nothing of new ones.",
        "pictures": "Split before images are copied or changed, and keep images of one thing, film "
        "or person on one side: sklearn.model_selection.GroupShuffleSplit.",
    },
    remedies=("drop-leaked-rows",),
)
