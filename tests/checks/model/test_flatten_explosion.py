"""GF214 on literals."""

from __future__ import annotations

from faring_literals import overfitted, rows, well
from model_literals import case, finding, layer, stack

from goodfit.checks.model.flatten_explosion import CHECK, flatten_explosion
from goodfit.facts import ModelFacts


def net(dense: int, rest: int) -> ModelFacts:
    return stack(
        layer("conv", "Conv2D", input_shapes=((28, 28, 1),), output_shapes=((26, 26, 32),)),
        layer("flat", "Flatten", input_shapes=((26, 26, 32),), output_shapes=((21632,),)),
        layer("drop", "Dropout", 21632, 21632),
        layer("wide", units=128, width=21632, parameters=dense),
        layer("out"),
        parameters=dense + rest,
    )


def test_most_weights_behind_the_flatten() -> None:
    parts = {"model": net(2_700_000, 2000), "data": rows(1000)}
    assert finding(CHECK, **parts, trace=well()["trace"]).severity == "tip"
    found = finding(CHECK, **parts, trace=overfitted()["trace"])
    assert found.severity == "warning"
    assert "26 x 26 x 32" in found.message


def test_healthy_is_silent() -> None:
    big = net(2_700_000, 2000)
    assert case(flatten_explosion(big, overfitted()["trace"], rows(1_000_000))) == "Passed"
    assert case(flatten_explosion(net(20_000, 80_000), data=rows(1000))) == "Passed"
    flat = layer("flat", "Flatten", input_shapes=((8, 8),), output_shapes=((64,),))
    tabular = stack(flat, layer("a", parameters=9000), layer("out"), parameters=9100)
    assert case(flatten_explosion(tabular, data=rows(100))) == "NotApplicable"


def test_unknown_rows_accuse_nobody() -> None:
    assert case(flatten_explosion(net(2_700_000, 2000))) == "Passed"
