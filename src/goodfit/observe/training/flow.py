"""Which layer feeds which, seen while a model is called: what a subclassed model's graph is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from goodfit.facts import LayerFacts, ModelFacts, OutputFacts


@dataclass(slots=True)
class Flow:
    """`outputs` holds the first output of each layer by path, `inputs` the paths whose outputs a
    layer was given; what a function between layers made belongs to no layer."""

    outputs: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    heads: tuple[str | None, ...] = ()
    shapes: tuple[tuple[int | None, ...], ...] = ()
    _made: dict[int, str] = field(default_factory=dict)

    def note(self, path: str, arguments: Any, result: Any) -> None:
        """A layer was called; only its first call counts."""
        import keras

        if path in self.outputs:
            return
        given = [self._made.get(id(leaf)) for leaf in keras.tree.flatten(arguments)]
        self.inputs[path] = tuple(producer for producer in given if producer is not None)
        self.outputs[path] = keras.tree.flatten(result)[0]
        for leaf in keras.tree.flatten(result):
            if hasattr(leaf, "shape"):
                self._made.setdefault(id(leaf), path)

    def end(self, prediction: Any) -> None:
        """The model answered; its tensors are let go."""
        import keras

        leaves = keras.tree.flatten(prediction)
        self.heads = tuple(self._made.get(id(leaf)) for leaf in leaves)
        self.shapes = tuple(tuple(leaf.shape)[1:] for leaf in leaves)
        self.outputs, self._made = {}, {}


@contextmanager
def listening(paths: Mapping[int, str], flow: Flow) -> Iterator[None]:
    """Note the calls of each layer in `paths` (id of layer to path) while the body runs."""
    import keras

    layer_class = keras.layers.Layer
    original = layer_class.__call__

    def listened(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        path = paths.get(id(self))
        if path is not None:
            flow.note(path, args, result)
        return result

    layer_class.__call__ = listened
    try:
        yield
    finally:
        layer_class.__call__ = original


def connected(model: ModelFacts, flow: Flow) -> ModelFacts:
    """The facts of a model without a known graph, with what its call has shown: its outputs, and
    what feeds its layers where every layer but the first was seen to be fed by another."""
    if model.kind != "subclassed" or model.outputs or not flow.heads or None in flow.heads:
        return model
    outputs = tuple(
        _output(model.layer(path), shape, number)
        for number, (path, shape) in enumerate(zip(flow.heads, flow.shapes, strict=True))
    )
    called = [path for path in flow.inputs if model.layer(path) is not None]
    if all(flow.inputs[path] for path in called[1:]):
        model = replace(model, layers=_ordered(model.layers, called, flow.inputs))
    return replace(model, outputs=outputs)


def _output(layer: LayerFacts | None, shape: Any, number: int) -> OutputFacts:
    activation = layer.activation if layer is not None else None
    if layer is not None and layer.type == "Softmax":
        activation = "softmax"
    return OutputFacts(
        name=f"output_{number}" if number else "output",
        shape=shape,
        layer=layer.path if layer is not None else None,
        activation=activation,
    )


def _ordered(
    layers: Sequence[LayerFacts], called: Sequence[str], inputs: Mapping[str, tuple[str, ...]]
) -> tuple[LayerFacts, ...]:
    known = {layer.path: layer for layer in layers}
    fed = [replace(known[path], inputs=inputs[path]) for path in called]
    return (*fed, *(layer for layer in layers if layer.path not in called))
