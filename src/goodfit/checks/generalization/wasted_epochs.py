"""GF408 wasted-epochs: most of the training came after the best epoch and changed nothing.

Sees: a best honest validation loss in the first half of a training of ten epochs or more, no clear
gain after it, and no callback that stops.
Why it matters: the same model would have been there in a fraction of the time.
Evidence: the best epoch, the epochs trained, the seconds after the best epoch.
Remedies: early-stopping.
Source: Prechelt, "Early Stopping - But When?" (1998), section 2.
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
from goodfit.checks.course import plateau
from goodfit.facts import SettingsFacts, Trace

MIN_EPOCHS = Threshold(10, source="in fewer there is little to save")
SHARE = Threshold(0.5, source="more than half of the training was in vain")
MIN_SECONDS = Threshold(10.0, source="less is not worth a word")


def wasted_epochs(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    if trace.trained < MIN_EPOCHS.value:
        return NotApplicable(f"{trace.trained} epochs were trained")
    if trace.stopped_by:
        return Passed(f"{trace.stopped_by} ended the training")
    flat = plateau(trace)
    if isinstance(flat, str):
        return CannotTell(flat)
    after = [epoch for epoch in trace.epochs if epoch.index > flat.since]
    evidence = {
        "since": flat.since + 1,
        "epochs": trace.trained,
        "share": len(after) / trace.trained,
        "seconds": sum(epoch.seconds for epoch in after),
    }
    if evidence["share"] < SHARE.value or evidence["seconds"] < MIN_SECONDS.value:
        return Passed(
            f"validation went flat at epoch {flat.since + 1} of {trace.trained}", evidence
        )
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF408",
    name="wasted-epochs",
    severity="tip",
    function=wasted_epochs,
    message="Validation was within noise of its best at epoch {since} already; the {share:.0%} of "
    "the training after it took {seconds:.0f} s.",
    advice="callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)] "
    "would have saved them.",
    remedies=("early-stopping",),
)
