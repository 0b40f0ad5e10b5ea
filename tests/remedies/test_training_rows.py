"""Remedies that change rows: what is in the sets afterwards, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight
from small_data import features, kinds, layer_named, recipe, sequential

from goodfit.recipe import Recipe, Task
from goodfit.remedies import BY_ID, DoesNotApplyError

UNEVEN = np.array([0] * 30 + [1] * 12 + [2] * 18)
EVEN = np.arange(30) % 3
NUMBERS = Task(name="regression", inputs="tabular")


def one_hot(y: Any) -> np.ndarray:
    return np.eye(3, dtype="float32")[y]


def counted(told: Recipe) -> list[int]:
    y = np.asarray(told.data.train.y)
    return np.bincount(y.argmax(axis=1) if y.ndim > 1 else y).tolist()


def held_out(told: Recipe) -> tuple[Any, Any]:
    assert told.data.validation is not None
    return told.data.validation.x, told.data.validation.y


@pytest.mark.parametrize("form", [np.asarray, one_hot, lambda y: y.reshape(-1, 1)])
def test_class_weights_are_scikit_learns_balanced_ones(form: Any) -> None:
    changed = BY_ID["class-weights"](recipe(form(UNEVEN)))
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=UNEVEN)
    assert changed.fit.class_weight == pytest.approx(dict(enumerate(wanted)))
    with pytest.raises(DoesNotApplyError, match="weighted by inverse frequency already"):
        BY_ID["class-weights"](changed)


def test_class_weights_name_every_class_up_to_the_last() -> None:
    changed = BY_ID["class-weights"](recipe(np.array([0] * 6 + [2] * 2)))
    assert changed.fit.class_weight == {0: 8 / 12, 1: 1.0, 2: 2.0}


def test_class_weights_go_into_sample_weights_where_there_are_some() -> None:
    weight = np.full(60, 2.0, dtype="float32")
    changed = BY_ID["class-weights"](recipe(UNEVEN, weight=weight))
    assert changed.fit.class_weight is None
    told = changed.data.train.weight
    assert told[0] == pytest.approx(2 * 60 / (3 * 30))
    assert told[35] == pytest.approx(2 * 60 / (3 * 12))
    assert told.dtype == np.float32
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID["class-weights"](changed)


@pytest.mark.parametrize("remedy", ["class-weights", "oversampling", "undersampling", "smote"])
def test_even_classes_numbers_and_odd_labels_need_no_balance(remedy: str) -> None:
    with pytest.raises(DoesNotApplyError, match="same number of training rows"):
        BY_ID[remedy](recipe(EVEN))
    with pytest.raises(DoesNotApplyError, match="one class each"):
        BY_ID[remedy](recipe(UNEVEN, task=NUMBERS))
    with pytest.raises(DoesNotApplyError, match="not numbered"):
        BY_ID[remedy](recipe(UNEVEN - 1))
    with pytest.raises(DoesNotApplyError, match="all of one class"):
        BY_ID[remedy](recipe(np.zeros(30, dtype="int64")))


@pytest.mark.parametrize("form", [np.asarray, one_hot])
@pytest.mark.parametrize(("remedy", "each"), [("oversampling", 30), ("undersampling", 12)])
def test_resampling_evens_the_classes_of_training_rows_only(
    remedy: str, each: int, form: Any
) -> None:
    given = recipe(form(UNEVEN), weight=np.arange(60.0))
    changed = BY_ID[remedy](given)
    assert counted(changed) == [each] * 3
    train = changed.data.train
    # Rows keep their features, targets and weights together: row i begins with 3 i.
    index = (train.x[:, 0] / 3).astype(int)
    assert np.array_equal(train.y, form(UNEVEN)[index])
    assert np.array_equal(train.weight, index)
    assert held_out(changed)[0] is held_out(given)[0]
    assert held_out(changed)[1] is held_out(given)[1]
    with pytest.raises(DoesNotApplyError, match="same number"):
        BY_ID[remedy](changed)


@pytest.mark.parametrize("remedy", ["oversampling", "undersampling", "smote"])
@pytest.mark.parametrize("weight", [None, np.ones(60)])
def test_classes_are_evened_out_once(remedy: str, weight: Any) -> None:
    weighted = BY_ID["class-weights"](recipe(UNEVEN, weight=weight))
    with pytest.raises(DoesNotApplyError, match="evened out twice over"):
        BY_ID[remedy](weighted)


def test_oversampling_keeps_every_row_and_undersampling_repeats_none() -> None:
    over = BY_ID["oversampling"](recipe(UNEVEN)).data.train.x[:, 0]
    assert set(over) == set(features(60)[:, 0])
    under = BY_ID["undersampling"](recipe(UNEVEN)).data.train.x[:, 0]
    assert len(set(under)) == len(under) == 36
    assert (np.diff(under) > 0).all(), "the order changed"
    with pytest.raises(DoesNotApplyError, match="smallest class has 3"):
        BY_ID["undersampling"](recipe(np.array([0] * 20 + [1] * 3)))


def test_resampling_depends_on_its_seed_only() -> None:
    draws = [BY_ID["oversampling"](recipe(UNEVEN), seed=s).data.train.x[:, 0] for s in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


@pytest.mark.parametrize("form", [np.asarray, one_hot, lambda y: y.reshape(-1, 1)])
def test_smote_makes_rows_between_rows_of_the_class(form: Any) -> None:
    x = features(60) + np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    given = recipe(form(UNEVEN), x=x)
    changed = BY_ID["smote"](given)
    y = changed.data.train.y
    classes = y.argmax(axis=1) if y.ndim > 1 and y.shape[1] > 1 else y.reshape(-1)
    assert np.bincount(classes).tolist() == [30] * 3
    assert y.shape[1:] == given.data.train.y.shape[1:]
    assert changed.data.train.x.dtype == np.float32
    for one in range(3):
        ours, theirs = changed.data.train.x[classes == one], x[one == UNEVEN]
        assert (ours >= theirs.min(axis=0) - 1e-4).all()
        assert (ours <= theirs.max(axis=0) + 1e-4).all()
    kept = {tuple(row) for row in changed.data.train.x.tolist()}
    assert {tuple(row) for row in x.tolist()} <= kept
    assert len(kept) == 90
    assert held_out(changed)[0] is held_out(given)[0]


def test_smote_refuses_what_has_no_middle() -> None:
    images = np.zeros((60, 4, 4, 1), dtype="float32")
    with pytest.raises(DoesNotApplyError, match="no single table"):
        BY_ID["smote"](recipe(UNEVEN, x=images, task=Task(name="classes", inputs="image")))
    with pytest.raises(DoesNotApplyError, match="tokens"):
        BY_ID["smote"](recipe(UNEVEN, task=Task(name="classes", inputs="tokens")))
    with pytest.raises(DoesNotApplyError, match="not numbers"):
        BY_ID["smote"](recipe(UNEVEN, x=np.full((60, 1), "a")))
    with pytest.raises(DoesNotApplyError, match="categories"):
        BY_ID["smote"](recipe(UNEVEN, x=features(60).astype("int64")))
    holes = features(60)
    holes[3, 1] = np.nan
    with pytest.raises(DoesNotApplyError, match="not finite"):
        BY_ID["smote"](recipe(UNEVEN, x=holes))
    with pytest.raises(DoesNotApplyError, match="sample weight"):
        BY_ID["smote"](recipe(UNEVEN, weight=np.ones(60)))
    few = recipe(np.array([0] * 20 + [1] * 5))
    with pytest.raises(DoesNotApplyError, match="class 1 has 5 rows, and 5 neighbours need 6"):
        BY_ID["smote"](few)
    assert counted(BY_ID["smote"](few, neighbours=4)) == [20, 20]


OVERLAPPING = np.random.default_rng(1).normal(size=(60, 3)).astype("float32")


@pytest.mark.parametrize("form", [np.asarray, one_hot])
@pytest.mark.parametrize("kind", ["borderline", "adasyn", "smote-enn", "smote-tomek"])
def test_the_kin_of_smote_make_rows_with_their_targets(kind: str, form: Any) -> None:
    given = recipe(form(UNEVEN), x=OVERLAPPING)
    changed = BY_ID["smote"](given, kind=kind)
    train = changed.data.train
    y = train.y.argmax(axis=1) if train.y.ndim > 1 else train.y
    # What was there before has kept its class, and what is new lies within its class.
    was = {tuple(row): one for row, one in zip(OVERLAPPING.tolist(), UNEVEN, strict=True)}
    kept = [(was[row], one) for row, one in zip(map(tuple, train.x.tolist()), y, strict=True)
            if row in was]  # fmt: skip
    assert all(before == after for before, after in kept)
    assert len(kept) < train.count, "no row is new"
    for one in range(3):
        theirs = OVERLAPPING[one == UNEVEN]
        assert (train.x[y == one] <= theirs.max(axis=0) + 1e-4).all()
    assert (len(kept) == 60) == (kind in ("borderline", "adasyn"))
    assert held_out(changed)[0] is held_out(given)[0]
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID["smote"](changed, kind=kind)


def test_kin_of_smote_that_find_nothing_to_do_say_so() -> None:
    far = features(60) + 1e4 * UNEVEN[:, None].astype("float32")
    with pytest.raises(DoesNotApplyError, match=r"makes no rows here|lies where new rows"):
        BY_ID["smote"](recipe(UNEVEN, x=far), kind="borderline")
    with pytest.raises(DoesNotApplyError, match="makes no rows here"):
        BY_ID["smote"](recipe(UNEVEN, x=far), kind="adasyn")
    with pytest.raises(ValueError, match="no kind 'magic'"):
        BY_ID["smote"](recipe(UNEVEN), kind="magic")


def test_focal_loss_takes_the_place_of_cross_entropy() -> None:
    changed = BY_ID["focal-loss"](recipe(UNEVEN), gamma=1.5)
    assert changed.compile["loss"]["class_name"] == "CategoricalFocalCrossentropy"
    assert changed.compile["loss"]["config"] == {"gamma": 1.5}
    assert changed.data.train.y.shape == (60, 3)
    logits = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True, "name": "b"}}
    binary = BY_ID["focal-loss"](recipe(UNEVEN % 2, loss=logits, task=Task(name="binary")))
    assert binary.compile["loss"]["class_name"] == "BinaryFocalCrossentropy"
    assert binary.compile["loss"]["config"] == {"from_logits": True, "gamma": 2.0}
    with pytest.raises(DoesNotApplyError, match="plain cross-entropies"):
        BY_ID["focal-loss"](changed)


def test_leaked_rows_leave_the_training_set_and_stay_in_the_other() -> None:
    held = np.concatenate([features(60)[[4, 17]], features(2) + 1000])
    given = recipe(UNEVEN, held_x=held, weight=np.arange(60.0))
    changed = BY_ID["drop-leaked-rows"](given)
    left = (changed.data.train.x[:, 0] / 3).astype(int).tolist()
    assert left == [row for row in range(60) if row not in (4, 17)]
    assert changed.data.train.weight.tolist() == left
    assert changed.data.train.y.tolist() == UNEVEN[left].tolist()
    assert held_out(changed)[0] is held
    with pytest.raises(DoesNotApplyError, match="no training row equals"):
        BY_ID["drop-leaked-rows"](changed)


def test_leaked_rows_are_told_whatever_holds_them() -> None:
    # Whole numbers and floats, -0.0 and 0.0, texts; a fraction equals no whole number.
    held = features(4) + np.array([[0], [1], [2], [0.5]])
    whole = recipe(UNEVEN, x=features(60).astype("int64"), held_x=held)
    changed = BY_ID["drop-leaked-rows"](whole)
    assert changed.data.train.count == 59
    zeros = recipe([0, 1], x=np.array([[0.0], [1.0]]), held_x=np.array([[-0.0]] * 4))
    assert BY_ID["drop-leaked-rows"](zeros).data.train.count == 1
    texts = recipe([0, 1], x=np.array([["a"], ["bb"]]), held_x=np.array([["bb"]] * 4, dtype=object))
    assert BY_ID["drop-leaked-rows"](texts).data.train.x.tolist() == [["a"]]


def test_leaked_rows_cannot_all_be_dropped() -> None:
    with pytest.raises(DoesNotApplyError, match="every training row"):
        BY_ID["drop-leaked-rows"](recipe([0, 1], held_x=features(4)))
    with pytest.raises(DoesNotApplyError, match="no validation rows"):
        BY_ID["drop-leaked-rows"](recipe(UNEVEN, validation=False))


@pytest.mark.parametrize("remedy", ["shuffle-split", "stratify-split"])
def test_a_new_split_has_the_same_rows_and_sizes(remedy: str) -> None:
    given = recipe(UNEVEN, held_x=features(20) + 1000, held_y=[2] * 20, weight=np.ones(60))
    changed = BY_ID[remedy](given)
    train, held = changed.data.train, changed.data.validation
    assert held is not None
    assert (train.count, held.count) == (60, 20)
    firsts = np.concatenate([train.x[:, 0], held.x[:, 0]])
    assert sorted(firsts) == sorted([*features(60)[:, 0], *(features(20)[:, 0] + 1000)])
    # Some of the old validation rows are trained on now, and their targets went with them.
    moved = train.x[:, 0] >= 1000
    assert moved.any()
    assert (train.y[moved] == 2).all()
    assert len(train.weight) == 60
    assert held.weight is not None
    assert np.array_equal(BY_ID[remedy](given).data.train.x, train.x)
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID[remedy](changed)


def test_a_stratified_split_has_the_shares_of_the_whole() -> None:
    given = recipe(UNEVEN, held_x=features(20) + 1000, held_y=[2] * 20)
    changed = BY_ID["stratify-split"](given)
    # In all 30, 12 and 38 rows; a quarter of them is held out.
    assert np.bincount(held_out(changed)[1]).tolist() == [8, 3, 9]
    assert np.bincount(changed.data.train.y).tolist() == [22, 9, 29]
    with pytest.raises(DoesNotApplyError, match="one class each"):
        BY_ID["stratify-split"](recipe(UNEVEN, task=NUMBERS))


def test_a_split_needs_validation_rows_and_leaves_series_alone() -> None:
    for remedy in ("shuffle-split", "stratify-split"):
        with pytest.raises(DoesNotApplyError, match="no validation rows"):
            BY_ID[remedy](recipe(UNEVEN, validation=False))
        assert BY_ID[remedy].resplits
    series = Task(name="regression", inputs="sequence")
    with pytest.raises(DoesNotApplyError, match="in time"):
        BY_ID["shuffle-split"](recipe(UNEVEN, task=series))
    assert [one for one in BY_ID if BY_ID[one].resplits] == ["shuffle-split", "stratify-split"]


def test_holes_are_filled_by_training_medians_in_every_set() -> None:
    x = np.array([[1, np.nan, 5], [3, np.nan, np.inf], [8, np.nan, 7]], dtype="float32")
    held = np.array([[np.nan, 4, -np.inf]] * 4, dtype="float32")
    changed = BY_ID["impute"](recipe([0, 1, 2], x=x, held_x=held))
    assert changed.data.train.x.tolist() == [[1, 0, 5], [3, 0, 6], [8, 0, 7]]
    assert held_out(changed)[0][0].tolist() == [3, 4, 6]
    assert changed.data.train.x.dtype == np.float32
    assert np.isnan(x[0, 1]), "the given rows were changed"
    with pytest.raises(DoesNotApplyError, match="all features are finite"):
        BY_ID["impute"](changed)


def test_holes_are_filled_input_by_input() -> None:
    x = {"b": np.array([[np.nan], [2.0]]), "a": np.array([[1], [2]])}
    held = {"b": np.array([[np.nan]]), "a": np.array([[3]])}
    changed = BY_ID["impute"](recipe([0, 1], x=x, held_x=held, held_y=[0]))
    assert changed.data.train.x["b"].tolist() == [[2.0], [2.0]]
    assert changed.data.train.x["a"] is x["a"]
    assert held_out(changed)[0]["b"].tolist() == [[2.0]]


def test_outliers_are_clipped_at_training_quantiles_in_every_set() -> None:
    x = np.stack([np.arange(60.0), np.arange(60.0) % 2], axis=1)
    x[59, 0] = 1e6
    held = np.array([[1e9, 1], [-1e9, 0], [30, 1], [30, 0]])
    changed = BY_ID["clip-outliers"](recipe(UNEVEN, x=x, held_x=held), share=0.05)
    told = changed.data.train.x
    assert (told[:, 0].min(), told[:, 0].max()) == (3, 56)
    assert np.array_equal(told[4:56], x[4:56])
    assert np.array_equal(told[:, 1], x[:, 1]), "yes or no was clipped"
    assert held_out(changed)[0][:, 0].tolist() == [56, 3, 30, 30]
    with pytest.raises(DoesNotApplyError, match="clipped already"):
        BY_ID["clip-outliers"](changed, share=0.05)


def test_outliers_are_no_matter_of_images_nor_of_flags() -> None:
    flags = np.arange(60.0).reshape(-1, 1) % 2
    with pytest.raises(DoesNotApplyError, match="outside these quantiles"):
        BY_ID["clip-outliers"](recipe(UNEVEN, x=flags))
    with pytest.raises(DoesNotApplyError, match="no single table"):
        BY_ID["clip-outliers"](recipe(UNEVEN, x=np.zeros((60, 4, 4, 1))))


IMAGES = Task(name="classes", classes=3, inputs="image")
CONV = sequential(
    {"class_name": "Conv2D", "config": {"name": "conv", "filters": 4}}, shape=(8, 8, 3)
)


def pictures(high: float = 255.0) -> np.ndarray:
    x = np.random.default_rng(0).uniform(0, high, (60, 8, 8, 3)).astype("float32")
    x[0, 0, 0] = high
    return x


def test_augmentation_stands_behind_the_input_once() -> None:
    given = recipe(UNEVEN, x=pictures(), config=CONV, task=IMAGES)
    flipped = BY_ID["augmentation"](given)
    assert kinds(flipped) == ["InputLayer", "RandomFlip", "Conv2D"]
    assert layer_named(flipped, "randomflip")["mode"] == "horizontal"
    turned = BY_ID["augmentation"](flipped, kind="rotation", strength=0.2)
    assert kinds(turned) == ["InputLayer", "RandomFlip", "RandomRotation", "Conv2D"]
    again = BY_ID["augmentation"](turned, kind="rotation", strength=0.05)
    assert kinds(again) == kinds(turned)
    assert layer_named(again, "randomrotation")["factor"] == 0.05
    assert again.data.train.x is given.data.train.x


def test_augmentation_leaves_it_to_keras_what_to_compile() -> None:
    given = recipe(UNEVEN, x=pictures(), config=CONV, task=IMAGES).with_compile(jit_compile=True)
    assert BY_ID["augmentation"](given, kind="zoom").compile["jit_compile"] == "auto"
    assert BY_ID["augmentation"](given, kind="contrast").compile["jit_compile"] is True


@pytest.mark.parametrize(("high", "wanted"), [(1.0, [0.0, 1.0]), (255.0, [0.0, 255.0])])
def test_augmentation_knows_the_range_of_values(high: float, wanted: list[float]) -> None:
    given = recipe(UNEVEN, x=pictures(high), config=CONV, task=IMAGES)
    changed = BY_ID["augmentation"](given, kind="brightness")
    assert layer_named(changed, "randombrightness")["value_range"] == wanted


def test_augmentation_does_not_fit() -> None:
    with pytest.raises(DoesNotApplyError, match="no input holds images"):
        BY_ID["augmentation"](recipe(UNEVEN))
    with pytest.raises(DoesNotApplyError, match="tokens"):
        BY_ID["augmentation"](recipe(UNEVEN, task=Task(name="classes", inputs="tokens")))
    odd = recipe(UNEVEN, x=pictures() - 300, config=CONV, task=IMAGES)
    with pytest.raises(DoesNotApplyError, match="no usual range"):
        BY_ID["augmentation"](odd, kind="contrast")
    grey = recipe(UNEVEN, x=pictures()[..., :1], config=CONV, task=IMAGES)
    with pytest.raises(DoesNotApplyError, match="three channels"):
        BY_ID["augmentation"](grey, kind="rand_augment")
    with pytest.raises(ValueError, match="no augmentation 'warp'"):
        BY_ID["augmentation"](odd, kind="warp")
