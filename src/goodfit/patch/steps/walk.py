"""The statements in front of `fit` that change the rows it is given."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.facts import Facts
from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.arguments import positions
from goodfit.patch.script import Script, argument
from goodfit.patch.sites import Sites, alone

SETS = ("train", "training", "val", "valid", "validation", "test")
DISORDER = frozenset(
    {"roll", "permutation", "permuted", "shuffle", "sort", "argsort", "random", "rand", "randn",
     "randint", "integers", "choice", "normal", "uniform", "standard_normal", "flip"}
)  # fmt: skip
"""What makes numbers up, or deals rows out anew."""
CUT = frozenset(
    {"repeat", "tile", "concatenate", "append", "delete", "pad", "reshape", "resize", "T", "nan",
     "transpose", "swapaxes", "stack", "vstack", "hstack", "zeros", "zeros_like", "full", "fill",
     "ones", "ones_like", "split", "array_split", "where", "clip", "int", "round", "floor"}
)  # fmt: skip
"""What takes rows or values away, or puts others in their place."""
PREPARES = frozenset(
    {"transform", "fit_transform", "to_categorical", "one_hot", "expand_dims", "pad_sequences",
     "newaxis", "mean", "std", "min", "max", "median", "fit", "adapt"}
)  # fmt: skip
"""What prepares rows as it should be done."""
STATISTIC = re.compile(r"mean|std|dev|mu$|sigma|scale|min|max|low|high|range")
IN_PLACE = ("shuffle", "sort", "fill", "put", "resize")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rewrite:
    """A statement that changes rows.

    Attributes:
        names: of the arrays it changes.
        helpers: the statements just in front of it that only it, or its neighbours, need.
        kind: "disorder", "cut", "arithmetic", or "prepares" for what is usual.
        shape: its text with the arrays' own names left out.
    """

    statement: Any
    names: tuple[str, ...]
    kind: str
    shape: str
    helpers: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What was understood of a script.

    Attributes:
        body: the statements in front of fit, in the block that makes the rows.
        x: name of the training features; "" where they have none.
        train: names in what fit is given to train on.
        held: names in what it is given to validate on, and names like the training rows' of other
            sets, such as `x_test`.
        rewrites: in the order of the source.
    """

    body: tuple[Any, ...]
    x: str
    train: frozenset[str]
    held: frozenset[str]
    rewrites: tuple[Rewrite, ...]


def walk(script: Script, path: str, facts: Facts) -> Seen:
    """What the script does to its rows.

    Raises:
        CannotEditError: the call of fit is not found.
    """
    call = fit_call(script, path, facts)
    given = {name: value_of(call, name) for name in ("x", "y", "validation_data")}
    body = _body(script, call)
    bound = _bound(body)
    train = (_names(given["x"]) | _names(given["y"])) & bound
    held = _sources(_names(given["validation_data"]) & bound, body) - train
    likely = {other for name in train for other in like(name)} & bound
    x = given["x"]
    return Seen(
        body=body,
        x=x.value if isinstance(x, cst.Name) and x.value in bound else "",
        train=frozenset(train),
        held=frozenset((held | likely) - train),
        rewrites=tuple(_rewrites(script, body, train | held | likely)),
    )


def fit_call(script: Script, path: str, facts: Facts) -> cst.Call:
    """The call of fit that was seen.

    Raises:
        CannotEditError: it is not known, or in another file.
    """
    where = facts.settings.fit_where if facts.settings is not None else None
    return Sites(script, path, facts).call(where, "fit")


def value_of(call: cst.Call, option: str) -> cst.BaseExpression | None:
    """What fit is given under this name."""
    _, arg = argument(call, option, positions("fit"))
    return None if arg is None else arg.value


def like(name: str) -> Iterator[str]:
    """Names such as `x_test` for `x_train`."""
    for word in SETS:
        if re.search(rf"(^|_){word}(_|$)", name):
            for other in SETS:
                yield re.sub(rf"(^|_){word}(_|$)", rf"\g<1>{other}\g<2>", name)


def _body(script: Script, call: cst.Call) -> tuple[Any, ...]:
    """The statements in front of fit: of its function where that makes rows, else the module's."""
    function = script.function(call)
    blocks: list[Any] = [script.module] if function is None else [function.body, script.module]
    for block in blocks:
        before = [one for one in block.body if script.begin(one) < script.begin(call)]
        if function is None or block is script.module or _bound(before):
            return tuple(before)
    raise CannotEditError("nothing stands in front of fit")


def _names(node: cst.CSTNode | None) -> set[str]:
    """Names that are read in an expression, without those of attributes and arguments."""
    if node is None:
        return set()
    skipped = {id(one.attr) for one in _all(node, m.Attribute())}
    skipped |= {id(one.keyword) for one in _all(node, m.Arg()) if one.keyword is not None}
    return {one.value for one in _all(node, m.Name()) if id(one) not in skipped}


def _all(node: cst.CSTNode, matcher: Any) -> Sequence[Any]:
    return m.findall(node, matcher)


def _targets(statement: cst.CSTNode) -> set[str]:
    """Names that a statement binds by an assignment."""
    found: set[str] = set()
    for target in _all(statement, m.AssignTarget()):
        nodes = [target.target]
        if isinstance(target.target, (cst.Tuple, cst.List)):
            nodes = [element.value for element in target.target.elements]
        found |= {node.value for node in nodes if isinstance(node, cst.Name)}
    return found


def _bound(body: Sequence[Any]) -> set[str]:
    plain = (one for one in body if not isinstance(one, (cst.FunctionDef, cst.ClassDef)))
    return {name for statement in plain for name in _targets(statement)}


def _sources(given: set[str], body: Sequence[Any]) -> set[str]:
    """The given names, or those in the tuple that one of them stands for."""
    found = set(given)
    for statement in body:
        if alone(statement) and _targets(statement) & given:
            inner = statement.body[0]
            if isinstance(inner, cst.Assign) and isinstance(inner.value, cst.Tuple):
                found |= _names(inner.value)
    return found


def _rewrites(script: Script, body: Sequence[Any], rows: Collection[str]) -> Iterator[Rewrite]:
    bound: set[str] = set()
    scaled: set[str] = set()
    helpers: list[Any] = []
    for statement in body:
        new = _targets(statement) - bound
        changed = _changed(statement, bound & set(rows)) if alone(statement) else ()
        if changed:
            used = _needed(statement, helpers)
            yield Rewrite(
                statement=statement,
                names=changed,
                kind=_kind(statement, used, changed, first=scaled.isdisjoint(changed)),
                shape=_shape(script, statement, changed),
                helpers=tuple(used),
            )
            scaled |= set(changed) if _scales(statement) else set()
        elif alone(statement) and new and new.isdisjoint(rows):
            helpers.append(statement)
        else:
            helpers = []
        bound |= new


def _changed(statement: Any, rows: Collection[str]) -> tuple[str, ...]:
    """Arrays that a statement puts something else into; () where it does more than that."""
    inner = statement.body[0]
    if isinstance(inner, cst.Assign) and len(inner.targets) == 1:
        target = inner.targets[0].target
        parts = (
            [one.value for one in target.elements] if isinstance(target, cst.Tuple) else [target]
        )
        names = [_root(one) for one in parts]
        return tuple(names) if all(name in rows for name in names) else ()
    if isinstance(inner, cst.AugAssign) and _root(inner.target) in rows:
        return (_root(inner.target),)
    if isinstance(inner, cst.Expr) and isinstance(inner.value, cst.Call):
        call = inner.value
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
        if name in IN_PLACE:
            owner = _root(call.func.value) if isinstance(call.func, cst.Attribute) else ""
            given = _root(call.args[0].value) if call.args else ""
            return tuple(one for one in (owner, given) if one in rows)[:1]
    return ()


def _root(node: cst.CSTNode) -> str:
    """The name in `name`, `name[...]` and `name[...][...]`; "" for anything else."""
    while isinstance(node, cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _needed(statement: cst.CSTNode, helpers: Sequence[Any]) -> list[Any]:
    """The helpers whose names a statement reads, if only through others; in order."""
    wanted, found = _names(statement), []
    for helper in reversed(helpers):
        if _targets(helper) & wanted:
            found.append(helper)
            wanted |= _names(helper)
    return found[::-1]


def _kind(statement: Any, helpers: Sequence[Any], names: Collection[str], *, first: bool) -> str:
    """`first` says that the arrays were not scaled before."""
    inner = statement.body[0]
    own = {one.value for one in _all(statement, m.Name())}
    words = own.union(*({one.value for one in _all(each, m.Name())} for each in helpers))
    if words & DISORDER:
        return "disorder"
    if isinstance(inner, cst.AugAssign):
        part = not isinstance(inner.target, cst.Name)
        return "cut" if part else "prepares" if first and _rescales(inner) else "arithmetic"
    value = inner.value
    values = [one.value for one in value.elements] if isinstance(value, cst.Tuple) else [value]
    parts = "newaxis" not in own and all(_root(one) in names for one in values)
    if own & CUT and not _adds_axis(value):
        return "cut"
    if parts and all(isinstance(one, cst.Subscript) for one in values):
        return "cut"
    if own & PREPARES or _standardises(own - set(names)):
        return "prepares"
    if isinstance(inner, cst.Assign) and any(
        isinstance(t.target, cst.Subscript) for t in inner.targets
    ):
        return "cut"
    if isinstance(value, cst.BinaryOperation):
        return "prepares" if first and _rescales(value) else "arithmetic"
    return "prepares"


def _scales(statement: cst.CSTNode) -> bool:
    names = {one.value for one in _all(statement, m.Name())}
    arithmetic = _all(statement, m.BinaryOperation() | m.AugAssign())
    return bool(arithmetic) or not names.isdisjoint({"transform", "fit_transform"})


def _rescales(node: cst.BinaryOperation | cst.AugAssign) -> bool:
    """Whether it divides by a number, as pixels are."""
    by = node.right if isinstance(node, cst.BinaryOperation) else node.value
    divides = isinstance(node.operator, (cst.Divide, cst.DivideAssign))
    return divides and isinstance(by, (cst.Float, cst.Integer))


def _adds_axis(node: cst.CSTNode) -> bool:
    """Whether it is `reshape(-1, ...)` and the like, which leaves rows as they are."""
    found = _all(node, m.Call(func=m.Attribute(attr=m.Name("reshape"))))
    first = [one.args[0].value for one in found if one.args]
    return bool(first) and all(
        m.matches(one, m.UnaryOperation(m.Minus(), m.Integer("1")))
        or m.matches(one, m.Call(func=m.Name("len")))
        or (isinstance(one, cst.Tuple) and bool(_all(one, m.UnaryOperation(m.Minus()))))
        for one in first
    )


def _standardises(words: Collection[str]) -> bool:
    return any(STATISTIC.search(word.lower()) for word in words)


def _shape(script: Script, statement: Any, names: Collection[str]) -> str:
    code = script.code(statement.body[0])
    for name in names:
        code = re.sub(rf"\b{re.escape(name)}\b", "_", code)
    return code
