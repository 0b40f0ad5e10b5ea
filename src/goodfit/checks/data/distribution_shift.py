"""GF123 distribution-shift: validation rows that come from another distribution than training rows.

Sees: inputs (or targets) of the validation rows on another scale; features whose values differ
beyond chance; rows that a classifier can tell to be training or validation rows.
Why it matters: what is learnt on one distribution need not hold on the other, and no regularisation
makes up for it. The usual cause is plain: a scaling that one set was given and the other was not.
Evidence: the middle feature's spread on validation over that on training rows, and the distance of
the centres; Kolmogorov-Smirnov tests by feature, corrected for their number (Bonferroni); the area
under the curve of a domain classifier, out of fold, with its standard error; whether the honest
loss carries over. Windows of a series drift by nature, and streams may augment their training rows:
there a warning needs a validation score no better than a constant answer's.
Remedies: none; give both sets the same steps, or split anew.
Source: Rabanser, Günnemann, Lipton, "Failing Loudly: An Empirical Study of Methods for Detecting
Dataset Shift" (2019); Lopez-Paz, Oquab, "Revisiting Classifier Two-Sample Tests" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass
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
from goodfit.checks.data.carry import MIN_Z, Carry, carried
from goodfit.checks.data.drift import Moved, moved
from goodfit.checks.data.series import is_series
from goodfit.facts import BaselineFacts, DataFacts, SettingsFacts, SplitFacts, Trace
from goodfit.results import Severity

TIMES = Threshold(2.0, source="seven standard errors of a log deviation at 50 rows")
CLEARLY = Threshold(2.5, source="as TIMES, where no loss shows the harm")
SCALED = Threshold(10.0, source="an order of magnitude is a step of preparation, not a drift")
SHIFT = Threshold(2.0, source="centres as far apart as the range that two thirds of rows lie in")
FAR_SHIFT = Threshold(5.0, source="no row of one set lies near the centre of the other")
CHANCE = Threshold(1e-4, source="Bonferroni-corrected; healthy splits are drawn at random")
STATISTIC = Threshold(0.2, source="a fifth of the rows would have to move; smaller is no matter")
TOLD_APART = Threshold(0.9, source="nine of ten pairs of rows are told apart")
MAYBE = Threshold(0.65, source="weaker than that drift hardly moves a score")
AUC_Z = Threshold(5.0, source="standard errors; rows near one another are not independent")
STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")
MIN_LOST = Threshold(0.10, source="a tenth of what training gained does not carry over")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    case: str
    severity: Severity
    evidence: dict[str, Any]


def _harmed(carry: Carry | None, series: bool) -> bool:
    if carry is None:
        return False
    if series:
        return carry.nothing
    return carry.z >= MIN_Z.value and carry.lost >= MIN_LOST.value


def _told(carry: Carry) -> str:
    share = "nothing" if carry.lost >= 1 else f"only {1 - carry.lost:.0%}"
    return f"; {share} of what training gained over a constant answer carries over"


def _of_scale(one: Moved, carry: Carry | None, series: bool) -> _Found | None:
    if one.times < TIMES.value and one.shift < SHIFT.value:
        return None
    wide = one.times >= SCALED.value or one.shift >= FAR_SHIFT.value
    harmed = _harmed(carry, series)
    severity: Severity = "tip"
    if wide and (harmed or carry is None):
        severity = "error"
    elif harmed or (not series and (wide or one.times >= CLEARLY.value)):
        severity = "warning"
    evidence = {
        "what": one.what,
        "name": one.name,
        "ratio": one.ratio,
        "shift": one.shift,
        "features": one.features,
    }
    case = "spread" if one.times >= TIMES.value else "place"
    return _Found(case=f"{case} of {one.what}", severity=severity, evidence=evidence)


def _of_rows(split: SplitFacts, harmed: bool, natural: bool) -> _Found | None:
    auc, error = split.domain_auc, split.domain_auc_se
    if auc is None or not error or auc - 0.5 < AUC_Z.value * error or auc < MAYBE.value:
        return None
    evidence = {"auc": auc, "auc_se": error}
    if auc >= TOLD_APART.value and not natural:
        return _Found(case="rows", severity="warning", evidence=evidence)
    return _Found(case="rows", severity="warning" if harmed else "tip", evidence=evidence)


def _of_features(split: SplitFacts, harmed: bool) -> _Found | None:
    tested = max(split.features_tested, len(split.drift), 1)
    clear = [
        one
        for one in split.drift
        if one.p_value * tested < CHANCE.value and one.statistic >= STATISTIC.value
    ]
    if not clear:
        return None
    worst = max(clear, key=lambda one: one.statistic)
    evidence = {
        "feature": worst.feature,
        "input": worst.input,
        "statistic": worst.statistic,
        "p": min(1.0, worst.p_value * tested),
        "shift": worst.shift,
        "features": len(clear),
        "tested": tested,
    }
    return _Found(case="feature", severity="warning" if harmed else "tip", evidence=evidence)


def distribution_shift(
    data: DataFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    targets = settings is None or settings.validation != "split"
    compared = list(moved(data, targets))
    split = data.split or SplitFacts()
    if not compared and not split.drift and split.domain_auc is None:
        return CannotTell("too few rows, or no plain numbers, to hold both sets against each other")
    carry, series = carried(trace), is_series(data, baselines) if data.train.targets else False
    natural = series or data.train.source in STREAMS
    harmed = _harmed(carry, natural)
    several = [
        *(_of_scale(one, carry, series) for one in compared),
        _of_rows(split, harmed, natural),
        _of_features(split, harmed),
    ]
    found = [one for one in several if one is not None]
    if not found:
        return Passed("training and validation rows look alike", {"domain_auc": split.domain_auc})
    worst = min(found, key=lambda one: ("error", "warning", "tip").index(one.severity))
    told = {"lost": carry.lost if carry else None, "harm": _told(carry) if carry and harmed else ""}
    return Suspicion(
        evidence=worst.evidence | told,
        case=worst.case,
        severity=worst.severity,
        where=place(settings.fit_where if settings else None, argument="validation_data"),
    )


_INPUTS = "Validation inputs are on another scale than training inputs ({name}): "
_TARGETS = "Validation targets are on another scale than training targets ({name}): "
_SPREAD = "the spread of a usual feature is {ratio:.3g} times that of the training rows{harm}."
_PLACE = "the centre of a usual feature lies {shift:.1f} training deviations away{harm}."
_SAME_STEPS = (
    "Give validation and test rows the very steps that training rows had, with the training rows' "
    "statistics: x_val = scaler.transform(x_val), or x_val / 255.0; best inside the model, with "
    "keras.layers.Normalization or Rescaling."
)
_SAME_TARGETS = (
    "Scale y_val with the mean and deviation of y_train, as y_train itself, and turn predictions "
    "back with the same numbers."
)
_ORIGIN = (
    "Compare how both sets were read and prepared. If they are one source, shuffle and split "
    "anew; if they differ on purpose, train on rows like those the model will meet."
)

CHECK = Check(
    code="GF123",
    name="distribution-shift",
    severity="warning",
    function=distribution_shift,
    message={
        "spread of x": _INPUTS + _SPREAD,
        "place of x": _INPUTS + _PLACE,
        "spread of y": _TARGETS + _SPREAD.replace("a usual feature", "the target"),
        "place of y": _TARGETS + _PLACE.replace("a usual feature", "the target"),
        "rows": "A simple classifier can tell validation rows from training rows (area under the "
        "curve {auc:.2f} ± {auc_se:.2f}, where 0.5 means alike){harm}.",
        "feature": "{features} of {tested} features differ between training and validation rows; "
        "most of all feature {feature} (counted from 0; Kolmogorov-Smirnov {statistic:.2f}, "
        "corrected p = {p:.1g}){harm}.",
    },
    advice={
        "spread of x": _SAME_STEPS,
        "place of x": _SAME_STEPS,
        "spread of y": _SAME_TARGETS,
        "place of y": _SAME_TARGETS,
        "rows": _ORIGIN,
        "feature": _ORIGIN,
    },
)
