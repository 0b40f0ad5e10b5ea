"""The one answer for a fit: the first judge, in causal order, that has something to say.

Crash, then data and split, then model and settings, then training, then over- and underfitting,
and "good fit" last, which has to be earned: validation clearly better than a constant answer, and
no harm since the best epoch. A model that cannot learn is never called overfit.

Confidence. Where a statistic decides, it is the normal probability of the least margin by which the
deciding tests pass their thresholds, in standard errors: 0.5 at the threshold itself, and at most
0.95, because one run is one draw of initial weights. What is read off the data or the model without
a statistic (a label out of range, a NaN) has 0.95, or 0.98 once a trial confirmed it; a data
problem that is only suspected behind a symptom has 0.8. "cannot tell" carries the confidence that
more facts are needed, which is 0.9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from goodfit.checks.course import Rise, finite, prior_loss, rise_since_best
from goodfit.checks.generalization import close_to_overfitting, overfitting, underfitting
from goodfit.checks.noise import epoch_noise
from goodfit.checks.rank import BROKEN, WEAK
from goodfit.facts import BaselineFacts, Facts, HonestLoss
from goodfit.results import SEVERITIES, Finding, Outcome, Verdict, VerdictName

LEAST, MOST = 0.5, 0.95
READ_OFF, CONFIRMED, SUSPECTED, THIN = 0.95, 0.98, 0.8, 0.9
MIN_PRIOR_Z = 2.0
UNSTABLE_NOISE = 0.3
SCATTER_OF_LEFT = 0.1
MIN_ROWS = 20
ALWAYS_DATA = (
    "GF111",
    "GF113",
    "GF114",
    "GF115",
    "GF117",
    "GF118",
    "GF120",
    "GF122",
    "GF123",
    "GF124",
    "GF132",
)
SYMPTOMS = ("GF303", *BROKEN, *WEAK)
MORE_EPOCHS = "train for at least five epochs"
HOLD_OUT = "hold out rows: model.fit(..., validation_data=(x_val, y_val))"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that the judges look at. `found` leaves refuted findings out."""

    facts: Facts
    found: Sequence[Finding]
    outcomes: Sequence[Outcome]
    rise: Rise | str

    def finding(self, *codes: str) -> Finding | None:
        return next((finding for finding in self.found if finding.code in codes), None)

    def behind(self, codes: Sequence[str]) -> set[str]:
        """The codes that explain any of these."""
        return {cause for one in self.found if one.code in codes for cause in one.because_of}


def sure(*margins: float) -> float:
    """The confidence of tests that pass their thresholds by these many standard errors."""
    return min(MOST, max(LEAST, NormalDist().cdf(min(margins))))


def _read_off(finding: Finding) -> float:
    if finding.status == "confirmed":
        return CONFIRMED
    return READ_OFF if finding.severity == "error" else SUSPECTED


def _by(name: VerdictName, finding: Finding, confidence: float, symptom: str = "") -> Verdict:
    after = f" That is why {symptom}." if symptom else ""
    return Verdict(name=name, confidence=confidence, reason=finding.message + after)


def _crashed(case: _Case) -> Verdict | None:
    crash, trace = case.facts.crash, case.facts.trace
    if crash is None or (trace is not None and trace.trained > 0):
        return None
    known = next((one for one in case.found if one.code.startswith("GF6")), None)
    if known is not None:
        return _by("broken training", known, _read_off(known))
    reason = f"The script ended with {crash.type} before an epoch was trained."
    if crash.during not in ("build", "compile", "fit"):
        return _cannot(reason, "run the script to the end without goodfit first")
    return Verdict(name="broken training", confidence=READ_OFF, reason=reason)


def _data(case: _Case) -> Verdict | None:
    causes = case.behind(SYMPTOMS)
    for finding in case.found:
        if not finding.code.startswith("GF1") or finding.severity == "tip":
            continue
        explains = finding.code in causes
        if finding.severity == "error" or finding.code in ALWAYS_DATA or explains:
            symptom = "training goes wrong" if explains else ""
            return _by("data problem", finding, _read_off(finding), symptom)
    return None


def _setup(case: _Case) -> Verdict | None:
    causes = case.behind(("GF301", "GF302", "GF306", "GF307"))
    for finding in case.found:
        explains = finding.code in causes and finding.severity != "tip"
        if finding.code.startswith("GF2") and (finding.severity == "error" or explains):
            symptom = "the model cannot learn" if explains else ""
            confidence = READ_OFF if explains else _read_off(finding)
            return _by("broken training", finding, confidence, symptom)
    return None


def _broken(case: _Case) -> Verdict | None:
    idle = case.finding("GF307")
    if idle is not None and idle.evidence["still_falling"] and not idle.because_of:
        return _by("underfitting", idle, SUSPECTED)
    symptom = case.finding("GF301") or case.finding("GF306") or idle
    if symptom is None:
        return None
    cause = case.finding(*symptom.because_of)
    confidence = CONFIRMED if symptom.status == "confirmed" else READ_OFF
    if cause is None:
        return _by("broken training", symptom, confidence)
    return _by("broken training", cause, confidence, "the model does not learn")


def _unstable(case: _Case) -> Verdict | None:
    rise, trace = case.rise, case.facts.trace
    if trace is None or isinstance(rise, str) or rise.gained <= 0:
        return None
    lost = case.finding("GF409")
    if lost is not None and rise.train.z > 3:
        reason = lost.message + f" Training rows got worse as well, by {rise.train.mean:.3g}."
        return Verdict(name="unstable", confidence=sure(rise.train.z - 2), reason=reason)
    noise = epoch_noise([mean for _, mean, _ in finite(trace, "train")])
    share = min(noise, rise.epoch_noise) / rise.gained
    if share < UNSTABLE_NOISE:
        return None
    reason = (
        f"From one epoch to the next the loss jumps by {share:.0%} of all that was gained, on "
        "training and on validation rows."
    )
    return Verdict(
        name="unstable", confidence=sure((share / UNSTABLE_NOISE - 1) * 3), reason=reason
    )


def _overfitting(case: _Case) -> Verdict | None:
    finding, rise = case.finding("GF401"), case.rise
    if finding is None or isinstance(rise, str):
        return None
    if overfitting.never_gained(rise):
        return _by("data problem", finding, 0.6)
    if rise.left <= overfitting.CURED.value:
        return None
    sure_of_itself = finding.evidence.get("accuracy_rose") and rise.share < 1
    if sure_of_itself or not overfitting.harmful(rise):
        return _by("close to overfitting", finding, sure(rise.change.z - overfitting.MIN_Z.value))
    return _by("overfitting", finding, sure(overfitting.margin(rise)))


def _beaten(case: _Case) -> Verdict | None:
    """Worse than a simple learner with no other cause: which side of the gap says why."""
    finding, trace = case.finding("GF407"), case.facts.trace
    if finding is None or finding.evidence["learner"] == "trees" or finding.because_of:
        return None
    error = trace.predictions.error if trace and trace.predictions else None
    if error is None:
        return None
    z = finding.evidence["z"] - 3
    if error < finding.evidence["learner_error"]:
        reason = f" On its own training rows it errs {error:.3g}."
        return Verdict(
            name="overfitting", confidence=min(SUSPECTED, sure(z)), reason=finding.message + reason
        )
    return _by("underfitting", finding, min(SUSPECTED, sure(z)))


def _underfitting(case: _Case) -> Verdict | None:
    finding = case.finding("GF403")
    if finding is None:
        return None
    evidence = finding.evidence
    if "worse_by" in evidence:
        return _by(
            "underfitting", finding, sure(evidence["worse_by"] / evidence["standard_error"] - 3)
        )
    margin = (evidence["left"] - underfitting.MIN_LEFT.value) / SCATTER_OF_LEFT
    return _by("underfitting", finding, sure(margin))


def _close(case: _Case) -> Verdict | None:
    finding = case.finding("GF402")
    if finding is None:
        return None
    evidence = finding.evidence
    gap = evidence["gap"] / max(evidence["gap_se"], 1e-12)
    fall = evidence["train_fall"] / close_to_overfitting.MIN_TRAIN_FALL.value - 1
    margin = sure(gap - close_to_overfitting.MIN_GAP_Z.value, 3 * fall)
    return _by("close to overfitting", finding, margin)


def _cannot(reason: str, settle: str) -> Verdict:
    return Verdict(name="cannot tell", confidence=THIN, reason=reason, settle=settle)


def _thin(case: _Case) -> Verdict | None:
    trace = case.facts.trace
    if trace is None or trace.trained == 0:
        return _cannot("No epoch was trained to its end.", MORE_EPOCHS)
    final = trace.final_train
    if final is None or not math.isfinite(final.mean):
        why = trace.honest_missing or "it was not measured"
        return _cannot(f"No honest loss is known: {why}.", "use a loss that gives a value per row")
    if trace.final_validation is None:
        return _cannot("No validation rows were given, so generalisation cannot be seen.", HOLD_OUT)
    if isinstance(case.rise, str):
        return _cannot(f"The course of training is not known: {case.rise}.", MORE_EPOCHS)
    if trace.final_validation.rows < MIN_ROWS:
        rows = trace.final_validation.rows
        return _cannot(
            f"{rows} validation rows are too few to judge by.", f"{HOLD_OUT}, 100 or more"
        )
    small = case.finding("GF125")
    if small is not None and small.severity != "tip":
        return _cannot(small.message, small.advice)
    return None


def _above_prior(baselines: BaselineFacts | None, final: HonestLoss, prior: float | None) -> float:
    """How many standard errors validation is better than a constant answer, by loss or by error."""
    found = [0.0]
    if prior is not None and final.standard_error > 0:
        found.append((prior - final.mean) / final.standard_error)
    if baselines is not None and baselines.model_error is not None:
        score = next((one for one in baselines.scores if one.name == "prior"), None)
        if score is not None:
            noise = math.hypot(score.error_se, baselines.model_error_se or 0.0)
            found.append((score.error - baselines.model_error) / max(noise, 1e-9))
    return max(found)


def _good(case: _Case) -> Verdict:
    trace, rise = case.facts.trace, case.rise
    assert trace is not None
    assert trace.final_validation is not None
    assert not isinstance(rise, str)
    final = trace.final_validation
    prior = prior_loss(trace)
    if prior is None:
        prior = finite(trace, "validation")[0][1]
    z = _above_prior(case.facts.baselines, final, prior)
    numbers = (
        f"Validation loss {final.mean:.4g} ± {final.standard_error:.2g} against {prior:.4g} for a "
        f"constant answer"
    )
    if z < MIN_PRIOR_Z:
        rows = 4 * final.rows
        return _cannot(
            numbers + ": not clearly better.",
            f"validate on {rows} rows or more, and check the labels",
        )
    lost = max(final.mean - rise.best_loss, 0.0)
    bound = overfitting.MIN_SHARE_LOST.value * rise.gained
    error = max(rise.change.standard_error, 1e-9)
    amount = f"{lost:.2g}" if lost > 0.01 * bound else "nothing"
    gap = f"; {amount} lost since the best epoch, {rise.best_epoch + 1}"
    if trace.final_train is not None:
        gap = f"; gap to training {final.mean - trace.final_train.mean:+.3g}" + gap
    confidence = sure(z - MIN_PRIOR_Z, (bound - lost) / error + 1)
    return Verdict(name="good fit", confidence=confidence, reason=numbers + gap + ".")


JUDGES: tuple[Callable[[_Case], Verdict | None], ...] = (
    _crashed,
    _data,
    _setup,
    _broken,
    _overfitting,
    _unstable,
    _underfitting,
    _beaten,
    _close,
    _thin,
)


def verdict(facts: Facts, findings: Sequence[Finding], outcomes: Sequence[Outcome]) -> Verdict:
    """What one fit comes to. `findings` and `outcomes` are that fit's (ranked findings, so that
    causes are known); refuted findings count for nothing."""
    trace = facts.trace
    found = sorted(
        (finding for finding in findings if finding.status != "refuted"),
        key=lambda one: SEVERITIES.index(one.severity),
    )
    rise = "no training was recorded" if trace is None else rise_since_best(trace)
    case = _Case(facts=facts, found=found, outcomes=outcomes, rise=rise)
    for judge in JUDGES:
        answer = judge(case)
        if answer is not None:
            return answer
    return _good(case)


GRAVITY: tuple[VerdictName, ...] = (
    "data problem",
    "broken training",
    "unstable",
    "overfitting",
    "underfitting",
    "close to overfitting",
    "good fit",
    "cannot tell",
)


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a script with several fits: the gravest one, the surest among equals. A fit
    that cannot be told does not hide one that can."""
    if not verdicts:
        return _cannot("No model was trained.", "call model.fit in the script")
    worst = min(verdicts, key=lambda one: (GRAVITY.index(one.name), -one.confidence))
    if len(verdicts) == 1:
        return worst
    same = sum(one.name == worst.name for one in verdicts)
    number = verdicts.index(worst) + 1
    where = f"Fit {number} of {len(verdicts)}"
    others = f" ({same} of {len(verdicts)} fits end so)" if same > 1 else ""
    return replace(worst, reason=f"{where}{others}: {worst.reason}")
