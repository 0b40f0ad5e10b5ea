"""A recipe trains what was observed: the same curves for the same seed, on every backend."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from goodfit.observe.recipes.evaluator import RowEvaluator
from goodfit.observe.recipes.observed import observed
from goodfit.randomness import seed_all
from goodfit.recipe import NoRecipeError, Recipe
from goodfit.remedies import BY_ID
from goodfit.results import Protocol
from goodfit.study.engines.build import build
from goodfit.study.engines.train import Job, train

pytestmark = pytest.mark.backend
RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 6)).astype("float32")
Y = (X[:, 0] + 0.3 * RNG.normal(size=160) > 0).astype("float32")
FIT: dict[str, Any] = {
    "x": X[:100],
    "y": Y[:100],
    "validation_data": (X[100:], Y[100:]),
    "epochs": 3,
    "batch_size": 20,
}


def sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def functional() -> keras.Model:
    start = keras.Input((6,))
    shared = keras.layers.Dense(8, activation="relu")
    first, second = shared(start), shared(keras.layers.Rescaling(0.5)(start))
    inner = keras.Sequential([keras.layers.Dense(4), keras.layers.BatchNormalization()])
    joined = keras.layers.Concatenate()([inner(first), second])
    return keras.Model(start, keras.layers.Dense(1, activation="sigmoid")(joined))


class Own(keras.Model):
    """A model of the user's own that says how it is made."""

    def __init__(self, width: int = 8, **options: Any) -> None:
        super().__init__(**options)
        self.width = width
        self.first = keras.layers.Dense(width, activation="relu")
        self.last = keras.layers.Dense(1, activation="sigmoid")

    def call(self, inputs: Any) -> Any:
        return self.last(self.first(inputs))

    def get_config(self) -> dict[str, Any]:
        return {"width": self.width}


def compiled(model: keras.Model) -> keras.Model:
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


def recipe_of(model: keras.Model, **fit: Any) -> Recipe:
    return observed(model, FIT | fit).recipe()


@pytest.mark.parametrize("make", [sequential, functional, Own])
def test_the_same_seed_gives_the_same_curves(make: Any) -> None:
    seed_all(7)
    original = compiled(make()).fit(**FIT, verbose=0).history
    again = build(recipe_of(compiled(make())), seed=7).fit(**FIT, verbose=0).history
    assert again == original


def test_a_trained_model_and_the_random_state_are_left_alone() -> None:
    model = compiled(sequential())
    model.build((None, 6))
    recipe = recipe_of(model)
    before = [keras.ops.convert_to_numpy(v.value).copy() for v in model.variables]
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    trial = train(recipe, job(epochs=2))
    assert np.random.random() == expected
    assert trial.status == "finished"
    after = [keras.ops.convert_to_numpy(v.value) for v in model.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def job(epochs: int = 3, **options: Any) -> Job:
    protocol = Protocol(seeds=(0,), epochs=epochs, patience=options.pop("patience", None))
    return Job(arm="arm", seed=0, protocol=protocol, evaluator=RowEvaluator, **options)


def test_layers_that_a_remedy_leaves_alone_begin_with_the_same_weights() -> None:
    recipe = recipe_of(compiled(functional()))
    plain = build(recipe, seed=3)
    changed = build(BY_ID["dropout"](recipe, rate=0.5), seed=3)
    kernels = {v.path: keras.ops.convert_to_numpy(v.value) for v in plain.trainable_variables}
    assert len(changed.layers) > len(plain.layers)
    for variable in changed.trainable_variables:
        assert np.array_equal(keras.ops.convert_to_numpy(variable.value), kernels[variable.path])


def test_a_trial_scores_every_validation_row() -> None:
    trial = train(recipe_of(compiled(sequential())), job(epochs=15, patience=5))
    assert trial.validation is not None
    assert trial.validation.score.shape == (60,)
    assert set(np.unique(trial.validation.score)) <= {0.0, 1.0}
    assert trial.validation.score.mean() > 0.7
    losses = [epoch.validation_loss for epoch in trial.epochs]
    assert trial.best_epoch == int(np.argmin(losses))
    assert float(trial.validation.loss.mean()) == pytest.approx(min(losses), rel=1e-5)


def test_frozen_and_loaded_weights_are_kept() -> None:
    model = compiled(sequential())
    model.build((None, 6))
    kernel = np.full((6, 8), 0.25, "float32")
    model.layers[0].kernel.assign(kernel)
    model.layers[0].trainable = False
    built = build(recipe_of(model), seed=11)
    assert np.array_equal(keras.ops.convert_to_numpy(built.layers[0].kernel.value), kernel)


def test_a_trial_that_diverges_is_a_value() -> None:
    model = sequential()
    model.compile(keras.optimizers.SGD(1e30), "mse")
    trial = train(recipe_of(model, y=Y[:100] * 1e30), job(epochs=5))
    assert trial.status == "diverged"
    assert "not finite" in trial.reason


def test_a_trial_that_fails_says_why() -> None:
    trial = train(recipe_of(compiled(sequential()), y=Y[:100].reshape(50, 2)), job())
    assert trial.status == "failed"
    assert trial.reason


def test_rows_of_a_generator_cannot_be_had_again() -> None:
    batches = ((X[:20], Y[:20]) for _ in range(3))
    with pytest.raises(NoRecipeError, match="only once"):
        recipe_of(compiled(sequential()), x=batches, y=None)


def test_a_pipeline_is_read_once_more() -> None:
    class Batches(keras.utils.PyDataset):
        @property
        def num_batches(self) -> int:
            return 5

        def __getitem__(self, index: int) -> Any:
            return X[index * 20 : index * 20 + 20], Y[index * 20 : index * 20 + 20]

    recipe = recipe_of(compiled(sequential()), x=Batches(), y=None, batch_size=None)
    assert recipe.data.train.count == 100
    assert (recipe.fit.batch_size, recipe.data.streamed) == (20, True)


@pytest.mark.parametrize(
    ("y", "loss", "name", "classes"),
    [
        (Y, "binary_crossentropy", "binary", 2),
        (np.arange(160) % 3, "sparse_categorical_crossentropy", "classes", 3),
        (np.eye(4)[np.arange(160) % 4], "categorical_crossentropy", "classes", 4),
        (np.arange(160) % 3, "mse", "classes", 3),
        (X[:, :1] * 10, "mse", "regression", None),
        ((X[:, :3] > 0).astype("float32"), "binary_crossentropy", "labels", 3),
    ],
)
def test_the_task_is_read_from_the_targets(y: Any, loss: str, name: str, classes: Any) -> None:
    model = sequential()
    model.compile("adam", loss)
    recipe = recipe_of(model, y=y[:100], validation_data=(X[100:], y[100:]))
    assert (recipe.task.name, recipe.task.classes) == (name, classes)
    assert recipe.task.inputs == "tabular"
