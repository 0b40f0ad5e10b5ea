"""A layer's variables: shapes, initialisers, spread, penalties. Values are read, never drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from goodfit.facts import Penalty, WeightFacts
from goodfit.observe.objects.config import attempt, function_name
from goodfit.observe.objects.fresh import as_initialised

_SAMPLE = 65_536
_TRANSFER = 4_194_304


def own_variables(layer: Any, held: Iterable[Any]) -> list[Any]:
    """The layer's variables, each once, without those of the layers `held` in it."""
    theirs = {id(variable) for inner in held for variable in getattr(inner, "weights", ())}
    own: dict[int, Any] = {}
    for variable in getattr(layer, "weights", ()):
        if id(variable) not in theirs:
            own.setdefault(id(variable), variable)
    return list(own.values())


def count(variables: Iterable[Any]) -> int:
    """How many numbers the variables hold, each variable once."""
    unique = {id(variable): variable for variable in variables}
    return sum(math.prod(variable.shape) for variable in unique.values())


def _names(layer: Any, variables: list[Any]) -> list[str]:
    """Short names where they are unique in the layer, else with what comes before them."""
    names = [str(variable.name) for variable in variables]
    if len(set(names)) == len(names):
        return names
    inside = f"{getattr(layer, 'name', '')}/"
    paths = [str(getattr(variable, "path", variable.name)) for variable in variables]
    return [path[path.rfind(inside) + len(inside) :] if inside in path else path for path in paths]


def _owners(layer: Any) -> dict[int, Any]:
    """Which layer inside a composite (an LSTM's cell, an attention's projections) made what."""
    flatten = getattr(layer, "_flatten_layers", None)
    owners: dict[int, Any] = {}
    for part in flatten() if flatten is not None else [layer]:
        for store in ("_trainable_variables", "_non_trainable_variables"):
            for variable in getattr(part, store, None) or ():
                owners.setdefault(id(variable), part)
    return owners


def _filled_by(owner: Any, variable: Any) -> Any:
    """What filled the variable, from the layer's settings."""
    name = str(variable.name)
    given = getattr(variable, "_initializer", None)
    for stem in (name, name.removesuffix("_kernel"), "depthwise" if name == "kernel" else name):
        given = given or getattr(owner, f"{stem}_initializer", None)
    return given


def _initialiser(owner: Any, variable: Any) -> str | None:
    """The class name of what filled the variable."""
    given = _filled_by(owner, variable)
    if given is None or isinstance(given, str):
        return given
    return function_name(given) if hasattr(given, "__name__") else type(given).__name__


def sample(variable: Any) -> Any:
    """At most 65,536 values of a variable as they stand, spread over all of it, as a flat array of
    float64; None where it holds no values yet or they cannot be had."""
    if getattr(variable, "_value", variable) is None:  # reading it would draw the initial value
        return None
    import keras

    try:
        value = getattr(variable, "value", variable)
        size = math.prod(value.shape)
        if size > _TRANSFER:  # cut it on its device; only what is needed is copied
            axis = int(np.argmax(value.shape))
            cuts = [slice(None)] * len(value.shape)
            cuts[axis] = slice(None, None, -(-size // _TRANSFER))
            value = value[tuple(cuts)]
        flat = np.asarray(keras.ops.convert_to_numpy(value))
        width = flat.shape[-1] if flat.ndim else 1
        flat = flat.reshape(-1)
        step = max(1, -(-flat.size // _SAMPLE))
        while step > 1 and math.gcd(step, width) > 1:  # else one column might stand for all
            step += 1
        return flat[::step].astype(np.float64)
    except Exception:  # deleted buffers, sparse or quantised storage, strings
        return None


def _as_initialised(owner: Any, variable: Any, values: Any) -> bool | None:
    if variable.name == "bias" and getattr(owner, "unit_forget_bias", False):
        return None  # an LSTM fills one part of it with ones, whatever its initialiser
    shape = tuple(int(size) for size in variable.shape)
    return as_initialised(values, shape, _filled_by(owner, variable))


def _weight(name: str, owner: Any, variable: Any) -> WeightFacts:
    shape = tuple(int(size) for size in variable.shape)
    values = sample(variable)
    if values is None or values.size == 0:
        return WeightFacts(name=name, shape=shape, initialiser=_initialiser(owner, variable))
    with np.errstate(all="ignore"):
        return WeightFacts(
            name=name,
            shape=shape,
            initialiser=_initialiser(owner, variable),
            std=float(values.std()),
            constant=bool((values == values[0]).all()),
            mean=float(values.mean()),
            as_initialised=attempt(None, _as_initialised, owner, variable, values),
        )


def looks_fresh(layer: Any) -> bool:
    """Whether all of a layer's own variables could be what its initialisers gave them."""
    owners = _owners(layer)
    for variable in own_variables(layer, ()):
        values = sample(variable)
        if values is None or values.size == 0:
            continue
        owner = owners.get(id(variable), layer)
        if attempt(None, _as_initialised, owner, variable, values) is False:
            return False
    return True


def weight_facts(layer: Any, variables: list[Any]) -> tuple[WeightFacts, ...]:
    """The facts of a layer's `variables` as they stand now."""
    owners = _owners(layer)
    names = _names(layer, variables)
    return tuple(
        _weight(name, owners.get(id(variable), layer), variable)
        for name, variable in zip(names, variables, strict=True)
    )


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _penalty(weight: str, regulariser: Any) -> Penalty:
    name = function_name(regulariser) if hasattr(regulariser, "__name__") else None
    return Penalty(
        weight=weight,
        kind=name or type(regulariser).__name__,
        l1=_number(getattr(regulariser, "l1", 0.0)),
        l2=_number(getattr(regulariser, "l2", 0.0)),
    )


def _regularised(layer: Any, variables: list[Any]) -> Iterator[tuple[str, Any]]:
    for name, variable in zip(_names(layer, variables), variables, strict=True):
        yield name, getattr(variable, "regularizer", None)
    yield "activity", getattr(layer, "activity_regularizer", None)
    if not variables:  # not built: what it will get
        for name in ("kernel", "bias", "recurrent", "embeddings", "gamma", "beta"):
            yield name, getattr(layer, f"{name}_regularizer", None)


def penalties(layer: Any, variables: list[Any]) -> tuple[Penalty, ...]:
    """The regularisers on a layer's `variables`, and on its output as weight "activity"."""
    return tuple(
        _penalty(name, regulariser)
        for name, regulariser in _regularised(layer, variables)
        if regulariser is not None
    )
