"""GF115 conflicting-labels: equal inputs with different labels.

Sees: training rows with the same x as another row and another label.
Why it matters: a model gives equal rows equal answers, so all but the most frequent label are
mistakes, whatever is trained and however long.
Evidence: the number of such rows and the best accuracy that they leave possible. A warning needs
inputs of measured numbers, pictures or texts, which hardly meet but by copying, at least one row in
fifty that must be wrong, and labels that differ between equal rows clearly more often than a
learner errs on other rows: two rows drawn from a task with error e differ with 2 e (1 - e). Else
equal rows with different labels are the task's own uncertainty: a tip. Pictures that show the same
as one of another class, though saved anew, are a warning from one in fifty on.
Remedies: none; settle the labels, or add inputs that tell the rows apart.
Source: the ceiling is the Bayes rule on the counts: Devroye, Györfi, Lugosi, "A Probabilistic
Theory of Pattern Recognition" (1996), section 2.1.
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
from goodfit.checks.data.measured import copied_only
from goodfit.facts import (
    BaselineFacts,
    DataFacts,
    ImageFacts,
    SetFacts,
    SettingsFacts,
    TargetFacts,
)

MUST_BE_WRONG = Threshold(0.02, source="below that other limits of a model weigh more")
WORTH_A_TIP = Threshold(0.05, source="a twentieth of all rows cannot be right")
MIN_Z = Threshold(3.0, source="three standard errors of a share")
FEWEST = Threshold(5, source="single rows are slips, not a pattern")
KINDS = ("binary", "classes", "one-hot", "multi-hot", "signs", "text")


def _floor(targets: tuple[TargetFacts, ...], conflicts: int, rows: int) -> float:
    """The ceiling where it was not counted: at most every conflicting row is wrong."""
    return 1.0 - conflicts / rows if targets else 1.0


def _natural(train: SetFacts, baselines: BaselineFacts | None) -> bool:
    """Whether labels of equal rows differ no more than the task's own uncertainty explains."""
    errors = [
        score.error
        for score in (baselines.scores if baselines is not None else ())
        if score.name != "prior" and math.isfinite(score.error)
    ]
    if baselines is None or baselines.task != "classes" or not errors or not train.duplicates:
        return False
    error = min(max(min(errors), 0.0), 0.5)
    differ = 2 * error * (1 - error)
    noise = math.sqrt(max(differ * (1 - differ), 1 / train.duplicates) / train.duplicates)
    return (train.conflicts or 0) / train.duplicates <= differ + MIN_Z.value * noise


def _pictures(images: ImageFacts | None) -> dict[str, Any] | None:
    """Pictures that show the same under another label; of each pair one label is wrong."""
    train = images.train if images is not None else None
    if train is None or not train.contradicting or not train.rows_seen:
        return None
    count, rows = train.contradicting, train.rows_seen
    if count < FEWEST.value or count / 2 < MUST_BE_WRONG.value * rows:
        return None
    shown = train.examples
    return {"conflicts": count, "rows": rows, "share": count / rows, "examples": shown}


def conflicting_labels(
    data: DataFacts,
    baselines: BaselineFacts | None = None,
    images: ImageFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    train = data.train
    if not any(target.kind in KINDS for target in train.targets):
        return NotApplicable("no target holds labels")
    where = place(settings.fit_where if settings else None, argument="y")
    if (pictures := _pictures(images)) is not None:
        return Suspicion(evidence=pictures, case="pictures", where=where)
    if train.conflicts is None or not train.rows_seen:
        return CannotTell("rows were not compared")
    ceiling = train.accuracy_ceiling
    if ceiling is None:
        ceiling = _floor(train.targets, train.conflicts, train.rows_seen)
    evidence = {
        "conflicts": train.conflicts,
        "duplicates": train.duplicates,
        "rows": train.rows_seen,
        "share": train.conflicts / train.rows_seen,
        "accuracy_ceiling": ceiling,
    }
    wrong = 1.0 - ceiling
    copied = copied_only(train) and not _natural(train, baselines)
    if train.conflicts < FEWEST.value or wrong < MUST_BE_WRONG.value:
        return Passed(
            f"{train.conflicts} rows have the x of another row and another label", evidence
        )
    if not copied and wrong < WORTH_A_TIP.value:
        return Passed(
            f"at most {ceiling:.1%} can be right, in the nature of so few possible rows", evidence
        )
    return Suspicion(
        evidence=evidence,
        case="copies" if copied else "few values",
        severity="warning" if copied else "tip",
        where=where,
    )


_SEEN = (
    "{conflicts} of {rows} training rows have the same x as an earlier row and another label: no "
    "model can be right on more than {accuracy_ceiling:.1%} of these rows"
)

CHECK = Check(
    code="GF115",
    name="conflicting-labels",
    severity="warning",
    function=conflicting_labels,
    message={
        "copies": _SEEN + ".",
        "few values": _SEEN + ", since the inputs do not tell them apart.",
        "pictures": "{conflicts} of {rows} training images ({share:.1%}) show the same as another "
        "one that has another label.",
    },
    advice={
        "copies": "Group the rows (pandas: df.groupby(list_of_inputs).label.nunique() > 1) and "
        "settle one label for each group, or drop the group; look for a copying step that lost "
        "the order of y, or for inputs that were cut or rounded.",
        "pictures": "Look at such pairs and settle one label for each, or drop both; look for a "
        "folder that was copied into another class's.",
        "few values": "Compare the model's accuracy with this ceiling, not with 100 %; only more "
        "inputs that tell such rows apart can raise it.",
    },
)
