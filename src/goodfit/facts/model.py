"""The model as it was built: layers, graph, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from goodfit.facts.base import Scalar, Shape, SourceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A regulariser on one weight; `kind` is the class name, e.g. "L2"."""

    weight: str
    kind: str
    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFacts:
    """One variable of a layer as it stood before training. `as_initialised` says whether its values
    look as `initialiser` drew them (False: it was trained or loaded; None: cannot be told)."""

    name: str
    shape: tuple[int, ...]
    initialiser: str | None = None
    std: float | None = None
    constant: bool | None = None
    mean: float | None = None
    as_initialised: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """One layer. `path` is unique in the model: "encoder/dense_1" for a layer of a nested model.

    `inputs` holds the paths of the layers that feed its first call (empty where the graph is not
    known, as in subclassed models), `model_inputs` the names of the model's own inputs that do;
    InputLayers are not listed as layers. `calls` > 1 means the layer is shared. `activation` is the
    function's name ("linear" for none) or None where the layer has no such notion.
    `options` holds the plain values of the layer's config (rate, kernel_size, strides, ...).
    `trainable_at_compile` is what `trainable` was when the model was compiled, or at its first fit
    since, which is what its training goes by; None where that was not seen.
    """

    path: str
    type: str
    inputs: tuple[str, ...] = ()
    model_inputs: tuple[str, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()
    activation: str | None = None
    penalties: tuple[Penalty, ...] = ()
    weights: tuple[WeightFacts, ...] = ()
    parameters: int = 0
    trainable: bool = True
    builtin: bool = True
    calls: int = 1
    options: Mapping[str, Scalar | tuple[Scalar, ...]] = field(default_factory=dict)
    where: SourceLine | None = None
    trainable_at_compile: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFacts:
    """One model output. `layer` is the last layer that computes it, looking back through layers
    that only pass values on (Flatten, Reshape, Activation, Softmax, casts); `activation` is what is
    applied last, joined from that layer and the activations behind it; None where unknown."""

    name: str
    shape: Shape
    layer: str | None = None
    activation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFacts:
    name: str
    shape: Shape
    dtype: str = "float32"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """`kind` is "sequential", "functional" or "subclassed"; layers stand in order of
    computation."""

    name: str
    kind: str
    layers: tuple[LayerFacts, ...] = ()
    inputs: tuple[InputFacts, ...] = ()
    outputs: tuple[OutputFacts, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    built: bool = True
    custom_train_step: bool = False
    where: SourceLine | None = None

    def layer(self, path: str | None) -> LayerFacts | None:
        """The layer at `path`, or None."""
        return next((layer for layer in self.layers if layer.path == path), None)
