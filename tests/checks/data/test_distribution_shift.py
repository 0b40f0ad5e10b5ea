"""GF123 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import answers, data, features, found, image, labels, numbers, part, settings
from data_literals import silent as passed

from goodfit.checks.data.distribution_shift import CHECK
from goodfit.facts import (
    ArrayFacts,
    DataFacts,
    Facts,
    FeatureDrift,
    HonestLoss,
    SplitFacts,
    TargetFacts,
    Trace,
)

UNIT = features([0.0] * 6, [1.0] * 6)
LABELS = labels({0: 300, 1: 200})
DRIFT = FeatureDrift(input=0, feature=3, statistic=0.4, p_value=1e-20, shift=0.9)


def ended(held: float) -> Trace:
    """Training gained 0.6 of a prior loss of 0.7."""
    return Trace(
        final_train=HonestLoss(mean=0.1, standard_error=0.01, rows=500),
        final_validation=HonestLoss(mean=held, standard_error=0.02, rows=500),
        predictions=answers(prior_loss=0.7),
    )


def facts(
    held: ArrayFacts = UNIT,
    trace: Trace | None = None,
    *,
    train: ArrayFacts = UNIT,
    targets: tuple[TargetFacts, TargetFacts] = (LABELS, LABELS),
    split: SplitFacts | None = None,
    **told: object,
) -> Facts:
    both = DataFacts(
        train=part("train", [train], [targets[0]]),
        validation=part("validation", [held], [targets[1]]),
        split=split,
    )
    return Facts(data=both, trace=trace, settings=settings(**told))  # type: ignore[arg-type]


def test_validation_rows_that_missed_the_scaling_are_an_error() -> None:
    raw = features([120.0] * 6, [40.0] * 6)
    finding = found(CHECK, facts(raw, ended(5.0)))
    assert finding.severity == "error"
    assert "is 40 times that of the training rows" in finding.message
    assert "scaler.transform(x_val)" in finding.advice


def test_pictures_that_missed_the_scaling() -> None:
    pixels = facts(image((8, 8, 1), 0, 255), ended(9.0), train=image((8, 8, 1)))
    assert found(CHECK, pixels).severity == "error"


def test_a_scale_that_is_a_bit_off_needs_harm_or_size() -> None:
    assert found(CHECK, facts(features([0.0] * 6, [2.2] * 6), ended(0.1))).severity == "tip"
    assert found(CHECK, facts(features([0.0] * 6, [2.2] * 6), ended(0.4))).severity == "warning"
    assert found(CHECK, facts(features([0.0] * 6, [3.0] * 6), ended(0.1))).severity == "warning"


def test_a_place_that_is_off() -> None:
    moved = found(CHECK, facts(features([3.0] * 6, [1.0] * 6), ended(0.5)))
    assert moved.severity == "warning"
    assert "3.0 training deviations away" in moved.message


def test_targets_on_another_scale() -> None:
    pair = (numbers(0.0, 1.0, rows=500), numbers(150.0, 77.0, rows=500))
    finding = found(CHECK, facts(trace=ended(9.0), targets=pair))
    assert "Validation targets" in finding.message
    assert passed(CHECK, facts(targets=pair, validation="split")).result == "passed"


def test_rows_that_a_classifier_tells_apart() -> None:
    sure = SplitFacts(domain_auc=0.97, domain_auc_se=0.01, features_tested=6)
    assert found(CHECK, facts(split=sure)).severity == "warning"
    maybe = SplitFacts(domain_auc=0.75, domain_auc_se=0.02, features_tested=6)
    assert found(CHECK, facts(trace=ended(0.1), split=maybe)).severity == "tip"
    assert found(CHECK, facts(trace=ended(0.5), split=maybe)).severity == "warning"


def test_streams_may_augment_their_training_rows() -> None:
    sure = SplitFacts(domain_auc=0.97, domain_auc_se=0.01, features_tested=6)
    one = facts(trace=ended(0.3), split=sure)
    assert one.data is not None
    stream = replace(one.data, train=replace(one.data.train, source="tf.data"))
    assert found(CHECK, one).severity == "warning"
    assert found(CHECK, replace(one, data=stream)).severity == "tip"
    lost = replace(one, data=stream, trace=ended(1.0))
    assert found(CHECK, lost).severity == "warning"


def test_features_that_differ() -> None:
    split = SplitFacts(drift=(DRIFT,), features_tested=6)
    finding = found(CHECK, facts(trace=ended(0.5), split=split))
    assert finding.severity == "warning"
    assert "feature 3" in finding.message
    assert found(CHECK, facts(trace=ended(0.11), split=split)).severity == "tip"


def test_a_series_drifts_by_nature() -> None:
    series = replace(image((30, 1)), kind="sequence")
    later = replace(series, mean=9.0, std=1.1)
    sets = {"train": series, "targets": (numbers(rows=500), numbers(rows=500))}
    assert found(CHECK, facts(later, ended(0.4), **sets)).severity == "tip"  # type: ignore[arg-type]
    assert found(CHECK, facts(later, ended(2.0), **sets)).severity == "error"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "split",
    [
        None,
        SplitFacts(domain_auc=0.52, domain_auc_se=0.02, features_tested=6),
        SplitFacts(domain_auc=0.8, domain_auc_se=0.08, features_tested=6),
        SplitFacts(drift=(replace(DRIFT, p_value=1e-4),), features_tested=6),
        SplitFacts(drift=(replace(DRIFT, statistic=0.05),), features_tested=6),
    ],
)
def test_silent_on_sets_that_are_alike(split: SplitFacts | None) -> None:
    close = features([0.1, -0.1] * 3, [1.1, 0.9] * 3)
    assert passed(CHECK, facts(close, ended(0.5), split=split)).result == "passed"


def test_a_single_wild_value_is_no_scale() -> None:
    quartiles = {"feature_q25": (-0.67,) * 6, "feature_median": (0.0,) * 6}
    quartiles["feature_q75"] = (0.67,) * 6
    wild = replace(features([10.0] * 6, [300.0] * 6), **quartiles)  # type: ignore[arg-type]
    calm = replace(UNIT, **quartiles)  # type: ignore[arg-type]
    assert passed(CHECK, facts(calm, ended(0.5), train=wild)).result == "passed"


def test_degenerate_facts() -> None:
    assert passed(CHECK, Facts(data=data([UNIT]))).result == "not applicable"
    few = replace(UNIT, rows_seen=10)
    assert passed(CHECK, facts(few, train=few)).result == "skipped"
    constant = features([0.0] * 6, [0.0] * 6)
    assert passed(CHECK, facts(constant)).result == "skipped"
