"""What an input meets before the first weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import chain, features, layer

from goodfit.checks.data.approach import input_name, ways
from goodfit.facts import InputFacts, LayerFacts, ModelFacts

X = (features([0.0], [1.0]),)


@pytest.mark.parametrize(
    ("layers", "end", "path"),
    [
        ([layer("Dense")], "weights", "dense"),
        ([layer("Flatten"), layer("Dropout"), layer("Dense")], "weights", "dense"),
        ([layer("Normalization"), layer("Dense")], "normalised", "normalization"),
        ([layer("BatchNormalization"), layer("Dense")], "normalised", "batchnormalization"),
        ([layer("Lambda"), layer("Dense")], "unseen", "lambda"),
        ([layer("TrueDivide"), layer("Dense")], "unseen", "truedivide"),
        ([layer("RandomFlip"), layer("Conv2D")], "weights", "conv2d"),
    ],
)
def test_where_the_way_ends(layers: list[LayerFacts], end: str, path: str) -> None:
    (way,) = ways(chain(*layers), X, 0)
    assert (way.end, way.layer and way.layer.path) == (end, path)


def test_a_layer_of_the_users_own_is_not_seen_through_whatever_its_name() -> None:
    own = replace(layer("Dense"), builtin=False)
    assert ways(chain(own), X, 0)[0].end == "unseen"


def test_rescalings_add_up() -> None:
    model = chain(
        layer("Rescaling", "a", scale=0.5, offset=1.0),
        layer("Rescaling", "b", scale=2.0, offset=-3.0),
        layer("Dense"),
    )
    (way,) = ways(model, X, 0)
    assert 10 * way.scale + way.offset == (10 * 0.5 + 1) * 2 - 3


def test_one_scale_per_channel_counts_as_normalised() -> None:
    (way,) = ways(chain(layer("Rescaling", scale=(1.0, 2.0)), layer("Dense")), X, 0)
    assert way.end == "normalised"


def test_batch_normalisation_right_behind_linear_weights() -> None:
    behind = chain(layer("Conv2D", activation="linear"), layer("BatchNormalization"))
    after_relu = chain(layer("Conv2D", activation="relu"), layer("BatchNormalization"))
    assert ways(behind, X, 0)[0].normalised_behind
    assert not ways(after_relu, X, 0)[0].normalised_behind


def test_every_branch_is_followed() -> None:
    model = ModelFacts(
        name="m",
        kind="functional",
        inputs=(InputFacts(name="in", shape=(1,)),),
        layers=(
            LayerFacts(path="norm", type="Normalization", model_inputs=("in",)),
            LayerFacts(path="raw", type="Dense", model_inputs=("in",)),
        ),
    )
    assert [way.end for way in ways(model, X, 0)] == ["normalised", "weights"]


def test_a_graph_with_a_joint_of_many_ways_is_followed_once() -> None:
    layers = [LayerFacts(path="a0", type="Dropout", model_inputs=("in",))]
    for depth in range(1, 40):  # 2 ** 39 ways, if each were followed
        before = (f"a{depth - 1}",) if depth == 1 else (f"a{depth - 1}", f"b{depth - 1}")
        layers += [LayerFacts(path=f"{n}{depth}", type="Dropout", inputs=before) for n in "ab"]
    layers.append(LayerFacts(path="end", type="Dense", inputs=("a39", "b39")))
    model = ModelFacts(
        name="m",
        kind="functional",
        inputs=(InputFacts(name="in", shape=(1,)),),
        layers=tuple(layers),
    )
    assert [way.end for way in ways(model, X, 0)] == ["weights"]


def test_without_a_graph_nothing_is_claimed() -> None:
    layers = (LayerFacts(path="d", type="Dense"),)
    model = ModelFacts(name="m", kind="subclassed", layers=layers)
    assert ways(model, X, 0)[0].end == "unseen"
    cured = replace(model, layers=(*layers, LayerFacts(path="n", type="Normalization")))
    assert ways(cured, X, 0)[0].end == "normalised"
    assert ways(replace(model, layers=()), X, 0) == ()


def test_inputs_are_matched_by_name_then_by_position() -> None:
    model = replace(
        chain(layer("Dense")),
        inputs=(InputFacts(name="a", shape=(1,)), InputFacts(name="b", shape=(1,))),
    )
    named = (features([0.0], [1.0], name="b"), features([0.0], [1.0], name="a"))
    placed = (features([0.0], [1.0], name="0"), features([0.0], [1.0], name="1"))
    assert [input_name(model, named, place) for place in (0, 1)] == ["b", "a"]
    assert [input_name(model, placed, place) for place in (0, 1)] == ["a", "b"]
    assert input_name(model, placed[:1], 0) is None
