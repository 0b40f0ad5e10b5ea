"""Whether a patched script does better than the script as it was, row by row on validation rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from goodfit.facts import BaselineFacts
from goodfit.patch.steps import LEAKED
from goodfit.results import Finding, Report

CAP = 2.0
"""Errors above this are equally useless; those of diverged models know no bound."""
LEVEL = 0.005
"""Chance at which a patch that no trial bore out may look better, for all such patches together."""
WORTH = 0.05
"""Share of what the script gets wrong that such a patch must put right."""
ROWS = 30
"""Fewer validation rows tell nothing of a patch that no trial bore out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The patched script against the script as it was: error of the validation rows (see
    `BaselineFacts.model_error`), None where it is not known; `sentence` says what that means."""

    verified: bool
    sentence: str
    before: float | None = None
    after: float | None = None


def compared(
    before: Report, after: Report, fit: int, *, proven: bool = True, attempts: int = 1
) -> Check:
    """The patched script against the script as it was, by the fit that was mended.

    Args:
        proven: whether trials bore the change out under several seeds. Else one run of each has to
            show it, clearly and row by row.
        attempts: how many such patches are tried.
    """
    ended = after.script.ended if after.script else "killed"
    if ended not in ("finished", "exit") or (after.script and after.script.exit_code != 0):
        return Check(verified=False, sentence=f"the patched script did not run to its end: {ended}")
    old, new = (_facts(report, fit) for report in (before, after))
    if not has_ended(before):
        score = f", validation error {new.model_error:.3g}" if new and _known(new) else ""
        sentence = f"the patched script ran to its end{score}; the script as it was did not"
        return Check(verified=True, sentence=sentence, after=_error(new))
    if new is None or not _known(new):
        sentence = "the patched script ran, but its answers could not be scored"
        return Check(verified=False, sentence=sentence, before=_error(old))
    leak = _leak(before, after)
    if leak is not None:
        sentence = f"the patched script's score means little: {leak.code} is found in it"
        return Check(verified=False, sentence=sentence, before=_error(old), after=_error(new))
    if old is None or not _known(old):
        return _without_before(new)
    return _judged(old, new, proven=proven, attempts=attempts)


def _judged(old: BaselineFacts, new: BaselineFacts, *, proven: bool, attempts: int) -> Check:
    better, error = _difference(old, new)
    lower = (new.model_error or 0.0) < (old.model_error or 0.0) and better > 0
    verified = lower if proven else lower and _clear(better, error, old, attempts)
    word = "better" if verified else "not clearly better" if lower else "no better"
    return Check(
        verified=verified,
        sentence=f"{word}: validation error {old.model_error:.3g} before, {new.model_error:.3g} "
        "with the patch",
        before=old.model_error,
        after=new.model_error,
    )


def _without_before(new: BaselineFacts) -> Check:
    """The script as it was gave no answers that could be scored: then the patched one has to do
    better than a constant answer."""
    constant = next((one.error for one in new.scores if one.name == "prior"), math.inf)
    good = (new.model_error or 0.0) < constant
    sentence = (
        f"the patched script ran, validation error {new.model_error:.3g}"
        + ("" if good else f", no better than a constant answer's {constant:.3g}")
        + "; the script as it was gave no answers that could be scored"
    )
    return Check(verified=good, sentence=sentence, after=new.model_error)


def _difference(old: BaselineFacts, new: BaselineFacts) -> tuple[float, float]:
    """How much lower the capped error is, with its standard error: paired where both runs had the
    same number of rows."""
    first, second = (np.minimum(one.row_errors, CAP) for one in (old, new))
    if not first.size or not second.size:
        better = (old.model_error or 0.0) - (new.model_error or 0.0)
        return better, math.hypot(old.model_error_se or 0.0, new.model_error_se or 0.0)
    if first.size == second.size:
        paired = first - second
        spread = float(paired.std(ddof=1)) if paired.size > 1 else math.inf
        return float(paired.mean()), spread / math.sqrt(paired.size)
    errors = [
        one.std(ddof=1) / math.sqrt(one.size) if one.size > 1 else math.inf
        for one in (first, second)
    ]
    return float(first.mean() - second.mean()), math.hypot(*errors)


def _clear(better: float, error: float, old: BaselineFacts, attempts: int) -> bool:
    """Whether the error fell beyond noise, and by enough to matter."""
    from scipy import stats

    if old.rows < ROWS:
        return False
    reach = float(stats.norm.ppf(1 - LEVEL / attempts)) * error
    return better > reach and better >= WORTH * min(old.model_error or 0.0, CAP)


def _leak(before: Report, after: Report) -> Finding | None:
    """A leak that the script as it was did not have."""
    known = {one.code for one in before.findings}
    return next(
        (
            one
            for one in after.findings
            if one.code in LEAKED and one.severity != "tip" and one.code not in known
        ),
        None,
    )


def has_ended(report: Report) -> bool:
    """Whether the script ran to its end, as far as is known."""
    return report.script is None or report.script.ended in ("finished", "exit")


def _facts(report: Report, fit: int) -> BaselineFacts | None:
    return next((one.facts.baselines for one in report.fits if one.index == fit), None)


def _error(facts: BaselineFacts | None) -> float | None:
    return facts.model_error if facts is not None and _known(facts) else None


def _known(facts: BaselineFacts) -> bool:
    return facts.model_error is not None and math.isfinite(facts.model_error)
