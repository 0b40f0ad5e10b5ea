"""A Keras model as facts: layers, graph, outputs. Nothing is called, built, drawn or changed."""

from __future__ import annotations

from typing import Any

from goodfit.facts import InputFacts, LayerFacts, ModelFacts, OutputFacts, Shape
from goodfit.observe.objects import origins
from goodfit.observe.objects.activations import activation_of, ending
from goodfit.observe.objects.config import attempt, from_keras, options
from goodfit.observe.objects.flags import trainable_at_compile
from goodfit.observe.objects.graph import (
    Call,
    Graph,
    held_layers,
    is_functional,
    is_sequential,
    layer_paths,
    model_graph,
)
from goodfit.observe.objects.weights import count, own_variables, penalties, weight_facts

__all__ = ["layer_paths", "model_facts"]

_STEPS = ("train_step", "test_step", "compute_loss")
_TORCH_UNKNOWN = 83


def _kind(model: Any) -> str:
    if is_sequential(model):
        return "sequential"
    return "functional" if is_functional(model) else "subclassed"


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in value
    )


def _told(shape: Any) -> Shape:
    """A shape that a layer was built for, without the batch. On PyTorch Keras puts a number in the
    place of axes of unknown length while it works shapes out; such an axis is unknown again."""
    import keras

    torch = keras.backend.backend() == "torch"
    return tuple(None if torch and size == _TORCH_UNKNOWN else size for size in tuple(shape)[1:])


def _built_shapes(layer: Any) -> tuple[Shape, ...]:
    """The shapes a layer was built for, where no graph tells them."""
    built = getattr(layer, "_build_shapes_dict", None) or {}
    found: list[Shape] = []
    for value in built.values():
        several = value.values() if isinstance(value, dict) else value
        shapes = [value] if _is_shape(value) else several if several is not None else []
        found.extend(_told(shape) for shape in shapes if _is_shape(shape))
    return tuple(found)


def _computed_shapes(layer: Any, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """What Keras' own layers say they make of one input; the user's code is not run."""
    method = getattr(type(layer), "compute_output_shape", None)
    own = method is not None and from_keras(method) and not getattr(method, "_is_default", False)
    if not own or not from_keras(type(layer)) or len(inputs) != 1:
        return ()
    shape = layer.compute_output_shape((None, *inputs[0]))
    return (tuple(shape)[1:],) if _is_shape(shape) else ()


def _shapes(call: Call) -> tuple[tuple[Shape, ...], tuple[Shape, ...]]:
    if call.input_shapes or call.output_shapes:
        return call.input_shapes, call.output_shapes
    inputs: tuple[Shape, ...] = attempt((), _built_shapes, call.layer)
    return inputs, attempt((), _computed_shapes, call.layer, inputs)


def _unique(paths: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))


def _layer(calls: list[Call]) -> LayerFacts:
    first, layer = calls[0], calls[0].layer
    inputs, outputs = _shapes(first)
    variables = attempt([], lambda: own_variables(layer, held_layers(layer)))
    return LayerFacts(
        path=first.path,
        type=type(layer).__name__,
        inputs=_unique([feed.path for feed in first.feeds if not feed.is_input]),
        model_inputs=_unique([feed.path for feed in first.feeds if feed.is_input]),
        input_shapes=inputs,
        output_shapes=outputs,
        activation=attempt(None, activation_of, layer),
        penalties=attempt((), penalties, layer, variables),
        weights=attempt((), weight_facts, layer, variables),
        parameters=attempt(0, count, variables),
        trainable=bool(getattr(layer, "trainable", True)),
        builtin=from_keras(type(layer)),
        calls=len(calls),
        options=attempt({}, options, layer),
        where=origins.line_of(layer),
        trainable_at_compile=trainable_at_compile(layer),
    )


def _layers(graph: Graph) -> tuple[LayerFacts, ...]:
    by_path: dict[str, list[Call]] = {}
    for call in graph.calls:
        if not call.is_input:
            by_path.setdefault(call.path, []).append(call)
    return tuple(
        attempt(_bare(path, calls[0].layer), _layer, calls) for path, calls in by_path.items()
    )


def _bare(path: str, layer: Any) -> LayerFacts:
    return LayerFacts(path=path, type=type(layer).__name__, builtin=from_keras(type(layer)))


def _inputs(model: Any, graph: Graph) -> tuple[InputFacts, ...]:
    if graph.inputs:
        return tuple(
            InputFacts(name=name, shape=tuple(tensor.shape)[1:], dtype=str(tensor.dtype))
            for name, tensor in graph.inputs
        )
    return tuple(
        InputFacts(name=f"input_{number}" if number else "input", shape=shape)
        for number, shape in enumerate(_built_shapes(model))
    )


def _output(name: str, tensor: Any, call: Call | None) -> OutputFacts:
    last, activation = ending(call)
    if tensor is not None:
        shape: Shape = tuple(tensor.shape)[1:]
    else:  # not built: a width is all that can be known
        shape = (getattr(last.layer, "units", None) if last is not None else None,)
    return OutputFacts(
        name=name,
        shape=shape,
        layer=last.path if last is not None else None,
        activation=activation,
    )


def _own_step(model: Any) -> bool:
    """Whether the user's class replaces how a batch is trained on or scored."""
    return any(
        not from_keras(getattr(type(model), name, None))
        for name in _STEPS
        if hasattr(type(model), name)
    )


def _unconnected(model: Any) -> Graph:
    """The model's layers as they come, for a graph that could not be walked."""
    layers = attempt((), lambda: tuple(model.layers))
    return Graph(calls=tuple(Call(path=str(layer.name), layer=layer) for layer in layers))


def _parameters(model: Any, layers: tuple[LayerFacts, ...]) -> tuple[int, int]:
    """All parameters and the trainable ones: the model's own count, else what its layers tell."""
    return (
        attempt(sum(layer.parameters for layer in layers), lambda: count(model.weights)),
        attempt(
            sum(layer.parameters for layer in layers if layer.trainable),
            lambda: count(model.trainable_weights),
        ),
    )


def model_facts(model: Any) -> ModelFacts:
    """The facts of a Keras model as it stands: Sequential, Functional or subclassed, built or not.

    Weights are read where they exist; a layer that cannot be read keeps its path and type.
    """
    graph = attempt(None, model_graph, model) or _unconnected(model)
    layers = _layers(graph)
    parameters, trainable = _parameters(model, layers)
    return ModelFacts(
        name=str(getattr(model, "name", type(model).__name__)),
        kind=attempt("subclassed", _kind, model),
        layers=layers,
        inputs=attempt((), _inputs, model, graph),
        outputs=attempt((), lambda: tuple(_output(*end) for end in graph.outputs)),
        parameters=parameters,
        trainable_parameters=trainable,
        built=bool(getattr(model, "built", False)),
        custom_train_step=_own_step(model),
        where=origins.line_of(model),
    )
