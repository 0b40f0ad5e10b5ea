"""A Normalization layer: adapted on the training rows where the source can name them in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.patch.changes import CannotEditError, LayerInserted
from goodfit.patch.edits import rows
from goodfit.patch.edits.arguments import resolved
from goodfit.patch.edits.context import Context
from goodfit.patch.graph import feeds, input_names

_MOST_NUMBERS = 32
"""Features whose means and variances may stand as literals in the source."""
_PLAIN = (cst.Name, cst.Attribute, cst.Subscript, cst.BinaryOperation, cst.UnaryOperation,
          cst.BaseNumber, cst.Index, cst.Slice, cst.SubscriptElement)  # fmt: skip


def normalisation(
    context: Context, layer: LayerInserted, near: cst.Call, statement: cst.CSTNode | None
) -> str:
    """Code for the layer. Where the rows that `fit` gets are known before the model is built, lines
    that adapt it on them are planned; else its few numbers are written down.

    Raises:
        CannotEditError: neither is possible.
    """
    try:
        return _adapted(context, layer, near, statement)
    except CannotEditError as error:
        if 0 < len(_flat(layer.options.get("mean"))) <= _MOST_NUMBERS:
            options = _rounded(layer.options)
            return context.spell.call("keras.layers", "Normalization", options, near)
        try:
            return _adapted(context, layer, near, statement, calls=True)
        except CannotEditError:
            raise CannotEditError(
                f"the layer must be adapted on the training rows before the model is built: {error}"
            ) from error


def _rounded(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with as many digits as matter to inputs of single precision."""
    mean, variance = options.get("mean"), options.get("variance")
    if not isinstance(mean, (list, tuple)) or not isinstance(variance, (list, tuple)):
        return dict(options)
    if _flat(mean) != list(mean) or len(mean) != len(variance):
        return dict(options)
    pairs = zip(mean, variance, strict=True)
    small = [0.0 if abs(m) < 1e-6 * v**0.5 else float(f"{m:.6g}") for m, v in pairs]
    return {**options, "mean": small, "variance": [float(f"{v:.6g}") for v in variance]}


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [number for item in value for number in _flat(item)]
    return [] if value is None else [value]


def _adapted(
    context: Context,
    layer: LayerInserted,
    near: cst.Call,
    statement: cst.CSTNode | None,
    *,
    calls: bool = False,
) -> str:
    script = context.script
    expression = _rows_of(context, layer, calls=calls)
    place = _place(context, near, statement)
    if not all(_known(context, name, place) for name in _names(expression)):
        raise CannotEditError("the rows that `fit` gets are made later, or in another function")
    code = script.code(expression)
    data = context.facts.data
    streamed = context.before.data.streamed
    if data is not None and data.train.source == "tf.data":
        code, streamed = f"{code}.map(lambda x, *_: x)", False
    elif data is not None and data.train.source in ("PyDataset", "DataLoader", "generator"):
        streamed = True
    if streamed:
        raise CannotEditError("the rows come from a stream")
    if context.before.data.train.x is not context.after.data.train.x:
        raise CannotEditError("the rows are changed before the fit")
    name = _free(context)
    made = context.spell.keras("keras.layers", "Normalization", near)
    context.plan.insert_before(place, f"{name} = {made}()", f"{name}.adapt({code})")
    return name


def _free(context: Context) -> str:
    count = len(context.plan.names)
    name = context.script.free_name(f"normalise_{count + 1}" if count else "normalise")
    context.plan.names.append(name)
    return name


def _rows_of(context: Context, layer: LayerInserted, *, calls: bool) -> cst.BaseExpression:
    """The expression of the rows that reach the new layer."""
    told = rows.fit_rows(context)
    if told.x is None:
        raise CannotEditError("the rows that `fit` gets are not plain to see")
    found = _of_input(context, layer, told.x)
    plain = (*_PLAIN, cst.Call, cst.SimpleString) if calls else _PLAIN
    if not all(isinstance(node, plain) for node in _expressions(found)):
        raise CannotEditError("the rows that `fit` gets are computed in its call")
    return found


def _of_input(context: Context, layer: LayerInserted, x: cst.BaseExpression) -> cst.BaseExpression:
    """The part of `x` that is fed to the input behind which the layer stands."""
    config = context.after.model.config
    if layer.model or config is None:
        raise CannotEditError("the layer stands in a nested model")
    names = input_names(config)
    if len(names) <= 1:
        return x
    name = next(iter(feeds(config)[layer.path]), "")
    x = resolved(context, x)
    if isinstance(x, (cst.List, cst.Tuple)) and len(x.elements) == len(names) and name in names:
        return x.elements[names.index(name)].value
    if isinstance(x, cst.Dict):
        for element in x.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key, cst.SimpleString) and key.evaluated_value == name:
                return element.value
    raise CannotEditError("the model has several inputs")


def _expressions(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    kinds = (cst.BaseExpression, cst.BaseSlice)
    found = m.findall(node, m.MatchIfTrue(lambda each: isinstance(each, kinds)))
    return [*found, node]


def _names(node: cst.CSTNode) -> Sequence[cst.Name]:
    """The variables that an expression reads."""
    if isinstance(node, cst.Name):
        return [node]
    if isinstance(node, cst.Attribute):
        return _names(node.value)
    return [name for child in node.children for name in _names(child)]


def _place(context: Context, near: cst.Call, statement: cst.CSTNode | None) -> cst.CSTNode:
    """In front of what the layer is adapted: the statement that uses it, or the one at the top that
    calls the function that does."""
    script = context.script
    place: cst.CSTNode = statement if statement is not None else script.statement(near)
    function = script.function(place)
    fit = rows.fit_call(context)
    if function is None or script.function(fit) is function:
        return place
    calls = script.find(
        lambda call: (
            isinstance(call.func, cst.Name)
            and call.func.value == function.name.value
            and script.function(call) is None
        )
    )
    if script.function(function) is not None or not calls:
        raise CannotEditError("the model is built in a function that is called elsewhere")
    return _outermost(context, calls[0])


def _outermost(context: Context, node: cst.CSTNode) -> cst.CSTNode:
    """The statement of the module that holds the node."""
    around: list[cst.CSTNode] = [node, *context.script.above(node)]
    return around[-2]


def _known(context: Context, name: cst.Name, place: cst.CSTNode) -> bool:
    """Whether the name, as the call of fit sees it, has its value at the place already."""
    script = context.script
    nodes = [each.node for each in script.assignments(name, name.value) if hasattr(each, "node")]
    scope = script.function(place)
    if not nodes:
        return False
    if any(isinstance(node, cst.Param) for node in nodes):
        return len(nodes) == 1 and script.function(nodes[0]) is scope
    begin = script.begin(place)
    return all(script.begin(node) < begin and script.function(node) is scope for node in nodes)
