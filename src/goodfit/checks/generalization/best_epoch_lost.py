"""GF409 best-epoch-lost: the weights the user gets back are worse than weights the run has had.

Sees: the honest validation loss of the final weights above that of the best epoch, row by row and
beyond what picking the best of so many epochs explains, by a good part of what was gained.
Why it matters: the better model existed and was thrown away; keeping it costs one line.
Evidence: the loss at the best epoch and of the final weights on the same rows, the difference per
row with its standard error, and its share of what validation had gained over a constant answer.
Remedies: early-stopping (restore_best_weights), model-checkpoint.
Source: docs/evidence/generalization.md; keras.callbacks.EarlyStopping, restore_best_weights=False
by default.
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
from goodfit.checks.course import rise_since_best
from goodfit.checks.noise import needed_z
from goodfit.facts import SettingsFacts, Trace

MIN_SHARE_LOST = Threshold(0.10, source="docs/evidence/generalization.md")
SAME_WEIGHTS = 1e-6


def best_epoch_lost(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    final = trace.final_validation
    if final is None or not trace.honest("validation"):
        return NotApplicable(trace.honest_missing or "no validation rows were seen")
    if not math.isfinite(final.mean):
        return NotApplicable("the final loss is not finite, which is another finding")
    rise = rise_since_best(trace)
    if isinstance(rise, str):
        return CannotTell(rise)
    lost = final.mean - rise.best_loss
    z, error = rise.change.z, rise.change.standard_error
    if abs(final.mean - rise.last_loss) > SAME_WEIGHTS * max(abs(rise.last_loss), 1e-12):
        error = math.hypot(final.standard_error, rise.gained_se)
        z = lost / error if error > 0 else 0.0
    evidence = {
        "best_epoch": rise.best_epoch + 1,
        "last_epoch": rise.last_epoch + 1,
        "best_loss": rise.best_loss,
        "final_loss": final.mean,
        "lost_per_row": lost,
        "standard_error": error,
        "z": z,
        "needed_z": needed_z(rise.probes),
        "gained": rise.gained,
        "share_of_gain_lost": lost / rise.gained if rise.gained > 0 else None,
        "rows": rise.change.rows,
    }
    gained = rise.gained > 2 * rise.gained_se
    if not gained or z < needed_z(rise.probes) or lost < MIN_SHARE_LOST.value * rise.gained:
        return Passed(
            f"the final weights lose {lost:+.3g} ± {error:.2g} per row to epoch "
            f"{rise.best_epoch + 1}, the best",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF409",
    name="best-epoch-lost",
    severity="warning",
    function=best_epoch_lost,
    message="The weights you get back have a validation loss of {final_loss:.3g}; those of epoch "
    "{best_epoch} had {best_loss:.3g} ({lost_per_row:+.3g} ± {standard_error:.2g} per row), which "
    "is {share_of_gain_lost:.0%} of what training had gained.",
    advice="Keep the best weights: callbacks=[keras.callbacks.EarlyStopping(patience=10, "
    "restore_best_weights=True)].",
    remedies=("early-stopping",),
)
