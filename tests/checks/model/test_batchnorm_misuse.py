"""GF209 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from faring_literals import badly, well
from literals import predictions, trace
from model_literals import case, finding, layer, stack

from goodfit.checks.model.batchnorm_misuse import CHECK, batchnorm_misuse
from goodfit.facts import (
    ApiCall,
    LayerFacts,
    ModelFacts,
    ScriptFacts,
    SettingsFacts,
    SourceLine,
    Trace,
    WeightFacts,
)


def norm(*shape: int, momentum: float = 0.99, **more: Any) -> LayerFacts:
    weights = tuple(
        WeightFacts(name=f"moving_{name}", shape=(8,), std=0.0, constant=True)
        for name in ("mean", "variance")
    )
    more.setdefault("weights", weights)
    return layer(
        "bn", "BatchNormalization", options={"momentum": momentum},
        input_shapes=(shape or (8,),), output_shapes=(shape or (8,),), **more,
    )  # fmt: skip


def net(*bn: int, **more: Any) -> ModelFacts:
    return stack(layer("a", activation="relu"), norm(*bn, **more), layer("out"))


def fit(batch: int = 32, steps: int = 100) -> SettingsFacts:
    return SettingsFacts(batch_size=batch, steps_per_epoch=steps)


def two_modes(epochs: int = 2) -> Trace:
    """The loss that is printed in training falls; in inference mode it stays where it was."""
    run = trace([2.3, *[2.2] * epochs], answers=predictions(prior_loss=2.3), spread=0.1)
    return replace(
        run,
        epochs=tuple(replace(e, logs={"loss": 0.4} if e.index >= 0 else {}) for e in run.epochs),
    )


def test_statistics_that_were_not_learned() -> None:
    found = finding(CHECK, model=net(), settings=fit(steps=20), trace=two_modes())
    assert found.severity == "warning"
    assert "67%" in found.message  # 0.99 ** 40


def test_few_steps_without_harm_are_silent() -> None:
    assert case(batchnorm_misuse(net(), fit(steps=2), **well())) == "Passed"
    fast = net(momentum=0.5)
    assert case(batchnorm_misuse(fast, fit(steps=20), two_modes())) == "Passed"


def test_statistics_learned_in_an_earlier_fit_are_no_matter() -> None:
    known = net(weights=(WeightFacts(name="moving_mean", shape=(8,), std=1.0, constant=False),))
    assert case(batchnorm_misuse(known, fit(steps=20), two_modes())) == "Passed"


def test_small_batches() -> None:
    assert case(batchnorm_misuse(net(), fit(batch=2), **badly())) == "small-batch"
    assert case(batchnorm_misuse(net(), fit(batch=2), **well())) == "Passed"
    maps = net(16, 16, 8)  # 512 values a channel
    assert case(batchnorm_misuse(maps, fit(batch=2), **badly())) == "Passed"


def test_on_the_outputs() -> None:
    model = stack(layer("a", activation="relu"), layer("out"), norm())
    assert finding(CHECK, model=model, settings=fit(), **well()).severity == "tip"
    assert finding(CHECK, model=model, settings=fit(), **badly()).severity == "warning"


def test_training_left_on() -> None:
    line = SourceLine(file="train.py", line=7, text="x = layers.BatchNormalization()(x, ...)")
    name = "keras.layers.BatchNormalization()"
    on = ScriptFacts(
        calls=(ApiCall(name=name, keywords=("training",), true=("training",), where=line),)
    )
    off = ScriptFacts(calls=(ApiCall(name=name, keywords=("training",)),))
    assert case(batchnorm_misuse(net(), fit(), script=on, **well())) == "left-on"
    assert case(batchnorm_misuse(net(), fit(), script=off, **well())) == "Passed"
    assert case(batchnorm_misuse(stack(layer("a")))) == "NotApplicable"
