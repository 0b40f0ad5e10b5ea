"""From probabilities to classes: the remedy on literals, with others, and in real trials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_data import recipe

from goodfit.patch import difference
from goodfit.patch.words import described
from goodfit.recipe import DataRecipe, Decision, Recipe, Rows, Task
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.results import Protocol, Remedy


def held_out(given: Recipe) -> Any:
    assert given.data.validation is not None
    return given.data.validation


UNEVEN = np.array([0] * 30 + [1] * 12 + [2] * 18)
TWO = Task(name="binary", classes=2, inputs="tabular")
MOVED = BY_ID["decision-threshold"]


def binary() -> Recipe:
    y = (np.arange(60) % 6 == 0).astype("int64")
    return recipe(y, loss="binary_crossentropy", task=TWO)


def test_it_changes_the_rule_and_no_row() -> None:
    given = recipe(UNEVEN)
    changed = MOVED(given)
    assert changed.task.decision == Decision(shares=(0.5, 0.2, 0.3))
    assert changed.data is given.data
    assert changed.compile is given.compile
    assert MOVED(given, tau=1.5).task.decision.value == 1.5
    assert MOVED(binary(), threshold=0.2).task.decision.value == 0.2
    assert MOVED(binary()).task.decision.value is None


def test_classes_that_were_evened_out_are_shifted_by_validation_shares() -> None:
    given = recipe(UNEVEN, held_y=[0, 0, 0, 1, 2, 0])
    changed = MOVED(BY_ID["oversampling"](given))
    assert changed.task.decision.shares == pytest.approx((4 / 6, 1 / 6, 1 / 6))


def test_what_it_cannot_do_it_refuses() -> None:
    with pytest.raises(DoesNotApplyError, match="decides already"):
        MOVED(MOVED(recipe(UNEVEN)))
    with pytest.raises(DoesNotApplyError, match="one class each"):
        MOVED(recipe(UNEVEN, task=Task(name="regression")))
    with pytest.raises(DoesNotApplyError, match="no validation rows to fit it on"):
        MOVED(recipe(UNEVEN, validation=False))
    with pytest.raises(DoesNotApplyError, match="tau was given, which is for several classes"):
        MOVED(binary(), tau=1.0)
    with pytest.raises(DoesNotApplyError, match="threshold was given, which is for two classes"):
        MOVED(recipe(UNEVEN), threshold=0.3)
    with pytest.raises(DoesNotApplyError, match="same number of training rows"):
        MOVED(recipe([0, 1, 2] * 4, held_y=[0, 1, 2]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        MOVED(binary(), threshold=7)


@pytest.mark.parametrize("other", ["class-weights", "oversampling", "focal-loss", "undersampling"])
@pytest.mark.parametrize("form", ["whole numbers", "one-hot", "two classes"])
def test_it_goes_with_the_others_in_any_order(other: str, form: str) -> None:
    if form == "two classes":
        given = binary()
    elif form == "one-hot":
        given = recipe(np.eye(3)[UNEVEN], held_y=np.eye(3)[[0, 1, 2, 0]],
                       loss="categorical_crossentropy",
                       task=Task(name="classes", classes=3, one_hot=True))  # fmt: skip
    else:
        given = recipe(UNEVEN)
    for chain in ((other, "decision-threshold"), ("decision-threshold", other)):
        changed = given
        for one in chain:
            changed = BY_ID[one](changed)
        assert changed.task.decision is not None
        assert [one.id for one in changed.remedies] == list(chain)
        assert held_out(changed).x is held_out(given).x


@pytest.mark.parametrize(
    ("given", "parameters", "words"),
    [
        (binary(), {}, "answer class 1 above a probability that validation rows tell, not 0.5"),
        (binary(), {"threshold": 0.2}, "answer class 1 above a probability of 0.2, not 0.5"),
        (replace(binary(), task=replace(TWO, from_logits=True)), {"threshold": 0.2},
         "a probability of 0.2, which is a logit of -1.39, not 0"),
        (recipe(UNEVEN), {"tau": 1.5},
         "answer the largest of `np.log(p) - 1.5 * np.log([0.5, 0.2, 0.3])`"),
        (recipe(UNEVEN), {}, "`np.log(p) - tau * np.log([0.5, 0.2, 0.3])`, with the probabilities "
         "p and tau chosen on validation rows"),
    ],
)  # fmt: skip
def test_a_patch_says_what_to_do_with_predictions(
    given: Recipe, parameters: dict[str, Any], words: str
) -> None:
    (change,) = difference(given, MOVED(given, **parameters))
    assert words in described(change)


def test_a_patch_names_the_number_that_trials_came_to() -> None:
    given = binary()
    changed = MOVED(given)
    told = Remedy(id="decision-threshold", parameters={"threshold": 0.11})
    (change,) = difference(given, replace(changed, remedies=(told,)))
    assert "a probability of 0.11, not 0.5" in described(change)


def rare(count: int, seed: int) -> Rows:
    """Two classes, one row in twenty of the second; a line tells them apart, with noise."""
    rng = np.random.default_rng(seed)
    y = (np.arange(count) % 20 == 0).astype("float32")
    x = rng.normal(size=(count, 3)).astype("float32")
    x[:, 0] += 2 * y
    return Rows(x=x, y=y[:, None])


def trained(recipe_: Recipe, **protocol: Any) -> Any:
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.train import Job, train

    told = Protocol(**{"epochs": 12, "patience": None, "measure": "balanced accuracy", **protocol})
    return train(recipe_, Job(arm="x", seed=0, protocol=told, evaluator=RowEvaluator))


@pytest.mark.backend
def test_a_trial_answers_by_the_threshold_and_its_loss_stays() -> None:
    import keras
    from bases import recipe_of

    layers = [keras.Input((3,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    data = DataRecipe(train=rare(800, 0), validation=rare(1600, 1), test=rare(2000, 2))
    given = recipe_of(model, data, TWO)
    plain, moved = trained(given), trained(MOVED(given))
    both = trained(MOVED(BY_ID["class-weights"](given)))
    assert plain.threshold is None
    assert 0.01 < moved.threshold < 0.35
    assert 0.2 < both.threshold < 0.8, "weights have moved the probabilities already"
    for part in ("validation", "test"):
        before, after = getattr(plain, part), getattr(moved, part)
        assert after.score.mean() > before.score.mean() + 0.05
        np.testing.assert_array_equal(before.loss, after.loss)
        assert getattr(both, part).score.mean() > before.score.mean() + 0.05
    fixed = trained(MOVED(given, threshold=0.999))
    assert fixed.test.score.mean() == pytest.approx(0.5)


@pytest.mark.backend
def test_a_trial_watches_a_loss_that_counts_classes_alike() -> None:
    import keras
    from bases import recipe_of

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    data = DataRecipe(train=rare(800, 0), validation=rare(1600, 1))
    given = recipe_of(model, data, TWO)
    weighted = trained(BY_ID["class-weights"](given), patience=50)
    y, losses = data.validation.y[:, 0], weighted.validation.loss
    by_class = np.mean([losses[y == one].mean() for one in (0, 1)])
    best = weighted.epochs[weighted.best_epoch]
    assert best.validation_loss == pytest.approx(by_class, rel=1e-3)
    # With the classes' shares left in, the mean over classes is lowest before they are learnt.
    assert trained(given, patience=50).best_epoch > 3
