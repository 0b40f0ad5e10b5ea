"""Which arms a study compares: names, proposals, what is left out and why."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from scripted import proposal

from goodfit.recipe import DataRecipe, Recipe, Task
from goodfit.remedies import BY_ID
from goodfit.results import Finding, Remedy
from goodfit.study.design import name_of, parse, propose, suggested

RECIPE = dataclasses.replace(proposal("x").recipe, task=Task(name="binary", inputs="tabular"))


def applied(recipe: Recipe, remedy: Remedy) -> Recipe | str:
    """Notes the remedy; l1 fits nothing."""
    if remedy.id == "l1":
        return "there is nothing to penalise"
    return dataclasses.replace(recipe, remedies=(*recipe.remedies, remedy))


def finding(code: str, **more) -> Finding:
    return Finding(code=code, name="n", severity="warning", message="m", advice="a", **more)


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("l2", (Remedy(id="l2"),)),
        ("l2:strength=1e-4", (Remedy(id="l2", parameters={"strength": 1e-4}),)),
        ("l2:strength=1e+1", (Remedy(id="l2", parameters={"strength": 10.0}),)),
        (
            "dropout:rate=0.3 + l1l2:l1=0.1:l2=0.2",
            (
                Remedy(id="dropout", parameters={"rate": 0.3}),
                Remedy(id="l1l2", parameters={"l1": 0.1, "l2": 0.2}),
            ),
        ),
        ("schedule:kind=cosine", (Remedy(id="schedule", parameters={"kind": "cosine"}),)),
    ],
)
def test_names_are_read_and_written_alike(text, chain):
    assert parse(text, BY_ID) == chain
    assert parse(name_of(chain), BY_ID) == chain


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dropuot", "there is no remedy 'dropuot'; did you mean dropout"),
        ("l2+", "there is no remedy 'l2+'"),
        ("", "there is no remedy ''"),
        ("l2:strenth=1", "l2 has no parameter 'strenth'; it has strength"),
        ("l2:0.1", "expected parameters as NAME=VALUE, such as l2:strength=1e-4"),
    ],
)
def test_names_that_mean_nothing_are_refused(text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        parse(text, BY_ID)


def test_arms_are_the_baseline_and_every_chain_that_fits():
    chains = [parse(text, BY_ID) for text in ("l2", "l1", "dropout+l2", "l2")]
    design = propose(RECIPE, chains, cures=BY_ID, apply=applied)
    assert [arm.name for arm in design.arms] == ["baseline", "l2", "dropout+l2"]
    assert [one.id for one in design.arms[2].recipe.remedies] == ["dropout", "l2"]
    assert design.left_out == ("l1 is left out: there is nothing to penalise.",)


@pytest.mark.parametrize(
    ("text", "measure", "why"),
    [
        ("shuffle-split", "accuracy", "arms are compared on the same ones"),
        ("l2+stratify-split", "accuracy", "arms are compared on the same ones"),
        ("early-stopping", "accuracy", "the study itself sets it"),
        ("focal-loss", "loss", "changes the very loss that arms are compared by"),
    ],
)
def test_what_cannot_be_compared_is_left_out(text, measure, why):
    design = propose(RECIPE, [parse(text, BY_ID)], cures=BY_ID, apply=applied, measure=measure)
    assert len(design.arms) == 1
    assert why in design.left_out[0]


def test_a_dozen_arms_are_proposed_at_most_and_all_that_are_named():
    chains = [parse(f"l2:strength={n}e-4", BY_ID) for n in range(1, 20)]
    design = propose(RECIPE, chains, cures=BY_ID, apply=applied, most=12)
    assert len(design.arms) == 12
    assert len(design.left_out) == 8
    assert len(propose(RECIPE, chains, cures=BY_ID, apply=applied).arms) == 20


def test_findings_come_before_the_usual_remedies_and_explained_ones_not_at_all():
    told = {"GF220": (Remedy(id="learning-rate", parameters={"learning_rate": 1e-3}),)}

    def prescribe(one: Finding, _: Recipe):
        return told.get(one.code, (Remedy(id="unfreeze"),))

    found = suggested(
        RECIPE,
        [finding("GF220"), finding("GF303", because_of=("GF220",)), finding("GF601")],
        prescribe,
        verdict="overfitting",
    )
    names = [name_of(chain) for chain in found]
    assert names[0] == "learning-rate:learning_rate=0.001"
    assert {"dropout", "l2", "label-smoothing"} <= set(names)
    assert not {"unfreeze", "augmentation", "more-capacity"} & set(names)


def test_an_underfitting_model_is_offered_capacity_and_no_regulariser():
    names = {chain[0].id for chain in suggested(RECIPE, [], lambda *_: (), verdict="underfitting")}
    assert "more-capacity" in names
    assert not {"l2", "dropout", "less-capacity"} & names


def test_rare_classes_are_offered_their_remedies_before_the_usual_ones():
    y = (np.arange(400) % 12 == 0).astype("int64")
    rows = dataclasses.replace(RECIPE.data.train, x=np.zeros((400, 1)), y=y)
    rare = dataclasses.replace(RECIPE, data=DataRecipe(train=rows, validation=rows))
    names = [name_of(chain) for chain in suggested(rare, [], lambda *_: ())]
    assert names[:2] == ["class-weights", "decision-threshold"]
    assert names[4] == "class-weights+decision-threshold"
    assert "l2" in names[5:]
    assert not {"class-weights", "decision-threshold"} & {
        chain[0].id for chain in suggested(RECIPE, [], lambda *_: ())
    }


@pytest.mark.parametrize("verdict", ["overfitting", "underfitting", None])
def test_every_usual_remedy_exists(verdict):
    task = Task(name="classes", classes=3, inputs="image")
    for recipe in (RECIPE, dataclasses.replace(RECIPE, task=task)):
        for chain in suggested(recipe, [], lambda *_: (), verdict=verdict):
            assert chain[0].id in BY_ID
