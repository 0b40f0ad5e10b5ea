"""Edits of a program's source by the positions of its syntax tree.

Each takes a source and returns a new one, and raises `DoesNotApply` where it does not find
exactly what it expects. What is not edited stays as it was, byte by byte.
"""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Callable

DATA = ("x_train", "y_train", "x_val", "y_val", "x_test", "y_test")


class DoesNotApply(Exception):  # noqa: N818 - no error: the operator is not meant for the program
    """The program lacks what the operator edits, or has it more than once."""


# Places in a source


@functools.lru_cache(maxsize=32)
def _tree(source: str) -> ast.Module:
    """The syntax tree, which nobody changes."""
    return ast.parse(source)


@functools.lru_cache(maxsize=32)
def _line_starts(source: str) -> tuple[int, ...]:
    """First byte of every line: `ast` counts columns in bytes."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return tuple(starts)


def _span(source: str, node: ast.AST) -> tuple[int, int]:
    """First byte of a node and the byte after its last."""
    starts = _line_starts(source)
    return (
        starts[node.lineno - 1] + node.col_offset,
        starts[node.end_lineno - 1] + node.end_col_offset,
    )


def _spliced(source: str, start: int, end: int, text: str) -> str:
    whole = source.encode()
    return (whole[:start] + text.encode() + whole[end:]).decode()


def replaced(source: str, node: ast.AST, text: str) -> str:
    """The source with a node's own text replaced."""
    return _spliced(source, *_span(source, node), text)


def text_of(source: str, node: ast.AST) -> str:
    start, end = _span(source, node)
    return source.encode()[start:end].decode()


def one(found: list[ast.AST], what: str) -> ast.AST:
    if len(found) != 1:
        raise DoesNotApply(f"{what}: expected once, found {len(found)} times")
    return found[0]


# Calls and their keywords


def calls(source: str, *names: str) -> list[ast.Call]:
    """Calls by dotted name or its end, in order: `layers.Dense` finds `keras.layers.Dense` too,
    and "" finds all."""
    ends = tuple(f".{name}" if name else "" for name in names)
    found = [
        node
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.Call) and f".{ast.unparse(node.func)}".endswith(ends)
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def call(source: str, *names: str) -> ast.Call:
    """The only call of that name."""
    return one(calls(source, *names), " or ".join(names))


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((given.value for given in node.keywords if given.arg == name), None)


def with_keyword(source: str, node: ast.Call, name: str, text: str) -> str:
    """The call with a keyword set to an expression, whether it had it or not."""
    value = keyword(node, name)
    if value is not None:
        return replaced(source, value, text)
    given = [*node.args, *node.keywords]
    if not given:
        _, end = _span(source, node)
        return _spliced(source, end - 1, end - 1, f"{name}={text}")
    last = max(given, key=lambda argument: (argument.end_lineno, argument.end_col_offset))
    _, end = _span(source, last)
    return _spliced(source, end, end, f", {name}={text}")


def without_keyword(source: str, node: ast.Call, name: str) -> str:
    """The call without a keyword it must have."""
    given = sorted([*node.args, *node.keywords], key=lambda a: (a.lineno, a.col_offset))
    place = next((i for i, a in enumerate(given) if getattr(a, "arg", None) == name), None)
    if place is None:
        raise DoesNotApply(f"{ast.unparse(node.func)} has no {name}=")
    start, end = _span(source, given[place])
    if place:
        start = _span(source, given[place - 1])[1]
    elif len(given) > 1:
        end = _span(source, given[1])[0]
    return _spliced(source, start, end, "")


def set_compile(source: str, **keywords: str) -> str:
    """Keywords of `model.compile`, as expressions."""
    for name, text in keywords.items():
        source = with_keyword(source, call(source, "model.compile"), name, text)
    return source


def set_fit(source: str, **keywords: str) -> str:
    """Keywords of `model.fit`, as expressions."""
    for name, text in keywords.items():
        source = with_keyword(source, call(source, "model.fit"), name, text)
    return source


def compiled_with(source: str, name: str) -> ast.expr:
    """What `model.compile` is given as `name`."""
    value = keyword(call(source, "model.compile"), name)
    if value is None:
        raise DoesNotApply(f"model.compile has no {name}=")
    return value


def loss_name(source: str) -> str:
    """The loss given as a string, else none applies."""
    value = compiled_with(source, "loss")
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        raise DoesNotApply("the loss is no string")
    return value.value


def require_loss(source: str, *names: str) -> str:
    """The source itself, if it trains with one of these losses."""
    if loss_name(source) not in names:
        raise DoesNotApply(f"the loss is {loss_name(source)}, not one of {names}")
    return source


def optimizer(source: str) -> ast.Call:
    value = compiled_with(source, "optimizer")
    if not isinstance(value, ast.Call):
        raise DoesNotApply("the optimizer is not made in model.compile")
    return value


def times_learning_rate(source: str, factor: float) -> str:
    value = keyword(optimizer(source), "learning_rate")
    if not (isinstance(value, ast.Constant) and isinstance(value.value, float)):
        raise DoesNotApply("the learning rate is no number")
    return replaced(source, value, repr(float(f"{value.value * factor:.6g}")))


def times_epochs(source: str, factor: float) -> str:
    value = keyword(call(source, "model.fit"), "epochs")
    if not (isinstance(value, ast.Constant) and isinstance(value.value, int)):
        raise DoesNotApply("epochs is no number")
    return replaced(source, value, str(max(1, round(value.value * factor))))


def without_callbacks(source: str) -> str:
    return without_keyword(source, call(source, "model.fit"), "callbacks")


# Statements


def statement_of(source: str, node: ast.AST) -> ast.stmt:
    """The smallest statement that holds a node."""
    span = _span(source, node)
    around = []
    for statement in ast.walk(_tree(source)):
        if isinstance(statement, ast.stmt):
            start, end = _span(source, statement)
            if start <= span[0] and span[1] <= end:
                around.append((end - start, start, statement))
    return min(around, key=lambda found: found[:2])[2]


def insert(source: str, statement: ast.stmt, text: str, *, after: bool) -> str:
    """New lines before or after a statement, indented as it is."""
    lines = source.splitlines(keepends=True)
    new = textwrap.indent(textwrap.dedent(text).strip("\n") + "\n", " " * statement.col_offset)
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
    place = statement.end_lineno if after else first - 1
    return "".join([*lines[:place], new, *lines[place:]])


def before_fit(source: str, text: str) -> str:
    return insert(source, statement_of(source, call(source, "model.fit")), text, after=False)


def before_compile(source: str, text: str) -> str:
    return insert(source, statement_of(source, call(source, "model.compile")), text, after=False)


def after_fit(source: str, text: str) -> str:
    return insert(source, statement_of(source, call(source, "model.fit")), text, after=True)


def names_set(statement: ast.stmt) -> set[str]:
    """Variables that an assignment sets, whole or in part (`x[0] = 1` sets x)."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
        targets = [statement.target]
    else:
        return set()
    return {
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }


def after_data(source: str, text: str) -> str:
    """New lines once all the arrays are as the program wants them."""
    last = None
    compiled = call(source, "model.compile").lineno
    for statement in _tree(source).body:
        if statement.lineno >= compiled:
            break
        if names_set(statement) & set(DATA):
            last = statement
    if last is None:
        raise DoesNotApply("no statement sets x_train, y_train, ...")
    return insert(with_numpy(source), last, text, after=True)


def without_statements(
    source: str, wanted: Callable[[ast.stmt], bool], *, at_least: int = 1
) -> str:
    """The source without the top-level statements that are wanted away."""
    lines = source.splitlines(keepends=True)
    found = [statement for statement in _tree(source).body if wanted(statement)]
    if len(found) < at_least:
        raise DoesNotApply(f"expected {at_least} such statements, found {len(found)}")
    for statement in reversed(found):
        del lines[statement.lineno - 1 : statement.end_lineno]
    return "".join(lines)


def with_import(source: str, line: str) -> str:
    """An import line, unless there."""
    if re.search(rf"^{re.escape(line)}$", source, re.MULTILINE):
        return source
    first = next(
        statement
        for statement in _tree(source).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
    )
    return insert(source, first, line, after=False)


def with_numpy(source: str) -> str:
    return with_import(source, "import numpy as np")


def needing(source: str, what: str) -> str:
    """The program with a `# needs:` line for something more."""
    line = f"# needs: {what}\n"
    if line in source:
        return source
    docstring = _tree(source).body[0]
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: docstring.end_lineno], line, *lines[docstring.end_lineno :]])


def with_tensorflow(source: str) -> str:
    return with_import(needing(source, "tensorflow"), "import tensorflow as tf")


# Layers


def layer_calls(source: str, *kinds: str) -> list[ast.Call]:
    """Layers in the order they are written, all kinds by default."""
    wanted = "|".join(kinds) or r"[A-Z]\w+"
    named = re.compile(rf"(keras\.)?layers\.({wanted})")
    return [node for node in calls(source, "") if named.fullmatch(ast.unparse(node.func))]


def head(source: str) -> ast.Call:
    """The last Dense layer."""
    if not layer_calls(source, "Dense"):
        raise DoesNotApply("no Dense layer")
    return layer_calls(source, "Dense")[-1]


def set_head(source: str, **keywords: str | None) -> str:
    """Keywords of the last Dense layer; None takes one away."""
    for name, text in keywords.items():
        if text is None:
            source = without_keyword(source, head(source), name)
        else:
            source = with_keyword(source, head(source), name, text)
    return source


def head_units(source: str) -> int:
    units = (head(source).args or [None])[0] or keyword(head(source), "units")
    if not (isinstance(units, ast.Constant) and isinstance(units.value, int)):
        raise DoesNotApply("the head's width is no number")
    return units.value


def with_head_units(source: str, units: int) -> str:
    node = head(source)
    if head_units(source) == units:
        raise DoesNotApply(f"the head has {units} units already")
    value = node.args[0] if node.args else keyword(node, "units")
    return replaced(source, value, str(units))


def hidden(source: str, *kinds: str) -> list[ast.Call]:
    """Layers with weights before the head."""
    kinds = kinds or ("Dense", "Conv2D", "Conv1D", "SeparableConv2D")
    last = head(source)
    found = [
        node
        for node in layer_calls(source, *kinds)
        if (node.lineno, node.col_offset) < (last.lineno, last.col_offset)
    ]
    if not found:
        raise DoesNotApply("no hidden layer")
    return found


def set_hidden(source: str, *kinds: str, **keywords: str) -> str:
    """Keywords of every hidden layer."""
    for name, text in keywords.items():
        for place in range(len(hidden(source, *kinds))):
            source = with_keyword(source, hidden(source, *kinds)[place], name, text)
    return source


def sequential_line(source: str, node: ast.Call) -> None:
    """Refuses layers that are not lines of `keras.Sequential([...])`."""
    lists = [
        given
        for made in calls(source, "Sequential")
        for given in made.args
        if isinstance(given, ast.List)
    ]
    inside = any(
        element.lineno == node.lineno and element.col_offset == node.col_offset
        for given in lists
        for element in given.elts
    )
    if not inside:
        raise DoesNotApply("the layer is no line of a Sequential model")


def insert_layers(source: str, node: ast.Call, *layers: str, after: bool = False) -> str:
    """New layers before or after one in a Sequential model."""
    sequential_line(source, node)
    start, end = _span(source, node)
    indent = " " * node.col_offset
    if after:
        return _spliced(source, end, end, "".join(f",\n{indent}{layer}" for layer in layers))
    return _spliced(source, start, start, "".join(f"{layer},\n{indent}" for layer in layers))


def without_layer(source: str, node: ast.Call) -> str:
    """A Sequential model without the layer on a line of its own."""
    sequential_line(source, node)
    lines = source.splitlines(keepends=True)
    written = "".join(lines[node.lineno - 1 : node.end_lineno]).strip()
    if written.rstrip(",") != text_of(source, node):
        raise DoesNotApply("the layer shares its line")
    del lines[node.lineno - 1 : node.end_lineno]
    return "".join(lines)


def input_shape(source: str) -> ast.Tuple:
    """The shape given to the only Input."""
    node = call(source, "layers.Input", "keras.Input")
    shape = keyword(node, "shape") or (node.args[0] if node.args else None)
    if not isinstance(shape, ast.Tuple):
        raise DoesNotApply("the input's shape is no tuple")
    return shape
