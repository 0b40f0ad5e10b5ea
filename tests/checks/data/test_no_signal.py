"""GF113 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from data_literals import data, features, found, image, labels, settings, silent

from goodfit.checks.data.no_signal import CHECK
from goodfit.facts import ArrayFacts, BaselineFacts, BaselineScore, Facts

SHUFFLED = tuple(0.44 + 0.01 * (i % 13) for i in range(20))


def learners(
    error: float = 0.49,
    *,
    rows: int = 100,
    t: float | None = -0.3,
    model: float | None = 0.52,
    prior: float = 0.5,
    permuted: tuple[float, ...] = SHUFFLED,
    task: str = "classes",
) -> BaselineFacts:
    se = math.sqrt(prior * (1 - prior) / rows) if task == "classes" else math.sqrt(2 / rows)
    scores = (
        BaselineScore(name="prior", error=prior, error_se=se),
        BaselineScore(name="linear", error=error, error_se=se),
        BaselineScore(name="trees", error=error + 0.01, error_se=se),
    )
    return BaselineFacts(
        task=task,
        rows=rows,
        scores=scores,
        model_error=model,
        model_error_se=se,
        best="linear",
        permuted_errors=permuted,
        permuted_learner="linear",
        signal_t=t,
    )


def facts(baselines: BaselineFacts, array: ArrayFacts | None = None, held: bool = True) -> Facts:
    array = array or features([0.0], [1.0])
    rows = data([array], [labels({0: 50, 1: 50})], [labels({0: 10, 1: 10})] if held else None)
    return Facts(baselines=baselines, data=rows, settings=settings())


def test_random_labels_on_a_hundred_rows() -> None:
    finding = found(CHECK, facts(learners()))
    assert finding.severity == "warning"
    assert "no signal was found" in finding.message
    assert "wrong on 49% of 100 rows" in finding.message
    assert "No architecture" in finding.advice
    assert finding.evidence["gain_ruled_out"] == pytest.approx(0.01 + 1.645 * 0.05)


def test_on_few_rows_the_advice_says_less() -> None:
    few, many = (found(CHECK, facts(learners(rows=rows))).advice for rows in (30, 300))
    assert "more rows" in few
    assert "more rows" not in many


def test_random_numbers() -> None:
    permuted = tuple(1.0 + 0.005 * i for i in range(20))
    finding = found(
        CHECK, facts(learners(1.03, prior=1.01, model=1.8, permuted=permuted, task="numbers"))
    )
    assert "1.03 times the variance" in finding.message


@pytest.mark.parametrize(
    ("baselines", "result"),
    [
        # plain, weak and doubtful signals
        (learners(0.05, t=20.0, permuted=()), "passed"),
        (learners(0.40, t=2.2), "skipped"),
        (learners(0.43, t=0.8), "skipped"),
        (learners(0.48, t=1.4), "skipped"),
        # errors hide a signal that cross-entropy sees: a class too rare to be named
        (learners(0.05, prior=0.05, t=2.5, permuted=(0.05,) * 20), "skipped"),
        # the learners miss what the model found
        (learners(0.49, model=0.3), "passed"),
        (learners(0.48, rows=40, t=0.8), "skipped"),
    ],
)
def test_a_signal_however_small_is_not_denied(baselines: BaselineFacts, result: str) -> None:
    assert silent(CHECK, facts(baselines)).result == result


def test_more_of_a_signal_never_brings_the_finding_back() -> None:
    from goodfit.checks.check import run_check

    told = [
        run_check(CHECK, facts(learners(0.5 - 0.02 * t, t=t)))[1] is not None
        for t in (-1.0, 0.0, 0.9, 1.1, 2.0, 4.0)
    ]
    assert told == sorted(told, reverse=True)
    assert told[0]
    assert not told[-1]


def test_inputs_that_simple_learners_read_badly_make_it_a_tip() -> None:
    finding = found(CHECK, facts(learners(), image((32, 32, 3))))
    assert (finding.severity, "No architecture" in finding.advice) == ("tip", False)


def test_without_validation_rows_the_models_error_says_nothing() -> None:
    by_heart = learners(model=0.0)
    assert found(CHECK, facts(by_heart, held=False)).severity == "warning"
    assert silent(CHECK, facts(by_heart)).result == "passed"


@pytest.mark.parametrize(
    "baselines",
    [
        learners(rows=12),
        learners(permuted=()),
        learners(permuted=(0.5,)),
        learners(model=None),
        learners(model=math.nan),
        learners(t=math.nan),
        replace(learners(), scores=()),
        replace(learners(), permuted_learner="neighbours"),
        BaselineFacts(task="classes", rows=0),
    ],
)
def test_too_little_to_tell(baselines: BaselineFacts) -> None:
    assert silent(CHECK, facts(baselines)).result == "skipped"


def test_without_squared_errors_the_errors_are_compared() -> None:
    assert found(CHECK, facts(learners(t=None)))
    assert silent(CHECK, facts(learners(0.4, t=None))).result == "skipped"


def test_prior_of_no_spread() -> None:
    one_class = learners(0.0, prior=0.0, model=0.0, t=0.0, permuted=(0.0,) * 20)
    bare = Facts(baselines=one_class)
    assert found(CHECK, bare).evidence["p"] == 1.0
