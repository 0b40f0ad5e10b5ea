"""GF128 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import chain, found, layer, silent

from goodfit.checks.data.image_size import CHECK
from goodfit.facts import Facts, LayerFacts, ModelFacts


def pool(before: int, after: int, **options: object) -> LayerFacts:
    told = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"} | options
    return replace(
        layer("MaxPooling2D", **told),
        input_shapes=((None, before, before, 8),),
        output_shapes=((None, after, after, 8),),
    )


def base(side: int, last: int, convolutions: int = 12) -> ModelFacts:
    layers = [
        replace(
            layer("Conv2D", f"base/conv_{number}"),
            input_shapes=((None, side, side, 3),),
            output_shapes=((None, last, last, 64),),
        )
        for number in range(convolutions)
    ]
    return ModelFacts(name="m", kind="functional", layers=tuple(layers))


def test_a_pool_that_drops_a_good_part_is_a_tip() -> None:
    finding = found(CHECK, Facts(model=chain(layer("Conv2D"), pool(5, 2))))
    assert finding.severity == "tip"
    assert "5x5 to 2x2 and drops 36%" in finding.message


def test_silent_where_little_or_nothing_is_dropped() -> None:
    for before, after in ((28, 14), (13, 6), (11, 5), (224, 112)):
        assert silent(CHECK, Facts(model=chain(pool(before, after)))).result == "passed"
    same = pool(5, 3, padding="same")
    assert silent(CHECK, Facts(model=chain(same))).result == "not applicable"
    over = pool(5, 2, pool_size=(3, 3))  # overlapping pools reach the border
    assert silent(CHECK, Facts(model=chain(over))).result == "passed"


def test_a_base_that_loses_all_places() -> None:
    finding = found(CHECK, Facts(model=base(32, 1)))
    assert "pictures of 32 pixels a side into a map of 1" in finding.message
    assert finding.where.layer == "base"


def test_a_base_that_fits_and_a_small_nest() -> None:
    assert silent(CHECK, Facts(model=base(224, 7))).result == "passed"
    assert silent(CHECK, Facts(model=base(32, 1, convolutions=3))).result == "not applicable"


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(model=chain(layer("Dense")))).result == "not applicable"
    unknown = replace(pool(5, 2), input_shapes=((None, None, None, 8),))
    assert silent(CHECK, Facts(model=chain(unknown))).result == "not applicable"
    bare = replace(pool(5, 2), input_shapes=(), output_shapes=())
    assert silent(CHECK, Facts(model=chain(bare))).result == "not applicable"
