"""What holds of every remedy, whatever it does: properties over the whole of REMEDIES."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import pytest
from bases import MAKERS, base

from goodfit.recipe import Recipe, Rows, leaves
from goodfit.remedies import REMEDIES, Cure, DoesNotApplyError
from goodfit.study.engines.build import build
from goodfit.study.scores import classes_of

HEADINGS = ("Does:", "Needs:", "Does not apply:", "Source:")
RELATIVE = ("factor", "number")
"""Parameters that say a change by so much: applied again they change it again."""
CURES = pytest.mark.parametrize("cure", REMEDIES, ids=lambda cure: cure.id)
BASES = pytest.mark.parametrize("name", MAKERS)


def tried(cure: Cure, recipe: Recipe, **parameters: Any) -> Recipe | None:
    """The changed recipe; None where the remedy does not apply."""
    try:
        return cure(recipe, **parameters)
    except DoesNotApplyError as error:
        if not str(error):
            raise AssertionError("a refusal without a reason") from error
        return None


def copied(recipe: Recipe) -> tuple[Any, ...]:
    data = recipe.data
    return copy.deepcopy(
        (recipe.model.config, recipe.compile, recipe.fit, recipe.task, recipe.remedies)
    ), [arrays(rows) for rows in (data.train, data.validation, data.test)]


def arrays(rows: Rows | None) -> list[np.ndarray]:
    if rows is None:
        return []
    return [np.array(leaf) for part in (rows.x, rows.y, rows.weight) for leaf in leaves(part)]


def same(first: list[Any], second: list[Any]) -> bool:
    if len(first) != len(second):
        return False
    return all(
        one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        for one, other in zip(first, second, strict=True)
    )


def alike(first: Recipe, second: Recipe) -> bool:
    """Whether two recipes train the same."""
    (one, rows), (other, others) = copied(first), copied(second)
    return one[:4] == other[:4] and all(same(*pair) for pair in zip(rows, others, strict=True))


def layer_names(config: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for entry in config["config"]["layers"]:
        path = prefix + str(entry["config"]["name"])
        yield path
        if "layers" in entry["config"]:
            yield from layer_names(entry, f"{path}/")


def test_ids_and_parameters_are_unique() -> None:
    assert len({cure.id for cure in REMEDIES}) == len(REMEDIES)
    for cure in REMEDIES:
        names = [parameter.name for parameter in cure.parameters]
        assert len(set(names)) == len(names), cure.id


@CURES
def test_says_what_it_does(cure: Cure) -> None:
    places = [cure.doc.find(f"\n{heading}") for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)
    assert cure.doc.startswith(f"{cure.id}: ")
    module = cure.function.__module__.rpartition(".")[2]
    assert module == cure.id.replace("-", "_")


@CURES
def test_an_unknown_parameter_is_refused(cure: Cure) -> None:
    with pytest.raises(TypeError, match="has no parameter 'nonsense'"):
        cure(base("tabular"), nonsense=1)


@BASES
@CURES
def test_the_given_recipe_stays_as_it_was(cure: Cure, name: str) -> None:
    recipe = base(name)
    before, rows = copied(recipe)
    changed = tried(cure, recipe)
    after, now = copied(recipe)
    assert before == after
    assert all(same(*pair) for pair in zip(rows, now, strict=True))
    if changed is not None:
        assert changed.remedies[-1].id == cure.id
        assert not alike(recipe, changed), "applied, and changed nothing"


@BASES
@CURES
def test_held_out_rows_stay_as_they_are(cure: Cure, name: str) -> None:
    recipe = base(name)
    changed = tried(cure, recipe)
    if changed is None:
        return
    for before, after in (
        (recipe.data.validation, changed.data.validation),
        (recipe.data.test, changed.data.test),
    ):
        assert before is not None
        assert after is not None
        assert before.count == after.count
        dealt_anew = cure.resplits and before is recipe.data.validation
        if not (cure.rewrites_inputs or dealt_anew):
            assert same(list(leaves(before.x)), list(leaves(after.x)))


@BASES
@CURES
def test_held_out_rows_keep_their_classes_and_their_number(cure: Cure, name: str) -> None:
    recipe = base(name)
    changed = tried(cure, recipe)
    if changed is None or cure.resplits:
        return
    sets = [(getattr(recipe.data, role), getattr(changed.data, role))
            for role in ("validation", "test")]  # fmt: skip
    for before, after in sets:
        assert before.count == after.count == len(next(leaves(after.y)))
        first, second = (classes_of(told.task, rows)
                         for told, rows in ((recipe, before), (changed, after)))  # fmt: skip
        if first is not None and second is not None:
            # Named otherwise at most: rows of one class stay together, and apart from others.
            assert len({*zip(first, second, strict=True)}) == len({*first}) == len({*second})


@BASES
@CURES
def test_twice_is_as_good_as_once(cure: Cure, name: str) -> None:
    if any(parameter.name in RELATIVE for parameter in cure.parameters):
        return
    once = tried(cure, base(name))
    again = tried(cure, once) if once is not None else None
    assert again is None or once is None or alike(once, again)


@CURES
def test_layers_that_are_shared_stay_shared(cure: Cure) -> None:
    changed = tried(cure, base("shared"))
    if changed is None:
        return
    config = changed.model.config
    assert config is not None
    names = list(layer_names(config))
    assert len(set(names)) == len(names)
    assert names.count("both") == 1
    assert names.count("inner") == 1
    by_name = {entry["config"]["name"]: entry for entry in config["config"]["layers"]}
    assert len(by_name["both"]["inbound_nodes"]) == 2
    assert len(by_name["inner"]["inbound_nodes"]) == 2


HARDEST_FIRST = ("images", "shared", "series", "tokens", "tabular", "rare images")
TRAINED = 2
"""Recipes on which each remedy's outcome is trained, of those that it applies to."""


@CURES
def test_what_comes_out_trains(cure: Cure) -> None:
    changed = [recipe for name in HARDEST_FIRST if (recipe := tried(cure, base(name)))]
    if not changed:
        pytest.skip("applies to none of the recipes; its own tests train it")
    for recipe in changed[:TRAINED]:
        train_one_batch(readable(recipe))


def train_one_batch(recipe: Recipe) -> None:
    model = build(recipe, seed=0)
    rows = recipe.data.train.at(slice(0, 8))
    for callback in recipe.fit.callbacks:
        getattr(keras.callbacks, callback.name)(**callback.arguments)
    model.fit(
        rows.x,
        rows.y,
        sample_weight=rows.weight,
        batch_size=8,
        class_weight=recipe.fit.class_weight,
        verbose=0,
    )


def readable(recipe: Recipe) -> Recipe:
    """The recipe with labels that its loss can read: those of the series recipe begin at 1."""
    y = np.asarray(next(leaves(recipe.data.train.y)))
    one_column = y.ndim < 2 or y.shape[1] == 1
    if recipe.task.name == "classes" and one_column and y.min() == 1:
        return recipe.with_targets(lambda labels: np.asarray(labels) - 1)
    return recipe
