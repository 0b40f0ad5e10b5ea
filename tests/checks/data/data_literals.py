"""Facts about data, written down: inputs, targets, sets, models and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goodfit.checks.check import Check, run_check
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    BaselineScore,
    DataFacts,
    Facts,
    InputFacts,
    LayerFacts,
    LossFacts,
    ModelFacts,
    OutputFacts,
    PredictionFacts,
    SetFacts,
    SettingsFacts,
    Shape,
    SourceLine,
    TargetFacts,
    Trace,
)
from goodfit.results import Finding, Outcome

FIT = SourceLine(file="train.py", line=20, text="model.fit(x, y)")
SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
BINARY = "binary_crossentropy"
MSE = "mean_squared_error"


def features(
    means: Sequence[float], stds: Sequence[float], *, name: str = "0", **more: Any
) -> ArrayFacts:
    """Columns with these moments, each reaching three deviations to either side."""
    pairs = list(zip(means, stds, strict=True))
    low, high = [m - 3 * s for m, s in pairs], [m + 3 * s for m, s in pairs]
    return ArrayFacts(
        name=name,
        shape=(len(means),),
        dtype="float32",
        rows_seen=500,
        minimum=min(low),
        maximum=max(high),
        mean=sum(means) / len(means),
        std=max(stds),
        feature_min=tuple(low),
        feature_max=tuple(high),
        feature_mean=tuple(means),
        feature_std=tuple(stds),
        **more,
    )


def image(shape: Shape, low: float = 0.0, high: float = 1.0, *, name: str = "0") -> ArrayFacts:
    return ArrayFacts(
        name=name,
        shape=shape,
        dtype="float32",
        kind="image",
        rows_seen=500,
        minimum=low,
        maximum=high,
        mean=(low + high) / 2,
        std=(high - low) / 4,
    )


def labels(counts: Mapping[int, int], kind: str = "classes", **more: Any) -> TargetFacts:
    """One column of whole numbers."""
    present = [label for label, rows in counts.items() if rows]
    return TargetFacts(
        name="0",
        dtype="int64",
        kind=kind,
        whole_numbers=True,
        rows_seen=sum(counts.values()),
        minimum=float(min(present)) if present else None,
        maximum=float(max(present)) if present else None,
        class_counts={str(label): rows for label, rows in counts.items()},
        **({"shape": ()} | more),
    )


def numbers(mean: float = 0.0, std: float = 1.0, rows: int = 400, **more: Any) -> TargetFacts:
    """One column of numbers, reaching three deviations to either side."""
    told: dict[str, Any] = {
        "name": "0",
        "shape": (),
        "dtype": "float32",
        "kind": "continuous",
        "rows_seen": rows,
        "minimum": mean - 3 * std,
        "maximum": mean + 3 * std,
        "mean": mean,
        "std": std,
        "variance": std**2,
    }
    return TargetFacts(**(told | more))


def part(
    role: str = "train",
    inputs: Sequence[ArrayFacts] = (),
    targets: Sequence[TargetFacts] = (),
    **more: Any,
) -> SetFacts:
    rows = more.pop("rows", targets[0].rows_seen if targets else 500)
    return SetFacts(
        role=role, rows=rows, rows_seen=rows, inputs=tuple(inputs), targets=tuple(targets), **more
    )


def data(
    inputs: Sequence[ArrayFacts] = (),
    targets: Sequence[TargetFacts] = (),
    validation: Sequence[TargetFacts] | None = None,
) -> DataFacts:
    seen = None if validation is None else part("validation", inputs, validation)
    return DataFacts(train=part("train", inputs, targets), validation=seen)


def chain(
    *layers: LayerFacts, input_shape: Shape = (10,), output: Shape = (1,), kind: str = "sequential"
) -> ModelFacts:
    """A model whose layers follow one another; each layer's `inputs` are filled in."""
    linked = []
    for number, layer in enumerate(layers):
        told = {name: getattr(layer, name) for name in LayerFacts.__dataclass_fields__}
        told |= {"inputs": (layers[number - 1].path,)} if number else {"model_inputs": ("in",)}
        linked.append(LayerFacts(**told))
    return ModelFacts(
        name="model",
        kind=kind,
        layers=tuple(linked),
        inputs=(InputFacts(name="in", shape=input_shape),),
        outputs=(OutputFacts(name="out", shape=output, layer=layers[-1].path if layers else None),),
    )


def layer(type_: str, path: str = "", activation: str | None = None, **options: Any) -> LayerFacts:
    return LayerFacts(
        path=path or type_.lower(), type=type_, activation=activation, options=options
    )


def settings(loss: str = MSE, **more: Any) -> SettingsFacts:
    told: dict[str, Any] = {"losses": (LossFacts(name=loss, output="out"),), "fit_where": FIT}
    return SettingsFacts(**(told | more))


def against_learners(difference: float, se: float = 0.02, prior: float = 0.6) -> BaselineFacts:
    """A model whose error is `difference` above the best simple learner's 0.05."""
    scores = (
        BaselineScore(name="prior", error=prior, error_se=0.02),
        BaselineScore(name="linear", error=0.05, error_se=0.02),
    )
    return BaselineFacts(
        task="classes",
        rows=200,
        scores=scores,
        model_error=0.05 + difference,
        model_error_se=0.02,
        model_vs_best=difference,
        model_vs_best_se=se,
        best="linear",
    )


def answers(**more: Any) -> PredictionFacts:
    told: dict[str, Any] = {"rows": 400, "minimum": 0.0, "maximum": 1.0, "spread": 0.3}
    return PredictionFacts(**(told | more))


def ended(check: Check, facts: Facts) -> tuple[Outcome, Finding | None]:
    """Run through `run_check`, so that templates are filled too; a failed check fails the test."""
    outcome, finding = run_check(check, facts)
    assert outcome.result != "failed", outcome.reason
    return outcome, finding


def found(check: Check, facts: Facts) -> Finding:
    outcome, finding = ended(check, facts)
    assert finding is not None, f"{outcome.result}: {outcome.reason}"
    return finding


def silent(check: Check, facts: Facts) -> Outcome:
    outcome, finding = ended(check, facts)
    assert finding is None, finding.message if finding else ""
    return outcome


TRAINED = Trace(predictions=answers(error=0.05, prior_error=0.6))
