"""GF132 on literals."""

from __future__ import annotations

from data_literals import found as found_by
from data_literals import silent
from image_literals import alone, pictures, seen

from goodfit.checks.data.image_shortcut import CHECK
from goodfit.facts import BaselineFacts, Facts, ImageFacts, ImageProperty
from goodfit.results import Finding


def facts(*properties: ImageProperty, model_error: float | None = None) -> Facts:
    baselines = None
    if model_error is not None:
        baselines = BaselineFacts(
            task="classes", rows=500, model_error=model_error, model_error_se=0.005
        )
    return seen(train=pictures(properties=properties), baselines=baselines)


def found(*properties: ImageProperty, model_error: float | None = None) -> Finding:
    return found_by(CHECK, facts(*properties, model_error=model_error))


def test_what_the_file_alone_tells_is_a_warning() -> None:
    finding = found(alone("mode", 0.004), alone("brightness", 0.3), model_error=0.0)
    assert finding.severity == "warning"
    assert "file's kind of pixels alone tells the class" in finding.message
    assert finding.evidence["others"] == {"brightness": 0.3}


def test_so_is_the_border() -> None:
    assert found(alone("border", 0.01)).severity == "warning"


def test_brightness_may_be_what_two_classes_are_about() -> None:
    """Day and night: no harm is seen where the network is better than a rule on brightness."""
    assert found(alone("brightness", 0.02), model_error=0.001).severity == "tip"


def test_a_network_that_is_no_better_than_brightness() -> None:
    finding = found(alone("brightness", 0.02), model_error=0.025)
    assert finding.severity == "warning"
    assert (
        "The network errs on 2.5% of its rows, as if it looked at nothing else" in finding.message
    )


def test_a_network_that_did_not_even_learn_that_has_another_fault() -> None:
    assert found(alone("brightness", 0.02), model_error=0.5).severity == "tip"


def test_ten_classes_do_not_differ_in_brightness_by_nature() -> None:
    assert found(alone("brightness", 0.03, prior=0.9), model_error=0.0).severity == "warning"


def test_a_strong_property_that_is_often_wrong_is_a_tip() -> None:
    assert found(alone("width", 0.06)).severity == "tip"


def test_healthy_sets_tell_something_by_every_property() -> None:
    """MNIST by its ink, CIFAR-10 by its brightness, and digits 0 and 1 of MNIST."""
    mnist = facts(alone("brightness", 0.74, prior=0.89), alone("contrast", 0.78, prior=0.89))
    cifar = facts(alone("colour", 0.79, prior=0.9), alone("bytes", 0.8, prior=0.9))
    ones = facts(alone("brightness", 0.08, prior=0.49))
    for healthy in (mnist, cifar, ones):
        assert silent(CHECK, healthy).result == "passed"


def test_few_rows_and_no_classes() -> None:
    assert silent(CHECK, facts(alone("width", 0.0, rows=30))).result == "not applicable"
    assert silent(CHECK, facts()).result == "not applicable"
    assert silent(CHECK, Facts(images=ImageFacts())).result == "skipped"
