"""GF219 on literals."""

from __future__ import annotations

from dataclasses import replace

from literals import decay, trace
from model_literals import case, finding, layer, stack

from goodfit.checks.model.unused_input import CHECK, unused_input
from goodfit.facts import InputFacts, LayerProbe, ModelFacts, OutputFacts, Trace

X, Z = (InputFacts(name=name, shape=(8,)) for name in "xz")
NET = stack(layer("a", parameters=72), layer("b", parameters=72), inputs=(X,))


def probed(*gradients: float, dead: float = 0.0, ratio: float = 0.0) -> Trace:
    """The layer a's gradients, one for each probe; b always learns."""
    probes = [
        [
            LayerProbe(path="a", gradient_norm=norm, update_ratio=ratio),
            LayerProbe(path="b", gradient_norm=1.0, update_ratio=0.1, dead=dead),
        ]
        for norm in gradients
    ]
    return trace(decay(2.3, 0.3, len(gradients) - 1), layers=probes)


def test_an_input_that_nothing_takes() -> None:
    model = replace(NET, inputs=(X, Z))
    assert case(unused_input(model)) == "input"
    found = finding(CHECK, model=model)
    assert found.severity == "error"
    assert "the input z" in found.message


def test_weights_that_no_gradient_reaches() -> None:
    found = finding(CHECK, model=NET, trace=probed(0.0, 0.0, 0.0, 0.0))
    assert found.severity == "error"
    assert found.evidence["layers"] == ["a"]


def test_healthy_is_silent() -> None:
    assert case(unused_input(NET)) == "Passed"
    assert case(unused_input(NET, probed(0.5, 0.3, 0.2, 0.1))) == "Passed"
    # a zero-initialised layer behind lets nothing pass in the first step
    assert case(unused_input(NET, probed(0.0, 0.3, 0.2, 0.1))) == "Passed"
    assert case(unused_input(NET, probed(0.0, 0.0))) == "Passed"
    # dead units behind explain the zero
    assert case(unused_input(NET, probed(0.0, 0.0, 0.0, 0.0, dead=1.0))) == "Passed"
    frozen = stack(
        layer("a", parameters=72, trainable=False), layer("b", parameters=72), inputs=(X,)
    )
    assert case(unused_input(frozen, probed(0.0, 0.0, 0.0, 0.0))) == "Passed"


def test_an_input_that_is_an_output_too() -> None:
    through = OutputFacts(name="z", shape=(8,), layer=None)
    model = replace(NET, inputs=(X, Z), outputs=(*NET.outputs, through))
    assert case(unused_input(model)) == "Passed"


def test_a_layer_that_was_never_called() -> None:
    from goodfit.facts import WeightFacts

    kernel = WeightFacts(name="kernel", shape=(8, 8))
    layers = (
        layer("a", weights=(kernel,)),
        layer("spare", input_shapes=(), output_shapes=()),
    )
    model = ModelFacts(name="m", kind="subclassed", layers=layers)
    assert finding(CHECK, model=model).severity == "tip"
    assert case(unused_input(replace(model, built=False))) == "CannotTell"
