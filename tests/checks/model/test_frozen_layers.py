"""GF216 on literals."""

from __future__ import annotations

from dataclasses import replace

from faring_literals import badly, well
from literals import decay, trace
from model_literals import case, finding, layer, stack

from goodfit.checks.model.frozen_layers import CHECK, frozen_layers
from goodfit.facts import CrashFacts, LayerFacts, LayerProbe, ModelFacts, WeightFacts


def dense(path: str, parameters: int = 100, *, drawn: bool = True, **more: object) -> LayerFacts:
    kernel = WeightFacts(
        name="kernel", shape=(10, 9), initialiser="GlorotUniform", std=0.3, mean=0.0,
        constant=False, as_initialised=drawn,
    )  # fmt: skip
    bias = WeightFacts(
        name="bias", shape=(10,), initialiser="Zeros", std=0.0, constant=drawn, as_initialised=drawn
    )
    return layer(path, parameters=parameters, weights=(kernel, bias), **more)


def net(*layers: LayerFacts) -> ModelFacts:
    trainable = sum(one.parameters for one in layers if one.trainable)
    return stack(*layers, parameters=sum(one.parameters for one in layers),
                 trainable_parameters=trainable)  # fmt: skip


RANDOM = net(dense("a", trainable=False), dense("b", trainable=False), dense("c"))
TRANSFER = net(dense("a", drawn=False, trainable=False), dense("c"))
MOSTLY = net(dense("a", 5000, drawn=False, trainable=False), dense("c"))


def test_nothing_to_train() -> None:
    model = net(dense("a", trainable=False), dense("b", trainable=False))
    assert case(frozen_layers(model)) == "all"
    assert finding(CHECK, model=model).severity == "error"


def test_frozen_random_layers() -> None:
    assert finding(CHECK, model=RANDOM, **badly()).severity == "error"
    assert "a, b" in finding(CHECK, model=RANDOM, **badly()).message
    assert finding(CHECK, model=RANDOM, **well()).severity == "tip"


def test_transfer_is_as_it_should_be() -> None:
    assert case(frozen_layers(TRANSFER, **well())) == "Passed"
    assert case(frozen_layers(TRANSFER, **badly())) == "Passed"  # half of the weights are trained
    assert case(frozen_layers(MOSTLY, **well())) == "Passed"
    assert case(frozen_layers(net(dense("a"), dense("b")), **badly())) == "Passed"


def test_most_of_it_frozen_and_it_does_badly() -> None:
    assert case(frozen_layers(MOSTLY, **badly())) == "most"


def test_a_bias_that_was_trained_tells_of_training() -> None:
    layer_ = dense("a", trainable=False)
    bias = replace(layer_.weights[1], as_initialised=False, constant=False)
    trained = replace(layer_, weights=(layer_.weights[0], bias))
    assert case(frozen_layers(net(trained, dense("c")), **badly())) == "Passed"


def changed(ratio: float) -> tuple[ModelFacts, list[list[LayerProbe]]]:
    model = net(dense("a", drawn=False, trainable=False, trainable_at_compile=True), dense("c"))
    probes = [
        [LayerProbe(path="a", update_ratio=ratio), LayerProbe(path="c", update_ratio=0.1)]
        for _ in range(11)
    ]
    return model, probes


def test_flags_changed_after_compile() -> None:
    curve = decay(2.3, 0.3, 10)
    model, moving = changed(0.1)
    assert case(frozen_layers(model, trace(curve, layers=moving))) == "disobeyed"
    model, still = changed(0.0)
    assert case(frozen_layers(model, trace(curve, layers=still))) == "Passed"
    assert case(frozen_layers(model, backend="tensorflow")) == "disobeyed"
    assert case(frozen_layers(model, backend="torch")) == "Passed"
    assert case(frozen_layers(TRANSFER, backend="tensorflow")) == "Passed"
    said = CrashFacts(
        type="ValueError",
        message="Argument `optimizer_variables` must be a list of tensors corresponding 1:1 to the "
        "trainable variables list that the optimizer was built with.",
    )
    assert case(frozen_layers(model, crash=said)) == "stopped"
    assert case(frozen_layers(TRANSFER, crash=said)) == "Passed"
