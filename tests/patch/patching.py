"""Recipes and facts as literals, for the tests of patches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.facts import (
    CallbackFacts,
    Facts,
    LayerFacts,
    ModelFacts,
    OptimizerFacts,
    SettingsFacts,
    SourceLine,
)
from goodfit.patch import Patch, patch
from goodfit.recipe import CallbackRecipe, DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows
from goodfit.remedies import layers as configurations

PATH = "train.py"
SETTINGS = """\
model.compile(optimizer="adam", loss="mse")
model.fit(x_train, y_train, epochs=5)
"""


def entry(kind: str, name: str, **options: Any) -> dict[str, Any]:
    """A layer's configuration, as Keras writes it."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, **options},
        "registered_name": None,
    }


def sequential(*layers: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A Sequential model's configuration."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "model", "trainable": True, "layers": list(layers), **options},
    }


def functional(*layers: tuple[dict[str, Any], tuple[str, ...]]) -> dict[str, Any]:
    """A Functional model's configuration, from layers and the names of those that feed them."""
    written = []
    for layer, sources in layers:
        tensors = [
            {"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}}
            for source in sources
        ]
        node = {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
        inbound = [node] if sources else []
        written.append({**layer, "name": layer["config"]["name"], "inbound_nodes": inbound})
    first, last = layers[0][0]["config"]["name"], layers[-1][0]["config"]["name"]
    ends = {"input_layers": [[first, 0, 0]], "output_layers": [[last, 0, 0]]}
    return {
        "module": "keras",
        "class_name": "Functional",
        "config": {"name": "model", "trainable": True, "layers": written, **ends},
    }


def recipe(config: dict[str, Any] | None = None, **parts: Any) -> Recipe:
    """A recipe with small rows; other parts may be given."""
    rng = np.random.default_rng(0)
    rows = Rows(x=rng.normal(size=(20, 3)), y=np.arange(20) % 2)
    held = Rows(x=rng.normal(size=(8, 3)), y=np.arange(8) % 2)
    default: dict[str, Any] = {
        "model": ModelRecipe(config=config),
        "compile": {"optimizer": adam(0.001), "loss": "mse"},
        "fit": FitRecipe(epochs=5),
        "data": DataRecipe(train=rows, validation=held),
    }
    return Recipe(**{**default, **parts})


def adam(rate: Any, **options: Any) -> dict[str, Any]:
    """Adam's configuration."""
    return keras_object("keras.optimizers", "Adam", learning_rate=rate, **options)


def keras_object(module: str, kind: str, **options: Any) -> dict[str, Any]:
    """The configuration of an object of Keras."""
    return {"module": module, "class_name": kind, "config": options, "registered_name": None}


def callback(name: str, **arguments: Any) -> CallbackRecipe:
    """A callback of a recipe."""
    return CallbackRecipe(name=name, arguments=arguments)


def at(source: str, snippet: str) -> SourceLine:
    """The one line that holds the snippet."""
    found = [
        (number, text)
        for number, text in enumerate(source.splitlines(), start=1)
        if snippet in text
    ]
    assert len(found) == 1, f"{snippet!r} stands on {len(found)} lines"
    return SourceLine(file=PATH, line=found[0][0], text=found[0][1].strip())


def facts(source: str, config: dict[str, Any] | None, **lines: str) -> Facts:
    """Facts of a source: for every layer by its name a snippet of the line that makes it; of the
    optimiser by its class, of callbacks by theirs."""
    made = []
    if config is not None:
        kinds = {each.path: each.kind for each in configurations.layers(config)}
        for name, snippet in lines.items():
            path = name.replace("__", "/")
            if path in kinds:
                made.append(LayerFacts(path=path, type=kinds[path], where=at(source, snippet)))
    callbacks = tuple(
        CallbackFacts(name=name, where=at(source, snippet))
        for name, snippet in lines.items()
        if name in ("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler")
    )
    optimizer = OptimizerFacts(
        name="adam", where=at(source, lines["Adam"]) if "Adam" in lines else None
    )
    settings = SettingsFacts(
        optimizer=optimizer,
        callbacks=callbacks,
        compile_where=at(source, ".compile(") if ".compile(" in source else None,
        fit_where=at(source, ".fit(") if ".fit(" in source else None,
    )
    return Facts(
        model=ModelFacts(name="model", kind="sequential", layers=tuple(made)), settings=settings
    )


WIDE = f"# {'-' * 200}\n"
"""A line that lets the script's own lines be so long that none is broken."""


def patched(source: str, before: Recipe, after: Recipe, **lines: str) -> Patch:
    """The patch of a source; it must compile, and no difference must make no patch."""
    known = facts(source, before.model.config, **lines)  # type: ignore[arg-type]
    assert patch(source, PATH, known, before, before) == Patch()
    done = patch(source + WIDE, PATH, known, before, after)
    if done.source is not None:
        done = replace(done, source=done.source.removesuffix(WIDE))
        assert done.source is not None
        compile(done.source, PATH, "exec")
        assert patch(done.source, PATH, known, after, after) == Patch()
    return done


def with_config(told: Recipe, config: Any) -> Recipe:
    """The recipe with another model."""
    return replace(told, model=replace(told.model, config=config))


def added_lines(done: Patch) -> list[str]:
    """Lines that the diff adds, without indentation."""
    return [
        line[1:].strip()
        for line in done.diff.splitlines()
        if line.startswith("+") and not line.startswith("+++")
    ]


def gone_lines(done: Patch) -> list[str]:
    """Lines that the diff takes out, without indentation."""
    return [
        line[1:].strip()
        for line in done.diff.splitlines()
        if line.startswith("-") and not line.startswith("---")
    ]
