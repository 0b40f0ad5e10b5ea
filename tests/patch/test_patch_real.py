"""Real programs: the patched source builds the very model of the remedy's recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from patching import PATH, at

from goodfit.facts import Facts, OptimizerFacts, SettingsFacts
from goodfit.patch import patch
from goodfit.patch.difference import same
from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.remedies import BY_ID
from goodfit.remedies.layers import layers

BASES = Path(__file__).parents[2] / "benchmarks" / "faults" / "bases"
CASES = {
    "digits_dense": ("classes", "tabular", ["l2", "dropout", "scale-features"]),
    "breast_cancer": ("binary", "tabular", ["dropout", "batch-normalisation", "less-capacity"]),
    "moons_logits": ("binary", "tabular", ["l1", "scale-features", "more-capacity"]),
    "digits_cnn": ("classes", "image", ["spatial-dropout", "global-pooling"]),
    "residual_dense": ("classes", "tabular", ["l2", "dropout", "scale-features"]),
    "synthetic_regression": ("regression", "tabular", ["l1l2", "layer-normalisation", "depth"]),
}


def built(source: str) -> dict[str, Any]:
    """What the program has made when it comes to fit."""
    head = source.partition("\nhistory = model.fit(")[0]
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(head, PATH, "exec"), space)
    return space


def observed(source: str, space: dict[str, Any], name: str) -> tuple[Facts, Recipe]:
    import keras

    from goodfit.observe.objects import origins
    from goodfit.observe.objects.model import model_facts

    model = space["model"]
    settings = SettingsFacts(
        compile_where=at(source, "model.compile("),
        fit_where=at(source, "model.fit("),
        optimizer=OptimizerFacts(name="adam", where=origins.line_of(model.optimizer)),
    )
    told = Recipe(
        model=ModelRecipe(config=keras.saving.serialize_keras_object(model)),
        compile=model.get_compile_config(),
        fit=FitRecipe(epochs=40, batch_size=64),
        data=DataRecipe(
            train=Rows(x=space["x_train"], y=space["y_train"]),
            validation=Rows(x=space["x_val"], y=space["y_val"]),
        ),
        task=Task(name=CASES[name][0], inputs=CASES[name][1]),  # type: ignore[arg-type]
    )
    return Facts(model=model_facts(model), settings=settings), told


@pytest.mark.backend
@pytest.mark.parametrize("name", CASES)
def test_the_patched_program_builds_the_remedys_model(name):
    import keras

    from goodfit.observe.objects import origins

    origins.install()
    origins.claim(PATH)
    source = (BASES / f"{name}.py").read_text(encoding="utf-8")
    facts, before = observed(source, built(source), name)
    after = before
    for remedy in CASES[name][2]:
        after = BY_ID[remedy](after)
    after = BY_ID["learning-rate"](after, factor=0.1)
    path = facts.model.layers[0].where.file
    done = patch(source, path, facts, before, after)
    assert done.complete, done.instructions

    again = built(done.source)["model"]
    wanted = list(layers(after.model.config))
    got = list(layers(keras.saving.serialize_keras_object(again)))
    assert [layer.kind for layer in got] == [layer.kind for layer in wanted]
    for layer, want in zip(got, wanted, strict=True):
        if want.kind == "Normalization":
            continue  # adapted on the rows, which the other one holds as numbers
        for option, value in want.config.items():
            if option not in ("name", "dtype", "axis"):
                assert same(layer.config[option], value), (want.path, option)
    rate = after.compile["optimizer"]["config"]["learning_rate"]
    assert float(again.optimizer.learning_rate) == pytest.approx(rate, rel=1e-5)
