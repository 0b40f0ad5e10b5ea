"""GF509 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodfit.checks.check import NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.evaluation.predict_scale import CHECK, predict_scale
from goodfit.facts import ArrayFacts, CallFacts, DataFacts, Facts, SetFacts, SourceLine

Numbers = tuple[float, float, float, float]
UNIT: Numbers = (0.0, 1.0, 0.13, 0.31)
BYTES: Numbers = (0.0, 255.0, 33.0, 79.0)
SIGNED: Numbers = (-1.0, 1.0, -0.74, 0.62)
SCORES: Numbers = (-0.42, 2.81, 0.0, 1.0)
PHOTOS: Numbers = (0.0, 255.0, 121.0, 64.0)


def _facts(
    trained: Numbers, given: Numbers, *, rows: int = 100, kind: str = "image", same: str = ""
) -> Facts:
    low, high, mean, std = trained
    array = ArrayFacts(
        name="0", shape=(28, 28, 1), dtype="float32", kind=kind, minimum=low, maximum=high,
        mean=mean, std=std,
    )  # fmt: skip
    call = CallFacts(
        kind="predict", rows=rows, same_as=same, where=SourceLine(file="t.py", line=30),
        shape=(28, 28, 1), minimum=given[0], maximum=given[1], mean=given[2], std=given[3],
    )  # fmt: skip
    data = DataFacts(train=SetFacts(role="train", inputs=(array,)))
    return Facts(data=data, calls=(call,))


def _told(facts: Facts) -> Suspicion:
    assert facts.data is not None
    answer = predict_scale(facts, facts.data)
    assert isinstance(answer, Suspicion), answer
    return answer


def test_test_images_that_were_not_divided() -> None:
    outcome, found = run_check(CHECK, _facts(UNIT, (0, 255, 34, 80)))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.line) == ("error", 30)
    assert "They look not divided by 255" in found.message


@pytest.mark.parametrize(
    ("trained", "given", "what"),
    [
        (UNIT, (0, 1 / 255, 0.13 / 255, 0.31 / 255), "divided by 255 twice"),
        (UNIT, SIGNED, "scaled to [-1, 1] instead of [0, 1]"),
        (BYTES, UNIT, "divided by 255"),
        (BYTES, SIGNED, "scaled to [-1, 1]"),
        (PHOTOS, (0, 1, 0.45, 0.27), "divided by 255"),
        (SIGNED, UNIT, "scaled to [0, 1] instead of [-1, 1]"),
        (SIGNED, BYTES, "not scaled from [0, 255] to [-1, 1]"),
        (SCORES, BYTES, "not standardised"),
        (UNIT, (0, 16, 2.0, 5.1), "multiplied by 16"),
        ((0.0, 16.0, 4.9, 6.0), (0, 1, 0.3, 0.37), "multiplied by 0.0625"),
        (BYTES, SCORES, "standardised, the training rows not"),
    ],
)
def test_known_preprocessing(trained: Numbers, given: Numbers, what: str) -> None:
    answer = _told(_facts(trained, given))
    assert (answer.evidence["what"], answer.severity) == (what, None)


def test_tables() -> None:
    raw: Numbers = (0.0, 4254.0, 62.0, 229.0)
    scaled: Numbers = (-3.1, 9.8, 0.0, 1.0)
    assert _told(_facts(raw, scaled, kind="features")).evidence["what"].startswith("standardised")
    assert _told(_facts(scaled, raw, kind="features")).evidence["what"] == "not standardised"
    # few rows, or rows of another mix, are no proof
    for facts in (
        _facts(scaled, raw, kind="features", rows=10),
        _facts(scaled, (-2.0, 8.0, 1.1, 1.9), kind="features"),
        _facts(raw, (0.0, 900.0, 40.0, 100.0), kind="features"),
        _facts(raw, (0.0, 1.0, 0.3, 0.2), kind="features"),
    ):
        assert facts.data is not None
        assert isinstance(predict_scale(facts, facts.data), Passed)


def test_one_raw_image_is_a_warning() -> None:
    answer = _told(_facts(UNIT, (0, 250, 60, 70), rows=1))
    assert answer.severity == "warning"


@pytest.mark.parametrize(
    "facts",
    [
        _facts(UNIT, (0, 1, 0.14, 0.32)),
        _facts(UNIT, (0, 0.9, 0.2, 0.25), rows=1),
        _facts(BYTES, (0, 1, 0.004, 0.06), rows=1),
        _facts(BYTES, (0, 1, 0.5, 0.29), rows=1),
        _facts(PHOTOS, (20, 140, 70, 30)),
        _facts(UNIT, (0, 0, 0, 0)),
        _facts(UNIT, (0, 0.01, 0.002, 0.004), rows=1),
        _facts(UNIT, (0, 1.7, 0.2, 0.4)),
        _facts(UNIT, (0, 9.0, 0.2, 0.4)),
        _facts(UNIT, (0, 16, 2.0, 5.1), rows=20),
        _facts(SCORES, (-0.42, 2.9, 0.1, 1.1)),
        _facts(SIGNED, (-0.98, 0.99, 0.1, 0.5)),
        _facts(BYTES, UNIT, same="train"),
        _facts(UNIT, BYTES, kind="tokens"),
    ],
    ids=[
        "test images", "one image", "one black image", "noise to warm up with", "dark photographs",
        "zeros to warm up with", "one dark image", "brighter", "a spot", "few", "standardised",
        "bright ones", "the training rows", "no numbers to scale",
    ],
)  # fmt: skip
def test_healthy_calls_pass(facts: Facts) -> None:
    assert facts.data is not None
    assert isinstance(predict_scale(facts, facts.data), Passed)


def test_another_shape_is_another_input() -> None:
    facts = _facts(UNIT, BYTES)
    assert facts.data is not None
    other = replace(facts, calls=(replace(facts.calls[0], shape=(64,)),))
    assert isinstance(predict_scale(other, facts.data), Passed)


def test_without_numbers_there_is_no_question() -> None:
    facts = _facts(UNIT, BYTES)
    assert facts.data is not None
    stream = CallFacts(kind="predict", source="tf.data", rows=100)
    for calls in ((), (stream,)):
        assert isinstance(predict_scale(replace(facts, calls=calls), facts.data), NotApplicable)
