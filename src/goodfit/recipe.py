"""What is trained: how to build the model, compile settings, fit settings, data and split.

A recipe is plain data: models, optimisers and losses are the configurations that Keras itself
writes (`keras.saving.serialize_keras_object`), rows are NumPy arrays. So a remedy is an edit of
data, the difference of two recipes is a patch, and a worker process needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from goodfit.results import Remedy

Config = Mapping[str, Any]
"""A configuration as Keras writes it: `{"class_name": ..., "config": {...}, ...}`."""

WIDTHS: Mapping[str, str] = {
    "Dense": "units",
    "LSTM": "units",
    "GRU": "units",
    "SimpleRNN": "units",
    "Conv1D": "filters",
    "Conv2D": "filters",
    "Conv3D": "filters",
    "SeparableConv1D": "filters",
    "SeparableConv2D": "filters",
}
"""Keras' layers with weights that have a width, and the option that sets it."""

MixingKind = Literal["mixup", "cutmix"]
TaskName = Literal["binary", "classes", "labels", "regression", "other"]


class NoRecipeError(Exception):
    """What was observed cannot be trained again; the message says why, for the user."""


def leaves(tree: Any) -> Iterator[np.ndarray]:
    """The arrays of a nested structure of tuples, lists and mappings, mappings by sorted key."""
    if isinstance(tree, Mapping):
        for key in sorted(tree):
            yield from leaves(tree[key])
    elif isinstance(tree, (tuple, list)):
        for item in tree:
            yield from leaves(item)
    elif tree is not None:
        yield tree


def map_leaves(change: Callable[[np.ndarray], np.ndarray], tree: Any) -> Any:
    """The same structure with every array changed; None stays None."""
    if isinstance(tree, Mapping):
        return {key: map_leaves(change, value) for key, value in tree.items()}
    if isinstance(tree, (tuple, list)):
        return type(tree)(map_leaves(change, item) for item in tree)
    return None if tree is None else change(tree)


def leaf_layers(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, layer) of every layer of a Keras model that is not itself a model made of layers; the
    path is the names of the models it lies in and its own, joined by "/"."""
    for layer in model.layers:
        path = f"{prefix}{layer.name}"
        if getattr(layer, "layers", None) and hasattr(layer, "get_layer"):
            yield from leaf_layers(layer, f"{path}/")
        else:
            yield path, layer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Rows as `fit` takes them: nested structures of arrays, rows on the first axis.

    Attributes:
        weight: sample weights, shape (rows,) or as Keras takes them; None for none.
    """

    x: Any
    y: Any
    weight: Any = None

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(next(leaves(self.x)))

    def at(self, index: Any) -> Rows:
        """The rows at `index`: row numbers, a mask or a slice."""
        return Rows(
            x=map_leaves(lambda leaf: leaf[index], self.x),
            y=map_leaves(lambda leaf: leaf[index], self.y),
            weight=map_leaves(lambda leaf: leaf[index], self.weight),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataRecipe:
    """The rows of each set.

    Attributes:
        train: what is trained on.
        validation: what every comparison is scored on; None where there is none.
        test: rows that chose nothing; None where none were given.
        streamed: whether the rows were read from a pipeline, so that the user's own code holds no
            arrays of them.
    """

    train: Rows
    validation: Rows | None = None
    test: Rows | None = None
    streamed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRecipe:
    """How to build the model with fresh weights.

    Attributes:
        config: of a Sequential or Functional model; None where only the user's code can build it.
        build: the user's function or constructor, without arguments, for models without `config`;
            what it returns may be compiled or not.
        objects: the user's own classes and functions that configurations name. With any, or with
            `build`, the recipe can be trained only in the process that holds them.
        loaded: weights of layers that were not fresh when training began, by the layer's path (see
            `leaf_layers`): pretrained parts.
        base: the configuration before any remedy, so that layers which a remedy leaves alone begin
            with the very weights of the untouched model; None where nothing was changed.
    """

    config: Config | None = None
    build: Callable[[], Any] | None = None
    objects: Mapping[str, Any] = field(default_factory=dict)
    loaded: Mapping[str, Sequence[np.ndarray]] = field(default_factory=dict)
    base: Config | None = None

    @property
    def portable(self) -> bool:
        """Whether another process can build it from its configuration alone."""
        return self.config is not None and self.build is None and not self.objects


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecipe:
    """One of Keras' callbacks that change how training goes, by its class's name and arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """Images of a batch mixed with each other, anew in every epoch; see
    `goodfit.AugmentedImages`."""

    kind: MixingKind
    alpha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecipe:
    """How `fit` is called. `class_weight` is by class index; `batch_size` None is Keras' own 32;
    `steps` is steps_per_epoch, None for one pass; `mixing` is how a feed mixes training images."""

    epochs: int = 1
    batch_size: int | None = None
    shuffle: bool = True
    class_weight: Mapping[int, float] | None = None
    steps: int | None = None
    callbacks: tuple[CallbackRecipe, ...] = ()
    mixing: Mixing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How probabilities become classes where neither one half nor the largest decides: of two
    classes the second is answered where its probability is above `value`, of several that whose
    log-probability less `value` times the log of its share is largest.

    Attributes:
        shares: of the classes, by their number.
        value: None where each training's validation rows shall tell.
    """

    shares: tuple[float, ...]
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the model is to answer.

    Attributes:
        name: "binary" (one unit, two classes), "classes" (one of `classes`), "labels" (several at
            once), "regression", or "other" (several outputs, targets like images, unknown losses).
        classes: number of classes; None where there are none.
        one_hot: whether the targets of "classes" are vectors rather than integers.
        from_logits: whether the model answers with logits.
        inputs: "tabular" (rows of numbers), "image" (height, width, channels), "sequence" (steps,
            features), "tokens" (integers), "text", or "other".
        decision: from the model's answers to classes; None for the usual way.
    """

    name: TaskName = "other"
    classes: int | None = None
    one_hot: bool = False
    from_logits: bool = False
    inputs: str = "other"
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """All that one training needs.

    Attributes:
        compile: arguments of `compile` by name, as Keras' `get_compile_config` gives them.
        remedies: what was applied to the user's own recipe, in order.
        notes: what of the user's training is left out, a sentence each.
    """

    model: ModelRecipe
    compile: Config
    fit: FitRecipe
    data: DataRecipe
    task: Task = field(default_factory=Task)
    remedies: tuple[Remedy, ...] = ()
    notes: tuple[str, ...] = ()

    def with_model(self, config: Config) -> Recipe:
        """The recipe with another model configuration; the first one is remembered."""
        base = self.model.base if self.model.base is not None else self.model.config
        return replace(self, model=replace(self.model, config=config, base=base))

    def with_fit(self, **arguments: Any) -> Recipe:
        """The recipe with other arguments of `fit`."""
        return replace(self, fit=replace(self.fit, **arguments))

    def with_compile(self, **arguments: Any) -> Recipe:
        """The recipe with other arguments of `compile`."""
        return replace(self, compile={**self.compile, **arguments})

    def with_train(self, rows: Rows) -> Recipe:
        """The recipe with other training rows; validation and test rows cannot be changed here."""
        return replace(self, data=replace(self.data, train=rows))

    def with_targets(self, change: Callable[[Any], Any]) -> Recipe:
        """The recipe with the targets of every set written another way, such as one-hot; what a
        score says of a row must not depend on it."""
        return self._with_every_set(lambda rows: replace(rows, y=change(rows.y)))

    def with_inputs(self, change: Callable[[Any], Any]) -> Recipe:
        """The recipe with the features of every set written another way, by one function that was
        fitted on training rows, if on any, and looks at each row by itself."""
        return self._with_every_set(lambda rows: replace(rows, x=change(rows.x)))

    def _with_every_set(self, change: Callable[[Rows], Rows]) -> Recipe:
        data = self.data
        return replace(
            self,
            data=replace(
                data,
                train=change(data.train),
                validation=None if data.validation is None else change(data.validation),
                test=None if data.test is None else change(data.test),
            ),
        )
