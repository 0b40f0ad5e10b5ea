"""Remedies that change how training goes, on literal recipes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_data import recipe

from goodfit.recipe import CallbackRecipe, Recipe
from goodfit.remedies import BY_ID, DoesNotApplyError

Y = np.arange(100) % 3
STOPPING = {"monitor": "val_loss", "patience": 10, "restore_best_weights": True}


def sgd(**options: Any) -> dict[str, Any]:
    return {
        "module": "keras.optimizers",
        "class_name": "SGD",
        "config": {"learning_rate": 0.1, "momentum": 0.0, **options},
        "registered_name": None,
    }


def schedule(kind: str, **options: Any) -> dict[str, Any]:
    return {
        "module": "keras.optimizers.schedules",
        "class_name": kind,
        "config": options,
        "registered_name": None,
    }


def stop(**arguments: Any) -> CallbackRecipe:
    return CallbackRecipe(name="EarlyStopping", arguments=arguments)


def settings(told: Recipe) -> Any:
    return told.compile["optimizer"]["config"]


def test_early_stopping_is_added_or_put_right() -> None:
    assert BY_ID["early-stopping"](recipe(Y)).fit.callbacks == (stop(**STOPPING),)
    other = CallbackRecipe(name="TerminateOnNaN")
    wrong = recipe(Y, callbacks=(stop(monitor="loss", mode="max"), other))
    changed = BY_ID["early-stopping"](wrong, patience=3)
    assert changed.fit.callbacks == (other, stop(**STOPPING | {"patience": 3}))
    with pytest.raises(DoesNotApplyError, match="patience of 3"):
        BY_ID["early-stopping"](changed, patience=3)
    with pytest.raises(DoesNotApplyError, match="no validation rows"):
        BY_ID["early-stopping"](recipe(Y, validation=False))


def test_learning_rate_by_value_by_factor_and_by_default() -> None:
    given = recipe(Y, optimizer=sgd())
    assert settings(BY_ID["learning-rate"](given, learning_rate=0.02))["learning_rate"] == 0.02
    assert settings(BY_ID["learning-rate"](given, factor=0.1))["learning_rate"] == pytest.approx(
        0.01
    )
    assert settings(BY_ID["learning-rate"](given))["learning_rate"] == 0.01
    assert settings(BY_ID["learning-rate"](given))["momentum"] == 0.0
    with pytest.raises(DoesNotApplyError, match=r"0\.1 already"):
        BY_ID["learning-rate"](given, learning_rate=0.1)


def test_learning_rate_scales_every_rate_of_a_schedule() -> None:
    warm = schedule("CosineDecay", initial_learning_rate=0.01, warmup_target=0.1, decay_steps=50)
    changed = BY_ID["learning-rate"](recipe(Y, optimizer=sgd(learning_rate=warm)), factor=0.5)
    told = settings(changed)["learning_rate"]["config"]
    assert told == {
        "initial_learning_rate": pytest.approx(0.005),
        "warmup_target": pytest.approx(0.05),
        "decay_steps": 50,
    }
    steps = schedule("PiecewiseConstantDecay", boundaries=[5], values=[0.1, 0.01])
    changed = BY_ID["learning-rate"](
        recipe(Y, optimizer=sgd(learning_rate=steps)), learning_rate=0.2
    )
    assert settings(changed)["learning_rate"]["config"]["values"] == pytest.approx([0.2, 0.02])
    assert warm["config"]["warmup_target"] == 0.1, "the given schedule was changed"


def test_learning_rate_does_not_fit_schedules_of_ones_own() -> None:
    own = schedule("Mine", peak=0.1)
    with pytest.raises(DoesNotApplyError, match="schedule of your own"):
        BY_ID["learning-rate"](recipe(Y, optimizer=sgd(learning_rate=own)), factor=0.5)
    setter = (CallbackRecipe(name="LearningRateScheduler"),)
    with pytest.raises(DoesNotApplyError, match="at every epoch"):
        BY_ID["learning-rate"](recipe(Y, callbacks=setter), factor=0.5)


def test_schedules_fit_the_steps_of_training() -> None:
    # 100 rows in batches of 10 over 10 epochs: 100 steps.
    given = recipe(Y, optimizer=sgd())
    inverse = settings(BY_ID["schedule"](given, kind="inverse_time"))["learning_rate"]["config"]
    assert inverse == {"initial_learning_rate": 0.1, "decay_steps": 11, "decay_rate": 1.0}
    cosine = settings(BY_ID["schedule"](given))["learning_rate"]["config"]
    assert cosine == {"initial_learning_rate": 0.1, "decay_steps": 100, "alpha": 0.01}
    warm = settings(BY_ID["schedule"](given, kind="warmup_cosine"))["learning_rate"]["config"]
    assert (warm["warmup_steps"], warm["decay_steps"]) == (5, 95)
    assert (warm["initial_learning_rate"], warm["warmup_target"]) == (0.0, 0.1)
    own = settings(BY_ID["schedule"](given, kind="inverse_time", decay_steps=7))
    assert own["learning_rate"]["config"]["decay_steps"] == 7


def test_a_plateau_wants_a_plain_rate_and_a_schedule_no_callback() -> None:
    cosine = BY_ID["schedule"](recipe(Y, optimizer=sgd()))
    with pytest.raises(DoesNotApplyError, match="follows this schedule already"):
        BY_ID["schedule"](cosine)
    plateau = BY_ID["schedule"](cosine, kind="plateau")
    assert settings(plateau)["learning_rate"] == 0.1
    assert [one.name for one in plateau.fit.callbacks] == ["ReduceLROnPlateau"]
    with pytest.raises(DoesNotApplyError, match="on a plateau already"):
        BY_ID["schedule"](plateau, kind="plateau")
    back = BY_ID["schedule"](plateau, kind="cosine")
    assert back.fit.callbacks == ()
    with pytest.raises(DoesNotApplyError, match="no validation rows"):
        BY_ID["schedule"](recipe(Y, validation=False), kind="plateau")
    with pytest.raises(ValueError, match="no schedule 'linear'"):
        BY_ID["schedule"](recipe(Y), kind="linear")


def test_another_optimiser_comes_with_its_own_settings() -> None:
    changed = BY_ID["optimizer"](recipe(Y, optimizer=sgd(learning_rate=30.0, clipnorm=1e-9)))
    assert changed.compile["optimizer"]["class_name"] == "Adam"
    assert settings(changed)["learning_rate"] == 1e-3
    assert "clipnorm" not in settings(changed)
    momentum = BY_ID["optimizer"](recipe(Y), name="sgd_momentum", learning_rate=0.05)
    assert settings(momentum) == {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}


def test_the_same_optimiser_with_other_settings_is_another() -> None:
    adam = {"class_name": "Adam", "config": {"learning_rate": 0.0010000000474974513}}
    for same in ("adam", adam):
        with pytest.raises(DoesNotApplyError, match="Adam with these settings already"):
            BY_ID["optimizer"](recipe(Y, optimizer=same))
    for other in ({"beta_1": 0.1}, {"epsilon": 1.0}, {"clipnorm": 1e-6}):
        odd = {**adam, "config": {**adam["config"], **other}}
        changed = BY_ID["optimizer"](recipe(Y, optimizer=odd))
        assert settings(changed)["beta_1"] == 0.9
        assert settings(changed)["epsilon"] == 1e-7
        assert "clipnorm" not in settings(changed)
    with pytest.raises(ValueError, match="no optimiser 'adm'"):
        BY_ID["optimizer"](recipe(Y), name="adm")


def test_batch_size_keeps_the_rows_of_an_epoch() -> None:
    changed = BY_ID["batch-size"](recipe(Y, batch_size=10, steps=8), batch_size=20)
    assert (changed.fit.batch_size, changed.fit.steps) == (20, 4)
    assert BY_ID["batch-size"](recipe(Y, batch_size=10), batch_size=20).fit.steps is None
    with pytest.raises(DoesNotApplyError, match="32 rows already"):
        BY_ID["batch-size"](recipe(Y, batch_size=None))
    with pytest.raises(DoesNotApplyError, match="100 training rows fill no batch of 128"):
        BY_ID["batch-size"](recipe(Y), batch_size=128)


def test_gradient_clipping_is_the_only_one() -> None:
    changed = BY_ID["gradient-clipping"](recipe(Y, optimizer=sgd(clipvalue=0.5)), norm=2.0)
    told = settings(changed)
    assert (told["global_clipnorm"], told["clipnorm"], told["clipvalue"]) == (2.0, None, None)
    assert told["learning_rate"] == 0.1
    with pytest.raises(DoesNotApplyError, match="norm of 2 already"):
        BY_ID["gradient-clipping"](changed, norm=2.0)


def test_weights_are_averaged_over_a_part_of_an_epoch() -> None:
    told = settings(BY_ID["weight-averaging"](recipe(Y)))
    assert told["use_ema"] is True
    assert told["ema_overwrite_frequency"] == 10
    assert told["ema_momentum"] == pytest.approx(0.5)
    long = settings(BY_ID["weight-averaging"](recipe(Y, steps=10_000)))
    assert long["ema_momentum"] == 0.99
    with pytest.raises(DoesNotApplyError, match="averaged already"):
        BY_ID["weight-averaging"](BY_ID["weight-averaging"](recipe(Y)))
    with pytest.raises(DoesNotApplyError, match="an epoch has 2 steps"):
        BY_ID["weight-averaging"](recipe(Y, batch_size=50))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"monitor": "loss", "patience": 3}, {"monitor": "val_loss", "patience": 3}),
        ({"monitor": "val_loss", "mode": "max", "patience": 3}, {"mode": "min"}),
        ({"monitor": "val_accuracy", "mode": "min", "patience": 3}, {"mode": "max"}),
        ({"monitor": "val_acc", "patience": 3}, {"monitor": "val_loss"}),
        ({"monitor": "val_loss"}, {"patience": 10, "restore_best_weights": True}),
        ({"monitor": "val_loss", "min_delta": 0.1, "patience": 0},
         {"patience": 10, "min_delta": 0, "restore_best_weights": True}),
        ({"monitor": "accuracy", "mode": "max", "baseline": 0.9, "patience": 2},
         {"monitor": "val_loss", "mode": "min", "baseline": None}),
    ],
)  # fmt: skip
def test_callbacks_are_repaired(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    told = recipe(Y, metrics=["accuracy"], callbacks=(stop(**given),))
    (changed,) = BY_ID["callbacks"](told).fit.callbacks
    assert changed.arguments == given | {"restore_best_weights": True} | wanted


def test_callbacks_in_order_stay() -> None:
    good = (
        stop(**STOPPING),
        stop(monitor="val_accuracy", mode="max", patience=3, restore_best_weights=True),
        CallbackRecipe(name="ModelCheckpoint", arguments={"monitor": "loss"}),
        CallbackRecipe(name="TerminateOnNaN"),
    )
    with pytest.raises(DoesNotApplyError, match="no callback that watches the wrong"):
        BY_ID["callbacks"](recipe(Y, metrics=["accuracy"], callbacks=good))


def test_a_callback_is_taken_out_by_name() -> None:
    told = recipe(Y, callbacks=(stop(**STOPPING), CallbackRecipe(name="LearningRateScheduler")))
    changed = BY_ID["callbacks"](told, drop="LearningRateScheduler")
    assert changed.fit.callbacks == (stop(**STOPPING),)
    with pytest.raises(DoesNotApplyError, match="no callback LearningRateScheduler"):
        BY_ID["callbacks"](changed, drop="LearningRateScheduler")


def test_a_constant_rate_ends_every_schedule() -> None:
    falling = schedule("ExponentialDecay", initial_learning_rate=0.1, decay_steps=3, decay_rate=0.5)
    plateau, other = CallbackRecipe(name="ReduceLROnPlateau"), CallbackRecipe(name="TerminateOnNaN")
    given = recipe(Y, optimizer=sgd(learning_rate=falling), callbacks=(plateau, other))
    changed = BY_ID["schedule"](given, kind="constant")
    assert settings(changed)["learning_rate"] == 0.1
    assert changed.fit.callbacks == (other,)
    with pytest.raises(DoesNotApplyError, match="constant already"):
        BY_ID["schedule"](changed, kind="constant")


def test_whole_epochs_leave_the_steps_out() -> None:
    few = recipe(Y).with_fit(steps=1, batch_size=32)
    assert BY_ID["whole-epochs"](few).fit.steps is None
    with pytest.raises(DoesNotApplyError, match="whole pass"):
        BY_ID["whole-epochs"](few.with_fit(steps=4))
    with pytest.raises(DoesNotApplyError, match="no steps_per_epoch"):
        BY_ID["whole-epochs"](recipe(Y))
