"""The two sets of rows of a fit, from wherever they can be had, to their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goodfit.facts import DataFacts, ModelFacts, SetFacts, SettingsFacts
from goodfit.observe.data.arrays import rows_of, source_of
from goodfit.observe.data.sets import set_facts, split_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One set: structures of arrays in the user's row order, or a sample of a stream."""

    x: Any
    y: Any = None
    weights: Any = None
    source: str
    rows: int
    sampled: bool = False


def arrays_fit(structure: Any) -> bool:
    """Whether Keras would read this (x, y, sample_weight) as arrays."""
    import keras

    return all(
        leaf is None or hasattr(leaf, "shape") or hasattr(leaf, "__array__")
        for leaf in keras.tree.flatten(structure)
    )


def whole(x: Any, y: Any, weights: Any) -> Rows | None:
    """The set as the user's arrays; None where they are no arrays."""
    if x is None or not arrays_fit((x, y, weights)):
        return None
    return Rows(x=x, y=y, weights=weights, source=source_of(x), rows=rows_of(x))


def told(arguments: Mapping[str, Any]) -> tuple[Rows | None, Rows | None]:
    """Training and validation rows of a `fit` that never began, from its arguments; the validation
    rows of a split are Keras' own choice: the last."""
    x, y, weights = (arguments.get(name) for name in ("x", "y", "sample_weight"))
    held = arguments.get("validation_data")
    if isinstance(held, (tuple, list)) and len(held) in (2, 3):
        return whole(x, y, weights), whole(held[0], held[1], held[2] if len(held) == 3 else None)
    return whole(x, y, weights), None


def token_inputs(model: ModelFacts | None) -> frozenset[str]:
    """Names and numbers of the inputs that an Embedding reads first."""
    if model is None:
        return frozenset()
    fed = {path for layer in model.layers if layer.type == "Embedding" for path in layer.inputs}
    if not fed and any(layer.type == "Embedding" for layer in model.layers[:2]):
        return frozenset(item.name for item in model.inputs) | {"0"}
    named = {item.name for item in model.inputs if item.name in fed}
    numbered = {str(i) for i, item in enumerate(model.inputs) if item.name in fed}
    return frozenset(named | numbered)


def class_targets(settings: SettingsFacts | None) -> bool | None:
    """Whether the loss takes the targets for classes; None where it does not tell."""
    names = {loss.name for loss in settings.losses} if settings else set()
    if len(names) != 1:
        return None
    name = names.pop()
    if "crossentropy" in name:
        return True
    numbers = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "poisson")
    return False if name in numbers else None


def _facts(
    role: str, rows: Rows, model: ModelFacts | None, settings: SettingsFacts | None
) -> SetFacts:
    return set_facts(
        role,
        rows.x,
        rows.y,
        rows.weights,
        source=rows.source,
        rows=rows.rows,
        sampled=rows.sampled,
        token_inputs=token_inputs(model),
        class_targets=class_targets(settings),
    )


def data_facts(
    train: Rows,
    validation: Rows | None,
    model: ModelFacts | None = None,
    settings: SettingsFacts | None = None,
) -> DataFacts:
    """Facts of both sets, and of what they share."""
    first = _facts("train", train, model, settings)
    if validation is None:
        return DataFacts(train=first)
    share = (first.duplicates or 0) / max(first.rows_seen, 1)
    return DataFacts(
        train=first,
        validation=_facts("validation", validation, model, settings),
        split=split_facts(
            train.x, train.y, validation.x, validation.y, train_duplicate_share=share
        ),
    )
