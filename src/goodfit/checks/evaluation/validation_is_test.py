"""GF502 validation-is-test: the rows that chose the model are the rows it is reported on.

Sees: `evaluate` called on the validation rows, no other rows evaluated or predicted, and a choice
made on them: several fits of the script (a warning), or early stopping and checkpoints (a tip).
Why it matters: the best of several scores on the same rows is too good by the luck of the draw; the
more was tried, the more.
Evidence: how many fits and which callbacks chose on these rows, and how many rows they are.
Remedies: a third set of rows that chooses nothing.
Source: Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning" (2009), section 7.2;
Cawley & Talbot, "On Over-fitting in Model Selection" (JMLR 2010), section 4.
"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import Facts, SettingsFacts

MIN_FITS = Threshold(3, source="two fits are a comparison, three a search")
CHOOSING = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")


def _choosers(settings: SettingsFacts | None) -> list[str]:
    given = settings.callbacks if settings else ()
    return [
        one.name
        for one in given
        if one.name in CHOOSING and str(one.options.get("monitor", "val_loss")).startswith("val_")
    ]


def validation_is_test(facts: Facts) -> Answer:
    calls = [call for call in facts.calls if call.kind in ("evaluate", "predict")]
    again = [call for call in calls if call.kind == "evaluate" and call.same_as == "validation"]
    if not again:
        return NotApplicable("the validation rows were not evaluated again after training")
    if any(not call.same_as for call in calls):
        return Passed("other rows were evaluated or predicted as well")
    choosers = _choosers(facts.settings)
    data = facts.own.data if facts.own else ""
    fits = 1 + sum(bool(data) and other.data == data for other in facts.others)
    evidence = {"fits": fits, "callbacks": tuple(choosers), "rows": again[-1].rows}
    if fits < MIN_FITS.value and not choosers:
        return Passed("nothing was chosen on the validation rows", evidence)
    searched = fits >= MIN_FITS.value
    return Suspicion(
        evidence=evidence | {"chosen_by": f"{fits} fits" if searched else ", ".join(choosers)},
        severity="warning" if searched else "tip",
        where=place(again[-1].where),
    )


CHECK = Check(
    code="GF502",
    name="validation-is-test",
    severity="warning",
    function=validation_is_test,
    message="The score is reported on the validation rows, on which {chosen_by} chose the model: "
    "it is too good by what that choice picked up by chance.",
    advice="Split off test rows before anything else, and evaluate on them once, at the end.",
)
