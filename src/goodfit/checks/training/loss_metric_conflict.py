"""GF315 loss-metric-conflict: the loss improves while the metric gets worse, or never moves.

Sees: a printed training loss that falls steadily, and a printed training metric of the same epochs
that gets worse just as steadily ("against"), or an accuracy that stays at one and the same value
while the model does learn its rows ("still"). Weighted rows are left out, for their loss and their
metric differ on purpose; so is validation, where over-confidence does this (GF406).
Why it matters: one of the two is not measuring what is meant: a metric that takes logits for
probabilities, a loss for another encoding of the labels, shapes that broadcast.
Evidence: the trends by ranks of loss and metric, their first and last thirds, the rows.
Remedies: metric, loss, label-encoding, target-shape.
Source: Mann, "Nonparametric tests against trend" (1945); binomial noise of a share of rows.
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
from goodfit.checks.training.trend import ends, mann_kendall
from goodfit.facts import MetricFacts, SettingsFacts, Trace

MIN_EPOCHS = Threshold(8, source="fewer epochs cannot tell two trends beyond doubt")
MIN_TREND = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_LOSS_FALL = Threshold(0.10, source="a tenth of the loss: more than a slow drift")
MIN_DROP = Threshold(0.05, source="5 points of accuracy, or 5 % of an error, matter to anyone")
MIN_LEARNT = Threshold(0.5, source="half the mistakes of a constant answer are no accident")
ERRORS = ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error")


def _higher_is_better(metric: MetricFacts) -> bool | None:
    """None where the metric's direction is not sure, or it may well go against the loss."""
    if "accuracy" in metric.kind or metric.kind in ("auc", "r2_score"):
        return True
    return False if metric.kind in ERRORS else None


def _against(trace: Trace, metric: MetricFacts, better: bool, rows: int) -> dict[str, Any] | None:
    """The numbers where this metric got worse beyond doubt."""
    values = [value for _, value in trace.curve(metric.name) if math.isfinite(value)]
    if len(values) < MIN_EPOCHS.value:
        return None
    early, late = ends(values)
    worse = early - late if better else late - early
    share = min(max(early, 0.0), 1.0)
    noise = math.sqrt(2 * max(share * (1 - share), 1 / rows) / rows) if better else 0.0
    needed = MIN_DROP.value if better else MIN_DROP.value * abs(early)
    trend = mann_kendall(values) * (-1 if better else 1)
    if trend < MIN_TREND.value or worse < max(needed, 3 * noise):
        return None
    return {"metric": metric.name, "early": early, "late": late, "metric_z": trend}


def _still(trace: Trace, metric: MetricFacts) -> dict[str, Any] | None:
    """The numbers where an accuracy never moved although the model's answers got right."""
    seen, values = trace.predictions, [value for _, value in trace.curve(metric.name)]
    if seen is None or seen.error is None or not seen.prior_error or len(set(values)) != 1:
        return None
    if len(values) < MIN_EPOCHS.value or not seen.error <= MIN_LEARNT.value * seen.prior_error:
        return None
    return {"metric": metric.name, "early": values[0], "late": values[-1], "metric_z": 0.0,
            "error": seen.error, "prior_error": seen.prior_error}  # fmt: skip


def loss_metric_conflict(trace: Trace, settings: SettingsFacts) -> Answer:
    if settings.class_weight or settings.sample_weight:
        return NotApplicable("weights count in the loss and not in the metric")
    metrics = [
        (one, way) for one in settings.metrics if (way := _higher_is_better(one)) is not None
    ]
    metrics = [(one, way) for one, way in metrics if trace.curve(one.name)]
    if not metrics:
        return NotApplicable("no metric was logged whose direction is known")
    losses = [value for _, value in trace.curve("loss") if math.isfinite(value)]
    if len(losses) < MIN_EPOCHS.value:
        return CannotTell(f"{len(losses)} epochs are too few to tell two trends")
    early, late = ends(losses)
    falls = early - late >= MIN_LOSS_FALL.value * abs(early)
    loss = {"loss_early": early, "loss_late": late, "loss_z": mann_kendall(losses)}
    if not falls or loss["loss_z"] > -MIN_TREND.value:
        return Passed("the training loss shows no steady fall that a metric could go against", loss)
    rows = trace.predictions.rows if trace.predictions and trace.predictions.rows > 0 else 100
    for metric, better in metrics:
        against = _against(trace, metric, better, rows)
        still = None if against or not better else _still(trace, metric)
        if against or still:
            where = place(settings.compile_where, argument="metrics")
            evidence = {**loss, **(against or still or {}), "epochs": len(losses)}
            return Suspicion(evidence=evidence, case="against" if against else "still", where=where)
    return Passed("no metric goes against the falling loss", loss)


CHECK = Check(
    code="GF315",
    name="loss-metric-conflict",
    severity="warning",
    function=loss_metric_conflict,
    message={
        "against": "The training loss fell from {loss_early:.3g} to {loss_late:.3g} while "
        "{metric} of the same rows got worse, from {early:.3g} to {late:.3g}: loss and metric do "
        "not mean the same thing.",
        "still": "The training loss fell from {loss_early:.3g} to {loss_late:.3g} and only "
        "{error:.1%} of the training rows are wrong, yet {metric} stood at {late:.3g} in every "
        "epoch: it does not measure these answers.",
    },
    advice={
        "against": "Check that both fit the labels and the last activation: from_logits=True needs "
        "a linear output and BinaryAccuracy(threshold=0.0); one-hot labels need the categorical "
        "loss and metric, whole numbers the sparse ones.",
        "still": "Pass the metric that fits: BinaryAccuracy(threshold=0.0) for logits, "
        "SparseCategoricalAccuracy for whole-number labels, CategoricalAccuracy for one-hot ones.",
    },
    remedies=("metric", "loss", "label-encoding", "target-shape"),
)
