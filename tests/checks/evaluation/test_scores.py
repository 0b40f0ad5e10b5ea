"""GF506, GF507 and GF508: what the score hides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.evaluation import accuracy_on_imbalance, threshold_default, tuned_on_noise
from goodfit.facts import (
    Facts,
    FitSummary,
    HonestLoss,
    MetricFacts,
    PredictionFacts,
    SettingsFacts,
    ThresholdFacts,
    Trace,
)

MOVED = ThresholdFacts(
    rows=500, threshold=0.2, balanced_at_half=0.6, balanced=0.8, gain=0.2, gain_se=0.03
)
ACCURACY = SettingsFacts(metrics=(MetricFacts(name="accuracy", kind="binary_accuracy"),))


def _trace(
    recall: dict[str, float], support: dict[str, int], threshold: ThresholdFacts | None = None
) -> Trace:
    return Trace(
        predictions=PredictionFacts(
            rows=1000, minimum=0, maximum=1, spread=0.2, set="validation", recall=recall,
            support=support, threshold=threshold,
        )
    )  # fmt: skip


RARE = {"0": 950, "1": 50}


def test_a_threshold_that_serves_the_rare_class() -> None:
    facts = Facts(trace=_trace({"0": 1.0, "1": 0.2}, RARE, MOVED))
    outcome, found = run_check(threshold_default.CHECK, facts)
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "0.2 in place of 0.5" in found.message


@pytest.mark.parametrize(
    ("support", "threshold"),
    [
        (RARE, replace(MOVED, gain_se=0.1)),
        (RARE, replace(MOVED, gain=0.01, gain_se=0.001)),
        ({"0": 500, "1": 500}, MOVED),
    ],
    ids=["noise", "little", "balanced classes"],
)
def test_no_gain_no_tip(support: dict[str, int], threshold: ThresholdFacts) -> None:
    answer = threshold_default.threshold_default(_trace({}, support, threshold))
    assert isinstance(answer, Passed)


def test_accuracy_alone_over_a_class_that_is_given_up() -> None:
    facts = Facts(settings=ACCURACY, trace=_trace({"0": 1.0, "1": 0.1}, RARE))
    outcome, found = run_check(accuracy_on_imbalance.CHECK, facts)
    assert found is not None, outcome.reason
    assert "class 1 is found in 10% of its 50 validation rows" in found.message
    assert "95.5%" in found.message


def test_balanced_accuracy_stands_beside_it() -> None:
    seen = _trace({"0": 1.0, "1": 0.1}, RARE)
    assert seen.predictions is not None
    known = Trace(predictions=replace(seen.predictions, balanced_accuracy=0.55))
    _, found = run_check(accuracy_on_imbalance.CHECK, Facts(settings=ACCURACY, trace=known))
    assert found is not None
    assert "balanced accuracy 55.0%" in found.message


def test_a_rare_class_that_is_found_passes() -> None:
    answer = accuracy_on_imbalance.accuracy_on_imbalance(
        ACCURACY, _trace({"0": 0.97, "1": 0.7}, RARE)
    )
    assert isinstance(answer, Passed)


def test_classes_of_like_size_pass_and_few_rows_cannot_tell() -> None:
    check = accuracy_on_imbalance.accuracy_on_imbalance
    like = _trace({"0": 0.9, "1": 0.1}, {"0": 500, "1": 400})
    assert isinstance(check(ACCURACY, like), Passed)
    few = _trace({"0": 0.9, "1": 0.0}, {"0": 500, "1": 5})
    assert isinstance(check(ACCURACY, few), CannotTell)


def test_another_metric_is_enough() -> None:
    both = replace(ACCURACY, metrics=(*ACCURACY.metrics, MetricFacts(name="auc", kind="auc")))
    answer = accuracy_on_imbalance.accuracy_on_imbalance(both, _trace({"0": 1, "1": 0}, RARE))
    assert isinstance(answer, NotApplicable)


def _fit(index: int, mean: float, *, data: str = "d", settings: str = "") -> FitSummary:
    loss = HonestLoss(mean=mean, standard_error=0.02, rows=400)
    return FitSummary(index=index, settings=settings or str(index), data=data, validation=loss)


def test_a_winner_within_noise() -> None:
    others = tuple(_fit(i, 0.31 + i / 1000) for i in range(1, 6))
    facts = Facts(own=_fit(0, 0.30), others=others)
    outcome, found = run_check(tuned_on_noise.CHECK, facts)
    assert found is not None, outcome.reason
    assert "Of 6 fits" in found.message


@pytest.mark.parametrize(
    ("own", "others", "kind"),
    [
        (_fit(0, 0.30), tuple(_fit(i, 0.5) for i in range(1, 6)), Passed),
        (_fit(0, 0.35), tuple(_fit(i, 0.31) for i in range(1, 6)), NotApplicable),
        (_fit(0, 0.30), tuple(_fit(i, 0.31, data=str(i)) for i in range(1, 6)), NotApplicable),
        (_fit(0, 0.30), tuple(_fit(i, 0.31, settings="0") for i in range(1, 6)), NotApplicable),
        (_fit(0, 0.30), (_fit(1, 0.31),), NotApplicable),
        (_fit(0, 0.30), (), NotApplicable),
    ],
    ids=["clear winner", "not the winner", "folds", "seeds", "two fits", "one fit"],
)
def test_no_search_or_a_clear_winner(
    own: FitSummary, others: tuple[FitSummary, ...], kind: type
) -> None:
    assert isinstance(tuned_on_noise.tuned_on_noise(Facts(own=own, others=others)), kind)
