"""Small records for the tests of the model checks."""

from __future__ import annotations

from typing import Any

from goodfit.checks.check import Answer, Check, Suspicion, run_check
from goodfit.facts import (
    DataFacts,
    Facts,
    LayerFacts,
    LossFacts,
    MetricFacts,
    ModelFacts,
    OutputFacts,
    SetFacts,
    SettingsFacts,
    TargetFacts,
)
from goodfit.results import Finding

BCE, CCE, SCCE, MSE = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mean_squared_error",
)


def layer(
    path: str, type_: str = "Dense", units: int = 8, width: int = 8, **more: Any
) -> LayerFacts:
    """One layer of a stack: width values in, units out; Dense ones have an activation."""
    more.setdefault("activation", "linear" if type_ in ("Dense", "Conv2D") else None)
    more.setdefault("input_shapes", ((width,),))
    more.setdefault("output_shapes", ((units,),))
    return LayerFacts(path=path, type=type_, **more)


def stack(*layers: LayerFacts, **more: Any) -> ModelFacts:
    """A Sequential model: each layer feeds the next, the last one is the output."""
    chained = []
    for place, one in enumerate(layers):
        before: Any = (
            {"model_inputs": ("x",)} if place == 0 else {"inputs": (layers[place - 1].path,)}
        )
        fields = {name: getattr(one, name) for name in LayerFacts.__dataclass_fields__}
        chained.append(LayerFacts(**{**fields, **before}))
    last = layers[-1]
    more.setdefault(
        "outputs",
        (
            OutputFacts(
                name="y",
                shape=last.output_shapes[0],
                layer=last.path,
                activation=last.activation,
            ),
        ),
    )
    return ModelFacts(name="m", kind="sequential", layers=tuple(chained), **more)


def ends_in(activation: str | None, units: int, shape: tuple[int, ...] | None = None) -> ModelFacts:
    """A net whose output layer has this activation."""
    whole = (units,) if shape is None else shape
    last = layer("out", units=units, activation=activation, output_shapes=(whole,))
    return stack(layer("hidden", activation="relu"), last)


def compiled(
    loss: str, *metrics: MetricFacts, from_logits: bool = False, **more: Any
) -> SettingsFacts:
    told = from_logits if "crossentropy" in loss else None
    return SettingsFacts(
        losses=(LossFacts(name=loss, output="y", from_logits=told, custom=loss == "mine"),),
        metrics=metrics,
        **more,
    )


def targets(kind: str, shape: tuple[int, ...] = (1,), **more: Any) -> DataFacts:
    target = TargetFacts(name="y", shape=shape, dtype="float32", kind=kind, **more)
    return DataFacts(train=SetFacts(role="train", targets=(target,)))


def case(answer: Answer) -> str:
    """The suspicion's case, or the name of the other answer."""
    return answer.case if isinstance(answer, Suspicion) else type(answer).__name__


def finding(check: Check, **parts: Any) -> Finding:
    """The finding that the check makes of these facts, its words filled in."""
    outcome, found = run_check(check, Facts(**parts))
    assert found is not None, outcome.reason
    assert "{" not in found.message + found.advice
    return found
