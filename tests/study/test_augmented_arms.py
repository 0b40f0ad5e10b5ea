"""Arms that augment images: trained on a feed, judged on images as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.remedies import BY_ID
from goodfit.results import Protocol
from goodfit.study.engines.feed import fed

PROTOCOL = Protocol(seeds=(0,), epochs=3, patience=None)
KINDS = ("flip", "rotation", "translation", "zoom", "shear", "brightness", "contrast", "erasing")


def rows(count: int, seed: int) -> Rows:
    """Images bright above or below, from 0 to 255."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, count)
    x = rng.integers(0, 120, (count, 10, 10, 1))
    x[y == 0, :5] += 120
    x[y == 1, 5:] += 120
    return Rows(x=x.astype("float32"), y=y)


def recipe(*own: str, functional: bool = False, rate: float = 0.01) -> Recipe:
    """A small network for `rows`, with augmentation layers of the user's own."""
    import keras

    layers = [getattr(keras.layers, kind)(0.1, name=f"own_{kind.lower()}") for kind in own]
    layers += [
        keras.layers.Rescaling(1 / 255, name="rescaling"),
        keras.layers.Flatten(name="flat"),
        keras.layers.Dense(2, activation="softmax", name="answer"),
    ]
    if functional:
        inputs = output = keras.Input((10, 10, 1), name="image")
        for layer in layers:
            output = layer(output)
        model = keras.Model(inputs, output, name="pictures")
    else:
        model = keras.Sequential([keras.Input((10, 10, 1)), *layers], name="pictures")
    return Recipe(
        model=ModelRecipe(config=keras.saving.serialize_keras_object(model)),
        compile={
            "optimizer": keras.saving.serialize_keras_object(keras.optimizers.SGD(rate)),
            "loss": "sparse_categorical_crossentropy",
        },
        fit=FitRecipe(epochs=3, batch_size=16),
        data=DataRecipe(train=rows(80, 0), validation=rows(50, 1)),
        task=Task(name="classes", classes=2, inputs="image"),
    )


def augmented(given: Recipe, *kinds: str) -> Recipe:
    for kind in kinds:
        given = BY_ID["augmentation"](given, kind=kind)
    return given


def names(given: Recipe) -> list[str]:
    return [entry["class_name"] for entry in given.model.config["config"]["layers"]]


@pytest.mark.parametrize("functional", [False, True])
def test_what_a_remedy_put_behind_the_input_moves_into_the_feed(functional):
    base = recipe(functional=functional)
    found, told = fed(augmented(base, *KINDS), seed=5)
    assert names(found) == names(base)
    assert found.remedies[-1].parameters["kind"] == "erasing"
    policy = told["x"].policy
    assert all(policy.asks(kind) for kind in KINDS)
    assert (policy.rotation, policy.value_range) == (0.1, (0.0, 255.0))
    assert (told["x"].batch_size, told["shuffle"], told["x"].workers) == (16, False, 1)


def test_other_changes_behind_the_input_stay_in_the_model():
    other = BY_ID["gaussian-noise"](recipe())
    assert fed(other, seed=0)[0] is other
    coloured = augmented(recipe("RandomContrast"), "flip", "rotation")
    found, told = fed(coloured, seed=0)
    assert names(found)[1] == "RandomContrast"
    assert told["x"].policy.flip == "horizontal"
    assert not told["x"].policy.asks("contrast")


@pytest.mark.parametrize("functional", [False, True])
def test_layers_of_the_users_own_train_as_they_did(functional):
    own = recipe("RandomRotation", functional=functional)
    assert fed(own, seed=0)[0] is own
    changed = augmented(own, "rotation")  # another strength of the user's own layer
    assert fed(changed, seed=0)[0] is changed
    stepped = replace(augmented(recipe(), "zoom"), fit=FitRecipe(steps=3))
    assert fed(stepped, seed=0)[0] is stepped


@pytest.fixture(scope="module", params=["inline", "processes"])
def engine(request, tmp_path_factory):
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.inline import Inline
    from goodfit.study.engines.processes import Processes

    if request.param == "inline":
        found = Inline(PROTOCOL, RowEvaluator)
    else:
        found = Processes(tmp_path_factory.mktemp("engine"), PROTOCOL, workers=1)
    yield found
    found.close()


@pytest.mark.backend
def test_an_augmented_arm_learns_and_held_out_images_stay_as_they_are(engine):
    base, still = recipe(rate=0.05), recipe(rate=0.0)
    before = base.data.validation.x.copy()
    arms = {
        "base": still,
        "still": augmented(still, "rotation", "brightness", "erasing"),
        "learns": augmented(base, "translation", "contrast"),
    }
    for name, arm in arms.items():
        engine.submit(name, arm, 0)
    found = {trial.arm: trial for trial in (engine.wait(lambda *_: True) for _ in arms)}
    assert {trial.reason for trial in found.values()} == {""}
    # Nothing was learnt, so a difference could only come from the images that are judged.
    np.testing.assert_array_equal(found["still"].validation.loss, found["base"].validation.loss)
    assert found["still"].epochs[0].train_loss == found["base"].epochs[0].train_loss
    losses = [epoch.validation_loss for epoch in found["learns"].epochs]
    assert losses[-1] < 0.9 * found["base"].epochs[0].validation_loss
    assert found["learns"].parameters == found["base"].parameters
    np.testing.assert_array_equal(base.data.validation.x, before)


@pytest.mark.backend
def test_the_seed_decides_what_an_augmented_trial_comes_to(engine):
    for seed in (1, 1, 2):
        engine.submit("turned", augmented(recipe(), "rotation", "flip"), seed)
    first, again, other = (engine.wait(lambda *_: True) for _ in range(3))
    np.testing.assert_array_equal(first.validation.loss, again.validation.loss)
    assert first.epochs[-1].train_loss != other.epochs[-1].train_loss
