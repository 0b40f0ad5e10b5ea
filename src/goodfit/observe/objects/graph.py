"""Which layer feeds which: one flat graph of calls, through nested models.

Functional and Sequential models are taken apart down to their layers, so that a layer of a nested
model has a path such as "encoder/dense_1". A subclassed model, or a layer of the user's own that
holds layers, keeps its graph to itself: what it holds is listed in the order it was tracked,
unconnected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from goodfit.facts import Shape
from goodfit.observe.objects.config import from_keras, is_a


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Call:
    """One call of one layer (or `keras.ops` operation). `feeds` are the calls it takes its tensors
    from, one for each tensor; empty where that is not known."""

    path: str
    layer: Any
    feeds: tuple[Call, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shapes: tuple[Shape, ...] = ()

    @property
    def is_input(self) -> bool:
        """Whether this is where values enter the model."""
        return is_a(self.layer, "InputLayer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """`calls` stand in order of computation; `inputs` and `outputs` are the model's own, in its
    order, with their names; empty where the model does not tell. Shapes leave the batch out."""

    calls: tuple[Call, ...] = ()
    inputs: tuple[tuple[str, Any], ...] = ()
    outputs: tuple[tuple[str, Any, Call | None], ...] = ()


@dataclass(slots=True)
class _Walk:
    calls: list[Call] = field(default_factory=list)
    paths: dict[int, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)

    def path(self, layer: Any, prefix: str) -> str:
        """The layer's path: the first one it was met under, made unique with a number."""
        if id(layer) not in self.paths:
            path = wanted = prefix + str(getattr(layer, "name", type(layer).__name__))
            number = 1
            while path in self.taken:
                number += 1
                path = f"{wanted}#{number}"
            self.taken.add(path)
            self.paths[id(layer)] = path
        return self.paths[id(layer)]


def _shape(tensor: Any) -> Shape:
    return tuple(tensor.shape)[1:]


def _flat(structure: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(structure))


def is_sequential(model: object) -> bool:
    return is_a(model, "Sequential") and from_keras(type(model).call)  # type: ignore[attr-defined]


def is_functional(model: object) -> bool:
    return is_a(model, "Functional") and from_keras(type(model).call)  # type: ignore[attr-defined]


def _ends(model: Any) -> tuple[list[Any], list[Any]] | None:
    """The symbolic tensors a Functional or built Sequential model starts and ends with."""
    try:
        inputs, outputs = _flat(model.inputs), _flat(model.outputs)
    except (AttributeError, TypeError, ValueError):
        return None
    return (inputs, outputs) if inputs and outputs else None


def _node(tensor: Any) -> Any:
    history = getattr(tensor, "_keras_history", None)
    operation = getattr(history, "operation", None)
    if history is None or operation is None:
        return None
    return operation._inbound_nodes[history.node_index]


def _nodes(inputs: Iterable[Any], outputs: Iterable[Any]) -> Iterator[Any]:
    """The call records between the tensors, each after those it depends on. Iterative: a deep model
    would overrun Python's stack."""
    known = {id(tensor) for tensor in inputs}
    seen: set[int] = set()
    stack = [
        (_node(tensor), False) for tensor in reversed(list(outputs)) if id(tensor) not in known
    ]
    while stack:
        node, ready = stack.pop()
        if node is None or (id(node) in seen and not ready):
            continue
        if ready:
            yield node
            continue
        seen.add(id(node))
        stack.append((node, True))
        stack.extend(
            (_node(tensor), False)
            for tensor in reversed(node.input_tensors)
            if id(tensor) not in known
        )


def _walk_graph(
    walk: _Walk, prefix: str, ends: tuple[list[Any], list[Any]], sources: Sequence[Call | None]
) -> list[Call | None]:
    inputs, outputs = ends
    made: dict[int, Call | None] = {
        id(tensor): source for tensor, source in zip(inputs, sources, strict=False)
    }
    for node in _nodes(inputs, outputs):
        feeds = [made.get(id(tensor)) for tensor in node.input_tensors]
        ended = _walk_call(walk, prefix, node.operation, feeds, node)
        for index, tensor in enumerate(node.outputs):
            made[id(tensor)] = ended[min(index, len(ended) - 1)] if ended else None
    return [made.get(id(tensor)) for tensor in outputs]


def _walk_chain(
    walk: _Walk, prefix: str, layers: Sequence[Any], sources: Sequence[Call | None]
) -> list[Call | None]:
    """A Sequential model that was not built yet: every layer feeds the next."""
    ended = list(sources)
    for layer in layers:
        ended = _walk_call(walk, prefix, layer, ended, None)
    return ended


def _walk_model(
    walk: _Walk, prefix: str, model: Any, feeds: Sequence[Call | None]
) -> list[Call | None]:
    if id(model) in walk.opened:  # it holds itself, through some layer of the user's
        return []
    walk.opened.add(id(model))
    ends = _ends(model)
    if ends is not None:
        ended = _walk_graph(walk, prefix, ends, feeds)
    else:
        ended = _walk_chain(walk, prefix, model.layers, feeds)
    walk.opened.remove(id(model))
    return ended


def _walk_call(
    walk: _Walk, prefix: str, layer: Any, feeds: Sequence[Call | None], node: Any
) -> list[Call | None]:
    if is_functional(layer) or is_sequential(layer):
        return _walk_model(walk, f"{walk.path(layer, prefix)}/", layer, feeds)
    call = Call(
        path=walk.path(layer, prefix),
        layer=layer,
        feeds=tuple(feed for feed in feeds if feed is not None),
        input_shapes=tuple(_shape(tensor) for tensor in node.input_tensors) if node else (),
        output_shapes=tuple(_shape(tensor) for tensor in node.outputs) if node else (),
    )
    walk.calls.append(call)
    if id(layer) not in walk.opened:
        walk.opened.add(id(layer))
        for inner in held_layers(layer):
            _walk_call(walk, f"{call.path}/", inner, (), None)
    return [call]


def held_layers(layer: Any) -> list[Any]:
    """The layers inside a composite layer or subclassed model of the user's own; none for Keras'
    own composites (Bidirectional, MultiHeadAttention, ...), which count as one layer."""
    if from_keras(type(layer)) or is_functional(layer) or is_sequential(layer):
        return []
    flatten = getattr(layer, "_flatten_layers", None)
    return list(flatten(include_self=False, recursive=False)) if flatten is not None else []


def _names(model: Any, tensors: Sequence[Any], structure: str) -> list[str]:
    """The names by which the user's dict or Keras knows the model's ends."""
    struct = getattr(model, structure, None)
    if isinstance(struct, dict) and len(struct) == len(tensors):
        by_tensor = {id(tensor): str(name) for name, tensor in struct.items()}
        if all(id(tensor) in by_tensor for tensor in tensors):
            return [by_tensor[id(tensor)] for tensor in tensors]
    return [_tensor_name(tensor) for tensor in tensors]


def _tensor_name(tensor: Any) -> str:
    operation = getattr(getattr(tensor, "_keras_history", None), "operation", None)
    return str(getattr(operation, "name", None) or getattr(tensor, "name", ""))


def output_ends(model: Any) -> tuple[tuple[str, Shape], ...]:
    """(name, shape) of each output; empty where the model does not tell."""
    ends = _ends(model) if is_functional(model) or is_sequential(model) else None
    if ends is None:
        return ()
    names = _names(model, ends[1], "_outputs_struct")
    return tuple((name, _shape(tensor)) for name, tensor in zip(names, ends[1], strict=True))


def model_graph(model: Any) -> Graph:
    """The flat graph of `model`. Nothing is called or built."""
    walk = _Walk()
    if not (is_functional(model) or is_sequential(model)):
        for layer in held_layers(model):
            _walk_call(walk, "", layer, (), None)
        return Graph(calls=tuple(walk.calls))
    ends = _ends(model)
    if ends is None:
        ended = _walk_chain(walk, "", model.layers, ())
        outputs = [(call.path.rsplit("/", 1)[-1], None, call) for call in ended if call is not None]
        return Graph(calls=tuple(walk.calls), outputs=tuple(outputs))
    inputs, tensors = ends
    sources: list[Call | None] = [
        Call(
            path=name,
            layer=getattr(getattr(tensor, "_keras_history", None), "operation", None),
            output_shapes=(_shape(tensor),),
        )
        for name, tensor in zip(_names(model, inputs, "_inputs_struct"), inputs, strict=True)
    ]
    ended = _walk_graph(walk, "", ends, sources)
    return Graph(
        calls=tuple(walk.calls),
        inputs=tuple(zip(_names(model, inputs, "_inputs_struct"), inputs, strict=True)),
        outputs=tuple(zip(_names(model, tensors, "_outputs_struct"), tensors, ended, strict=True)),
    )


def layer_paths(model: Any) -> tuple[tuple[str, Any], ...]:
    """(path, layer) of every layer in order of computation, each layer once: the paths of
    `LayerFacts`. InputLayers and bare `keras.ops` operations are left out; a composite of the
    user's own comes before the layers it holds."""
    seen: dict[str, Any] = {}
    for call in model_graph(model).calls:
        if is_a(call.layer, "Layer") and not call.is_input:
            seen.setdefault(call.path, call.layer)
    return tuple(seen.items())
