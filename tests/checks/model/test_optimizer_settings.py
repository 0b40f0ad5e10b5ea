"""GF221 on literals."""

from __future__ import annotations

from typing import Any

from faring_literals import badly, falling, well
from literals import decay, predictions, trace
from model_literals import case, finding, layer, stack

from goodfit.checks.model.optimizer_settings import CHECK, optimizer_settings
from goodfit.facts import (
    ApiCall,
    LayerProbe,
    OptimizerFacts,
    ScriptFacts,
    SettingsFacts,
    Trace,
)

DEEP = stack(*(layer(name, activation="relu") for name in "abc"), layer("out"))
FLAT = stack(layer("a", activation="relu"), layer("out"))


def told(name: str = "SGD", **options: Any) -> SettingsFacts:
    return SettingsFacts(optimizer=OptimizerFacts(name=name, learning_rate=0.01, options=options))


def probed(gradient: float, *, shrinks: bool = False) -> Trace:
    curve = decay(2.3, 1.2, 20, tenth=0.8)
    probes = [
        [LayerProbe(path="a", gradient_norm=gradient, weight_norm=10.0 / (1 + shrinks * epoch))]
        for epoch in range(21)
    ]
    return trace(curve, curve, answers=predictions(error=0.4, prior_error=0.9), layers=probes)


def test_sgd_without_momentum_in_a_deep_net_that_was_still_falling() -> None:
    plain = told(momentum=0.0)
    assert case(optimizer_settings(plain, model=DEEP, **falling())) == "no-momentum"
    assert finding(CHECK, settings=plain, model=DEEP, **falling()).severity == "warning"


def test_plain_sgd_is_fine_where_it_gets_there() -> None:
    plain = told(momentum=0.0)
    assert case(optimizer_settings(plain, model=DEEP, **well())) == "Passed"
    assert case(optimizer_settings(plain, model=FLAT, **falling())) == "Passed"
    assert case(optimizer_settings(told(momentum=0.9), model=DEEP, **falling())) == "Passed"


def test_a_clip_that_always_binds() -> None:
    parts = {**badly(), "trace": probed(5.0)}
    assert case(optimizer_settings(told(clipnorm=0.01), model=FLAT, **parts)) == "clipped"
    # Adam divides by the gradient's size; a clip above the norm does nothing
    assert case(optimizer_settings(told("Adam", clipnorm=0.01), model=FLAT, **parts)) == "Passed"
    assert case(optimizer_settings(told(clipnorm=10.0), model=FLAT, **parts)) == "Passed"
    assert case(optimizer_settings(told(clipnorm=0.01), model=FLAT, **well())) == "Passed"


def test_weight_decay_that_shrinks_the_weights() -> None:
    adamw = told("AdamW", weight_decay=1.0)
    parts = {**badly(), "trace": probed(5.0, shrinks=True)}
    assert case(optimizer_settings(adamw, model=FLAT, **parts)) == "weight-decay"
    assert case(optimizer_settings(adamw, model=FLAT, **{**badly(), "trace": probed(5.0)})) == (
        "Passed"
    )


def test_decay_is_ignored() -> None:
    old = ScriptFacts(calls=(ApiCall(name="keras.optimizers.SGD", keywords=("decay",)),))
    own = ScriptFacts(calls=(ApiCall(name="my_schedule", keywords=("decay",)),))
    healthy = finding(CHECK, settings=told(), model=FLAT, script=old, **well())
    assert healthy.severity == "tip"
    assert finding(CHECK, settings=told(), model=FLAT, script=old, **badly()).severity == "warning"
    assert case(optimizer_settings(told(), model=FLAT, script=own, **well())) == "Passed"


def test_thin_facts() -> None:
    assert case(optimizer_settings(SettingsFacts())) == "NotApplicable"
    assert case(optimizer_settings(told(clipnorm=None, weight_decay=None))) == "Passed"
